//! Recording that mails are opened and links in them followed.

use kernel::Origin;
use serde_json::json;

use super::VisitError;
use super::service::Visits;
use crate::{Deed, EventType, LinkClaim, LinkKind};

impl Visits {
    /// Records that a mail was opened, or a link in it followed, as the claim of its link says; of test mails nothing. The
    /// answer to the reader does not depend on it.
    pub async fn note_hit(&self, claim: &LinkClaim, origin: &Origin) -> Result<(), VisitError> {
        let Some(contact) = claim.contact else {
            return Ok(());
        };
        let (event_type, deed, data) = match &claim.kind {
            LinkKind::Open => (EventType::Open, Deed::Open, None),
            LinkKind::Click(target) => {
                let data = json!({ "target": target.as_str() });
                (EventType::Click, Deed::Click, Some(data))
            }
            LinkKind::Visit | LinkKind::Unsubscribe => return Err(VisitError::BadLink),
        };
        let at = self.bench.now();
        let unit = self
            .bench
            .begin(&Self::scope(claim.organization, origin))
            .await?;
        let mut event = self.event(event_type, claim.campaign, Some(contact), origin, at);
        event.data = data;
        unit.events().record(&[event], at).await?;
        let assignments = unit.assignments();
        assignments
            .engage(claim.campaign, contact, deed, at)
            .await?;
        unit.commit().await?;
        Ok(())
    }
}
