//! Views in the making.

use std::collections::BTreeMap;

use kernel::{CampaignId, FieldErrors, JobFilter, JobStatus, PageLimit, PageRequest, Timestamp};
use time::Date;

use crate::figures::{CampaignCard, DayFigures, Figures, LeadCount, OrganizationCard};
use crate::metrics::{Calendar, Counts, Day, Funnel, InvalidPeriod, Period, SegmentCounts};
use crate::ports::AnalyticsUnit;
use crate::report::ReportContent;
use crate::views::{
    CampaignFigures, ComparisonView, DailyView, DayView, FileFormat, FunnelView, Heading,
    MetricsView, Question, RunningWork, SegmentsView, SourcesView, Table, ViewName, report,
};
use crate::{AnalyticsError, Segment, by_source, with_leads};

/// How many days an overview is of where nobody says another number.
const LAST_DAYS: u16 = 30;

/// A view in the making, and the unit of work that it is read in.
pub(crate) struct Reading {
    unit: Box<dyn AnalyticsUnit>,
    organization: OrganizationCard,
    /// The only campaign; `None` for the sum over several.
    campaign: Option<CampaignCard>,
    campaigns: Vec<CampaignCard>,
    /// Whether they were named.
    is_named: bool,
    calendar: Calendar,
    period: Period,
    segment: Option<Segment>,
    at: Timestamp,
}

/// What the events and leads of a period amount to.
struct Counted {
    figures: Figures,
    leads: Vec<LeadCount>,
}

impl Counted {
    /// Of all campaigns together.
    fn total(&self) -> Counts {
        let events = self.figures.campaigns.values().copied().sum();
        with_leads(events, &self.leads)
    }
}

/// What goes into a file.
pub(crate) enum Content {
    Table(Table),
    Report(Box<ReportContent>),
}

impl Content {
    /// The file.
    pub(crate) fn write(&self) -> Result<Vec<u8>, AnalyticsError> {
        match self {
            Self::Table(table) => table.csv(),
            Self::Report(content) => Ok(content.pdf()?),
        }
    }
}

impl Reading {
    pub(crate) async fn of_campaign(
        unit: Box<dyn AnalyticsUnit>,
        id: CampaignId,
        question: &Question,
        at: Timestamp,
    ) -> Result<Self, AnalyticsError> {
        let campaign = unit.subjects().campaign(id).await?;
        let campaign = campaign.ok_or(AnalyticsError::NotFound("campaign"))?;
        let organization = organization_of(unit.as_ref()).await?;
        let calendar = Calendar::of(&organization.time_zone);
        let span = if question.names_all_days() {
            None
        } else {
            unit.figures().span_of(id).await?
        };
        let period = question.period(&calendar, span, at).map_err(out_of_time)?;
        Ok(Self {
            unit,
            organization,
            campaigns: vec![campaign.clone()],
            is_named: true,
            campaign: Some(campaign),
            calendar,
            period,
            segment: question.segment(),
            at,
        })
    }

    pub(crate) async fn of_all(
        unit: Box<dyn AnalyticsUnit>,
        question: &Question,
        at: Timestamp,
    ) -> Result<Self, AnalyticsError> {
        let organization = organization_of(unit.as_ref()).await?;
        let calendar = Calendar::of(&organization.time_zone);
        let question = question.of_last_days(LAST_DAYS, &calendar, at);
        let period = question.period(&calendar, None, at).map_err(out_of_time)?;
        Ok(Self {
            campaigns: unit.subjects().campaigns().await?,
            is_named: false,
            unit,
            organization,
            campaign: None,
            calendar,
            period,
            segment: question.segment(),
            at,
        })
    }

    /// Leaves out all but these campaigns, of which each has to be there; none of them stands for all.
    pub(crate) fn restrict_to(&mut self, wanted: &[CampaignId]) -> Result<(), AnalyticsError> {
        if wanted.is_empty() {
            return Ok(());
        }
        self.is_named = true;
        self.campaigns.retain(|it| wanted.contains(&it.id));
        let is_there = |id: &CampaignId| self.campaigns.iter().any(|it| it.id == *id);
        if wanted.iter().all(is_there) {
            Ok(())
        } else {
            Err(AnalyticsError::NotFound("campaign"))
        }
    }

    /// The unit of work.
    pub(crate) fn unit(&self) -> &dyn AnalyticsUnit {
        self.unit.as_ref()
    }

    /// The only campaign that it is of.
    pub(crate) fn campaign(&self) -> Option<CampaignId> {
        self.campaign.as_ref().map(|it| it.id)
    }

    /// When it is made.
    pub(crate) const fn at(&self) -> Timestamp {
        self.at
    }

    /// Ends the unit of work, with what was read in it.
    pub(crate) async fn commit<V: Send>(self, read: V) -> Result<V, AnalyticsError> {
        self.unit.commit().await?;
        Ok(read)
    }

    pub(crate) async fn metrics(&self) -> Result<MetricsView, AnalyticsError> {
        let final_until = self.final_until().await?;
        let now = self.counted(self.period).await?;
        self.metrics_of(&now, final_until).await
    }

    pub(crate) async fn daily(&self) -> Result<DailyView, AnalyticsError> {
        let final_until = self.final_until().await?;
        let figures = self.figures(self.period).await?;
        Ok(DailyView {
            heading: self.heading(),
            days: self.days(&figures.days, final_until),
        })
    }

    pub(crate) async fn funnel(&self) -> Result<FunnelView, AnalyticsError> {
        let now = self.counted(self.period).await?;
        Ok(FunnelView {
            heading: self.heading(),
            funnel: Funnel::of(&now.total()),
        })
    }

    pub(crate) async fn sources(&self) -> Result<SourcesView, AnalyticsError> {
        let leads = self.leads(self.period, self.segment.is_some()).await?;
        Ok(SourcesView {
            heading: self.heading(),
            sources: by_source(&leads),
        })
    }

    pub(crate) async fn segments(&self) -> Result<SegmentsView, AnalyticsError> {
        let mut counts = BTreeMap::<Segment, Counts>::new();
        let leads = self.leads(self.period, true).await?;
        let days = self.calendar.days(self.period);
        let (figures, campaigns) = (self.unit.figures(), self.ids());
        for (segment, figures) in figures.figures_by_segment(&campaigns, &days).await? {
            *counts.entry(segment).or_default() += figures.campaigns.into_values().sum();
        }
        for lead in &leads {
            if let Some(segment) = lead.segment {
                let counts = counts.entry(segment).or_default();
                *counts = with_leads(*counts, [lead]);
            }
        }
        let wanted = |segment: &Segment| self.segment.is_none_or(|it| it == *segment);
        let segments = counts
            .into_iter()
            .filter(|(segment, _)| wanted(segment))
            .map(|(segment, counts)| SegmentCounts { segment, counts });
        Ok(SegmentsView {
            heading: self.heading(),
            segments: segments.collect(),
        })
    }

    pub(crate) async fn comparison(&self) -> Result<ComparisonView, AnalyticsError> {
        let now = self.counted(self.period).await?;
        Ok(self.comparison_of(&now))
    }

    pub(crate) async fn running(&self) -> Result<RunningWork, AnalyticsError> {
        let filter = JobFilter {
            status: Some(JobStatus::Running),
            ..JobFilter::default()
        };
        let page = PageRequest {
            limit: PageLimit::DEFAULT,
            after: None,
        };
        let jobs = self.unit.jobs().list(&filter, &page).await?;
        let is_under_way =
            |it: &&CampaignCard| matches!(it.status.as_str(), "scheduled" | "active" | "paused");
        Ok(RunningWork {
            campaigns: self
                .campaigns
                .iter()
                .filter(is_under_way)
                .cloned()
                .collect(),
            jobs: jobs.items,
        })
    }

    /// What goes into a file: a table has one view, a report all of them.
    pub(crate) async fn content(
        &self,
        view: ViewName,
        format: FileFormat,
    ) -> Result<Content, AnalyticsError> {
        if format == FileFormat::Pdf {
            return Ok(Content::Report(Box::new(self.report().await?)));
        }
        Ok(Content::Table(match view {
            ViewName::Totals => Table::totals(&self.metrics().await?),
            ViewName::Daily => Table::daily(&self.daily().await?.days),
            ViewName::Funnel => Table::funnel(&self.funnel().await?.funnel),
            ViewName::Sources => Table::sources(&self.sources().await?.sources),
            ViewName::Segments => Table::segments(&self.segments().await?),
            ViewName::Comparison => Table::comparison(&self.comparison().await?),
        }))
    }

    /// Of a campaign with its segments, of several with their comparison.
    async fn report(&self) -> Result<ReportContent, AnalyticsError> {
        let final_until = self.final_until().await?;
        let now = self.counted(self.period).await?;
        let metrics = self.metrics_of(&now, final_until).await?;
        if self.campaign.is_some() {
            let segments = self.segments().await?;
            return Ok(report(self.subject(), &metrics, Some(&segments), None));
        }
        let comparison = self.comparison_of(&now);
        Ok(report(self.subject(), &metrics, None, Some(&comparison)))
    }

    /// What it is of, in words.
    fn subject(&self) -> String {
        match self.campaigns.as_slice() {
            [campaign] if self.is_named => campaign.name.clone(),
            campaigns if self.is_named => format!("{} campaigns", campaigns.len()),
            _ => "All campaigns".to_owned(),
        }
    }

    async fn metrics_of(
        &self,
        now: &Counted,
        final_until: Option<Date>,
    ) -> Result<MetricsView, AnalyticsError> {
        let before = self.counted(self.period.previous()).await?;
        Ok(MetricsView {
            heading: self.heading(),
            counts: now.total(),
            before: before.total(),
            days: self.days(&now.figures.days, final_until),
            sources: by_source(&now.leads),
        })
    }

    fn comparison_of(&self, now: &Counted) -> ComparisonView {
        let campaigns = self.campaigns.iter().map(|campaign| {
            let counts = now.figures.campaigns.get(&campaign.id);
            CampaignFigures::new(
                campaign.clone(),
                counts.copied().unwrap_or_default(),
                &now.leads,
            )
        });
        ComparisonView {
            heading: self.heading(),
            campaigns: campaigns.collect(),
        }
    }

    /// What events and leads amount to on these days.
    async fn counted(&self, period: Period) -> Result<Counted, AnalyticsError> {
        Ok(Counted {
            figures: self.figures(period).await?,
            leads: self.leads(period, self.segment.is_some()).await?,
        })
    }

    async fn figures(&self, period: Period) -> Result<Figures, AnalyticsError> {
        let days = self.calendar.days(period);
        let (reader, campaigns) = (self.unit.figures(), self.ids());
        if let Some(segment) = self.segment {
            let mut segments = reader.figures_by_segment(&campaigns, &days).await?;
            return Ok(segments.remove(&segment).unwrap_or_default());
        }
        let zone = &self.organization.time_zone;
        Ok(reader.figures_of(&campaigns, zone, &days).await?)
    }

    async fn leads(
        &self,
        period: Period,
        by_segment: bool,
    ) -> Result<Vec<LeadCount>, AnalyticsError> {
        let (from, to) = self.calendar.bounds(period);
        let (figures, campaigns) = (self.unit.figures(), self.ids());
        let leads = figures.leads_of(&campaigns, from, to, by_segment);
        let mut leads = leads.await?;
        leads.retain(|lead| self.segment.is_none() || lead.segment == self.segment);
        Ok(leads)
    }

    /// The last day that is final; none is where only a segment is told, of which late events count as well. It is read
    /// before the figures are: a day that becomes final in between is told as one that may still change.
    async fn final_until(&self) -> Result<Option<Date>, AnalyticsError> {
        if self.segment.is_some() {
            return Ok(None);
        }
        let zone = &self.organization.time_zone;
        let figures = self.unit.figures();
        Ok(figures.final_until(&self.ids(), zone).await?)
    }

    /// Every day of the period, with what was counted of it.
    fn days(
        &self,
        counted: &BTreeMap<Date, DayFigures>,
        final_until: Option<Date>,
    ) -> Vec<DayView> {
        let view = |day: Day| {
            let figures = counted.get(&day.date).copied().unwrap_or_default();
            DayView {
                day,
                counts: figures.counts,
                late: figures.late,
                is_final: final_until.is_some_and(|until| day.date <= until),
            }
        };
        let days = self.calendar.days(self.period).into_iter();
        days.map(view).collect()
    }

    fn ids(&self) -> Vec<CampaignId> {
        self.campaigns.iter().map(|it| it.id).collect()
    }

    fn heading(&self) -> Heading {
        Heading {
            organization: self.organization.clone(),
            campaign: self.campaign.clone(),
            period: self.period,
            segment: self.segment,
            made_at: self.at,
        }
    }
}

/// The unit's organization.
pub(crate) async fn organization_of(
    unit: &dyn AnalyticsUnit,
) -> Result<OrganizationCard, AnalyticsError> {
    let organization = unit.subjects().organization().await?;
    organization.ok_or(AnalyticsError::NotFound("organization"))
}

/// Days before or after all time, of which a question is refused when it is made.
fn out_of_time(error: InvalidPeriod) -> AnalyticsError {
    FieldErrors::one("#/from", error.into()).into()
}
