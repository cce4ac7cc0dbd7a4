//! Files of imports are removed when nobody needs them any more.

use std::collections::BTreeSet;

use infrastructure::maintenance::Upkeep as _;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use testkit::TestDatabase;
use time::macros::datetime;

use super::{adapter, admin, names};

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
async fn many_files_are_removed_a_part_at_a_time_so_that_a_part_that_fails_leaves_the_others_removed()
 {
    let at = datetime!(2026-06-30 12:00 UTC);
    let old = "2026-06-01 12:00Z";
    for (status, call) in [
        ("uploading", "SELECT purge_uploads('2026-06-29 12:00Z')"),
        (
            "completed",
            "SELECT purge_import_files('2026-06-23 12:00Z', '2026-06-30 12:00Z')",
        ),
    ] {
        let database = TestDatabase::fresh().await;
        let mut admin = admin(&database).await;
        let rows = (0..450).map(|n| format!("('{n}', '{status}', '{old}', '{old}', '{old}')"));
        imports(&mut admin, &rows.collect::<Vec<_>>().join(", ")).await;

        let part = sqlx::query_scalar::<_, i64>(call)
            .fetch_one(&mut admin)
            .await;
        assert_eq!(part.unwrap(), 200);
        let adapter = adapter(&database);
        let rest = match status {
            "uploading" => adapter.purge_uploads(at).await,
            _ => adapter.purge_import_files(at).await,
        };

        assert_eq!(rest.unwrap(), 250);
        let left = "SELECT count(*) FROM contact_import_chunks";
        let left = sqlx::query_scalar::<_, i64>(left)
            .fetch_one(&mut admin)
            .await;
        assert_eq!(left.unwrap(), 0);
    }
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
