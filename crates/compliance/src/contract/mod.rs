//! The contract of compliance's storage, as cases that every adapter is tested with.
//!
//! A case names no SQL, does not sleep and assumes nothing about what else is stored: it makes
//! organizations of its own.

mod entries;

use async_trait::async_trait;

use crate::ports::AuditStore;

pub use entries::run as entries;

/// An adapter under test. It has room for entries of March 2026.
#[async_trait]
pub trait Subject: Send + Sync {
    /// The adapter, ready for use.
    async fn fresh() -> Self
    where
        Self: Sized;

    /// The adapter's store.
    fn store(&self) -> &dyn AuditStore;
}

/// Stamps one test per case of every port of compliance for an adapter.
#[macro_export]
macro_rules! compliance_contract {
    ($subject:ty) => {
        mod entries {
            use super::*;
            use $crate::contract::entries as run;
            $crate::for_each_audit_case! { [kernel::stamp_contract_tests] $subject }
        }
    };
}
