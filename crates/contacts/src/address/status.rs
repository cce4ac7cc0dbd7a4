//! The words of a verdict: statuses and classifications.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What may be done with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValidationStatus {
    /// Not decided yet: never looked at, or the domain's name servers did not answer in time.
    Pending,
    /// Nothing speaks against mailing to it.
    Valid,
    /// Not an address, or refused by the organization: never mailed.
    Invalid,
    /// An address that may work, with reasons to think twice.
    Risky,
    /// Well-formed, but its domain takes no mail.
    Nonexistent,
}

impl ValidationStatus {
    /// Every status.
    pub const ALL: &'static [Self] = &[
        Self::Pending,
        Self::Valid,
        Self::Invalid,
        Self::Risky,
        Self::Nonexistent,
    ];

    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Risky => "risky",
            Self::Nonexistent => "nonexistent",
        }
    }
}

/// The text is none of the words of a [`ValidationStatus`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a validation status")]
pub struct UnknownValidationStatus;

impl FromStr for ValidationStatus {
    type Err = UnknownValidationStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownValidationStatus)
    }
}

impl fmt::Display for ValidationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whose an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Classification {
    /// A mailbox at a provider that anybody can have one at.
    Personal,
    /// A mailbox at a domain of its owner's.
    Business,
    /// A function rather than a person (`info@`, `sales@`).
    Role,
    /// A mailbox that is thrown away after use.
    Disposable,
    /// Cannot be told, because there is no domain to tell it by.
    Unknown,
}

impl Classification {
    /// Every classification.
    pub const ALL: &'static [Self] = &[
        Self::Personal,
        Self::Business,
        Self::Role,
        Self::Disposable,
        Self::Unknown,
    ];

    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Business => "business",
            Self::Role => "role",
            Self::Disposable => "disposable",
            Self::Unknown => "unknown",
        }
    }
}

/// The text is none of the words of a [`Classification`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a classification of addresses")]
pub struct UnknownClassification;

impl FromStr for Classification {
    type Err = UnknownClassification;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|classification| classification.as_str() == text)
            .ok_or(UnknownClassification)
    }
}

impl fmt::Display for Classification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back_and_no_other_is() {
        for status in ValidationStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(*status));
        }
        for classification in Classification::ALL {
            assert_eq!(classification.as_str().parse(), Ok(*classification));
        }
        assert_eq!(
            "Valid".parse::<ValidationStatus>(),
            Err(UnknownValidationStatus)
        );
        assert_eq!("".parse::<Classification>(), Err(UnknownClassification));
    }
}
