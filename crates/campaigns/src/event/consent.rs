//! What people agreed to, and took back.

use std::str::FromStr;

use kernel::{CampaignId, ContactId, FormVersionId, LeadId, StorageError, Timestamp};
use uuid::Uuid;

use super::EventClient;
use crate::FieldKey;

/// What for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsentType {
    /// What the service cannot do without.
    Necessary,
    /// Measuring what is opened and followed.
    Measurement,
    /// Being written to.
    Marketing,
    /// Further functions.
    Functionality,
    /// What makes the service nicer.
    Experience,
    /// Working with the person's data.
    DataProcessing,
}

/// Who agreed; both are pseudonyms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConsentSubject {
    /// A contact.
    Contact(ContactId),
    /// A lead of whom no address is known.
    Lead(LeadId),
    /// A contact, as a lead.
    Both(ContactId, LeadId),
}

/// How it became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConsentSource {
    /// A field of a form.
    Form,
    /// A link in a mail.
    Link,
    /// Somebody told it over the API.
    Api,
}

/// That somebody agreed to something, or took that back. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentRecord {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub subject: ConsentSubject,
    /// What for.
    pub consent_type: ConsentType,
    /// Whether it was given, or taken back.
    pub granted: bool,
    /// What the person read.
    pub text: String,
    /// The version of the form that it stood in.
    pub text_version: Option<FormVersionId>,
    /// How it became known.
    pub source: ConsentSource,
    /// The campaign that it came from.
    pub campaign: Option<CampaignId>,
    /// The client that it came from; of its visits nothing is kept.
    pub client: EventClient,
}

impl ConsentSubject {
    /// Who it is of these; `None` where it is neither.
    #[must_use]
    pub const fn of(contact: Option<ContactId>, lead: Option<LeadId>) -> Option<Self> {
        match (contact, lead) {
            (Some(contact), Some(lead)) => Some(Self::Both(contact, lead)),
            (Some(contact), None) => Some(Self::Contact(contact)),
            (None, Some(lead)) => Some(Self::Lead(lead)),
            (None, None) => None,
        }
    }

    /// The contact.
    #[must_use]
    pub const fn contact(self) -> Option<ContactId> {
        match self {
            Self::Contact(contact) | Self::Both(contact, _) => Some(contact),
            Self::Lead(_) => None,
        }
    }

    /// The lead.
    #[must_use]
    pub const fn lead(self) -> Option<LeadId> {
        match self {
            Self::Lead(lead) | Self::Both(_, lead) => Some(lead),
            Self::Contact(_) => None,
        }
    }
}

impl ConsentType {
    /// Every type.
    pub const ALL: [Self; 6] = [
        Self::Necessary,
        Self::Measurement,
        Self::Marketing,
        Self::Functionality,
        Self::Experience,
        Self::DataProcessing,
    ];

    /// The type's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Necessary => "necessary",
            Self::Measurement => "measurement",
            Self::Marketing => "marketing",
            Self::Functionality => "functionality",
            Self::Experience => "experience",
            Self::DataProcessing => "data_processing",
        }
    }
}

impl ConsentType {
    /// What a field of a form asks for: what its key names, and else to work with the person's data.
    #[must_use]
    pub fn asked_by(key: &FieldKey) -> Self {
        let named = Self::ALL.iter().find(|it| it.as_str() == key.as_str());
        named.copied().unwrap_or(Self::DataProcessing)
    }
}

impl FromStr for ConsentType {
    type Err = StorageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|consent| consent.as_str() == text)
            .ok_or_else(|| StorageError::Corrupt("unknown type of a consent".to_owned()))
    }
}

impl ConsentSource {
    /// Every source.
    pub const ALL: [Self; 3] = [Self::Form, Self::Link, Self::Api];

    /// The source's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Link => "link",
            Self::Api => "api",
        }
    }
}

impl FromStr for ConsentSource {
    type Err = StorageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|source| source.as_str() == text)
            .ok_or_else(|| StorageError::Corrupt("unknown source of a consent".to_owned()))
    }
}
