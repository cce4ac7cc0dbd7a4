//! Moving several leads at once, on the wire.

use campaigns::{LeadStatus, Leads, StatusOutcome};
use kernel::{Description, LeadId};
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use uuid::Uuid;

use super::dto::status;
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
    status_reason: Option<DescriptionText>,
}

/// What can become of the wish to move a lead.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum MovedOutcome {
    /// It has the status now.
    Changed,
    /// It had the status already.
    Unchanged,
    /// The pipeline has no such step.
    Refused,
    /// There is no such lead.
    NotFound,
}

/// What became of the wish to move a lead.
#[derive(Clone, Debug, Object)]
pub(crate) struct MovedLeadAnswer {
    /// The id that was named.
    id: Uuid,
    /// What became of it.
    outcome: MovedOutcome,
}

/// What became of each wish, in the order in which they were named.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct MovedLeadsAnswer {
    /// One outcome per id.
    items: Vec<MovedLeadAnswer>,
}

/// Reads which leads to move, and where.
pub(crate) fn leads_to_move(
    fields: &mut Fields<'_>,
) -> Option<(Vec<LeadId>, LeadStatus, Description)> {
    let ids = fields.required("ids", list(1..=Leads::MOST_AT_ONCE, id));
    let status = fields.required("status", text_by(status));
    let reason = fields.optional("status_reason", text);
    let reason = reason?.unwrap_or_else(Description::empty);
    Some((ids?, status?, reason))
}

impl From<Vec<(LeadId, StatusOutcome)>> for MovedLeadsAnswer {
    fn from(outcomes: Vec<(LeadId, StatusOutcome)>) -> Self {
        let items = outcomes.into_iter().map(|(id, outcome)| MovedLeadAnswer {
            id: id.as_uuid(),
            outcome: match outcome {
                StatusOutcome::Changed => MovedOutcome::Changed,
                StatusOutcome::Unchanged => MovedOutcome::Unchanged,
                StatusOutcome::Refused => MovedOutcome::Refused,
                StatusOutcome::NotFound => MovedOutcome::NotFound,
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

impl Example for MovedLeadsAnswer {
    fn example() -> Self {
        Self {
            items: vec![MovedLeadAnswer {
                id: SOME,
                outcome: MovedOutcome::Changed,
            }],
        }
    }
}
