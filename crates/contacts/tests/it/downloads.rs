//! Downloads of contacts and of rejected rows.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;

use contacts::ports::ContactStore as _;
use contacts::{
    Attributes, ContactExport, ContactFilter, ContactList, ContactSource, ContactText, FileReader,
    FileSource, ImportJob, ImportOptions, ImportPorts, ImportStatus, Imports, Judge,
    NewContactList, NewImport, OnDuplicate, OnInvalid, ParsedRow, Profile, SourceBroken, sniff,
};
use csv::StringRecord;
use kernel::{
    AuditAction, Clock as _, ContactImportId, ContactListId, Job as _, JobClaim, JobEnd,
    JobStore as _, PageRequest, RequestId, TenantScope, unguarded_cell,
};
use serde_json::{Value, json};
use testkit::{SequentialIds, StagedWork, TestKeys, a_unique_id};

use crate::world::{World, fresh, new, once};

/// What a spreadsheet, a shell, a page or a reader of CSV could take for something else than a text.
const PAYLOADS: [&str; 36] = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "=HYPERLINK(\"http://example.com\",\"x\")",
    "+1",
    "+49 30 1234",
    "-1",
    "-2+3",
    "@SUM(A1:A9)",
    "'=1",
    "''=1",
    "'tis",
    "'",
    "＝1",
    "＋1",
    "－1",
    "＠A1",
    "a,b",
    "a;b",
    "a\"b",
    "\"",
    "\"\"",
    "\",\"",
    "a|b",
    "a=b",
    "1,5",
    "O'Brien",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "data:text/html,x",
    "%0d%0a",
    "\\",
    "\\N",
    "NULL",
    "{{name}}",
    "ö€ł你",
    "🙂",
];

/// What no line of text can begin with, but what free fields and files can hold.
const CONTROLS: [&str; 9] = [
    "\t=1+1",
    "\t",
    "\r=1+1",
    "\r\n=1+1",
    "\n=1+1",
    "\n@SUM(A1:A9)",
    "'\t=1",
    "a\n=1+1",
    "a\t=1+1",
];

/// What a spreadsheet takes for a formula, or drops before one.
const LEADS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The cells of a file, line by line, of which none begins like a formula.
fn cells(file: &[u8]) -> Vec<StringRecord> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(file);
    let records = reader.records().collect::<Result<Vec<_>, _>>().unwrap();
    for cell in records.iter().flatten() {
        assert!(!cell.starts_with(LEADS), "{cell:?}");
    }
    records
}

async fn whole(mut export: ContactExport) -> Vec<Vec<u8>> {
    let mut chunks = Vec::new();
    while let Some(chunk) = export.next_chunk().await.expect("the storage answers") {
        chunks.push(chunk);
    }
    chunks
}

fn rows(file: &[u8]) -> Vec<ParsedRow> {
    let detected = sniff(file);
    assert!(!detected.needs_mapping());
    let mut rows = Vec::new();
    let mut reader = FileReader::new(&detected);
    reader.read(file, &mut |row| rows.push(row.expect("a row")));
    reader.finish(&mut |row| rows.push(row.expect("a row")));
    rows
}

#[tokio::test]
async fn what_is_downloaded_reads_back_as_it_was_and_is_no_formula() {
    let world = World::new();
    for (number, payload) in PAYLOADS.iter().enumerate() {
        let mut contact = new(&format!("{number}@example.com"));
        let text = || ContactText::lossy(payload);
        contact.profile = Profile {
            first_name: text(),
            last_name: text(),
            display_name: text(),
            phone: text(),
            company: text(),
            job_title: text(),
            ..Profile::default()
        };
        let made = world
            .contacts
            .create(&world.scope, Ok(contact), &once())
            .await;
        fresh(made.unwrap());
    }

    let export = world
        .contacts
        .export(&world.scope, ContactFilter::default());
    let file = whole(export.await.unwrap()).await.concat();

    let rows = rows(&file);
    assert_eq!(rows.len(), PAYLOADS.len());
    for ((number, payload), row) in PAYLOADS.iter().enumerate().zip(&rows) {
        assert_eq!(row.email, format!("{number}@example.com"));
        for text in [
            &row.first_name,
            &row.last_name,
            &row.full_name,
            &row.phone,
            &row.company,
            &row.job_title,
        ] {
            assert_eq!(text.as_deref(), Some(*payload));
        }
    }
    cells(&file);
}

#[tokio::test]
async fn free_fields_and_addresses_are_downloaded_as_they_were_and_are_no_formulas() {
    let world = World::new();
    let texts = PAYLOADS.iter().chain(&CONTROLS);
    for (number, payload) in texts.clone().enumerate() {
        let mut contact = new(&format!("={number}@example.com"));
        let named = json!({ "note": payload, (*payload): 1 });
        let Value::Object(named) = named else {
            panic!("an object");
        };
        // Names of fields have no control characters.
        let attributes = Attributes::new(named).or_else(|_| {
            let note = [("note".to_owned(), json!(payload))];
            Attributes::new(note.into_iter().collect())
        });
        contact.profile.attributes = attributes.unwrap();
        let made = world
            .contacts
            .create(&world.scope, Ok(contact), &once())
            .await;
        fresh(made.unwrap());
    }

    let export = world
        .contacts
        .export(&world.scope, ContactFilter::default());
    let file = whole(export.await.unwrap()).await.concat();

    let told = cells(&file);
    let column = |name: &str| told[0].iter().position(|cell| cell == name).unwrap();
    let (email, attributes) = (column("email"), column("attributes"));
    assert_eq!(told.len(), 1 + PAYLOADS.len() + CONTROLS.len());
    for ((number, payload), row) in texts.enumerate().zip(&told[1..]) {
        let address = unguarded_cell(&row[email]);
        assert_eq!(address, format!("={number}@example.com"));
        let attributes: Value = serde_json::from_str(&row[attributes]).unwrap();
        assert_eq!(attributes["note"], *payload);
    }
}

/// A file in one piece.
struct Whole(Option<Vec<u8>>);

#[async_trait::async_trait]
impl FileSource for Whole {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SourceBroken> {
        Ok(self.0.take())
    }
}

/// Reads a file to its end; tells under which id.
async fn import(world: &World, ports: &ImportPorts, file: &str) -> ContactImportId {
    let list = ContactListId::from_uuid(a_unique_id());
    let new = NewContactList {
        name: "Everybody".parse().unwrap(),
        description: "".parse().unwrap(),
        source: ContactSource::Manual,
    };
    let at = world.clock.now();
    let made = ContactList::open(list, world.scope.organization(), new, at, None);
    let unit = world.database.begin(&world.scope).await.unwrap();
    unit.lists().insert(&made).await.unwrap();
    unit.commit().await.unwrap();
    let imports = Imports::new(ports.clone());
    let new = NewImport {
        file_name: "people.csv".parse().unwrap(),
        options: ImportOptions {
            on_duplicate: OnDuplicate::Update,
            invalid: OnInvalid::Keep,
            dry_run: false,
        },
        repeat: false,
        wait: false,
    };
    let mut source = Whole(Some(file.into()));
    let uploaded = imports.receive(&world.scope, list, &new, &mut source).await;
    let launched = imports
        .launch(&world.scope, uploaded.unwrap(), &once())
        .await;
    let id = fresh(launched.unwrap()).import.id();
    let worker = a_unique_id();
    let claim = JobClaim {
        worker,
        now: at,
        lease: time::Duration::minutes(1),
        limit: 1,
        reserved: 0,
    };
    let job = world.database.claim(&claim).await.unwrap().pop().unwrap();
    let work = ImportJob::new(ports.clone());
    let scope = TenantScope::for_job(
        job.organization,
        work.kind(),
        job.id,
        RequestId::from_uuid(a_unique_id()),
    );
    let staged = StagedWork::new(job.id, worker);
    let end = work.run(&job, &scope, &staged).await;
    assert!(matches!(end, Ok(JobEnd::Completed(_))));
    let read = imports.read(&world.scope, id).await.unwrap();
    assert_eq!(read.import.state().status, ImportStatus::Completed);
    id
}

#[tokio::test]
async fn rejected_rows_are_downloaded_as_they_were_and_are_no_formulas() {
    let world = World::new();
    let ports = ImportPorts {
        store: Arc::new(world.database.clone()),
        clock: Arc::new(world.clock.clone()),
        ids: Arc::new(SequentialIds::default()),
        judge: Judge::offline(Arc::new(TestKeys::default())),
    };
    let texts = PAYLOADS.iter().chain(&CONTROLS);
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let rows = texts
        .clone()
        .map(|payload| format!(",{},x\r\n", quoted(payload)));
    let file = format!(
        "Email,Note,\"=2+3\"\r\nada@example.com,Ada,x\r\n{}",
        rows.collect::<String>()
    );

    let id = import(&world, &ports, &file).await;
    let mut export = Imports::new(ports)
        .rejections_csv(&world.scope, id)
        .await
        .unwrap();
    let mut told = Vec::new();
    while let Some(chunk) = export.next_chunk().await.unwrap() {
        told.extend(chunk);
    }

    let told = cells(&told);
    assert_eq!(told.len(), 1 + PAYLOADS.len() + CONTROLS.len());
    assert_eq!(told[0].iter().nth(5), Some("Note"));
    for (payload, row) in texts.zip(&told[1..]) {
        assert_eq!((&row[2], &row[4], &row[6]), ("no_address", "", "x"));
        assert_eq!(unguarded_cell(&row[5]), *payload);
    }
}

#[tokio::test]
async fn rejected_rows_are_shown_in_short_and_downloaded_whole_few_at_a_time_where_they_are_long() {
    const ROWS: usize = 12;
    const LENGTH: usize = 200_000;
    let world = World::new();
    let store = Arc::new(world.database.clone());
    let ports = ImportPorts {
        store,
        clock: Arc::new(world.clock.clone()),
        ids: Arc::new(SequentialIds::default()),
        judge: Judge::offline(Arc::new(TestKeys::default())),
    };
    let row = format!(",{}\r\n", "x".repeat(LENGTH));
    let file = format!("Email,Note\r\nada@example.com,Ada\r\n{}", row.repeat(ROWS));

    let id = import(&world, &ports, &file).await;
    let imports = Imports::new(ports);
    let page = PageRequest::first();
    let shown = imports.rejections(&world.scope, id, &page).await.unwrap();
    let mut export = imports.rejections_csv(&world.scope, id).await.unwrap();
    let mut told = Vec::new();
    while let Some(chunk) = export.next_chunk().await.unwrap() {
        assert!(chunk.len() < 2 * 1024 * 1024, "{}", chunk.len());
        told.extend(chunk);
    }

    let shown = shown.items.iter().map(|row| row.original.chars().count());
    assert!(shown.eq([2_000; ROWS]));
    let told = cells(&told);
    assert_eq!(told.len(), 1 + ROWS);
    assert!(told[1..].iter().all(|row| row[5].len() == LENGTH));
}

#[tokio::test]
async fn a_download_is_made_in_pieces_of_what_fits_the_filter_and_is_noted() {
    let world = World::new();
    for number in 0..450 {
        let mut contact = new(&format!("{number}@example.com"));
        contact.profile.company = ContactText::lossy(if number % 2 == 0 { "Even" } else { "Odd" });
        let made = world
            .contacts
            .create(&world.scope, Ok(contact), &once())
            .await;
        fresh(made.unwrap());
    }
    let odd = ContactFilter {
        search: "odd".parse().ok(),
        ..ContactFilter::default()
    };

    let all = world
        .contacts
        .export(&world.scope, ContactFilter::default());
    let all = whole(all.await.unwrap()).await;
    let some = world.contacts.export(&world.scope, odd).await.unwrap();
    let some = whole(some).await.concat();

    assert_eq!(all.len(), 4, "a header, and pages of 200");
    assert_eq!(rows(&all.concat()).len(), 450);
    let numbers = rows(&some)
        .into_iter()
        .map(|row| row.email.split_once('@').unwrap().0.parse::<u32>().unwrap());
    assert!(numbers.eq((0..450).filter(|number| number % 2 == 1)));
    let log = world.log();
    let exports = log
        .iter()
        .filter(|entry| entry.action == AuditAction::Export);
    let reasons = exports.map(|entry| entry.reason.as_deref().unwrap_or_default());
    assert!(reasons.eq(["all=true", "q=…"]));
}
