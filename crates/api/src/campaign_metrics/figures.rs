//! Counts and rates on the wire, with the definition of each.

use analytics::metrics::{ByActor, Counts, Rate, Tally};
use poem_openapi::Object;

/// How often, and by how many.
#[derive(Clone, Debug, Object)]
#[oai(rename = "MetricsTally")]
pub(super) struct TallyAnswer {
    /// Events.
    events: u64,
    /// Different people. Visitors who came without a campaign's mail count among the events only.
    people: u64,
}

/// What people did, and what machines did: proxies that fetch pictures ahead, scanners, robots.
#[derive(Clone, Debug, Object)]
#[oai(rename = "MetricsByActor")]
pub(super) struct ByActorAnswer {
    /// What people did, and whoever it was where nothing tells.
    human: TallyAnswer,
    /// What machines did. Somebody whose mail both looked at counts in both.
    machine: TallyAnswer,
}

/// What is counted.
#[derive(Clone, Debug, Object)]
#[oai(rename = "MetricsCounts")]
pub(super) struct CountsAnswer {
    /// Mails sent.
    sent: TallyAnswer,
    /// Mails that came back, for good or for now.
    bounced: TallyAnswer,
    /// People to whom a mail was sent, without those from whom one came back; at least 0.
    delivered: u64,
    /// Mails opened.
    opened: ByActorAnswer,
    /// Links of mails followed.
    clicked: ByActorAnswer,
    /// Wishes for no more mails.
    unsubscribed: ByActorAnswer,
    /// Landing pages shown.
    viewed: ByActorAnswer,
    /// Forms sent. What robots wrote into the field that people do not see is none.
    submitted: ByActorAnswer,
}

/// Quotients of people, between 0 and 1 over the whole time of a campaign; within a period they can be more, of mails that
/// were sent before. Null where there is nothing to divide by. People are those of `human`.
#[derive(Clone, Debug, Object)]
#[oai(rename = "MetricsRates")]
pub(super) struct RatesAnswer {
    /// `delivered` / `sent.people`.
    delivery: Option<f64>,
    /// `bounced.people` / `sent.people`.
    bounce: Option<f64>,
    /// `opened.human.people` / `delivered`.
    open: Option<f64>,
    /// `clicked.human.people` / `delivered`.
    click: Option<f64>,
    /// `clicked.human.people` / `opened.human.people`.
    click_to_open: Option<f64>,
    /// `unsubscribed.human.people` / `delivered`.
    unsubscribe: Option<f64>,
    /// `leads` / `delivered`.
    conversion: Option<f64>,
    /// `submitted.human.people` / `viewed.human.people`.
    landing: Option<f64>,
    /// `opened.machine.people` / `delivered`.
    machine_open: Option<f64>,
    /// `clicked.machine.people` / `delivered`.
    machine_click: Option<f64>,
}

/// All figures of a period.
#[derive(Clone, Debug, Object)]
#[oai(rename = "MetricsFigures")]
pub(super) struct FiguresAnswer {
    /// What is counted. People are different ones within the period and a campaign.
    counts: CountsAnswer,
    /// Leads made: whose first response was sent in the period, or who were written down in it before one was.
    leads: u64,
    /// Of these leads, those that are converted now.
    converted: u64,
    /// What these numbers amount to.
    rates: RatesAnswer,
}

impl From<Tally> for TallyAnswer {
    fn from(tally: Tally) -> Self {
        Self {
            events: tally.events,
            people: tally.people,
        }
    }
}

impl From<ByActor> for ByActorAnswer {
    fn from(counted: ByActor) -> Self {
        Self {
            human: counted.human.into(),
            machine: counted.machine.into(),
        }
    }
}

impl From<&Counts> for CountsAnswer {
    fn from(counts: &Counts) -> Self {
        Self {
            sent: counts.sent.into(),
            bounced: counts.bounced.into(),
            delivered: counts.delivered(),
            opened: counts.opened.into(),
            clicked: counts.clicked.into(),
            unsubscribed: counts.unsubscribed.into(),
            viewed: counts.viewed.into(),
            submitted: counts.submitted.into(),
        }
    }
}

impl From<&Counts> for FiguresAnswer {
    fn from(counts: &Counts) -> Self {
        let rates = counts.rates();
        Self {
            counts: counts.into(),
            leads: counts.leads,
            converted: counts.converted,
            rates: RatesAnswer {
                delivery: rates.delivery.value(),
                bounce: rates.bounce.value(),
                open: rates.open.value(),
                click: rates.click.value(),
                click_to_open: rates.click_to_open.value(),
                unsubscribe: rates.unsubscribe.value(),
                conversion: rates.conversion.value(),
                landing: rates.landing.value(),
                machine_open: rates.machine_open.value(),
                machine_click: rates.machine_click.value(),
            },
        }
    }
}

/// A quotient; null where there is nothing to divide by.
pub(super) fn quotient(rate: Rate) -> Option<f64> {
    rate.value()
}

/// Counts that could be those of a campaign.
pub(super) fn example_counts() -> Counts {
    let tally = |events, people| Tally { events, people };
    let by_actor = |human, machine| ByActor { human, machine };
    Counts {
        sent: tally(1_000, 1_000),
        bounced: tally(10, 10),
        opened: by_actor(tally(410, 297), tally(120, 118)),
        clicked: by_actor(tally(52, 40), tally(9, 9)),
        unsubscribed: by_actor(tally(3, 3), tally(0, 0)),
        viewed: by_actor(tally(48, 36), tally(2, 2)),
        submitted: by_actor(tally(12, 11), tally(0, 0)),
        leads: 11,
        converted: 2,
    }
}
