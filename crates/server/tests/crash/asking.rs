//! Killed by force while name servers are asked again that did not answer.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::AssertSqlSafe;
use testkit::{Answer, NameServer};
use tokio::sync::watch;

use crate::killing::{kill_database, wait_for_lingering};
use crate::program::{Program, administrator};
use crate::stopping::{count, execute};
use crate::writer::Writer;

/// What is killed.
pub(crate) const KIND: &str = "validate_contacts";

/// How many contacts wait for an answer.
const CONTACTS: usize = 300;

/// How many domains they have.
const DOMAINS: usize = 30;

/// How long the work may take to get on.
const PATIENCE: Duration = Duration::from_mins(2);

fn domain(n: usize) -> String {
    format!("firm{}.de", n % DOMAINS)
}

/// The program, where it is not killed.
struct Scene<'a> {
    data_dir: &'a Path,
    name_server: String,
}

impl Scene<'_> {
    fn start(&self) -> Program {
        Program::start_with(self.data_dir, &["--dns-resolver", &self.name_server])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_without_an_answer_are_judged_again_once_however_often_the_program_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let server = NameServer::start().await;
    let scene = Scene {
        data_dir: &data_dir,
        name_server: server.address().to_string(),
    };
    (0..DOMAINS).for_each(|n| server.tell(&domain(n), Answer::Failing));
    let program = scene.start();
    let (url, watched) = watch::channel(program.url().to_owned());
    let mut person = Writer::enter(watched).await;
    let here = format!("/v1/organizations/{}", person.found().await);
    let items = (0..CONTACTS).map(|n| json!({"email": format!("p{n}@{}", domain(n))}));
    let items = json!({"items": items.collect::<Vec<_>>()});
    let save = format!("{here}/contacts/bulk-save");
    person.post(&save, &items).await;
    let mut admin = administrator(&data_dir).await;
    let contacts = i64::try_from(CONTACTS).unwrap();
    let pending = "SELECT count(*) FROM contacts WHERE validation_status = 'pending'";
    assert_eq!(count(&mut admin, pending).await, contacts);

    // The name servers answer now, and the job is due; two kills meet its unit of work before it is committed.
    (0..DOMAINS).for_each(|n| server.tell(&domain(n), Answer::Mail { ttl: 3_600 }));
    let due = "DELETE FROM domain_facts; \
               CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS \
                   'BEGIN PERFORM pg_sleep(1); RETURN NEW; END'; \
               CREATE TRIGGER linger AFTER INSERT ON validation_logs FOR EACH STATEMENT EXECUTE FUNCTION linger(); \
               CREATE TRIGGER linger BEFORE UPDATE ON job_queue FOR EACH ROW \
                   WHEN (NEW.status = 'completed') EXECUTE FUNCTION linger(); \
               UPDATE job_queue SET run_at = now()";
    execute(&mut admin, due).await;
    let first = wait_for_lingering(&data_dir, 0).await;
    program.kill();
    let program = scene.start();
    wait_for_lingering(&data_dir, first).await;
    kill_database(&data_dir);
    program.kill();

    // And the third one meets it after that, before the job has ended.
    let program = scene.start();
    let mut admin = administrator(&data_dir).await;
    let committed =
        "SELECT count(*) FROM job_queue WHERE checkpoint IS NOT NULL AND status = 'running'";
    let begun = Instant::now();
    while count(&mut admin, committed).await == 0 {
        assert!(begun.elapsed() < PATIENCE, "the work is not committed");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    kill_database(&data_dir);
    program.kill();
    let program = scene.start();
    url.send_replace(program.url().to_owned());

    let jobs = format!("{here}/jobs");
    let ended = person.until(&jobs, |jobs| jobs["items"][0]["status"] == "completed");
    let jobs = ended.await;
    let expected = json!({"judged": CONTACTS, "changed": CONTACTS, "unanswered": 0});
    assert_eq!(jobs["items"][0]["kind"], KIND);
    assert_eq!(jobs["items"][0]["result"], expected);
    assert_eq!(jobs["items"][1], json!(null), "no other job was asked for");
    let mut admin = administrator(&data_dir).await;
    for (what, from) in [
        ("valid", "contacts WHERE validation_status = 'valid'"),
        (
            "judged twice",
            "(SELECT contact_id FROM validation_logs GROUP BY 1 HAVING count(*) = 2) c",
        ),
        (
            "told once",
            "(SELECT entity_id FROM audit_logs WHERE entity_type = 'contact' AND action = 'update' \
              GROUP BY 1 HAVING count(*) = 1) c",
        ),
    ] {
        let sql = format!("SELECT count(*) FROM {from}");
        let number: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_one(&mut admin)
            .await
            .unwrap();
        assert_eq!(number, contacts, "{what}");
    }
    program.stop();
}
