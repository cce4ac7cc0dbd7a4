//! A download of contacts is a file that can be imported, and nothing of it is lost on the way.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;

use contacts::{
    Attributes, ContactFilter, ContactSource, ContactText, Contacts, FileReader, ImportOptions,
    ImportStatus, NewContact, NewSuppressions, OnDuplicate, OnInvalid, Profile, SuppressionReason,
    Suppressions, sniff,
};
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::office::Office;
use crate::world::once;

/// What an organization cannot bring along: whose the contact is, and since when.
const OWN: [&str; 5] = ["id", "source", "import_id", "created_at", "updated_at"];

/// A contact that was given, and what its address is stopped for.
type Given = (String, Profile, Vec<SuppressionReason>);

/// A text as a person or a formula would write it.
fn a_text() -> impl Strategy<Value = Option<ContactText>> {
    let text = prop_oneof![
        Just(String::new()),
        "[=+@'\"-][ -~]{0,8}",
        "[ -~äöüß，＝]{1,12}",
        "\\PC{1,6}",
    ];
    text.prop_map(|text| text.parse().ok())
}

fn a_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[=+@'\"-]?[ -~\n\tö]{0,10}".prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1_000_000_i32..1_000_000).prop_map(|n| Value::from(f64::from(n) / 8.0)),
    ]
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let name = "[=@'a-zA-Z][ -~ß]{0,6}";
    prop::collection::vec((name, a_value()), 0..4).prop_map(|pairs| {
        let map = pairs.into_iter().collect::<Map<_, _>>();
        Attributes::new(map).unwrap_or_default()
    })
}

fn a_profile() -> impl Strategy<Value = Profile> {
    let texts = [(); 6].map(|()| a_text());
    let locale = prop::sample::select(vec!["", "de", "en-GB", "pt-BR", "zh-Hant"]);
    let timezone = prop::sample::select(vec!["", "Europe/Berlin", "America/New_York", "UTC"]);
    (texts, locale, timezone, attributes()).prop_map(|(texts, locale, timezone, attributes)| {
        let [
            first_name,
            last_name,
            display_name,
            phone,
            company,
            job_title,
        ] = texts;
        Profile {
            first_name,
            last_name,
            display_name,
            phone,
            company,
            job_title,
            locale: locale.parse().ok(),
            timezone: timezone.parse().ok(),
            attributes,
        }
    })
}

fn people() -> impl Strategy<Value = Vec<Given>> {
    use SuppressionReason::{Bounced, Complained, Manual, Unsubscribed};
    let beginning = prop::sample::select(vec!["ada", "=1+1", "+eve", "-bob", "Jörg", "o'neil"]);
    let domain = prop::sample::select(vec!["analytical.org", "BÜCHER.example.com", "gmial.com"]);
    let reasons = prop::sample::subsequence(vec![Unsubscribed, Bounced, Complained, Manual], 0..3);
    let person = (beginning, domain, a_profile(), reasons);
    prop::collection::vec(person, 1..5).prop_map(|people| {
        let people = people.into_iter().enumerate();
        people
            .map(|(number, (beginning, domain, profile, reasons))| {
                (format!("{beginning}{number}@{domain}"), profile, reasons)
            })
            .collect()
    })
}

impl Office {
    async fn meet(&self, people: Vec<Given>) {
        let ports = self.ports.clone();
        let contacts = Contacts::new(
            ports.store.clone(),
            ports.clock.clone(),
            ports.ids.clone(),
            ports.judge.clone(),
        );
        let suppressions = Suppressions::new(ports.store, ports.clock, ports.ids, ports.judge);
        for (email, profile, reasons) in people {
            let new = NewContact {
                email: email.parse().unwrap(),
                profile,
                source: ContactSource::Api,
            };
            let made = contacts.create(&self.scope, Ok(new), &once()).await;
            made.unwrap();
            for reason in reasons {
                let wanted = NewSuppressions {
                    emails: vec![email.parse().unwrap()],
                    reason,
                };
                let again = once();
                let stopped = suppressions.add(&self.scope, Ok(wanted), &again);
                stopped.await.unwrap();
            }
        }
    }

    async fn download(&self) -> Vec<u8> {
        let ports = self.ports.clone();
        let contacts = Contacts::new(ports.store, ports.clock, ports.ids, ports.judge);
        let filter = ContactFilter::default();
        let mut export = contacts.export(&self.scope, filter).await.unwrap();
        let mut file = Vec::new();
        while let Some(chunk) = export.next_chunk().await.unwrap() {
            file.extend(chunk);
        }
        file
    }
}

/// The rows of a file by their address, without what is an organization's own.
fn rows(file: &[u8]) -> BTreeMap<String, Vec<(String, String)>> {
    let mut detected = sniff(file);
    for column in &mut detected.columns {
        let is_told = !OWN.contains(&column.name.as_str()) && column.name != "email";
        if is_told {
            column.meaning = contacts::Meaning::Attribute;
        }
    }
    let mut rows = BTreeMap::new();
    let mut reader = FileReader::new(&detected);
    let mut keep = |row: Result<contacts::ParsedRow, contacts::RejectedRow>| {
        let row = row.ok().unwrap();
        rows.insert(row.email, row.attributes);
    };
    reader.read(file, &mut keep);
    reader.finish(&mut keep);
    rows
}

proptest! {
    #[test]
    fn a_download_that_is_imported_into_an_empty_organization_is_downloaded_again_as_it_was(people in people()) {
        let (first, second) = run(async {
            let one = Office::open().await;
            one.meet(people).await;
            let first = one.download().await;
            let other = Office::open().await;
            let options = ImportOptions {
                on_duplicate: OnDuplicate::Update,
                invalid: OnInvalid::Keep,
                dry_run: false,
            };
            let file = String::from_utf8(first.clone()).unwrap();
            let id = other.import(&file, options, 10, None).await;
            assert_eq!(other.state(id).await.status, ImportStatus::Completed);
            (first, other.download().await)
        });
        prop_assert_eq!(rows(&first), rows(&second));
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(work)
}
