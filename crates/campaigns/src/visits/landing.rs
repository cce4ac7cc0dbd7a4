//! Looking at landing pages, and answering them.

use kernel::{ContactId, OrganizationId, Origin, Slug, StorageError, Timestamp};
use serde_json::{Map, Value, json};

use super::service::Visits;
use super::{Hit, VisitError, VisitSession, known};
use crate::{
    ActorVerdict, Campaign, CampaignError, Event, EventType, Fetch, FieldKey, FormVersion,
    LeadSource, Letterhead, LinkKind, ResponseOrigin, Sighting, Submission, Submitted,
};

/// How often a submission is tried that others are in the way of.
const TRIES: u8 = 3;

/// Why answers are a machine's that filled in what no person sees.
const TRAP: &str = "honeypot";

/// A landing page as somebody sees it.
#[derive(Clone, Debug)]
pub struct LandingView {
    pub(super) organization: OrganizationId,
    pub(super) campaign: Campaign,
    form: FormVersion,
    letterhead: Letterhead,
    visitor: Visitor,
    known: Vec<(FieldKey, String)>,
    pub(super) session: Option<VisitSession>,
}

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visitor {
    /// Nobody knows.
    Stranger,
    /// Whoever got a mail; whether they are still a contact.
    Recipient(ContactId, bool),
    /// Somebody who tries out a mail, of which nothing is recorded.
    Tester,
}

impl LandingView {
    /// The campaign whose page it is.
    #[must_use]
    pub const fn campaign(&self) -> &Campaign {
        &self.campaign
    }

    /// What it asks.
    #[must_use]
    pub const fn form(&self) -> &FormVersion {
        &self.form
    }

    /// Whose page it is.
    #[must_use]
    pub const fn letterhead(&self) -> &Letterhead {
        &self.letterhead
    }

    /// What the fields have already, since the link tells who looks.
    #[must_use]
    pub fn known(&self) -> &[(FieldKey, String)] {
        &self.known
    }

    /// Which showing of the page it is, where that is known.
    #[must_use]
    pub const fn session(&self) -> Option<&VisitSession> {
        self.session.as_ref()
    }

    pub(super) const fn contact(&self) -> Option<ContactId> {
        match self.visitor {
            Visitor::Recipient(contact, _) => Some(contact),
            Visitor::Stranger | Visitor::Tester => None,
        }
    }
}

impl Visits {
    /// The landing page with this address, as the person sees it whose link has this token.
    pub async fn look_up(
        &self,
        address: &str,
        token: Option<&str>,
        origin: &Origin,
    ) -> Result<LandingView, VisitError> {
        let claim = match token {
            Some(token) => Some(self.claim(token).ok_or(VisitError::BadLink)?),
            None => None,
        };
        if claim.as_ref().is_some_and(|it| it.kind != LinkKind::Visit) {
            return Err(VisitError::BadLink);
        }
        let slug = address.parse::<Slug>().ok().ok_or(VisitError::NoPage)?;
        let organization = self.owner_of(&slug, origin).await?;
        let organization = organization.ok_or(VisitError::NoPage)?;
        if claim
            .as_ref()
            .is_some_and(|it| it.organization != organization)
        {
            return Err(VisitError::BadLink);
        }
        let unit = self.bench.begin(&Self::scope(organization, origin)).await?;
        let letterhead = unit.people().find_letterhead().await?;
        let letterhead = letterhead
            .filter(|letterhead| !letterhead.is_deleted)
            .ok_or(VisitError::NoPage)?;
        let tries_out = claim.as_ref().is_some_and(|it| it.contact.is_none());
        let campaign = unit.campaigns().find_by_landing_page(&slug).await?;
        // The page is public from when the campaign begins; a mail that is tried out leads there before.
        let campaign = campaign
            .filter(|campaign| tries_out || !campaign.state().status.is_open())
            .ok_or(VisitError::NoPage)?;
        if claim
            .as_ref()
            .is_some_and(|it| it.campaign != campaign.id())
        {
            return Err(VisitError::BadLink);
        }
        let version = campaign.state().plan.form_version;
        let form = match version {
            Some(version) => unit.forms().find_published(version).await?,
            None => None,
        };
        // A campaign that has begun keeps its form; a draft may have none yet.
        let form = form.ok_or(VisitError::NoPage)?;
        let mut addressee = None;
        let visitor = match claim {
            None => Visitor::Stranger,
            Some(claim) => match claim.contact {
                None => Visitor::Tester,
                Some(contact) => {
                    addressee = unit.people().find_addressee(contact).await?;
                    Visitor::Recipient(contact, addressee.is_some())
                }
            },
        };
        unit.commit().await?;
        let known = known::answers(&form.definition, addressee.as_ref());
        Ok(LandingView {
            organization,
            campaign,
            form,
            letterhead,
            visitor,
            known,
            session: None,
        })
    }

    async fn owner_of(
        &self,
        slug: &Slug,
        origin: &Origin,
    ) -> Result<Option<OrganizationId>, StorageError> {
        let scope = Self::scope(OrganizationId::PLATFORM, origin);
        let unit = self.bench.begin(&scope).await?;
        let organization = unit.landing_pages().find_organization(slug).await?;
        unit.commit().await?;
        Ok(organization)
    }

    /// Hands over to be recorded that a landing page was seen.
    pub async fn note_view(
        &self,
        page: &LandingView,
        origin: &Origin,
        fetch: Fetch,
    ) -> Result<(), VisitError> {
        if page.visitor == Visitor::Tester {
            return Ok(());
        }
        let at = self.bench.now();
        let event = self.event_on(page, EventType::FormView, page.contact(), origin, at);
        let hit = Hit {
            organization: page.organization,
            sighting: Sighting { event, fetch },
        };
        Ok(self.hits.accept(hit).await?)
    }

    /// Takes in what somebody answered, in one unit of work: the response, its lead, new or not, the event, what was agreed
    /// to, how the recipient stands, and the audit entries. What the form does not ask is ignored.
    pub async fn hand_in(
        &self,
        page: &LandingView,
        answers: &Map<String, Value>,
        origin: &Origin,
    ) -> Result<(), VisitError> {
        self.leads
            .accept(&page.form.definition, answers)
            .map_err(VisitError::Answers)?;
        if page.visitor == Visitor::Tester {
            return Ok(());
        }
        let mut tries = 1;
        loop {
            match self.take_answers(page, answers, origin).await {
                Err(CampaignError::Storage(StorageError::Contended(_))) if tries < TRIES => {
                    tries += 1;
                }
                outcome => return Ok(outcome.map(drop)?),
            }
        }
    }

    async fn take_answers(
        &self,
        page: &LandingView,
        answers: &Map<String, Value>,
        origin: &Origin,
    ) -> Result<Submitted, CampaignError> {
        let at = self.bench.now();
        let scope = Self::scope(page.organization, origin);
        let unit = self.bench.begin(&scope).await?;
        let campaign = page.campaign.id();
        let (contact, source) = match page.visitor {
            Visitor::Recipient(contact, is_living) => {
                (is_living.then_some(contact), LeadSource::EmailCampaign)
            }
            Visitor::Stranger | Visitor::Tester => (None, LeadSource::DirectForm),
        };
        let submission = Submission {
            campaign: Some(campaign),
            contact,
            form: (page.form.form, page.form.id),
            answers: answers.clone(),
            source,
            origin: ResponseOrigin {
                user_agent: origin.user_agent.clone(),
                ip: origin.ip,
                session: page.session.as_ref().map(|it| it.id),
            },
            submitted_at: None,
        };
        let submitted = self
            .leads
            .take_in(unit.as_ref(), &scope, submission, at)
            .await?;
        let person = page.contact().or(submitted.lead.state().contact);
        let mut event = self.event_on(page, EventType::FormSubmit, person, origin, at);
        event.data = Some(json!({ "lead_id": submitted.lead.id() }));
        let recording = self.recording(unit.as_ref(), at);
        recording.take_in(vec![Sighting::plain(event)]).await?;
        unit.commit().await?;
        Ok(submitted)
    }

    /// Something that somebody did on a landing page.
    fn event_on(
        &self,
        page: &LandingView,
        event_type: EventType,
        contact: Option<ContactId>,
        origin: &Origin,
        at: Timestamp,
    ) -> Event {
        let mut event = self.event(event_type, page.campaign.id(), contact, origin, at);
        event.client.session = page.session.as_ref().map(|it| it.id);
        event
    }

    /// Counts answers of a program that filled in what no person sees: as an event of a machine, and nothing else.
    pub async fn note_trap(&self, page: &LandingView, origin: &Origin) -> Result<(), VisitError> {
        if page.visitor == Visitor::Tester {
            return Ok(());
        }
        let at: Timestamp = self.bench.now();
        let unit = self
            .bench
            .begin(&Self::scope(page.organization, origin))
            .await?;
        let mut event = self.event_on(page, EventType::FormSubmit, page.contact(), origin, at);
        event.actor = ActorVerdict::Machine;
        event.actor_reason = Some(TRAP.to_owned());
        unit.events().record(&[event], at).await?;
        unit.commit().await?;
        Ok(())
    }
}
