//! The filters of a search.

use compliance::{AuditFilter, InvalidTimeRange, TimeRange};
use kernel::{AuditAction, FieldFault};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Query, id, instant, parameters, text, text_by, uuid};
use crate::problem::ApiError;
use crate::schema::{AuditActionText, EntityTypeText};

/// The parameters that say which entries are wanted.
pub(super) struct Filter {
    pub(super) user_id: Query<Option<Uuid>>,
    pub(super) entity_type: Query<Option<EntityTypeText>>,
    pub(super) entity_id: Query<Option<Uuid>>,
    pub(super) action: Query<Option<AuditActionText>>,
    pub(super) batch_id: Query<Option<Uuid>>,
    pub(super) request_id: Query<Option<Uuid>>,
    pub(super) since: Query<Option<OffsetDateTime>>,
    pub(super) until: Query<Option<OffsetDateTime>>,
}

impl Filter {
    /// The filter, or everything that is wrong with the parameters.
    pub(super) fn read(&self) -> Result<AuditFilter, ApiError> {
        parameters(|query| {
            let actor = query.optional(&self.user_id, id);
            let entity_type = query.optional(&self.entity_type, text);
            let entity = query.optional(&self.entity_id, uuid);
            let action = query.optional(&self.action, text_by(audit_action));
            let batch = query.optional(&self.batch_id, uuid);
            let request = query.optional(&self.request_id, id);
            let since = query.optional(&self.since, instant);
            let until = query.optional(&self.until, instant);
            let time = match TimeRange::new(since.flatten(), until.flatten()) {
                Ok(time) => Some(time),
                Err(error @ InvalidTimeRange) => query.refuse(&self.until, error),
            };
            Some(AuditFilter {
                actor: actor?,
                entity_type: entity_type?,
                entity: entity?,
                action: action?,
                batch: batch?,
                request: request?,
                time: time?,
            })
        })
    }
}

fn audit_action(text: &str) -> Result<AuditAction, FieldFault> {
    let known = AuditAction::ALL.iter().copied();
    known
        .into_iter()
        .find(|action| action.as_str() == text)
        .ok_or_else(|| FieldFault::new("unknown-value", "this is not an action of the audit log"))
}
