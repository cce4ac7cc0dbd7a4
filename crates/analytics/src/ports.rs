//! What analytics needs of its storage.

use std::collections::BTreeMap;

use async_trait::async_trait;
use kernel::{
    AuditTrail, CampaignId, JobQueue, StorageError, TenantScope, TimeZoneName, Timestamp,
    UnitOfWork,
};
use time::Date;

use crate::figures::{CampaignCard, CountingState, Drift, Figures, LeadCount, OrganizationCard};
use crate::metrics::{Calendar, Day};
use crate::{EventType, Segment};

/// Opens units of work on what events amount to.
#[async_trait]
pub trait AnalyticsStore: Send + Sync {
    /// Opens a unit of work inside the scope's organization; what is other organizations' MUST NOT be found or changed in it.
    async fn begin(&self, scope: &TenantScope) -> Result<Box<dyn AnalyticsUnit>, StorageError>;
}

/// A unit of work on what the events of one organization amount to.
pub trait AnalyticsUnit: UnitOfWork {
    /// What its events and leads amount to.
    fn figures(&self) -> &dyn FigureReader;
    /// What of that was counted ahead.
    fn aggregations(&self) -> &dyn Aggregations;
    /// What the figures are of.
    fn subjects(&self) -> &dyn Subjects;
    /// The queue of durable jobs.
    fn jobs(&self) -> &dyn JobQueue;
    /// The audit log.
    fn audit(&self) -> &dyn AuditTrail;
}

/// What the events and leads of the unit's organization amount to, exactly and at this moment, whatever was counted ahead.
///
/// Events are counted as [`metrics::tally`](crate::metrics::tally) does, but for two things. What a robot wrote into the
/// trap of a form ([`HONEYPOT`](crate::HONEYPOT)) is no event. And of a day that [`Aggregations::finish`] made final in the
/// asked time zone, only those count that were counted then; the others are late.
#[async_trait]
pub trait FigureReader: Send + Sync {
    /// What the events of these campaigns amount to on days that follow one another. A campaign without events is left out,
    /// and so is a day without.
    async fn figures_of(
        &self,
        campaigns: &[CampaignId],
        zone: &TimeZoneName,
        days: &[Day],
    ) -> Result<Figures, StorageError>;
    /// What the events of these campaigns amount to on days that follow one another, by what was known of the recipients'
    /// addresses when they were mailed. Events of others than recipients are left out; late ones count as the others do.
    async fn figures_by_segment(
        &self,
        campaigns: &[CampaignId],
        days: &[Day],
    ) -> Result<BTreeMap<Segment, Figures>, StorageError>;
    /// The leads that these campaigns made from one instant to before another, by campaign, source and, where that is
    /// wanted, segment, in this order. A lead is made when the person showed interest first.
    async fn leads_of(
        &self,
        campaigns: &[CampaignId],
        from: Timestamp,
        to: Timestamp,
        by_segment: bool,
    ) -> Result<Vec<LeadCount>, StorageError>;
    /// When the first event of a campaign happened, and the last.
    async fn span_of(
        &self,
        campaign: CampaignId,
    ) -> Result<Option<(Timestamp, Timestamp)>, StorageError>;
    /// The last day that is final in this time zone for each of these campaigns of which something was recorded; `None`
    /// where there is one that has none.
    async fn final_until(
        &self,
        campaigns: &[CampaignId],
        zone: &TimeZoneName,
    ) -> Result<Option<Date>, StorageError>;
}

/// What was counted ahead of the events of the unit's organization. What is recorded is noted with it, and counts from then
/// on; counting takes it from what is noted to the sums.
#[async_trait]
pub trait Aggregations: Send + Sync {
    /// The first campaign behind this one, in the order of ids, of which events were recorded and not counted, or of which
    /// something was counted in days of another time zone.
    async fn next_outdated(
        &self,
        zone: &TimeZoneName,
        after: Option<CampaignId>,
    ) -> Result<Option<CampaignId>, StorageError>;
    /// Takes a campaign in hand, whose events are to be counted in days of this time zone; until the unit ends, others MUST
    /// NOT do so, nor [take a type](Self::take_type) of it, and whoever has done so is waited for. Tells whether they can be
    /// counted, as they can where none ever was.
    async fn take(
        &self,
        campaign: CampaignId,
        zone: &TimeZoneName,
        at: Timestamp,
    ) -> Result<CountingState, StorageError>;
    /// As [`Self::take`], without waiting: `None` where somebody else has it in hand, or a type of it.
    async fn try_take(
        &self,
        campaign: CampaignId,
        zone: &TimeZoneName,
        at: Timestamp,
    ) -> Result<Option<CountingState>, StorageError>;
    /// Takes the events of a type of a campaign in hand, which others MUST NOT count until the unit ends, nor forget what was
    /// counted of the campaign; whoever does is waited for, or the answer is [`StorageError::Contended`]. Those of other types
    /// may be taken by others meanwhile; a unit takes one type, or the whole. `false` where they are not
    /// [`CountingState::Countable`] in days of this time zone, or nobody ever took the campaign as a whole; the unit is to be
    /// dropped then.
    async fn take_type(
        &self,
        campaign: CampaignId,
        zone: &TimeZoneName,
        event_type: EventType,
    ) -> Result<bool, StorageError>;
    /// Forgets some of what was counted of a campaign that the unit has taken, and that days of it are final: about so much,
    /// and no less than one day (in UTC) of events. Whether there is more to forget. Until there is none, nothing of it counts
    /// as counted in days of any time zone, and [`Self::take`] tells this one as what it was to be counted in; then all of its
    /// events are noted as what is not counted, and its days are those of this one.
    async fn forget(
        &self,
        campaign: CampaignId,
        zone: &TimeZoneName,
        most: u32,
        at: Timestamp,
    ) -> Result<bool, StorageError>;
    /// Counts events that are noted of a campaign, of types that the unit has taken in the time zone of the calendar, the
    /// oldest days first, until it has so many; what was recorded at once is not torn apart for it. Each of them MUST be
    /// counted once, and nothing written that is of other types. Of days that are final they are late. Whether there is more
    /// of these types to count.
    async fn count_noted(
        &self,
        campaign: CampaignId,
        event_types: &[EventType],
        calendar: &Calendar,
        most: u32,
        at: Timestamp,
    ) -> Result<bool, StorageError>;
    /// Makes the days until this one final, of all campaigns of which something was counted in this time zone and nothing of
    /// these days is left to be counted.
    async fn finish(
        &self,
        zone: &TimeZoneName,
        until: Date,
        at: Timestamp,
    ) -> Result<(), StorageError>;
    /// The first day of which something was counted of a campaign, and the last, in the time zone in which it was.
    async fn counted_span(
        &self,
        campaign: CampaignId,
    ) -> Result<Option<(Date, Date)>, StorageError>;
    /// Counts the events of a type of a campaign anew, on days that follow one another, and tells where something else was
    /// counted, or counted and noted; nothing where the days are of another time zone than what was counted.
    async fn drift(
        &self,
        campaign: CampaignId,
        event_type: EventType,
        zone: &TimeZoneName,
        days: &[Day],
    ) -> Result<Vec<Drift>, StorageError>;
}

/// What figures are of.
#[async_trait]
pub trait Subjects: Send + Sync {
    /// The unit's organization.
    async fn organization(&self) -> Result<Option<OrganizationCard>, StorageError>;
    /// The living campaign with this id.
    async fn campaign(&self, id: CampaignId) -> Result<Option<CampaignCard>, StorageError>;
    /// The living campaigns, in the order of their ids.
    async fn campaigns(&self) -> Result<Vec<CampaignCard>, StorageError>;
}
