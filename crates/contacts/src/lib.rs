//! Contacts: whom an organization writes to.
//!
//! Vocabulary:
//!
//! - a **verdict** ([`Verdict`]) is what is said of one address: its status, whose it is, and what speaks against it,
//!   by [`Rules`] that the organization can set;
//! - a **record** ([`Record`]) is a row of a file as it stands there, with its line number; what it says of a person
//!   is a [`ParsedRow`], or it is a [`RejectedRow`].
//!
//! Always true: the same address, facts and rules give the same verdict.

mod address;
mod file;

pub use address::{
    Classification, ClassificationConfig, DisposableDomains, DomainConfig, DomainFact, DomainList,
    Facts, InvalidDisposableDomains, InvalidDomainList, Reason, Rule, RuleOutcome, RuleResult,
    RuleType, Rules, SyntaxConfig, UnknownClassification, UnknownReason, UnknownRuleType,
    UnknownValidationStatus, ValidationStatus, Verdict, decide, normalize,
};
pub use file::{
    CERTAIN_ENOUGH, Column, DELIMITERS, Decoder, Detected, Encoding, FileReader, MAX_RECORD_LEN,
    Meaning, ParsedRow, Record, RecordFault, RecordReader, RejectedRow, RejectionCode, Stop,
    UnknownMeaning, sniff, sniff_as,
};
