//! Looks for canaries wherever the program leaves something.

use std::path::Path;

use reqwest::Method;

use crate::stack::{PASSWORD, Stack, log};

/// People, who must not be found.
const PEOPLE: &[&str] = &["@example.com", EMAIL, "Ada Example", NAME, PHONE];

/// What must not be found either: where they come from, what they come with, and what opens doors.
const SECRETS: &[&str] = &[
    ADDRESS,
    USER_AGENT,
    PASSWORD,
    "shut barn doors at last",
    "cva_",
    "cvr_",
    "cvk_",
    "cvi_",
];

/// All that must not be found.
pub(super) fn canaries() -> impl Iterator<Item = &'static str> {
    PEOPLE.iter().chain(SECRETS).copied()
}

pub(super) const EMAIL: &str = "cornelia.canary@nest.example";
pub(super) const NAME: &str = "Cornelia Canary";
pub(super) const PHONE: &str = "+49305550177";
pub(super) const ADDRESS: &str = "198.51.100.77";
pub(super) const USER_AGENT: &str = "CanaryBrowser/7.7";

/// What is told of whoever gets a mail and answers it, or shows by itself.
const VISITOR: [&str; 5] = [EMAIL, NAME, PHONE, ADDRESS, USER_AGENT];

/// A table, columns of it, and why they have what nothing else may have.
type Columns = (&'static str, &'static [&'static str], &'static str);

/// Where personal data and beginnings of tokens are kept on purpose.
const KEPT: &[Columns] = &[
    ("access_logs", &["ip"], "the specification wants it there"),
    ("api_keys", &["prefix"], "to recognise a key by"),
    (
        "audit_payloads",
        &["changes", "ip", "user_agent"],
        "the erasable half of the log",
    ),
    (
        "contact_bulk_operations",
        &["changes", "filter"],
        "what is to be done to whom, until it is done",
    ),
    (
        "contacts",
        &["email"],
        "an address as it was given, where that is not how it is compared",
    ),
    ("invitations", &["email", "email_folded"], "who is invited"),
    ("sessions", &["ip", "user_agent"], "shown to whose they are"),
    (
        "users",
        &["email", "email_folded", "display_name"],
        "the account itself",
    ),
];

/// The same of what somebody leaves who gets a mail and answers it: each of these columns has something of them.
const VISITED: &[Columns] = &[
    (
        "consent_records",
        &["ip_address", "user_agent"],
        "the proof of who agreed, from where",
    ),
    (
        "contacts",
        &[
            "email_normalized",
            "first_name",
            "last_name",
            "display_name",
            "phone",
            "search_text",
        ],
        "the people that an organization may write to",
    ),
    (
        "events",
        &["ip_address", "user_agent"],
        "to tell people from machines by",
    ),
    (
        "form_responses",
        &["response_data", "ip", "user_agent"],
        "what was answered, as it came",
    ),
    (
        "lead_field_values",
        &["value_text", "value_folded"],
        "to find leads by what they answered",
    ),
    (
        "leads",
        &["notes", "person"],
        "what is noted about somebody, and the address of those who are no contact",
    ),
];

/// An answer is kept for a day, to be repeated to whoever sent the request and holds its key: it names
/// people where the resource does, but it never holds a secret.
const ANSWERS: &str = "idempotency_keys.answer";

/// One place that was searched.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) text: String,
    /// Whether it is there for what nothing else may have.
    is_kept: bool,
}

/// Everything that the program left: its log, its metrics, all tables, and PostgreSQL's log.
pub(super) async fn places(stack: &Stack, server_log: &Path) -> Vec<Place> {
    let place = |name: &str, text: String| Place {
        name: name.to_owned(),
        text,
        is_kept: false,
    };
    let metrics = stack.call(Method::GET, "/metrics").text().await;
    let server_log = std::fs::read(server_log).expect("PostgreSQL has a log");
    let mut places = vec![
        place("the log", log::kept()),
        place("the metrics", metrics),
        place(
            "PostgreSQL's log",
            String::from_utf8_lossy(&server_log).into_owned(),
        ),
    ];
    let rows = stack.rows().await;
    for (table, row) in rows.iter() {
        for (column, value) in row {
            places.push(Place {
                name: format!("{table}.{column}"),
                text: value.to_string(),
                is_kept: is_kept(table, column),
            });
        }
    }
    places
}

fn is_kept(table: &str, column: &str) -> bool {
    let mut kept = KEPT.iter().chain(VISITED);
    kept.any(|(name, columns, _)| *name == table && columns.contains(&column))
}

/// The columns to which nothing came of whoever got a mail and answered it.
pub(super) fn unvisited(places: &[Place]) -> Vec<String> {
    let columns = VISITED.iter().flat_map(|(table, columns, _)| {
        let names = columns.iter();
        names.map(move |column| format!("{table}.{column}"))
    });
    let is_unvisited = |name: &String| {
        let mut named = places.iter().filter(|place| place.name == *name);
        !named.any(|place| VISITOR.iter().any(|canary| place.text.contains(canary)))
    };
    columns.filter(is_unvisited).collect()
}

/// Which canaries are where, each once, with what is around.
pub(super) fn found(places: &[Place]) -> Vec<String> {
    let mut found = Vec::new();
    for place in places.iter().filter(|place| !place.is_kept) {
        for canary in canaries() {
            if place.name == ANSWERS && PEOPLE.contains(&canary) {
                continue;
            }
            if let Some(at) = place.text.find(canary) {
                let before = &place.text[..at];
                let begin = before.rfind('\n').map_or(0, |end| end + 1);
                let line = place.text[begin..].lines().next().unwrap_or_default();
                let line = line.chars().take(600).collect::<String>();
                found.push(format!("{}: {canary}: {line}", place.name));
            }
        }
    }
    found
}
