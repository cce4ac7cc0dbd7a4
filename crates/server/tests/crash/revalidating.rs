//! Killed by force while the addresses of a list are judged again.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _, Row as _};
use tokio::sync::watch;

use crate::extent;
use crate::killing::kill_database;
use crate::program::{Program, administrator};
use crate::writer::Writer;

/// What is killed.
pub(crate) const KIND: &str = "validate_contact_list";

/// How many contacts one call may make, and how many are judged in a batch.
const AT_ONCE: usize = 1_000;

/// How long the work may take to get on.
const PATIENCE: Duration = Duration::from_mins(2);

/// The address of the `n`th contact, its status when it is made, and that by the rules of later.
fn source(n: usize) -> (String, &'static str, &'static str) {
    match n % 5 {
        0 | 1 => (format!("p{n}@firm{n}.de"), "valid", "valid"),
        2 => (format!("p{n}@rival.de"), "valid", "invalid"),
        3 => (format!("p{n}@mailinator.com"), "risky", "risky"),
        _ => (format!("p{n} is no address"), "invalid", "invalid"),
    }
}

/// How many contacts have each status.
fn tally(statuses: impl Iterator<Item = &'static str>) -> BTreeMap<String, i64> {
    let mut tally = BTreeMap::new();
    for status in statuses {
        *tally.entry(status.to_owned()).or_default() += 1;
    }
    tally
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_judged_again_once_however_often_the_program_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let kills = extent::kills(2);
    // Each kill needs a batch that was not there before, and the last ones are to be left.
    let contacts = (kills + 3) * AT_ONCE;
    let mut program = Program::start(&data_dir);
    let (url, watched) = watch::channel(program.url().to_owned());
    let mut person = Writer::enter(watched).await;
    let (list, here) = a_list(&mut person, contacts).await;
    let refused = json!({ "refuse": ["rival.de"] });
    let rule = format!("{here}/validation-rules/domain");
    person.patch(&rule, &refused).await;
    // So that a kill meets a batch that has begun and is not committed.
    let mut admin = administrator(&data_dir).await;
    admin
        .execute(
            "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS \
                 'BEGIN PERFORM pg_sleep(0.4); RETURN NULL; END'; \
             CREATE TRIGGER linger AFTER INSERT ON validation_logs FOR EACH STATEMENT EXECUTE FUNCTION linger()",
        )
        .await
        .unwrap();
    drop(admin);

    let begun = Instant::now();
    let started = person.post(&format!("{list}/validation"), &json!({})).await;
    let mut reached = 0;
    for kill in 0..kills {
        reached = judged(&data_dir, reached + 1).await;
        assert!(reached < contacts, "it is killed in the midst of the work");
        if kill % 2 == 1 {
            kill_database(&data_dir);
        }
        program.kill();
        program = come_back(&data_dir, &url);
    }
    judged(&data_dir, contacts).await;

    let job = format!("{here}/jobs/{}", started["job_id"].as_str().unwrap());
    let job = person.until(&job, |job| job["status"] == "completed").await;
    assert_eq!(job["result"]["judged"], contacts, "{job}");
    assert_eq!(job["result"]["changed"], contacts / 5, "{job}");
    let expected = tally((0..contacts).map(|n| source(n).2));
    let counted = person.get(&list).await;
    assert_eq!(counted["status"], "validated");
    for (status, number) in &expected {
        assert_eq!(counted["counts"][status], *number, "{status}: {counted}");
    }
    for table in ["contacts", "contact_list_members"] {
        let sql = format!("SELECT validation_status, count(*) FROM {table} GROUP BY 1");
        assert_eq!(by_status(&data_dir, &sql).await, expected, "{table}");
    }
    // Each was judged when it was made, by the first version of the rule, and once by the second.
    let logged = "SELECT coalesce(domain_version, 1) || ' ' || count(*) || ' ' || count(DISTINCT contact_id), count(*) \
                  FROM validation_logs GROUP BY domain_version";
    let logged = by_status(&data_dir, logged).await;
    let all = |version| format!("{version} {contacts} {contacts}");
    assert_eq!(logged.into_keys().collect::<Vec<_>>(), [all(1), all(2)]);
    let noted = "SELECT action, count(*) FROM audit_logs WHERE entity_type = 'contact' AND action = 'update' \
                 GROUP BY 1 HAVING count(*) = count(DISTINCT entity_id)";
    let changed = i64::try_from(contacts / 5).unwrap();
    assert_eq!(by_status(&data_dir, noted).await["update"], changed);
    program.stop();
    println!(
        "contacts={contacts} kills={kills} inside={kills} seconds={:.0} lost=0 doubled=0",
        begun.elapsed().as_secs_f64()
    );
}

/// An organization with contacts on a list: tells the addresses of the list and of the organization.
async fn a_list(person: &mut Writer, contacts: usize) -> (String, String) {
    let made = json!({"name": "Acme Brokers", "slug": "acme"});
    let organization = person.post("/v1/organizations", &made).await;
    let here = format!("/v1/organizations/{}", organization["id"].as_str().unwrap());
    let list = json!({"name": "Leads"});
    let list = person.post(&format!("{here}/contact-lists"), &list).await;
    let list = format!("{here}/contact-lists/{}", list["id"].as_str().unwrap());
    let numbers = (0..contacts).collect::<Vec<_>>();
    for some in numbers.chunks(AT_ONCE) {
        let items = some.iter().map(|n| json!({"email": source(*n).0}));
        let items = json!({"items": items.collect::<Vec<_>>()});
        let saved = person
            .post(&format!("{here}/contacts/bulk-save"), &items)
            .await;
        let saved = saved["items"].as_array().unwrap();
        let ids = saved.iter().map(|saved| saved["id"].clone());
        let members = json!({"contact_ids": ids.collect::<Vec<Value>>()});
        person
            .post(&format!("{list}/members/bulk-add"), &members)
            .await;
    }
    let counted = person.get(&list).await;
    for (status, number) in tally((0..contacts).map(|n| source(n).1)) {
        assert_eq!(counted["counts"][&status], number, "{status}: {counted}");
    }
    (list, here)
}

/// Starts the program again; the jobs of one that was killed go on at once.
fn come_back(data_dir: &Path, url: &watch::Sender<String>) -> Program {
    let program = Program::start(data_dir);
    url.send_replace(program.url().to_owned());
    program
}

/// How many contacts the committed batches have judged, once it is this many.
async fn judged(data_dir: &Path, at_least: usize) -> usize {
    let begun = Instant::now();
    let mut admin = administrator(data_dir).await;
    let sql = "SELECT coalesce(max((checkpoint ->> 'judged')::bigint), 0) FROM job_queue";
    loop {
        let judged: i64 = sqlx::query_scalar(sql).fetch_one(&mut admin).await.unwrap();
        let judged = usize::try_from(judged).unwrap();
        if judged >= at_least {
            return judged;
        }
        assert!(begun.elapsed() < PATIENCE, "{judged} contacts were judged");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn by_status(data_dir: &Path, sql: &str) -> BTreeMap<String, i64> {
    let mut admin = administrator(data_dir).await;
    let rows = sqlx::query(AssertSqlSafe(sql))
        .fetch_all(&mut admin)
        .await
        .unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}
