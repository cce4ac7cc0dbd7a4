//! Partitions are made ahead, and rows go into that of their month.

use std::collections::BTreeSet;
use std::sync::Arc;

use infrastructure::maintenance::Upkeep as _;
use kernel::{StorageError, Timestamp};
use sqlx::{AssertSqlSafe, Connection, Executor};
use testkit::TestDatabase;
use time::Duration;
use time::macros::datetime;

use super::{adapter, admin, names};

/// A month for which nobody made partitions yet, at the end of a year.
const NOVEMBER: Timestamp = datetime!(2031-11-30 23:59 UTC);

fn expected() -> BTreeSet<String> {
    let months = ["2031_11", "2031_12", "2032_01", "2032_02"];
    migration::PARTITIONED
        .iter()
        .flat_map(|parent| {
            let past = ["2031_08", "2031_09", "2031_10"];
            let is_back_dated = migration::BACK_DATED.contains(parent);
            let past = past.into_iter().filter(move |_| is_back_dated);
            past.chain(months)
                .map(move |month| format!("{parent}_{month}"))
        })
        .collect()
}

#[tokio::test]
async fn the_partitions_of_this_month_and_the_next_three_and_of_the_past_where_it_is_told_of_are_made_once()
 {
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

fn insert(at: Timestamp) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "INSERT INTO error_logs (id, created_at, service, level, message, context) \
         VALUES (gen_random_uuid(), '{at}', 'api', 'warn', 'm', '{{}}')"
    ))
}
