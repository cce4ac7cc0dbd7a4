//! The database: one state per organization, and one for what is global.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use kernel::{JobId, OrganizationId, StorageError, TenantScope, Timestamp};
use uuid::Uuid;

use crate::shared::StoredJob;
use crate::state::{GlobalState, TenantState};
use crate::unit::{Changed, MemoryUnit};

/// Canvass's data in memory; clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryDatabase {
    kept: Arc<Mutex<Kept>>,
    fault: Option<Fault>,
}

/// A way of breaking the contracts, so that their cases can be seen to notice it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// All organizations share one state.
    ForgetsTenant,
    /// What a unit changes is visible at once, and stays when the unit is dropped.
    ForgetsRollback,
    /// Pages after the first are in another order.
    UnstablePages,
}

#[derive(Debug, Default)]
struct Kept {
    tenants: BTreeMap<OrganizationId, TenantState>,
    global: GlobalState,
    /// When each limited thing is next due; counted at once, outside of units of work.
    limits: BTreeMap<[u8; 32], Timestamp>,
    jobs: BTreeMap<JobId, StoredJob>,
    /// Which scheduler acts, and until when.
    lease: Option<(Uuid, Instant)>,
}

impl MemoryDatabase {
    /// An empty database.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty database that breaks the contracts in this way.
    #[doc(hidden)]
    #[must_use]
    pub fn broken(fault: Fault) -> Self {
        Self {
            fault: Some(fault),
            ..Self::default()
        }
    }

    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// Whose state an organization's units work on.
    fn owner(&self, organization: OrganizationId) -> OrganizationId {
        if self.has(Fault::ForgetsTenant) {
            OrganizationId::PLATFORM
        } else {
            organization
        }
    }

    /// Keeps what is not committed.
    pub(crate) fn leak_tenant(&self, organization: OrganizationId, tenant: &TenantState) {
        self.kept().tenants.insert(organization, tenant.clone());
    }

    /// Keeps what is not committed.
    pub(crate) fn leak_global(&self, global: &GlobalState) {
        self.kept().global = global.clone();
    }

    /// Adds an account, as if somebody had signed up.
    pub fn add_user(&self, user: &tenancy::User) {
        self.kept().global.users.insert(user.id(), user.clone());
    }

    /// What was committed to the audit log of an organization, or of the platform, oldest first.
    #[must_use]
    pub fn audit_entries(&self, organization: OrganizationId) -> Vec<kernel::AuditEntry> {
        self.kept()
            .tenants
            .get(&organization)
            .map(|tenant| tenant.audit.clone())
            .unwrap_or_default()
    }

    /// What was committed of what happened to mails and on landing pages of an organization, in the order of time.
    #[must_use]
    pub fn events(&self, organization: OrganizationId) -> Vec<campaigns::Event> {
        let kept = self.kept();
        let events = kept.tenants.get(&organization).map(|it| &it.events);
        let mut events: Vec<_> = events
            .into_iter()
            .flat_map(|it| it.values())
            .cloned()
            .collect();
        events.sort_by_key(|event| (event.at(), event.id()));
        events
    }

    /// What was committed of what people of an organization agreed to, oldest first.
    #[must_use]
    pub fn consents(&self, organization: OrganizationId) -> Vec<campaigns::ConsentRecord> {
        let kept = self.kept();
        let tenant = kept.tenants.get(&organization);
        tenant.map(|it| it.consents.clone()).unwrap_or_default()
    }

    /// The runs of periodic jobs, in the order of their ids.
    #[must_use]
    pub fn scheduled_runs(&self) -> Vec<analytics::runs::ScheduledRun> {
        let kept = self.kept();
        let runs = kept.global.scheduled_runs.values();
        runs.map(|(run, _)| run.clone()).collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads and changes the limits.
    pub(crate) fn with_limits<T>(
        &self,
        change: impl FnOnce(&mut BTreeMap<[u8; 32], Timestamp>) -> T,
    ) -> T {
        change(&mut self.kept().limits)
    }

    /// Opens a unit of work on a copy of the scope's organization.
    pub(crate) fn open(&self, scope: &TenantScope) -> MemoryUnit {
        let kept = self.kept();
        let tenant = kept
            .tenants
            .get(&self.owner(scope.organization()))
            .cloned()
            .unwrap_or_default();
        MemoryUnit::new(
            self.clone(),
            scope.organization(),
            tenant,
            kept.global.clone(),
        )
    }

    /// Swaps in what a unit changed, unless somebody else did meanwhile.
    pub(crate) fn swap(
        &self,
        organization: OrganizationId,
        changed: Changed,
    ) -> Result<(), StorageError> {
        let owner = self.owner(organization);
        let mut kept = self.kept();
        let present = kept
            .tenants
            .get(&owner)
            .map_or(0, |present| present.revision);
        let stale = changed
            .tenant
            .as_ref()
            .is_some_and(|changed| changed.revision != present)
            || changed
                .global
                .as_ref()
                .is_some_and(|changed| changed.revision != kept.global.revision);
        let lost = changed
            .job_steps
            .iter()
            .any(|step| !step.still_holds(&kept.jobs));
        if stale || lost {
            return Err(StorageError::Contended(None));
        }
        if let Some(mut tenant) = changed.tenant {
            tenant.revision += 1;
            kept.tenants.insert(owner, tenant);
        }
        if let Some(mut global) = changed.global {
            global.revision += 1;
            kept.global = global;
        }
        for step in changed.job_steps {
            step.apply(organization, &mut kept.jobs);
        }
        Ok(())
    }

    /// Works on who acts, and on what belongs to no tenant, in a unit of its own.
    pub(crate) fn with_schedule<T>(
        &self,
        work: impl FnOnce(&mut Option<(Uuid, Instant)>, &mut GlobalState) -> T,
    ) -> T {
        let mut kept = self.kept();
        let Kept { lease, global, .. } = &mut *kept;
        global.revision += 1;
        work(lease, global)
    }

    /// Works on the jobs, which are no unit's: a worker's step is a unit of its own.
    pub(crate) fn with_jobs<T>(
        &self,
        work: impl FnOnce(&mut BTreeMap<JobId, StoredJob>) -> T,
    ) -> T {
        work(&mut self.kept().jobs)
    }
}
