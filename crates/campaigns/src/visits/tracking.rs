//! Recording that mails are opened and links in them followed.

use kernel::Origin;
use serde_json::json;

use super::service::Visits;
use super::{Hit, VisitError};
use crate::{EventType, Fetch, LinkClaim, LinkKind, Sighting};

impl Visits {
    /// Hands over to be recorded that a mail was opened, or a link in it followed, as the claim of its link says; of test
    /// mails nothing. The answer to the reader does not depend on it.
    pub async fn note_hit(
        &self,
        claim: &LinkClaim,
        origin: &Origin,
        fetch: Fetch,
    ) -> Result<(), VisitError> {
        let Some(contact) = claim.contact else {
            return Ok(());
        };
        let (event_type, data) = match &claim.kind {
            LinkKind::Open => (EventType::Open, None),
            LinkKind::Click(target) => {
                let data = json!({ "target": target.as_str() });
                (EventType::Click, Some(data))
            }
            LinkKind::Visit | LinkKind::Unsubscribe => return Err(VisitError::BadLink),
        };
        let at = self.bench.now();
        let mut event = self.event(event_type, claim.campaign, Some(contact), origin, at);
        event.data = data;
        let hit = Hit {
            organization: claim.organization,
            sighting: Sighting { event, fetch },
        };
        Ok(self.hits.accept(hit).await?)
    }
}
