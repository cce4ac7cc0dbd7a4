//! The contract of the storage of contacts, as cases that every adapter is tested with.
//!
//! Each file holds the cases of one port and, as a macro, the only list of them: an adapter stamps a
//! test per case from it, and a case that is missing from it is dead code. A case names no SQL, does not
//! sleep and assumes nothing about what else is stored: it works in organizations of its own.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a case fails by panicking"
)]

mod tenant;

mod bulk_operations;
mod contacts;
mod import_files;
mod import_trace;
mod imports;
mod judging;
mod list_members;
mod listing;
mod lists;
mod search;
mod suppressions;
mod unit;

use async_trait::async_trait;
use kernel::OrganizationId;

use crate::ports::ContactStore;

pub use bulk_operations::run as bulk_operations;
pub use contacts::run as contacts;
pub use import_files::run as import_files;
pub use import_trace::run as import_trace;
pub use imports::run as imports;
pub use judging::run as judging;
pub use list_members::run as list_members;
pub use listing::run as listing;
pub use lists::run as lists;
pub use search::run as search;
pub use suppressions::run as suppressions;
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
    fn store(&self) -> &dyn ContactStore;

    /// Makes an organization for which contacts can be stored.
    async fn found(&self) -> OrganizationId;
}

/// Stamps one test per case of every port of contacts for an adapter.
#[macro_export]
macro_rules! contacts_contract {
    ($subject:ty) => {
        mod bulk_operations {
            use super::*;
            use $crate::contract::bulk_operations as run;
            $crate::for_each_bulk_operation_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod contact_repository {
            use super::*;
            use $crate::contract::contacts as run;
            $crate::for_each_contact_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod import_files {
            use super::*;
            use $crate::contract::import_files as run;
            $crate::for_each_import_file_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod import_trace {
            use super::*;
            use $crate::contract::import_trace as run;
            $crate::for_each_import_trace_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod imports {
            use super::*;
            use $crate::contract::imports as run;
            $crate::for_each_import_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod judging {
            use super::*;
            use $crate::contract::judging as run;
            $crate::for_each_judging_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod list_members {
            use super::*;
            use $crate::contract::list_members as run;
            $crate::for_each_list_member_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod listing {
            use super::*;
            use $crate::contract::listing as run;
            $crate::for_each_listing_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod lists {
            use super::*;
            use $crate::contract::lists as run;
            $crate::for_each_contact_list_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod search {
            use super::*;
            use $crate::contract::search as run;
            $crate::for_each_search_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod suppressions {
            use super::*;
            use $crate::contract::suppressions as run;
            $crate::for_each_suppression_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod unit {
            use super::*;
            use $crate::contract::unit as run;
            $crate::for_each_contact_unit_case! { [kernel::stamp_contract_tests] $subject }
        }
    };
}
