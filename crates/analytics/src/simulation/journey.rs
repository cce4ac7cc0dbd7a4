//! What one recipient's mail causes.

use kernel::{CampaignId, ContactId, EventId, Timestamp};
use time::Duration;

use super::agent::{Device, PRIVACY_PROXY, SCANNER};
use super::clock::VirtualClock;
use super::config::SimulationConfig;
use super::delay::Delay;
use super::stream::{Draw, Seed, Stream};
use crate::event::{Actor, BounceKind, EventType, Segment, VisitId};
use crate::verdict::Reason;

/// A campaign that is simulated.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The chances.
    pub config: SimulationConfig,
    /// Which run of them.
    pub seed: Seed,
    /// The campaign.
    pub campaign: CampaignId,
    /// How many links its mail has.
    pub links: u16,
    /// Which of the links, counted from 0, leads to its landing page; `None` where it has none.
    pub landing_link: Option<u16>,
    /// When it plays.
    pub clock: VirtualClock,
}

/// Who gets the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Who.
    pub contact: ContactId,
    /// What is known of the address.
    pub segment: Segment,
    /// How long after the campaign's first mail theirs goes out.
    pub send_offset: Duration,
}

/// One event of a journey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The event's id: a UUIDv7 of its time, and otherwise of seed, campaign, contact and step.
    pub id: EventId,
    /// When it happens, in whole microseconds.
    pub at: Timestamp,
    /// What happens.
    pub event: EventType,
    /// Who does it.
    pub actor: Actor,
    /// Why that is known: what it would be judged by.
    pub reason: Reason,
    /// How the program that does it names itself.
    pub user_agent: Option<&'static str>,
    /// The visit that it belongs to, of clicks and what follows from them.
    pub visit: Option<VisitId>,
    /// Which link is followed, counted from 0.
    pub link: Option<u16>,
    /// How final a bounce is.
    pub bounce: Option<BounceKind>,
}

/// Everything that one recipient's mail causes, in the order in which it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    steps: Vec<Step>,
}

impl Journey {
    /// The steps, sorted by time and id; the first is the sending.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The steps, to keep.
    #[must_use]
    pub fn into_steps(self) -> Vec<Step> {
        self.steps
    }
}

impl Simulation {
    /// The most links that a scanner follows.
    pub const MAX_SCANNED: u16 = 50;

    /// What a recipient's mail causes: always the same for the same simulation and recipient, whoever else gets one.
    ///
    /// A mail either bounces or is delivered. Of a delivered one, a proxy may fetch the pictures and a scanner may follow
    /// all links, whatever the person does. The person may open it; who opened it may open it again, may click, and may
    /// want no more mails; who clicked may see the landing page, and who saw it may send its form.
    #[must_use]
    pub fn journey(&self, recipient: &Recipient) -> Journey {
        let mut walk = Walk {
            simulation: self,
            stream: Stream::new(self.seed, self.campaign, recipient.contact),
            steps: Vec::with_capacity(2),
        };
        walk.mail(recipient);
        let mut steps = walk.steps;
        steps.sort_by_key(|step| (step.at, step.id));
        Journey { steps }
    }
}

/// An instant of a journey: as offset from the start, and as the clock shows it.
#[derive(Clone, Copy)]
struct Moment {
    offset: Duration,
    at: Timestamp,
}

struct Walk<'a> {
    simulation: &'a Simulation,
    stream: Stream,
    steps: Vec<Step>,
}

impl Walk<'_> {
    fn mail(&mut self, recipient: &Recipient) {
        let config = &self.simulation.config;
        let rates = config.parameters();
        let factors = rates.segments.of(recipient.segment);
        let sent = Moment {
            offset: recipient.send_offset,
            at: self.simulation.clock.at(recipient.send_offset),
        };
        self.step(EventType::Sent, 0, sent, Reason::Delivery);

        let bounces = (rates.bounce_rate * factors.bounce).min(1.0);
        let chance = self.stream.uniform(Draw::Bounce);
        if chance < bounces {
            // The same number tells which kind: it is as even below the rate as above.
            let hard = chance < bounces * rates.hard_bounce_share;
            self.bounce(sent, hard);
            return;
        }
        let opens = (rates.open_rate * factors.engagement).min(1.0);
        let opens = self.stream.happens(Draw::Open, opens);
        let proxied = config.machine_open_rate();
        if self.stream.happens(Draw::MachineOpen, proxied) {
            self.fetch_ahead(sent);
        }
        let scanned = config.machine_click_rate();
        if self.stream.happens(Draw::Scanner, scanned) {
            self.scan(sent);
        }
        if opens {
            self.read(sent);
        }
    }

    fn bounce(&mut self, sent: Moment, hard: bool) {
        let delays = &self.simulation.config.parameters().delays;
        let (kind, delay) = if hard {
            (BounceKind::Hard, &delays.hard_bounce)
        } else {
            (BounceKind::Soft, &delays.soft_bounce)
        };
        let moment = self.after(sent, delay, Draw::BounceDelay, 0);
        let step = self.step(EventType::Bounce, 0, moment, Reason::Delivery);
        step.bounce = Some(kind);
    }

    fn fetch_ahead(&mut self, sent: Moment) {
        let delay = &self.simulation.config.parameters().delays.machine_open;
        let moment = self.after(sent, delay, Draw::MachineOpenDelay, 0);
        let step = self.step(EventType::Open, MACHINE, moment, Reason::PrivacyProxy);
        step.user_agent = Some(PRIVACY_PROXY);
    }

    /// Follows every link, a second or a few after the mail came, and one right after the other.
    fn scan(&mut self, sent: Moment) {
        let mut waited = Duration::seconds_f64(1.0 + 3.0 * self.stream.uniform(Draw::Scan(0)));
        for link in 0..self.simulation.links.min(Simulation::MAX_SCANNED) {
            let number = u32::from(link);
            let pause = 0.05 + 0.25 * self.stream.uniform(Draw::Scan(number + 1));
            waited += Duration::seconds_f64(pause);
            let waited =
                Duration::microseconds(waited.whole_milliseconds().try_into().unwrap_or(0) * 1_000);
            let moment = self.later(sent, waited);
            let visit = self.visit(MACHINE + number, moment);
            let step = self.step(
                EventType::Click,
                MACHINE + number,
                moment,
                Reason::TooFastClick,
            );
            step.user_agent = Some(SCANNER);
            step.link = Some(link);
            step.visit = Some(visit);
            if self.simulation.landing_link == Some(link) {
                let moment = self.later(moment, Duration::milliseconds(40));
                let step = self.step(EventType::FormView, MACHINE, moment, Reason::TooFastClick);
                step.user_agent = Some(SCANNER);
                step.visit = Some(visit);
            }
        }
    }

    fn read(&mut self, sent: Moment) {
        let rates = self.simulation.config.parameters();
        let device = Device::of(u32::try_from(self.stream.one_of(Draw::Device, 100)).unwrap_or(0));
        let opened = self.after(sent, &rates.delays.open, Draw::OpenDelay, 0);
        self.open(0, opened, device);
        // Of those who opened, so that of those delivered it is the configured rate; 0 of 0 is never.
        let of_openers = |rate: f64| {
            if rate > 0.0 {
                rate / rates.open_rate
            } else {
                0.0
            }
        };
        if self
            .stream
            .happens(Draw::Click, of_openers(rates.click_rate))
        {
            self.click(opened, device);
        }
        let leaves = of_openers(rates.unsubscribe_rate);
        if self.stream.happens(Draw::Unsubscribe, leaves) {
            let delay = &rates.delays.unsubscribe;
            let moment = self.after(opened, delay, Draw::UnsubscribeDelay, 0);
            let step = self.step(EventType::Unsubscribe, 0, moment, Reason::Reader);
            step.user_agent = Some(device.browser);
        }
        for number in 1..SimulationConfig::MAX_OPENS {
            if !self.stream.happens(Draw::Reopen(number), rates.reopen_rate) {
                break;
            }
            let moment = self.after(opened, &rates.delays.reopen, Draw::ReopenDelay, number);
            self.open(number, moment, device);
        }
    }

    fn open(&mut self, number: u32, moment: Moment, device: Device) {
        let reason = if device.proxied {
            Reason::ProxyForReader
        } else {
            Reason::Reader
        };
        let step = self.step(EventType::Open, number, moment, reason);
        step.user_agent = Some(device.mail);
    }

    fn click(&mut self, opened: Moment, device: Device) {
        let rates = self.simulation.config.parameters();
        let landing = self.simulation.landing_link;
        let clicked = self.after(opened, &rates.delays.click, Draw::ClickDelay, 0);
        let visit = self.visit(0, clicked);
        let views = landing.is_some() && self.stream.happens(Draw::View, rates.form_view_rate);
        let any = self.stream.one_of(Draw::Link, self.simulation.links.into());
        let any = u16::try_from(any).unwrap_or(0);
        let step = self.step(EventType::Click, 0, clicked, Reason::Reader);
        step.user_agent = Some(device.browser);
        step.link = if views { landing } else { Some(any) };
        step.visit = Some(visit);
        if !views {
            return;
        }
        let viewed = self.after(clicked, &rates.delays.view, Draw::ViewDelay, 0);
        let step = self.step(EventType::FormView, 0, viewed, Reason::Reader);
        step.user_agent = Some(device.browser);
        step.visit = Some(visit);
        if self.stream.happens(Draw::Submit, rates.form_submit_rate) {
            let moment = self.after(viewed, &rates.delays.submit, Draw::SubmitDelay, 0);
            let step = self.step(EventType::FormSubmit, 0, moment, Reason::Reader);
            step.user_agent = Some(device.browser);
            step.visit = Some(visit);
        }
    }

    /// The moment a delay after its cause; a delay takes two draws.
    fn after(
        &mut self,
        cause: Moment,
        delay: &Delay,
        draw: impl Fn(u32) -> Draw,
        number: u32,
    ) -> Moment {
        let part = self.stream.uniform(draw(2 * number));
        let place = self.stream.uniform(draw(2 * number + 1));
        self.later(cause, delay.sample(part, place))
    }

    /// Later by so much, and at any pace by a microsecond, so that no effect comes before its cause.
    fn later(&self, cause: Moment, delay: Duration) -> Moment {
        let offset = cause.offset.saturating_add(delay);
        let at = self.simulation.clock.at(offset);
        let at = at.max(cause.at.saturating_add(Delay::SHORTEST));
        Moment { offset, at }
    }

    fn visit(&self, number: u32, moment: Moment) -> VisitId {
        VisitId::from_uuid(self.stream.uuid(milliseconds(moment.at), VISIT | number))
    }

    fn step(&mut self, event: EventType, number: u32, moment: Moment, reason: Reason) -> &mut Step {
        let tag = (tag_of(event) << 16) | number;
        let id = self.stream.uuid(milliseconds(moment.at), tag);
        self.steps.push(Step {
            id: EventId::from_uuid(id),
            at: moment.at,
            event,
            actor: match reason {
                Reason::Reader | Reason::ProxyForReader => Actor::Human,
                _ => Actor::Machine,
            },
            reason,
            user_agent: None,
            visit: None,
            link: None,
            bounce: None,
        });
        let last = self.steps.len() - 1;
        &mut self.steps[last]
    }
}

/// Added to the numbers of what machines do.
const MACHINE: u32 = 0x8000;
/// Added to the tags of visits.
const VISIT: u32 = 0x8000_0000;

/// The number of a type in the tags of ids; never changed, because ids would.
const fn tag_of(event: EventType) -> u32 {
    match event {
        EventType::Sent => 1,
        EventType::Bounce => 2,
        EventType::Open => 3,
        EventType::Click => 4,
        EventType::Unsubscribe => 5,
        EventType::FormView => 6,
        EventType::FormSubmit => 7,
    }
}

fn milliseconds(at: Timestamp) -> i128 {
    at.unix_timestamp_nanos().div_euclid(1_000_000)
}
