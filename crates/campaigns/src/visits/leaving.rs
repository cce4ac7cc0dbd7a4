//! Leaving: a person who does not want to be mailed any more.

use kernel::{
    AuditAction, AuditDraft, Changes, ContactId, Locale, Origin, StorageError, SuppressionId,
    TenantScope, Timestamp,
};
use serde_json::{Value, json};

use super::VisitError;
use super::service::{Visits, client};
use crate::ports::CampaignUnit;
use crate::{
    ConsentRecord, ConsentSource, ConsentSubject, ConsentType, EventType, Letterhead, LinkClaim,
    LinkKind, Stop, StopReason,
};

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
            let stopped = self.stop(unit.as_ref(), &scope, claim, contact, at).await?;
            let assignments = unit.assignments();
            let left = assignments.leave(claim.campaign, contact, at).await?;
            let text = wording(&letterhead.locale);
            let withdrawn = self
                .withdraw(unit.as_ref(), claim, contact, origin, text, at)
                .await?;
            if stopped || left || withdrawn {
                let who = Some(contact);
                let event = self.event(EventType::Unsubscribe, claim.campaign, who, origin, at);
                unit.events().record(&[event], at).await?;
            }
        }
        unit.commit().await?;
        Ok(letterhead)
    }

    /// Suppresses the address; whether it was not before, for this reason.
    async fn stop(
        &self,
        unit: &dyn CampaignUnit,
        scope: &TenantScope,
        claim: &LinkClaim,
        contact: ContactId,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let stop = Stop {
            id: self.bench.id(SuppressionId::from_uuid),
            contact,
            reason: StopReason::Unsubscribed,
            campaign: claim.campaign,
        };
        let made = unit.stops().add(&[stop], at).await?;
        let draft = |id: &SuppressionId| {
            let changes = Changes::none()
                .field("reason", Value::Null, "unsubscribed")
                .field("source", Value::Null, "link")
                .field("source_id", Value::Null, json!(claim.campaign));
            AuditDraft::new("suppression", id.as_uuid(), AuditAction::Create, changes)
        };
        let drafts = made.iter().map(draft).collect::<Vec<_>>();
        self.bench.note(unit, scope, at, drafts).await?;
        Ok(!made.is_empty())
    }

    /// Takes consent to being mailed back; whether it was not before.
    async fn withdraw(
        &self,
        unit: &dyn CampaignUnit,
        claim: &LinkClaim,
        contact: ContactId,
        origin: &Origin,
        text: &str,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let current = unit.consents().current(contact).await?;
        let is_withdrawn = current
            .iter()
            .any(|it| it.consent_type == ConsentType::Marketing && !it.granted);
        if is_withdrawn {
            return Ok(false);
        }
        let record = ConsentRecord {
            id: self.bench.id(std::convert::identity),
            at,
            subject: ConsentSubject::Contact(contact),
            consent_type: ConsentType::Marketing,
            granted: false,
            text: text.to_owned(),
            text_version: None,
            source: ConsentSource::Link,
            campaign: Some(claim.campaign),
            client: client(origin),
        };
        unit.consents().append(&record).await?;
        Ok(true)
    }
}

fn only_to_leave(claim: &LinkClaim) -> Result<(), VisitError> {
    if claim.kind == LinkKind::Unsubscribe {
        Ok(())
    } else {
        Err(VisitError::BadLink)
    }
}
