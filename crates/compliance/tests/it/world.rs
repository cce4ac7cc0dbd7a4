//! A log, and the people who read it.

use std::sync::Arc;

use compliance::AuditLog;
use compliance::ports::AuditStore;
use in_memory::MemoryDatabase;
use kernel::{
    Actor, AuditAction, AuditDraft, AuditEntry, AuditEntryId, Changes, Clock as _, Credential,
    IdGenerator as _, OrganizationId, Origin, RequestId, SessionId, TenantScope, UserId,
};
use testkit::{FixedClock, SequentialIds};

pub(crate) struct World {
    pub(crate) log: AuditLog,
    pub(crate) clock: FixedClock,
    ids: SequentialIds,
    database: MemoryDatabase,
}

impl World {
    pub(crate) fn new() -> Self {
        let (database, clock, ids) = (
            MemoryDatabase::new(),
            FixedClock::default(),
            SequentialIds::default(),
        );
        Self {
            log: AuditLog::new(
                Arc::new(database.clone()),
                Arc::new(clock.clone()),
                Arc::new(ids.clone()),
            ),
            clock,
            ids,
            database,
        }
    }

    pub(crate) fn user(&self) -> UserId {
        UserId::from_uuid(self.ids.next())
    }

    pub(crate) fn origin(&self) -> Origin {
        Origin {
            request: RequestId::from_uuid(self.ids.next()),
            ip: Some("192.0.2.7".parse().unwrap()),
            user_agent: Some("=cmd|'/c calc'!A1".to_owned()),
        }
    }

    fn actor(&self, user: UserId) -> Actor {
        Actor::User(
            user,
            Credential::Session(SessionId::from_uuid(self.ids.next())),
        )
    }

    /// The scope of `user` in a new organization.
    pub(crate) fn tenant(&self, user: UserId) -> TenantScope {
        let organization = OrganizationId::from_uuid(self.ids.next());
        TenantScope::for_principal(organization, self.actor(user), self.origin())
    }

    pub(crate) fn platform(&self, user: UserId) -> TenantScope {
        TenantScope::platform(self.actor(user), self.origin())
    }

    /// Does something in `scope`, a minute after what was done before.
    pub(crate) async fn note(&self, scope: &TenantScope, draft: AuditDraft) -> AuditEntry {
        self.clock.advance(time::Duration::MINUTE);
        let id = AuditEntryId::from_uuid(self.ids.next());
        let entry = AuditEntry::new(id, self.clock.now(), scope, draft);
        let unit = AuditStore::begin(&self.database, scope).await.unwrap();
        unit.audit()
            .append(std::slice::from_ref(&entry))
            .await
            .unwrap();
        unit.commit().await.unwrap();
        entry
    }

    /// Makes a team in `scope`.
    pub(crate) async fn note_team(&self, scope: &TenantScope, name: &str) -> AuditEntry {
        let changes = Changes::none().field("name", serde_json::Value::Null, name);
        let draft = AuditDraft::new("team", self.ids.next(), AuditAction::Create, changes);
        self.note(scope, draft).await
    }
}
