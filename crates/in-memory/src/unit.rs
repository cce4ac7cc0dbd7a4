//! A unit of work: a copy that is swapped in by its commit.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use kernel::{OrganizationId, Page, PageRequest, StorageError, UnitOfWork};
use uuid::Uuid;

use crate::shared::JobStep;
use crate::shared::paging::by_id;
use crate::state::{GlobalState, TenantState};
use crate::{Fault, MemoryDatabase};

/// An open unit of work.
#[derive(Debug)]
pub(crate) struct MemoryUnit {
    database: MemoryDatabase,
    organization: OrganizationId,
    copy: Mutex<Copy>,
}

#[derive(Debug)]
struct Copy {
    tenant: TenantState,
    tenant_changed: bool,
    global: GlobalState,
    global_changed: bool,
    job_steps: Vec<JobStep>,
}

/// What a unit changed.
#[derive(Debug)]
pub(crate) struct Changed {
    pub(crate) tenant: Option<TenantState>,
    pub(crate) global: Option<GlobalState>,
    pub(crate) job_steps: Vec<JobStep>,
}

impl MemoryUnit {
    pub(crate) const fn new(
        database: MemoryDatabase,
        organization: OrganizationId,
        tenant: TenantState,
        global: GlobalState,
    ) -> Self {
        let copy = Copy {
            tenant,
            tenant_changed: false,
            global,
            global_changed: false,
            job_steps: Vec::new(),
        };
        Self {
            database,
            organization,
            copy: Mutex::new(copy),
        }
    }

    fn copy(&self) -> MutexGuard<'_, Copy> {
        self.copy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The unit's organization.
    pub(crate) const fn organization_id(&self) -> OrganizationId {
        self.organization
    }

    /// Whether the unit's scope is the platform's, in which accounts and sessions exist.
    pub(crate) fn is_platform(&self) -> bool {
        self.organization == OrganizationId::PLATFORM
    }

    /// Refuses to write what only the platform's scope holds.
    pub(crate) fn require_platform(&self) -> Result<(), StorageError> {
        if self.is_platform() {
            Ok(())
        } else {
            Err(StorageError::Unexpected(
                "this is not written in a unit of an organization".into(),
            ))
        }
    }

    /// Reads the organization's state.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&TenantState) -> T) -> T {
        read(&self.copy().tenant)
    }

    /// Changes the organization's state.
    pub(crate) fn write<T>(&self, write: impl FnOnce(&mut TenantState) -> T) -> T {
        let mut copy = self.copy();
        copy.tenant_changed = true;
        let done = write(&mut copy.tenant);
        if self.has(Fault::ForgetsRollback) {
            self.database.leak_tenant(self.organization, &copy.tenant);
        }
        done
    }

    /// Reads the global state.
    pub(crate) fn read_global<T>(&self, read: impl FnOnce(&GlobalState) -> T) -> T {
        read(&self.copy().global)
    }

    /// Changes the global state.
    pub(crate) fn write_global<T>(&self, write: impl FnOnce(&mut GlobalState) -> T) -> T {
        let mut copy = self.copy();
        copy.global_changed = true;
        let done = write(&mut copy.global);
        if self.has(Fault::ForgetsRollback) {
            self.database.leak_global(&copy.global);
        }
        done
    }

    /// The page of those items, in the order of their ids.
    pub(crate) fn page<T>(
        &self,
        items: impl Iterator<Item = T>,
        page: &PageRequest,
        id: impl Fn(&T) -> Uuid,
    ) -> Page<T> {
        by_id(items, page, id, self.has(Fault::UnstablePages))
    }

    /// Turns the order of a later page around, where pages are unstable.
    pub(crate) fn unsettle<T>(&self, items: &mut [T], page: &PageRequest) {
        if self.has(Fault::UnstablePages) && page.after.is_some() {
            items.reverse();
        }
    }

    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.database.has(fault)
    }

    /// Whether what is this organization's is the unit's.
    pub(crate) fn owns(&self, organization: OrganizationId) -> bool {
        self.has(Fault::ForgetsTenant) || organization == self.organization
    }

    /// Keeps a step on a job for the commit.
    pub(crate) fn keep_job_step(&self, step: JobStep) {
        if self.has(Fault::ForgetsRollback) {
            self.read_jobs(|jobs| step.apply(self.organization, jobs));
        } else {
            self.copy().job_steps.push(step);
        }
    }

    /// Reads the committed jobs.
    pub(crate) fn read_jobs<T>(
        &self,
        read: impl FnOnce(&mut std::collections::BTreeMap<kernel::JobId, crate::shared::StoredJob>) -> T,
    ) -> T {
        self.database.with_jobs(read)
    }
}

#[async_trait]
impl UnitOfWork for MemoryUnit {
    async fn commit(self: Box<Self>) -> Result<(), StorageError> {
        let copy = self
            .copy
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        self.database.swap(
            self.organization,
            Changed {
                tenant: copy.tenant_changed.then_some(copy.tenant),
                global: copy.global_changed.then_some(copy.global),
                job_steps: copy.job_steps,
            },
        )
    }
}
