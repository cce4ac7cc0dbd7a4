//! What is known of an event besides itself, and what is thought of it.

use time::Duration;

use super::{ActorVerdict, Event, EventType};

/// How a request asked for what it got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fetch {
    /// As browsers and programs for mails do.
    #[default]
    Plain,
    /// For the head alone.
    Head,
    /// Ahead of somebody who may want it, as it says itself.
    Ahead,
}

/// What can be told of who did something. What nobody knows is `None`, 0 or `false`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence<'a> {
    /// What happened.
    pub event_type: EventType,
    /// How the program that did it names itself.
    pub user_agent: Option<&'a str>,
    /// How the request asked.
    pub fetch: Fetch,
    /// How long after the mail was sent.
    pub since_sent: Option<Duration>,
    /// How long after what the recipient did before.
    pub since_previous: Option<Duration>,
    /// How many different links the recipient followed at once, this one included.
    pub links_in_burst: u16,
    /// Whether a person opened the mail before.
    pub opened_before: bool,
}

/// Who did something, and why that is thought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Who did it.
    pub actor: ActorVerdict,
    /// Why that is thought: a code in `kebab-case`.
    pub reason: &'static str,
}

/// Tells people from machines.
pub trait ActorJudge: Send + Sync {
    /// Who did it.
    fn judge(&self, evidence: &Evidence<'_>) -> Judgement;
    /// Links that are followed within this time are followed at once.
    fn burst(&self) -> Duration;
}

/// An event of which nobody has judged yet who did it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// What happened.
    pub event: Event,
    /// How the request asked that it came from.
    pub fetch: Fetch,
}

impl Sighting {
    /// An event whose request asked as browsers do.
    #[must_use]
    pub const fn plain(event: Event) -> Self {
        Self {
            event,
            fetch: Fetch::Plain,
        }
    }
}
