//! Looks for canaries wherever the program leaves something.

use std::path::Path;

use reqwest::Method;

use crate::stack::{PASSWORD, Stack, log};

/// People, who must not be found.
const PEOPLE: &[&str] = &["@example.com", EMAIL, "Ada Example", NAME];

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
pub(super) const ADDRESS: &str = "198.51.100.77";
pub(super) const USER_AGENT: &str = "CanaryBrowser/7.7";

/// Where personal data and beginnings of tokens are kept on purpose: table, columns, and why.
const KEPT: &[(&str, &[&str], &str)] = &[
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
        &[
            "email",
            "email_normalized",
            "first_name",
            "last_name",
            "display_name",
            "search_text",
        ],
        "the people that an organization may write to",
    ),
    ("invitations", &["email", "email_folded"], "who is invited"),
    ("sessions", &["ip", "user_agent"], "shown to whose they are"),
    (
        "users",
        &["email", "email_folded", "display_name"],
        "the account itself",
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
}

/// Everything that the program left: its log, its metrics, all tables, and PostgreSQL's log.
pub(super) async fn places(stack: &Stack, server_log: &Path) -> Vec<Place> {
    let place = |name: &str, text: String| Place {
        name: name.to_owned(),
        text,
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
        let kept = KEPT.iter().find(|(name, ..)| *name == table);
        let kept = kept.map_or(&[][..], |(_, columns, _)| columns);
        for (column, value) in row {
            if !kept.contains(&column.as_str()) {
                places.push(place(&format!("{table}.{column}"), value.to_string()));
            }
        }
    }
    places
}

/// Which canaries are where, each once, with what is around.
pub(super) fn found(places: &[Place]) -> Vec<String> {
    let mut found = Vec::new();
    for place in places {
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
