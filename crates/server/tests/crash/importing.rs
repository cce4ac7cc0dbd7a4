//! Killed by force, and told to stop, while it reads a file of contacts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgConnection};
use tokio::sync::watch;
use uuid::Uuid;

use crate::extent;
use crate::killing::{a_random_while, kill_database};
use crate::program::{Program, administrator};
use crate::stopping::{RESUMED_WITHIN, all_go_on};
use crate::writer::Writer;

/// How long an import may say nothing new.
const PATIENCE: Duration = Duration::from_mins(2);

/// What is killed.
pub(crate) const KIND: &str = "import_contacts";

/// A file, and what should become of its rows.
pub(crate) struct File {
    text: String,
    expected: BTreeMap<&'static str, u64>,
    rejected_lines: Vec<i64>,
}

impl File {
    /// New people; some come twice, far apart, some have no address, some no right one, and some unsubscribed.
    pub(crate) fn of(rows: usize) -> Self {
        let mut text = "Email,First Name,City,Unsubscribed\n".to_owned();
        let mut expected = BTreeMap::from([("rows_read", rows as u64)]);
        let mut rejected_lines = Vec::new();
        for n in 0..rows {
            let outcome = match n % 50 {
                7 => {
                    rejected_lines.push(i64::try_from(n).unwrap() + 2);
                    let _ = writeln!(text, ",Nobody {n},,");
                    "rejected"
                }
                8 if n > 20_000 => {
                    let _ = writeln!(text, "P{}@analytical.org,Twice,,", n - 20_000 + 5);
                    "duplicate_in_file"
                }
                9 => {
                    let _ = writeln!(text, "no address {n},Person {n},Rome,");
                    "created"
                }
                10 => {
                    let _ = writeln!(text, "s{n}@analytical.org,Stopped {n},,yes");
                    "suppressed"
                }
                _ => {
                    let _ = writeln!(text, "p{n}@analytical.org,Person {n},Paris,");
                    "created"
                }
            };
            *expected.entry(outcome).or_default() += 1;
        }
        Self {
            text,
            expected,
            rejected_lines,
        }
    }

    fn count(&self, outcome: &str) -> u64 {
        self.expected.get(outcome).copied().unwrap_or_default()
    }
}

/// Somebody who imports a file, and the program that reads it.
pub(crate) struct Importing {
    writer: Writer,
    url: watch::Sender<String>,
    organization: Uuid,
    here: String,
    import: String,
    list: String,
}

impl Importing {
    /// Sends the file; the program has not ended with it when this returns.
    pub(crate) async fn begin(program: &Program, file: &File) -> Self {
        let (url, watched) = watch::channel(program.url().to_owned());
        let mut writer = Writer::enter(watched).await;
        let organization = writer.found().await;
        let here = format!("/v1/organizations/{organization}");
        let named = json!({ "name": "Everybody" });
        let list = writer
            .create(&format!("{here}/contact-lists"), &named)
            .await;
        let path = format!("{here}/contact-lists/{list}/imports");
        let made = writer.upload(&path, file.text.clone()).await;
        let import = made["id"].as_str().unwrap();
        Self {
            import: format!("{here}/imports/{import}"),
            list: format!("{here}/contact-lists/{list}"),
            organization,
            here,
            writer,
            url,
        }
    }

    /// What opens the API.
    pub(crate) fn token(&self) -> &str {
        self.writer.token()
    }

    /// The address of the job that reads the file.
    pub(crate) async fn job(&mut self) -> String {
        let import = self.read().await;
        format!("{}/jobs/{}", self.here, import["job_id"].as_str().unwrap())
    }

    /// Goes on where the program serves now.
    pub(crate) fn follow(&self, program: &Program) {
        self.url.send_replace(program.url().to_owned());
    }

    pub(crate) async fn read(&mut self) -> Value {
        let path = self.import.clone();
        self.writer.get(&path).await
    }

    /// Waits until more rows were read than so many, or all; tells how the import is then.
    pub(crate) async fn wait_for_more_than(&mut self, rows: u64) -> Value {
        let begun = Instant::now();
        loop {
            let import = self.read().await;
            if import["status"] == "completed" || rows_read(&import) > rows {
                return import;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not get on: {import}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn wait_for_the_end(&mut self) -> Value {
        let mut import = self.read().await;
        while import["status"] != "completed" {
            import = self.wait_for_more_than(rows_read(&import)).await;
        }
        import
    }

    /// Compares everything with the file, in the organization that it was sent to.
    pub(crate) async fn reckon(&mut self, file: &File, admin: &mut PgConnection) {
        let import = self.wait_for_the_end().await;
        for outcome in [
            "rows_read",
            "created",
            "updated",
            "unchanged",
            "duplicate_in_file",
            "rejected",
            "suppressed",
        ] {
            let count = import["counts"][outcome].as_u64().unwrap();
            assert_eq!(count, file.count(outcome), "{outcome}");
        }
        let people = file.count("created") + file.count("suppressed");
        let path = self.list.clone();
        let list = self.writer.get(&path).await;
        assert_eq!(list["counts"]["total"].as_u64(), Some(people), "{list}");
        assert_eq!(list["status"], "validated");

        let suppressed = file.count("suppressed");
        for (what, counted, table, expected) in [
            ("contacts", "*", "contacts", people),
            ("addresses", "DISTINCT email_normalized", "contacts", people),
            ("members", "*", "contact_list_members", people),
            ("judgements", "*", "validation_logs", people),
            ("suppressions", "*", "suppressions", suppressed),
            ("touches", "*", "contact_import_touches", 0),
            ("pieces of the file", "*", "contact_import_chunks", 0),
            (
                "entries",
                "CASE WHEN entity_type = 'contact_import' THEN 1 END",
                "audit_logs",
                2,
            ),
        ] {
            let sql = format!(
                "SELECT count({counted}) FROM {table} WHERE organization_id = '{}'",
                self.organization
            );
            assert_eq!(number(admin, sql).await, expected, "{what}");
        }
        let lines: Vec<i64> =
            sqlx::query_scalar("SELECT line FROM contact_import_rejections WHERE organization_id = $1::uuid ORDER BY line")
                .bind(self.organization)
                .fetch_all(admin)
                .await
                .unwrap();
        assert_eq!(lines, file.rejected_lines);
    }
}

fn rows_read(import: &Value) -> u64 {
    import["counts"]["rows_read"].as_u64().unwrap()
}

async fn number(admin: &mut PgConnection, sql: String) -> u64 {
    let number: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_one(admin)
        .await
        .unwrap();
    u64::try_from(number).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_again_and_again_loses_no_row_and_doubles_none() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let (rows, kills) = (extent::rows(30_000), extent::kills(4));
    let file = File::of(rows);
    let mut program = Program::start(&data_dir);
    let mut importing = Importing::begin(&program, &file).await;
    let begun = Instant::now();

    let mut inside = 0;
    let mut reached = 0_u64;
    for kill in 0..kills {
        // Before a batch was written and after some: the rest of the time is chance.
        let import = importing
            .wait_for_more_than(reached.saturating_sub(1))
            .await;
        if kill % 2 == 1 {
            tokio::time::sleep(a_random_while() / 3).await;
        }
        if kill % 4 == 3 {
            kill_database(&data_dir);
        }
        program.kill();
        program = Program::start(&data_dir);
        importing.follow(&program);
        let after = importing.read().await;
        assert!(rows_read(&after) >= rows_read(&import), "{after}");
        inside += usize::from(after["status"] != "completed");
        reached = rows_read(&after) + 1;
    }
    assert!(
        inside >= kills.min(2),
        "it was killed in the middle {inside} times"
    );

    let mut admin = administrator(&data_dir).await;
    importing.reckon(&file, &mut admin).await;
    program.stop();
    println!(
        "rows={rows} kills={kills} inside={inside} seconds={:.0} lost=0 doubled=0",
        begun.elapsed().as_secs_f64()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_the_program_stops_in_goes_on_soon_after_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let file = File::of(30_000);
    let program = Program::start(&data_dir);
    let mut importing = Importing::begin(&program, &file).await;
    importing.wait_for_more_than(0).await;

    let told = Instant::now();
    program.terminate();
    let status = tokio::task::block_in_place(|| program.wait());
    assert!(status.success(), "{status}");
    assert!(
        told.elapsed() < Duration::from_secs(10),
        "it took {:?}",
        told.elapsed()
    );

    let program = Program::start(&data_dir);
    let ready = Instant::now();
    importing.follow(&program);
    let import = importing.read().await;
    assert_eq!(import["status"], "running", "it was stopped in the middle");
    let mut admin = administrator(&data_dir).await;
    all_go_on(&[KIND], &mut admin, ready, RESUMED_WITHIN).await;

    importing.reckon(&file, &mut admin).await;
    program.stop();
}
