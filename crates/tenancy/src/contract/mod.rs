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
mod memberships;
mod organizations;
mod roles;
mod team_members;
mod teams;
mod unit;

use async_trait::async_trait;

use crate::User;
use crate::ports::TenancyStore;

pub use api_keys::run as api_keys;
pub use directory::run as directory;
pub use memberships::run as memberships;
pub use organizations::run as organizations;
pub use roles::run as roles;
pub use team_members::run as team_members;
pub use teams::run as teams;
pub use tenant::Tenant;
pub use unit::run as unit;

/// An adapter under test.
#[async_trait]
pub trait Subject: Send + Sync {
    /// The adapter, ready for use.
    async fn fresh() -> Self
    where
        Self: Sized;

    /// The adapter's store.
    fn store(&self) -> &dyn TenancyStore;

    /// Adds an account.
    async fn add_user(&self, user: &User);
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
        mod roles {
            use super::*;
            use $crate::contract::roles as run;
            $crate::for_each_role_case! { [kernel::stamp_contract_tests] $subject }
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
    };
}
