//! `canvass import` beside a program that serves.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::json;
use tokio::sync::watch;

use crate::program::{Program, refusal, run};
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
    let said = ["--list", "Leads", "--repeat", "--map", "receiver=email"];
    let done = desk.import(&data_dir, &file, &said);

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
