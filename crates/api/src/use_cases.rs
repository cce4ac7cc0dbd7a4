//! The use cases behind the operations.

use compliance::AuditLog;
use tenancy::{AccountDeletion, Accounts, Members, Organizations, PlatformUsers, Sessions};

use crate::accounts::AccountsApi;
use crate::app::Operations;
use crate::audit::AuditApi;
use crate::members::MembersApi;
use crate::organizations::OrganizationsApi;
use crate::platform_users::PlatformUsersApi;
use crate::sessions::SessionsApi;

/// Every use case that an operation calls; the composition root fills it in once.
#[derive(Clone)]
pub struct UseCases {
    /// Signing up and changing one's own account.
    pub accounts: Accounts,
    /// Deleting one's own account.
    pub account_deletion: AccountDeletion,
    /// Reading, counting and downloading audit logs.
    pub audit_log: AuditLog,
    /// Making, reading, changing, deleting and restoring organizations.
    pub organizations: Organizations,
    /// Reading members, changing their roles, removing them, and leaving.
    pub members: Members,
    /// Administering the accounts of the installation.
    pub platform_users: PlatformUsers,
    /// Logging in, staying logged in and logging out.
    pub sessions: Sessions,
}

/// All operations over these use cases.
#[must_use]
pub fn operations(use_cases: UseCases) -> Operations {
    (
        AccountsApi::new(use_cases.accounts, use_cases.account_deletion),
        SessionsApi::new(use_cases.sessions),
        OrganizationsApi::new(use_cases.organizations),
        MembersApi::new(use_cases.members),
        AuditApi::new(use_cases.audit_log),
        PlatformUsersApi::new(use_cases.platform_users),
    )
}
