//! Killed by force while all contacts that fit a filter are changed, put on a list, and deleted.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _};
use tokio::sync::watch;

use crate::extent;
use crate::killing::kill_database;
use crate::program::{Program, administrator};
use crate::writer::Writer;

/// What is killed.
pub(crate) const KIND: &str = "contact_bulk_operation";

/// How many contacts one call may make, and how many are reached in a batch.
const AT_ONCE: usize = 1_000;

/// How many contacts fit the filter, every third: each kill of a deed needs a batch that was not there before, and the last
/// ones are to be left.
fn wanted() -> usize {
    (extent::kills(2) + 1) * AT_ONCE
}

/// How long the work may take to get on.
const PATIENCE: Duration = Duration::from_mins(2);

#[tokio::test(flavor = "multi_thread")]
async fn contacts_that_fit_are_reached_once_however_often_the_program_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let (wanted, kills) = (wanted(), extent::kills(2));
    let mut program = Program::start(&data_dir);
    let (url, watched) = watch::channel(program.url().to_owned());
    let mut person = Writer::enter(watched).await;
    let here = contacts(&mut person, 3 * wanted).await;
    let list = json!({"name": "Leads"});
    let list = person.create(&format!("{here}/contact-lists"), &list).await;
    let list = format!("{here}/contact-lists/{list}");
    // So that a kill meets a batch that has begun and is not committed.
    let mut admin = administrator(&data_dir).await;
    admin
        .execute(
            "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS \
                 'BEGIN PERFORM pg_sleep(0.4); RETURN NULL; END'; \
             CREATE TRIGGER linger AFTER UPDATE ON contact_bulk_operations \
                 FOR EACH STATEMENT EXECUTE FUNCTION linger()",
        )
        .await
        .unwrap();
    drop(admin);

    let begun = Instant::now();
    // The change moves contacts out of the filter; those of the list and the deletion follow them.
    let before = json!({"q": "\"before the fire\""});
    let after = json!({"q": "\"after the fire\""});
    for (path, body, told) in [
        (
            format!("{here}/contacts/update-matching"),
            json!({"filter": before, "changes": {"company": "After the Fire"}}),
            "contact update",
        ),
        (
            format!("{list}/members/add-matching"),
            json!({"filter": after}),
            "contact_list_member create",
        ),
        (
            format!("{here}/contacts/delete-matching"),
            json!({"filter": after}),
            "contact delete",
        ),
    ] {
        let started = person.post(&path, &body).await;
        let job = started["job_id"].as_str().unwrap();
        let mut halfway = 0;
        for kill in 0..kills {
            halfway = reached(&data_dir, job, halfway + 1).await;
            assert!(halfway < wanted, "it is killed in the midst of the work");
            if kill % 2 == 1 {
                kill_database(&data_dir);
            }
            program.kill();
            program = come_back(&data_dir, &url);
        }

        let job_path = format!("{here}/jobs/{job}");
        let ended = person
            .until(&job_path, |job| job["status"] == "completed")
            .await;
        let expected = json!({"matched": wanted, "changed": wanted, "unchanged": 0, "refused": 0});
        assert_eq!(ended["result"], expected, "{ended}");
        let entries = format!(
            "SELECT entity_type || ' ' || action || ' ' || count(*) || ' ' || count(DISTINCT entity_id) \
             FROM audit_logs WHERE batch_id = '{job}' GROUP BY entity_type, action"
        );
        assert_eq!(
            texts(&data_dir, &entries).await,
            [format!("{told} {wanted} {wanted}")]
        );
        let kept = format!(
            "SELECT status || ' ' || matched FROM contact_bulk_operations WHERE id = '{job}'"
        );
        assert_eq!(
            texts(&data_dir, &kept).await,
            [format!("completed {wanted}")]
        );
    }

    let counted = "SELECT company || ' ' || (deleted_at IS NULL) || ' ' || version || ' ' || count(*) \
                   FROM contacts GROUP BY company, deleted_at IS NULL, version ORDER BY 1";
    let expected = [
        format!("After the Fire false 3 {wanted}"),
        format!("Elsewhere true 1 {}", 2 * wanted),
    ];
    assert_eq!(texts(&data_dir, counted).await, expected);
    let members = "SELECT count(*) || ' ' || count(m.deleted_at) FROM contact_list_members m";
    assert_eq!(
        texts(&data_dir, members).await,
        [format!("{wanted} {wanted}")]
    );
    assert_eq!(person.get(&list).await["counts"]["total"], 0);
    program.stop();
    let kills = 3 * kills;
    println!(
        "contacts={} kills={kills} inside={kills} seconds={:.0} lost=0 doubled=0",
        3 * wanted,
        begun.elapsed().as_secs_f64()
    );
}

/// An organization with so many contacts: tells its address.
async fn contacts(person: &mut Writer, number: usize) -> String {
    let organization = person.found().await;
    let here = format!("/v1/organizations/{organization}");
    let numbers = (0..number).collect::<Vec<_>>();
    for some in numbers.chunks(AT_ONCE) {
        let items = some.iter().map(|n| {
            let company = if n % 3 == 0 {
                "Before the Fire"
            } else {
                "Elsewhere"
            };
            json!({"email": format!("p{n}@firm{n}.de"), "company": company})
        });
        let items = json!({"items": items.collect::<Vec<Value>>()});
        let saved = person
            .post(&format!("{here}/contacts/bulk-save"), &items)
            .await;
        assert_eq!(saved["items"].as_array().map(Vec::len), Some(some.len()));
    }
    here
}

/// Starts the program again; the jobs of one that was killed go on at once.
fn come_back(data_dir: &Path, url: &watch::Sender<String>) -> Program {
    let program = Program::start(data_dir);
    url.send_replace(program.url().to_owned());
    program
}

/// How many contacts the committed batches have reached, once it is this many.
async fn reached(data_dir: &Path, job: &str, at_least: usize) -> usize {
    let begun = Instant::now();
    let sql = format!("SELECT matched::text FROM contact_bulk_operations WHERE id = '{job}'");
    loop {
        let reached = texts(data_dir, &sql).await[0].parse::<usize>().unwrap();
        if reached >= at_least {
            return reached;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "{reached} contacts were reached"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn texts(data_dir: &Path, sql: &str) -> Vec<String> {
    let mut admin = administrator(data_dir).await;
    sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_all(&mut admin)
        .await
        .unwrap()
}
