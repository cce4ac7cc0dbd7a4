//! What a filter is in SQL.

use compliance::{AuditFilter, AuditPosition};
use kernel::{RequestId, UserId};
use sea_orm::Value;
use uuid::Uuid;

/// Conditions on `audit_logs l`, with the values that they name.
///
/// Only the conditions that are asked for are written: a condition that also holds where its value
/// is absent (`$2 IS NULL OR …`) would keep the planner from using an index.
pub(super) struct Conditions {
    parts: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// The entries of one organization.
    pub(super) fn of(organization: Uuid) -> Self {
        Self {
            parts: vec!["l.organization_id = $1".to_owned()],
            values: vec![organization.into()],
        }
    }

    /// Of those, the ones that the filter accepts.
    pub(super) fn filtered(mut self, filter: &AuditFilter) -> Self {
        if let Some(actor) = filter.actor {
            self.and("l.user_id =", UserId::as_uuid(actor));
        }
        if let Some(entity_type) = &filter.entity_type {
            self.and("l.entity_type =", entity_type.as_str());
        }
        if let Some(entity) = filter.entity {
            self.and("l.entity_id =", entity);
        }
        if let Some(action) = filter.action {
            self.and("l.action =", action.as_str());
        }
        if let Some(batch) = filter.batch {
            self.and("l.batch_id =", batch);
        }
        if let Some(request) = filter.request {
            self.and("l.request_id =", RequestId::as_uuid(request));
        }
        if let Some(since) = filter.time.since() {
            self.and("l.created_at >=", since);
        }
        if let Some(until) = filter.time.until() {
            self.and("l.created_at <", until);
        }
        self
    }

    /// Of those, the ones behind a position.
    pub(super) fn behind(mut self, position: Option<AuditPosition>) -> Self {
        if let Some(AuditPosition { at, id }) = position {
            // The first line tells the planner which partitions are left; the second is the rule.
            self.and("l.created_at <=", at);
            let at = self.bind(at);
            let id = self.bind(id);
            self.parts
                .push(format!("(l.created_at, l.id) < ({at}, {id})"));
        }
        self
    }

    /// Adds a condition: a column and an operator, to which the value is added.
    pub(super) fn and(&mut self, comparison: &str, value: impl Into<Value>) {
        let place = self.bind(value);
        self.parts.push(format!("{comparison} {place}"));
    }

    /// Binds a value and tells how the statement names it.
    pub(super) fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// The conditions, for a `WHERE`.
    pub(super) fn sql(&self) -> String {
        self.parts.join(" AND ")
    }

    /// The values, for the statement's execution.
    pub(super) fn into_values(self) -> Vec<Value> {
        self.values
    }
}
