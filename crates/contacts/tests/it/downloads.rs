//! Downloads of contacts.

use contacts::{ContactExport, ContactFilter, ContactText, FileReader, ParsedRow, Profile, sniff};
use kernel::AuditAction;

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
    let text = String::from_utf8(file).unwrap();
    for lead in ["=", "+", "-", "@", "＝", "＋", "－", "＠"] {
        assert!(!text.contains(&format!("\"{lead}")), "{lead}");
    }
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
    assert!(reasons.eq(["", "q=…"]));
}
