//! A lead.

use kernel::{
    CampaignId, Changes, ContactId, Description, FormResponseId, LeadId, LeadStatusChangeId,
    OrganizationId, Patch, Stamps, Timestamp, UserId,
};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use super::{
    IllegalTransition, LeadOwner, LeadSource, LeadStatus, OwnerChange, Person, StatusChange,
};

/// All that a lead is, but for its answers.
#[derive(Clone, PartialEq, Eq)]
pub struct LeadState {
    /// The lead's id.
    pub id: LeadId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// The campaign that brought it.
    pub campaign: Option<CampaignId>,
    /// The contact that it is.
    pub contact: Option<ContactId>,
    /// Who it is, as far as its first response told; a campaign has one living lead of a person.
    pub person: Option<Person>,
    /// How far it has come.
    pub status: LeadStatus,
    /// Where it came from.
    pub source: LeadSource,
    /// Who works on it.
    pub owner: Option<LeadOwner>,
    /// The last response.
    pub latest_response: Option<FormResponseId>,
    /// How many responses it has.
    pub responses: i32,
    /// What those noted who work on it.
    pub notes: Description,
    /// When the person showed interest first, which may be before it was taken in.
    pub came_at: Timestamp,
    /// Its history.
    pub stamps: Stamps,
}

/// A person who showed interest, and the work on that.
#[derive(Clone, PartialEq, Eq)]
pub struct Lead(LeadState);

/// What it takes to make a lead.
#[derive(Clone, Debug)]
pub struct NewLead {
    /// The campaign that brought it.
    pub campaign: Option<CampaignId>,
    /// The contact that it is.
    pub contact: Option<ContactId>,
    /// Who it is.
    pub person: Option<Person>,
    /// Where it came from.
    pub source: LeadSource,
    /// Who works on it.
    pub owner: Option<LeadOwner>,
    /// What is noted.
    pub notes: Description,
    /// When the person showed interest.
    pub came_at: Timestamp,
}

/// What changes about a lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadChange {
    /// How far it has come.
    pub status: Patch<LeadStatus>,
    /// Why its status changes.
    pub reason: Option<Description>,
    /// Who works on it.
    pub owner: OwnerChange,
    /// What is noted.
    pub notes: Patch<Description>,
}

impl Lead {
    /// A new lead, and its first step into the pipeline.
    #[must_use]
    pub fn open(
        (id, step): (LeadId, LeadStatusChangeId),
        organization: OrganizationId,
        new: NewLead,
        at: Timestamp,
        by: Option<UserId>,
    ) -> (Self, StatusChange) {
        let status = LeadStatus::New;
        let lead = Self(LeadState {
            id,
            organization,
            campaign: new.campaign,
            contact: new.contact,
            person: new.person,
            status,
            source: new.source,
            owner: new.owner,
            latest_response: None,
            responses: 0,
            notes: new.notes,
            came_at: new.came_at,
            stamps: Stamps::new(at, by),
        });
        let step = StatusChange {
            id: step,
            from: None,
            to: status,
            reason: Description::empty(),
            at,
            by,
        };
        (lead, step)
    }

    /// A lead as it was stored.
    #[must_use]
    pub const fn restore(state: LeadState) -> Self {
        Self(state)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &LeadState {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> LeadId {
        self.0.id
    }

    /// Applies a change; tells the step through the pipeline, if it is one. Setting the status that it has is none.
    pub fn change(
        &mut self,
        change: &LeadChange,
        step: LeadStatusChangeId,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Result<Option<StatusChange>, IllegalTransition> {
        let from = self.0.status;
        let to = change.status.apply(&from);
        let step = if from == to {
            None
        } else {
            from.step_to(to)?;
            self.0.status = to;
            Some(StatusChange {
                id: step,
                from: Some(from),
                to,
                reason: change.reason.clone().unwrap_or_else(Description::empty),
                at,
                by,
            })
        };
        self.0.owner = change.owner.apply(self.0.owner);
        self.0.notes = change.notes.apply(&self.0.notes);
        self.0.stamps.touch(at, by);
        Ok(step)
    }

    /// Notes that it answered, for the first time or again; a contact that was known stays. Who answered before they came
    /// as far as was known, came then.
    pub fn answer(
        &mut self,
        (response, submitted_at): (FormResponseId, Timestamp),
        contact: Option<ContactId>,
        at: Timestamp,
        by: Option<UserId>,
    ) {
        self.0.latest_response = Some(response);
        self.0.responses += 1;
        self.0.contact = self.0.contact.or(contact);
        self.0.came_at = self.0.came_at.min(submitted_at);
        self.0.stamps.touch(at, by);
    }

    /// Deletes it, restorably.
    pub const fn delete(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.stamps.delete(at, by);
    }

    /// Takes the deletion back.
    pub const fn undelete(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.stamps.restore(at, by);
    }

    /// How `self` differs from what it was before, field by field, as the audit log tells it.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>) -> Changes {
        let old = before.map(Self::state);
        let new = &self.0;
        Changes::none()
            .field(
                "campaign_id",
                json!(old.and_then(|it| it.campaign)),
                json!(new.campaign),
            )
            .field(
                "contact_id",
                json!(old.and_then(|it| it.contact)),
                json!(new.contact),
            )
            .field(
                "status",
                json!(old.map(|it| it.status.as_str())),
                json!(new.status.as_str()),
            )
            .field(
                "source",
                json!(old.map(|it| it.source.as_str())),
                json!(new.source.as_str()),
            )
            .field(
                "assigned_user_id",
                json!(old.and_then(|it| it.owner).and_then(LeadOwner::person)),
                json!(new.owner.and_then(LeadOwner::person)),
            )
            .field(
                "assigned_team_id",
                json!(old.and_then(|it| it.owner).and_then(LeadOwner::team)),
                json!(new.owner.and_then(LeadOwner::team)),
            )
            .field(
                "latest_response_id",
                json!(old.and_then(|it| it.latest_response)),
                json!(new.latest_response),
            )
            .field(
                "notes",
                json!(old.map(|it| it.notes.as_str())),
                json!(new.notes.as_str()),
            )
            .field(
                "came_at",
                instant(old.map(|it| it.came_at)),
                instant(Some(new.came_at)),
            )
    }
}

fn instant(at: Option<Timestamp>) -> Value {
    json!(at.and_then(|at| at.format(&Rfc3339).ok()))
}

impl std::fmt::Debug for Lead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lead")
            .field("id", &self.0.id)
            .field("status", &self.0.status)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for LeadState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LeadState")
            .field("id", &self.id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;

    const CAME: Timestamp = datetime!(2026-03-01 12:00 UTC);

    fn lead() -> Lead {
        let new = NewLead {
            campaign: None,
            contact: None,
            person: None,
            source: LeadSource::DirectForm,
            owner: None,
            notes: Description::empty(),
            came_at: CAME,
        };
        let ids = (
            LeadId::from_uuid(Uuid::nil()),
            LeadStatusChangeId::from_uuid(Uuid::nil()),
        );
        let organization = OrganizationId::from_uuid(Uuid::nil());
        Lead::open(ids, organization, new, CAME, None).0
    }

    #[test]
    fn a_lead_came_when_its_first_answer_was_sent_whenever_that_is_told() {
        let mut lead = lead();
        let response = FormResponseId::from_uuid(Uuid::nil());

        for (submitted_at, expected) in [
            (CAME + Duration::DAY, CAME),
            (CAME - Duration::DAY, CAME - Duration::DAY),
            (CAME, CAME - Duration::DAY),
        ] {
            lead.answer((response, submitted_at), None, CAME, None);

            assert_eq!(lead.state().came_at, expected);
        }
    }
}
