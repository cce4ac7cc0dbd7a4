//! Telling what happened to mails and on landing pages.

mod dto;

use campaigns::{EventIngestion, EventOutcome};
use poem_openapi::OpenApi;
use tenancy::Permission;

use self::dto::{IngestEventsRequest, IngestedEventsAnswer, told_events};
use crate::answer::{Answer, Finished};
use crate::input::{Body, OrganizationKey, Path};
use crate::problem::Failed;
use crate::{Caller, IdempotencyKey, Tag};

/// The most bytes of a batch of events.
const BATCH: usize = 8 << 20;

/// The operations on events.
pub struct EventsApi {
    events: EventIngestion,
}

impl EventsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(events: EventIngestion) -> Self {
        Self { events }
    }
}

#[OpenApi(tag = "Tag::Events")]
impl EventsApi {
    /// Tell of events
    ///
    /// Takes in up to 1,000 events that other programs saw, and tells of each, in the order in which they were sent, what
    /// became of it: one that is refused keeps no other from being recorded. An event with an id is recorded once, however
    /// often it is sent; the id is a UUIDv7 whose time is the event's to the millisecond. Without an id an event gets a new
    /// one each time.
    ///
    /// Refused is what is older than 24 months or more than five minutes ahead, and what names a campaign or a contact that
    /// the organization does not have. Who did it, a person or a machine, is judged as for what the program sees itself,
    /// and so it takes effect: what people did counts for the recipients of the campaign, a mail that came back for ever, or
    /// three within 30 days that did not arrive, stop further ones, and so does an `UNSUBSCRIBE`. `SENT` is recorded and
    /// sends nothing. Needs the permission `event.create`.
    #[oai(
        path = "/v1/organizations/:organization/events",
        method = "post",
        operation_id = "ingestEvents"
    )]
    async fn ingest(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<IngestEventsRequest, BATCH>,
    ) -> Result<Finished<IngestedEventsAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::EventCreate)
            .await?;
        let told = body.decode(told_events)?;
        let rendering = Finished::rendering(|outcomes: &Vec<EventOutcome>| Answer {
            location: None,
            version: None,
            body: IngestedEventsAnswer::of(outcomes),
        });
        let once = rendering.once(idempotency_key.request(member.scope(), &body)?);
        let done = self.events.ingest(member.scope(), told, &once).await?;
        Ok(rendering.answer(done)?)
    }
}
