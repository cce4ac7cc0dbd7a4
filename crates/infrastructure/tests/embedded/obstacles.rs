//! What stands in the way is said in one clear line.

use std::{fs, path::PathBuf};

use infrastructure::embedded::{EmbeddedError, EmbeddedPostgres};

use crate::{
    cluster::{count, disposable, line, refusal, start},
    owner_process::OwnerProcess,
};

#[tokio::test]
async fn a_second_owner_is_refused_with_the_pid_of_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let owner = OwnerProcess::start(directory.path());

    let error = refusal(disposable(directory.path())).await;

    assert_eq!(
        line(&error),
        format!(
            "data directory {} is in use by another process (pid {})",
            directory.path().canonicalize().unwrap().display(),
            owner.pid()
        )
    );
    owner.stop();
}

#[tokio::test]
async fn a_cluster_of_another_major_version_is_refused_naming_both() {
    let directory = tempfile::tempdir().unwrap();
    start(directory.path()).await.stop().await.unwrap();
    let data = directory.path().join("postgres/data");
    let real = fs::read_to_string(data.join("PG_VERSION")).unwrap();
    fs::write(data.join("PG_VERSION"), "12\n").unwrap();

    let error = refusal(disposable(directory.path())).await;

    let line = line(&error);
    assert!(line.contains("made by PostgreSQL 12"), "{line}");
    assert!(line.contains(&format!("version {}", real.trim())), "{line}");
}

#[tokio::test]
async fn a_directory_that_is_no_cluster_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let stranger = directory.path().join("postgres/data/precious.txt");
    fs::create_dir_all(stranger.parent().unwrap()).unwrap();
    fs::write(&stranger, "mine").unwrap();

    let error = refusal(disposable(directory.path())).await;

    assert!(matches!(error, EmbeddedError::NotADatabase(_)), "{error}");
    assert_eq!(fs::read_to_string(stranger).unwrap(), "mine");
}

#[tokio::test]
async fn a_directory_without_server_programs_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("bin");

    let error = refusal(disposable(directory.path()).pg_bin_dir(&empty)).await;

    let line = line(&error);
    assert!(line.contains(empty.to_str().unwrap()), "{line}");
}

#[tokio::test]
async fn a_file_in_the_place_of_the_data_directory_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("data");
    fs::write(&file, "").unwrap();

    let error = refusal(disposable(&file)).await;

    let line = line(&error);
    assert!(line.contains(file.to_str().unwrap()), "{line}");
}

#[tokio::test]
async fn a_data_directory_too_deep_for_a_socket_gets_a_short_one_elsewhere() {
    let directory = tempfile::tempdir().unwrap();
    let deep = directory.path().join("deep".repeat(30));
    assert!(deep.as_os_str().len() > 107);

    let postgres = start(&deep).await;

    let socket: PathBuf = postgres.socket_directory().to_owned();
    assert!(!socket.starts_with(directory.path()));
    assert_eq!(count(&postgres, "SELECT 1::bigint").await, 1);
    postgres.stop().await.unwrap();
    assert!(!socket.exists(), "{} is left", socket.display());
}

#[tokio::test]
async fn a_refused_setting_is_reported_with_the_servers_reason() {
    let directory = tempfile::tempdir().unwrap();
    let options = disposable(directory.path()).setting("work_mem", "plenty");

    let error = refusal(options).await;

    let line = line(&error);
    assert!(line.contains("work_mem"), "{line}");
}

#[tokio::test]
async fn a_library_that_is_missing_is_done_without() {
    let directory = tempfile::tempdir().unwrap();
    let options = disposable(directory.path()).setting("dynamic_library_path", "/nonexistent");

    let postgres = EmbeddedPostgres::start(options).await.unwrap();

    assert!(!postgres.has_statement_statistics());
    assert_eq!(count(&postgres, "SELECT 1::bigint").await, 1);
}
