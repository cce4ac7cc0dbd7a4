//! Killed by force while events are counted ahead.

use std::time::Instant;

use serde_json::json;
use sqlx::AssertSqlSafe;
use tokio::sync::watch;

use crate::extent;
use crate::killing::{kill_database, wait_for_lingering, wait_for_lingering_units};
use crate::program::{Program, administrator};
use crate::stopping::count;
use crate::writer::Writer;

/// What is killed.
pub(crate) const KIND: &str = "aggregate_events";

/// On how many days something happened.
const DAYS: i64 = 6;

/// How many people did something on each of them; what they did takes more than one unit of work, so that what is left after
/// the first one is counted by two at the same time, each a type of events.
const PEOPLE: i64 = 20_000;

/// The program leaves counting to the job.
const NOT_AHEAD: [&str; 2] = ["--count-events-every", "0"];

#[tokio::test(flavor = "multi_thread")]
async fn events_are_counted_once_however_often_the_program_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let kills = extent::kills(2);
    let mut program = Program::start_with(&data_dir, &NOT_AHEAD);
    let (url, watched) = watch::channel(program.url().to_owned());
    let mut person = Writer::enter(watched).await;
    let organization = person.found().await;
    let here = format!("/v1/organizations/{organization}");
    let campaign = json!({ "name": "Counted" });
    let campaign = person.create(&format!("{here}/campaigns"), &campaign).await;
    let mut admin = administrator(&data_dir).await;

    // Each of the people opens and clicks on each day, and after its first unit of work the job counts that for as long as a
    // kill takes. A unit that is killed is a try more, and the job has enough of them.
    let (tries, notes) = (kills + 6, 2 * DAYS);
    let happened = format!(
        "INSERT INTO events (organization_id, id, \"timestamp\", event_type, campaign_id, contact_id, origin, actor_verdict, created_at) \
             SELECT '{organization}', gen_random_uuid(), now() - make_interval(days => day, mins => type), (ARRAY['OPEN', 'CLICK'])[type], '{campaign}', \
                    ('00000000-0000-7000-8000-' || lpad(person::text, 12, '0'))::uuid, 'tracking', 'human', now() \
             FROM generate_series(1, {DAYS}) AS day, generate_series(1, {PEOPLE}) AS person, generate_series(1, 2) AS type; \
         CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN \
             IF (SELECT count(*) FROM event_changes) < {notes} THEN PERFORM pg_sleep(2); END IF; RETURN NULL; END'; \
         CREATE TRIGGER linger AFTER INSERT ON event_aggregations FOR EACH STATEMENT EXECUTE FUNCTION linger(); \
         INSERT INTO job_queue (organization_id, id, kind, payload, status, run_at, attempts, max_attempts, created_at, updated_at) \
             SELECT '{organization}', gen_random_uuid(), '{KIND}', json_build_object('organization', '{organization}'), \
                    'pending', now(), 0, {tries}, now(), now()"
    );
    sqlx::raw_sql(AssertSqlSafe(happened))
        .execute(&mut admin)
        .await
        .unwrap();
    let begun = Instant::now();
    let mut process = 0;
    for kill in 0..kills {
        if kill == 0 {
            wait_for_lingering_units(&data_dir, 2).await;
        }
        process = wait_for_lingering(&data_dir, process).await;
        if kill % 2 == 1 {
            kill_database(&data_dir);
        }
        program.kill();
        program = Program::start_with(&data_dir, &NOT_AHEAD);
    }
    url.send_replace(program.url().to_owned());

    let jobs = format!("{here}/jobs?kind={KIND}");
    let ended = person.until(&jobs, |jobs| jobs["items"][0]["status"] == "completed");
    ended.await;
    let mut admin = administrator(&data_dir).await;
    for (what, sql, expected) in [
        (
            "openings and clicks",
            "SELECT sum(count)::bigint FROM event_aggregations",
            2 * DAYS * PEOPLE,
        ),
        (
            "people of days",
            "SELECT sum(unique_contacts)::bigint FROM event_aggregations",
            2 * DAYS * PEOPLE,
        ),
        (
            "days of people",
            "SELECT count(*) FROM contact_event_days",
            2 * DAYS * PEOPLE,
        ),
        (
            "people who did it for the first time",
            "SELECT sum(contacts)::bigint FROM event_recurrences WHERE previous_date = '-infinity'",
            2 * PEOPLE,
        ),
        (
            "changes that are left",
            "SELECT count(*) FROM event_changes",
            0,
        ),
    ] {
        assert_eq!(count(&mut admin, sql).await, expected, "{what}");
    }
    program.stop();
    println!(
        "events={} kills={kills} inside={kills} seconds={:.0} lost=0 doubled=0",
        2 * DAYS * PEOPLE,
        begun.elapsed().as_secs_f64()
    );
}
