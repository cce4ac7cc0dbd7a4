//! Who of a campaign's lists is mailed, and who is not and why.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use kernel::{CampaignId, ContactId, FieldFault, SimulationId, StorageError, SuppressionId};
use uuid::Uuid;

/// Whether addresses that were judged risky are mailed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RiskyAddresses {
    /// They are mailed.
    Include,
    /// They are left out.
    #[default]
    Exclude,
}

/// What is known of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressStatus {
    /// It was not judged yet.
    Pending,
    /// It can be mailed.
    Valid,
    /// It is none.
    Invalid,
    /// It may not be worth it.
    Risky,
    /// Nobody has it.
    Nonexistent,
}

/// Why an address must not be mailed, whatever is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StopReason {
    /// The person does not want to be mailed.
    Unsubscribed,
    /// Something else: it bounced, somebody complained, or the organization said so.
    Suppressed,
}

/// That somebody must not be mailed any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The id of the suppression that comes of it.
    pub id: SuppressionId,
    /// Who.
    pub contact: ContactId,
    /// Whether the person left, or mails do not reach them.
    pub reason: StopReason,
    /// What it came from.
    pub source: StopSource,
}

/// What somebody's not being mailed any more came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopSource {
    /// A link in a mail of this campaign.
    Link(CampaignId),
    /// A mail of this campaign that came back.
    Campaign(CampaignId),
    /// What people did in this simulation; it can be taken back.
    Simulation(SimulationId),
}

/// Why somebody on a campaign's lists does not get its mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exclusion {
    /// The person does not want to be mailed.
    Unsubscribed,
    /// The address must not be mailed for another reason.
    Suppressed,
    /// The address is none.
    Invalid,
    /// Nobody has the address.
    Nonexistent,
    /// The address was not judged yet.
    Unverified,
    /// The address is risky, and the campaign leaves those out.
    Risky,
    /// The person is on another of its lists, too, and counted there.
    Duplicate,
    /// The person was deleted before the mail went out.
    Deleted,
    /// The campaign was completed before the mail went out.
    Ended,
}

/// What decides whether somebody is mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Standing {
    /// What is known of the address.
    pub status: AddressStatus,
    /// Why it must not be mailed.
    pub stop: Option<StopReason>,
}

/// A person on a campaign's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub contact: ContactId,
    /// What decides whether they are mailed.
    pub standing: Standing,
}

/// A person who lives, as they stand at one moment.
#[derive(Clone, PartialEq, Eq)]
pub struct LivingContact {
    /// Who.
    pub contact: ContactId,
    /// The address that so stands, as it was given.
    pub address: String,
    /// What decides whether it is mailed.
    pub standing: Standing,
}

/// Addresses are nobody's to read in logs.
impl fmt::Debug for LivingContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LivingContact")
            .field("contact", &self.contact)
            .field("standing", &self.standing)
            .finish_non_exhaustive()
    }
}

/// How many people stand how, and how often they are on the lists altogether.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AudienceCounts {
    /// Places on the lists.
    pub memberships: u64,
    /// People, each counted once.
    pub people: Vec<(Standing, u64)>,
}

/// Who would be mailed: places on the lists are the mailed ones and all exclusions together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudiencePreview {
    /// Places on the lists.
    pub memberships: u64,
    /// How many people would be mailed.
    pub mailed: u64,
    /// How many places on the lists are left out for each reason.
    pub excluded: BTreeMap<Exclusion, u64>,
}

/// The text names no such policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of include, exclude")]
pub struct UnknownRiskyAddresses;

impl StopReason {
    /// The reason's name among those of suppressions: mails that do not reach somebody came back.
    #[must_use]
    pub const fn as_suppression(self) -> &'static str {
        match self {
            Self::Unsubscribed => "unsubscribed",
            Self::Suppressed => "bounced",
        }
    }
}

impl StopSource {
    /// The source's name in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Link(_) => "link",
            Self::Campaign(_) => "campaign",
            Self::Simulation(_) => "simulation",
        }
    }

    /// The campaign or simulation.
    #[must_use]
    pub const fn id(self) -> Uuid {
        match self {
            Self::Link(campaign) | Self::Campaign(campaign) => campaign.as_uuid(),
            Self::Simulation(simulation) => simulation.as_uuid(),
        }
    }
}

impl RiskyAddresses {
    /// The policy's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Include => "include",
            Self::Exclude => "exclude",
        }
    }

    /// Why somebody who stands like this is not mailed; `None` for whoever is. What the person said counts before what
    /// is known of the address.
    #[must_use]
    pub const fn exclusion(self, standing: Standing) -> Option<Exclusion> {
        match (standing.stop, standing.status, self) {
            (Some(StopReason::Unsubscribed), ..) => Some(Exclusion::Unsubscribed),
            (Some(StopReason::Suppressed), ..) => Some(Exclusion::Suppressed),
            (None, AddressStatus::Invalid, _) => Some(Exclusion::Invalid),
            (None, AddressStatus::Nonexistent, _) => Some(Exclusion::Nonexistent),
            (None, AddressStatus::Pending, _) => Some(Exclusion::Unverified),
            (None, AddressStatus::Risky, Self::Exclude) => Some(Exclusion::Risky),
            (None, AddressStatus::Risky | AddressStatus::Valid, _) => None,
        }
    }

    /// Who of these would be mailed.
    #[must_use]
    pub fn preview(self, counts: &AudienceCounts) -> AudiencePreview {
        let mut preview = AudiencePreview {
            memberships: counts.memberships,
            mailed: 0,
            excluded: Exclusion::BEFORE.into_iter().map(|it| (it, 0)).collect(),
        };
        let mut people = 0;
        for (standing, count) in &counts.people {
            people += count;
            match self.exclusion(*standing) {
                Some(exclusion) => *preview.excluded.entry(exclusion).or_default() += count,
                None => preview.mailed += count,
            }
        }
        let duplicates = counts.memberships.saturating_sub(people);
        preview.excluded.insert(Exclusion::Duplicate, duplicates);
        preview
    }
}

impl FromStr for RiskyAddresses {
    type Err = UnknownRiskyAddresses;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Include, Self::Exclude]
            .into_iter()
            .find(|policy| policy.as_str() == text)
            .ok_or(UnknownRiskyAddresses)
    }
}

impl From<UnknownRiskyAddresses> for FieldFault {
    fn from(error: UnknownRiskyAddresses) -> Self {
        Self::new("unknown-value", error.to_string())
    }
}

impl AddressStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Valid,
        Self::Invalid,
        Self::Risky,
        Self::Nonexistent,
    ];

    /// The status's name in storage and on the wire.
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

impl FromStr for AddressStatus {
    type Err = StorageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| StorageError::Corrupt("unknown status of an address".to_owned()))
    }
}

impl Exclusion {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Unsubscribed,
        Self::Suppressed,
        Self::Invalid,
        Self::Nonexistent,
        Self::Unverified,
        Self::Risky,
        Self::Duplicate,
        Self::Deleted,
        Self::Ended,
    ];

    /// Those that there are before a campaign begins, in the order in which the first that fits counts.
    pub const BEFORE: [Self; 7] = [
        Self::Unsubscribed,
        Self::Suppressed,
        Self::Invalid,
        Self::Nonexistent,
        Self::Unverified,
        Self::Risky,
        Self::Duplicate,
    ];

    /// The reason's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsubscribed => "unsubscribed",
            Self::Suppressed => "suppressed",
            Self::Invalid => "invalid",
            Self::Nonexistent => "nonexistent",
            Self::Unverified => "unverified",
            Self::Risky => "risky",
            Self::Duplicate => "duplicate",
            Self::Deleted => "deleted",
            Self::Ended => "ended",
        }
    }
}

impl fmt::Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STOPS: [Option<StopReason>; 3] = [
        None,
        Some(StopReason::Unsubscribed),
        Some(StopReason::Suppressed),
    ];

    #[test]
    fn who_left_is_never_mailed_and_risky_addresses_as_the_policy_says() {
        use AddressStatus::{Invalid, Nonexistent, Pending, Risky, Valid};
        for policy in [RiskyAddresses::Include, RiskyAddresses::Exclude] {
            for status in AddressStatus::ALL {
                let told = |stop| policy.exclusion(Standing { status, stop });

                assert_eq!(
                    told(Some(StopReason::Unsubscribed)),
                    Some(Exclusion::Unsubscribed)
                );
                assert_eq!(
                    told(Some(StopReason::Suppressed)),
                    Some(Exclusion::Suppressed)
                );
                let expected = match status {
                    Pending => Some(Exclusion::Unverified),
                    Valid => None,
                    Invalid => Some(Exclusion::Invalid),
                    Nonexistent => Some(Exclusion::Nonexistent),
                    Risky if policy == RiskyAddresses::Include => None,
                    Risky => Some(Exclusion::Risky),
                };
                assert_eq!(told(None), expected, "{policy:?} {status:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_place_on_the_lists_is_mailed_or_itemised(
            people in proptest::collection::vec((0..5_usize, 0..3_usize, 0..1_000_u64), 0..20),
            twice in 0..50_u64,
            include in any::<bool>(),
        ) {
            let people: Vec<_> = people
                .into_iter()
                .map(|(status, stop, count)| {
                    let standing = Standing { status: AddressStatus::ALL[status], stop: STOPS[stop] };
                    (standing, count)
                })
                .collect();
            let memberships = people.iter().map(|(_, count)| count).sum::<u64>() + twice;
            let policy = if include { RiskyAddresses::Include } else { RiskyAddresses::Exclude };

            let preview = policy.preview(&AudienceCounts { memberships, people });

            prop_assert_eq!(preview.mailed + preview.excluded.values().sum::<u64>(), memberships);
            prop_assert_eq!(preview.excluded[&Exclusion::Duplicate], twice);
        }
    }
}
