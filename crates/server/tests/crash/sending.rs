//! Workers that carry out campaigns are killed by force, again and again, while the campaigns are paused and resumed,
//! mails come back, and people leave.

use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use testkit::TestDatabase;
use tokio::sync::watch;
use uuid::Uuid;

use crate::extent::{kills, rows};
use crate::killing::a_random_while;
use crate::program::Program;
use crate::simulating::linger;
use crate::stopping::{count, execute};
use crate::workers::Worker;
use crate::writer::Writer;

/// The kinds of jobs that are killed here.
pub(crate) const KINDS: [&str; 2] = ["begin_campaign", "send_campaign"];

/// How many people are mailed by each of two campaigns.
fn people() -> usize {
    rows(6_000)
}

/// How long the work may take to get on.
const PATIENCE: Duration = Duration::from_mins(2);

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_mailed_twice_and_nobody_left_out_however_often_workers_are_killed() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let test = TestDatabase::fresh().await;
    let server = Program::start_on(&data_dir, &test.login_url(), &["--job-slots", "0"]);
    let (_url, watched) = watch::channel(server.url().to_owned());
    let mut writer = Writer::enter(watched).await;
    let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();
    let (here, campaigns) = two_campaigns(&mut writer, &mut admin).await;
    // So that a kill meets a batch that has begun and is not committed.
    linger(&mut admin).await;
    let in_beginnings_too = "CREATE TRIGGER linger AFTER UPDATE ON campaigns FOR EACH STATEMENT EXECUTE FUNCTION linger()";
    execute(&mut admin, in_beginnings_too).await;

    let start = || [0; 2].map(|_| Worker::start(&data_dir, &test.login_url()));
    let mut workers = start();
    let soon = "SELECT to_char((now() + interval '3 seconds') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";
    let soon: String = sqlx::query_scalar(soon)
        .fetch_one(&mut admin)
        .await
        .unwrap();
    for campaign in &campaigns {
        let schedule = format!("{here}/campaigns/{campaign}/schedule");
        writer
            .post(&schedule, &json!({ "scheduled_at": soon }))
            .await;
    }
    for _ in 0..2 {
        wait_for_a_beginning(&mut admin).await;
        workers.into_iter().for_each(Worker::kill);
        lapse(&mut admin).await;
        workers = start();
    }
    let mut inside = 0;
    for kill in 0..kills(6) {
        wait_for_a_batch_of_each(&mut admin, &campaigns).await;
        tokio::time::sleep(a_random_while() / 4).await;
        let [first, second] = workers;
        let (killed, left) = if kill % 2 == 0 {
            (first, second)
        } else {
            (second, first)
        };
        killed.kill();
        inside += usize::from(!is_done(&mut admin).await);
        lapse(&mut admin).await;
        if kill % 3 == 0 {
            let campaign = campaigns[(kill / 3) % 2];
            pause_and_resume(&mut writer, &mut admin, &here, campaign).await;
        }
        suppress(&mut admin, kill).await;
        let next = Worker::start(&data_dir, &test.login_url());
        workers = if kill % 2 == 0 {
            [next, left]
        } else {
            [left, next]
        };
    }
    let begun = Instant::now();
    while !is_done(&mut admin).await {
        assert!(begun.elapsed() < PATIENCE * 3, "it does not come to an end");
        hurry(&mut admin).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for worker in workers {
        worker.stop();
    }

    assert!(inside * 2 >= kills(6), "{inside} kills met work in hand");
    reckon(&mut writer, &mut admin, &here, &campaigns).await;
    reckon_bounces(&mut admin).await;
    println!("kills={} inside={inside} lost=0 doubled=0", kills(6));
    server.stop();
}

/// Compares everything with whom there was to mail.
async fn reckon(writer: &mut Writer, admin: &mut PgConnection, here: &str, campaigns: &[Uuid]) {
    let people = i64::try_from(people()).unwrap();
    for campaign in campaigns {
        let state = writer.get(&format!("{here}/campaigns/{campaign}")).await;
        assert_eq!(state["status"], "completed");
        let arrived = recipients(admin, *campaign, "sent").await;
        let bounced = recipients(admin, *campaign, "bounced").await;
        let failed = recipients(admin, *campaign, "failed").await;
        let skipped = recipients(admin, *campaign, "skipped").await;
        let all = arrived + bounced + failed + skipped;
        assert_eq!(all, people, "nobody is left out");
        assert!(bounced > 0 && failed > 0, "all mails arrived");
        println!(
            "{arrived} arrived, {bounced} came back, {failed} not taken, {skipped} suppressed before"
        );
        let counts = json!({
            "assigned": people, "skipped": skipped, "sent": arrived + bounced, "bounced": bounced, "failed": failed,
            "delivered": arrived,
        });
        assert_eq!(state["counts"], counts);
    }
    let sent = "SELECT count(*) FROM campaign_contact_assignments a JOIN campaigns c USING (organization_id) \
                WHERE c.id = a.campaign_id AND c.name ~ '^Campaign' AND a.status IN ('sent', 'bounced')";
    let sent = count(admin, sent).await;
    for (what, sql, expected) in [
        (
            "events",
            "SELECT count(*) FROM events WHERE event_type = 'SENT'",
            sent,
        ),
        (
            "mailed people with an event of the campaign",
            "SELECT count(DISTINCT (a.campaign_id, a.contact_id)) FROM events e \
             JOIN campaign_contact_assignments a USING (organization_id, campaign_id, contact_id) \
             WHERE e.event_type = 'SENT' AND a.status IN ('sent', 'bounced')",
            sent,
        ),
        (
            "people who were mailed after they were suppressed",
            "SELECT count(*) FROM campaign_contact_assignments a \
             JOIN contacts c ON c.organization_id = a.organization_id AND c.id = a.contact_id \
             JOIN suppressions s ON s.organization_id = c.organization_id AND s.address_hash = c.email_hash \
             WHERE a.sent_at > s.created_at AND s.reason = 'manual'",
            0,
        ),
        (
            "people who are left out for no reason",
            "SELECT count(*) FROM campaign_contact_assignments \
             WHERE status = 'skipped' AND reason IS DISTINCT FROM 'suppressed'",
            0,
        ),
        (
            "beginnings and ends",
            "SELECT count(*) FROM audit_logs WHERE entity_type = 'campaign' AND action IN ('launch', 'complete')",
            4,
        ),
    ] {
        assert_eq!(count(admin, sql).await, expected, "{what}");
    }
}

/// Compares what became of mails with what their addresses say, and who is suppressed with whose mails came back.
async fn reckon_bounces(admin: &mut PgConnection) {
    let bounced = "SELECT count(*) FROM campaign_contact_assignments a JOIN campaigns c USING (organization_id) \
                   WHERE c.id = a.campaign_id AND c.name ~ '^Campaign' AND a.status = 'bounced'";
    let bounced = count(admin, bounced).await;
    let stopped = "SELECT count(*) FROM suppressions WHERE reason = 'bounced'";
    let stopped = count(admin, stopped).await;
    assert!(stopped > 0, "nobody is suppressed");
    println!("{stopped} suppressed because mails came back");
    for (what, sql, expected) in [
        (
            "events of mails that came back",
            "SELECT count(*) FROM events WHERE event_type = 'BOUNCE'",
            bounced,
        ),
        (
            "recipients of whose mail something else became than their address says",
            "SELECT count(*) FROM campaign_contact_assignments a \
             JOIN contacts c ON c.organization_id = a.organization_id AND c.id = a.contact_id \
             WHERE a.status <> 'skipped' AND concat_ws(' ', a.status, a.reason) <> CASE \
                 WHEN c.email LIKE '%+hard-bounce@%' THEN 'bounced hard' \
                 WHEN c.email LIKE '%+soft-bounce@%' THEN 'bounced soft' \
                 WHEN c.email LIKE '%+refused@%' THEN 'failed refused' \
                 ELSE 'sent' END",
            0,
        ),
        (
            "people who are suppressed and should not be, or the other way round",
            "SELECT count(*) FROM (\
                 SELECT c.email_hash FROM campaign_contact_assignments a \
                 JOIN contacts c ON c.organization_id = a.organization_id AND c.id = a.contact_id \
                 WHERE a.status = 'bounced' GROUP BY c.email_hash \
                 HAVING bool_or(a.reason = 'hard') OR count(*) > 2\
             ) AS bounced FULL JOIN (\
                 SELECT address_hash FROM suppressions WHERE reason = 'bounced' AND source = 'campaign'\
             ) AS stopped ON stopped.address_hash = bounced.email_hash \
             WHERE stopped.address_hash IS NULL OR bounced.email_hash IS NULL",
            0,
        ),
        (
            "entries of the audit log on suppressions",
            "SELECT count(*) FROM audit_logs WHERE entity_type = 'suppression' AND action = 'create'",
            stopped,
        ),
    ] {
        assert_eq!(count(admin, sql).await, expected, "{what}");
    }
}

/// What nobody renews any more runs out; the test need not wait for that. Whoever lives finds that its lease is lost, and
/// must not commit.
async fn lapse(admin: &mut PgConnection) {
    let lapse = "UPDATE job_queue SET lease_until = now() WHERE status = 'running'";
    execute(admin, lapse).await;
    hurry(admin).await;
}

/// A job that lets mails gather does so for a while; the test need not wait for that either.
async fn hurry(admin: &mut PgConnection) {
    let hurry = "UPDATE job_queue SET run_at = now() WHERE kind = 'send_campaign' AND status = 'pending' \
                 AND run_at > now() + interval '1 second'";
    execute(admin, hurry).await;
}

/// How many recipients of a campaign stand like this.
async fn recipients(admin: &mut PgConnection, campaign: Uuid, status: &str) -> i64 {
    let sql =
        "SELECT count(*) FROM campaign_contact_assignments WHERE campaign_id = $1 AND status = $2";
    sqlx::query_scalar(sql)
        .bind(campaign)
        .bind(status)
        .fetch_one(admin)
        .await
        .unwrap()
}

/// Pauses a campaign that has a way to go, and goes on with it: another job takes over from the one in hand.
async fn pause_and_resume(
    writer: &mut Writer,
    admin: &mut PgConnection,
    here: &str,
    campaign: Uuid,
) {
    let far = i64::try_from(people() / 2).unwrap();
    let sent = recipients(admin, campaign, "sent").await;
    if sent > 0 && sent < far {
        for action in ["pause", "resume"] {
            let path = format!("{here}/campaigns/{campaign}/{action}");
            writer.post(&path, &json!({})).await;
        }
    }
}

/// A few people must not be mailed any more. A batch that has just looked at them may still go out.
async fn suppress(admin: &mut PgConnection, kill: usize) {
    let sql = format!(
        "INSERT INTO suppressions (organization_id, id, address_hash, reason, source, created_at) \
         SELECT organization_id, gen_random_uuid(), email_hash, 'manual', 'manual', now() + interval '1 second' \
         FROM contacts WHERE email ~ '^p{}[0-9]{{2}}[@+]' ON CONFLICT DO NOTHING",
        kill % 9 + 1
    );
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut *admin)
        .await
        .unwrap();
}

/// Waits until a campaign is about to begin and has not, or all have.
async fn wait_for_a_beginning(admin: &mut PgConnection) {
    let begun = Instant::now();
    let running =
        "SELECT count(*) FROM job_queue WHERE kind = 'begin_campaign' AND status = 'running'";
    let waiting = "SELECT count(*) FROM campaigns WHERE status = 'scheduled'";
    while count(admin, running).await == 0 && count(admin, waiting).await > 0 {
        assert!(begun.elapsed() < PATIENCE, "no campaign begins");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn is_done(admin: &mut PgConnection) -> bool {
    let open = "SELECT count(*) FROM campaigns WHERE status <> 'completed'";
    count(admin, open).await == 0
}

/// Waits until a batch more of each campaign has taken effect that is not done. A job that is claimed again and again and
/// gets nothing done is given up after a few times, which is meant for work that kills its worker.
async fn wait_for_a_batch_of_each(admin: &mut PgConnection, campaigns: &[Uuid]) {
    let begun = Instant::now();
    for campaign in campaigns {
        let before = settled(admin, *campaign).await;
        while settled(admin, *campaign).await == before && !is_over(admin, *campaign).await {
            assert!(begun.elapsed() < PATIENCE, "it does not get on");
            hurry(admin).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Of how many recipients it was decided, and what became of how many; grows with each batch that takes effect.
async fn settled(admin: &mut PgConnection, campaign: Uuid) -> i64 {
    let sql = "SELECT count(*) + count(*) FILTER (WHERE status <> 'pending') \
               FROM campaign_contact_assignments WHERE campaign_id = $1";
    sqlx::query_scalar(sql)
        .bind(campaign)
        .fetch_one(admin)
        .await
        .unwrap()
}

async fn is_over(admin: &mut PgConnection, campaign: Uuid) -> bool {
    let sql = "SELECT status = 'completed' FROM campaigns WHERE id = $1";
    sqlx::query_scalar(sql)
        .bind(campaign)
        .fetch_one(admin)
        .await
        .unwrap()
}

/// An organization with two campaigns to the same people: tells its address and theirs.
async fn two_campaigns(writer: &mut Writer, admin: &mut PgConnection) -> (String, Vec<Uuid>) {
    let organization = writer.found().await;
    let here = format!("/v1/organizations/{organization}");
    let settings = json!({ "settings": {
        "sender_address": "news@example.com",
        "imprint": "Acme Ltd, 1 Sample Street",
    } });
    writer.patch(&here, &settings).await;
    let list = json!({ "name": "Everybody" });
    let list = writer.create(&format!("{here}/contact-lists"), &list).await;
    let template = json!({ "name": "News", "subject": "Hello", "html_content": "<p>Hi</p>" });
    let template = writer
        .post(&format!("{here}/email-templates"), &template)
        .await;
    let template = template["active_version_id"].clone();
    let field = json!({ "field_key": "email", "field_label": "Address", "field_type": "email" });
    let form = json!({ "name": "Contact us", "fields": [field] });
    let form = writer.post(&format!("{here}/forms"), &form).await;
    let form = form["current_version_id"].clone();
    fill(admin, organization, list).await;
    let mut campaigns = Vec::new();
    for n in 0..2 {
        let mut campaign = json!({
            "name": format!("Campaign {n}"),
            "list_ids": [list],
            "email_template_version_id": template,
            "form_version_id": form,
            "landing_page_slug": format!("page-{n}"),
        });
        if n == 1 {
            campaign["send_rate"] = json!(200_000);
        }
        campaigns.push(writer.create(&format!("{here}/campaigns"), &campaign).await);
    }
    (here, campaigns)
}

/// Puts people on a list, which is validated then. Mails to some of them come back, or are not taken; of those whose
/// come back this time, half are people with whom that happened twice before.
async fn fill(admin: &mut PgConnection, organization: Uuid, list: Uuid) {
    let people = people();
    for statement in [
        format!(
            "INSERT INTO contacts (organization_id, id, email, email_normalized, email_hash, attributes, source, \
             validation_status, classification, risk_score, search_text, created_at, updated_at, version) \
             SELECT '{organization}', gen_random_uuid(), p.email, p.email, \
             '\\x01'::bytea || decode(md5(p.n::text), 'hex'), '{{}}', 'api', 'valid', 'business', 0, '', now(), now(), 1 \
             FROM (SELECT n, 'p' || n || CASE n % 20 WHEN 7 THEN '+hard-bounce' WHEN 11 THEN '+soft-bounce' \
                 WHEN 13 THEN '+soft-bounce' WHEN 17 THEN '+refused' ELSE '' END || '@firm.de' AS email \
                 FROM generate_series(1, {people}) AS n) AS p"
        ),
        format!(
            "INSERT INTO campaigns (organization_id, id, name, name_folded, description, status, landing_text, \
             past_schedule, delay_ms, created_at, updated_at, version) \
             SELECT '{organization}', gen_random_uuid(), 'Earlier ' || n, 'earlier ' || n, '', 'completed', '', \
             'ask', 0, now(), now(), 1 FROM generate_series(1, 2) AS n"
        ),
        "INSERT INTO campaign_contact_assignments (organization_id, campaign_id, contact_id, status, reason, \
         validation_status, scheduled_send_time, sent_at, created_at, updated_at) \
         SELECT c.organization_id, e.id, c.id, 'bounced', 'soft', 'valid', sent.at, sent.at, sent.at, sent.at \
         FROM campaigns e JOIN contacts c ON c.organization_id = e.organization_id, \
         (SELECT now() - interval '1 day' AS at) AS sent WHERE c.email ~ '3[+]soft-bounce@'"
            .to_owned(),
        format!(
            "INSERT INTO contact_list_members (organization_id, contact_id, list_id, validation_status, created_at) \
             SELECT c.organization_id, c.id, '{list}', c.validation_status, now() FROM contacts c"
        ),
        format!("UPDATE contact_lists SET status = 'validated' WHERE id = '{list}'"),
        "ANALYZE".to_owned(),
    ] {
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut *admin)
            .await
            .unwrap();
    }
}
