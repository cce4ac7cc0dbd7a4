//! Entries of the audit log as they are read.

use std::net::IpAddr;

use kernel::{
    AuditAction, AuditEntry, AuditEntryId, Changes, Cursor, RequestId, Timestamp, UserId, Version,
};
use uuid::Uuid;

/// An entry without its payload: no personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// The entry's id.
    pub id: AuditEntryId,
    /// When it was done.
    pub at: Timestamp,
    /// The user who did it, if it was one.
    pub actor: Option<UserId>,
    /// What kind of actor did it (`user`, `api_key`, `anonymous`, `job`, `operator`).
    pub actor_kind: String,
    /// What kind of thing it was done to.
    pub entity_type: String,
    /// Which one.
    pub entity: Option<Uuid>,
    /// What was done.
    pub action: AuditAction,
    /// The names of the changed fields, in order.
    pub fields: Vec<String>,
    /// The request in which it was done.
    pub request: RequestId,
    /// Common to all entries of one piece of bulk work.
    pub batch: Option<Uuid>,
}

/// The part of an entry that can be erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditPayload {
    /// The changed fields with their values; `None` once they were erased.
    pub changes: Option<Changes>,
    /// The client's address.
    pub ip: Option<IpAddr>,
    /// The client's name for itself.
    pub user_agent: Option<String>,
    /// Why, in the actor's words or a code.
    pub reason: Option<String>,
}

/// An entry with as much of its payload as there still is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditDetail {
    /// The entry.
    pub record: AuditRecord,
    /// Its payload.
    pub payload: AuditPayload,
}

/// How many entries have an actor, a kind of thing and an action in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditCount {
    /// Who did it; `None` for whatever was not done by a user.
    pub actor: Option<UserId>,
    /// To what kind of thing.
    pub entity_type: String,
    /// What was done.
    pub action: AuditAction,
    /// How many entries.
    pub count: u64,
}

/// A place in the log, newest first: behind the entry with this time and id.
///
/// Entries of one instant come in the opposite order of their ids, as all others do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditPosition {
    /// The entry's time.
    pub at: Timestamp,
    /// The entry's id.
    pub id: Uuid,
}

impl AuditDetail {
    /// How much of the payload is erased: entries are never changed otherwise, so that this tells one
    /// state of an entry from another.
    #[must_use]
    pub fn version(&self) -> Version {
        let payload = &self.payload;
        let erased = [
            payload.changes.is_none(),
            payload.ip.is_none(),
            payload.user_agent.is_none(),
            payload.reason.is_none(),
        ];
        let absent = erased.into_iter().filter(|absent| *absent).count();
        (0..absent).fold(Version::FIRST, |version, _| version.next())
    }
}

impl AuditRecord {
    /// The place behind this entry.
    #[must_use]
    pub const fn position(&self) -> AuditPosition {
        AuditPosition {
            at: self.at,
            id: self.id.as_uuid(),
        }
    }
}

impl AuditPosition {
    /// The place that a cursor of a listing of entries names.
    #[must_use]
    pub const fn of(cursor: &Cursor) -> Option<Self> {
        match cursor {
            Cursor::Time(at, id) => Some(Self { at: *at, id: *id }),
            Cursor::Id(_) | Cursor::Text(..) => None,
        }
    }

    /// The cursor that names this place.
    #[must_use]
    pub const fn cursor(self) -> Cursor {
        Cursor::Time(self.at, self.id)
    }
}

impl AuditCount {
    /// The place behind this count: counts come in the order of their actors (those of no user first),
    /// kinds of things and actions.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        let text = format!("{}/{}", self.entity_type, self.action.as_str());
        Cursor::Text(text, self.actor.map_or(Uuid::nil(), UserId::as_uuid))
    }

    /// The actor (nil for no user), kind of thing and action that a cursor of counts names.
    #[must_use]
    pub fn place_of(cursor: &Cursor) -> Option<(Uuid, &str, &str)> {
        match cursor {
            Cursor::Text(text, actor) => {
                let (entity_type, action) = text.split_once('/')?;
                Some((*actor, entity_type, action))
            }
            Cursor::Id(_) | Cursor::Time(..) => None,
        }
    }
}

impl From<&AuditEntry> for AuditRecord {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            actor: entry.actor,
            actor_kind: entry.actor_kind.clone(),
            entity_type: entry.entity_type.clone(),
            entity: entry.entity,
            action: entry.action,
            fields: entry.changes.names().map(str::to_owned).collect(),
            request: entry.request,
            batch: entry.batch,
        }
    }
}

impl From<&AuditEntry> for AuditDetail {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            record: entry.into(),
            payload: AuditPayload {
                changes: Some(entry.changes.clone()),
                ip: entry.ip,
                user_agent: entry.user_agent.clone(),
                reason: entry.reason.clone(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_another_version_once_a_part_of_it_is_erased() {
        let record = AuditRecord {
            id: AuditEntryId::from_uuid(Uuid::nil()),
            at: Timestamp::UNIX_EPOCH,
            actor: None,
            actor_kind: "operator".to_owned(),
            entity_type: "team".to_owned(),
            entity: None,
            action: AuditAction::Create,
            fields: Vec::new(),
            request: RequestId::from_uuid(Uuid::nil()),
            batch: None,
        };
        let mut detail = AuditDetail {
            record,
            payload: AuditPayload {
                changes: Some(Changes::none()),
                ip: "192.0.2.1".parse().ok(),
                ..AuditPayload::default()
            },
        };

        let whole = detail.version();
        detail.payload.ip = None;
        let without_ip = detail.version();
        detail.payload.changes = None;

        assert!(whole < without_ip && without_ip < detail.version());
    }

    #[test]
    fn the_cursor_of_a_count_names_its_place() {
        let actor = UserId::from_uuid(Uuid::from_u128(7));
        let count = AuditCount {
            actor: Some(actor),
            entity_type: "api_key".to_owned(),
            action: AuditAction::Revoke,
            count: 3,
        };

        assert_eq!(
            AuditCount::place_of(&count.cursor()),
            Some((actor.as_uuid(), "api_key", "revoke"))
        );
    }
}
