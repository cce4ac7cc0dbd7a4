//! What stands in the way is said in one clear line.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use infrastructure::embedded::{EmbeddedError, EmbeddedPostgres};

use crate::{
    cluster::{count, disposable, line, refusal, start},
    owner_process::{OwnerProcess, is_root},
    programs::{programs, real_programs},
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

#[tokio::test]
async fn a_method_of_compression_that_is_missing_is_done_without() {
    let directory = tempfile::tempdir().unwrap();
    let real = real_programs().await;
    let compression =
        "SELECT (setting = 'lz4')::int::bigint FROM pg_settings WHERE name = 'wal_compression'";
    let postgres = start(&directory.path().join("with")).await;
    assert_eq!(count(&postgres, compression).await, 1);
    let refusing = format!(
        "for it; do [ \"$it\" != wal_compression=lz4 ] || {{ \
         echo 'FATAL:  invalid value for parameter \"wal_compression\": \"lz4\"'; exit 1; }}; done\n\
         exec {}/postgres \"$@\"",
        real.display()
    );
    let initdb = format!("exec {}/initdb \"$@\"", real.display());
    let programs = programs(directory.path(), &initdb, &refusing);
    let without = disposable(&directory.path().join("without")).pg_bin_dir(&programs);

    let postgres = EmbeddedPostgres::start(without).await.unwrap();

    assert_eq!(count(&postgres, compression).await, 0);
    assert!(postgres.has_statement_statistics());
}

#[tokio::test]
async fn a_short_directory_that_others_could_use_is_not_used() {
    let directory = tempfile::tempdir().unwrap();
    let deep = directory.path().join("deep".repeat(30));
    let first = start(&deep).await;
    let predictable: PathBuf = first.socket_directory().to_owned();
    first.stop().await.unwrap();
    fs::create_dir(&predictable).unwrap();
    fs::set_permissions(&predictable, fs::Permissions::from_mode(0o777)).unwrap();

    let second = start(&deep).await;

    assert_ne!(second.socket_directory(), predictable);
    assert_eq!(count(&second, "SELECT 1::bigint").await, 1);
    fs::remove_dir(predictable).unwrap();
}

#[tokio::test]
async fn a_user_that_does_not_exist_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let options = disposable(directory.path()).run_as("no-such-user");

    let outcome = EmbeddedPostgres::start(options).await;

    if is_root() {
        let line = line(&outcome.unwrap_err());
        assert!(line.contains("no user `no-such-user`"), "{line}");
    } else {
        // Who is not root cannot switch users and is not asked to.
        assert_eq!(count(&outcome.unwrap(), "SELECT 1::bigint").await, 1);
    }
}

#[tokio::test]
async fn programs_that_are_too_old_are_named_with_their_version() {
    let directory = tempfile::tempdir().unwrap();
    let old = programs(
        directory.path(),
        "exit 1",
        "echo 'postgres (PostgreSQL) 13.4'",
    );

    let error = refusal(disposable(&directory.path().join("data")).pg_bin_dir(&old)).await;

    let line = line(&error);
    assert!(line.contains("is version 13"), "{line}");
    assert!(line.contains(old.to_str().unwrap()), "{line}");
}

#[tokio::test]
async fn a_machine_without_utf_8_locales_gets_a_cluster_all_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let real = real_programs().await;
    let programs = programs(
        directory.path(),
        &format!(
            "case \"$*\" in *--locale=*[uU][tT][fF]*) set -- --locale=xx_YY --pgdata=\"$2\";; esac\n\
             exec {}/initdb \"$@\"",
            real.display()
        ),
        &format!("exec {}/postgres \"$@\"", real.display()),
    );
    let options = disposable(&directory.path().join("data")).pg_bin_dir(programs);

    let postgres = EmbeddedPostgres::start(options).await.unwrap();

    let utf8 = "SELECT count(*) FROM pg_database WHERE datname = 'postgres' AND datcollate = 'C' \
                AND pg_encoding_to_char(encoding) = 'UTF8'";
    assert_eq!(count(&postgres, utf8).await, 1);
}

#[tokio::test]
async fn a_cluster_that_does_not_fit_on_the_disk_is_said_so_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let programs = programs(
        directory.path(),
        "echo 'initdb: error: could not write file \"x\": No space left on device' >&2; exit 1",
        "echo 'postgres (PostgreSQL) 15.1'",
    );
    let data_dir = directory.path().join("data");

    let error = refusal(disposable(&data_dir).pg_bin_dir(programs)).await;

    let expected = format!(
        "no space is left on the file system of {}",
        data_dir.display()
    );
    assert_eq!(line(&error), expected);
    assert!(!data_dir.join("postgres/data.new").exists());
}

#[test]
#[ignore = "needs the right to mount a file system"]
fn a_disk_that_is_full_at_the_first_start_is_said_so() {
    // Each size is used up at another step.
    for size in ["8k", "1m", "12m", "20m", "30m", "36m"] {
        let directory = tempfile::tempdir().unwrap();

        let outcome = OwnerProcess::on_a_disk_of(size, directory.path());

        let refusal = outcome.err().unwrap_or_else(|| panic!("{size} is enough"));
        let expected = "no space is left on the file system of ";
        assert!(refusal.starts_with(expected), "{size}: {refusal}");
    }
}
