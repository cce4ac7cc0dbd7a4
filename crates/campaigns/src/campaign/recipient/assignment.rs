//! Who on a campaign's lists is mailed, and who of those whose mails are due.

use std::collections::BTreeMap;

use kernel::{ContactId, Timestamp};

use super::{Delivery, RecipientStatus};
use crate::{AddressStatus, Candidate, Exclusion, LivingContact, RiskyAddresses, SendRate};

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
    /// Who is mailed, at the address that was judged.
    pub mailed: Vec<LivingContact>,
    /// Who is left out after all.
    pub left_out: Vec<Settled>,
}

impl Assignment {
    /// What is decided of these people, before whom `earlier` others are mailed from `start` on.
    #[must_use]
    pub fn decide(
        candidates: &[Candidate],
        policy: RiskyAddresses,
        rate: Option<SendRate>,
        start: Timestamp,
        earlier: u64,
    ) -> Vec<Self> {
        let send_time = |place| rate.map_or(start, |rate| rate.time_of(place, start));
        Self::plan(candidates, policy, earlier, send_time)
    }

    /// What is decided of these people, before whom `earlier` others are mailed, where `send_time` says when the mail goes
    /// out before which so many others do.
    #[must_use]
    pub fn plan(
        candidates: &[Candidate],
        policy: RiskyAddresses,
        mut earlier: u64,
        send_time: impl Fn(u64) -> Timestamp,
    ) -> Vec<Self> {
        let mut assignments = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let exclusion = policy.exclusion(candidate.standing);
            let decision = exclusion.map_or_else(|| Ok(send_time(earlier)), Err);
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
    pub fn now(due: &[ContactId], living: Vec<LivingContact>, policy: RiskyAddresses) -> Self {
        let living = living.into_iter().map(|it| (it.contact, it));
        let mut living: BTreeMap<_, _> = living.collect();
        let mut sorted = Self::default();
        for contact in due {
            let person = living.remove(contact);
            let validation = person.as_ref().map(|it| it.standing.status);
            let decision = person.ok_or(Exclusion::Deleted).and_then(|person| {
                let exclusion = policy.exclusion(person.standing);
                exclusion.map_or(Ok(person), Err)
            });
            match decision {
                Ok(person) => sorted.mailed.push(person),
                Err(exclusion) => sorted.left_out.push(Settled {
                    contact: *contact,
                    validation,
                    outcome: Err(exclusion),
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
        let person = |n: u128, status, stop| LivingContact {
            contact: id(n),
            address: format!("{n}@analytical.org"),
            standing: Standing { status, stop },
        };
        let living = vec![
            person(1, AddressStatus::Valid, None),
            person(2, AddressStatus::Valid, Some(StopReason::Unsubscribed)),
            person(3, AddressStatus::Risky, None),
            person(5, AddressStatus::Invalid, None),
        ];
        let due = [5, 4, 3, 2, 1].map(id);

        let strict = Sorted::now(&due, living.clone(), RiskyAddresses::Exclude);
        let lenient = Sorted::now(&due, living.clone(), RiskyAddresses::Include);

        assert_eq!(strict.mailed, [living[0].clone()]);
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
        assert_eq!(lenient.mailed, [living[2].clone(), living[0].clone()]);
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
}
