//! The use cases of visitors, and what they share.

use std::sync::Arc;

use kernel::{
    CampaignId, Clock, ContactId, IdGenerator, KeyRing, OrganizationId, Origin, TenantScope,
    Timestamp,
};

use crate::intake::Recording;
use crate::ports::{CampaignStore, CampaignUnit};
use crate::workbench::Workbench;
use crate::{ActorJudge, Event, EventClient, EventType, HitSink, Leads, LinkClaim, ReadAddress};

/// Use cases of people who came by a link or a landing page, and who prove nothing but that. The token of a link is
/// verified before anything is looked up.
#[derive(Clone)]
pub struct Visits {
    pub(super) bench: Workbench,
    pub(super) leads: Leads,
    pub(super) hits: Arc<dyn HitSink>,
    judge: Arc<dyn ActorJudge>,
    pub(super) keys: Arc<dyn KeyRing>,
}

impl Visits {
    /// Use cases on what is in `store`; `keys` made the tokens of links, `judge` tells people from machines, what
    /// visitors do not wait for is handed to `hits`, and `read_address` knows what an address is.
    #[must_use]
    pub fn new(
        store: Arc<dyn CampaignStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        keys: Arc<dyn KeyRing>,
        judge: Arc<dyn ActorJudge>,
        hits: Arc<dyn HitSink>,
        read_address: ReadAddress,
    ) -> Self {
        let (time, id) = (Arc::clone(&clock), Arc::clone(&ids));
        Self {
            leads: Leads::new(Arc::clone(&store), time, id, read_address),
            bench: Workbench::new(store, clock, ids),
            hits,
            judge,
            keys,
        }
    }

    /// What a token says; `None` for one that was not made here, or not like this.
    #[must_use]
    pub fn claim(&self, token: &str) -> Option<LinkClaim> {
        LinkClaim::verified(token, &*self.keys)
    }

    pub(super) fn scope(organization: OrganizationId, origin: &Origin) -> TenantScope {
        TenantScope::for_visitor(organization, origin.clone())
    }

    /// Takes what visitors do into the log, within a unit of work.
    pub(super) fn recording<'a>(
        &'a self,
        unit: &'a dyn CampaignUnit,
        at: Timestamp,
    ) -> Recording<'a> {
        Recording {
            unit,
            judge: &*self.judge,
            at,
        }
    }

    /// Something that a visitor did.
    pub(super) fn event(
        &self,
        event_type: EventType,
        campaign: CampaignId,
        contact: Option<ContactId>,
        origin: &Origin,
        at: Timestamp,
    ) -> Event {
        let unique = self.bench.id(std::convert::identity);
        let mut event = Event::seen(event_type, campaign, contact, at, unique);
        event.client = client(origin);
        event
    }
}

pub(super) fn client(origin: &Origin) -> EventClient {
    EventClient {
        user_agent: origin.user_agent.clone(),
        ip: origin.ip,
        session: None,
    }
}
