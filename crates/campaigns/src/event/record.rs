//! Events: what happened to a mail or on a landing page.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use kernel::{CampaignId, ContactId, EventId, StorageError, Timestamp};
use serde_json::Value;
use uuid::Uuid;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventType {
    /// A mail went out.
    Sent,
    /// A mail was opened.
    Open,
    /// A link in a mail was followed.
    Click,
    /// A mail came back.
    Bounce,
    /// Somebody left.
    Unsubscribe,
    /// A landing page was seen.
    FormView,
    /// A form was answered.
    FormSubmit,
}

/// How it became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventOrigin {
    /// The program saw it itself.
    Tracking,
    /// Somebody told it over the API.
    Api,
    /// It is simulated.
    Simulation,
}

/// Who did it, as far as can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActorVerdict {
    /// A person.
    Human,
    /// A program, such as one that looks through mails for what is dangerous.
    Machine,
    /// It cannot be told.
    Unknown,
}

/// The client that an event came from.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct EventClient {
    /// Its name for itself.
    pub user_agent: Option<String>,
    /// Its address.
    pub ip: Option<IpAddr>,
    /// Which of its visits it was.
    pub session: Option<Uuid>,
}

/// Something that happened. Its id and its time are its identity, and the id's time is the event's to the millisecond.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    id: EventId,
    at: Timestamp,
    /// What happened.
    pub event_type: EventType,
    /// To a mail or on a landing page of which campaign.
    pub campaign: CampaignId,
    /// To whose mail; a pseudonym.
    pub contact: Option<ContactId>,
    /// What else there is to tell, without personal data but for what retention removes.
    pub data: Option<Value>,
    /// The client that it came from.
    pub client: EventClient,
    /// How it became known.
    pub origin: EventOrigin,
    /// Who did it.
    pub actor: ActorVerdict,
    /// Why that is thought.
    pub actor_reason: Option<String>,
}

/// The id's time is not that of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event's id is a UUIDv7 whose time is the event's to the millisecond")]
pub struct ForeignEventId;

/// Clients are named by their addresses, which are nobody's to read in logs.
impl fmt::Debug for EventClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventClient(…)")
    }
}

impl EventType {
    /// Every type.
    pub const ALL: [Self; 7] = [
        Self::Sent,
        Self::Open,
        Self::Click,
        Self::Bounce,
        Self::Unsubscribe,
        Self::FormView,
        Self::FormSubmit,
    ];

    /// The type's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "SENT",
            Self::Open => "OPEN",
            Self::Click => "CLICK",
            Self::Bounce => "BOUNCE",
            Self::Unsubscribe => "UNSUBSCRIBE",
            Self::FormView => "FORM_VIEW",
            Self::FormSubmit => "FORM_SUBMIT",
        }
    }
}

impl FromStr for EventType {
    type Err = StorageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|event_type| event_type.as_str() == text)
            .ok_or_else(|| StorageError::Corrupt("unknown type of an event".to_owned()))
    }
}

impl EventOrigin {
    /// The origin's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tracking => "tracking",
            Self::Api => "api",
            Self::Simulation => "simulation",
        }
    }
}

impl ActorVerdict {
    /// The verdict's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Machine => "machine",
            Self::Unknown => "unknown",
        }
    }
}

impl Event {
    /// Something that the program saw itself, at this instant, told apart from others by `unique`, of which the part that
    /// is no time is kept.
    #[must_use]
    pub fn seen(
        event_type: EventType,
        campaign: CampaignId,
        contact: Option<ContactId>,
        at: Timestamp,
        unique: Uuid,
    ) -> Self {
        Self {
            id: EventId::from_uuid(uuid_at(unique, at)),
            at,
            event_type,
            campaign,
            contact,
            data: None,
            client: EventClient::default(),
            origin: EventOrigin::Tracking,
            actor: ActorVerdict::Unknown,
            actor_reason: None,
        }
    }

    /// The same event under another id, whose time has to be the event's.
    pub fn identified(self, id: EventId) -> Result<Self, ForeignEventId> {
        let own = id.as_uuid();
        if uuid_at(own, self.at) != own || own.get_version_num() != 7 {
            return Err(ForeignEventId);
        }
        Ok(Self { id, ..self })
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> EventId {
        self.id
    }

    /// When it happened.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}

/// The UUIDv7 of this instant, in milliseconds, whose other bits are those of `unique`.
pub(crate) fn uuid_at(unique: Uuid, at: Timestamp) -> Uuid {
    let milliseconds = at.unix_timestamp_nanos().div_euclid(1_000_000);
    let milliseconds = u64::try_from(milliseconds).unwrap_or_default();
    let mut bytes = *unique.as_bytes();
    bytes[..6].copy_from_slice(&milliseconds.to_be_bytes()[2..]);
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    fn seen(at: Timestamp, unique: u128) -> Event {
        let campaign = CampaignId::from_uuid(Uuid::from_u128(1));
        Event::seen(EventType::Open, campaign, None, at, Uuid::from_u128(unique))
    }

    #[test]
    fn an_id_of_another_time_is_refused() {
        let at = datetime!(2026-03-01 12:00:00.123_456 UTC);
        let other = seen(at, 7).id();

        assert_eq!(seen(at, 8).identified(other).unwrap().id(), other);
        for elsewhere in [
            at + time::Duration::MILLISECOND,
            at - time::Duration::MILLISECOND,
        ] {
            assert_eq!(seen(elsewhere, 8).identified(other), Err(ForeignEventId));
        }
        let random = EventId::from_uuid(Uuid::from_u128(3 << 76));
        assert_eq!(seen(at, 8).identified(random), Err(ForeignEventId));
    }

    proptest! {
        #[test]
        fn the_time_of_an_events_id_is_its_own(micros in 0..4_000_000_000_000_000_i64, unique in any::<u128>()) {
            let at = Timestamp::UNIX_EPOCH + time::Duration::microseconds(micros);

            let id = seen(at, unique).id().as_uuid();

            prop_assert_eq!(id.get_version_num(), 7);
            let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
            let told = seconds * 1_000 + u64::from(nanos / 1_000_000);
            prop_assert_eq!(Some(told), u64::try_from(micros / 1_000).ok());
            prop_assert!(seen(at, unique).identified(EventId::from_uuid(id)).is_ok());
        }
    }
}
