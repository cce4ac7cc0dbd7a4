//! An organization in memory, at a time that stands still.

use std::sync::Arc;

use contacts::{ContactLists, Contacts, Judge, NewContact, Profile, Suppressions};
use in_memory::MemoryDatabase;
use kernel::{
    Actor, AuditEntry, Credential, Done, Once, OrganizationId, Origin, RequestId, SessionId,
    StoredAnswer, TenantScope, UserId,
};
use testkit::{FixedClock, SequentialIds, TestKeys, a_unique_id};

/// Use cases over one database, and the scope in which they are called.
pub(crate) struct World {
    pub(crate) database: MemoryDatabase,
    pub(crate) clock: FixedClock,
    pub(crate) ids: Arc<SequentialIds>,
    pub(crate) scope: TenantScope,
    pub(crate) contacts: Contacts,
    pub(crate) lists: ContactLists,
    pub(crate) suppressions: Suppressions,
}

impl World {
    pub(crate) fn new() -> Self {
        let database = MemoryDatabase::new();
        let clock = FixedClock::default();
        let store = Arc::new(database.clone());
        let ids = Arc::new(SequentialIds::default());
        let judge = Judge::offline(Arc::new(TestKeys::default()));
        let time = Arc::new(clock.clone());
        let user = UserId::from_uuid(a_unique_id());
        let session = Credential::Session(SessionId::from_uuid(a_unique_id()));
        Self {
            database,
            clock,
            scope: TenantScope::for_principal(
                OrganizationId::from_uuid(a_unique_id()),
                Actor::User(user, session),
                Origin::internal(RequestId::from_uuid(a_unique_id())),
            ),
            contacts: Contacts::new(store.clone(), time.clone(), ids.clone(), judge.clone()),
            lists: ContactLists::new(store.clone(), time.clone(), ids.clone()),
            suppressions: Suppressions::new(store, time, ids.clone(), judge),
            ids,
        }
    }

    /// What was written into the audit log, oldest first.
    pub(crate) fn log(&self) -> Vec<AuditEntry> {
        self.database.audit_entries(self.scope.organization())
    }

    /// What the log says was done, and to what kind of thing.
    pub(crate) fn deeds(&self) -> Vec<(String, &'static str)> {
        let entries = self.log().into_iter();
        entries
            .map(|entry| (entry.entity_type, entry.action.as_str()))
            .collect()
    }
}

/// A contact with nothing but an address.
pub(crate) fn new(email: &str) -> NewContact {
    NewContact {
        email: email.parse().expect("a text"),
        profile: Profile::default(),
        source: contacts::ContactSource::Api,
    }
}

/// A request that is sent once.
pub(crate) fn once<T>() -> Once<'static, T> {
    Once {
        request: None,
        render: &|_| StoredAnswer::Withheld { id: a_unique_id() },
    }
}

/// What came of a request that took effect now.
#[track_caller]
pub(crate) fn fresh<T: std::fmt::Debug>(done: Done<T>) -> T {
    match done {
        Done::Fresh(outcome) => outcome,
        replayed @ Done::Replayed(_) => panic!("{replayed:?}"),
    }
}
