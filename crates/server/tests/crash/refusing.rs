//! Commands that cannot be carried out, or not twice.

use testkit::TestDatabase;

use crate::program::{Program, canvass, refusal, run};

#[test]
fn a_second_process_on_the_same_data_directory_is_refused_with_the_pid_of_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let first = Program::start(&data_dir);

    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["migrate"]] {
        let line = refusal(&run(arguments, &data_dir));
        let named = format!("is in use by another process (pid {})", first.id());
        assert!(line.contains(&named), "{line}");
    }

    first.stop();
}

#[test]
fn serving_a_private_database_without_job_slots_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");

    let output = run(&["serve", "--job-slots", "0"], &data_dir);

    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("--job-slots 1 or more"), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
}

#[test]
fn migrating_twice_is_the_same_as_once() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");

    let told = [(); 2].map(|()| {
        let output = run(&["migrate"], &data_dir);
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    });

    assert!(told[0].starts_with("applied "), "{}", told[0]);
    assert_eq!(told[1], "the database is up to date\n");
}

#[tokio::test]
async fn serving_with_a_privileged_login_is_refused() {
    let database = TestDatabase::fresh().await;
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");

    let output = canvass(&["serve", "--listen", "127.0.0.1:0"], &data_dir)
        .env("DATABASE_URL", database.admin_url())
        .output()
        .unwrap();

    let line = refusal(&output);
    assert!(
        line.contains("is too privileged to serve: it is a superuser"),
        "{line}"
    );
}

#[tokio::test]
async fn migrating_and_serving_with_what_was_printed_works_on_a_server_of_ones_own() {
    let database = TestDatabase::empty().await;
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let migrate = || {
        canvass(&["migrate"], &data_dir)
            .env("DATABASE_OWNER_URL", database.admin_url())
            .output()
            .unwrap()
    };

    let behind = canvass(&["serve", "--listen", "127.0.0.1:0"], &data_dir)
        .env("DATABASE_URL", database.login_url())
        .output()
        .unwrap();
    let first = migrate();
    let second = migrate();

    assert!(refusal(&behind).contains("canvass migrate"));
    assert!(first.status.success() && second.status.success());
    assert!(String::from_utf8_lossy(&first.stdout).starts_with("applied "));
    assert_eq!(
        String::from_utf8_lossy(&second.stdout),
        "the database is up to date\n"
    );
}

#[tokio::test]
async fn migrations_are_taken_back_by_whoever_says_that_it_is_meant() {
    let database = TestDatabase::fresh().await;
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let migrate = |arguments: &[&str]| {
        let arguments = [&["migrate"][..], arguments].concat();
        canvass(&arguments, &data_dir)
            .env("DATABASE_OWNER_URL", database.admin_url())
            .output()
            .unwrap()
    };
    let unasked = migrate(&["--down", "1"]);
    let told = String::from_utf8_lossy(&unasked.stderr).into_owned();
    assert_eq!(unasked.status.code(), Some(2), "{told}");
    assert!(told.contains("say --yes if that is meant"), "{told}");
    let many = refusal(&migrate(&["--down", "10000", "--yes"]));
    assert!(many.contains("nothing was taken back"), "{many}");
    let still = migrate(&[]);
    assert_eq!(
        String::from_utf8_lossy(&still.stdout),
        "the database is up to date\n"
    );

    let back = migrate(&["--down", "2", "--yes"]);

    assert!(back.status.success(), "{back:?}");
    assert_eq!(
        String::from_utf8_lossy(&back.stdout),
        "took back 2 migrations\n"
    );
    let behind = canvass(&["serve", "--listen", "127.0.0.1:0"], &data_dir)
        .env("DATABASE_URL", database.login_url())
        .output()
        .unwrap();
    let behind = refusal(&behind);
    assert!(behind.contains("lacks 2 migrations"), "{behind}");
    let again = migrate(&[]);
    assert_eq!(
        String::from_utf8_lossy(&again.stdout),
        "applied 2 migrations\n"
    );
}

#[test]
fn migrations_of_a_private_database_are_taken_back_too() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    assert!(run(&["migrate"], &data_dir).status.success());

    let back = run(&["migrate", "--down", "1", "--yes"], &data_dir);

    assert!(back.status.success(), "{back:?}");
    let again = run(&["migrate"], &data_dir);
    assert_eq!(
        String::from_utf8_lossy(&again.stdout),
        "applied 1 migration\n"
    );
}
