//! Recipients of whom several tell at once on PostgreSQL.

use std::collections::BTreeMap;
use std::sync::Arc;

use campaigns::ports::CampaignStore;
use campaigns::{
    Deed, Engaged, Event, EventClient, EventIngestion, EventOutcome, EventType, ToldEvent,
};
use infrastructure::{DatabaseSettings, EvidenceJudge, PostgresDatabase, SystemIds};
use kernel::{
    Actor, CampaignId, ContactId, Credential, Done, EventId, Once, Origin, RequestId, SessionId,
    StoredAnswer, TenantScope, Timestamp, UserId,
};
use serde_json::Map;
use sqlx::{Connection as _, PgConnection};
use testkit::{FixedClock, TestDatabase, a_unique_id};
use time::Duration;

use super::bulk_operations::found;

const CAMPAIGN: &str = "INSERT INTO campaigns (organization_id, id, name, name_folded, description, status, \
         landing_text, past_schedule, delay_ms, created_at, updated_at, version) \
     VALUES ($1, $2, 'c', 'c', '', 'completed', '', 'ask', 0, now(), now(), 1)";

const RECIPIENTS: &str = "INSERT INTO campaign_contact_assignments (organization_id, campaign_id, contact_id, status, \
         validation_status, scheduled_send_time, sent_at, created_at, updated_at) \
     SELECT $1, $2, contact_id, 'sent', 'valid', $4, $4, now(), now() FROM unnest($3::uuid[]) AS contact_id";

/// A campaign whose mails went out a day ago.
struct Mailed {
    test: TestDatabase,
    database: PostgresDatabase,
    scope: TenantScope,
    campaign: CampaignId,
    people: Vec<ContactId>,
}

impl Mailed {
    async fn open() -> Self {
        let test = TestDatabase::fresh().await;
        let database = PostgresDatabase::connect_lazy(test.login(), DatabaseSettings::default());
        let organization = found(&database).await;
        let session = Credential::Session(SessionId::from_uuid(a_unique_id()));
        let scope = TenantScope::for_principal(
            organization,
            Actor::User(UserId::from_uuid(a_unique_id()), session),
            Origin::internal(RequestId::from_uuid(a_unique_id())),
        );
        let (campaign, people) = (a_unique_id(), Vec::from([(); 20].map(|()| a_unique_id())));
        let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();
        let made = sqlx::query(CAMPAIGN).bind(organization.as_uuid());
        let made = made.bind(campaign).execute(&mut admin).await;
        made.unwrap();
        let mailed = sqlx::query(RECIPIENTS).bind(organization.as_uuid());
        let mailed = mailed.bind(campaign).bind(&people);
        let mailed = mailed.bind(FixedClock::START - Duration::DAY);
        mailed.execute(&mut admin).await.unwrap();
        Self {
            test,
            database,
            scope,
            campaign: CampaignId::from_uuid(campaign),
            people: people.into_iter().map(ContactId::from_uuid).collect(),
        }
    }

    fn recipients(&self) -> Vec<(CampaignId, ContactId)> {
        let people = self.people.iter();
        people.map(|contact| (self.campaign, *contact)).collect()
    }

    /// Returns when somebody waits for somebody else.
    async fn somebody_waits(&self) {
        let mut admin = PgConnection::connect_with(&self.test.admin())
            .await
            .unwrap();
        let waiting = "SELECT count(*) FROM pg_stat_activity \
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(waiting)
            .fetch_one(&mut admin)
            .await
            .unwrap()
            == 0
        {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_recipients_that_somebody_has_in_hand_waits_and_sees_what_was_done() {
    let mailed = Mailed::open().await;
    let recipients = mailed.recipients();
    let at = FixedClock::START;
    let deeds: Vec<_> = recipients
        .iter()
        .map(|(campaign, contact)| Engaged {
            campaign: *campaign,
            contact: *contact,
            deed: Deed::Open,
            at,
        })
        .collect();

    let unit = CampaignStore::begin(&mailed.database, &mailed.scope).await;
    let unit = unit.unwrap();
    let found = unit.assignments().find_traces(&recipients).await.unwrap();
    assert_eq!(found.len(), recipients.len());
    let (database, scope) = (mailed.database.clone(), mailed.scope.clone());
    let reversed: Vec<_> = recipients.iter().rev().copied().collect();
    let other = tokio::spawn(async move {
        let unit = CampaignStore::begin(&database, &scope).await.unwrap();
        let found = unit.assignments().find_traces(&reversed).await.unwrap();
        unit.commit().await.unwrap();
        found
    });
    mailed.somebody_waits().await;
    // The other one has none of them in hand, in whichever order it asked.
    unit.assignments().engage(&deeds, at).await.unwrap();
    unit.commit().await.unwrap();

    let seen: BTreeMap<_, _> = other
        .await
        .unwrap()
        .into_iter()
        .map(|trace| (trace.contact, (trace.first_opened_at, trace.last_at)))
        .collect();
    let people = mailed.people.iter();
    let expected: BTreeMap<_, _> = people.map(|it| (*it, (Some(at), Some(at)))).collect();
    assert_eq!(seen, expected);
}

/// An event with this id, told as if it happened then.
fn told(mailed: &Mailed, id: EventId, at: Timestamp) -> ToldEvent {
    ToldEvent {
        id: Some(id),
        event_type: EventType::Open,
        campaign: mailed.campaign,
        contact: Some(mailed.people[0]),
        at,
        data: Map::new(),
        client: EventClient::default(),
    }
}

#[tokio::test]
async fn an_event_with_an_id_is_recorded_once_however_exactly_its_time_is_told() {
    let mailed = Mailed::open().await;
    let ingestion = EventIngestion::new(
        Arc::new(mailed.database.clone()),
        Arc::new(FixedClock::default()),
        Arc::new(SystemIds::default()),
        Arc::new(EvidenceJudge),
    );
    let whole = FixedClock::START - Duration::milliseconds(877);
    let precise = whole + Duration::microseconds(456);
    let id = Event::seen(EventType::Open, mailed.campaign, None, whole, a_unique_id()).id();
    let once = Once {
        request: None,
        render: &|_| StoredAnswer::Withheld { id: a_unique_id() },
    };

    let mut outcomes = Vec::new();
    for times in [vec![precise, whole], vec![whole], vec![precise]] {
        let batch = times.into_iter().map(|at| Ok(told(&mailed, id, at)));
        let batch = Ok(batch.collect());
        match ingestion.ingest(&mailed.scope, batch, &once).await.unwrap() {
            Done::Fresh(told) => outcomes.extend(told),
            Done::Replayed(answer) => panic!("{answer:?}"),
        }
    }

    let again = EventOutcome::Duplicate(id);
    let expected = [
        EventOutcome::Recorded(id),
        again.clone(),
        again.clone(),
        again,
    ];
    assert_eq!(outcomes, expected);
}
