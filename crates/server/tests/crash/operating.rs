//! What an operator runs: a periodic job besides its turns, and the comparison of sums with events.

use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use testkit::TestDatabase;
use tokio::sync::watch;

use crate::program::{Program, administrator, canvass, refusal, run};
use crate::stopping::{count, execute};
use crate::writer::{PATIENCE, Writer};

/// Runs a periodic job on a database that no other process works on.
fn run_job(name: &str, data_dir: &Path, database_url: &str) -> Output {
    let mut command = canvass(&["job", "run", name], data_dir);
    command.env("DATABASE_URL", database_url).output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_periodic_job_that_an_operator_runs_is_done_and_recorded() {
    let directory = tempfile::tempdir().unwrap();
    let test = TestDatabase::fresh().await;
    let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();
    let fact = "INSERT INTO domain_facts (domain, fact, checked_at, expires_at, created_at) \
                VALUES ('firm.de', 'mx', now() - interval '2 days', now() - interval '1 day', now() - interval '2 days')";
    execute(&mut admin, fact).await;

    let done = run_job("expiry", &directory.path().join("data"), &test.login_url());

    assert!(done.status.success(), "{done:?}");
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(told.lines().any(|line| line == "domain_facts: 1"), "{told}");
    let left = "SELECT count(*) FROM domain_facts";
    assert_eq!(count(&mut admin, left).await, 0);
    let recorded = "SELECT count(*) FROM scheduled_runs WHERE name = 'expiry' AND trigger = 'manual' \
                    AND finished_at IS NOT NULL AND error IS NULL AND counts ->> 'domain_facts' = '1'";
    assert_eq!(count(&mut admin, recorded).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_periodic_job_that_cannot_be_done_yet_is_refused_as_wrong_use_and_not_recorded() {
    let directory = tempfile::tempdir().unwrap();
    let test = TestDatabase::fresh().await;
    let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();

    let refused = run_job("archive", &directory.path().join("data"), &test.login_url());

    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{told}");
    let reason = "canvass: this version has nothing to do as archive; a later one will";
    assert_eq!(told.lines().last(), Some(reason), "{told}");
    let recorded = "SELECT count(*) FROM scheduled_runs";
    assert_eq!(count(&mut admin, recorded).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sum_that_is_not_what_events_amount_to_is_told_beside_a_program_that_serves() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let program = Program::start_with(&data_dir, &["--count-events-every", "1"]);
    let (_url, watched) = watch::channel(program.url().to_owned());
    let mut writer = Writer::enter(watched).await;
    let organization = writer.found().await;
    let campaigns = format!("/v1/organizations/{organization}/campaigns");
    let campaign = json!({ "name": "Counted" });
    let campaign = writer.create(&campaigns, &campaign).await;
    let mut admin = administrator(&data_dir).await;
    let opened = "INSERT INTO events (organization_id, id, \"timestamp\", event_type, campaign_id, contact_id, origin, \
                                      actor_verdict, created_at) \
                  SELECT $1, gen_random_uuid(), now(), 'OPEN', $2, gen_random_uuid(), 'tracking', 'human', now() \
                  FROM generate_series(1, 3)";
    let opened = sqlx::query(opened).bind(organization).bind(campaign);
    opened.execute(&mut admin).await.unwrap();
    wait_until_counted(&mut admin).await;
    let organization = organization.to_string();
    let verify = |more: &[&str]| {
        let mut arguments = vec!["verify", "aggregates", "--organization", &organization];
        arguments.extend(more);
        run(&arguments, &data_dir)
    };

    let right = verify(&[]);
    let spoil = "UPDATE event_aggregations SET count = count + 1";
    execute(&mut admin, spoil).await;
    let wrong = verify(&[]);
    let listed = verify(&["--json"]);

    assert!(right.status.success(), "{right:?}");
    assert_eq!(right.stdout, b"", "{right:?}");
    assert!(refusal(&wrong).contains("one sum is not what events amount to"));
    let told = String::from_utf8_lossy(&wrong.stdout);
    let counted = "of people: events counted are 4, and there are 3";
    assert!(told.trim_end().ends_with(counted), "{told}");
    assert_eq!(listed.status.code(), Some(1), "{listed:?}");
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let campaign = campaign.to_string();
    assert_eq!(listed[0]["campaign_id"], json!(campaign), "{listed}");
    assert_eq!(listed[1], json!(null), "{listed}");
    program.stop();
}

/// Waits until the program has counted ahead what was recorded.
async fn wait_until_counted(admin: &mut PgConnection) {
    let begun = Instant::now();
    let left = "SELECT count(*) FROM event_changes";
    while count(&mut *admin, left).await > 0 {
        assert!(begun.elapsed() < PATIENCE, "nobody counts events");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let sums = "SELECT count(*) FROM event_aggregations WHERE count = 3 AND unique_contacts = 3";
    assert_eq!(count(admin, sums).await, 1);
}
