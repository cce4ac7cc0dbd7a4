//! What dashboards show.

use kernel::{JobRecord, Timestamp};

use super::question::FileFormat;
use crate::figures::{CampaignCard, OrganizationCard};
use crate::metrics::{Counts, Day, Funnel, Period, SegmentCounts, SourceCounts};
use crate::{Segment, with_leads};

/// What a view is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Whose figures they are.
    pub organization: OrganizationCard,
    /// Of which campaign; `None` for the sum over several.
    pub campaign: Option<CampaignCard>,
    /// Of which days.
    pub period: Period,
    /// Of whom; `None` for everybody.
    pub segment: Option<Segment>,
    /// When they were read.
    pub made_at: Timestamp,
}

/// The figures of a campaign, or the sum over several. Somebody whom two campaigns wrote to counts twice in a sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsView {
    /// What it is of.
    pub heading: Heading,
    /// What is counted in the period.
    pub counts: Counts,
    /// What is counted in as many days right before.
    pub before: Counts,
    /// What is counted of each day, without leads.
    pub days: Vec<DayView>,
    /// Where the leads of the period came from.
    pub sources: Vec<SourceCounts>,
}

/// What is counted of each day of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailyView {
    /// What it is of.
    pub heading: Heading,
    /// Every day, without leads.
    pub days: Vec<DayView>,
}

/// How far people went in a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunnelView {
    /// What it is of.
    pub heading: Heading,
    /// The steps.
    pub funnel: Funnel,
}

/// Where the leads of a period came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcesView {
    /// What it is of.
    pub heading: Heading,
    /// The sources.
    pub sources: Vec<SourceCounts>,
}

/// What is counted of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayView {
    /// The day.
    pub day: Day,
    /// What counts.
    pub counts: Counts,
    /// Events that came when the day was final, and are not in the counts.
    pub late: u64,
    /// Whether the counts do not change by themselves any more; never where they are those of a segment.
    pub is_final: bool,
}

/// The figures of a campaign by what was known of addresses when they were mailed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentsView {
    /// What it is of.
    pub heading: Heading,
    /// Each segment in which something was counted.
    pub segments: Vec<SegmentCounts>,
}

/// The figures of several campaigns side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparisonView {
    /// What it is of.
    pub heading: Heading,
    /// Each campaign, in the order in which they were made.
    pub campaigns: Vec<CampaignFigures>,
}

/// The figures of one campaign of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignFigures {
    /// The campaign.
    pub campaign: CampaignCard,
    /// What is counted in the period.
    pub counts: Counts,
}

/// What is under way in an organization.
#[derive(Clone, Debug, PartialEq)]
pub struct RunningWork {
    /// Campaigns that are scheduled, active or paused.
    pub campaigns: Vec<CampaignCard>,
    /// Jobs that a worker has, the latest first; not more than a page of them.
    pub jobs: Vec<JobRecord>,
}

/// A file to take away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedFile {
    /// What it is called.
    pub name: String,
    /// What kind of file it is.
    pub format: FileFormat,
    /// What is in it.
    pub content: Vec<u8>,
}

impl MetricsView {
    /// How far people went.
    #[must_use]
    pub fn funnel(&self) -> Funnel {
        Funnel::of(&self.counts)
    }

    /// Events of the period that came when their day was final, and are not in the counts.
    #[must_use]
    pub fn late(&self) -> u64 {
        self.days.iter().map(|day| day.late).sum()
    }
}

impl ComparisonView {
    /// All campaigns together.
    #[must_use]
    pub fn sum(&self) -> Counts {
        self.campaigns.iter().map(|it| it.counts).sum()
    }
}

impl CampaignFigures {
    /// A campaign's figures and its leads.
    pub(crate) fn new<'a>(
        campaign: CampaignCard,
        counts: Counts,
        leads: impl IntoIterator<Item = &'a crate::LeadCount>,
    ) -> Self {
        let leads = leads.into_iter().filter(|it| it.campaign == campaign.id);
        Self {
            counts: with_leads(counts, leads),
            campaign,
        }
    }
}
