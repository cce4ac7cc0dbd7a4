//! What a report says can be read out of its file, and is what the metrics say.
#![expect(clippy::unwrap_used, reason = "what tests stand on")]

use std::path::Path;

use analytics::chart::grouped;
use analytics::metrics::{ByActor, Calendar, Counts, DailyCounts, Period, SourceCounts, Tally};
use analytics::report::ReportContent;
use time::Duration;
use time::macros::{date, datetime};

use crate::pdf::{drawn, texts};

const LONG: &str =
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";

fn by_actor(people: u64) -> ByActor {
    ByActor {
        human: Tally {
            events: people * 3 / 2,
            people,
        },
        machine: Tally {
            events: people / 2,
            people: people / 3,
        },
    }
}

fn counts(sent: u64) -> Counts {
    let all = |people| Tally {
        events: people,
        people,
    };
    Counts {
        sent: all(sent),
        bounced: all(sent / 125),
        opened: by_actor(sent / 4),
        clicked: by_actor(sent / 30),
        unsubscribed: by_actor(sent / 400),
        viewed: by_actor(sent / 33),
        submitted: by_actor(sent / 250),
        leads: sent / 250,
        converted: sent / 900,
    }
}

/// A report on so many days, with numbers that differ from day to day.
fn report(days: u16) -> ReportContent {
    let first = date!(2025 - 05 - 15);
    let last = first + Duration::days(i64::from(days) - 1);
    let period = Period::new(first, last).unwrap();
    let calendar = Calendar::of(&"Europe/Berlin".parse().unwrap());
    let by_day = calendar.days(period).into_iter().zip(0_u64..);
    let by_day = by_day.map(|(day, number)| DailyCounts {
        day,
        counts: counts(((number + 1) * 7_919) % 3_001 * 40 / (number / 7 + 1)),
    });
    let source = |source: &str, leads, converted| SourceCounts {
        source: source.to_owned(),
        leads,
        converted,
    };
    ReportContent {
        title: "Frühjahrsaktion für Łódź: 20 € je Empfehlung".to_owned(),
        organization: "Müller & Söhne Versicherungsmakler".to_owned(),
        period,
        time_zone: "Europe/Berlin".to_owned(),
        made_at: datetime!(2026-07-01 9:05 UTC),
        counts: counts(12_345),
        before: counts(10_000),
        late: 0,
        segments: Vec::new(),
        campaigns: Vec::new(),
        days: by_day.collect(),
        sources: vec![
            source("email_campaign", 41, 12),
            source("direct_form", 7, 1),
            source("api", 1, 0),
        ],
    }
}

fn empty() -> ReportContent {
    ReportContent {
        counts: Counts::default(),
        before: Counts::default(),
        days: Vec::new(),
        sources: Vec::new(),
        ..report(1)
    }
}

fn long_words(days: u16) -> ReportContent {
    let campaigns = (1..4).map(|n| (format!("{LONG}{n}"), counts(u64::MAX / 10)));
    let sources = (1..12).map(|n| SourceCounts {
        source: format!("{LONG}{n}"),
        leads: u64::MAX / n,
        converted: n,
    });
    ReportContent {
        title: format!("{LONG} und {LONG} sowie {LONG}"),
        organization: format!("{LONG}{LONG}{LONG}"),
        sources: sources.collect(),
        campaigns: campaigns.collect(),
        counts: counts(u64::MAX / 10),
        ..report(days)
    }
}

/// Makes the file, and leaves it beside the test's program for those who want to look at it.
fn made(name: &str, content: &ReportContent) -> Vec<u8> {
    let pdf = content.pdf().unwrap();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{name}.pdf"));
    std::fs::write(file, &pdf).unwrap();
    for (part, chart) in [("days", content.series()), ("funnel", content.funnel())] {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("chart-{name}-{part}.svg"));
        std::fs::write(file, chart.svg(part)).unwrap();
    }
    pdf
}

fn pages(pdf: &[u8]) -> usize {
    String::from_utf8_lossy(pdf)
        .matches("/Type /Page\n")
        .count()
}

/// With the spaces that do not break as others.
pub(crate) fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

#[test]
fn a_report_says_whose_it_is_what_it_is_about_and_when() {
    let content = report(12);
    let texts = texts(&made("12", &content));

    for expected in [
        content.organization.as_str(),
        content.title.as_str(),
        "15 May 2025 to 26 May 2025 (12 days, Europe/Berlin)",
        "Key figures",
        "Day by day",
        "How far people went",
        "Where leads came from",
        "Email campaign",
        "41 (12 converted)",
    ] {
        assert!(
            texts.iter().any(|it| it == expected),
            "{expected}: {texts:#?}"
        );
    }
}

#[test]
fn a_report_shows_the_numbers_of_the_metrics() {
    let content = report(400);
    let pdf = made("400", &content);
    let texts = texts(&pdf);
    let rates = content.counts.rates();

    for (name, now, before) in [
        (
            "Mails delivered",
            grouped(content.counts.delivered()),
            grouped(content.before.delivered()),
        ),
        (
            "Open rate",
            rates.open.to_string(),
            content.before.rates().open.to_string(),
        ),
        (
            "Click-to-open rate",
            rates.click_to_open.to_string(),
            content.before.rates().click_to_open.to_string(),
        ),
        (
            "Conversion rate",
            rates.conversion.to_string(),
            content.before.rates().conversion.to_string(),
        ),
        (
            "Opened by machines",
            grouped(content.counts.opened.machine.people),
            grouped(content.before.opened.machine.people),
        ),
    ] {
        let at = texts.iter().position(|it| it == name).unwrap();
        assert_eq!(
            texts[at + 1..=at + 2],
            [plain(&now), plain(&before)],
            "{name}"
        );
    }
    for day in &content.days {
        let date = format!(
            "{} {} {}",
            day.day.date.day(),
            day.day.date.month(),
            day.day.date.year()
        );
        let found = texts.windows(3).any(|it| {
            it[0] == date
                && it[1] == grouped(day.counts.sent.events)
                && it[2] == grouped(day.counts.bounced.events)
        });
        assert!(found, "{date}");
    }
    let pages = pages(&pdf);
    assert!((9..=13).contains(&pages), "{pages}");
    assert!(texts.contains(&format!("{pages} / {pages}")));
}

#[test]
fn what_fell_is_told_with_signs_that_the_fonts_have() {
    let content = ReportContent {
        counts: counts(10_000),
        before: counts(12_345),
        ..report(12)
    };

    let texts = texts(&made("fallen", &content));

    let fallen = ["Mails sent", "10,000", "12,345", "-19.0 %"];
    assert!(texts.windows(4).any(|it| it == fallen), "{texts:#?}");
    let boxes: Vec<_> = texts.iter().filter(|it| it.contains('\u{fffd}')).collect();
    assert!(boxes.is_empty(), "{boxes:?}");
}

#[test]
fn letters_with_strokes_are_told_apart_large_and_small() {
    let content = ReportContent {
        title: "Łódka w Łodzi, załoga z Wałcza".to_owned(),
        organization: "Żółty Młyn i Łąka".to_owned(),
        ..report(1)
    };

    let texts = texts(&made("strokes", &content));

    let foot = format!("{} · {}", content.organization, content.title);
    for expected in [&content.title, &content.organization, &foot] {
        assert!(texts.contains(expected), "{expected}: {texts:#?}");
    }
}

#[test]
fn every_text_stays_on_its_page() {
    let inside = |x: f32, y: f32| (0.0..=595.28).contains(&x) && (0.0..=841.89).contains(&y);
    for days in [1, 12, 400] {
        for content in [report(days), long_words(days)] {
            let pdf = content.pdf().unwrap();
            let file = String::from_utf8_lossy(&pdf);
            let sizes = file.matches("/MediaBox [0 0 595.28 841.89]").count();
            assert_eq!(sizes, pages(&pdf));

            let drawn = drawn(&pdf);
            assert!(drawn.len() > 50);
            for (text, [left, bottom, right, top]) in drawn {
                assert!(
                    inside(left, bottom) && inside(right, top),
                    "{text} of {days} days: {left} to {right}, {bottom} to {top}"
                );
            }
        }
    }
}

#[test]
fn fonts_are_embedded_charts_are_lines_and_the_same_content_is_the_same_file() {
    let content = report(1);
    let pdf = made("1", &content);
    let file = String::from_utf8_lossy(&pdf);

    assert_eq!(file.matches("/FontFile2").count(), 2);
    assert_eq!(file.matches("/ToUnicode").count(), 2);
    assert!(!file.contains("/Image"));
    assert!(pdf.len() < 120_000, "{}", pdf.len());
    assert_eq!(pdf, content.pdf().unwrap());
    assert!(!file.contains("NaN") && !file.contains("inf "));
}

#[test]
fn a_report_on_nothing_says_so() {
    let texts = texts(&made("empty", &empty()));

    assert!(texts.iter().any(|it| it == "There are no days to show."));
    assert!(texts.iter().any(|it| it == "There is nothing to show."));
    assert!(texts.iter().filter(|it| *it == "–").count() >= 10);
}

/// Texts that mean something to somebody: to markup, spreadsheets, shells, or PDF itself.
const PAYLOADS: [&str; 30] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</text><text>",
    "&amp;&lt;&#60;",
    "]]>",
    "<!--",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "%s%n%d",
    "%PDF-1.7",
    "%%EOF",
    "(",
    ")",
    "))((",
    "\\",
    "\\)",
    "\\051",
    "<48656C6C6F>",
    "<<",
    ">> endobj",
    "(x) Tj ET",
    " endstream",
    "/OpenAction",
    "1 0 R",
    "=1+1",
    "+49",
    "-1",
    "@SUM(A1)",
    "'; DROP TABLE leads; --",
    "../../etc/passwd",
];

#[test]
fn whatever_a_text_means_elsewhere_it_is_a_text_in_a_report() {
    let sources = PAYLOADS.map(|payload| SourceCounts {
        source: payload.to_owned(),
        leads: 1,
        converted: 0,
    });
    let content = ReportContent {
        sources: sources.into(),
        title: PAYLOADS.concat(),
        organization: PAYLOADS[14..18].concat(),
        ..report(1)
    };

    let pdf = made("payloads", &content);

    let texts = texts(&pdf);
    for payload in PAYLOADS {
        assert!(texts.iter().any(|it| it == payload), "{payload}");
    }
    assert!(texts.contains(&content.organization));
}

#[test]
fn long_words_are_broken_and_letters_without_a_glyph_can_still_be_extracted() {
    let mut content = long_words(12);
    let pdf = made("long", &content);
    assert!(texts(&pdf).iter().any(|it| it.starts_with("Donaudampf")));

    content.title = "漢字 (\\) e\u{301}\u{0}".to_owned();
    let pdf = made("foreign", &content);
    let file = String::from_utf8_lossy(&pdf);
    assert!(
        file.contains("/ActualText <FEFF6F225B57"),
        "the signs themselves"
    );
    assert!(texts(&pdf).iter().any(|it| it == "\u{fffd}\u{fffd} (\\) é"));
}
