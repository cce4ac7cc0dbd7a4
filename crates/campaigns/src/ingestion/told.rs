//! An event as somebody tells it, and what becomes of it.

use kernel::{CampaignId, ContactId, EventId, FieldErrors, FieldFault, Timestamp};
use serde_json::{Map, Value};
use time::{Date, Duration, Month};
use uuid::Uuid;

use crate::{Event, EventClient, EventOrigin, EventType};

/// Something that happened, as somebody tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct ToldEvent {
    /// Its id, by which it is known when it is told again; a UUIDv7 whose time is that of the event.
    pub id: Option<EventId>,
    /// What happened.
    pub event_type: EventType,
    /// To a mail or on the landing page of which campaign.
    pub campaign: CampaignId,
    /// To whose mail.
    pub contact: Option<ContactId>,
    /// When.
    pub at: Timestamp,
    /// What else there is to tell.
    pub data: Map<String, Value>,
    /// The client that it came from.
    pub client: EventClient,
}

/// What became of an event that was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventOutcome {
    /// It is recorded now, under this id.
    Recorded(EventId),
    /// It was recorded before, or stood earlier in the same batch.
    Duplicate(EventId),
    /// It is not recorded, for these reasons.
    Refused(FieldErrors),
}

impl ToldEvent {
    /// How many months back events are taken in: as long as they are kept.
    pub const MONTHS: u8 = 24;
    /// How far a clock may be ahead of the program's.
    pub const AHEAD: Duration = Duration::minutes(5);
    /// The most bytes of what else there is to tell, as JSON.
    pub const MOST_DATA: usize = 4_096;

    /// The event, where nothing about it is wrong that can be told without looking anything up; `unique` tells it apart
    /// from others where it has no id. The pointers of faults begin with `place`.
    pub(super) fn accept(
        self,
        place: &str,
        now: Timestamp,
        unique: Uuid,
    ) -> Result<Event, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut refuse = |field: &str, code: &'static str, detail: String| {
            errors.push(format!("{place}/{field}"), FieldFault::new(code, detail));
        };
        if self.at < earliest(now) {
            let detail = format!("events are kept for {} months", Self::MONTHS);
            refuse("timestamp", "too-old", detail);
        }
        if self.at > now + Self::AHEAD {
            let most = Self::AHEAD.whole_minutes();
            let detail = format!("an event is at most {most} minutes ahead of the present");
            refuse("timestamp", "in-the-future", detail);
        }
        let at = self.recorded_at();
        let mut event = Event::seen(self.event_type, self.campaign, self.contact, at, unique);
        if let Some(id) = self.id {
            match event.clone().identified(id) {
                Ok(identified) => event = identified,
                Err(error) => refuse("id", "foreign-id", error.to_string()),
            }
        }
        let is_of_a_mail = !matches!(self.event_type, EventType::FormView | EventType::FormSubmit);
        if self.contact.is_none() && is_of_a_mail {
            let detail = "what happens to a mail happens to somebody's".to_owned();
            refuse("contact_id", "required", detail);
        }
        if self.event_type == EventType::Bounce && super::effects::bounce_kind(&self.data).is_none()
        {
            let detail = "of a bounce it is told whether it was `hard` or `soft`".to_owned();
            refuse("event_data/kind", "unknown-value", detail);
        }
        let data = (!self.data.is_empty()).then_some(Value::Object(self.data));
        if data
            .as_ref()
            .is_some_and(|data| data.to_string().len() > Self::MOST_DATA)
        {
            let detail = format!("this has at most {} bytes as JSON", Self::MOST_DATA);
            refuse("event_data", "too-long", detail);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        event.data = data;
        event.client = self.client;
        event.origin = EventOrigin::Api;
        Ok(event)
    }

    /// Its time. One with an id has it to the millisecond, as the id has, so that the id tells it apart however exactly its
    /// time is told.
    fn recorded_at(&self) -> Timestamp {
        let at = self.at;
        if self.id.is_none() {
            return at;
        }
        at.replace_millisecond(at.millisecond()).unwrap_or(at)
    }
}

/// The earliest instant of which events are taken in.
fn earliest(now: Timestamp) -> Timestamp {
    let date = now.date();
    let months = i32::from(u8::from(date.month())) - 1 - i32::from(ToldEvent::MONTHS);
    let year = date.year() + months.div_euclid(12);
    let month = u8::try_from(months.rem_euclid(12) + 1).unwrap_or(1);
    let month = Month::try_from(month).unwrap_or(Month::January);
    let day = date.day().min(month.length(year));
    let date = Date::from_calendar_date(year, month, day).unwrap_or(Date::MIN);
    now.replace_date(date)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    const NOW: Timestamp = datetime!(2026-03-01 12:00 UTC);

    fn told(event_type: EventType, at: Timestamp) -> ToldEvent {
        ToldEvent {
            id: None,
            event_type,
            campaign: CampaignId::from_uuid(Uuid::from_u128(1)),
            contact: Some(ContactId::from_uuid(Uuid::from_u128(2))),
            at,
            data: Map::new(),
            client: EventClient::default(),
        }
    }

    fn faults(told: &ToldEvent) -> Vec<(String, &'static str)> {
        let refused = told.clone().accept("#/events/7", NOW, Uuid::from_u128(3));
        let refused = refused.err().unwrap_or_default();
        let faults = refused.as_slice().iter();
        faults.map(|it| (it.pointer.clone(), it.code)).collect()
    }

    #[test]
    fn events_are_of_the_time_for_which_they_are_kept() {
        let first = datetime!(2024-03-01 12:00 UTC);
        let last = NOW + ToldEvent::AHEAD;
        for at in [first, NOW, last] {
            assert_eq!(faults(&told(EventType::Open, at)), []);
        }
        let at = "#/events/7/timestamp".to_owned();
        let early = first - Duration::MICROSECOND;
        assert_eq!(
            faults(&told(EventType::Open, early)),
            [(at.clone(), "too-old")]
        );
        let late = last + Duration::MICROSECOND;
        assert_eq!(
            faults(&told(EventType::Open, late)),
            [(at, "in-the-future")]
        );
        let leap = datetime!(2024-02-29 12:00 UTC);
        assert_eq!(earliest(leap), datetime!(2022-02-28 12:00 UTC));
        assert_eq!(
            earliest(datetime!(2026-01-31 0:00 UTC)),
            datetime!(2024-01-31 0:00 UTC)
        );
    }

    #[test]
    fn everything_that_is_wrong_with_an_event_is_told_at_once() {
        let id = EventId::from_uuid(Uuid::from_u128(9));
        let wrong = ToldEvent {
            id: Some(id),
            contact: None,
            data: Map::from_iter([("kind".to_owned(), json!("x".repeat(4_096)))]),
            ..told(EventType::Bounce, NOW + Duration::HOUR)
        };

        let codes: Vec<_> = faults(&wrong).into_iter().map(|(_, code)| code).collect();

        let expected = [
            "in-the-future",
            "foreign-id",
            "required",
            "unknown-value",
            "too-long",
        ];
        assert_eq!(codes, expected);
    }

    #[test]
    fn nobody_has_to_be_known_who_looks_at_a_page() {
        let view = ToldEvent {
            contact: None,
            ..told(EventType::FormView, NOW)
        };

        let event = view.accept("#/events/0", NOW, Uuid::from_u128(3)).unwrap();

        assert_eq!((event.origin, event.data), (EventOrigin::Api, None));
    }

    #[test]
    fn an_event_with_an_id_is_the_same_one_however_exactly_its_time_is_told() {
        let precise = datetime!(2026-03-01 11:00:00.123_456 UTC);
        let whole = datetime!(2026-03-01 11:00:00.123 UTC);
        let unique = Uuid::from_u128(3);
        let accepted = |id, at| {
            let event = ToldEvent {
                id,
                ..told(EventType::Open, at)
            };
            event.accept("#/events/0", NOW, unique).unwrap()
        };
        let id = Some(accepted(None, whole).id());

        assert_eq!(accepted(id, precise), accepted(id, whole));
        assert_eq!(accepted(id, precise).at(), whole);
        assert_eq!(accepted(None, precise).at(), precise);
    }
}
