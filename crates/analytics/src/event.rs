//! What can happen to a mail and behind it.

use std::fmt;
use std::str::FromStr;

use kernel::FieldFault;
use uuid::Uuid;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventType {
    /// The mail went out.
    Sent,
    /// The mail was opened, or something fetched its pictures.
    Open,
    /// A link of the mail was followed.
    Click,
    /// The mail came back.
    Bounce,
    /// The recipient wants no more mails.
    Unsubscribe,
    /// The landing page was shown.
    FormView,
    /// The form of the landing page was sent.
    FormSubmit,
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// A person.
    Human,
    /// A machine: a proxy that fetches pictures ahead, a scanner, a robot.
    Machine,
    /// Nothing tells which of the two.
    Unknown,
}

/// How final it is that a mail came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BounceKind {
    /// The address takes no mail, and will take none.
    Hard,
    /// The mail was not taken this time.
    Soft,
}

/// What was known of an address when it was mailed; what reports call a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// It was not judged yet.
    Pending,
    /// It can be mailed.
    Valid,
    /// It is none.
    Invalid,
    /// It may not be worth it.
    Risky,
    /// Nobody has it.
    Nonexistent,
}

/// Ties together what one visitor did in one visit: the click, the landing page, the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VisitId(Uuid);

/// The text names no type of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of SENT, OPEN, CLICK, BOUNCE, UNSUBSCRIBE, FORM_VIEW, FORM_SUBMIT")]
pub struct UnknownEventType;

/// The text names no actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of human, machine, unknown")]
pub struct UnknownActor;

/// The text names no kind of bounce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of hard, soft")]
pub struct UnknownBounceKind;

/// The text names no segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of pending, valid, invalid, risky, nonexistent")]
pub struct UnknownSegment;

impl EventType {
    /// Every type, in the order in which a journey goes.
    pub const ALL: [Self; 7] = [
        Self::Sent,
        Self::Bounce,
        Self::Open,
        Self::Click,
        Self::Unsubscribe,
        Self::FormView,
        Self::FormSubmit,
    ];

    /// The type's word in storage and on the wire.
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

impl Actor {
    /// Every actor.
    pub const ALL: [Self; 3] = [Self::Human, Self::Machine, Self::Unknown];

    /// The actor's word in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Machine => "machine",
            Self::Unknown => "unknown",
        }
    }
}

impl BounceKind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Hard, Self::Soft];

    /// The kind's word in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
        }
    }
}

impl Segment {
    /// Every segment.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Valid,
        Self::Invalid,
        Self::Risky,
        Self::Nonexistent,
    ];

    /// The segment's word in storage and on the wire: that of the status of validation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Risky => "risky",
            Self::Nonexistent => "nonexistent",
        }
    }
}

impl VisitId {
    /// Wraps a UUID that is known to name a visit.
    #[must_use]
    pub const fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }

    /// The bare UUID, for storage and the wire.
    #[must_use]
    pub const fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl FromStr for BounceKind {
    type Err = UnknownBounceKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or(UnknownBounceKind)
    }
}

impl FromStr for EventType {
    type Err = UnknownEventType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or(UnknownEventType)
    }
}

impl FromStr for Actor {
    type Err = UnknownActor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or(UnknownActor)
    }
}

impl FromStr for Segment {
    type Err = UnknownSegment;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or(UnknownSegment)
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for VisitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<UnknownEventType> for FieldFault {
    fn from(error: UnknownEventType) -> Self {
        Self::new("unknown-value", error.to_string())
    }
}

impl From<UnknownActor> for FieldFault {
    fn from(error: UnknownActor) -> Self {
        Self::new("unknown-value", error.to_string())
    }
}

impl From<UnknownSegment> for FieldFault {
    fn from(error: UnknownSegment) -> Self {
        Self::new("unknown-value", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back_and_others_are_not() {
        for it in EventType::ALL {
            assert_eq!(it.to_string().parse(), Ok(it));
        }
        for it in Actor::ALL {
            assert_eq!(it.to_string().parse(), Ok(it));
        }
        for it in Segment::ALL {
            assert_eq!(it.to_string().parse(), Ok(it));
        }
        for it in BounceKind::ALL {
            assert_eq!(it.as_str().parse(), Ok(it));
        }
        assert_eq!("open".parse::<EventType>(), Err(UnknownEventType));
        assert_eq!("robot".parse::<Actor>(), Err(UnknownActor));
        assert_eq!("".parse::<Segment>(), Err(UnknownSegment));
    }
}
