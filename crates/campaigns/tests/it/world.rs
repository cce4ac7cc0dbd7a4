//! An organization in memory, at a time that stands still.

use std::sync::Arc;

use campaigns::{EmailTemplates, Forms, LeadViews, Leads};
use in_memory::MemoryDatabase;
use kernel::{
    Actor, Credential, Done, Once, OrganizationId, Origin, RequestId, SessionId, StoredAnswer,
    TenantScope, UserId,
};
use testkit::{FixedClock, SequentialIds, a_unique_id};

/// Use cases over one database, and the scope in which they are called.
pub(crate) struct World {
    pub(crate) database: MemoryDatabase,
    pub(crate) scope: TenantScope,
    pub(crate) templates: EmailTemplates,
    pub(crate) forms: Forms,
    pub(crate) leads: Leads,
    pub(crate) lead_views: LeadViews,
}

impl World {
    pub(crate) fn new() -> Self {
        let database = MemoryDatabase::new();
        let store = Arc::new(database.clone());
        let clock = Arc::new(FixedClock::default());
        let ids = Arc::new(SequentialIds::default());
        let templates = EmailTemplates::new(store.clone(), clock.clone(), ids.clone());
        let forms = Forms::new(store.clone(), clock.clone(), ids.clone());
        let lead_views = LeadViews::new(store.clone(), clock.clone(), ids.clone());
        let leads = Leads::new(store, clock, ids, contacts::read_address);
        let user = UserId::from_uuid(a_unique_id());
        let session = Credential::Session(SessionId::from_uuid(a_unique_id()));
        Self {
            database,
            scope: TenantScope::for_principal(
                OrganizationId::from_uuid(a_unique_id()),
                Actor::User(user, session),
                Origin::internal(RequestId::from_uuid(a_unique_id())),
            ),
            templates,
            forms,
            leads,
            lead_views,
        }
    }

    /// What the log says was done, and to what kind of thing.
    pub(crate) fn deeds(&self) -> Vec<(String, &'static str)> {
        let entries = self.database.audit_entries(self.scope.organization());
        let entries = entries.into_iter();
        entries
            .map(|entry| (entry.entity_type, entry.action.as_str()))
            .collect()
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
