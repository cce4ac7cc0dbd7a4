//! What was deleted is removed for good when its time is over, with what goes with it, and nothing else.

#[path = "deleted/failing.rs"]
mod failing;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use analytics::runs::RunCounts;
use campaigns::ports::CampaignStore;
use campaigns::{Stop, StopReason, StopSource};
use infrastructure::scheduler::{DeletionPurge, PeriodicTask as _};
use infrastructure::{SystemClock, SystemIds};
use kernel::{
    CampaignId, Clock, ContactId, JobId, JobKind, OrganizationId, RequestId, SuppressionId,
    TenantScope, Timestamp,
};
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};
use testkit::TestDatabase;
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

use super::{adapter, admin, names};

/// In whose name people leave here.
const JOB: JobKind = JobKind::new("ingest");

const AT: Timestamp = datetime!(2026-06-30 12:00 UTC);

/// Things that were deleted 90 days before and one microsecond longer ago than that, and one that was not.
const THINGS: &str =
    "('old', '2026-04-01 11:59:59.999999Z'), ('new', '2026-04-01 12:00Z'), ('living', NULL)";

/// What they are, counted by these names, each with its table.
const KINDS: [&str; 11] = [
    "campaigns",
    "contact_lists",
    "contacts",
    "email_templates",
    "forms",
    "lead_views",
    "leads",
    "memberships",
    "roles",
    "team_members",
    "teams",
];

/// What can be deleted restorably and is not purged by itself, each with a reason.
const OTHERS: [(&str, &str); 4] = [
    (
        "contact_list_members",
        "deleted and restored with the contact, with which they go",
    ),
    (
        "email_send_simulations",
        "a campaign is simulated once, which the row tells until the campaign goes",
    ),
    (
        "organizations",
        "everything that stays leads to its organization",
    ),
    ("users", "an account is to be anonymised first"),
];

/// What goes with them: a table and the column that tells with what.
const COMPANY: [(&str, &str); 23] = [
    ("campaign_contact_assignments", "campaign_id"),
    ("campaign_counts", "campaign_id"),
    ("campaign_lists", "campaign_id"),
    ("contact_bulk_operations", "list_id"),
    ("contact_import_chunks", "import_id"),
    ("contact_import_left", "contact_id"),
    ("contact_import_left", "import_id"),
    ("contact_import_rejections", "import_id"),
    ("contact_import_seen", "import_id"),
    ("contact_import_touches", "contact_id"),
    ("contact_import_touches", "import_id"),
    ("contact_imports", "list_id"),
    ("contact_list_counts", "list_id"),
    ("contact_list_members", "contact_id"),
    ("contact_list_members", "list_id"),
    ("email_send_simulations", "campaign_id"),
    ("email_template_versions", "template_id"),
    ("form_fields", "form_version_id"),
    ("form_responses", "lead_id"),
    ("form_versions", "form_id"),
    ("lead_field_values", "lead_id"),
    ("lead_status_changes", "lead_id"),
    ("role_permissions", "role_id"),
];

/// What outlives them.
const SURVIVORS: [(&str, &str); 4] = [
    ("campaign_aggregations", "campaign_id"),
    ("consent_records", "contact_id"),
    ("events", "campaign_id"),
    ("suppressions", "source_id"),
];

/// Makes an organization with these settings and, of each of these things, one of every kind.
async fn make(admin: &mut PgConnection, organization: &str, settings: &str, things: &str) {
    let head = format!(
        "SET session_replication_role = replica; \
         INSERT INTO organizations (organization_id, name, slug, owner_id, subscription_level, settings, created_at, \
             updated_at, version) \
         VALUES (md5('{organization}')::uuid, '{organization}', '{organization}', gen_random_uuid(), 'free', \
             '{settings}', now(), now(), 1); \
         CREATE TEMPORARY TABLE IF NOT EXISTS things (organization uuid, name text, id uuid, gone timestamptz); \
         TRUNCATE things; \
         INSERT INTO things SELECT md5('{organization}')::uuid, name, md5(name)::uuid, gone::timestamptz \
         FROM (VALUES {things}) v (name, gone)"
    );
    admin.execute(AssertSqlSafe(head)).await.unwrap();
    admin.execute(include_str!("deleted.sql")).await.unwrap();
}

/// Which of the things that were made last have something left in a column of a table.
async fn left(admin: &mut PgConnection, table: &str, column: &str) -> BTreeSet<String> {
    let question = format!(
        "SELECT DISTINCT t.name FROM things t \
         JOIN {table} x ON x.organization_id = t.organization AND x.{column} = t.id"
    );
    let rows = admin.fetch_all(AssertSqlSafe(question)).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Asserts of every kind and of all that goes with it which things have some left.
async fn assert_left(admin: &mut PgConnection, expected: &[&str]) {
    let expected: BTreeSet<_> = expected.iter().map(|name| (*name).to_owned()).collect();
    let kinds = KINDS.map(|table| (table, "id"));
    for (table, column) in kinds.into_iter().chain(COMPANY) {
        let left = left(admin, table, column).await;
        assert_eq!(left, expected, "{table}.{column}");
    }
}

async fn run(database: &TestDatabase) -> RunCounts {
    task(database, SystemClock).run(AT).await.unwrap()
}

fn task(database: &TestDatabase, clock: impl Clock + 'static) -> DeletionPurge {
    let ids = Arc::new(SystemIds::default());
    DeletionPurge::new(adapter(database), Arc::new(clock), ids)
}

/// A clock that goes on by so much whenever somebody looks.
struct Hurrying(Mutex<Timestamp>, Duration);

impl Clock for Hurrying {
    fn now(&self) -> Timestamp {
        let mut now = self.0.lock().unwrap();
        *now += self.1;
        *now
    }
}

/// So many of every kind.
fn of_each(count: i64) -> RunCounts {
    KINDS.map(|kind| (kind, count)).into()
}

#[tokio::test]
async fn what_was_deleted_90_days_ago_is_removed_with_what_goes_with_it_and_nothing_else() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    make(&mut admin, "acme", "{}", THINGS).await;

    let removed = run(&database).await;
    let again = run(&database).await;

    assert_eq!((removed, again), (of_each(1), of_each(0)));
    assert_left(&mut admin, &["living", "new"]).await;
    let all = BTreeSet::from(["living", "new", "old"].map(str::to_owned));
    for (table, column) in SURVIVORS {
        assert_eq!(left(&mut admin, table, column).await, all, "{table}");
    }
}

#[tokio::test]
async fn each_thing_that_is_removed_has_an_entry_in_the_audit_log() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    make(&mut admin, "acme", "{}", THINGS).await;

    run(&database).await;

    let told = "SELECT l.entity_type || ' ' || l.action || ' ' || l.actor_kind || ' ' || p.reason \
                FROM audit_logs l JOIN audit_payloads p USING (organization_id, id, created_at) \
                WHERE l.entity_id = md5('old')::uuid AND l.organization_id = md5('acme')::uuid";
    let expected = KINDS.map(|kind| {
        let entity = kind.strip_suffix('s').unwrap_or(kind);
        format!("{entity} purge job retention")
    });
    assert_eq!(names(&mut admin, told).await, BTreeSet::from(expected));
    let batches = "SELECT count(*)::text || ' in ' || count(DISTINCT batch_id) FROM audit_logs";
    let expected = BTreeSet::from(["11 in 1".to_owned()]);
    assert_eq!(names(&mut admin, batches).await, expected);
}

#[tokio::test]
async fn what_something_else_leads_to_stays_until_that_goes() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    make(&mut admin, "acme", "{}", THINGS).await;
    let lives = "UPDATE leads SET deleted_at = NULL, assigned_team_id = id WHERE id = md5('old')::uuid; \
                 UPDATE memberships SET deleted_at = NULL WHERE id = md5('old')::uuid";
    admin.execute(lives).await.unwrap();

    let alone = run(&database).await;

    let mut expected = of_each(0);
    expected.extend(["contacts", "lead_views", "team_members"].map(|kind| (kind, 1)));
    assert_eq!(alone, expected);
    for (table, column) in [
        ("campaign_contact_assignments", "campaign_id"),
        ("contact_list_members", "list_id"),
        ("form_responses", "lead_id"),
    ] {
        let left = left(&mut admin, table, column).await;
        assert!(left.contains("old"), "{table}");
    }

    let dies = "UPDATE leads SET deleted_at = '2026-01-01Z' WHERE id = md5('old')::uuid; \
                UPDATE memberships SET deleted_at = '2026-01-01Z' WHERE id = md5('old')::uuid";
    admin.execute(dies).await.unwrap();
    let mut removed = run(&database).await;

    for (kind, count) in alone {
        *removed.entry(kind).or_default() += count;
    }
    assert_eq!(removed, of_each(1));
    assert_left(&mut admin, &["living", "new"]).await;
}

#[tokio::test]
async fn a_starter_that_was_deleted_is_remembered_so_that_it_is_not_copied_again() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    make(&mut admin, "acme", "{}", THINGS).await;
    let starter = "UPDATE email_templates SET template_key = 'a' WHERE id = md5('old')::uuid";
    admin.execute(starter).await.unwrap();

    let removed = run(&database).await;

    assert_eq!((removed["email_templates"], removed["forms"]), (0, 1));
    let templates = left(&mut admin, "email_templates", "id").await;
    assert!(templates.contains("old"));
}

#[tokio::test]
async fn an_organization_keeps_what_it_deleted_for_as_long_as_it_wants() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    let things = "('recent', '2026-06-20 11:59:59.999999Z'), ('fresh', '2026-06-20 12:00Z')";
    make(&mut admin, "patient", "{}", things).await;
    let hasty = r#"{"retention": {"deleted_rows_days": 10}}"#;
    make(&mut admin, "hasty", hasty, things).await;

    let removed = run(&database).await;

    assert_eq!(removed, of_each(1));
    assert_left(&mut admin, &["fresh"]).await;
    let of_both = "SELECT o.slug || ' ' || count(*) FROM contacts c JOIN organizations o USING (organization_id) \
                   GROUP BY o.slug";
    let expected = BTreeSet::from(["hasty 1", "patient 2"].map(str::to_owned));
    assert_eq!(names(&mut admin, of_both).await, expected);
}

#[tokio::test]
async fn much_is_removed_in_parts() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    make(&mut admin, "acme", "{}", THINGS).await;
    let more = "INSERT INTO contacts \
                SELECT (jsonb_populate_record(c, jsonb_build_object( \
                    'id', md5(n::text), 'email_normalized', n::text))).* \
                FROM contacts c, generate_series(1, 1202) n WHERE c.id = md5('old')::uuid; \
                INSERT INTO campaign_contact_assignments \
                SELECT (jsonb_populate_record(a, jsonb_build_object('contact_id', md5(n::text)))).* \
                FROM campaign_contact_assignments a, generate_series(1, 12001) n \
                WHERE a.campaign_id = md5('old')::uuid";
    admin.execute(more).await.unwrap();

    let removed = run(&database).await;

    assert_eq!((removed["contacts"], removed["campaigns"]), (1203, 1));
    let rest = "SELECT 'contact ' || count(*) FROM contacts \
                UNION ALL SELECT 'assignment ' || count(*) FROM campaign_contact_assignments \
                UNION ALL SELECT 'entry ' || count(*) FROM audit_logs WHERE entity_type = 'contact'";
    let expected = ["contact 2", "assignment 2", "entry 1203"];
    let expected = BTreeSet::from(expected.map(str::to_owned));
    assert_eq!(names(&mut admin, rest).await, expected);
}

#[tokio::test]
async fn what_is_restored_while_it_is_removed_stays_with_what_goes_with_it() {
    let database = Arc::new(TestDatabase::fresh().await);
    let mut admin = admin(&database).await;
    make(&mut admin, "acme", "{}", THINGS).await;
    let mut restoring = super::admin(&database).await;
    let restore = "BEGIN; UPDATE contacts SET deleted_at = NULL WHERE id = md5('old')::uuid";
    restoring.execute(restore).await.unwrap();

    let purging = tokio::spawn({
        let database = Arc::clone(&database);
        async move { run(&database).await }
    });
    let waits = "SELECT pid::text FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while names(&mut admin, waits).await.is_empty() && !purging.is_finished() {}
    restoring.execute("COMMIT").await.unwrap();
    let removed = purging.await.unwrap();

    assert_eq!((removed["contacts"], removed["leads"]), (0, 1));
    for (table, column) in [
        ("contacts", "id"),
        ("contact_list_members", "contact_id"),
        ("contact_import_touches", "contact_id"),
    ] {
        let left = left(&mut admin, table, column).await;
        assert!(left.contains("old"), "{table}");
    }
}

#[tokio::test]
async fn whatever_can_be_deleted_restorably_is_purged_or_stays_for_a_reason() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;

    let deletable = "SELECT c.relname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
                     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname = 'deleted_at'";
    make(&mut admin, "acme", "{}", THINGS).await;
    let purged = run(&database).await.into_keys();
    let named = purged.chain(OTHERS.map(|(table, _)| table));
    let named: BTreeSet<_> = named.map(str::to_owned).collect();

    assert_eq!(names(&mut admin, deletable).await, named);
}

#[tokio::test]
async fn a_campaign_with_a_living_simulation_stays_with_what_goes_with_it() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    make(&mut admin, "acme", "{}", THINGS).await;
    let lives = "UPDATE email_send_simulations SET deleted_at = NULL WHERE id = md5('old')::uuid";
    admin.execute(lives).await.unwrap();

    let removed = run(&database).await;

    assert_eq!((removed["campaigns"], removed["leads"]), (0, 1));
    for (table, column) in [
        ("campaign_contact_assignments", "campaign_id"),
        ("email_send_simulations", "campaign_id"),
    ] {
        let left = left(&mut admin, table, column).await;
        assert!(left.contains("old"), "{table}");
    }
}

#[tokio::test]
async fn the_hash_of_an_address_is_kept_where_its_contact_was_written_to() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    make(&mut admin, "acme", "{}", THINGS).await;
    let stranger = "INSERT INTO contacts \
                    SELECT (jsonb_populate_record(c, jsonb_build_object( \
                        'id', md5('stranger'), 'email_normalized', 'stranger'))).* \
                    FROM contacts c WHERE c.id = md5('old')::uuid";
    admin.execute(stranger).await.unwrap();

    let removed = run(&database).await;

    assert_eq!(removed["contacts"], 2);
    let kept = "SELECT (contact_id = md5('old')::uuid)::text || ' ' || encode(address_hash, 'hex') \
                FROM purged_contacts";
    let expected = BTreeSet::from([format!("true {}", "00".repeat(17))]);
    assert_eq!(names(&mut admin, kept).await, expected);
}

#[tokio::test]
async fn who_was_written_to_can_leave_when_their_contact_is_gone() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    make(&mut admin, "acme", "{}", THINGS).await;
    run(&database).await;
    let ids = "SELECT md5('acme')::uuid, md5('old')::uuid";
    let ids = admin.fetch_one(ids).await.unwrap();
    let (organization, id): (Uuid, Uuid) = (ids.get(0), ids.get(1));
    let organization = OrganizationId::from_uuid(organization);
    let scope = TenantScope::for_job(
        organization,
        JOB,
        JobId::from_uuid(id),
        RequestId::from_uuid(id),
    );
    let stop = Stop {
        id: SuppressionId::from_uuid(id),
        contact: ContactId::from_uuid(id),
        reason: StopReason::Unsubscribed,
        source: StopSource::Link(CampaignId::from_uuid(id)),
    };
    admin.execute("DELETE FROM suppressions").await.unwrap();

    let adapter = adapter(&database);
    let unit = CampaignStore::begin(&adapter, &scope).await.unwrap();
    let made = unit.stops().add(&[stop], AT).await.unwrap();
    unit.commit().await.unwrap();

    assert_eq!(made, [stop.id]);
    let stopped = "SELECT encode(address_hash, 'hex') FROM suppressions";
    let expected = BTreeSet::from(["00".repeat(17)]);
    assert_eq!(names(&mut admin, stopped).await, expected);
}

#[tokio::test]
async fn a_run_ends_after_ten_minutes_and_the_next_one_begins_behind_it() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    for organization in ["one", "other"] {
        let thing = format!("('{organization}', '2026-01-01Z')");
        make(&mut admin, organization, "{}", &thing).await;
    }
    // Whoever begins a run looks at the clock, and so does it for each organization and before each unit.
    let clock = Hurrying(Mutex::new(AT), Duration::minutes(4));
    let task = task(&database, clock);

    let first = task.run(AT).await.unwrap();
    let second = task.run(AT).await.unwrap();

    assert_eq!((first["leads"], second["leads"]), (1, 1));
    assert_eq!(
        names(&mut admin, "SELECT id::text FROM leads").await,
        BTreeSet::new()
    );
    let contacts = "SELECT DISTINCT organization_id::text FROM contacts";
    assert_eq!(names(&mut admin, contacts).await.len(), 2);
}
