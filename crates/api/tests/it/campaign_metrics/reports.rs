//! What reports say, as the documents of the API have it.

use serde_json::Value;
use time::Date;
use time::macros::format_description;

use super::at;
use super::tables::cell;

/// Texts that stand one after the other.
type Line = Vec<String>;

/// What reports call the key figures, and where they stand.
const KEY_FIGURES: [(&str, &str); 15] = [
    ("Mails sent", "/counts/sent/people"),
    ("Mails delivered", "/counts/delivered"),
    ("Bounce rate", "/rates/bounce"),
    ("People who opened", "/counts/opened/human/people"),
    ("Open rate", "/rates/open"),
    ("People who clicked", "/counts/clicked/human/people"),
    ("Click rate", "/rates/click"),
    ("Click-to-open rate", "/rates/click_to_open"),
    ("Unsubscribed", "/counts/unsubscribed/human/people"),
    ("Unsubscribe rate", "/rates/unsubscribe"),
    ("Forms sent", "/counts/submitted/human/events"),
    ("Leads", "/leads"),
    ("Conversion rate", "/rates/conversion"),
    ("Opened by machines", "/counts/opened/machine/people"),
    ("Clicked by machines", "/counts/clicked/machine/people"),
];

/// A number or a quotient as reports have it.
fn written(value: &Value) -> String {
    let share = |share: f64| format!("{:.1} %", share * 100.0);
    match value.as_u64() {
        Some(number) => number.to_string(),
        None => value.as_f64().map_or_else(|| "–".to_owned(), share),
    }
}

/// What stands side by side in a report, of each of these with its name.
fn lines(list: &[Value], name: &str, places: &[&str]) -> Vec<Line> {
    let lines = list.iter().map(|document| {
        let told = places.iter().map(|place| written(at(document, place)));
        std::iter::once(cell(at(document, name)))
            .chain(told)
            .collect()
    });
    lines.collect()
}

/// The key figures and every day.
pub(super) fn common_lines(told: &Value, daily: &[Value]) -> Vec<Line> {
    let key_figures = KEY_FIGURES.map(|(name, place)| {
        let number = |of: &str| written(at(&told[of], place));
        vec![name.to_owned(), number("figures"), number("previous")]
    });
    let places = [
        "/counts/sent/events",
        "/counts/bounced/events",
        "/counts/opened/human/events",
        "/counts/clicked/human/events",
        "/counts/unsubscribed/human/events",
        "/counts/submitted/human/events",
    ];
    let mut days = lines(daily, "/date", &places);
    for day in &mut days {
        let date = Date::parse(&day[0], format_description!("[year]-[month]-[day]")).unwrap();
        day[0] = format!("{} {} {}", date.day(), date.month(), date.year());
    }
    key_figures.into_iter().chain(days).collect()
}

/// What a table tells of segments or campaigns.
pub(super) fn lines_beside(list: &[Value], name: &str) -> Vec<Line> {
    let places = [
        "/figures/counts/sent/people",
        "/figures/counts/delivered",
        "/figures/counts/opened/human/people",
        "/figures/counts/clicked/human/people",
        "/figures/counts/submitted/human/people",
        "/figures/leads",
    ];
    lines(list, name, &places)
}

/// The bars of steps and sources, by what they are called.
pub(super) fn bars(stages: &[Value], sources: &[Value]) -> Vec<Line> {
    let steps = [
        "Mail sent",
        "Opened",
        "Clicked",
        "Saw the page",
        "Sent the form",
        "Converted",
    ];
    assert_eq!(stages.len(), steps.len());
    let steps = steps.iter().zip(stages).map(|(name, stage)| {
        let people = written(&stage["people"]);
        let told = if *name == "Mail sent" {
            people
        } else {
            format!("{people} ({})", written(&stage["of_sent"]))
        };
        vec![(*name).to_owned(), told]
    });
    let sources = sources.iter().map(|source| {
        let name = match cell(&source["source"]).as_str() {
            "email_campaign" => "Email campaign",
            _ => "Direct form",
        };
        let (leads, converted) = (written(&source["leads"]), written(&source["converted"]));
        vec![name.to_owned(), format!("{leads} ({converted} converted)")]
    });
    steps.chain(sources).collect()
}

/// Each of these lines stands in the report.
pub(super) fn assert_told(texts: &[String], lines: &[Line]) {
    for line in lines {
        let is_told = texts.windows(line.len()).any(|it| it == line);
        assert!(is_told, "{line:?} in {texts:#?}");
    }
}
