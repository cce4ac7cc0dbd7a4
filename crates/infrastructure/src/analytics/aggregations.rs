//! `event_aggregations`, and the tables that it is kept with

use analytics::metrics::{Calendar, Day};
use analytics::ports::{Aggregations, FigureReader as _};
use analytics::{AggregationStanding, Drift, Drifting, EventType};
use async_trait::async_trait;
use kernel::{CampaignId, StorageError, TimeZoneName, Timestamp};
use sea_orm::{FromQueryResult, Value};
use time::{Date, Duration, Time, UtcOffset};
use uuid::Uuid;

use super::rows::{arrays, number};
use crate::error::corrupt;
use crate::unit::PostgresUnit;

const CHOOSE_NOTED: &str = include_str!("choose_noted.sql");
const COUNT_NOTED: &str = include_str!("count_noted.sql");
const NOTE_ANEW: &str = include_str!("note_anew.sql");
const DRIFT: &str = include_str!("drift.sql");

#[derive(FromQueryResult)]
struct CampaignRow {
    campaign_id: Uuid,
}

#[derive(FromQueryResult)]
struct StandingRow {
    time_zone: String,
    final_until: Option<Date>,
}

/// A row of `event_changes`, and about how many events it has.
#[derive(FromQueryResult)]
struct NotedRow {
    date: Date,
    id: Uuid,
    events: i64,
}

#[derive(FromQueryResult)]
struct LeftRow {
    is_left: bool,
}

#[derive(FromQueryResult)]
struct DriftRow {
    of: String,
    is_machine: bool,
    date: Date,
    counted: i64,
    found: i64,
}

#[async_trait]
impl Aggregations for PostgresUnit {
    async fn next_outdated(
        &self,
        zone: &TimeZoneName,
        after: Option<CampaignId>,
    ) -> Result<Option<CampaignId>, StorageError> {
        let sql = "SELECT outdated.campaign_id FROM (\
                       (SELECT c.campaign_id FROM event_changes c \
                        WHERE c.organization_id = $1 AND c.campaign_id > $2 ORDER BY c.campaign_id LIMIT 1) \
                       UNION ALL \
                       (SELECT w.campaign_id FROM campaign_aggregations w \
                        WHERE w.organization_id = $1 AND w.campaign_id > $2 AND w.time_zone <> $3 \
                        ORDER BY w.campaign_id LIMIT 1)\
                   ) AS outdated ORDER BY outdated.campaign_id LIMIT 1";
        let after = after.map_or(Uuid::nil(), CampaignId::as_uuid);
        let values = [
            self.organization().into(),
            after.into(),
            zone.as_str().into(),
        ];
        let next = self.one::<CampaignRow>(sql, values).await?;
        Ok(next.map(|row| CampaignId::from_uuid(row.campaign_id)))
    }

    /// The row of the campaign is the lock.
    async fn take(
        &self,
        campaign: CampaignId,
        zone: &TimeZoneName,
        at: Timestamp,
    ) -> Result<AggregationStanding, StorageError> {
        let insert = "INSERT INTO campaign_aggregations (organization_id, campaign_id, time_zone, created_at, updated_at) \
                      VALUES ($1, $2, $3, $4, $4) ON CONFLICT (organization_id, campaign_id) DO NOTHING";
        let lock = "SELECT w.time_zone, w.final_until FROM campaign_aggregations w \
                    WHERE w.organization_id = $1 AND w.campaign_id = $2 FOR UPDATE";
        let moved = "UPDATE campaign_aggregations w SET time_zone = $3, updated_at = $4 \
                     WHERE w.organization_id = $1 AND w.campaign_id = $2 AND w.time_zone <> $3";
        let of_zone = || -> [Value; 4] {
            [
                self.organization().into(),
                campaign.as_uuid().into(),
                zone.as_str().into(),
                at.into(),
            ]
        };
        let is_new = self.execute_sql(insert, of_zone()).await? == 1;
        let of_campaign = [self.organization().into(), campaign.as_uuid().into()];
        let before = self.one::<StandingRow>(lock, of_campaign).await?;
        let Some(before) = before.filter(|_| !is_new) else {
            return Ok(AggregationStanding::default());
        };
        if before.time_zone != zone.as_str() {
            self.execute_sql(moved, of_zone()).await?;
        }
        let time_zone = before.time_zone.parse().ok();
        Ok(AggregationStanding {
            time_zone: Some(time_zone.ok_or_else(|| corrupt("campaign_aggregations.time_zone"))?),
            final_until: before.final_until,
        })
    }

    /// What is noted of a day and its events are read by one statement: an event that is committed later has a note that is
    /// as well, and stays.
    async fn forget(&self, campaign: CampaignId, at: Timestamp) -> Result<(), StorageError> {
        let statements = [
            "DELETE FROM event_aggregations a WHERE a.organization_id = $1 AND a.campaign_id = $2",
            "DELETE FROM contact_event_days d WHERE d.organization_id = $1 AND d.campaign_id = $2",
            "DELETE FROM event_recurrences r WHERE r.organization_id = $1 AND r.campaign_id = $2",
            "UPDATE campaign_aggregations w SET final_until = NULL \
             WHERE w.organization_id = $1 AND w.campaign_id = $2",
        ];
        for sql in statements {
            let values = [self.organization().into(), campaign.as_uuid().into()];
            self.execute_sql(sql, values).await?;
        }
        let Some((first, last)) = self.span_of(campaign).await? else {
            return Ok(());
        };
        let last = utc_date(last);
        let mut next = Some(utc_date(first));
        while let Some(date) = next.filter(|date| *date <= last) {
            let begins = date.with_time(Time::MIDNIGHT).assume_utc();
            let values = [
                self.organization().into(),
                campaign.as_uuid().into(),
                date.into(),
                begins.into(),
                begins.saturating_add(Duration::DAY).into(),
                at.into(),
            ];
            self.execute_sql(NOTE_ANEW, values).await?;
            next = date.next_day();
        }
        Ok(())
    }

    /// The rows that are counted are named, so that those that are taken away are the same, whatever is noted meanwhile.
    async fn count_noted(
        &self,
        campaign: CampaignId,
        calendar: &Calendar,
        most: u32,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let (organization, of) = (self.organization(), campaign.as_uuid());
        let values = [organization.into(), of.into(), i64::from(most).into()];
        let chosen = self.all::<NotedRow>(CHOOSE_NOTED, values).await?;
        if chosen.is_empty() {
            return Ok(false);
        }
        let dates: Vec<_> = chosen.iter().map(|row| row.date).collect();
        let ids: Vec<_> = chosen.iter().map(|row| row.id).collect();
        let [days, starts, _] = arrays(&calendar.days_in_utc(dates.iter().copied()));
        let values = [
            organization.into(),
            of.into(),
            dates.clone().into(),
            ids.clone().into(),
            days,
            starts,
            at.into(),
        ];
        self.execute_sql(COUNT_NOTED, values).await?;
        let take = "DELETE FROM event_changes c USING unnest($3::date[], $4::uuid[]) AS chosen (date, id) \
                    WHERE c.organization_id = $1 AND c.campaign_id = $2 AND c.date = chosen.date AND c.id = chosen.id";
        let values = [organization.into(), of.into(), dates.into(), ids.into()];
        self.execute_sql(take, values).await?;
        let events: i64 = chosen.iter().map(|row| row.events).sum();
        if events < i64::from(most) {
            return Ok(false);
        }
        let left = "SELECT EXISTS (\
                        SELECT FROM event_changes c WHERE c.organization_id = $1 AND c.campaign_id = $2\
                    ) AS is_left";
        let left = self.one::<LeftRow>(left, [organization.into(), of.into()]);
        Ok(left.await?.is_some_and(|row| row.is_left))
    }

    async fn finish(
        &self,
        zone: &TimeZoneName,
        until: Date,
        at: Timestamp,
    ) -> Result<(), StorageError> {
        let campaigns = "UPDATE campaign_aggregations w SET final_until = $3, updated_at = $4 \
                         WHERE w.organization_id = $1 AND w.time_zone = $2 \
                         AND coalesce(w.final_until < $3, true) AND NOT EXISTS (\
                             SELECT FROM event_changes c \
                             WHERE c.organization_id = $1 AND c.campaign_id = w.campaign_id AND c.date <= $5)";
        let days = "UPDATE event_aggregations a SET is_final = true, updated_at = $3 \
                    FROM campaign_aggregations w \
                    WHERE a.organization_id = $1 AND NOT a.is_final AND a.date <= w.final_until \
                    AND w.organization_id = $1 AND w.campaign_id = a.campaign_id AND w.time_zone = $2";
        let of_zone = || -> [Value; 4] {
            [
                self.organization().into(),
                zone.as_str().into(),
                until.into(),
                at.into(),
            ]
        };
        // The last day of UTC in which some of these days lie.
        let last = Calendar::of(zone).day(until).end;
        let last = utc_date(last.saturating_sub(Duration::MICROSECOND));
        let values = of_zone().into_iter().chain([last.into()]);
        self.execute_sql(campaigns, values).await?;
        let of_days = [self.organization().into(), zone.as_str().into(), at.into()];
        self.execute_sql(days, of_days).await?;
        Ok(())
    }

    async fn drift(
        &self,
        campaign: CampaignId,
        event_type: EventType,
        zone: &TimeZoneName,
        days: &[Day],
    ) -> Result<Vec<Drift>, StorageError> {
        let [dates, starts, ends] = arrays(days);
        let values = [
            self.organization().into(),
            campaign.as_uuid().into(),
            event_type.as_str().into(),
            zone.as_str().into(),
            dates,
            starts,
            ends,
        ];
        let rows = self.all::<DriftRow>(DRIFT, values).await?;
        let drift = rows.into_iter().map(|row| {
            let of = Drifting::ALL.into_iter().find(|of| of.as_str() == row.of);
            Ok(Drift {
                campaign,
                date: row.date,
                event_type,
                is_machine: row.is_machine,
                of: of.ok_or_else(|| corrupt("a kind of drift"))?,
                counted: number(row.counted),
                found: number(row.found),
            })
        });
        drift.collect()
    }
}

fn utc_date(at: Timestamp) -> Date {
    at.to_offset(UtcOffset::UTC).date()
}
