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

mod assignments;
mod audience;
mod campaign;
mod campaigns;
mod email_templates;
mod events;
mod forms;
mod lead_search;
mod lead_views;
mod leads;
mod random_search;
mod simulations;
mod tenant;

use async_trait::async_trait;
use kernel::{ContactId, ContactListId, OrganizationId};

use crate::Standing;
use crate::ports::CampaignStore;

pub use assignments::run as assignments;
pub use audience::run as audience;
pub use campaigns::run as campaigns;
pub use email_templates::run as email_templates;
pub use events::run as events;
pub use forms::run as forms;
pub use lead_search::run as lead_search;
pub use lead_views::run as lead_views;
pub use leads::run as leads;
pub use random_search::run as random_search;
pub use simulations::run as simulations;
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

    /// Adds people to an organization; tells who they are, in the same order.
    async fn add_people(&self, organization: OrganizationId, people: &[Person]) -> Vec<ContactId>;

    /// Adds a list with these members to an organization.
    async fn add_list(
        &self,
        organization: OrganizationId,
        is_validated: bool,
        members: &[ContactId],
    ) -> ContactListId;

    /// Deletes a person whom nobody changed yet.
    async fn delete_contact(&self, organization: OrganizationId, contact: ContactId);

    /// Deletes an organization.
    async fn delete_organization(&self, organization: OrganizationId);
}

/// Somebody with an address.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// How the address stands.
    pub standing: Standing,
}

/// Stamps one test per case of every port of campaigns for an adapter.
#[macro_export]
macro_rules! campaigns_contract {
    ($subject:ty) => {
        mod assignments {
            use super::*;
            use $crate::contract::assignments as run;
            $crate::for_each_assignment_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod audience {
            use super::*;
            use $crate::contract::audience as run;
            $crate::for_each_audience_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod campaigns {
            use super::*;
            use $crate::contract::campaigns as run;
            $crate::for_each_campaign_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod email_templates {
            use super::*;
            use $crate::contract::email_templates as run;
            $crate::for_each_email_template_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod events {
            use super::*;
            use $crate::contract::events as run;
            $crate::for_each_event_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod forms {
            use super::*;
            use $crate::contract::forms as run;
            $crate::for_each_form_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod leads {
            use super::*;
            use $crate::contract::leads as run;
            $crate::for_each_lead_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod lead_search {
            use super::*;
            use $crate::contract::lead_search as run;
            $crate::for_each_lead_search_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod lead_views {
            use super::*;
            use $crate::contract::lead_views as run;
            $crate::for_each_lead_view_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod random_search {
            use super::*;
            use $crate::contract::random_search as run;
            $crate::for_each_random_search_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod simulations {
            use super::*;
            use $crate::contract::simulations as run;
            $crate::for_each_simulation_case! { [kernel::stamp_contract_tests] $subject }
        }
    };
}
