//! Whether dashboards told what somebody finds who looks at each event.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::{Connection as _, PgConnection, Row as _};
use time::OffsetDateTime;
use uuid::Uuid;

use super::reading::Read;
use crate::cli::Failure;
use crate::commands::bench::program::Program;
use crate::commands::bench::tenant::Tenant;

/// What was recorded until an instant, of a campaign or of all, in days of UTC: of each day, or of all of them together.
const EVENTS: &str = "
    SELECT CASE WHEN $6 THEN (e.\"timestamp\" AT TIME ZONE 'UTC')::date::text ELSE '' END AS day,
        CASE e.event_type WHEN 'SENT' THEN 'sent' WHEN 'OPEN' THEN 'opened' ELSE 'clicked' END
            || CASE WHEN e.event_type = 'SENT' THEN '' WHEN e.actor_verdict = 'machine' THEN ' by machines'
                ELSE ' by people' END AS deed,
        count(*) AS events, count(DISTINCT e.contact_id) AS people
    FROM events e
    WHERE e.organization_id = $1 AND ($2::uuid IS NULL OR e.campaign_id = $2)
        AND e.event_type IN ('SENT', 'OPEN', 'CLICK')
        AND e.\"timestamp\" >= ($3::text::timestamp) AT TIME ZONE 'UTC'
        AND e.\"timestamp\" < ($4::text::timestamp + interval '1 day') AT TIME ZONE 'UTC'
        AND e.created_at <= $5
    GROUP BY e.campaign_id, 1, 2";

/// How many events, and of how many people of each campaign, by day and deed; the day is empty where all are meant.
type Tallies = BTreeMap<(String, String), (i64, i64)>;

/// The instant, by the clock of the database.
pub(super) async fn now(program: &Program) -> Result<OffsetDateTime, Failure> {
    let mut database = program.administrator().await.map_err(Failure::new)?;
    let now: OffsetDateTime = sqlx::query_scalar("SELECT clock_timestamp()")
        .fetch_one(&mut database)
        .await
        .map_err(Failure::new)?;
    database.close().await.map_err(Failure::new)?;
    Ok(now)
}

/// Fails where one of these dashboards told of mails sent, opened or followed what the events that were there at that instant
/// do not amount to.
pub(super) async fn check(
    program: &Program,
    tenant: &Tenant,
    dashboards: &[Read],
    at: OffsetDateTime,
) -> Result<(), Failure> {
    let organization = tenant.id.parse::<Uuid>().map_err(Failure::new)?;
    let mut database = program.administrator().await.map_err(Failure::new)?;
    for read in dashboards {
        let (totals, days) = (totals(&read.answer), daily(&read.answer));
        for (told, by_day) in [(totals, false), (days, true)] {
            let Some(told) = told else { continue };
            let found = found(&mut database, organization, read, at, by_day).await?;
            compare(&read.what, &told, &found)?;
        }
    }
    database.close().await.map_err(Failure::new)
}

/// What a dashboard tells of its whole period, if it does.
fn totals(answer: &Value) -> Option<Tallies> {
    let counts = answer["figures"].get("counts")?;
    Some(tallies("", counts).collect())
}

/// What a dashboard tells of each day, if it does.
fn daily(answer: &Value) -> Option<Tallies> {
    let days = answer["days"].as_array()?;
    let of_day = |day: &Value| {
        let date = day["date"].as_str().unwrap_or_default();
        tallies(date, &day["counts"]).collect::<Vec<_>>()
    };
    Some(days.iter().flat_map(of_day).collect())
}

/// What is there of these counts; statements find no row of what is not.
fn tallies(day: &str, counts: &Value) -> impl Iterator<Item = ((String, String), (i64, i64))> {
    let deeds = [
        ("sent", &counts["sent"]),
        ("opened by people", &counts["opened"]["human"]),
        ("opened by machines", &counts["opened"]["machine"]),
        ("clicked by people", &counts["clicked"]["human"]),
        ("clicked by machines", &counts["clicked"]["machine"]),
    ];
    let number = |tally: &Value, name: &str| tally[name].as_i64().unwrap_or(-1);
    let tallies = deeds.map(|(deed, tally)| {
        let key = (day.to_owned(), deed.to_owned());
        (key, (number(tally, "events"), number(tally, "people")))
    });
    tallies.into_iter().filter(|(_, told)| *told != (0, 0))
}

async fn found(
    database: &mut PgConnection,
    organization: Uuid,
    read: &Read,
    at: OffsetDateTime,
    by_day: bool,
) -> Result<Tallies, Failure> {
    let heading = &read.answer["heading"];
    let rows = sqlx::query(EVENTS)
        .bind(organization)
        .bind(read.campaign)
        .bind(heading["from"].as_str())
        .bind(heading["to"].as_str())
        .bind(at)
        .bind(by_day)
        .fetch_all(database)
        .await
        .map_err(Failure::new)?;
    let mut found = Tallies::new();
    for row in rows {
        let key = (
            row.try_get(0).map_err(Failure::new)?,
            row.try_get(1).map_err(Failure::new)?,
        );
        let events: i64 = row.try_get(2).map_err(Failure::new)?;
        let people: i64 = row.try_get(3).map_err(Failure::new)?;
        // Somebody of two campaigns counts in both.
        let sum = found.entry(key).or_default();
        *sum = (sum.0 + events, sum.1 + people);
    }
    Ok(found)
}

fn compare(what: &str, told: &Tallies, found: &Tallies) -> Result<(), Failure> {
    let differs = |key: &&(String, String)| told.get(*key) != found.get(*key);
    let Some(key) = told.keys().chain(found.keys()).find(differs) else {
        return Ok(());
    };
    let (told, found) = (told.get(key), found.get(key));
    Err(Failure::new(format!(
        "{what} tells {told:?} of {key:?}, and the events {found:?}"
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(opened: i64) -> Value {
        let nothing = json!({ "events": 0, "people": 0 });
        let opened = json!({ "events": opened, "people": 2 });
        let by_people = |tally: &Value| json!({ "human": tally, "machine": nothing });
        let counts = json!({
            "sent": nothing, "opened": by_people(&opened), "clicked": by_people(&nothing),
        });
        json!({ "figures": { "counts": counts }, "days": [{ "date": "2026-03-01", "counts": counts }] })
    }

    #[test]
    fn what_differs_or_is_missing_on_either_side_is_found() {
        let [told, other] = [answer(3), answer(4)].map(|answer| totals(&answer).unwrap());

        assert_eq!(told.len(), 1);
        assert!(compare("it", &told, &told).is_ok());
        for (told, found) in [
            (&told, &other),
            (&told, &Tallies::new()),
            (&Tallies::new(), &told),
        ] {
            let failure = compare("the overview", told, found).unwrap_err();
            assert!(failure.message.contains("opened by people"));
        }
        let days = daily(&answer(3)).unwrap();
        assert!(compare("it", &told, &days).is_err());
        assert!(totals(&json!({ "days": [] })).is_none());
    }
}
