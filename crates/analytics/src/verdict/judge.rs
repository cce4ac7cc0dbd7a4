//! The verdict on one event.

use std::str::FromStr;

use time::Duration;

use super::agent::AgentKind;
use crate::event::{Actor, EventType};

/// Where a request came from, if that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// Nothing is known of it.
    #[default]
    Unknown,
    /// A data centre: no people live there, but their proxies do.
    DataCentre,
    /// Homes, offices, telephones.
    Access,
}

/// How a request asks for what it gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fetch {
    /// As browsers do.
    #[default]
    Plain,
    /// For the head alone (`HEAD`).
    Head,
    /// Ahead of somebody who may want it, as it says in `Purpose`, `Sec-Purpose` or `X-Moz`.
    Ahead,
}

/// What is known of an event when it is judged. What nobody knows is `None` or `false`: evidence only ever adds up.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// What happened.
    pub event: EventType,
    /// How the program that did it names itself.
    pub user_agent: Option<&'a str>,
    /// How long after the mail was sent.
    pub since_sent: Option<Duration>,
    /// How long after the recipient's event before it, of any type but the sending.
    pub since_previous: Option<Duration>,
    /// How many different links of the mail were followed for this recipient within [`Verdict::BURST`] until now, this one
    /// included; 0 where nobody counts.
    pub links_in_burst: u16,
    /// How many links the mail has; 0 where nobody knows.
    pub links_in_mail: u16,
    /// Whether the mail was opened before.
    pub opened_before: bool,
    /// How the request asked.
    pub fetch: Fetch,
    /// Where the request came from.
    pub network: Network,
    /// Whether something that no person sees was filled in or followed.
    pub took_bait: bool,
}

/// Why the verdict is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The platform or the mail's way did it.
    Delivery,
    /// It filled in what no person sees.
    Bait,
    /// It asked for the head alone.
    HeadRequest,
    /// It said that it fetches ahead.
    Prefetch,
    /// It is the proxy of Apple's Mail Privacy Protection.
    PrivacyProxy,
    /// It is a mail provider's proxy, sooner than a person.
    ProxyAhead,
    /// It is a mail provider's proxy, when a person may have opened the mail.
    ProxyForReader,
    /// It names itself a scanner.
    ScannerAgent,
    /// It names itself a preview of links.
    PreviewAgent,
    /// It names itself a robot.
    RobotAgent,
    /// It names itself a tool or library.
    ToolAgent,
    /// It followed all or many links of the mail at once.
    LinkBurst,
    /// It followed a link sooner after the sending than a person can.
    TooFastClick,
    /// It opened the mail sooner after the sending than a person can.
    TooFastOpen,
    /// It sent a form sooner than a person can fill it in.
    TooFastForm,
    /// It came from a data centre, and nothing of a person came before.
    DataCentre,
    /// A person did what machines do not: sent a form, or wished for no more mails.
    Deliberate,
    /// It names itself as people's programs do, and came when people do.
    Reader,
    /// It does not say what it is.
    NoAgent,
    /// It says something that nobody knows.
    StrangeAgent,
}

/// Who did it, and why we think so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Who.
    pub actor: Actor,
    /// Why.
    pub reason: Reason,
}

impl Verdict {
    /// Links followed within this time are followed at once.
    pub const BURST: Duration = Duration::seconds(10);
    /// So many different links at once are not a person's, however many the mail has.
    pub const MANY_LINKS: u16 = 4;
    /// How soon after the sending nobody has followed a link yet.
    pub const SOONEST_CLICK: Duration = Duration::seconds(6);
    /// How soon after the sending nobody has opened the mail yet.
    pub const SOONEST_OPEN: Duration = Duration::seconds(2);
    /// How soon after the sending a mail provider's proxy fetches ahead rather than for a reader.
    pub const PROXY_AHEAD: Duration = Duration::seconds(5);
    /// How soon after the page nobody has sent the form yet.
    pub const SOONEST_FORM: Duration = Duration::milliseconds(800);
    /// How soon after the sending a click without an opening is suspicious, where the network is a data centre.
    pub const EARLY: Duration = Duration::minutes(2);

    const fn new(actor: Actor, reason: Reason) -> Self {
        Self { actor, reason }
    }
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 20] = [
        Self::Delivery,
        Self::Bait,
        Self::HeadRequest,
        Self::Prefetch,
        Self::PrivacyProxy,
        Self::ProxyAhead,
        Self::ProxyForReader,
        Self::ScannerAgent,
        Self::PreviewAgent,
        Self::RobotAgent,
        Self::ToolAgent,
        Self::LinkBurst,
        Self::TooFastClick,
        Self::TooFastOpen,
        Self::TooFastForm,
        Self::DataCentre,
        Self::Deliberate,
        Self::Reader,
        Self::NoAgent,
        Self::StrangeAgent,
    ];

    /// The reason's code in storage and on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::Bait => "bait",
            Self::HeadRequest => "head-request",
            Self::Prefetch => "prefetch",
            Self::PrivacyProxy => "privacy-proxy",
            Self::ProxyAhead => "proxy-ahead",
            Self::ProxyForReader => "proxy-for-reader",
            Self::ScannerAgent => "scanner-agent",
            Self::PreviewAgent => "preview-agent",
            Self::RobotAgent => "robot-agent",
            Self::ToolAgent => "tool-agent",
            Self::LinkBurst => "link-burst",
            Self::TooFastClick => "too-fast-click",
            Self::TooFastOpen => "too-fast-open",
            Self::TooFastForm => "too-fast-form",
            Self::DataCentre => "data-centre",
            Self::Deliberate => "deliberate",
            Self::Reader => "reader",
            Self::NoAgent => "no-agent",
            Self::StrangeAgent => "strange-agent",
        }
    }
}

/// The text is no reason's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the code of a reason of a verdict")]
pub struct UnknownReason;

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|it| it.code() == text);
        found.ok_or(UnknownReason)
    }
}

impl<'a> Evidence<'a> {
    /// An event of which nothing but its type and its user agent is known.
    #[must_use]
    pub const fn of(event: EventType, user_agent: Option<&'a str>) -> Self {
        Self {
            event,
            user_agent,
            since_sent: None,
            since_previous: None,
            links_in_burst: 0,
            links_in_mail: 0,
            opened_before: false,
            fetch: Fetch::Plain,
            network: Network::Unknown,
            took_bait: false,
        }
    }

    fn sooner_than(&self, soonest: Duration) -> bool {
        self.since_sent.is_some_and(|since| since < soonest)
    }

    /// Two links at once may be a person's who missed; all of several, or very many, are not.
    fn is_burst(&self) -> bool {
        let all = self.links_in_mail > 2 && self.links_in_burst >= self.links_in_mail;
        self.event == EventType::Click && (all || self.links_in_burst >= Verdict::MANY_LINKS)
    }
}

/// Who did it. The first rule that fits decides; they go from what a machine says of itself to what gives it away.
#[must_use]
pub fn judge(evidence: &Evidence<'_>) -> Verdict {
    let machine = |reason| Verdict::new(Actor::Machine, reason);
    if matches!(evidence.event, EventType::Sent | EventType::Bounce) {
        return machine(Reason::Delivery);
    }
    if evidence.took_bait {
        return machine(Reason::Bait);
    }
    match evidence.fetch {
        Fetch::Plain => {}
        Fetch::Head => return machine(Reason::HeadRequest),
        Fetch::Ahead => return machine(Reason::Prefetch),
    }
    let agent = AgentKind::of(evidence.user_agent);
    match agent {
        AgentKind::PrivacyProxy => return machine(Reason::PrivacyProxy),
        AgentKind::Scanner => return machine(Reason::ScannerAgent),
        AgentKind::Preview => return machine(Reason::PreviewAgent),
        AgentKind::Robot => return machine(Reason::RobotAgent),
        AgentKind::Tool => return machine(Reason::ToolAgent),
        AgentKind::MailProxy => return proxied(evidence),
        AgentKind::Absent | AgentKind::Reader | AgentKind::Other => {}
    }
    too_fast(evidence).map_or_else(|| by_elimination(evidence, agent), machine)
}

/// A mail provider's proxy fetches for whoever opens the mail, and hides who that is; only what it fetches as the mail
/// comes in is nobody's.
fn proxied(evidence: &Evidence<'_>) -> Verdict {
    if evidence.event != EventType::Open {
        return Verdict::new(Actor::Machine, Reason::ProxyAhead);
    }
    if evidence.sooner_than(Verdict::PROXY_AHEAD) {
        Verdict::new(Actor::Machine, Reason::ProxyAhead)
    } else {
        Verdict::new(Actor::Human, Reason::ProxyForReader)
    }
}

/// What no person is quick enough for.
fn too_fast(evidence: &Evidence<'_>) -> Option<Reason> {
    if evidence.is_burst() {
        return Some(Reason::LinkBurst);
    }
    match evidence.event {
        EventType::Open if evidence.sooner_than(Verdict::SOONEST_OPEN) => Some(Reason::TooFastOpen),
        EventType::Click | EventType::FormView if evidence.sooner_than(Verdict::SOONEST_CLICK) => {
            Some(Reason::TooFastClick)
        }
        EventType::FormSubmit | EventType::Unsubscribe
            if evidence.sooner_than(Verdict::SOONEST_CLICK) =>
        {
            Some(Reason::TooFastForm)
        }
        EventType::FormSubmit
            if evidence
                .since_previous
                .is_some_and(|since| since < Verdict::SOONEST_FORM) =>
        {
            Some(Reason::TooFastForm)
        }
        EventType::Open | EventType::Click | EventType::FormView
            if evidence.network == Network::DataCentre
                && !evidence.opened_before
                && (evidence.sooner_than(Verdict::EARLY) || evidence.since_sent.is_none()) =>
        {
            Some(Reason::DataCentre)
        }
        _ => None,
    }
}

fn by_elimination(evidence: &Evidence<'_>, agent: AgentKind) -> Verdict {
    match agent {
        AgentKind::Reader => Verdict::new(Actor::Human, Reason::Reader),
        // Scanners fetch, they do not send forms nor ask for no more mails.
        _ if matches!(
            evidence.event,
            EventType::FormSubmit | EventType::Unsubscribe
        ) =>
        {
            Verdict::new(Actor::Human, Reason::Deliberate)
        }
        AgentKind::Absent => Verdict::new(Actor::Unknown, Reason::NoAgent),
        _ => Verdict::new(Actor::Unknown, Reason::StrangeAgent),
    }
}
