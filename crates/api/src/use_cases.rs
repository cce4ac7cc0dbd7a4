//! The use cases behind the operations.

use compliance::AuditLog;
use tenancy::Organizations;

use crate::app::Operations;
use crate::audit::AuditApi;
use crate::organizations::OrganizationsApi;

/// Every use case that an operation calls; the composition root fills it in once.
#[derive(Clone)]
pub struct UseCases {
    /// Reading, counting and downloading audit logs.
    pub audit_log: AuditLog,
    /// Making, reading, changing, deleting and restoring organizations.
    pub organizations: Organizations,
}

/// All operations over these use cases.
#[must_use]
pub fn operations(use_cases: UseCases) -> Operations {
    (
        AuditApi::new(use_cases.audit_log),
        OrganizationsApi::new(use_cases.organizations),
    )
}
