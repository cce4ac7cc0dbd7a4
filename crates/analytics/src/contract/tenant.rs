//! What cases are built from: organizations of their own, in which something happens.

use std::collections::BTreeMap;

use kernel::{
    Actor as Doer, CampaignId, ContactId, Credential, OrganizationId, Origin, RequestId, SessionId,
    TenantScope, TimeZoneName, Timestamp, UserId,
};
use time::Date;
use time::macros::datetime;
use uuid::Uuid;

use super::{Happening, Subject};
use crate::metrics::{Calendar, Counts, Period};
use crate::ports::AnalyticsUnit;
use crate::{Actor, CountingState, DayFigures, Drift, EventType, Figures};

/// The instant at which everything is written down.
pub(super) const NOW: Timestamp = datetime!(2026-03-20 12:00 UTC);

/// A new id.
#[expect(
    clippy::disallowed_methods,
    reason = "cases share a database and need ids of their own"
)]
pub(super) fn id<T>(wrap: impl Fn(Uuid) -> T) -> T {
    wrap(Uuid::now_v7())
}

/// An organization of a case's own.
#[derive(Debug)]
pub struct Tenant {
    /// The scope in which somebody acts.
    pub scope: TenantScope,
}

impl Tenant {
    /// A new organization.
    pub async fn found<S: Subject>(subject: &S) -> Self {
        let organization = subject.found().await;
        let actor = Doer::User(
            id(UserId::from_uuid),
            Credential::Session(id(SessionId::from_uuid)),
        );
        let origin = Origin::internal(id(RequestId::from_uuid));
        Self {
            scope: TenantScope::for_principal(organization, actor, origin),
        }
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> OrganizationId {
        self.scope.organization()
    }

    /// Opens a unit of work in the organization.
    pub async fn begin<S: Subject>(&self, subject: &S) -> Box<dyn AnalyticsUnit> {
        subject.store().begin(&self.scope).await.unwrap()
    }

    /// A campaign, and that people opened its mails at these instants.
    pub(super) async fn add_opened<S: Subject>(
        &self,
        subject: &S,
        opened: &[(ContactId, Timestamp)],
    ) -> CampaignId {
        let campaign = subject.add_campaign(self.id(), "Opened").await;
        let events: Vec<_> = opened
            .iter()
            .map(|(contact, at)| opening(campaign, *contact, *at))
            .collect();
        subject.record(self.id(), &events).await;
        campaign
    }

    /// Counts what was recorded of a campaign, as the aggregation does.
    pub(super) async fn count<S: Subject>(
        &self,
        subject: &S,
        campaign: CampaignId,
        zone: &TimeZoneName,
    ) {
        while self.count_some(subject, campaign, zone, 1_000).await {}
    }

    /// Counts about so many events of what was recorded of a campaign, or forgets about so much of what was counted in other
    /// days; whether there is more.
    pub(super) async fn count_some<S: Subject>(
        &self,
        subject: &S,
        campaign: CampaignId,
        zone: &TimeZoneName,
        most: u32,
    ) -> bool {
        let unit = self.begin(subject).await;
        let aggregations = unit.aggregations();
        let state = aggregations.take(campaign, zone, NOW).await.unwrap();
        if state != CountingState::Countable {
            let forgetting = aggregations.forget(campaign, zone, most, NOW);
            if forgetting.await.unwrap() {
                unit.commit().await.unwrap();
                return true;
            }
        }
        let calendar = Calendar::of(zone);
        let counting = aggregations.count_noted(campaign, &EventType::ALL, &calendar, most, NOW);
        let is_left = counting.await.unwrap();
        unit.commit().await.unwrap();
        is_left
    }

    /// Makes days until this one final.
    pub(super) async fn finish<S: Subject>(&self, subject: &S, zone: &TimeZoneName, until: Date) {
        let unit = self.begin(subject).await;
        let aggregations = unit.aggregations();
        aggregations.finish(zone, until, NOW).await.unwrap();
        unit.commit().await.unwrap();
    }

    /// The sums of a campaign that are not what its events amount to.
    pub(super) async fn drift<S: Subject>(
        &self,
        subject: &S,
        campaign: CampaignId,
        zone: &TimeZoneName,
    ) -> Vec<Drift> {
        let unit = self.begin(subject).await;
        let days = Calendar::of(zone).days(year());
        let mut found = Vec::new();
        for event_type in EventType::ALL {
            let drift = unit.aggregations().drift(campaign, event_type, zone, &days);
            found.extend(drift.await.unwrap());
        }
        found
    }

    /// Forgets about so much of what was counted of a campaign; whether there is more.
    pub(super) async fn forget_some<S: Subject>(
        &self,
        subject: &S,
        campaign: CampaignId,
        zone: &TimeZoneName,
        most: u32,
    ) -> bool {
        let unit = self.begin(subject).await;
        let aggregations = unit.aggregations();
        aggregations.take(campaign, zone, NOW).await.unwrap();
        let forgetting = aggregations.forget(campaign, zone, most, NOW);
        let is_left = forgetting.await.unwrap();
        unit.commit().await.unwrap();
        is_left
    }

    /// The first and the last day of which something was counted of a campaign.
    pub(super) async fn counted_span<S: Subject>(
        &self,
        subject: &S,
        campaign: CampaignId,
    ) -> Option<(Date, Date)> {
        let unit = self.begin(subject).await;
        let span = unit.aggregations().counted_span(campaign).await;
        span.unwrap()
    }

    /// The last day that is final for each of these campaigns.
    pub(super) async fn final_until<S: Subject>(
        &self,
        subject: &S,
        campaigns: &[CampaignId],
        zone: &TimeZoneName,
    ) -> Option<Date> {
        let unit = self.begin(subject).await;
        let until = unit.figures().final_until(campaigns, zone).await;
        until.unwrap()
    }

    /// What the events of a campaign amount to in a period.
    pub(super) async fn figures<S: Subject>(
        &self,
        subject: &S,
        campaign: CampaignId,
        zone: &TimeZoneName,
        period: Period,
    ) -> Figures {
        let unit = self.begin(subject).await;
        let days = Calendar::of(zone).days(period);
        let figures = unit.figures();
        figures.figures_of(&[campaign], zone, &days).await.unwrap()
    }
}

pub(super) fn utc() -> TimeZoneName {
    TimeZoneName::utc()
}

/// The days from one date to another.
pub(super) fn period(first: Date, last: Date) -> Period {
    Period::new(first, last).unwrap()
}

/// The year in which everything happens.
pub(super) fn year() -> Period {
    use time::macros::date;
    period(date!(2026 - 01 - 02), date!(2026 - 12 - 30))
}

/// Somebody opened a mail.
pub(super) const fn opening(campaign: CampaignId, contact: ContactId, at: Timestamp) -> Happening {
    Happening {
        campaign,
        event: EventType::Open,
        contact: Some(contact),
        at,
        actor: Actor::Human,
        reason: None,
    }
}

/// These figures of one campaign.
pub(super) fn figures(
    campaign: CampaignId,
    total: Counts,
    days: impl IntoIterator<Item = (Date, Counts, u64)>,
) -> Figures {
    let days = days
        .into_iter()
        .map(|(date, counts, late)| (date, DayFigures { counts, late }));
    let is_anything = total != Counts::default();
    Figures {
        campaigns: is_anything
            .then_some((campaign, total))
            .into_iter()
            .collect(),
        days: days.collect::<BTreeMap<_, _>>(),
    }
}
