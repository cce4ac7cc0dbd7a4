//! The recipients of a campaign: how each of them stands.

mod assignment;
mod delivery;
mod engagement;

use std::fmt;
use std::str::FromStr;

use kernel::{ContactId, FieldFault, Timestamp};

pub use assignment::{Assignment, Settled, Sorted};
pub use delivery::{BounceKind, Bounced, Delivery, PlannedMail};
pub use engagement::{Deed, Engaged, Engagement, Played, Trace};

use super::AddressStatus;

/// How a recipient stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecipientStatus {
    /// The mail is yet to go out.
    Pending,
    /// The mail went out.
    Sent,
    /// The mail arrived, as far as somebody told so.
    Delivered,
    /// The mail came back.
    Bounced,
    /// The mail went out, and the person left.
    Unsubscribed,
    /// The mail could not be sent.
    Failed,
    /// The person is left out.
    Skipped,
}

/// A recipient of a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Who.
    pub contact: ContactId,
    /// How they stand.
    pub status: RecipientStatus,
    /// Why, where there is more to tell.
    pub reason: Option<String>,
    /// What was known of the address when the mail went out, or when it was decided that none does.
    pub validation: AddressStatus,
    /// When the mail goes out, but for the campaign's pauses.
    pub scheduled_send_time: Option<Timestamp>,
    /// When it went out.
    pub sent_at: Option<Timestamp>,
    /// Opening the mail.
    pub opens: Engagement,
    /// Following links in it.
    pub clicks: Engagement,
    /// Seeing the landing page.
    pub views: Engagement,
    /// Answering its form.
    pub submits: Engagement,
    /// When it was decided whether they are mailed.
    pub assigned_at: Timestamp,
}

/// Which recipients are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecipientFilter {
    /// Those who stand like this.
    pub status: Option<RecipientStatus>,
    /// Those who do so for this reason.
    pub reason: Option<String>,
}

/// The text names no status of recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of pending, sent, delivered, bounced, unsubscribed, failed, skipped")]
pub struct UnknownRecipientStatus;

impl RecipientStatus {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Sent,
        Self::Delivered,
        Self::Bounced,
        Self::Unsubscribed,
        Self::Failed,
        Self::Skipped,
    ];

    /// The status's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Unsubscribed => "unsubscribed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for RecipientStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RecipientStatus {
    type Err = UnknownRecipientStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownRecipientStatus)
    }
}

impl From<UnknownRecipientStatus> for FieldFault {
    fn from(error: UnknownRecipientStatus) -> Self {
        Self::new("unknown-value", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_by_its_name() {
        for status in RecipientStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert_eq!(
            "lost".parse::<RecipientStatus>(),
            Err(UnknownRecipientStatus)
        );
    }
}
