//! Starting and stopping where nothing is in the way.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::PathBuf,
    process::Command,
    time::Duration,
};

use infrastructure::embedded::{EmbeddedError, EmbeddedOptions, EmbeddedPostgres, EmbeddedState};
use sqlx::Connection;

use crate::{
    cluster::{connect, count, disposable, execute, start},
    owner_process::OwnerProcess,
};

#[tokio::test]
async fn a_first_start_makes_a_durable_cluster_and_a_later_start_keeps_its_data() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("not/there/yet");

    let first = EmbeddedPostgres::start(EmbeddedOptions::new(&data_dir))
        .await
        .unwrap();
    let mut connection = connect(&first.administrator_options()).await;
    execute(
        &mut connection,
        "CREATE TABLE kept (n bigint); INSERT INTO kept VALUES (7);",
    )
    .await;
    let settings: Vec<(String, String)> = sqlx::query_as(
        "SELECT name, setting FROM pg_settings WHERE name IN ('data_checksums', 'fsync', \
         'full_page_writes', 'listen_addresses', 'server_encoding', 'shared_preload_libraries', \
         'synchronous_commit', 'wal_level') ORDER BY name",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    first.stop().await.unwrap();

    let second = EmbeddedPostgres::start(EmbeddedOptions::new(&data_dir))
        .await
        .unwrap();
    assert_eq!(count(&second, "SELECT n FROM kept").await, 7);
    let expected = [
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("shared_preload_libraries", "pg_stat_statements"),
        ("synchronous_commit", "on"),
        ("wal_level", "replica"),
    ];
    let settings: Vec<_> = settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(settings, expected);
    assert!(second.has_statement_statistics());
}

#[tokio::test]
async fn stopping_is_announced_and_leaves_the_directory_free() {
    let directory = tempfile::tempdir().unwrap();
    let postgres = start(directory.path()).await;
    assert!(matches!(*postgres.watch().borrow(), EmbeddedState::Ready));

    postgres.stop().await.unwrap();
    postgres.stop().await.unwrap();

    assert!(matches!(*postgres.watch().borrow(), EmbeddedState::Stopped));
    assert_eq!(postgres.postmaster_pid(), None);
    assert!(
        !directory
            .path()
            .join("postgres/data/postmaster.pid")
            .exists()
    );
    let next = start(directory.path()).await;
    assert_eq!(count(&next, "SELECT 1::bigint").await, 1);
}

#[tokio::test]
async fn dropping_the_handle_stops_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let postgres = start(directory.path()).await;
    let process = PathBuf::from(format!("/proc/{}", postgres.postmaster_pid().unwrap()));
    assert!(process.exists());

    drop(postgres);

    assert!(!process.exists());
}

#[test]
fn the_server_outlives_the_runtime_that_started_it() {
    let directory = tempfile::tempdir().unwrap();
    let runtime = || tokio::runtime::Runtime::new().unwrap();

    let postgres = runtime().block_on(start(directory.path()));

    assert_eq!(runtime().block_on(count(&postgres, "SELECT 2::bigint")), 2);
}

#[tokio::test]
async fn the_url_is_understood_by_psql_and_by_sqlx() {
    let directory = tempfile::tempdir().unwrap();
    let postgres = start(&directory.path().join("a, b & \"c\"")).await;
    let url = postgres.url_for("postgres", "postgres");

    let psql = Command::new("psql")
        .args(["-XAtc", "SELECT 'by psql'", &url])
        .output()
        .unwrap();
    let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
    let by_sqlx: String = sqlx::query_scalar("SELECT 'by sqlx'")
        .fetch_one(&mut connection)
        .await
        .unwrap();

    let complaint = String::from_utf8_lossy(&psql.stderr);
    assert_eq!(
        String::from_utf8_lossy(&psql.stdout).trim(),
        "by psql",
        "{complaint}"
    );
    assert_eq!(by_sqlx, "by sqlx");
}

#[tokio::test]
async fn the_server_runs_without_privileges_and_in_directories_closed_to_others() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let postgres = start(&data_dir).await;

    let status = fs::read_to_string(format!(
        "/proc/{}/status",
        postgres.postmaster_pid().unwrap()
    ))
    .unwrap();
    let field = |name: &str| {
        let value = status.lines().find_map(|line| line.strip_prefix(name));
        value.unwrap().split_whitespace().collect::<Vec<_>>()
    };

    assert!(!field("Uid:").contains(&"0"));
    assert!(!field("Gid:").contains(&"0"));
    assert!(!field("Groups:").contains(&"0"));
    assert_eq!(field("CapEff:"), ["0000000000000000"]);
    for part in ["", "postgres", "postgres/data", "postgres/socket"] {
        let path = data_dir.join(part);
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "{}", path.display());
    }
    for part in ["postgres/owner.lock", "postgres/postgresql.log"] {
        let path = data_dir.join(part);
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    // The cluster's user may write where the server must, and nowhere else.
    let owner = |part: &str| fs::metadata(data_dir.join(part)).unwrap().uid();
    let own = fs::metadata("/proc/self").unwrap().uid();
    assert_eq!([owner(""), owner("postgres")], [own, own]);
    assert_eq!(field("Uid:")[0], owner("postgres/data").to_string());
}

#[test]
fn an_ordinary_user_needs_no_configuration() {
    let directory = tempfile::tempdir().unwrap();

    let mut owner = OwnerProcess::as_ordinary_user(directory.path());

    assert_eq!(owner.ask("SELECT 3::bigint"), "3");
    owner.stop();
}

#[tokio::test]
async fn a_cluster_of_an_ordinary_user_keeps_its_owner_when_root_starts_it() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    OwnerProcess::as_ordinary_user(directory.path()).stop();
    let owner = fs::metadata(data_dir.join("postgres/data")).unwrap().uid();

    let postgres = start(&data_dir).await;

    let pid = postgres.postmaster_pid().unwrap();
    let process = fs::metadata(format!("/proc/{pid}")).unwrap();
    assert_eq!(process.uid(), owner);
    postgres.stop().await.unwrap();
    OwnerProcess::again_as_ordinary_user(directory.path()).stop();
}

#[tokio::test]
async fn a_start_that_is_abandoned_leaves_no_server() {
    let directory = tempfile::tempdir().unwrap();
    let starting = EmbeddedPostgres::start(disposable(directory.path()));

    let abandoned = tokio::time::timeout(Duration::from_millis(1), starting).await;

    assert!(abandoned.is_err());
    // Refused for as long as the abandoned one is still being taken down.
    let postgres = loop {
        match EmbeddedPostgres::start(disposable(directory.path())).await {
            Ok(postgres) => break postgres,
            Err(EmbeddedError::InUse { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(count(&postgres, "SELECT 1::bigint").await, 1);
}

#[tokio::test]
async fn settings_can_be_added() {
    let directory = tempfile::tempdir().unwrap();
    let options = disposable(directory.path()).setting("work_mem", "12MB");
    let postgres = EmbeddedPostgres::start(options).await.unwrap();

    let kilobytes = "SELECT setting::bigint FROM pg_settings WHERE name = 'work_mem'";
    assert_eq!(count(&postgres, kilobytes).await, 12 * 1024);
}
