//! The shapes of views on the wire.

use analytics::metrics::{Funnel, SourceCounts};
use analytics::{
    CampaignCard, CampaignFigures, ComparisonView, DailyView, DayView, FunnelView, Heading,
    MetricsView, RunningWork, SegmentsView, SourcesView,
};
use kernel::JobRecord;
use poem_openapi::Object;
use poem_openapi::types::Example;
use time::macros::{date, datetime};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::figures::{CountsAnswer, FiguresAnswer, example_counts, quotient};
use crate::schema::{
    CampaignStatusText, FunnelStepText, JobKindText, LeadSourceText, NameText, TimeZoneText,
    ValidationStatusText,
};

/// What figures are of.
#[derive(Clone, Debug, Object)]
#[oai(rename = "MetricsHeading")]
pub(super) struct HeadingAnswer {
    /// The campaign; null for the sum over several, in which somebody whom two of them wrote to counts twice.
    campaign_id: Option<Uuid>,
    /// The first day.
    from: Date,
    /// The last day.
    to: Date,
    /// The time zone that days are of: that of the organization.
    time_zone: TimeZoneText,
    /// Only people of whose addresses this was known when they were mailed; null for everybody.
    segment: Option<ValidationStatusText>,
    /// When they were read; they are exact at this instant.
    made_at: OffsetDateTime,
}

/// The figures of a period, with those of the period before.
#[derive(Clone, Debug, Object)]
#[oai(rename = "CampaignMetrics", example)]
pub(super) struct MetricsAnswer {
    /// What they are of.
    heading: HeadingAnswer,
    /// The figures.
    figures: FiguresAnswer,
    /// The figures of as many days right before.
    previous: FiguresAnswer,
    /// Events that came when the numbers of their day were final; they are not in the figures.
    late_events: u64,
}

/// What is counted of a day.
#[derive(Clone, Debug, Object)]
#[oai(rename = "MetricsDay")]
pub(super) struct DayAnswer {
    /// The day.
    date: Date,
    /// The instant at which it begins.
    starts_at: OffsetDateTime,
    /// What is counted. People are different ones within the day and a campaign.
    counts: CountsAnswer,
    /// Whether the counts do not change by themselves any more: since the aggregation that ran a day after its end.
    is_final: bool,
    /// Events that came since, and are not in the counts.
    late_events: u64,
}

/// What is counted of each day of a period.
#[derive(Clone, Debug, Object)]
#[oai(rename = "DailyMetrics", example)]
pub(super) struct DailyAnswer {
    /// What it is of.
    heading: HeadingAnswer,
    /// Every day of the period, also those on which nothing happened.
    days: Vec<DayAnswer>,
}

/// How far people went.
#[derive(Clone, Debug, Object)]
#[oai(rename = "MetricsFunnelStage")]
pub(super) struct StageAnswer {
    /// The step: their mail was sent, they opened it, followed a link, saw the landing page, sent the form, or their lead is
    /// converted.
    step: FunnelStepText,
    /// How many people; machines are left out.
    people: u64,
    /// Of those who went one step less far; null of the first step, and where nobody did.
    of_previous: Option<f64>,
    /// Of the people to whom a mail was sent; null where there are none.
    of_sent: Option<f64>,
}

/// How far people went in a period.
#[derive(Clone, Debug, Object)]
#[oai(rename = "CampaignFunnel", example)]
pub(super) struct FunnelAnswer {
    /// What it is of.
    heading: HeadingAnswer,
    /// The steps, in order.
    stages: Vec<StageAnswer>,
}

/// The leads from somewhere.
#[derive(Clone, Debug, Object)]
#[oai(rename = "MetricsSource")]
pub(super) struct SourceAnswer {
    /// From where.
    source: LeadSourceText,
    /// How many were made.
    leads: u64,
    /// Of these, those that are converted now.
    converted: u64,
    /// `converted` / `leads`.
    conversion: Option<f64>,
}

/// Where the leads of a period came from.
#[derive(Clone, Debug, Object)]
#[oai(rename = "CampaignSources", example)]
pub(super) struct SourcesAnswer {
    /// What it is of.
    heading: HeadingAnswer,
    /// The sources from which leads came.
    sources: Vec<SourceAnswer>,
}

/// The figures of the people of whose addresses the same was known when they were mailed.
#[derive(Clone, Debug, Object)]
#[oai(rename = "MetricsSegment")]
pub(super) struct SegmentAnswer {
    /// What was known.
    segment: ValidationStatusText,
    /// The figures; events count in them however late they came.
    figures: FiguresAnswer,
}

/// The figures of a period by what was known of addresses.
#[derive(Clone, Debug, Object)]
#[oai(rename = "CampaignSegments", example)]
pub(super) struct SegmentsAnswer {
    /// What they are of.
    heading: HeadingAnswer,
    /// The segments in which something was counted.
    segments: Vec<SegmentAnswer>,
}

/// The figures of one campaign of several.
#[derive(Clone, Debug, Object)]
#[oai(rename = "ComparedCampaign")]
pub(super) struct ComparedAnswer {
    /// The campaign.
    campaign_id: Uuid,
    /// Its name.
    name: NameText,
    /// Where it stands.
    status: CampaignStatusText,
    /// Its figures.
    figures: FiguresAnswer,
}

/// Campaigns side by side.
#[derive(Clone, Debug, Object)]
#[oai(rename = "CampaignComparison", example)]
pub(super) struct ComparisonAnswer {
    /// What it is of.
    heading: HeadingAnswer,
    /// The campaigns, in the order in which they were made.
    campaigns: Vec<ComparedAnswer>,
    /// The sum over them.
    sum: FiguresAnswer,
}

/// A campaign that is under way.
#[derive(Clone, Debug, Object)]
#[oai(rename = "RunningCampaign")]
pub(super) struct RunningCampaignAnswer {
    /// The campaign.
    campaign_id: Uuid,
    /// Its name.
    name: NameText,
    /// Where it stands: scheduled, active or paused.
    status: CampaignStatusText,
}

/// Long work that is at work.
#[derive(Clone, Debug, Object)]
#[oai(rename = "RunningJob")]
pub(super) struct RunningJobAnswer {
    /// The job.
    job_id: Uuid,
    /// What kind of work it is.
    kind: JobKindText,
    /// The whole percent that is done; null while that cannot be told.
    percent: Option<u8>,
}

/// All that an overview page shows.
#[derive(Clone, Debug, Object)]
#[oai(rename = "MetricsOverview", example)]
pub(super) struct OverviewAnswer {
    /// What it is of.
    heading: HeadingAnswer,
    /// The sum over the campaigns.
    figures: FiguresAnswer,
    /// The same of as many days right before.
    previous: FiguresAnswer,
    /// Events that came when the numbers of their day were final; they are not in the figures.
    late_events: u64,
    /// Every day of the period.
    days: Vec<DayAnswer>,
    /// How far people went.
    funnel: Vec<StageAnswer>,
    /// Where leads came from.
    sources: Vec<SourceAnswer>,
    /// Campaigns that are under way.
    running_campaigns: Vec<RunningCampaignAnswer>,
    /// Long work that is at work, the latest first; at most 50.
    running_jobs: Vec<RunningJobAnswer>,
}

impl From<&Heading> for HeadingAnswer {
    fn from(heading: &Heading) -> Self {
        Self {
            campaign_id: heading.campaign.as_ref().map(|it| it.id.as_uuid()),
            from: heading.period.first(),
            to: heading.period.last(),
            time_zone: TimeZoneText::new(&heading.organization.time_zone),
            segment: heading.segment.map(ValidationStatusText::new),
            made_at: heading.made_at,
        }
    }
}

impl From<MetricsView> for MetricsAnswer {
    fn from(view: MetricsView) -> Self {
        Self {
            heading: (&view.heading).into(),
            figures: (&view.counts).into(),
            previous: (&view.before).into(),
            late_events: view.late(),
        }
    }
}

impl From<&DayView> for DayAnswer {
    fn from(view: &DayView) -> Self {
        Self {
            date: view.day.date,
            starts_at: view.day.start,
            counts: (&view.counts).into(),
            is_final: view.is_final,
            late_events: view.late,
        }
    }
}

impl From<DailyView> for DailyAnswer {
    fn from(view: DailyView) -> Self {
        Self {
            heading: (&view.heading).into(),
            days: view.days.iter().map(DayAnswer::from).collect(),
        }
    }
}

impl From<FunnelView> for FunnelAnswer {
    fn from(view: FunnelView) -> Self {
        Self {
            heading: (&view.heading).into(),
            stages: stages(&view.funnel),
        }
    }
}

impl From<&SourceCounts> for SourceAnswer {
    fn from(counts: &SourceCounts) -> Self {
        Self {
            source: LeadSourceText::new(&counts.source),
            leads: counts.leads,
            converted: counts.converted,
            conversion: quotient(counts.conversion()),
        }
    }
}

impl From<SourcesView> for SourcesAnswer {
    fn from(view: SourcesView) -> Self {
        Self {
            heading: (&view.heading).into(),
            sources: view.sources.iter().map(SourceAnswer::from).collect(),
        }
    }
}

impl From<SegmentsView> for SegmentsAnswer {
    fn from(view: SegmentsView) -> Self {
        let segments = view.segments.iter().map(|counts| SegmentAnswer {
            segment: ValidationStatusText::new(counts.segment),
            figures: (&counts.counts).into(),
        });
        Self {
            heading: (&view.heading).into(),
            segments: segments.collect(),
        }
    }
}

impl From<CampaignFigures> for ComparedAnswer {
    fn from(figures: CampaignFigures) -> Self {
        Self {
            campaign_id: figures.campaign.id.as_uuid(),
            name: NameText::new(figures.campaign.name),
            status: CampaignStatusText::new(figures.campaign.status),
            figures: (&figures.counts).into(),
        }
    }
}

impl From<ComparisonView> for ComparisonAnswer {
    fn from(view: ComparisonView) -> Self {
        Self {
            heading: (&view.heading).into(),
            sum: (&view.sum()).into(),
            campaigns: view
                .campaigns
                .into_iter()
                .map(ComparedAnswer::from)
                .collect(),
        }
    }
}

impl From<CampaignCard> for RunningCampaignAnswer {
    fn from(campaign: CampaignCard) -> Self {
        Self {
            campaign_id: campaign.id.as_uuid(),
            name: NameText::new(campaign.name),
            status: CampaignStatusText::new(campaign.status),
        }
    }
}

impl From<JobRecord> for RunningJobAnswer {
    fn from(job: JobRecord) -> Self {
        Self {
            job_id: job.id.as_uuid(),
            percent: job.percent(),
            kind: JobKindText::new(job.kind),
        }
    }
}

impl From<(MetricsView, RunningWork)> for OverviewAnswer {
    fn from((view, running): (MetricsView, RunningWork)) -> Self {
        Self {
            heading: (&view.heading).into(),
            figures: (&view.counts).into(),
            previous: (&view.before).into(),
            late_events: view.late(),
            days: view.days.iter().map(DayAnswer::from).collect(),
            funnel: stages(&view.funnel()),
            sources: view.sources.iter().map(SourceAnswer::from).collect(),
            running_campaigns: running.campaigns.into_iter().map(Into::into).collect(),
            running_jobs: running.jobs.into_iter().map(Into::into).collect(),
        }
    }
}

fn stages(funnel: &Funnel) -> Vec<StageAnswer> {
    let stages = funnel.stages().iter().map(|stage| StageAnswer {
        step: FunnelStepText::new(stage.step.as_str()),
        people: stage.people,
        of_previous: quotient(stage.of_previous),
        of_sent: quotient(stage.of_sent),
    });
    stages.collect()
}

const EXAMPLE: Uuid = Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0051);

fn example_heading(campaign: Option<Uuid>) -> HeadingAnswer {
    HeadingAnswer {
        campaign_id: campaign,
        from: date!(2026 - 03 - 01),
        to: date!(2026 - 03 - 01),
        time_zone: TimeZoneText::new("Europe/Berlin"),
        segment: None,
        made_at: datetime!(2026-03-02 9:00 UTC),
    }
}

fn example_days() -> Vec<DayAnswer> {
    vec![DayAnswer {
        date: date!(2026 - 03 - 01),
        starts_at: datetime!(2026-02-28 23:00 UTC),
        counts: (&example_counts()).into(),
        is_final: false,
        late_events: 0,
    }]
}

fn example_sources() -> Vec<SourceAnswer> {
    vec![SourceAnswer {
        source: LeadSourceText::new("email_campaign"),
        leads: 11,
        converted: 2,
        conversion: quotient(analytics::metrics::Rate::new(2, 11)),
    }]
}

impl Example for MetricsAnswer {
    fn example() -> Self {
        Self {
            heading: example_heading(Some(EXAMPLE)),
            figures: (&example_counts()).into(),
            previous: (&analytics::metrics::Counts::default()).into(),
            late_events: 0,
        }
    }
}

impl Example for DailyAnswer {
    fn example() -> Self {
        Self {
            heading: example_heading(Some(EXAMPLE)),
            days: example_days(),
        }
    }
}

impl Example for FunnelAnswer {
    fn example() -> Self {
        Self {
            heading: example_heading(Some(EXAMPLE)),
            stages: stages(&Funnel::of(&example_counts())),
        }
    }
}

impl Example for SourcesAnswer {
    fn example() -> Self {
        Self {
            heading: example_heading(Some(EXAMPLE)),
            sources: example_sources(),
        }
    }
}

impl Example for SegmentsAnswer {
    fn example() -> Self {
        Self {
            heading: example_heading(Some(EXAMPLE)),
            segments: vec![SegmentAnswer {
                segment: ValidationStatusText::new("valid"),
                figures: (&example_counts()).into(),
            }],
        }
    }
}

impl Example for ComparisonAnswer {
    fn example() -> Self {
        Self {
            heading: example_heading(None),
            campaigns: vec![ComparedAnswer {
                campaign_id: EXAMPLE,
                name: NameText::new("Spring"),
                status: CampaignStatusText::new("active"),
                figures: (&example_counts()).into(),
            }],
            sum: (&example_counts()).into(),
        }
    }
}

impl Example for OverviewAnswer {
    fn example() -> Self {
        Self {
            heading: example_heading(None),
            figures: (&example_counts()).into(),
            previous: (&analytics::metrics::Counts::default()).into(),
            late_events: 0,
            days: example_days(),
            funnel: stages(&Funnel::of(&example_counts())),
            sources: example_sources(),
            running_campaigns: vec![RunningCampaignAnswer {
                campaign_id: EXAMPLE,
                name: NameText::new("Spring"),
                status: CampaignStatusText::new("active"),
            }],
            running_jobs: vec![RunningJobAnswer {
                job_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0021),
                kind: JobKindText::new("send_campaign"),
                percent: Some(25),
            }],
        }
    }
}
