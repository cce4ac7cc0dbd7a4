//! Contacts: the people an organization may write to, the lists they are on, and who must be left alone.
//!
//! Vocabulary:
//!
//! - a **contact** ([`Contact`]) is a person as one organization knows them: one address, a **profile**
//!   ([`Profile`]), where they came from, and what was found out about the address ([`Validation`]);
//! - a **verdict** ([`Verdict`]) is what is said of one address: its status, whose it is, and what speaks against it,
//!   by [`Rules`] that the organization can set;
//! - a **record** ([`Record`]) is a row of a file as it stands there, with its line number; what it says of a person
//!   is a [`ParsedRow`], or it is a [`RejectedRow`].
//! - a **search** ([`ContactSearch`]) asks for words and phrases, which a contact fits more or less well ([`Fit`]);
//! - a **contact list** ([`ContactList`]) has contacts as members; a contact can be on many;
//! - a **suppression** ([`Suppression`]) says that mail to an address must not be sent, and why. It holds a keyed
//!   hash of the address ([`AddressHash`]) and no address, so it can outlive the contact.
//!
//! Always true: the same address, facts and rules give the same verdict; a living contact's normalised address is
//! the organization's only one; whatever brings an address back, its suppressions are there; a membership repeats
//! the status and the deletion of its contact; what a list counts is what it has.
//!
//! - [`Contacts`], [`ContactLists`] and [`Suppressions`] are the use cases; [`BulkContacts`] asks for one deed on all
//!   contacts that a filter lets through, and [`BulkJob`] does it;
//! - [`ports`] is what the use cases need of their storage.

#[cfg(feature = "contract")]
pub mod contract;
pub mod ports;

mod address;
mod address_hash;
mod alike;
mod attributes;
mod bulk;
mod contact;
mod contact_card;
mod contact_email;
mod contact_filter;
mod contact_list;
mod contact_text;
mod contacts;
mod error;
mod export;
mod file;
mod fold;
mod imports;
mod judge;
mod judging;
mod lists;
mod profile;
mod search;
mod source;
mod suppression;
mod suppressions;
mod tries;
mod validation;
mod workbench;

pub use address::{
    Classification, ClassificationConfig, DisposableDomains, DomainConfig, DomainFact, DomainList,
    Facts, InvalidDisposableDomains, InvalidDomainList, Reason, Rule, RuleOutcome, RuleResult,
    RuleType, Rules, SyntaxConfig, UnknownClassification, UnknownReason, UnknownRuleType,
    UnknownValidationStatus, ValidationStatus, Verdict, decide, normalize,
};
pub use address_hash::AddressHash;
pub use attributes::{Attributes, AttributesChange, InvalidAttributes};
pub use bulk::{
    BulkContacts, BulkCounts, BulkDeed, BulkJob, BulkKind, BulkStatus, ContactBulkOperation,
    ContactBulkOperationState, InvalidSelection, selection,
};
pub use contact::{Contact, ContactChange, ContactState, NewContact};
pub use contact_card::ContactCard;
pub use contact_email::{ContactEmail, InvalidContactEmail};
pub use contact_filter::{ContactFilter, ContactSort, InvalidTimeRange, TimeRange};
pub use contact_list::{
    ContactList, ContactListChange, ContactListState, CountedList, ListCounts, ListStatus,
    NewContactList,
};
pub use contact_text::{ContactText, InvalidContactText};
pub use contacts::{Contacts, DeletedContact, RestoredContact, SavedContact, UpdatedContact};
pub use error::ContactError;
pub use export::ContactExport;
pub use file::{
    CERTAIN_ENOUGH, Column, DELIMITERS, Decoder, Detected, Encoding, FileReader, Header,
    MAX_RECORD_LEN, Meaning, ParsedRow, Record, RecordFault, RecordReader, RejectedRow,
    RejectionCode, Stop, Told, UnknownMeaning, sniff, sniff_as,
};
pub use fold::{Folded, fold, fold_whole};
pub use imports::{
    ContactImport, ContactImportState, FileFormat, FileSource, FormatChange, ImportCounts,
    ImportDetail, ImportJob, ImportOptions, ImportOptionsChange, ImportPorts, ImportPreview,
    ImportStatus, Imports, InvalidFormat, LeftContact, LeftReason, NewImport, OnDuplicate,
    OnInvalid, PreviewRow, Rejection, RejectionsCsv, SourceBroken, Touch, TouchOutcome, UndoCounts,
    UndoJob, Uploaded,
};
pub use judge::{Judge, Judged, judge, read_address};
pub use judging::{
    CheckedAddress, ContactRevalidation, DisposableList, DisposableSource, DomainLookup,
    EmailChecks, Judgement, JudgementDetails, Knowledge, ListRevalidation, ListValidation,
    NoLookup, RuleChange, RuleConfig, RuleCount, SettingsChange, ValidationRule, ValidationRules,
    Validations, creation_of, rules_of, starter_rules,
};
pub use lists::{ContactLists, MemberOutcome};
pub use profile::{Profile, ProfileChange};
pub use search::{
    ContactSearch, Fit, InvalidContactSearch, Sequence, Term, forgives, guessable_words,
};
pub use source::{ContactSource, UnknownWord};
pub use suppression::{Suppression, SuppressionReason, SuppressionSource, SuppressionState};
pub use suppressions::{NewSuppressions, SuppressedAddress, Suppressions};
pub use validation::Validation;
