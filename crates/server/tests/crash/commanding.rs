//! `canvass import` beside a program that serves.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use serde_json::json;
use sqlx::Executor as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::program::{Program, administrator, refusal, run};
use crate::writer::Writer;

struct Desk {
    organization: String,
    url: String,
    key: String,
}

impl Desk {
    async fn open(program: &Program) -> Self {
        let (_url, watched) = watch::channel(program.url().to_owned());
        let mut writer = Writer::enter(watched).await;
        let organization = writer.found().await.to_string();
        let scopes = [
            "contact.import",
            "contact.view",
            "contact_list.view",
            "contact_list.create",
            "contact_list.delete",
        ];
        let named = json!({ "name": "Import", "scopes": scopes });
        let path = format!("/v1/organizations/{organization}/api-keys");
        Self {
            key: writer.make_key(&path, &named).await,
            url: program.url().to_owned(),
            organization,
        }
    }

    fn import(&self, data_dir: &Path, file: &Path, more: &[&str]) -> Output {
        let file = file.to_str().unwrap();
        let mut arguments = vec!["import", file, "--organization", &self.organization];
        arguments.extend(["--url", &self.url, "--api-key", &self.key]);
        arguments.extend(more);
        run(&arguments, data_dir)
    }

    fn start(&self, data_dir: &Path, waiting: &str, more: &[&str]) -> Output {
        let mut arguments = vec!["import", "--waiting", waiting];
        arguments.extend(["--organization", &self.organization]);
        arguments.extend(["--url", &self.url, "--api-key", &self.key]);
        arguments.extend(more);
        run(&arguments, data_dir)
    }
}

/// Passes bytes on to where the program serves, until it is told to be away, and then hangs up on everybody.
struct Line {
    url: String,
    away: watch::Sender<bool>,
}

impl Line {
    async fn to(program: &Program) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let target = program.url().strip_prefix("http://").unwrap().to_owned();
        let (away, is_away) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (target, mut is_away) = (target.clone(), is_away.clone());
                tokio::spawn(async move {
                    if *is_away.borrow_and_update() {
                        return;
                    }
                    let mut far = TcpStream::connect(target).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = is_away.changed() => {}
                    }
                });
            }
        });
        Self { url, away }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_an_import_goes_on_waiting_while_the_server_is_away() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let program = Program::start(&data_dir);
    let line = Line::to(&program).await;
    let mut desk = Desk::open(&program).await;
    desk.url.clone_from(&line.url);
    let file = directory.path().join("people.csv");
    fs::write(&file, "Email\nada@analytical.org\n").unwrap();
    // So that the import is at work while the server cannot be reached.
    let mut admin = administrator(&data_dir).await;
    admin
        .execute("BEGIN; LOCK TABLE contact_import_touches, contacts IN SHARE MODE")
        .await
        .unwrap();

    let waiting = tokio::task::spawn_blocking({
        let data_dir = data_dir.clone();
        move || desk.import(&data_dir, &file, &["--list", "Leads"])
    });
    let mut onlooker = administrator(&data_dir).await;
    let begun =
        "SELECT count(*) FROM job_queue WHERE kind = 'import_contacts' AND status = 'running'";
    while sqlx::query_scalar::<_, i64>(begun)
        .fetch_one(&mut onlooker)
        .await
        .unwrap()
        == 0
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    line.away.send_replace(true);
    // Longer than from one question to the next.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    line.away.send_replace(false);
    admin.execute("COMMIT").await.unwrap();
    let done = waiting.await.unwrap();

    assert!(done.status.success(), "{done:?}");
    assert_eq!(told(&done, "created"), Some(1));
    program.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_read_as_it_is_told_and_its_list_comes_from_an_upload() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let program = Program::start(&data_dir);
    let desk = Desk::open(&program).await;
    let file = directory.path().join("people.csv");
    let rows = b"Newsletter, as of May\nEmail|First name\nada@analytical.org|Zo\xEB, the first\n";
    fs::write(&file, rows).unwrap();

    let reading = [
        "--encoding",
        "windows-1252",
        "--delimiter",
        "|",
        "--header-line",
        "2",
    ];
    let done = desk.import(
        &data_dir,
        &file,
        &[&["--list", "Leads"], &reading[..]].concat(),
    );

    assert!(done.status.success(), "{done:?}");
    assert_eq!(told(&done, "created"), Some(1));
    let mut admin = administrator(&data_dir).await;
    let kept = "SELECT c.first_name || ' from ' || l.source FROM contacts c, contact_lists l";
    let kept = sqlx::query_scalar::<_, String>(kept).fetch_one(&mut admin);
    assert_eq!(kept.await.unwrap(), "Zoë, the first from upload");
    program.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_refused_is_not_sent_and_leaves_no_list() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let program = Program::start(&data_dir);
    let desk = Desk::open(&program).await;
    let list = desk.import(&data_dir, &people(&directory), &["--list", "Leads"]);
    assert!(list.status.success(), "{list:?}");
    // More than fits into the buffers on the way: whoever sends it on after the refusal is hung up on.
    let large = directory.path().join("large.csv");
    let file = fs::File::create(&large).unwrap();
    file.set_len(3 << 30).unwrap();

    for list in ["Leads", "Made for it"] {
        let refused = desk.import(&data_dir, &large, &["--list", list]);
        assert!(refusal(&refused).contains("413"), "{refused:?}");
    }

    let mut admin = administrator(&data_dir).await;
    let lists = "SELECT string_agg(name, ', ') FROM contact_lists WHERE deleted_at IS NULL";
    let lists = sqlx::query_scalar::<_, String>(lists).fetch_one(&mut admin);
    assert_eq!(lists.await.unwrap(), "Leads");
    program.stop();
}

fn people(directory: &tempfile::TempDir) -> PathBuf {
    let file = directory.path().join("people.csv");
    fs::write(&file, "Email\nada@analytical.org\n").unwrap();
    file
}

/// The numbers of the report by their words.
fn told(output: &Output, words: &str) -> Option<u64> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let line = text.lines().find(|line| line.starts_with(words))?;
    line.split_whitespace().last()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_imported_from_the_command_line_and_told_of_row_by_row() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let program = Program::start(&data_dir);
    let desk = Desk::open(&program).await;
    let file = directory.path().join("people.csv");
    fs::write(
        &file,
        "Email,First Name\nada@analytical.org,Ada\n,Nobody\nbob@analytical.org,Bob\n",
    )
    .unwrap();
    let rejections = directory.path().join("rejected.csv");
    fs::write(&rejections, "of an earlier file\n".repeat(100)).unwrap();
    let nowhere = directory.path().join("absent").join("rejected.csv");
    let unwritable = ["--list", "Leads", "--rejections", nowhere.to_str().unwrap()];
    let unwritable = refusal(&desk.import(&data_dir, &file, &unwritable));
    assert!(unwritable.contains("cannot write"), "{unwritable}");

    let refused = desk.import(&data_dir, &file, &["--list", "Leads", "--dry-run"]);
    assert!(refusal(&refused).contains("no list of this name"));
    let into_file = [
        "--list",
        "Leads",
        "--rejections",
        rejections.to_str().unwrap(),
    ];
    let done = desk.import(&data_dir, &file, &into_file);

    assert!(done.status.success(), "{done:?}");
    assert_eq!(told(&done, "rows read"), Some(3));
    assert_eq!(told(&done, "created"), Some(2));
    assert_eq!(told(&done, "rejected"), Some(1));
    let text = String::from_utf8(done.stdout.clone()).unwrap();
    assert!(
        text.contains("line 3, column Email: The row has no address."),
        "{text}"
    );
    let rows = fs::read_to_string(&rejections).unwrap();
    assert_eq!(rows.lines().count(), 2, "{rows}");
    assert!(
        rows.lines()
            .nth(1)
            .unwrap()
            .starts_with("\"3\",\"Email\",\"no_address\""),
        "{rows}"
    );

    let again = desk.import(&data_dir, &file, &["--list", "leads"]);
    assert!(refusal(&again).contains("was imported into this list before"));
    let dry = desk.import(
        &data_dir,
        &file,
        &["--list", "LEADS", "--repeat", "--dry-run"],
    );
    assert!(dry.status.success(), "{dry:?}");
    assert_eq!(told(&dry, "unchanged"), Some(2));
    program.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_asked_which_column_has_the_address_can_say_so() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let program = Program::start(&data_dir);
    let desk = Desk::open(&program).await;
    let file = directory.path().join("mails.csv");
    fs::write(
        &file,
        "sender,receiver\na@analytical.org,b@analytical.org\nc@analytical.org,d@analytical.org\n",
    )
    .unwrap();

    let asked = desk.import(&data_dir, &file, &["--list", "Leads"]);
    let question = refusal(&asked);
    assert!(question.contains("sender, receiver"), "{question}");
    let mut words = question.split_whitespace();
    words.find(|word| *word == "--waiting").unwrap();
    let waiting = words.next().unwrap();
    let mistyped = refusal(&desk.start(&data_dir, waiting, &["--map", "reciever=email"]));
    assert!(
        mistyped.contains("no column of this name")
            && mistyped.contains(&format!("--waiting {waiting}, and say with --map")),
        "{mistyped}"
    );
    let sent_again = refusal(&desk.import(&data_dir, &file, &["--list", "Leads"]));
    assert!(
        sent_again.contains(&format!("--waiting {waiting}")),
        "{sent_again}"
    );
    let misplaced = refusal(&desk.start(&data_dir, waiting, &["--header-line", "99"]));
    assert!(
        misplaced.contains("no row near the beginning"),
        "{misplaced}"
    );
    let nothing_said = refusal(&desk.start(&data_dir, waiting, &[]));
    assert!(nothing_said.contains("mapping-needed"), "{nothing_said}");
    let done = desk.start(&data_dir, waiting, &["--map", "receiver=email"]);

    assert!(done.status.success(), "{done:?}");
    assert_eq!(told(&done, "created"), Some(2));
    let absent = directory.path().join("absent.csv");
    assert!(
        refusal(&desk.import(&data_dir, &absent, &["--list", "Leads"])).contains("cannot read")
    );
    program.stop();
    let gone = desk.import(&data_dir, &file, &["--list", "Leads"]);
    assert!(refusal(&gone).contains("does not answer"));
}
