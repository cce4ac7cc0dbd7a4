//! What is known of campaigns: figures, and what they are of.

use std::collections::BTreeMap;

use kernel::{CampaignId, TimeZoneName};
use time::Date;

use crate::metrics::{Counts, SourceCounts};
use crate::{EventType, Segment};

/// Why a machine's submission of a form is none: it filled the field that people do not see.
pub const HONEYPOT: &str = "honeypot";

/// What the events of some campaigns amount to on days that follow one another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Of each campaign, on all of these days; people are different ones within them. Leads are not among them.
    pub campaigns: BTreeMap<CampaignId, Counts>,
    /// Of each day, of all of these campaigns; people are different ones within a day and a campaign.
    pub days: BTreeMap<Date, DayFigures>,
}

/// What the events of a day amount to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayFigures {
    /// What counts.
    pub counts: Counts,
    /// Events that came when the day was final, and are not in the counts.
    pub late: u64,
}

/// Leads that have campaign, source and segment in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeadCount {
    /// The campaign that made them.
    pub campaign: CampaignId,
    /// The source's word (`email_campaign`).
    pub source: String,
    /// What was known of their addresses when they were mailed; `None` for those who were not, and where nobody asked.
    pub segment: Option<Segment>,
    /// How many.
    pub leads: u64,
    /// Of these, those that are converted now.
    pub converted: u64,
}

/// What is known of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationCard {
    /// Its name.
    pub name: String,
    /// The time zone that its days are of.
    pub time_zone: TimeZoneName,
}

/// What is known of a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignCard {
    /// Its id.
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// The word of its status (`active`).
    pub status: String,
}

/// How a campaign stands whose events somebody is about to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CountingState {
    /// What is noted of it can be counted.
    Countable,
    /// It was counted in days of this time zone, or was to be, which is another one than theirs: that is to be forgotten
    /// first.
    Moved(TimeZoneName),
    /// What was counted is forgotten in part, to be counted in days of theirs; the rest is to be forgotten as well.
    HalfForgotten,
}

/// A sum that is not what events amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The campaign.
    pub campaign: CampaignId,
    /// The day.
    pub date: Date,
    /// What happened.
    pub event_type: EventType,
    /// Whether machines did it.
    pub is_machine: bool,
    /// What is wrong.
    pub of: Drifting,
    /// What was counted.
    pub counted: u64,
    /// What there is.
    pub found: u64,
}

/// Which sum is not what events amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drifting {
    /// How many events: those that count and, on a final day, those that are late.
    Events,
    /// How many different people on the day.
    People,
    /// How many different people by the day on which they had done it before.
    Recurrences,
}

impl Drifting {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Events, Self::People, Self::Recurrences];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::People => "people",
            Self::Recurrences => "recurrences",
        }
    }
}

/// The leads of all of these together, as those of one source each.
#[must_use]
pub fn by_source<'a>(leads: impl IntoIterator<Item = &'a LeadCount>) -> Vec<SourceCounts> {
    let mut sources = BTreeMap::<&str, (u64, u64)>::new();
    for count in leads {
        let sum = sources.entry(&count.source).or_default();
        sum.0 += count.leads;
        sum.1 += count.converted;
    }
    let sources = sources
        .into_iter()
        .map(|(source, (leads, converted))| SourceCounts {
            source: source.to_owned(),
            leads,
            converted,
        });
    sources.collect()
}

/// The counts, with these leads.
#[must_use]
pub fn with_leads<'a>(counts: Counts, leads: impl IntoIterator<Item = &'a LeadCount>) -> Counts {
    leads.into_iter().fold(counts, |counts, lead| Counts {
        leads: counts.leads + lead.leads,
        converted: counts.converted + lead.converted,
        ..counts
    })
}
