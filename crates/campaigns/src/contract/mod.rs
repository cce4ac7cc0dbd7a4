//! The contract of the storage of campaigns, as cases that every adapter is tested with.
//!
//! Each file holds the cases of one port and, as a macro, the only list of them: an adapter stamps a
//! test per case from it, and a case that is missing from it is dead code. A case names no SQL, does not
//! sleep and assumes nothing about what else is stored: it works in organizations of its own.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a case fails by panicking"
)]

mod email_templates;
mod forms;
mod tenant;

use async_trait::async_trait;
use kernel::OrganizationId;

use crate::ports::CampaignStore;

pub use email_templates::run as email_templates;
pub use forms::run as forms;
pub use tenant::Tenant;

/// An adapter under test.
#[async_trait]
pub trait Subject: Send + Sync {
    /// The adapter, ready for use.
    async fn fresh() -> Self
    where
        Self: Sized;

    /// The adapter's store.
    fn store(&self) -> &dyn CampaignStore;

    /// Makes an organization for which campaigns can be stored.
    async fn found(&self) -> OrganizationId;
}

/// Stamps one test per case of every port of campaigns for an adapter.
#[macro_export]
macro_rules! campaigns_contract {
    ($subject:ty) => {
        mod email_templates {
            use super::*;
            use $crate::contract::email_templates as run;
            $crate::for_each_email_template_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod forms {
            use super::*;
            use $crate::contract::forms as run;
            $crate::for_each_form_case! { [kernel::stamp_contract_tests] $subject }
        }
    };
}
