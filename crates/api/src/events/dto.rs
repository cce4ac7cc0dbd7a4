//! The shapes of events on the wire.

use std::collections::HashMap;
use std::net::IpAddr;

use campaigns::{EventClient, EventIngestion, EventOutcome, EventType, ToldEvent};
use kernel::{Checked, FieldError, FieldFault, Origin};
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use crate::input::{Fields, each, id, instant, json_object, object, text_by, uuid};
use crate::schema::{EventTypeText, IpText, UserAgentText};

/// What happened.
#[derive(Object)]
#[oai(example)]
pub(crate) struct IngestEventsRequest {
    /// The events.
    #[oai(validator(min_items = 1, max_items = 1000))]
    events: Vec<ToldEventRequest>,
}

/// Something that happened.
#[derive(Object)]
pub(crate) struct ToldEventRequest {
    /// A UUIDv7 whose time is the event's to the millisecond; with it the event is recorded once, however often it is sent.
    #[oai(nullable)]
    id: Option<Uuid>,
    /// What happened.
    event_type: EventTypeText,
    /// To a mail or on the landing page of which campaign.
    campaign_id: Uuid,
    /// To whose mail; may be absent for `FORM_VIEW` and `FORM_SUBMIT` alone.
    #[oai(nullable)]
    contact_id: Option<Uuid>,
    /// When, to the microsecond; of an event with an id to the millisecond, and what is more exact is cut off.
    timestamp: OffsetDateTime,
    /// What else there is to tell, at most 4 KiB: the `target` of a link that was followed, the `kind` of a bounce (`hard`
    /// or `soft`), which has to be told.
    #[oai(nullable)]
    event_data: Option<HashMap<String, Value>>,
    /// How the program named itself that it came from.
    #[oai(nullable)]
    user_agent: Option<UserAgentText>,
    /// The address that it came from.
    #[oai(nullable)]
    ip_address: Option<IpText>,
    /// Which of the person's visits it was.
    #[oai(nullable)]
    session_id: Option<Uuid>,
}

/// What can become of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum IngestedOutcome {
    /// It is recorded now.
    Recorded,
    /// It was recorded before, or stood earlier in the same batch.
    Duplicate,
    /// It is not recorded.
    Refused,
}

/// What is wrong with an event.
#[derive(Clone, Debug, Object)]
pub(crate) struct EventFaultAnswer {
    /// JSON pointer into the body that was sent, as a URI fragment (RFC 6901, section 6): `#/events/0/timestamp`.
    pointer: String,
    /// The stable code of the fault: `required`, `too-old`, `unknown-value`.
    code: String,
    /// What is wrong and what would be right; never what was sent.
    detail: String,
}

/// What became of an event.
#[derive(Clone, Debug, Object)]
pub(crate) struct IngestedEventAnswer {
    /// What became of it.
    outcome: IngestedOutcome,
    /// The id under which it is recorded; null where it is not.
    #[oai(nullable)]
    id: Option<Uuid>,
    /// Why it is not.
    errors: Vec<EventFaultAnswer>,
}

/// What became of events.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct IngestedEventsAnswer {
    /// How many are recorded now.
    recorded: u32,
    /// How many were recorded before.
    duplicate: u32,
    /// How many are not recorded.
    refused: u32,
    /// What became of each, in the order in which they were sent.
    items: Vec<IngestedEventAnswer>,
}

/// Reads a batch; what is wrong with one event is told of that one alone.
pub(crate) fn told_events(fields: &mut Fields<'_>) -> Option<Vec<Checked<ToldEvent>>> {
    fields.required("events", each(1..=EventIngestion::MOST, object(told_event)))
}

fn told_event(fields: &mut Fields<'_>) -> Option<ToldEvent> {
    let known = fields.optional("id", id);
    let event_type = fields.required("event_type", text_by(event_type));
    let campaign = fields.required("campaign_id", id);
    let contact = fields.optional("contact_id", id);
    let at = fields.required("timestamp", instant);
    let data = fields.optional("event_data", json_object);
    let user_agent = fields.optional("user_agent", text_by(user_agent));
    let ip = fields.optional("ip_address", text_by(address));
    let session = fields.optional("session_id", uuid);
    Some(ToldEvent {
        id: known?,
        event_type: event_type?,
        campaign: campaign?,
        contact: contact?,
        at: at?,
        data: data?.unwrap_or_default(),
        client: EventClient {
            user_agent: user_agent?,
            ip: ip?,
            session: session?,
        },
    })
}

fn event_type(text: &str) -> Result<EventType, FieldFault> {
    text.parse::<EventType>().map_err(|_unknown| {
        let names = EventType::ALL.map(EventType::as_str).join(", ");
        FieldFault::new("unknown-value", format!("this is one of {names}"))
    })
}

fn user_agent(text: &str) -> Result<String, FieldFault> {
    if text.chars().count() <= Origin::MAX_USER_AGENT {
        return Ok(text.to_owned());
    }
    let detail = format!("this has at most {} characters", Origin::MAX_USER_AGENT);
    Err(FieldFault::new("too-long", detail))
}

fn address(text: &str) -> Result<IpAddr, FieldFault> {
    text.parse::<IpAddr>()
        .map_err(|_malformed| FieldFault::new("invalid-address", "this is an IPv4 or IPv6 address"))
}

impl IngestedEventsAnswer {
    pub(crate) fn of(outcomes: &[EventOutcome]) -> Self {
        let items: Vec<_> = outcomes.iter().map(IngestedEventAnswer::of).collect();
        let count = |outcome: IngestedOutcome| {
            let such = items.iter().filter(|item| item.outcome == outcome);
            u32::try_from(such.count()).unwrap_or(u32::MAX)
        };
        Self {
            recorded: count(IngestedOutcome::Recorded),
            duplicate: count(IngestedOutcome::Duplicate),
            refused: count(IngestedOutcome::Refused),
            items,
        }
    }
}

impl IngestedEventAnswer {
    fn of(outcome: &EventOutcome) -> Self {
        let (outcome, id, errors) = match outcome {
            EventOutcome::Recorded(id) => (IngestedOutcome::Recorded, Some(id.as_uuid()), vec![]),
            EventOutcome::Duplicate(id) => (IngestedOutcome::Duplicate, Some(id.as_uuid()), vec![]),
            EventOutcome::Refused(errors) => {
                let faults = errors.as_slice().iter().map(EventFaultAnswer::from);
                (IngestedOutcome::Refused, None, faults.collect())
            }
        };
        Self {
            outcome,
            id,
            errors,
        }
    }
}

impl From<&FieldError> for EventFaultAnswer {
    fn from(error: &FieldError) -> Self {
        Self {
            pointer: error.pointer.clone(),
            code: error.code.to_owned(),
            detail: error.detail.clone(),
        }
    }
}

const AN_EVENT: Uuid = Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0051);

impl Example for IngestEventsRequest {
    fn example() -> Self {
        let target = ("target".to_owned(), json!("https://example.com/offer"));
        Self {
            events: vec![ToldEventRequest {
                id: Some(AN_EVENT),
                event_type: EventTypeText::new("CLICK"),
                campaign_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0031),
                contact_id: Some(Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0011)),
                timestamp: datetime!(2025-12-29 22:30:57.280 UTC),
                event_data: Some(HashMap::from([target])),
                user_agent: Some(UserAgentText::new("Mozilla/5.0 (X11; Linux x86_64)")),
                ip_address: Some(IpText::new("203.0.113.7")),
                session_id: None,
            }],
        }
    }
}

impl Example for IngestedEventsAnswer {
    fn example() -> Self {
        Self {
            recorded: 1,
            duplicate: 0,
            refused: 0,
            items: vec![IngestedEventAnswer {
                outcome: IngestedOutcome::Recorded,
                id: Some(AN_EVENT),
                errors: Vec::new(),
            }],
        }
    }
}
