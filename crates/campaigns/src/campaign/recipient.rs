//! The recipients of a campaign: how each of them stands.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use kernel::{ContactId, FieldFault, Timestamp};

use super::{AddressStatus, Candidate, Exclusion, RiskyAddresses, SendRate};

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

/// What is decided of somebody on a campaign's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Who.
    pub contact: ContactId,
    /// What was known of the address.
    pub validation: AddressStatus,
    /// When the mail goes out, but for the campaign's pauses, or why there is none.
    pub decision: Result<Timestamp, Exclusion>,
}

/// What became of somebody who was to be mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Who.
    pub contact: ContactId,
    /// What was known of the address then; nothing of somebody who is gone.
    pub validation: Option<AddressStatus>,
    /// What became of the mail, or why there was none.
    pub outcome: Result<Delivery, Exclusion>,
}

/// Who of those whose mails are due is mailed, as things stand now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sorted {
    /// Who is mailed, and what is known of the address.
    pub mailed: Vec<(ContactId, AddressStatus)>,
    /// Who is left out after all.
    pub left_out: Vec<Settled>,
}

/// How often something was done, and when first and last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Engagement {
    /// How often.
    pub count: u32,
    /// When first.
    pub first: Option<Timestamp>,
    /// When last.
    pub last: Option<Timestamp>,
}

/// What a recipient did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Opened the mail.
    Open,
    /// Followed a link in it.
    Click,
    /// Looked at the landing page.
    View,
    /// Answered its form.
    Submit,
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

impl Engagement {
    /// It was done once more, at this instant.
    pub fn count_at(&mut self, at: Timestamp) {
        self.count = self.count.saturating_add(1);
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }
}

impl Deed {
    /// Every deed.
    pub const ALL: [Self; 4] = [Self::Open, Self::Click, Self::View, Self::Submit];

    /// The deed's name in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Click => "click",
            Self::View => "view",
            Self::Submit => "submit",
        }
    }
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

impl Assignment {
    /// What is decided of these people, before whom `earlier` others are mailed from `start` on.
    #[must_use]
    pub fn decide(
        candidates: &[Candidate],
        policy: RiskyAddresses,
        rate: Option<SendRate>,
        start: Timestamp,
        mut earlier: u64,
    ) -> Vec<Self> {
        let mut assignments = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let decision = policy.exclusion(candidate.standing).map_or_else(
                || Ok(rate.map_or(start, |rate| rate.time_of(earlier, start))),
                Err,
            );
            earlier += u64::from(decision.is_ok());
            assignments.push(Self {
                contact: candidate.contact,
                validation: candidate.standing.status,
                decision,
            });
        }
        assignments
    }
}

impl Assignment {
    /// The same of people whom a campaign did not come to before it ended.
    #[must_use]
    pub fn end(candidates: &[Candidate], policy: RiskyAddresses) -> Vec<Self> {
        let end = |candidate: &Candidate| {
            let exclusion = policy.exclusion(candidate.standing);
            Self {
                contact: candidate.contact,
                validation: candidate.standing.status,
                decision: Err(exclusion.unwrap_or(Exclusion::Ended)),
            }
        };
        candidates.iter().map(end).collect()
    }
}

impl Settled {
    /// How the recipient stands after it.
    #[must_use]
    pub fn status(&self) -> RecipientStatus {
        self.outcome
            .map_or(RecipientStatus::Skipped, Delivery::status)
    }

    /// Why, where there is more to tell.
    #[must_use]
    pub fn reason(&self) -> Option<&'static str> {
        match self.outcome {
            Ok(delivery) => delivery.reason(),
            Err(exclusion) => Some(exclusion.as_str()),
        }
    }
}

impl Sorted {
    /// Sorts those whose mails are due, in their order; whoever is not among the `living` is gone.
    #[must_use]
    pub fn now(due: &[ContactId], living: &[Candidate], policy: RiskyAddresses) -> Self {
        let living: BTreeMap<_, _> = living.iter().map(|it| (it.contact, it.standing)).collect();
        let mut sorted = Self::default();
        for contact in due {
            let standing = living.get(contact);
            let exclusion = match standing {
                Some(standing) => policy.exclusion(*standing),
                None => Some(Exclusion::Deleted),
            };
            match (standing, exclusion) {
                (Some(standing), None) => sorted.mailed.push((*contact, standing.status)),
                (standing, exclusion) => sorted.left_out.push(Settled {
                    contact: *contact,
                    validation: standing.map(|it| it.status),
                    outcome: Err(exclusion.unwrap_or(Exclusion::Deleted)),
                }),
            }
        }
        sorted
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;
    use crate::{Standing, StopReason};

    const START: Timestamp = datetime!(2026-01-15 12:00 UTC);

    #[test]
    fn whoever_is_left_out_takes_no_place_in_the_row() {
        let candidate = |n, stop| Candidate {
            contact: ContactId::from_uuid(Uuid::from_u128(n)),
            standing: Standing {
                status: AddressStatus::Valid,
                stop,
            },
        };
        let left = Some(StopReason::Unsubscribed);
        let people = [candidate(1, None), candidate(2, left), candidate(3, None)];
        let policy = RiskyAddresses::Exclude;
        let rate = SendRate::per_minute(60).ok();

        let decided = Assignment::decide(&people, policy, rate, START, 10);

        let told: Vec<_> = decided.iter().map(|it| it.decision).collect();
        let second = |n| Ok(START + Duration::seconds(n));
        assert_eq!(told, [second(10), Err(Exclusion::Unsubscribed), second(11)]);
        let at_once = Assignment::decide(&people, policy, None, START, 10);
        assert_eq!(at_once[2].decision, Ok(START));
    }

    #[test]
    fn whoever_must_not_be_mailed_any_more_is_left_out_in_the_end() {
        let id = |n| ContactId::from_uuid(Uuid::from_u128(n));
        let candidate = |n, status, stop| Candidate {
            contact: id(n),
            standing: Standing { status, stop },
        };
        let living = [
            candidate(1, AddressStatus::Valid, None),
            candidate(2, AddressStatus::Valid, Some(StopReason::Unsubscribed)),
            candidate(3, AddressStatus::Risky, None),
            candidate(5, AddressStatus::Invalid, None),
        ];
        let due = [5, 4, 3, 2, 1].map(id);

        let strict = Sorted::now(&due, &living, RiskyAddresses::Exclude);
        let lenient = Sorted::now(&due, &living, RiskyAddresses::Include);

        assert_eq!(strict.mailed, [(id(1), AddressStatus::Valid)]);
        let told: Vec<_> = strict
            .left_out
            .iter()
            .map(|it| (it.contact, it.outcome, it.validation))
            .collect();
        let expected = [
            (id(5), Err(Exclusion::Invalid), Some(AddressStatus::Invalid)),
            (id(4), Err(Exclusion::Deleted), None),
            (id(3), Err(Exclusion::Risky), Some(AddressStatus::Risky)),
            (
                id(2),
                Err(Exclusion::Unsubscribed),
                Some(AddressStatus::Valid),
            ),
        ];
        assert_eq!(told, expected);
        let mailed = [(id(3), AddressStatus::Risky), (id(1), AddressStatus::Valid)];
        assert_eq!(lenient.mailed, mailed);
    }

    #[test]
    fn whom_an_ended_campaign_did_not_come_to_is_told_why() {
        let candidate = |n, stop| Candidate {
            contact: ContactId::from_uuid(Uuid::from_u128(n)),
            standing: Standing {
                status: AddressStatus::Valid,
                stop,
            },
        };
        let people = [
            candidate(1, None),
            candidate(2, Some(StopReason::Suppressed)),
        ];

        let decided = Assignment::end(&people, RiskyAddresses::Exclude);

        let told: Vec<_> = decided.iter().map(|it| it.decision).collect();
        assert_eq!(told, [Err(Exclusion::Ended), Err(Exclusion::Suppressed)]);
    }

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
