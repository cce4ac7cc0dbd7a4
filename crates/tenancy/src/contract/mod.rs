//! The contract of tenancy's storage, as cases that every adapter is tested with.
//!
//! Each file holds the cases of one port and, as a macro, the only list of them: an adapter stamps a
//! test per case from it, and a case that is missing from it is dead code. A case names no SQL, does not
//! sleep and assumes nothing about what else is stored: it makes organizations of its own.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a case fails by panicking"
)]

mod tenant;

mod api_keys;
mod directory;
mod invitations;
mod limits;
mod memberships;
mod organizations;
mod paging;
mod platform_roles;
mod preferences;
mod roles;
mod sessions;
mod team_members;
mod teams;
mod unit;
mod users;

use async_trait::async_trait;
use kernel::RateLimiter;

use crate::ports::TenancyStore;

pub use api_keys::run as api_keys;
pub use directory::run as directory;
pub use invitations::run as invitations;
pub use limits::run as limits;
pub use memberships::run as memberships;
pub use organizations::run as organizations;
pub use paging::run as paging;
pub use platform_roles::run as platform_roles;
pub use preferences::run as preferences;
pub use roles::run as roles;
pub use sessions::run as sessions;
pub use team_members::run as team_members;
pub use teams::run as teams;
pub use tenant::Tenant;
pub use unit::run as unit;
pub use users::run as users;

/// An adapter under test.
#[async_trait]
pub trait Subject: Send + Sync {
    /// The adapter, ready for use.
    async fn fresh() -> Self
    where
        Self: Sized;

    /// The adapter's store.
    fn store(&self) -> &dyn TenancyStore;

    /// The adapter's limits.
    fn limiter(&self) -> &dyn RateLimiter;
}

/// Stamps one test per case of every port of tenancy for an adapter.
#[macro_export]
macro_rules! tenancy_contract {
    ($subject:ty) => {
        mod api_keys {
            use super::*;
            use $crate::contract::api_keys as run;
            $crate::for_each_api_key_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod directory {
            use super::*;
            use $crate::contract::directory as run;
            $crate::for_each_directory_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod invitations {
            use super::*;
            use $crate::contract::invitations as run;
            $crate::for_each_invitation_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod limits {
            use super::*;
            use $crate::contract::limits as run;
            $crate::for_each_limit_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod memberships {
            use super::*;
            use $crate::contract::memberships as run;
            $crate::for_each_membership_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod organizations {
            use super::*;
            use $crate::contract::organizations as run;
            $crate::for_each_organization_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod platform_roles {
            use super::*;
            use $crate::contract::platform_roles as run;
            $crate::for_each_platform_role_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod preferences {
            use super::*;
            use $crate::contract::preferences as run;
            $crate::for_each_preferences_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod paging {
            use super::*;
            use $crate::contract::paging as run;
            $crate::for_each_paging_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod roles {
            use super::*;
            use $crate::contract::roles as run;
            $crate::for_each_role_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod sessions {
            use super::*;
            use $crate::contract::sessions as run;
            $crate::for_each_session_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod team_members {
            use super::*;
            use $crate::contract::team_members as run;
            $crate::for_each_team_member_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod teams {
            use super::*;
            use $crate::contract::teams as run;
            $crate::for_each_team_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod unit {
            use super::*;
            use $crate::contract::unit as run;
            $crate::for_each_unit_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod users {
            use super::*;
            use $crate::contract::users as run;
            $crate::for_each_user_case! { [kernel::stamp_contract_tests] $subject }
        }
    };
}
