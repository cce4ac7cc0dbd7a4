//! The contract of the storage of analytics, as cases that every adapter is tested with.
//!
//! Each file holds the cases of some ports and, as a macro, the only list of them: an adapter stamps a test per case from
//! it, and a case that is missing from it is dead code. A case names no SQL, does not sleep and assumes nothing about what
//! else is stored: it works in organizations of its own.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a case fails by panicking"
)]

mod aggregations;
mod chance;
mod figures;
mod tenant;

use async_trait::async_trait;
use kernel::{CampaignId, ContactId, OrganizationId, Timestamp};

use crate::ports::AnalyticsStore;
use crate::{Actor, EventType, Segment};

pub use aggregations::run as aggregations;
pub use figures::run as figures;
pub use tenant::Tenant;

/// An adapter under test. It has room for events of 2026.
#[async_trait]
pub trait Subject: Send + Sync {
    /// The adapter, ready for use.
    async fn fresh() -> Self
    where
        Self: Sized;

    /// The adapter's store.
    fn store(&self) -> &dyn AnalyticsStore;

    /// Makes an organization, whose time zone is UTC.
    async fn found(&self) -> OrganizationId;

    /// Makes a campaign of this name.
    async fn add_campaign(&self, organization: OrganizationId, name: &str) -> CampaignId;

    /// Deletes a campaign that nobody changed yet.
    async fn delete_campaign(&self, organization: OrganizationId, campaign: CampaignId);

    /// Makes people recipients of a campaign, of whose addresses this is known.
    async fn add_recipients(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        recipients: &[(ContactId, Segment)],
    );

    /// Records events.
    async fn record(&self, organization: OrganizationId, events: &[Happening]);

    /// Makes a lead.
    async fn add_lead(&self, organization: OrganizationId, lead: NewLead);
}

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happening {
    /// To a mail of which campaign.
    pub campaign: CampaignId,
    /// What.
    pub event: EventType,
    /// To whom.
    pub contact: Option<ContactId>,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// Why that is thought.
    pub reason: Option<&'static str>,
}

/// Somebody who showed interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewLead {
    /// In what a campaign offers.
    pub campaign: CampaignId,
    /// Who it is.
    pub contact: Option<ContactId>,
    /// The source's word.
    pub source: &'static str,
    /// When it was written down.
    pub at: Timestamp,
    /// When the first response was sent, where there is one.
    pub answered_at: Option<Timestamp>,
    /// Whether it is converted.
    pub is_converted: bool,
}

/// Stamps one test per case of every port of analytics for an adapter.
#[macro_export]
macro_rules! analytics_contract {
    ($subject:ty) => {
        mod aggregations {
            use super::*;
            use $crate::contract::aggregations as run;
            $crate::for_each_aggregation_case! { [kernel::stamp_contract_tests] $subject }
        }
        mod figures {
            use super::*;
            use $crate::contract::figures as run;
            $crate::for_each_figure_case! { [kernel::stamp_contract_tests] $subject }
        }
    };
}
