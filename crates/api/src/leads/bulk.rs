//! Changing several leads at once, on the wire.

use campaigns::{LeadDeed, LeadOutcome, LeadOwner, Leads};
use kernel::{Description, LeadId};
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use uuid::Uuid;

use super::dto::{one_owner, status};
use crate::input::{Fields, id, list, text, text_by};
use crate::schema::{DescriptionText, LeadStatusText};

/// Which leads to move, and where.
#[derive(Object)]
#[oai(example)]
pub(crate) struct SetLeadStatusRequest {
    /// Their ids.
    #[oai(validator(min_items = 1, max_items = 1000))]
    ids: Vec<Uuid>,
    /// The status that all of them get.
    status: LeadStatusText,
    /// Why.
    #[oai(nullable)]
    status_reason: Option<DescriptionText>,
}

/// Which leads to assign, and to whom; to nobody where neither a member nor a team is named.
#[derive(Object)]
#[oai(example)]
pub(crate) struct AssignLeadsRequest {
    /// Their ids.
    #[oai(validator(min_items = 1, max_items = 1000))]
    ids: Vec<Uuid>,
    /// The member who works on them.
    #[oai(nullable)]
    assigned_user_id: Option<Uuid>,
    /// The team that works on them, where no member does.
    #[oai(nullable)]
    assigned_team_id: Option<Uuid>,
}

/// Which leads to delete.
#[derive(Object)]
#[oai(example)]
pub(crate) struct DeleteLeadsRequest {
    /// Their ids.
    #[oai(validator(min_items = 1, max_items = 1000))]
    ids: Vec<Uuid>,
}

/// What can become of the wish about a lead.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum ChangedOutcome {
    /// It is as it was wished now.
    Changed,
    /// It was so already.
    Unchanged,
    /// The pipeline has no such step.
    Refused,
    /// There is no such living lead.
    NotFound,
}

/// What became of the wish about a lead.
#[derive(Clone, Debug, Object)]
pub(crate) struct ChangedLeadAnswer {
    /// The id that was named.
    id: Uuid,
    /// What became of it.
    outcome: ChangedOutcome,
}

/// What became of each wish, in the order in which they were named.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct ChangedLeadsAnswer {
    /// One outcome per id.
    items: Vec<ChangedLeadAnswer>,
}

/// Reads which leads to move, and where.
pub(crate) fn leads_to_move(fields: &mut Fields<'_>) -> Option<(Vec<LeadId>, LeadDeed)> {
    let ids = ids(fields);
    let status = fields.required("status", text_by(status));
    let reason = fields.optional("status_reason", text);
    let reason = reason?.unwrap_or_else(Description::empty);
    Some((ids?, LeadDeed::Move(status?, reason)))
}

/// Reads which leads to assign, and to whom.
pub(crate) fn leads_to_assign(fields: &mut Fields<'_>) -> Option<(Vec<LeadId>, LeadDeed)> {
    let ids = ids(fields);
    let user = fields.optional("assigned_user_id", id);
    let team = fields.optional("assigned_team_id", id);
    let (user, team) = (user?, team?);
    if user.is_some() && team.is_some() {
        return fields.refuse("assigned_team_id", one_owner());
    }
    let owner = user
        .map(LeadOwner::Person)
        .or_else(|| team.map(LeadOwner::Team));
    Some((ids?, LeadDeed::Assign(owner)))
}

/// Reads which leads to delete.
pub(crate) fn leads_to_delete(fields: &mut Fields<'_>) -> Option<(Vec<LeadId>, LeadDeed)> {
    Some((ids(fields)?, LeadDeed::Delete))
}

fn ids(fields: &mut Fields<'_>) -> Option<Vec<LeadId>> {
    fields.required("ids", list(1..=Leads::MOST_AT_ONCE, id))
}

impl From<Vec<(LeadId, LeadOutcome)>> for ChangedLeadsAnswer {
    fn from(outcomes: Vec<(LeadId, LeadOutcome)>) -> Self {
        let items = outcomes.into_iter().map(|(id, outcome)| ChangedLeadAnswer {
            id: id.as_uuid(),
            outcome: match outcome {
                LeadOutcome::Changed => ChangedOutcome::Changed,
                LeadOutcome::Unchanged => ChangedOutcome::Unchanged,
                LeadOutcome::Refused => ChangedOutcome::Refused,
                LeadOutcome::NotFound => ChangedOutcome::NotFound,
            },
        });
        Self {
            items: items.collect(),
        }
    }
}

const SOME: Uuid = Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0041);

impl Example for SetLeadStatusRequest {
    fn example() -> Self {
        Self {
            ids: vec![SOME],
            status: LeadStatusText::new("qualified"),
            status_reason: None,
        }
    }
}

impl Example for AssignLeadsRequest {
    fn example() -> Self {
        Self {
            ids: vec![SOME],
            assigned_user_id: Some(Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0002)),
            assigned_team_id: None,
        }
    }
}

impl Example for DeleteLeadsRequest {
    fn example() -> Self {
        Self { ids: vec![SOME] }
    }
}

impl Example for ChangedLeadsAnswer {
    fn example() -> Self {
        Self {
            items: vec![ChangedLeadAnswer {
                id: SOME,
                outcome: ChangedOutcome::Changed,
            }],
        }
    }
}
