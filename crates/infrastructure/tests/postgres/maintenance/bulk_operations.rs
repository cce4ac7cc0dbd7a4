//! Bulk operations whose job ended without them end.

use infrastructure::maintenance::Upkeep as _;
use sqlx::{AssertSqlSafe, Executor};
use testkit::TestDatabase;

use super::{adapter, admin, names};

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
