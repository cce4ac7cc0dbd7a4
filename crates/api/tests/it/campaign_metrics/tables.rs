//! What tables say, as the documents of the API have it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::at;

/// A row of a table, by the names of its columns.
pub(super) type Row = BTreeMap<String, String>;

/// The rows in an order that does not depend on theirs.
pub(super) fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort();
    rows
}

/// A value as tables have it.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        // Spreadsheets are told whole numbers without a point.
        Value::Number(number) => number.to_string().trim_end_matches(".0").to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The cells of these columns.
fn row(document: &Value, columns: &[(&str, &str)]) -> Row {
    let cells = columns
        .iter()
        .map(|(name, place)| ((*name).to_owned(), cell(at(document, place))));
    cells.collect()
}

/// What tables call what is counted, and where it stands.
const COUNTS: [(&str, &str); 25] = [
    ("sent", "/counts/sent/events"),
    ("sent_people", "/counts/sent/people"),
    ("bounced", "/counts/bounced/events"),
    ("bounced_people", "/counts/bounced/people"),
    ("delivered", "/counts/delivered"),
    ("opens", "/counts/opened/human/events"),
    ("unique_opens", "/counts/opened/human/people"),
    ("machine_opens", "/counts/opened/machine/events"),
    ("unique_machine_opens", "/counts/opened/machine/people"),
    ("clicks", "/counts/clicked/human/events"),
    ("unique_clicks", "/counts/clicked/human/people"),
    ("machine_clicks", "/counts/clicked/machine/events"),
    ("unique_machine_clicks", "/counts/clicked/machine/people"),
    ("unsubscribes", "/counts/unsubscribed/human/events"),
    ("unique_unsubscribes", "/counts/unsubscribed/human/people"),
    (
        "machine_unsubscribes",
        "/counts/unsubscribed/machine/events",
    ),
    (
        "unique_machine_unsubscribes",
        "/counts/unsubscribed/machine/people",
    ),
    ("form_views", "/counts/viewed/human/events"),
    ("unique_form_views", "/counts/viewed/human/people"),
    ("machine_form_views", "/counts/viewed/machine/events"),
    ("unique_machine_form_views", "/counts/viewed/machine/people"),
    ("submissions", "/counts/submitted/human/events"),
    ("unique_submissions", "/counts/submitted/human/people"),
    ("machine_submissions", "/counts/submitted/machine/events"),
    (
        "unique_machine_submissions",
        "/counts/submitted/machine/people",
    ),
];

/// The same of what days do not have.
const RATES: [(&str, &str); 12] = [
    ("leads", "/leads"),
    ("converted", "/converted"),
    ("delivery_rate", "/rates/delivery"),
    ("bounce_rate", "/rates/bounce"),
    ("open_rate", "/rates/open"),
    ("click_rate", "/rates/click"),
    ("click_to_open_rate", "/rates/click_to_open"),
    ("unsubscribe_rate", "/rates/unsubscribe"),
    ("conversion_rate", "/rates/conversion"),
    ("landing_rate", "/rates/landing"),
    ("machine_open_rate", "/rates/machine_open"),
    ("machine_click_rate", "/rates/machine_click"),
];

fn figures(document: &Value) -> Row {
    row(document, &[COUNTS.as_slice(), RATES.as_slice()].concat())
}

pub(super) fn totals(told: &Value) -> Vec<Row> {
    let mut before = figures(at(told, "/previous"));
    let mut now = figures(at(told, "/figures"));
    now.insert("late_events".to_owned(), cell(at(told, "/late_events")));
    before.insert("late_events".to_owned(), String::new());
    let rows = now.into_iter().map(|(figure, now)| {
        let before = before[&figure].clone();
        let cells = [
            ("figure", figure),
            ("period", now),
            ("previous_period", before),
        ];
        cells.map(|(name, cell)| (name.to_owned(), cell)).into()
    });
    sorted(rows.collect())
}

/// The rows of a list, each with these columns and some more.
fn rows(list: &[Value], columns: &[(&str, &str)], more: impl Fn(&Value) -> Row) -> Vec<Row> {
    let rows = list.iter().map(|document| {
        let mut cells = row(document, columns);
        cells.extend(more(document));
        cells
    });
    sorted(rows.collect())
}

pub(super) fn days(list: &[Value]) -> Vec<Row> {
    let columns = [
        ("date", "/date"),
        ("final", "/is_final"),
        ("late_events", "/late_events"),
    ];
    rows(list, &columns, |day| row(day, &COUNTS))
}

pub(super) fn funnel(list: &[Value]) -> Vec<Row> {
    let columns = [
        ("step", "/step"),
        ("people", "/people"),
        ("of_previous", "/of_previous"),
        ("of_sent", "/of_sent"),
    ];
    rows(list, &columns, |_| Row::new())
}

pub(super) fn sources(list: &[Value]) -> Vec<Row> {
    let columns = [
        ("source", "/source"),
        ("leads", "/leads"),
        ("converted", "/converted"),
        ("conversion_rate", "/conversion"),
    ];
    rows(list, &columns, |_| Row::new())
}

pub(super) fn segments(list: &[Value]) -> Vec<Row> {
    let columns = [("segment", "/segment")];
    rows(list, &columns, |segment| figures(at(segment, "/figures")))
}

/// The name of the only campaign begins like a formula.
pub(super) fn compared(list: &[Value]) -> Vec<Row> {
    let columns = [("campaign_id", "/campaign_id")];
    rows(list, &columns, |campaign| {
        let mut cells = figures(at(campaign, "/figures"));
        let name = format!("'{}", cell(at(campaign, "/name")));
        cells.insert("campaign".to_owned(), name);
        cells
    })
}
