//! `event_aggregations`, and the tables that it is kept with

use analytics::metrics::{Calendar, Day};
use analytics::ports::Aggregations;
use analytics::{CountingState, Drift, Drifting, EventType};
use async_trait::async_trait;
use kernel::{CampaignId, StorageError, TimeZoneName, Timestamp};
use sea_orm::{FromQueryResult, Value};
use time::{Date, Duration, OffsetDateTime, Time, UtcOffset};
use uuid::Uuid;

use super::rows::{arrays, number};
use crate::error::corrupt;
use crate::unit::PostgresUnit;

const CHOOSE_NOTED: &str = include_str!("choose_noted.sql");
const COUNT_NOTED: &str = include_str!("count_noted.sql");
const COUNTED_SPAN: &str = include_str!("counted_span.sql");
const FORGET_PEOPLE: &str = include_str!("forget_people.sql");
const NEXT_EVENT: &str = include_str!("next_event.sql");
const NOTE_ANEW: &str = include_str!("note_anew.sql");
const DRIFT: &str = include_str!("drift.sql");

#[derive(FromQueryResult)]
struct CampaignRow {
    campaign_id: Uuid,
}

#[derive(FromQueryResult)]
struct StandingRow {
    time_zone: Option<String>,
    next_time_zone: Option<String>,
}

impl StandingRow {
    /// How a campaign stands that is to be counted in days of this time zone.
    fn state(self, zone: &TimeZoneName) -> Result<CountingState, StorageError> {
        let wanted = Some(zone.as_str());
        if self.time_zone.as_deref() == wanted {
            return Ok(CountingState::Countable);
        }
        if self.next_time_zone.as_deref() == wanted {
            return Ok(CountingState::HalfForgotten);
        }
        let before = self.time_zone.or(self.next_time_zone);
        let before = before.and_then(|before| before.parse().ok());
        let before = before.ok_or_else(|| corrupt("campaign_aggregations.time_zone"))?;
        Ok(CountingState::Moved(before))
    }
}

#[derive(FromQueryResult)]
struct ProgressRow {
    noted_until: Option<Date>,
}

#[derive(FromQueryResult)]
struct EventRow {
    at: Option<OffsetDateTime>,
}

/// What a row of `event_changes` has that was just written.
#[derive(FromQueryResult)]
struct AnewRow {
    events: i32,
}

#[derive(FromQueryResult)]
struct SpanRow {
    first: Option<Date>,
    last: Option<Date>,
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
                        WHERE w.organization_id = $1 AND w.campaign_id > $2 AND w.time_zone IS DISTINCT FROM $3 \
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

    async fn take(
        &self,
        campaign: CampaignId,
        zone: &TimeZoneName,
        at: Timestamp,
    ) -> Result<CountingState, StorageError> {
        if let Some(state) = self.try_take(campaign, zone, at).await? {
            return Ok(state);
        }
        let lock = "SELECT w.time_zone, w.next_time_zone FROM campaign_aggregations w \
                    WHERE w.organization_id = $1 AND w.campaign_id = $2 FOR UPDATE";
        let of_campaign = [self.organization().into(), campaign.as_uuid().into()];
        let row = self.one::<StandingRow>(lock, of_campaign).await?;
        row.ok_or(StorageError::Contended(None))?.state(zone)
    }

    /// The row of the campaign is the lock. Whoever makes it is waited for all the same, which happens once.
    async fn try_take(
        &self,
        campaign: CampaignId,
        zone: &TimeZoneName,
        at: Timestamp,
    ) -> Result<Option<CountingState>, StorageError> {
        let lock = "SELECT w.time_zone, w.next_time_zone FROM campaign_aggregations w \
                    WHERE w.organization_id = $1 AND w.campaign_id = $2 FOR UPDATE SKIP LOCKED";
        let insert = "INSERT INTO campaign_aggregations (organization_id, campaign_id, time_zone, created_at, updated_at) \
                      VALUES ($1, $2, $3, $4, $4) ON CONFLICT (organization_id, campaign_id) DO NOTHING";
        let of_campaign = [self.organization().into(), campaign.as_uuid().into()];
        if let Some(row) = self.one::<StandingRow>(lock, of_campaign).await? {
            return row.state(zone).map(Some);
        }
        let values = [
            self.organization().into(),
            campaign.as_uuid().into(),
            zone.as_str().into(),
            at.into(),
        ];
        let is_new = self.execute_sql(insert, values).await? == 1;
        Ok(is_new.then_some(CountingState::Countable))
    }

    /// The row of the campaign is shared by those who have a type of its events, and an advisory lock keeps each type to one
    /// of them: whoever has a type writes no sums, pairs of days or people of another. The type comes first, so that nobody
    /// waits for it who keeps others from taking the whole.
    async fn take_type(
        &self,
        campaign: CampaignId,
        zone: &TimeZoneName,
        event_type: EventType,
    ) -> Result<bool, StorageError> {
        let lock = "SELECT pg_advisory_xact_lock(hashtextextended(concat_ws(' ', $1::uuid, $2::uuid, $3::text), 0))";
        let values = [
            self.organization().into(),
            campaign.as_uuid().into(),
            event_type.as_str().into(),
        ];
        self.execute_sql(lock, values).await?;
        let share = "SELECT w.time_zone, w.next_time_zone FROM campaign_aggregations w \
                     WHERE w.organization_id = $1 AND w.campaign_id = $2 FOR SHARE";
        let of_campaign = [self.organization().into(), campaign.as_uuid().into()];
        let row = self.one::<StandingRow>(share, of_campaign).await?;
        let state = row.map(|row| row.state(zone)).transpose()?;
        Ok(state == Some(CountingState::Countable))
    }

    /// The sums of days, and those of pairs of days, go at once: of a kind of event on each of 365 days they are some 67,000 at
    /// most, and never more than there were rows of people. From the first step on the campaign has no time zone but the one
    /// that is aimed at, so that figures are read from its events.
    async fn forget(
        &self,
        campaign: CampaignId,
        zone: &TimeZoneName,
        most: u32,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let of_campaign =
            || -> [Value; 2] { [self.organization().into(), campaign.as_uuid().into()] };
        // Whatever is noted anew already is so for days of any time zone.
        let begin = "UPDATE campaign_aggregations w \
                     SET time_zone = NULL, next_time_zone = $3, final_until = NULL, updated_at = $4 \
                     WHERE w.organization_id = $1 AND w.campaign_id = $2 AND w.next_time_zone IS DISTINCT FROM $3";
        let values = of_campaign().into_iter();
        let values = values.chain([zone.as_str().into(), at.into()]);
        self.execute_sql(begin, values).await?;
        let values = of_campaign().into_iter().chain([i64::from(most).into()]);
        if self.execute_sql(FORGET_PEOPLE, values).await? >= u64::from(most) {
            return Ok(true);
        }
        for sql in [
            "DELETE FROM event_aggregations a WHERE a.organization_id = $1 AND a.campaign_id = $2",
            "DELETE FROM event_recurrences r WHERE r.organization_id = $1 AND r.campaign_id = $2",
        ] {
            self.execute_sql(sql, of_campaign()).await?;
        }
        if self.note_anew(campaign, most, at).await? {
            return Ok(true);
        }
        let end = "UPDATE campaign_aggregations w \
                   SET time_zone = $3, next_time_zone = NULL, noted_until = NULL, updated_at = $4 \
                   WHERE w.organization_id = $1 AND w.campaign_id = $2";
        let values = of_campaign().into_iter();
        let values = values.chain([zone.as_str().into(), at.into()]);
        self.execute_sql(end, values).await?;
        Ok(false)
    }

    /// The rows that are counted are named, so that those that are taken away are the same, whatever is noted meanwhile.
    async fn count_noted(
        &self,
        campaign: CampaignId,
        event_types: &[EventType],
        calendar: &Calendar,
        most: u32,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let (organization, of) = (self.organization(), campaign.as_uuid());
        let types = event_types.iter().map(|it| it.as_str().to_owned());
        let types = types.collect::<Vec<_>>();
        let values = [
            organization.into(),
            of.into(),
            i64::from(most).into(),
            types.clone().into(),
        ];
        let chosen = self.all::<NotedRow>(CHOOSE_NOTED, values).await?;
        if chosen.is_empty() {
            return Ok(false);
        }
        // What 100,000 events are is sorted in memory.
        let memory = "SELECT set_config('work_mem', '32MB', true) \
                      WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('32MB')";
        self.execute_sql(memory, []).await?;
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
                        SELECT FROM event_changes c \
                        WHERE c.organization_id = $1 AND c.campaign_id = $2 AND c.event_type = ANY ($3)\
                    ) AS is_left";
        let left = self.one::<LeftRow>(left, [organization.into(), of.into(), types.into()]);
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
        // The last day of UTC in which some of these days lie.
        let last = Calendar::of(zone).day(until).end;
        let last = utc_date(last.saturating_sub(Duration::MICROSECOND));
        let values = [
            self.organization().into(),
            zone.as_str().into(),
            until.into(),
            at.into(),
            last.into(),
        ];
        self.execute_sql(campaigns, values).await.map(drop)
    }

    async fn counted_span(
        &self,
        campaign: CampaignId,
    ) -> Result<Option<(Date, Date)>, StorageError> {
        let values = [self.organization().into(), campaign.as_uuid().into()];
        let row = self.one::<SpanRow>(COUNTED_SPAN, values).await?;
        Ok(row.and_then(|row| row.first.zip(row.last)))
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

impl PostgresUnit {
    /// Notes events of a campaign anew, one day (in UTC) of them after the other until it has so many; whether there may be
    /// more. What is noted of a day and its events are read by one statement: an event that is committed later has a note
    /// that is as well, and stays.
    async fn note_anew(
        &self,
        campaign: CampaignId,
        most: u32,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        let (organization, of) = (self.organization(), campaign.as_uuid());
        let progress = "SELECT w.noted_until FROM campaign_aggregations w \
                        WHERE w.organization_id = $1 AND w.campaign_id = $2";
        let row = self.one::<ProgressRow>(progress, [organization.into(), of.into()]);
        let mut noted_until = row.await?.and_then(|row| row.noted_until);
        let mut left = i64::from(most);
        while left > 0 {
            let from = noted_until.and_then(Date::next_day).map(begin_of);
            let values = [organization.into(), of.into(), from.into()];
            let next = self.one::<EventRow>(NEXT_EVENT, values).await?;
            let Some(next) = next.and_then(|row| row.at) else {
                return Ok(false);
            };
            let date = utc_date(next);
            let begins = begin_of(date);
            let values = [
                organization.into(),
                of.into(),
                date.into(),
                begins.into(),
                begins.saturating_add(Duration::DAY).into(),
                at.into(),
            ];
            let noted = self.all::<AnewRow>(NOTE_ANEW, values).await?;
            left -= noted.iter().map(|row| i64::from(row.events)).sum::<i64>();
            noted_until = Some(date);
        }
        let keep = "UPDATE campaign_aggregations w SET noted_until = $3, updated_at = $4 \
                    WHERE w.organization_id = $1 AND w.campaign_id = $2";
        let values = [
            organization.into(),
            of.into(),
            noted_until.into(),
            at.into(),
        ];
        self.execute_sql(keep, values).await?;
        Ok(true)
    }
}

/// The first instant of a day in UTC.
const fn begin_of(date: Date) -> Timestamp {
    date.with_time(Time::MIDNIGHT).assume_utc()
}

fn utc_date(at: Timestamp) -> Date {
    at.to_offset(UtcOffset::UTC).date()
}
