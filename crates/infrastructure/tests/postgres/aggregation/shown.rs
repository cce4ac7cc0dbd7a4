//! What dashboards show of ten thousand events, around a night in which clocks are changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use analytics::metrics::Counts;
use analytics::{Dashboards, HONEYPOT, Pass, Question};
use campaigns::{ActorVerdict, Event, EventType};
use infrastructure::SystemIds;
use kernel::{CampaignId, ContactId, TenantScope, Timestamp};
use sqlx::{Connection, PgConnection};
use tenancy::contract::{Subject, Tenant};
use testkit::{FixedClock, a_unique_id};
use time::macros::datetime;
use time::{Date, Duration};
use uuid::Uuid;

use super::{Storage, aggregation, record};

/// A midnight of Berlin, two days before clocks are put forward there.
const START: Timestamp = datetime!(2026-03-26 23:00 UTC);
const READ: Timestamp = datetime!(2026-04-02 12:00 UTC);
const EVENTS: u32 = 10_000;
const SECONDS: i64 = 5 * 86_400;
const PEOPLE: u128 = 300;

const ACTORS: [ActorVerdict; 3] = [
    ActorVerdict::Human,
    ActorVerdict::Machine,
    ActorVerdict::Unknown,
];

const CAMPAIGN: &str = "INSERT INTO campaigns (organization_id, id, name, name_folded, description, status, \
         landing_text, past_schedule, delay_ms, created_at, updated_at, version) \
     VALUES ($1, $2, 'Turn', 'turn', '', 'draft', '', 'ask', 0, now(), now(), 1)";

/// Each event is looked at: of each day, and of all of them.
const LOOKED_AT: &str = "
    SELECT e.date, e.event_type, e.is_machine, count(*), count(DISTINCT e.contact_id)
    FROM (
        SELECT
            (\"timestamp\" AT TIME ZONE 'Europe/Berlin')::date AS date, event_type, contact_id,
            event_type NOT IN ('SENT', 'BOUNCE') AND actor_verdict = 'machine' AS is_machine
        FROM events
        WHERE organization_id = $1 AND campaign_id = $2 AND coalesce(actor_reason, '') <> 'honeypot'
    ) AS e
    GROUP BY GROUPING SETS ((e.date, e.event_type, e.is_machine), (e.event_type, e.is_machine))";

/// Events and people, by day (none for all of them), type and whether machines did it.
type Tallies = BTreeMap<(Option<Date>, String, bool), (i64, i64)>;

/// One of all types, of people, machines and nobody knows whom, some without a mail, some from robots in a trap.
fn event(campaign: CampaignId, number: u32) -> Event {
    let index = usize::try_from(number).unwrap();
    let event_type = EventType::ALL[index % EventType::ALL.len()];
    let person = u128::from(number) * 7_919 % PEOPLE + 1;
    let person =
        (!number.is_multiple_of(11)).then(|| ContactId::from_uuid(Uuid::from_u128(person)));
    let at = START + Duration::seconds(i64::from(number) * 7_919 % SECONDS);
    let mut event = Event::seen(event_type, campaign, person, at, a_unique_id());
    event.actor = ACTORS[index / EventType::ALL.len() % ACTORS.len()];
    let is_robot = event_type == EventType::FormSubmit && event.actor == ActorVerdict::Machine;
    if is_robot && number.is_multiple_of(2) {
        event.actor_reason = Some(HONEYPOT.to_owned());
    }
    event
}

fn tallies(date: Option<Date>, counts: Counts) -> Tallies {
    let mut tallies = Tallies::new();
    for event_type in analytics::EventType::ALL {
        let by_actor = counts.of(event_type);
        for (is_machine, tally) in [(false, by_actor.human), (true, by_actor.machine)] {
            let numbers = [tally.events, tally.people].map(|n| i64::try_from(n).unwrap());
            let key = (date, event_type.as_str().to_owned(), is_machine);
            tallies.insert(key, numbers.into());
        }
    }
    tallies
}

impl Storage {
    /// What the dashboards of a campaign show, without what is nought.
    async fn shown(&self, scope: &TenantScope, campaign: CampaignId) -> Tallies {
        let dashboards = Dashboards::new(
            Arc::new(self.database.clone()),
            Arc::new(FixedClock::at(READ)),
            Arc::new(SystemIds::default()),
        );
        let question = Question::default();
        let whole = dashboards.campaign(scope, campaign, &question);
        let whole = whole.await.unwrap().counts;
        let daily = dashboards.daily(scope, campaign, &question);
        let daily = daily.await.unwrap().days;
        let days = daily.iter().map(|day| (Some(day.day.date), day.counts));
        let all = days.chain([(None, whole)]);
        let all = all.flat_map(|(date, counts)| tallies(date, counts));
        all.filter(|(_, tally)| *tally != (0, 0)).collect()
    }

    /// What a statement finds that looks at each event.
    async fn looked_at(&self, scope: &TenantScope, campaign: CampaignId) -> Tallies {
        let mut admin = PgConnection::connect_with(&self.test.admin())
            .await
            .unwrap();
        let rows: Vec<(Option<Date>, String, bool, i64, i64)> = sqlx::query_as(LOOKED_AT)
            .bind(scope.organization().as_uuid())
            .bind(campaign.as_uuid())
            .fetch_all(&mut admin)
            .await
            .unwrap();
        let tally = |(date, event_type, is_machine, events, people)| {
            ((date, event_type, is_machine), (events, people))
        };
        rows.into_iter().map(tally).collect()
    }
}

#[tokio::test]
async fn each_figure_of_ten_thousand_events_is_that_of_one_statement_when_clocks_are_changed() {
    let storage = Storage::fresh().await;
    let scope = Tenant::found(&storage).await.scope;
    storage.move_to(&scope, "Europe/Berlin").await;
    let campaign = CampaignId::from_uuid(a_unique_id());
    let mut admin = PgConnection::connect_with(&storage.test.admin())
        .await
        .unwrap();
    let made = sqlx::query(CAMPAIGN).bind(scope.organization().as_uuid());
    let made = made.bind(campaign.as_uuid()).execute(&mut admin).await;
    made.unwrap();
    let events: Vec<_> = (0..EVENTS).map(|number| event(campaign, number)).collect();
    let counting = aggregation(&storage.database);

    // Nothing is counted ahead, then a part of the events, then all.
    for part in events.chunks(4_000) {
        for some in part.chunks(1_000) {
            record(&storage.database, &scope, some).await;
        }
        let expected = storage.looked_at(&scope, campaign).await;
        assert_eq!(storage.shown(&scope, campaign).await, expected);
        let mut pass = Pass::default();
        while counting.follow(&scope, &mut pass).await.unwrap() {}
        assert_eq!(storage.shown(&scope, campaign).await, expected);
    }

    let found = storage.looked_at(&scope, campaign).await;
    let days: Vec<_> = found.keys().filter_map(|(date, ..)| *date).collect();
    assert_eq!(days.len(), 6 * 12, "12 figures on each of 6 days: {days:?}");
    let all = found.iter().filter(|((date, ..), _)| date.is_none());
    let all: i64 = all.map(|(_, (events, _))| events).sum();
    assert!(all > 9_000 && all < i64::from(EVENTS), "{all}");
    let noted = "SELECT count(*) FROM event_changes WHERE campaign_id = $1";
    let noted: i64 = sqlx::query_scalar(noted)
        .bind(campaign.as_uuid())
        .fetch_one(&mut admin)
        .await
        .unwrap();
    assert_eq!(noted, 0, "all was counted ahead in the end");
}
