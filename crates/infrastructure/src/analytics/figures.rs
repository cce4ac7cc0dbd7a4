//! What `events` and `leads` amount to

use std::collections::BTreeMap;

use analytics::metrics::{Counts, Day};
use analytics::ports::FigureReader;
use analytics::{Figures, LeadCount, Segment};
use async_trait::async_trait;
use kernel::{CampaignId, StorageError, TimeZoneName, Timestamp};
use sea_orm::{FromQueryResult, Value};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::rows::{add, arrays, number};
use crate::error::corrupt;
use crate::unit::PostgresUnit;

const FIGURES: &str = include_str!("figures.sql");
const SEGMENTS: &str = include_str!("segments.sql");
const LEADS: &str = include_str!("leads.sql");
const LEADS_BY_SEGMENT: &str = include_str!("leads_by_segment.sql");
const SPAN: &str = include_str!("span.sql");

/// What was counted of a day of all campaigns, or of a campaign on all days.
#[derive(FromQueryResult)]
struct FigureRow {
    campaign_id: Option<Uuid>,
    date: Option<Date>,
    event_type: String,
    is_machine: bool,
    events: i64,
    people: i64,
    late: i64,
}

impl FigureRow {
    fn add_to(&self, figures: &mut Figures) -> Result<(), StorageError> {
        let counted = (self.events, self.people);
        if let Some(campaign) = self.campaign_id {
            let campaign = CampaignId::from_uuid(campaign);
            let counts = figures.campaigns.entry(campaign).or_default();
            add(counts, &self.event_type, self.is_machine, counted)?;
        }
        if let Some(date) = self.date {
            let day = figures.days.entry(date).or_default();
            add(&mut day.counts, &self.event_type, self.is_machine, counted)?;
            day.late += number(self.late);
        }
        Ok(())
    }
}

/// The same of the people of a segment, of whose events none is told to be late.
#[derive(FromQueryResult)]
struct SegmentRow {
    segment: String,
    #[sea_orm(nested)]
    figure: FigureRow,
}

#[derive(FromQueryResult)]
struct LeadRow {
    campaign_id: Uuid,
    source: String,
    segment: Option<String>,
    leads: i64,
    converted: i64,
}

#[derive(FromQueryResult)]
struct SpanRow {
    first: Option<OffsetDateTime>,
    last: Option<OffsetDateTime>,
}

#[derive(FromQueryResult)]
struct FinalRow {
    final_until: Option<Date>,
}

#[async_trait]
impl FigureReader for PostgresUnit {
    async fn figures_of(
        &self,
        campaigns: &[CampaignId],
        zone: &TimeZoneName,
        days: &[Day],
    ) -> Result<Figures, StorageError> {
        let [dates, starts, ends] = arrays(days);
        let values = [
            self.organization().into(),
            ids(campaigns),
            zone.as_str().into(),
            dates,
            starts,
            ends,
        ];
        let mut figures = Figures::default();
        for row in self.all::<FigureRow>(FIGURES, values).await? {
            row.add_to(&mut figures)?;
        }
        figures
            .campaigns
            .retain(|_, counts| *counts != Counts::default());
        Ok(figures)
    }

    async fn figures_by_segment(
        &self,
        campaigns: &[CampaignId],
        days: &[Day],
    ) -> Result<BTreeMap<Segment, Figures>, StorageError> {
        let [dates, starts, ends] = arrays(days);
        let values = [
            self.organization().into(),
            ids(campaigns),
            dates,
            starts,
            ends,
        ];
        let mut segments = BTreeMap::<Segment, Figures>::new();
        for row in self.all::<SegmentRow>(SEGMENTS, values).await? {
            let figures = segments.entry(segment(&row.segment)?).or_default();
            row.figure.add_to(figures)?;
        }
        Ok(segments)
    }

    async fn leads_of(
        &self,
        campaigns: &[CampaignId],
        from: Timestamp,
        to: Timestamp,
        by_segment: bool,
    ) -> Result<Vec<LeadCount>, StorageError> {
        let sql = if by_segment { LEADS_BY_SEGMENT } else { LEADS };
        let values = [
            self.organization().into(),
            ids(campaigns),
            from.into(),
            to.into(),
        ];
        let rows = self.all::<LeadRow>(sql, values).await?;
        let counts = rows.into_iter().map(|row| {
            Ok(LeadCount {
                campaign: CampaignId::from_uuid(row.campaign_id),
                segment: row.segment.as_deref().map(segment).transpose()?,
                source: row.source,
                leads: number(row.leads),
                converted: number(row.converted),
            })
        });
        let mut counts: Vec<_> = counts.collect::<Result<_, StorageError>>()?;
        counts.sort_unstable();
        Ok(counts)
    }

    async fn span_of(
        &self,
        campaign: CampaignId,
    ) -> Result<Option<(Timestamp, Timestamp)>, StorageError> {
        let values = [self.organization().into(), campaign.as_uuid().into()];
        let row = self.one::<SpanRow>(SPAN, values).await?;
        Ok(row.and_then(|row| row.first.zip(row.last)))
    }

    async fn final_until(
        &self,
        campaigns: &[CampaignId],
        zone: &TimeZoneName,
    ) -> Result<Option<Date>, StorageError> {
        let sql = "SELECT CASE WHEN bool_and(known.final_until IS NOT NULL) THEN min(known.final_until) END AS final_until \
                   FROM (\
                       SELECT CASE WHEN w.time_zone = $3 THEN w.final_until END AS final_until \
                       FROM campaign_aggregations w \
                       WHERE w.organization_id = $1 AND w.campaign_id = ANY ($2) \
                       UNION ALL \
                       SELECT NULL FROM unnest($2::uuid[]) AS wanted (id) \
                       WHERE EXISTS (SELECT FROM event_changes c \
                                     WHERE c.organization_id = $1 AND c.campaign_id = wanted.id) \
                       AND NOT EXISTS (SELECT FROM campaign_aggregations w \
                                       WHERE w.organization_id = $1 AND w.campaign_id = wanted.id)\
                   ) AS known";
        let values = [
            self.organization().into(),
            ids(campaigns),
            zone.as_str().into(),
        ];
        let row = self.one::<FinalRow>(sql, values).await?;
        Ok(row.and_then(|row| row.final_until))
    }
}

fn ids(campaigns: &[CampaignId]) -> Value {
    let ids: Vec<_> = campaigns.iter().map(|id| id.as_uuid()).collect();
    ids.into()
}

fn segment(word: &str) -> Result<Segment, StorageError> {
    let known = word.parse().ok();
    known.ok_or_else(|| corrupt("campaign_contact_assignments.validation_status"))
}
