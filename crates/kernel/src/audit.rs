//! Entries of the audit log, and the port that appends them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::str::FromStr;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    AuditEntryId, OrganizationId, RequestId, StorageError, TenantScope, Timestamp, UserId,
};

macro_rules! audit_actions {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)+) => {
        /// What was done; a closed list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum AuditAction {
            $($(#[$doc])* $variant,)+
        }

        impl AuditAction {
            /// Every action there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The action's name in storage and on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    };
}

audit_actions! {
    /// Something was made.
    Create = "create",
    /// Something was changed.
    Update = "update",
    /// Something was deleted, restorably.
    Delete = "delete",
    /// Something deleted was brought back.
    Restore = "restore",
    /// Something deleted was removed for good.
    Purge = "purge",
    /// Data was taken in.
    Import = "import",
    /// Data was read in bulk.
    Export = "export",
    /// A campaign was started.
    Launch = "launch",
    /// A campaign was paused.
    Pause = "pause",
    /// A campaign went on.
    Resume = "resume",
    /// Something ran to its end.
    Complete = "complete",
    /// Somebody logged in, or used a key from a new address.
    Login = "login",
    /// Somebody tried to log in and could not.
    LoginFailed = "login_failed",
    /// Somebody logged out, or a session was ended.
    Logout = "logout",
    /// A right, a role or a credential was given.
    Grant = "grant",
    /// A right, a role or a credential was taken back.
    Revoke = "revoke",
    /// Somebody was refused for want of a permission.
    Denied = "denied",
    /// Personal values were made anonymous.
    Anonymise = "anonymise",
    /// A person was erased.
    Erase = "erase",
}

impl FromStr for AuditAction {
    type Err = StorageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.as_str() == text)
            .ok_or_else(|| StorageError::Corrupt("unknown audit action".to_owned()))
    }
}

/// One field's value before and after; `null` where there was or is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The value before.
    pub old: Value,
    /// The value after.
    pub new: Value,
}

/// The changed fields of an entity, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Changes(BTreeMap<String, Change>);

impl Changes {
    /// No change.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a field where its value differs; an unchanged one is left out.
    #[must_use]
    pub fn field(mut self, name: &str, old: impl Into<Value>, new: impl Into<Value>) -> Self {
        let (old, new) = (old.into(), new.into());
        if old != new {
            self.0.insert(name.to_owned(), Change { old, new });
        }
        self
    }

    /// Adds a secret field: only that it was `set` or `changed`, never its value.
    #[must_use]
    pub fn secret(mut self, name: &str, existed: bool) -> Self {
        let (old, new) = if existed {
            (json!("set"), json!("changed"))
        } else {
            (Value::Null, json!("set"))
        };
        self.0.insert(name.to_owned(), Change { old, new });
        self
    }

    /// Adds a secret field that was `set` and is no more.
    #[must_use]
    pub fn secret_removed(self, name: &str) -> Self {
        self.field(name, "set", Value::Null)
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The changed fields by name, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Change)> {
        self.0.iter().map(|(name, change)| (name.as_str(), change))
    }

    /// The names of the changed fields, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The changes by field name.
    #[must_use]
    pub const fn as_map(&self) -> &BTreeMap<String, Change> {
        &self.0
    }
}

/// What a use case says about its deed; the rest of the entry comes from its scope.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditDraft {
    /// What kind of thing it was done to, as a singular noun (`organization`, `api_key`).
    pub entity_type: &'static str,
    /// Which one.
    pub entity: Option<Uuid>,
    /// What was done.
    pub action: AuditAction,
    /// The changed fields.
    pub changes: Changes,
    /// Why, in the actor's words or a code.
    pub reason: Option<String>,
    /// Common to all entries of one piece of bulk work.
    pub batch: Option<Uuid>,
}

impl AuditDraft {
    /// A draft without reason and batch.
    #[must_use]
    pub const fn new(
        entity_type: &'static str,
        entity: Uuid,
        action: AuditAction,
        changes: Changes,
    ) -> Self {
        Self {
            entity_type,
            entity: Some(entity),
            action,
            changes,
            reason: None,
            batch: None,
        }
    }

    /// The same draft with a reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The same draft as part of a piece of bulk work.
    #[must_use]
    pub const fn in_batch(mut self, batch: Uuid) -> Self {
        self.batch = Some(batch);
        self
    }
}

/// An entry of the audit log: who did what to which thing, when and from where.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// The entry's id.
    pub id: AuditEntryId,
    /// Inside which organization; [`OrganizationId::PLATFORM`] for what belongs to none.
    pub organization: OrganizationId,
    /// When.
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
    /// The request in which it was done.
    pub request: RequestId,
    /// Common to all entries of one piece of bulk work.
    pub batch: Option<Uuid>,
    /// The changed fields with their values. Personal data: it can be erased from storage, so that
    /// an entry read back may have fewer values than field names.
    pub changes: Changes,
    /// The client's address. Personal data.
    pub ip: Option<IpAddr>,
    /// The client's name for itself. Personal data.
    pub user_agent: Option<String>,
    /// Why, in the actor's words or a code.
    pub reason: Option<String>,
}

impl AuditEntry {
    /// The entry about `draft`, done within `scope`.
    #[must_use]
    pub fn new(id: AuditEntryId, at: Timestamp, scope: &TenantScope, draft: AuditDraft) -> Self {
        Self {
            id,
            organization: scope.organization(),
            at,
            actor: scope.actor().user(),
            actor_kind: scope.actor().kind().to_owned(),
            entity_type: draft.entity_type.to_owned(),
            entity: draft.entity,
            action: draft.action,
            request: scope.origin().request,
            batch: draft.batch,
            changes: draft.changes,
            ip: scope.origin().ip,
            user_agent: scope.origin().user_agent.clone(),
            reason: draft.reason,
        }
    }

    /// SHA-256 over the salt and the canonical form of the payload.
    ///
    /// It binds the entry to its payload while the payload, salt included, can be erased without
    /// leaving anything from which it could be guessed.
    #[must_use]
    pub fn commitment(&self, salt: &[u8; 16]) -> [u8; 32] {
        let payload = json!({
            "changes": self.changes,
            "ip": self.ip.map(|ip| ip.to_string()),
            "reason": self.reason,
            "user_agent": self.user_agent,
        });
        let mut text = String::new();
        write_canonical(&payload, &mut text);

        let mut hash = Sha256::new();
        hash.update(salt);
        hash.update(text.as_bytes());
        hash.finalize().into()
    }
}

/// Writes JSON with sorted keys and without white space, so that it survives a round trip through `jsonb`.
fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys = map.keys().collect::<Vec<_>>();
            keys.sort_unstable();
            out.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                let _ = write!(out, "{}:", Value::from(key.as_str()));
                write_canonical(&map[key], out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// Appends to the audit log, within a unit of work.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AuditTrail: Send + Sync {
    /// Appends entries. Every entry MUST belong to the unit's organization; they become visible
    /// with the unit's commit, and can then be neither changed nor removed.
    async fn append(&self, entries: &[AuditEntry]) -> Result<(), StorageError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(changes: Changes) -> AuditEntry {
        AuditEntry {
            id: AuditEntryId::from_uuid(Uuid::from_u128(1)),
            organization: OrganizationId::from_uuid(Uuid::from_u128(2)),
            at: Timestamp::UNIX_EPOCH,
            actor: None,
            actor_kind: "operator".to_owned(),
            entity_type: "team".to_owned(),
            entity: None,
            action: AuditAction::Update,
            request: RequestId::from_uuid(Uuid::from_u128(3)),
            batch: None,
            changes,
            ip: None,
            user_agent: None,
            reason: None,
        }
    }

    #[test]
    fn an_unchanged_field_is_no_change() {
        let changes = Changes::none()
            .field("name", "a", "a")
            .field("slug", "a", "b");

        assert_eq!(changes.names().collect::<Vec<_>>(), ["slug"]);
    }

    #[test]
    fn a_secret_appears_only_as_set_or_changed() {
        let text = serde_json::to_string(&Changes::none().secret("password", true)).unwrap();

        assert_eq!(text, r#"{"password":{"old":"set","new":"changed"}}"#);
    }

    #[test]
    fn the_commitment_depends_on_salt_and_payload_but_not_on_the_order_of_keys() {
        let one = entry(Changes::none().field("settings", Value::Null, json!({"a": 1, "b": 2})));
        let same = entry(Changes::none().field("settings", Value::Null, json!({"b": 2, "a": 1})));
        let other = entry(Changes::none().field("settings", Value::Null, json!({"a": 1, "b": 3})));

        assert_eq!(one.commitment(&[0; 16]), same.commitment(&[0; 16]));
        assert_ne!(one.commitment(&[0; 16]), other.commitment(&[0; 16]));
        assert_ne!(one.commitment(&[0; 16]), one.commitment(&[1; 16]));
    }

    #[test]
    fn every_action_parses_from_its_name() {
        for action in AuditAction::ALL {
            assert_eq!(action.as_str().parse::<AuditAction>().unwrap(), *action);
        }
    }
}
