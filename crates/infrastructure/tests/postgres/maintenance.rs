//! Partitions are made ahead, and what ran out is removed.

use std::collections::BTreeSet;
use std::sync::Arc;

use infrastructure::maintenance::{Purged, Upkeep as _};
use infrastructure::{DatabaseSettings, PostgresDatabase};
use kernel::{StorageError, Timestamp};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use testkit::TestDatabase;
use time::Duration;
use time::macros::datetime;

/// A month for which nobody made partitions yet, at the end of a year.
const NOVEMBER: Timestamp = datetime!(2031-11-30 23:59 UTC);

fn adapter(database: &TestDatabase) -> PostgresDatabase {
    PostgresDatabase::connect_lazy(database.login(), DatabaseSettings::default())
}

async fn admin(database: &TestDatabase) -> PgConnection {
    PgConnection::connect_with(&database.admin())
        .await
        .expect("the administrator connects")
}

async fn names(connection: &mut PgConnection, query: &'static str) -> BTreeSet<String> {
    let rows = connection.fetch_all(query).await.expect("the query runs");
    rows.iter().map(|row| row.get(0)).collect()
}

fn expected() -> BTreeSet<String> {
    let months = ["2031_11", "2031_12", "2032_01", "2032_02"];
    migration::PARTITIONED
        .iter()
        .flat_map(|parent| months.map(|month| format!("{parent}_{month}")))
        .collect()
}

#[tokio::test]
async fn the_partitions_of_this_month_and_the_next_three_are_made_once() {
    let database = TestDatabase::fresh().await;
    let adapter = adapter(&database);

    let made = adapter.make_partitions(NOVEMBER).await.unwrap();
    let again = adapter.make_partitions(NOVEMBER).await.unwrap();

    assert_eq!(made.into_iter().collect::<BTreeSet<_>>(), expected());
    assert_eq!(again, [""; 0]);
    let attached = "SELECT i.inhrelid::regclass::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
                    WHERE c.relkind = 'r' AND c.relname ~ '_203[12]_'";
    let mut admin = admin(&database).await;
    assert_eq!(names(&mut admin, attached).await, expected());
    let next_month = adapter
        .make_partitions(NOVEMBER + Duration::HOUR)
        .await
        .unwrap();
    assert_eq!(next_month.len(), migration::PARTITIONED.len());
}

#[tokio::test]
async fn many_at_once_make_each_partition_once() {
    let database = TestDatabase::fresh().await;
    let adapter = Arc::new(adapter(&database));

    let workers = (0..8).map(|_| {
        let adapter = Arc::clone(&adapter);
        tokio::spawn(async move { adapter.make_partitions(NOVEMBER).await })
    });
    let mut made = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        made.extend(worker.await.unwrap().unwrap());
    }

    assert_eq!(made.len(), expected().len());
    assert_eq!(made.into_iter().collect::<BTreeSet<_>>(), expected());
}

#[tokio::test]
async fn a_new_partition_is_guarded_as_its_siblings_are() {
    let database = TestDatabase::fresh().await;
    adapter(&database).make_partitions(NOVEMBER).await.unwrap();

    // What there is to say about a partition, without its name and its month.
    let guards = "SELECT DISTINCT concat_ws(' | ', i.inhparent::regclass, \
             c.relrowsecurity, c.relforcerowsecurity, c.relowner::regrole, c.relacl, \
             (SELECT string_agg(concat_ws(' ', p.polname, p.polcmd, p.polroles::regrole[], \
                 pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)), ', ' ORDER BY p.polname) \
                 FROM pg_policy p WHERE p.polrelid = c.oid), \
             (SELECT string_agg(concat_ws(' ', t.tgname, t.tgtype, t.tgfoid::regproc, t.tgenabled), ', ' ORDER BY t.tgname) \
                 FROM pg_trigger t WHERE t.tgrelid = c.oid), \
             (SELECT string_agg(regexp_replace(pg_get_indexdef(x.indexrelid), '[a-z_]+_20[0-9_]+', '', 'g'), ', ' \
                 ORDER BY regexp_replace(pg_get_indexdef(x.indexrelid), '[a-z_]+_20[0-9_]+', '', 'g')) \
                 FROM pg_index x WHERE x.indrelid = c.oid), \
             (SELECT string_agg(concat_ws(' ', a.attnum, a.attname, a.atttypid::regtype, a.attnotnull), ', ' ORDER BY a.attnum) \
                 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0), \
             (SELECT string_agg(pg_get_constraintdef(k.oid), ', ' ORDER BY k.contype, pg_get_constraintdef(k.oid)) \
                 FROM pg_constraint k WHERE k.conrelid = c.oid)) \
         FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relkind = 'r'";
    let mut admin = admin(&database).await;
    let told = names(&mut admin, guards).await;

    assert_eq!(told.len(), migration::PARTITIONED.len(), "{told:#?}");
    for guard in told {
        assert!(guard.contains(" | t | t | canvass_owner | "), "{guard}");
        assert!(guard.contains("append_only"), "{guard}");
        assert!(guard.contains("refuse_truncate"), "{guard}");
    }
}

#[tokio::test]
async fn who_writes_to_a_log_does_not_wait_for_its_new_partition() {
    let database = TestDatabase::fresh().await;
    let adapter = adapter(&database);
    let mut admin = admin(&database).await;
    let mut writing = admin.begin().await.unwrap();
    writing
        .execute(insert(datetime!(2026-06-01 0:00 UTC)))
        .await
        .unwrap();

    // A partition that wanted the log for itself would run into the timeout for locks here.
    let made = adapter.make_partitions(NOVEMBER).await.unwrap();

    assert_eq!(made.len(), expected().len());
    writing.commit().await.unwrap();
}

#[tokio::test]
async fn a_row_goes_into_the_partition_of_its_month_in_utc() {
    let database = TestDatabase::fresh().await;
    adapter(&database).make_partitions(NOVEMBER).await.unwrap();
    let mut admin = admin(&database).await;

    for at in [
        datetime!(2031-11-01 0:00 UTC),
        datetime!(2031-11-30 23:59:59.999999 UTC),
        datetime!(2031-12-01 0:00 UTC),
    ] {
        admin.execute(insert(at)).await.unwrap();
    }

    let rows =
        "SELECT tableoid::regclass::text || ' ' || count(*) FROM error_logs GROUP BY tableoid";
    let expected = ["error_logs_2031_11 2", "error_logs_2031_12 1"];
    assert_eq!(
        names(&mut admin, rows).await,
        expected.map(str::to_owned).into()
    );
}

#[tokio::test]
async fn a_row_of_a_month_without_a_partition_is_refused_with_a_reason_and_without_its_values() {
    use infrastructure::logs::{AccessLine, DatabaseLogs, LogSettings};
    use kernel::{AuditEntry, AuditEntryId, RequestId, TenantScope};

    let database = TestDatabase::fresh().await;
    let adapter = adapter(&database);
    let request = RequestId::from_uuid(testkit::a_unique_id());
    let scope = TenantScope::platform(kernel::Actor::Operator, kernel::Origin::internal(request));
    let draft = kernel::AuditDraft::new(
        "user",
        testkit::a_unique_id(),
        kernel::AuditAction::Login,
        kernel::Changes::none(),
    );
    let entry = AuditEntry::new(
        AuditEntryId::from_uuid(testkit::a_unique_id()),
        NOVEMBER,
        &scope,
        draft.because("canary"),
    );

    let unit = compliance::ports::AuditStore::begin(&adapter, &scope)
        .await
        .unwrap();
    let error = unit.audit().append(&[entry]).await.unwrap_err();

    let StorageError::Unexpected(source) = &error else {
        panic!("unexpected, not {error:?}");
    };
    assert_eq!(
        source.to_string(),
        "no partition of the table takes the row"
    );
    assert!(!format!("{error:?}").contains("canary"));

    // The logs drop such a line and count it.
    let ids = Arc::new(infrastructure::SystemIds::default());
    let logs = DatabaseLogs::start(Arc::new(adapter), ids, LogSettings::default());
    logs.access(AccessLine {
        at: NOVEMBER,
        user: None,
        organization: None,
        method: "GET".to_owned(),
        route: "/v1/teams".to_owned(),
        status: 200,
        latency: std::time::Duration::ZERO,
        ip: None,
        request,
    });
    logs.close(std::time::Duration::from_mins(1)).await;
    assert_eq!(logs.dropped(), (1, 0));
}

#[tokio::test]
async fn what_ran_out_is_removed_and_nothing_else() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    let at = datetime!(2026-06-30 12:00 UTC);
    // `old` is removed, `new` is not: each one microsecond from the border.
    admin
        .execute(
            "INSERT INTO users (id, email, email_folded, display_name, status, created_at, updated_at, version) \
             VALUES (gen_random_uuid(), 'a', 'a', 'A', 'active', now(), now(), 1); \
             INSERT INTO sessions (id, user_id, generation, key_id, refresh_hash, access_hash, access_expires_at, \
                 rotated_at, expires_at, created_at, updated_at, user_agent) \
             SELECT gen_random_uuid(), u.id, 1, 1, '', '', now(), now(), border + off, now(), now(), kind \
             FROM users u, (SELECT timestamptz '2026-05-31 12:00Z' AS border) b, \
                 (VALUES ('old', interval '-1 us'), ('new', interval '0')) v (kind, off); \
             INSERT INTO idempotency_keys (organization_id, key, fingerprint, expires_at, created_at) \
             SELECT gen_random_uuid(), sha256(kind::bytea), kind::bytea, timestamptz '2026-06-30 12:00Z' + off, now() \
             FROM (VALUES ('old', interval '-1 us'), ('new', interval '0')) v (kind, off); \
             INSERT INTO rate_limits (key, next_at, created_at, updated_at) \
             SELECT sha256(kind::bytea), timestamptz '2026-06-30 12:00Z' + off, now(), now() \
             FROM (VALUES ('old', interval '-1 us'), ('new', interval '0')) v (kind, off); \
             INSERT INTO domain_facts (domain, fact, checked_at, expires_at, created_at) \
             SELECT kind || '.test', 'mx', now(), timestamptz '2026-06-30 12:00Z' + off, now() \
             FROM (VALUES ('old', interval '-1 us'), ('new', interval '0')) v (kind, off)",
        )
        .await
        .unwrap();

    let adapter = adapter(&database);
    let purged = adapter.purge_expired(at).await.unwrap();
    let again = adapter.purge_expired(at).await.unwrap();

    let one_each = Purged {
        sessions: 1,
        idempotency_keys: 1,
        rate_limits: 1,
        domain_facts: 1,
        invitations: 0,
    };
    assert_eq!(purged, one_each);
    assert_eq!(again, Purged::default());
    let left = "SELECT 'session ' || user_agent FROM sessions \
                UNION ALL SELECT 'key ' || convert_from(fingerprint, 'UTF8') FROM idempotency_keys \
                UNION ALL SELECT 'limit ' || (key = sha256('new'::bytea)) FROM rate_limits";
    let expected = ["session new", "key new", "limit true"];
    assert_eq!(
        names(&mut admin, left).await,
        expected.map(str::to_owned).into()
    );
}

#[tokio::test]
async fn invitations_that_nobody_accepted_go_with_their_tokens_and_keys_of_requests_after_a_day() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    let at = datetime!(2026-06-30 12:00 UTC);
    let month = time::Duration::days(30);
    let (lived, sent) = (at - month, at - month - tenancy::Invitation::LIFETIME);
    let asked = at - time::Duration::DAY;
    // Of each kind `old` is removed and `new` is not: one microsecond from the border.
    let rows = format!(
        "INSERT INTO users (id, email, email_folded, display_name, status, created_at, updated_at, version) \
         VALUES (gen_random_uuid(), 'a', 'a', 'A', 'active', now(), now(), 1); \
         INSERT INTO organizations (organization_id, slug, name, owner_id, subscription_level, settings, \
             created_at, updated_at, version) \
         SELECT gen_random_uuid(), 'acme', 'Acme', id, 'free', '{{}}', now(), now(), 1 FROM users; \
         INSERT INTO roles (organization_id, id, name, name_folded, description, created_at, updated_at, version) \
         SELECT organization_id, gen_random_uuid(), 'r', 'r', '', now(), now(), 1 FROM organizations; \
         CREATE TEMP TABLE ages AS \
         VALUES ('old', interval '-1 us'), ('new', interval '0'); \
         INSERT INTO invitations (organization_id, id, email, email_folded, role_id, status, token_generation, \
             expires_at, created_at, updated_at, version) \
         SELECT r.organization_id, gen_random_uuid(), status || ' ' || column1, status || ' ' || column1, r.id, status, 1, \
             timestamptz '{lived}' + column2, now(), now(), 1 \
         FROM roles r, ages, unnest(ARRAY['pending', 'expired', 'revoked', 'accepted']) status; \
         INSERT INTO credentials (kind, hash, organization_id, subject_id, created_at) \
         SELECT kind, sha256((kind || ' ' || column1)::bytea), gen_random_uuid(), gen_random_uuid(), border + column2 \
         FROM ages, (VALUES ('invitation', timestamptz '{sent}'), ('request', '{asked}'), ('api_key', '{sent}')) \
             kinds (kind, border)"
    );
    admin.execute(AssertSqlSafe(rows)).await.unwrap();

    let adapter = adapter(&database);
    let purged = adapter.purge_expired(at).await.unwrap();
    let again = adapter.purge_expired(at).await.unwrap();

    assert_eq!((purged.invitations, again.invitations), (3, 0));
    let left = "SELECT 'invitation ' || email FROM invitations \
                UNION ALL SELECT 'credential ' || kind || CASE hash \
                    WHEN sha256((kind || ' new')::bytea) THEN ' new' ELSE ' old' END FROM credentials";
    let expected = [
        "invitation pending new",
        "invitation expired new",
        "invitation revoked new",
        "invitation accepted old",
        "invitation accepted new",
        "credential invitation new",
        "credential request new",
        "credential api_key old",
        "credential api_key new",
    ];
    assert_eq!(
        names(&mut admin, left).await,
        expected.map(str::to_owned).into()
    );
}

/// Imports of one organization, each with a file in two pieces: name, status, when it was made, when it was touched and when
/// its last piece came.
async fn imports(admin: &mut PgConnection, rows: &str) {
    let sql = format!(
        "SET session_replication_role = replica; \
         INSERT INTO contact_imports (organization_id, id, list_id, file_name, size_bytes, status, on_duplicate, \
             invalid, dry_run, rows_read, created, updated, unchanged, duplicate_in_file, rejected, suppressed, \
             created_at, updated_at, version) \
         SELECT md5('o')::uuid, md5(name)::uuid, md5('l')::uuid, name, 0, status, 'skip', 'keep', false, \
             0, 0, 0, 0, 0, 0, 0, made::timestamptz, touched::timestamptz, 1 \
         FROM (VALUES {rows}) v (name, status, made, touched, came); \
         INSERT INTO contact_import_chunks (organization_id, import_id, position, bytes, created_at) \
         SELECT md5('o')::uuid, md5(name)::uuid, n, 'a', CASE n WHEN 0 THEN made ELSE came END::timestamptz \
         FROM (VALUES {rows}) v (name, status, made, touched, came), generate_series(0, 1) n"
    );
    admin.execute(AssertSqlSafe(sql)).await.unwrap();
}

const IMPORTS_LEFT: &str = "SELECT i.file_name || ' ' || i.status || ' ' || count(c) || coalesce(' ' || i.error, '') \
     FROM contact_imports i LEFT JOIN contact_import_chunks c ON c.import_id = i.id \
     GROUP BY i.file_name, i.status, i.error";

#[tokio::test]
async fn uploads_of_which_nothing_more_came_are_removed_with_their_files_and_no_others() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    let at = datetime!(2026-06-30 12:00 UTC);
    let [long_ago, before, border] = [
        "2026-06-01 12:00Z",
        "2026-06-29 11:59:59.999999Z",
        "2026-06-29 12:00Z",
    ];
    imports(
        &mut admin,
        &format!(
            "('old', 'uploading', '{long_ago}', '{long_ago}', '{before}'), \
             ('slow', 'uploading', '{long_ago}', '{long_ago}', '{border}'), \
             ('new', 'uploading', '{border}', '{border}', '{border}'), \
             ('whole', 'needs_mapping', '{long_ago}', '{long_ago}', '{long_ago}')"
        ),
    )
    .await;

    let adapter = adapter(&database);
    assert_eq!(adapter.purge_uploads(at).await.unwrap(), 1);
    assert_eq!(adapter.purge_uploads(at).await.unwrap(), 0);

    let expected = [
        "slow uploading 2",
        "new uploading 2",
        "whole needs_mapping 2",
    ];
    assert_eq!(
        names(&mut admin, IMPORTS_LEFT).await,
        expected.map(str::to_owned).into()
    );
}

#[tokio::test]
async fn files_that_nobody_touched_for_a_week_are_removed_and_what_waited_for_somebody_has_failed()
{
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    let at = datetime!(2026-06-30 12:00 UTC);
    let [old, new] = ["2026-06-23 11:59:59.999999Z", "2026-06-23 12:00Z"];
    let mut rows = Vec::new();
    for status in [
        "uploading",
        "needs_mapping",
        "pending",
        "running",
        "completed",
        "cancelled",
        "undoing",
    ] {
        for (name, touched) in [("old", old), ("new", new)] {
            rows.push(format!(
                "('{name} {status}', '{status}', '{old}', '{touched}', '{old}')"
            ));
        }
    }
    imports(&mut admin, &rows.join(", ")).await;

    let adapter = adapter(&database);
    assert_eq!(adapter.purge_import_files(at).await.unwrap(), 3);
    assert_eq!(adapter.purge_import_files(at).await.unwrap(), 0);

    let expected = [
        "old uploading uploading 2",
        "new uploading uploading 2",
        "old needs_mapping failed 0 file-expired",
        "new needs_mapping needs_mapping 2",
        "old pending pending 2",
        "new pending pending 2",
        "old running running 2",
        "new running running 2",
        "old completed completed 0",
        "new completed completed 2",
        "old cancelled cancelled 0",
        "new cancelled cancelled 2",
        "old undoing undoing 2",
        "new undoing undoing 2",
    ];
    assert_eq!(
        names(&mut admin, IMPORTS_LEFT).await,
        expected.map(str::to_owned).into()
    );
    let noted = "SELECT version::text FROM contact_imports WHERE status = 'failed'";
    assert_eq!(
        names(&mut admin, noted).await,
        BTreeSet::from(["2".to_owned()])
    );
}

#[tokio::test]
async fn words_that_no_living_contact_has_are_removed_once_they_were_not_noted_for_two_days() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    let at = datetime!(2026-06-30 12:00 UTC);
    admin
        .execute(
            "SET session_replication_role = replica; \
             INSERT INTO contacts (organization_id, id, email, email_normalized, email_hash, attributes, source, \
                 validation_status, classification, risk_score, search_text, created_at, updated_at, version, \
                 deleted_at) \
             SELECT md5(o)::uuid, gen_random_uuid(), o || name, o || name, decode(repeat('00', 17), 'hex'), '{}', \
                 'api', 'valid', 'business', 0, ' ' || name || ' else ', now(), now(), 1, gone::timestamptz \
             FROM (VALUES ('one', 'lovelace', NULL), ('one', 'hopper', '2026-06-01Z'), ('two', 'hopper', NULL)) \
                 v (o, name, gone); \
             INSERT INTO contact_words (organization_id, word, reversed, created_at, noted_at) \
             SELECT md5(o)::uuid, word, reverse(word), now(), timestamptz '2026-06-28 12:00Z' + off \
             FROM unnest(ARRAY['one', 'two']) o, (VALUES ('lovelace', interval '-1 us'), ('hopper', '-1 us'), \
                 ('turing', '-1 us'), ('knuth', '0')) v (word, off)",
        )
        .await
        .unwrap();

    let adapter = adapter(&database);
    assert!(adapter.purge_contact_words(at).await.unwrap());
    assert!(!adapter.purge_contact_words(at).await.unwrap());

    let left = "SELECT CASE organization_id WHEN md5('one')::uuid THEN 'one ' ELSE 'two ' END || word \
                || CASE noted_at WHEN '2026-06-30 12:00Z' THEN ' noted' ELSE '' END FROM contact_words";
    let expected = [
        "one lovelace noted",
        "two hopper noted",
        "one knuth",
        "two knuth",
    ];
    assert_eq!(
        names(&mut admin, left).await,
        expected.map(str::to_owned).into()
    );
}

#[tokio::test]
async fn words_are_looked_for_in_many_short_units() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    admin
        .execute(
            "SET session_replication_role = replica; \
             INSERT INTO contact_words (organization_id, word, reversed, created_at, noted_at) \
             SELECT md5('one')::uuid, 'word' || n, reverse('word' || n), now(), '2026-06-01Z' \
             FROM generate_series(1, 450) n; \
             CREATE TABLE gone (unit xid8); \
             CREATE FUNCTION note_gone() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS \
                 $$ BEGIN INSERT INTO gone VALUES (pg_current_xact_id()); RETURN NULL; END $$; \
             CREATE TRIGGER note_gone AFTER DELETE ON contact_words FOR EACH ROW EXECUTE FUNCTION note_gone()",
        )
        .await
        .unwrap();

    let adapter = adapter(&database);
    let at = datetime!(2026-06-30 12:00 UTC);
    assert!(adapter.purge_contact_words(at).await.unwrap());

    let units = "SELECT count(*)::text FROM gone GROUP BY unit";
    let expected = ["200", "50"].map(str::to_owned);
    assert_eq!(names(&mut admin, units).await, expected.into());
}

#[tokio::test]
async fn bulk_operations_whose_job_ended_without_them_end_and_keep_nothing_personal() {
    let database = TestDatabase::fresh().await;
    let mut admin = admin(&database).await;
    admin
        .execute(
            "SET session_replication_role = replica; \
             INSERT INTO contact_bulk_operations (organization_id, id, kind, filter, changes, matched, changed, \
                 unchanged, refused, status, created_at, updated_at, version) \
             SELECT md5('o')::uuid, md5(job || status)::uuid, 'update', '{}', '{}', 0, 0, 0, 0, status, now(), now(), 1 \
             FROM unnest(ARRAY['pending', 'running']) status, \
                 unnest(ARRAY['pending', 'running', 'completed', 'cancelled', 'failed', 'absent']) job; \
             INSERT INTO job_queue (organization_id, id, kind, payload, status, run_at, attempts, max_attempts, \
                 finished_at, created_at, updated_at) \
             SELECT o.organization_id, o.id, 'none', '{}', job, now(), 1, 1, timestamptz '2026-06-30 12:00Z', now(), now() \
             FROM contact_bulk_operations o, unnest(ARRAY['pending', 'running', 'completed', 'cancelled', 'failed']) job \
             WHERE o.id = md5(job || o.status)::uuid; \
             INSERT INTO job_queue (organization_id, id, kind, payload, status, run_at, attempts, max_attempts, \
                 created_at, updated_at) \
             SELECT md5('other')::uuid, o.id, 'none', '{}', 'failed', now(), 1, 1, now(), now() \
             FROM contact_bulk_operations o WHERE o.id = md5('absentrunning')::uuid",
        )
        .await
        .unwrap();

    let adapter = adapter(&database);
    // As long as a worker may still wind it up, it is the worker's.
    for (left, ended) in [(1, 4), (0, 2)] {
        let sql = format!("UPDATE job_queue SET wind_ups_left = {left} WHERE status = 'failed'");
        admin.execute(AssertSqlSafe(sql)).await.unwrap();
        assert_eq!(adapter.end_bulk_operations().await.unwrap(), ended);
    }
    assert_eq!(adapter.end_bulk_operations().await.unwrap(), 0);

    let left = "SELECT status || ' ' || count(*) || ' ' || count(filter) || ' ' || count(changes) || ' ' \
                    || count(finished_at) FROM contact_bulk_operations GROUP BY status";
    let expected = [
        "pending 3 3 3 0",
        "running 3 3 3 0",
        "completed 2 0 0 2",
        "cancelled 2 0 0 2",
        "failed 2 0 0 2",
    ];
    assert_eq!(
        names(&mut admin, left).await,
        expected.map(str::to_owned).into()
    );
}

fn insert(at: Timestamp) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "INSERT INTO error_logs (id, created_at, service, level, message, context) \
         VALUES (gen_random_uuid(), '{at}', 'api', 'warn', 'm', '{{}}')"
    ))
}
