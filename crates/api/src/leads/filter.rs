//! The filters of a listing of leads.

use campaigns::{AskedCondition, FieldKey, LeadFilter, LeadQuery, LeadSort, LeadSource, OwnedBy};
use kernel::{FieldFault, UserId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::dto::status;
use crate::input::{Query, flag, id, instant, parameters, text, text_by};
use crate::problem::ApiError;
use crate::schema::{LeadConditionText, LeadSortText, LeadSourceText, LeadStatusText};

/// The parameters that say which leads are wanted, and in which order.
pub(crate) struct Filter {
    pub(crate) deleted: Query<Option<bool>>,
    pub(crate) status: Query<Vec<LeadStatusText>>,
    pub(crate) source: Query<Option<LeadSourceText>>,
    pub(crate) campaign_id: Query<Option<Uuid>>,
    pub(crate) contact_id: Query<Option<Uuid>>,
    pub(crate) assigned_user_id: Query<Option<Uuid>>,
    pub(crate) assigned_team_id: Query<Option<Uuid>>,
    pub(crate) unassigned: Query<Option<bool>>,
    pub(crate) created_since: Query<Option<OffsetDateTime>>,
    pub(crate) created_until: Query<Option<OffsetDateTime>>,
    pub(crate) field: Query<Vec<LeadConditionText>>,
    pub(crate) sort: Query<Option<LeadSortText>>,
}

/// An order as it is asked for.
enum Order {
    Created(LeadSort),
    Field(FieldKey, bool),
}

impl Filter {
    /// What is asked for, or everything that is wrong with the parameters.
    pub(crate) fn read(&self) -> Result<LeadQuery, ApiError> {
        parameters(|query| {
            let deleted = query.optional(&self.deleted, flag);
            let statuses = query.list(&self.status, text_by(status));
            let source = query.optional(&self.source, text_by(source));
            let campaign = query.optional(&self.campaign_id, id);
            let contact = query.optional(&self.contact_id, id);
            let user = query.optional(&self.assigned_user_id, id::<UserId>);
            let team = query.optional(&self.assigned_team_id, id);
            let unassigned = query.optional(&self.unassigned, flag);
            let since = query.optional(&self.created_since, instant);
            let until = query.optional(&self.created_until, instant);
            let conditions = query.list(&self.field, text::<AskedCondition>);
            let order = query.optional(&self.sort, text_by(order));
            let (conditions, unassigned) = (conditions?, unassigned?.unwrap_or_default());
            if conditions.len() > AskedCondition::MOST {
                let most = AskedCondition::MOST;
                let detail = format!("at most {most} conditions on fields can be asked at once");
                return query.refuse(&self.field, FieldFault::new("too-many", detail));
            }
            let owner = match OwnedBy::one_of(user?, team?, unassigned) {
                Ok(owner) => owner,
                Err(fault) => return query.refuse(&self.unassigned, fault),
            };
            let (sort, sort_field) = match order? {
                None => (LeadSort::Created, None),
                Some(Order::Created(sort)) => (sort, None),
                Some(Order::Field(key, descending)) => (LeadSort::Created, Some((key, descending))),
            };
            Some(LeadQuery {
                filter: LeadFilter {
                    deleted: deleted?.unwrap_or_default(),
                    statuses: statuses?,
                    source: source?,
                    campaign: campaign?,
                    contact: contact?,
                    owner,
                    created_since: since?,
                    created_until: until?,
                    conditions: Vec::new(),
                },
                conditions,
                sort_field,
                sort,
            })
        })
    }
}

fn source(text: &str) -> Result<LeadSource, FieldFault> {
    text.parse()
        .ok()
        .ok_or_else(|| FieldFault::new("unknown-value", "this is not a source of leads"))
}

fn order(text: &str) -> Result<Order, FieldFault> {
    let (name, descending) = match text.strip_prefix('-') {
        Some(name) => (name, true),
        None => (text, false),
    };
    if name == "created_at" {
        let sort = if descending {
            LeadSort::CreatedDescending
        } else {
            LeadSort::Created
        };
        return Ok(Order::Created(sort));
    }
    Ok(Order::Field(name.parse()?, descending))
}
