//! Leaving: a person who does not want to be mailed any more.

use kernel::{Locale, Origin};

use super::VisitError;
use super::service::{Visits, client};
use crate::departure::{Departure, Leaver};
use crate::{ConsentSource, EventType, Letterhead, LinkClaim, LinkKind, Sighting};

impl Visits {
    /// Whose mails the person is about to leave. It changes nothing: programs follow every link of a mail.
    pub async fn farewell(
        &self,
        claim: &LinkClaim,
        origin: &Origin,
    ) -> Result<Letterhead, VisitError> {
        only_to_leave(claim)?;
        let unit = self
            .bench
            .begin(&Self::scope(claim.organization, origin))
            .await?;
        let letterhead = unit.people().find_letterhead().await?;
        unit.commit().await?;
        letterhead.ok_or(VisitError::BadLink)
    }

    /// Takes the person off, in one unit of work: their address is suppressed, they stand as unsubscribed, consent to being
    /// mailed is taken back, and the event and the audit entry tell of it. Who has left stays so. `wording` is what the
    /// person read, by the language of the organization.
    pub async fn unsubscribe(
        &self,
        claim: &LinkClaim,
        origin: &Origin,
        wording: fn(&Locale) -> &'static str,
    ) -> Result<Letterhead, VisitError> {
        only_to_leave(claim)?;
        let at = self.bench.now();
        let scope = Self::scope(claim.organization, origin);
        let unit = self.bench.begin(&scope).await?;
        let letterhead = unit.people().find_letterhead().await?;
        let letterhead = letterhead.ok_or(VisitError::BadLink)?;
        if let Some(contact) = claim.contact {
            let recording = self.recording(unit.as_ref(), at);
            let recipient = (claim.campaign, contact);
            let traces = recording.traces(&[recipient].into()).await?;
            let departure = Departure {
                bench: &self.bench,
                unit: unit.as_ref(),
                scope: &scope,
                source: ConsentSource::Link,
                text: wording(&letterhead.locale),
                at,
            };
            let leaver = Leaver {
                campaign: claim.campaign,
                contact,
                client: client(origin),
            };
            if departure.depart(&[leaver]).await? {
                let who = Some(contact);
                let event = self.event(EventType::Unsubscribe, claim.campaign, who, origin, at);
                let sightings = vec![Sighting::plain(event)];
                recording.take_in_of(sightings, traces).await?;
            }
        }
        unit.commit().await?;
        Ok(letterhead)
    }
}

fn only_to_leave(claim: &LinkClaim) -> Result<(), VisitError> {
    if claim.kind == LinkKind::Unsubscribe {
        Ok(())
    } else {
        Err(VisitError::BadLink)
    }
}
