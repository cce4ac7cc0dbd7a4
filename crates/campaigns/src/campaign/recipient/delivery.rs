//! The mail of a recipient: that it goes out, and what became of it.

use kernel::{CampaignId, ContactId, Timestamp};

use super::RecipientStatus;
use crate::AddressStatus;

/// A mail that goes out, or did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedMail {
    /// To whom.
    pub contact: ContactId,
    /// How they stand.
    pub status: RecipientStatus,
    /// What was known of the address when it was planned.
    pub validation: AddressStatus,
    /// When it goes out.
    pub send_time: Timestamp,
}

/// How a mail came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BounceKind {
    /// It will never arrive.
    Hard,
    /// It did not arrive this time.
    Soft,
}

/// What became of handing a mail over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// It was taken.
    Accepted,
    /// It was taken, and came back.
    Bounced(BounceKind),
    /// It was refused, for a reason in `kebab-case`.
    Failed(&'static str),
}

/// That a mail came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bounced {
    /// The mail of which campaign.
    pub campaign: CampaignId,
    /// To whom.
    pub contact: ContactId,
    /// How.
    pub kind: BounceKind,
}

impl BounceKind {
    /// The kind's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
        }
    }
}

impl Delivery {
    /// How the recipient stands after it.
    #[must_use]
    pub const fn status(self) -> RecipientStatus {
        match self {
            Self::Accepted => RecipientStatus::Sent,
            Self::Bounced(_) => RecipientStatus::Bounced,
            Self::Failed(_) => RecipientStatus::Failed,
        }
    }

    /// Why, where there is more to tell.
    #[must_use]
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Accepted => None,
            Self::Bounced(kind) => Some(kind.as_str()),
            Self::Failed(reason) => Some(reason),
        }
    }
}
