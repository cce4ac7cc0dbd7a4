//! Counting events ahead, so that nobody waits for it who asks what they amount to.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::future::join;
use kernel::{
    AuditAction, AuditDraft, AuditEntry, AuditEntryId, CampaignId, Changes, ClaimedJob, Clock,
    EarlyEnd, IdGenerator, Job, JobControl, JobEnd, JobFailure, JobId, JobKind, JobProgress,
    NewJob, TenantScope, TimeZoneName, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::{Date, Duration};

use crate::figures::Drift;
use crate::metrics::{Calendar, Day, Period};
use crate::ports::{AnalyticsStore, AnalyticsUnit};
use crate::reading::organization_of;
use crate::{AnalyticsError, CountingState, EventType};

/// Counts what was recorded of an organization's campaigns.
pub const AGGREGATE_EVENTS: JobKind = JobKind::new("aggregate_events");

/// How often the job is tried without getting on.
const ATTEMPTS: u16 = 8;

/// About how many events the job counts, or notes anew, in one unit, which takes a second or two; what it sorts fits into
/// memory. What is noted anew is no less than the events of a day.
const JOB_STEP: u32 = 100_000;

/// About how many [`Aggregation::follow`] counts in one unit, so that none of them keeps others waiting for long.
const STEP: u32 = 20_000;

/// How many units [`Aggregation::follow`] has at most: others wait for their turn.
const STEPS: usize = 4;

/// What the job works on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Payload {
    /// The organization, by which one that waits is found.
    organization: uuid::Uuid,
}

/// How far the job is.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Checkpoint {
    /// The campaign that was counted to the end last.
    after: Option<CampaignId>,
    /// How many were counted.
    campaigns: u64,
    /// When it began, in microseconds since 1970: days that were not final then are not made so.
    began: i64,
}

impl Checkpoint {
    /// Where this campaign was counted to the end.
    fn behind(self, campaign: CampaignId) -> Self {
        Self {
            after: Some(campaign),
            campaigns: self.campaigns + 1,
            ..self
        }
    }
}

/// What a unit of the job counted.
struct Step {
    checkpoint: Checkpoint,
    /// The campaign, where more of it is left that can be counted.
    left: Option<CampaignId>,
}

/// How far somebody who follows came with the campaigns of an organization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// The campaign that had its turn last.
    after: Option<CampaignId>,
    /// Whether one of them was not counted to the end in its turn.
    is_left: bool,
}

/// Use cases on what is counted ahead. Whoever holds the scope was allowed to.
#[derive(Clone)]
pub struct Aggregation {
    store: Arc<dyn AnalyticsStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    step: u32,
}

impl Aggregation {
    /// Use cases on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn AnalyticsStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            store,
            clock,
            ids,
            step: STEP,
        }
    }

    /// The same with so many events counted, or noted anew, in one unit.
    #[must_use]
    pub const fn in_steps_of(mut self, events: u32) -> Self {
        self.step = events;
        self
    }

    /// Has the events of the scope's organization counted; `None` where a job is to do so already.
    pub async fn ask(&self, scope: &TenantScope) -> Result<Option<JobId>, AnalyticsError> {
        let organization = scope.organization().as_uuid();
        let unit = self.store.begin(scope).await?;
        let field = ("organization", organization);
        if unit.jobs().is_open(AGGREGATE_EVENTS, field, None).await? {
            return Ok(None);
        }
        let id = JobId::from_uuid(self.ids.next());
        let job = NewJob {
            id,
            kind: AGGREGATE_EVENTS,
            payload: json!(Payload { organization }),
            run_at: self.clock.now(),
            max_attempts: ATTEMPTS,
        };
        unit.jobs().enqueue(&job).await?;
        unit.commit().await?;
        Ok(Some(id))
    }

    /// Counts some of what was recorded of the scope's organization since; whether there may be more. Who calls it again and
    /// again keeps up with what is recorded, without a job. Each campaign has its turn once in a pass, but for those that
    /// somebody else is counting; where one of them fails, the next call goes on behind it.
    pub async fn follow(
        &self,
        scope: &TenantScope,
        pass: &mut Pass,
    ) -> Result<bool, AnalyticsError> {
        for _ in 0..STEPS {
            let at = self.clock.now();
            let unit = self.store.begin(scope).await?;
            let zone = organization_of(unit.as_ref()).await?.time_zone;
            let aggregations = unit.aggregations();
            let next = aggregations.next_outdated(&zone, pass.after).await?;
            let Some(campaign) = next else {
                unit.commit().await?;
                return Ok(std::mem::take(pass).is_left);
            };
            pass.after = Some(campaign);
            let Some(state) = aggregations.try_take(campaign, &zone, at).await? else {
                continue;
            };
            let is_left = self
                .count(unit.as_ref(), scope, (campaign, &state), &zone, at)
                .await?;
            unit.commit().await?;
            pass.is_left |= is_left;
        }
        Ok(true)
    }

    /// Counts the events of every living campaign anew, each in a unit of its own, and tells where something else was
    /// counted ahead; on the days of its events, on those of its sums, and between them.
    pub async fn verify(&self, scope: &TenantScope) -> Result<Vec<Drift>, AnalyticsError> {
        let unit = self.store.begin(scope).await?;
        let zone = organization_of(unit.as_ref()).await?.time_zone;
        let campaigns = unit.subjects().campaigns().await?;
        unit.commit().await?;
        let mut found = Vec::new();
        for campaign in campaigns {
            let unit = self.store.begin(scope).await?;
            let calendar = Calendar::of(&zone);
            for period in periods_of(unit.as_ref(), campaign.id, &calendar).await? {
                let days = calendar.days(period);
                for event_type in EventType::ALL {
                    let aggregations = unit.aggregations();
                    let drift = aggregations.drift(campaign.id, event_type, &zone, &days);
                    found.extend(drift.await?);
                }
            }
            unit.commit().await?;
        }
        Ok(found)
    }

    /// Counts some of the next campaign of which something was recorded; where there is none any more, makes days final and
    /// tells `None`.
    async fn count_next(
        &self,
        scope: &TenantScope,
        checkpoint: Checkpoint,
        work: &dyn JobControl,
    ) -> Result<Option<Step>, JobFailure> {
        let at = self.clock.now();
        let unit = self.store.begin(scope).await?;
        let zone = organization_of(unit.as_ref()).await?.time_zone;
        let aggregations = unit.aggregations();
        let next = aggregations.next_outdated(&zone, checkpoint.after).await?;
        let Some(campaign) = next else {
            let until = last_final_day(&Calendar::of(&zone), began(checkpoint));
            unit.aggregations().finish(&zone, until, at).await?;
            unit.commit().await?;
            return Ok(None);
        };
        let state = aggregations.take(campaign, &zone, at).await?;
        let is_left = self
            .count(unit.as_ref(), scope, (campaign, &state), &zone, at)
            .await?;
        let checkpoint = if is_left {
            checkpoint
        } else {
            checkpoint.behind(campaign)
        };
        work.checkpoint(unit.jobs(), &json!(checkpoint)).await?;
        unit.commit().await?;
        let left = (is_left && state == CountingState::Countable).then_some(campaign);
        Ok(Some(Step { checkpoint, left }))
    }

    /// Counts what is noted of a campaign, events of two types at the same time. Some is left where the campaign has to be
    /// taken as a whole meanwhile, or the job is interrupted, or something is recorded of a type that was counted.
    async fn count_abreast(
        &self,
        scope: &TenantScope,
        campaign: CampaignId,
        checkpoint: Checkpoint,
        work: &dyn JobControl,
    ) -> Result<Checkpoint, JobFailure> {
        let types = Mutex::new(EventType::ALL.into_iter());
        let next = || types.lock().unwrap_or_else(PoisonError::into_inner).next();
        let count_types = || async {
            while let Some(event_type) = next() {
                let of = (campaign, event_type);
                if !self.count_type(scope, of, checkpoint, work).await? {
                    return Ok(false);
                }
            }
            Ok::<_, JobFailure>(true)
        };
        // None of them is dropped halfway for the other's sake, which would leave a statement under way.
        let (first, second) = join(count_types(), count_types()).await;
        if !(first? && second?) {
            return Ok(checkpoint);
        }
        let unit = self.store.begin(scope).await?;
        let zone = organization_of(unit.as_ref()).await?.time_zone;
        let aggregations = unit.aggregations();
        let next = aggregations.next_outdated(&zone, checkpoint.after).await?;
        if next == Some(campaign) {
            return Ok(checkpoint);
        }
        let counted = checkpoint.behind(campaign);
        work.checkpoint(unit.jobs(), &json!(counted)).await?;
        unit.commit().await?;
        Ok(counted)
    }

    /// Counts what is noted of a type of a campaign's events, while others count other types; whether nothing is left.
    async fn count_type(
        &self,
        scope: &TenantScope,
        (campaign, event_type): (CampaignId, EventType),
        checkpoint: Checkpoint,
        work: &dyn JobControl,
    ) -> Result<bool, JobFailure> {
        let mut is_left = true;
        while is_left {
            if work.interruption().is_some() {
                return Ok(false);
            }
            let at = self.clock.now();
            let unit = self.store.begin(scope).await?;
            let zone = organization_of(unit.as_ref()).await?.time_zone;
            let aggregations = unit.aggregations();
            if !aggregations.take_type(campaign, &zone, event_type).await? {
                return Ok(false);
            }
            let (types, calendar) = ([event_type], Calendar::of(&zone));
            let counting = aggregations.count_noted(campaign, &types, &calendar, self.step, at);
            is_left = counting.await?;
            work.checkpoint(unit.jobs(), &json!(checkpoint)).await?;
            unit.commit().await?;
            work.report(JobProgress::new(checkpoint.campaigns));
        }
        Ok(true)
    }

    /// Counts some of what was recorded of a campaign that the unit has taken. Where the organization's days are others than
    /// they were, what was counted is forgotten before, so that all of its events are counted anew. Whether there is more.
    async fn count(
        &self,
        unit: &dyn AnalyticsUnit,
        scope: &TenantScope,
        (campaign, state): (CampaignId, &CountingState),
        zone: &TimeZoneName,
        at: Timestamp,
    ) -> Result<bool, AnalyticsError> {
        if let CountingState::Moved(before) = state {
            self.note_move(unit, scope, campaign, (before, zone), at)
                .await?;
        }
        // The audit log was told as another port.
        let aggregations = unit.aggregations();
        let is_countable = *state == CountingState::Countable;
        if !is_countable && aggregations.forget(campaign, zone, self.step, at).await? {
            return Ok(true);
        }
        let calendar = Calendar::of(zone);
        let is_left = aggregations.count_noted(campaign, &EventType::ALL, &calendar, self.step, at);
        Ok(is_left.await?)
    }

    /// Writes into the audit log that a campaign is counted in other days from now on than it was, or was to be, also where
    /// some were final.
    async fn note_move(
        &self,
        unit: &dyn AnalyticsUnit,
        scope: &TenantScope,
        campaign: CampaignId,
        (before, zone): (&TimeZoneName, &TimeZoneName),
        at: Timestamp,
    ) -> Result<(), AnalyticsError> {
        let changes = Changes::none().field("time_zone", before.as_str(), zone.as_str());
        let draft = AuditDraft::new(
            "campaign_aggregation",
            campaign.as_uuid(),
            AuditAction::Update,
            changes,
        );
        let id = AuditEntryId::from_uuid(self.ids.next());
        let entry = AuditEntry::new(id, at, scope, draft);
        unit.audit().append(&[entry]).await?;
        Ok(())
    }
}

/// The days of a campaign's events and of what was counted of them, from the first to the last, in as many periods as that
/// takes.
async fn periods_of(
    unit: &dyn AnalyticsUnit,
    campaign: CampaignId,
    calendar: &Calendar,
) -> Result<Vec<Period>, AnalyticsError> {
    let happened = unit.figures().span_of(campaign).await?;
    let happened = happened.map(|(first, last)| (calendar.date_of(first), calendar.date_of(last)));
    let counted = unit.aggregations().counted_span(campaign).await?;
    let spans = [happened, counted];
    let first = spans.iter().flatten().map(|(first, _)| *first).min();
    let last = spans.iter().flatten().map(|(_, last)| *last).max();
    Ok(first
        .zip(last)
        .map(|(first, last)| periods(first, last))
        .unwrap_or_default())
}

/// The days from the first to the last, in as many periods as that takes.
fn periods(first: Date, last: Date) -> Vec<Period> {
    let most = Duration::days(i64::from(Period::MAX_DAYS) - 1);
    let mut periods = Vec::new();
    let mut next = Some(first);
    while let Some(first) = next.filter(|first| *first <= last) {
        let end = last.min(first.saturating_add(most));
        periods.extend(Period::new(first, end).ok());
        next = end.next_day();
    }
    periods
}

/// The last day that is final at an instant.
fn last_final_day(calendar: &Calendar, at: Timestamp) -> Date {
    let date = calendar.date_of(at.saturating_sub(Day::SETTLING));
    date.previous_day().unwrap_or(date)
}

fn began(checkpoint: Checkpoint) -> Timestamp {
    Timestamp::UNIX_EPOCH.saturating_add(Duration::microseconds(checkpoint.began))
}

fn micros(at: Timestamp) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}

/// Carries out the job: counts one campaign after the other, in units that are not longer where a campaign is larger, two at
/// a time where one is not enough, and makes days final in the end.
pub struct AggregationJob {
    aggregation: Aggregation,
}

impl AggregationJob {
    /// The job on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn AnalyticsStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            aggregation: Aggregation::new(store, clock, ids).in_steps_of(JOB_STEP),
        }
    }

    /// The same with so many events counted, or noted anew, in one unit.
    #[must_use]
    pub fn in_steps_of(self, events: u32) -> Self {
        Self {
            aggregation: self.aggregation.in_steps_of(events),
        }
    }

    fn begin_at(&self, job: &ClaimedJob) -> Checkpoint {
        let kept = job.checkpoint.clone();
        let kept = kept.and_then(|kept| serde_json::from_value(kept).ok());
        kept.unwrap_or_else(|| Checkpoint {
            began: micros(self.aggregation.clock.now()),
            ..Checkpoint::default()
        })
    }
}

#[async_trait]
impl Job for AggregationJob {
    fn kind(&self) -> JobKind {
        AGGREGATE_EVENTS
    }

    async fn run(
        &self,
        job: &ClaimedJob,
        scope: &TenantScope,
        work: &dyn JobControl,
    ) -> Result<JobEnd, JobFailure> {
        let mut checkpoint = self.begin_at(job);
        loop {
            if let Some(interruption) = work.interruption() {
                return Ok(interruption.into());
            }
            let step = self.aggregation.count_next(scope, checkpoint, work).await?;
            let Some(step) = step else {
                break;
            };
            checkpoint = step.checkpoint;
            if let Some(campaign) = step.left {
                let counting = self
                    .aggregation
                    .count_abreast(scope, campaign, checkpoint, work);
                checkpoint = counting.await?;
            }
            work.report(JobProgress::new(checkpoint.campaigns));
        }
        let counted = json!({ "campaigns": checkpoint.campaigns });
        Ok(JobEnd::Completed(Some(counted)))
    }

    /// Nothing waits for it: what was not counted ahead is counted whenever somebody asks.
    async fn wind_up(
        &self,
        _job: &ClaimedJob,
        _end: &EarlyEnd,
        _scope: &TenantScope,
    ) -> Result<(), JobFailure> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn a_day_is_final_a_day_after_its_end() {
        let berlin = Calendar::of(&"Europe/Berlin".parse().unwrap());

        for (at, last) in [
            (datetime!(2026-03-03 22:59:59 UTC), date!(2026 - 03 - 01)),
            (datetime!(2026-03-03 23:00 UTC), date!(2026 - 03 - 02)),
            (datetime!(2026-03-30 21:59:59 UTC), date!(2026 - 03 - 28)),
            (datetime!(2026-03-30 22:00 UTC), date!(2026 - 03 - 29)),
        ] {
            assert_eq!(last_final_day(&berlin, at), last, "{at}");
        }
    }

    proptest! {
        #[test]
        fn the_last_final_day_is_final_and_the_next_one_is_not(
            zone in proptest::sample::select(vec!["UTC", "Europe/Berlin", "Pacific/Apia", "Asia/Kathmandu", "America/New_York"]),
            seconds in 1_262_304_000..1_900_000_000_i64,
        ) {
            let calendar = Calendar::of(&zone.parse().unwrap());
            let at = Timestamp::UNIX_EPOCH + Duration::seconds(seconds);

            let last = last_final_day(&calendar, at);

            prop_assert!(calendar.day(last).is_final(at));
            // A day that a zone skipped is over as it begins.
            let next = calendar.day(last.next_day().unwrap());
            prop_assert!(!next.is_final(at) || next.start == next.end);
        }

        #[test]
        fn periods_have_each_day_from_the_first_to_the_last_once(day in 0..20_000_i64, length in 1..9_000_u16) {
            let first = date!(1980 - 01 - 01) + Duration::days(day);
            let days = (0..i64::from(length)).map(|day| first + Duration::days(day));
            let days: Vec<_> = days.collect();

            let found = periods(first, days[days.len() - 1]);

            let found: Vec<_> = found.into_iter().flat_map(Period::dates).collect();
            prop_assert_eq!(found, days);
        }
    }
}
