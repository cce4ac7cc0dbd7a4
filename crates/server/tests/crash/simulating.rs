//! A campaign is simulated, and the program or a worker killed by force, or told to stop, while it does so; another
//! organization with the same people and the same campaign shows what should come of it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use testkit::TestDatabase;
use tokio::sync::watch;
use uuid::Uuid;

use crate::extent::{kills, rows};
use crate::killing::a_random_while;
use crate::parting::GONE_WITHIN;
use crate::program::{Program, refusal, run};
use crate::stopping::{RESUMED_WITHIN, all_go_on, count, execute};
use crate::workers::Worker;
use crate::writer::{PATIENCE, Writer};

/// What is killed.
pub(crate) const KIND: &str = "simulate_campaign";

/// How many workers are there for one simulation, which is one job.
const WORKERS: usize = 4;

/// What belongs to a campaign and is the same for both organizations, in an order in which it can be copied.
const COPIED: [&str; 10] = [
    "email_templates",
    "email_template_versions",
    "forms",
    "form_versions",
    "form_fields",
    "contact_lists",
    "contacts",
    "contact_list_members",
    "campaigns",
    "campaign_lists",
];

/// How many people are mailed as if.
fn people() -> usize {
    rows(6_000)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulation_that_is_killed_again_and_again_gives_the_same_events() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let test = TestDatabase::fresh().await;
    let start = |slots| Program::start_on(&data_dir, &test.login_url(), &["--job-slots", slots]);
    let mut program = start("4");
    let (url, watched) = watch::channel(program.url().to_owned());
    let mut writer = Writer::enter(watched).await;
    let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();
    let (whole, campaign) = a_campaign(&mut writer, &mut admin, people()).await;
    let killed = a_copy(&mut writer, &mut admin, whole).await;

    let asked = asked(&mut admin).await;
    simulate(&mut writer, whole, campaign, &asked).await;
    wait_for_the_end(&mut writer, &mut admin, whole).await;
    program.stop();
    program = start("1");
    url.send_replace(program.url().to_owned());
    linger(&mut admin).await;
    simulate(&mut writer, killed, campaign, &asked).await;
    let mut inside = 0;
    for _ in 0..kills(3) {
        let before = settled(&mut admin, killed).await;
        wait_for_more_than(&mut admin, killed, before).await;
        tokio::time::sleep(a_random_while() / 4).await;
        program.kill();
        inside += usize::from(!is_done(&mut admin).await);
        lapse(&mut admin).await;
        program = start("1");
        url.send_replace(program.url().to_owned());
    }
    wait_for_the_end(&mut writer, &mut admin, killed).await;
    program.stop();

    assert!(
        inside >= kills(3).min(2) && inside * 2 >= kills(3),
        "{inside} kills met work in hand"
    );
    compare(&mut admin, whole, killed).await;
    println!("kills={} inside={inside} lost=0 doubled=0", kills(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulation_that_the_program_is_told_to_stop_in_goes_on_later_and_gives_the_same_events()
{
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let test = TestDatabase::fresh().await;
    let start = || Program::start_on(&data_dir, &test.login_url(), &["--job-slots", "1"]);
    let program = start();
    let (url, watched) = watch::channel(program.url().to_owned());
    let mut writer = Writer::enter(watched).await;
    let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();
    let (whole, campaign) = a_campaign(&mut writer, &mut admin, 4_000).await;
    let stopped = a_copy(&mut writer, &mut admin, whole).await;
    let asked = asked(&mut admin).await;
    simulate(&mut writer, whole, campaign, &asked).await;
    wait_for_the_end(&mut writer, &mut admin, whole).await;
    linger(&mut admin).await;
    simulate(&mut writer, stopped, campaign, &asked).await;
    wait_for_more_than(&mut admin, stopped, 0).await;

    let told = Instant::now();
    program.terminate();
    let status = tokio::task::block_in_place(|| program.wait());
    let gone_after = told.elapsed();

    assert!(status.success(), "{status}");
    assert!(gone_after < GONE_WITHIN, "it took {gone_after:?}");
    let handed_back = "SELECT count(*) FROM job_queue WHERE kind = 'simulate_campaign' AND status = 'pending' \
                       AND worker IS NULL AND run_at <= now()";
    assert_eq!(count(&mut admin, handed_back).await, 1);
    let program = start();
    let ready = Instant::now();
    url.send_replace(program.url().to_owned());
    all_go_on(&[KIND], &mut admin, ready, RESUMED_WITHIN).await;
    wait_for_the_end(&mut writer, &mut admin, stopped).await;
    program.stop();
    compare(&mut admin, whole, stopped).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulation_whose_worker_is_killed_is_ended_by_another_of_four_and_gives_the_same_events()
{
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let test = TestDatabase::fresh().await;
    let server = Program::start_on(&data_dir, &test.login_url(), &["--job-slots", "0"]);
    let (_url, watched) = watch::channel(server.url().to_owned());
    let mut writer = Writer::enter(watched).await;
    let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();
    let (whole, campaign) = a_campaign(&mut writer, &mut admin, people()).await;
    let killed = a_copy(&mut writer, &mut admin, whole).await;
    let start = || Worker::start_observed(&data_dir, &test.login_url());
    let mut workers = vec![start()];

    let asked = asked(&mut admin).await;
    simulate(&mut writer, whole, campaign, &asked).await;
    wait_for_the_end(&mut writer, &mut admin, whole).await;
    workers.extend((1..WORKERS).map(|_| start()));
    linger(&mut admin).await;
    simulate(&mut writer, killed, campaign, &asked).await;
    let held =
        "SELECT count(*) FROM job_queue WHERE kind = 'simulate_campaign' AND status = 'running'";
    for _ in 0..2 {
        let before = settled(&mut admin, killed).await;
        wait_for_more_than(&mut admin, killed, before).await;
        let at_work = who_simulates(&workers).await;
        workers.swap_remove(at_work).kill();
        assert_eq!(count(&mut admin, held).await, 1, "the work is in hand");
        lapse(&mut admin).await;
    }
    wait_for_the_end(&mut writer, &mut admin, killed).await;
    workers.into_iter().for_each(Worker::stop);
    server.stop();
    compare(&mut admin, whole, killed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_is_simulated_from_the_command_line() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let test = TestDatabase::fresh().await;
    let program = Program::start_on(&data_dir, &test.login_url(), &[]);
    let (_url, watched) = watch::channel(program.url().to_owned());
    let mut writer = Writer::enter(watched).await;
    let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();
    let (organization, _) = a_campaign(&mut writer, &mut admin, 200).await;
    let keys = format!("/v1/organizations/{organization}/api-keys");
    let scopes = ["campaign.view", "campaign.launch", "job.view"];
    let key = json!({ "name": "Simulate", "scopes": scopes });
    let key = writer.make_key(&keys, &key).await;
    let rates = directory.path().join("rates.json");
    std::fs::write(&rates, r#"{ "open_rate": 1, "bounce_rate": 0 }"#).unwrap();
    let organization = organization.to_string();
    let simulate = |campaign: &str| {
        let file = rates.to_str().unwrap();
        let mut arguments = vec!["simulate", campaign, "--organization", &organization];
        arguments.extend(["--url", program.url(), "--api-key", &key]);
        arguments.extend(["--seed", "42", "--rates", file]);
        run(&arguments, &data_dir)
    };

    let done = simulate("SPRING");

    assert!(done.status.success(), "{done:?}");
    let told = String::from_utf8(done.stdout.clone()).unwrap();
    for line in ["people looked at 200", "mails sent 200", "came back 0"] {
        let has_line = |told: &str| told.split_whitespace().eq(line.split(' '));
        assert!(told.lines().any(has_line), "{told}");
    }
    assert!(told.contains("--seed 42 gives the same again"), "{told}");
    assert!(refusal(&simulate("Autumn")).contains("no campaign of this name"));
    assert!(refusal(&simulate("Spring")).contains("campaign-wrong-status"));
    program.stop();
}

/// What came of it for both is the same, and nothing doubled.
async fn compare(admin: &mut PgConnection, whole: Uuid, killed: Uuid) {
    for (what, sql) in [
        (
            "events",
            "SELECT (to_jsonb(t) - 'created_at' - 'organization_id')::text FROM events t \
             WHERE t.organization_id = $1 ORDER BY t.timestamp, t.id",
        ),
        (
            "recipients",
            "SELECT (to_jsonb(t) - 'created_at' - 'updated_at' - 'organization_id')::text \
             FROM campaign_contact_assignments t WHERE t.organization_id = $1 ORDER BY t.contact_id",
        ),
        (
            "counts",
            "SELECT concat_ws(' ', sum(t.assigned), sum(t.skipped), sum(t.sent), sum(t.bounced), sum(t.failed)) \
             FROM campaign_counts t WHERE t.organization_id = $1",
        ),
        (
            "suppressions",
            "SELECT concat_ws(' ', t.address_hash, t.reason, t.source) FROM suppressions t \
             WHERE t.organization_id = $1 ORDER BY 1",
        ),
        (
            "answers",
            "SELECT concat_ws(' ', l.contact_id, l.came_at, l.responses, t.response_data, t.submitted_at, t.user_agent) \
             FROM form_responses t JOIN leads l ON l.organization_id = t.organization_id AND l.id = t.lead_id \
             WHERE t.organization_id = $1 ORDER BY 1",
        ),
        (
            "entries of the audit log",
            "SELECT concat_ws(' ', t.entity_type, t.action, count(*)) FROM audit_logs t \
             WHERE t.organization_id = $1 AND t.actor_kind = 'job' GROUP BY t.entity_type, t.action ORDER BY 1",
        ),
        (
            "times",
            "SELECT concat_ws(' ', t.status, t.started_at, t.ended_at) FROM campaigns t WHERE t.organization_id = $1",
        ),
    ] {
        let expected = told(admin, sql, whole).await;
        let seen = told(admin, sql, killed).await;
        println!("{what}: {}", expected.len());
        assert!(!expected.is_empty(), "{what}");
        assert!(seen == expected, "{what} differ");
    }
}

async fn told(admin: &mut PgConnection, sql: &'static str, organization: Uuid) -> Vec<String> {
    let rows = sqlx::query_scalar(sql).bind(organization);
    rows.fetch_all(admin).await.unwrap()
}

/// High chances, and a beginning that both can have.
pub(crate) async fn asked(admin: &mut PgConnection) -> Value {
    let start = "SELECT to_char((now() - interval '15 days') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";
    let start: String = sqlx::query_scalar(start).fetch_one(admin).await.unwrap();
    json!({
        "seed": 42,
        "start_at": start,
        "config": { "click_rate": 0.1, "unsubscribe_rate": 0.02, "bounce_rate": 0.02 },
    })
}

pub(crate) async fn simulate(
    writer: &mut Writer,
    organization: Uuid,
    campaign: Uuid,
    asked: &Value,
) {
    let path = format!("/v1/organizations/{organization}/campaigns/{campaign}/simulations");
    writer.create(&path, asked).await;
}

/// The address of the job that plays the organization's simulation.
async fn job_of(writer: &mut Writer, admin: &mut PgConnection, organization: Uuid) -> String {
    let sql = "SELECT job_id FROM email_send_simulations WHERE organization_id = $1";
    let job = sqlx::query_scalar::<_, Uuid>(sql).bind(organization);
    let job = job.fetch_one(admin).await.unwrap();
    let path = format!("/v1/organizations/{organization}/jobs/{job}");
    assert_eq!(writer.get(&path).await["kind"], KIND);
    path
}

/// Which of the workers has the job, once one has it.
async fn who_simulates(workers: &[Worker]) -> usize {
    let begun = Instant::now();
    loop {
        for (n, worker) in workers.iter().enumerate() {
            if worker.works_on(KIND).await {
                return n;
            }
        }
        assert!(begun.elapsed() < PATIENCE, "nobody works on it");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until the organization's simulation is played.
pub(crate) async fn wait_for_the_end(
    writer: &mut Writer,
    admin: &mut PgConnection,
    organization: Uuid,
) {
    let job = job_of(writer, admin, organization).await;
    let ended = writer.until(&job, |job| !job["finished_at"].is_null());
    let ended = ended.await;
    assert_eq!(ended["status"], "completed", "{ended}");
}

/// Makes batches take a while, so that one is met that has begun and is not committed.
pub(crate) async fn linger(admin: &mut PgConnection) {
    let linger = "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS \
                      'BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END'; \
                  CREATE TRIGGER linger AFTER INSERT ON campaign_counts \
                      FOR EACH STATEMENT EXECUTE FUNCTION linger()";
    execute(admin, linger).await;
}

/// Of how many recipients it was decided, and what became of how many; grows with each batch that takes effect.
async fn settled(admin: &mut PgConnection, organization: Uuid) -> i64 {
    let sql = "SELECT count(*) + count(*) FILTER (WHERE status <> 'pending') \
               FROM campaign_contact_assignments WHERE organization_id = $1";
    let settled = sqlx::query_scalar(sql).bind(organization);
    settled.fetch_one(admin).await.unwrap()
}

pub(crate) async fn wait_for_more_than(admin: &mut PgConnection, organization: Uuid, before: i64) {
    let begun = Instant::now();
    while settled(admin, organization).await <= before && !is_done(admin).await {
        assert!(begun.elapsed() < PATIENCE, "it does not get on");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn is_done(admin: &mut PgConnection) -> bool {
    count(
        admin,
        "SELECT count(*) FROM campaigns WHERE status <> 'completed'",
    )
    .await
        == 0
}

/// What nobody renews any more runs out; the test need not wait for that.
async fn lapse(admin: &mut PgConnection) {
    let lapse = "UPDATE job_queue SET lease_until = now() WHERE status = 'running'";
    execute(admin, lapse).await;
}

/// An organization with a campaign to so many people.
pub(crate) async fn a_campaign(
    writer: &mut Writer,
    admin: &mut PgConnection,
    people: usize,
) -> (Uuid, Uuid) {
    let organization = writer.found().await;
    let here = format!("/v1/organizations/{organization}");
    writer.patch(&here, &settings()).await;
    let list = json!({ "name": "Everybody" });
    let list = writer.create(&format!("{here}/contact-lists"), &list).await;
    let template = json!({
        "name": "News", "subject": "Hello",
        "html_content": "<p><a href=\"{{ link.landing_page }}\">Offer</a> <a href=\"https://example.com/us\">Us</a></p>",
    });
    let template = writer
        .post(&format!("{here}/email-templates"), &template)
        .await;
    let email = json!({ "field_key": "email", "field_label": "Address", "field_type": "email", "required": true });
    let agreed = json!({ "field_key": "data_processing", "field_label": "I agree.", "field_type": "consent" });
    let form = json!({ "name": "Contact us", "fields": [email, agreed] });
    let form = writer.post(&format!("{here}/forms"), &form).await;
    for statement in [
        format!(
            "INSERT INTO contacts (organization_id, id, email, email_normalized, email_hash, attributes, source, \
             validation_status, classification, risk_score, search_text, created_at, updated_at, version) \
             SELECT '{organization}', gen_random_uuid(), NULL, 'p' || n || '@firm.de', \
             '\\x01'::bytea || decode(md5(n::text), 'hex'), '{{}}', 'api', 'valid', 'business', 0, '', now(), now(), 1 \
             FROM generate_series(1, {people}) AS n"
        ),
        format!(
            "INSERT INTO contact_list_members (organization_id, contact_id, list_id, validation_status, created_at) \
             SELECT c.organization_id, c.id, '{list}', c.validation_status, now() FROM contacts c"
        ),
        format!("UPDATE contact_lists SET status = 'validated' WHERE id = '{list}'"),
        "ANALYZE".to_owned(),
    ] {
        let done = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *admin);
        done.await.unwrap();
    }
    let campaign = json!({
        "name": "Spring",
        "list_ids": [list],
        "email_template_version_id": template["active_version_id"],
        "form_version_id": form["current_version_id"],
        "landing_page_slug": "spring",
    });
    let campaign = writer.create(&format!("{here}/campaigns"), &campaign).await;
    (organization, campaign)
}

fn settings() -> Value {
    json!({ "settings": {
        "sender_address": "news@brokers.example",
        "imprint": "Acme Ltd, 1 Sample Street",
    } })
}

/// Another organization with the same people, campaign and all that belongs to it, under the same ids.
async fn a_copy(writer: &mut Writer, admin: &mut PgConnection, original: Uuid) -> Uuid {
    let copy = writer.found().await;
    let here = format!("/v1/organizations/{copy}");
    writer.patch(&here, &settings()).await;
    let own = |table: &&str| format!("DELETE FROM {table} WHERE organization_id = '{copy}'");
    let same = |table: &&str| {
        format!(
            "INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, \
             to_jsonb(t) || jsonb_build_object('organization_id', '{copy}'))).* \
             FROM {table} t WHERE t.organization_id = '{original}'"
        )
    };
    for statement in COPIED.iter().rev().map(own).chain(COPIED.iter().map(same)) {
        let done = sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut *admin);
        done.await
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    copy
}
