//! Which leads are wanted, and in which order.

use kernel::{CampaignId, ContactId, FieldFault, TeamId, Timestamp, UserId};

use super::condition::Condition;
use super::value::{LeadValue, ValueKind};
use super::{Lead, LeadOwner, LeadSource, LeadStatus};
use crate::FieldKey;

/// Who works on the leads that are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnedBy {
    /// This person.
    Person(UserId),
    /// This team.
    Team(TeamId),
    /// Nobody yet.
    Nobody,
}

impl OwnedBy {
    /// What is asked for, of which only one can be.
    pub fn one_of(
        user: Option<UserId>,
        team: Option<TeamId>,
        nobody: bool,
    ) -> Result<Option<Self>, FieldFault> {
        let asked = [
            user.map(Self::Person),
            team.map(Self::Team),
            nobody.then_some(Self::Nobody),
        ];
        let mut asked = asked.into_iter().flatten();
        let one = asked.next();
        if asked.next().is_some() {
            return Err(FieldFault::new(
                "not-applicable",
                "a lead is assigned to a member, to a team or to nobody",
            ));
        }
        Ok(one)
    }
}

/// Which leads are wanted: those that fit every part that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadFilter {
    /// The deleted ones instead of the living.
    pub deleted: bool,
    /// Of one of these statuses; of any where empty.
    pub statuses: Vec<LeadStatus>,
    /// From here.
    pub source: Option<LeadSource>,
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// This person's.
    pub contact: Option<ContactId>,
    /// Whom they are assigned to.
    pub owner: Option<OwnedBy>,
    /// Made from when on, included.
    pub created_since: Option<Timestamp>,
    /// Made until when, excluded.
    pub created_until: Option<Timestamp>,
    /// What is demanded of their fields.
    pub conditions: Vec<Condition>,
}

/// The order of a listing of leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LeadSort {
    /// Oldest first.
    #[default]
    Created,
    /// Newest first.
    CreatedDescending,
    /// By the first value of this kind of a field; leads without one are not listed.
    Field {
        /// The field.
        key: FieldKey,
        /// The kind of its values.
        kind: ValueKind,
        /// Whether the order is backwards.
        descending: bool,
    },
}

impl LeadFilter {
    /// Whether a lead with these values fits; the rule that every adapter applies.
    #[must_use]
    pub fn accepts(&self, lead: &Lead, values: &[LeadValue]) -> bool {
        let state = lead.state();
        let at = state.stamps.created_at;
        let is_owned = |by: OwnedBy| match by {
            OwnedBy::Person(user) => state.owner.and_then(LeadOwner::person) == Some(user),
            OwnedBy::Team(team) => state.owner.and_then(LeadOwner::team) == Some(team),
            OwnedBy::Nobody => state.owner.is_none(),
        };
        state.stamps.is_deleted() == self.deleted
            && (self.statuses.is_empty() || self.statuses.contains(&state.status))
            && self.source.is_none_or(|source| state.source == source)
            && self.campaign.is_none_or(|it| state.campaign == Some(it))
            && self.contact.is_none_or(|it| state.contact == Some(it))
            && self.owner.is_none_or(is_owned)
            && self.created_since.is_none_or(|since| since <= at)
            && self.created_until.is_none_or(|until| at < until)
            && self.conditions.iter().all(|it| it.accepts(values))
    }

    /// Which parts are set, as the audit log tells what was taken away. What is demanded of fields is left out but for
    /// their keys: it may be personal.
    pub(crate) fn describe(&self) -> String {
        let mut parts = Vec::new();
        if self.deleted {
            parts.push("deleted=true".to_owned());
        }
        let statuses = self.statuses.iter();
        parts.extend(statuses.map(|status| format!("status={}", status.as_str())));
        if let Some(source) = self.source {
            parts.push(format!("source={}", source.as_str()));
        }
        if let Some(campaign) = self.campaign {
            parts.push(format!("campaign_id={campaign}"));
        }
        if let Some(contact) = self.contact {
            parts.push(format!("contact_id={contact}"));
        }
        if self.owner.is_some() {
            parts.push("owner".to_owned());
        }
        if self.created_since.is_some() || self.created_until.is_some() {
            parts.push("created within a range".to_owned());
        }
        let conditions = self.conditions.iter();
        parts.extend(conditions.map(|it| format!("field={}:…", it.key)));
        parts.join("&")
    }
}
