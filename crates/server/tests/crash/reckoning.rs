//! Comparing what people were told with what is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::program::administrator;
use crate::writer::{PATIENCE, Writer};

/// How much of each kind there is.
pub(crate) struct Totals {
    pub(crate) organizations: usize,
    pub(crate) teams: usize,
    pub(crate) invitations: usize,
    pub(crate) api_keys: usize,
}

/// Counts everything against what was acknowledged.
///
/// Whoever got no answer asked again until there was one, so what is there is what was acknowledged, no less
/// and no more.
pub(crate) async fn reckon(writers: &mut [Writer], data_dir: &Path) -> Totals {
    let mut totals = Totals {
        organizations: 0,
        teams: 0,
        invitations: 0,
        api_keys: 0,
    };
    let mut invited = BTreeSet::new();
    for writer in writers {
        let written = std::mem::take(&mut writer.written);
        let told = written.iter().map(|written| written.organization).collect();
        same(&writer.list("/v1/organizations").await, told);
        for written in written {
            let here = format!("/v1/organizations/{}", written.organization);
            totals.organizations += 1;
            totals.teams += written.teams.len();
            totals.invitations += written.invitations.len();
            totals.api_keys += written.api_keys.len();
            same(&writer.list(&format!("{here}/teams")).await, written.teams);
            same(
                &writer.list(&format!("{here}/api-keys")).await,
                written.api_keys,
            );
            let invitations = writer.list(&format!("{here}/invitations")).await;
            invited.extend(
                invitations
                    .iter()
                    .map(|invitation| invitation["email"].as_str().unwrap().to_owned()),
            );
            same(&invitations, written.invitations);
        }
    }

    let mut admin = administrator(data_dir).await;
    for (table, key, entity, expected) in [
        (
            "organizations",
            "organization_id",
            "organization",
            totals.organizations,
        ),
        ("teams", "id", "team", totals.teams),
        ("invitations", "id", "invitation", totals.invitations),
        ("api_keys", "id", "api_key", totals.api_keys),
    ] {
        let rows = count(&mut admin, &format!("SELECT count(*) FROM {table}")).await;
        let entries = format!(
            "SELECT count(DISTINCT entity_id) FROM audit_logs \
             WHERE entity_type = '{entity}' AND action = 'create' AND entity_id IN (SELECT t.{key} FROM {table} t) \
             HAVING count(*) = count(DISTINCT entity_id)"
        );
        assert_eq!(rows, expected, "rows of {table}");
        assert_eq!(
            count(&mut admin, &entries).await,
            expected,
            "entries about {table}"
        );
    }
    mails_went_out_once(&mut admin, data_dir, &invited).await;
    totals
}

/// Refuses a difference between the ids of a list and those that were acknowledged.
#[track_caller]
fn same(listed: &[Value], mut acknowledged: Vec<Uuid>) {
    let mut listed: Vec<Uuid> = listed
        .iter()
        .map(|item| item["id"].as_str().unwrap().parse().unwrap())
        .collect();
    listed.sort_unstable();
    acknowledged.sort_unstable();
    assert_eq!(listed, acknowledged);
}

async fn count(admin: &mut PgConnection, sql: &str) -> usize {
    let count: Option<i64> = sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_optional(admin)
        .await
        .unwrap();
    count.map_or(usize::MAX, |count| usize::try_from(count).unwrap())
}

/// Every invitation led to one job, every job was done, and everybody has one mail.
async fn mails_went_out_once(
    admin: &mut PgConnection,
    data_dir: &Path,
    invited: &BTreeSet<String>,
) {
    let begun = Instant::now();
    let open = "SELECT count(*) FROM job_queue WHERE status <> 'completed'";
    while count(&mut *admin, open).await > 0 {
        assert!(begun.elapsed() < PATIENCE, "jobs stay open");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let done = "SELECT count(*) FROM job_queue";
    assert_eq!(count(admin, done).await, invited.len());

    let mails: Vec<String> = fs::read_dir(data_dir.join("mail"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "eml"))
        .map(|path| recipient(&fs::read_to_string(path).unwrap()))
        .collect();
    assert_eq!(mails.len(), invited.len());
    assert_eq!(mails.into_iter().collect::<BTreeSet<_>>(), *invited);
}

fn recipient(mail: &str) -> String {
    let line = mail.lines().find_map(|line| line.strip_prefix("To: "));
    line.unwrap().trim().to_owned()
}
