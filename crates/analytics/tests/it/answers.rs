//! Made-up answers fit the fields that ask for them.
#![expect(clippy::unwrap_used, reason = "what tests stand on")]

use analytics::simulation::{AskedField, AskedKind, MadeAnswers, Seed, make_answers};
use kernel::{CampaignId, ContactId};
use proptest::prelude::*;
use serde_json::{Value, json};
use time::macros::{date, format_description};
use uuid::Uuid;

fn asked(kind: AskedKind) -> AskedField {
    AskedField {
        key: "asked".to_owned(),
        required: true,
        kind,
        known: None,
    }
}

fn made(contact: u128, fields: &[AskedField]) -> MadeAnswers {
    let campaign = CampaignId::from_uuid(Uuid::from_u128(1));
    let contact = ContactId::from_uuid(Uuid::from_u128(contact));
    make_answers(Seed::new(1), campaign, contact, fields)
}

/// The answer that one of many people gives to one field that needs one.
fn answer(contact: u128, kind: AskedKind) -> Option<Value> {
    let mut made = made(contact, &[asked(kind)]);
    let answer = made.values.remove("asked");
    assert_eq!(answer.is_none(), !made.unanswerable.is_empty());
    answer
}

fn options() -> Vec<String> {
    ["a", "b", "c", "d"].map(str::to_owned).into()
}

proptest! {
    #[test]
    fn texts_are_as_long_as_they_may_be(contact: u128, min in 0..300_usize, more in 0..300_usize) {
        let (min, max) = (min, min + more);
        let given = answer(contact, AskedKind::Text { min, max, pattern: false });

        if max == 0 {
            prop_assert_eq!(given, None);
        } else {
            let given = given.unwrap();
            let given = given.as_str().unwrap();
            prop_assert!((min.max(1)..=max).contains(&given.trim().chars().count()), "{}", given);
        }
    }

    #[test]
    fn numbers_are_within_their_bounds(
        contact: u128,
        min in proptest::option::of(-1_000_000_000_000_i64..1_000_000_000_000),
        span in proptest::option::of(0..1_000_000_000_000_i64),
    ) {
        let max = span.map(|span| min.unwrap_or(0) + span);

        let given = answer(contact, AskedKind::Number { min, max }).unwrap();

        let text = given.as_str().map_or_else(|| given.to_string(), str::to_owned);
        let number = millionths(&text);
        prop_assert!(min.is_none_or(|min| number >= min), "{} {:?}", text, min);
        prop_assert!(max.is_none_or(|max| number <= max), "{} {:?}", text, max);
    }

    #[test]
    fn days_and_choices_are_among_those_offered(contact: u128, least in 0..4_usize, more in 1..4_usize) {
        let (min, max) = (date!(2024-02-28), date!(2024-03-01));
        let day = answer(contact, AskedKind::Date { min: Some(min), max: Some(max) }).unwrap();
        let format = format_description!("[year]-[month]-[day]");
        let day = time::Date::parse(day.as_str().unwrap(), &format).unwrap();
        prop_assert!((min..=max).contains(&day));

        let one = answer(contact, AskedKind::Choice { options: options() }).unwrap();
        prop_assert!(options().iter().any(|it| one == json!(it)));

        let (min, max) = (least, least + more);
        let some = answer(contact, AskedKind::Choices { options: options(), min, max }).unwrap();
        let mut some: Vec<_> = some.as_array().unwrap().iter().map(Value::to_string).collect();
        let count = some.len();
        some.sort();
        some.dedup();
        prop_assert!(some.len() == count && (min.max(1)..=max).contains(&count));
    }
}

fn millionths(text: &str) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    let whole: i64 = whole.trim_start_matches('-').parse().unwrap();
    let fraction: i64 = format!("{fraction:0<6}").parse().unwrap();
    sign * (whole * 1_000_000 + fraction)
}

#[test]
fn what_cannot_be_answered_is_told() {
    let text = |pattern| AskedKind::Text {
        min: 1,
        max: 9,
        pattern,
    };
    assert_eq!(made(1, &[asked(text(true))]).unanswerable, ["asked"]);
    let nothing = AskedKind::Choice { options: vec![] };
    assert_eq!(made(1, &[asked(nothing)]).unanswerable, ["asked"]);
    let two_of_one = AskedKind::Choices {
        options: vec!["a".to_owned()],
        min: 2,
        max: 3,
    };
    assert_eq!(made(1, &[asked(two_of_one)]).unanswerable, ["asked"]);

    let optional = AskedField {
        required: false,
        ..asked(text(true))
    };
    assert_eq!(made(1, &[optional]), MadeAnswers::default());
    let known = AskedField {
        known: Some(json!("AB-1")),
        ..asked(text(true))
    };
    assert_eq!(made(1, &[known]).values["asked"], "AB-1");
}

#[test]
fn people_answer_differently_and_each_always_alike() {
    let fields = [
        asked(AskedKind::Email),
        AskedField {
            key: "phone".to_owned(),
            ..asked(AskedKind::Phone)
        },
        AskedField {
            key: "agree".to_owned(),
            ..asked(AskedKind::Box)
        },
        AskedField {
            key: "news".to_owned(),
            required: false,
            ..asked(AskedKind::Box)
        },
    ];
    let all: Vec<_> = (0..100).map(|contact| made(contact, &fields)).collect();

    assert_eq!(all[7], made(7, &fields));
    assert_ne!(all[7], all[8]);
    assert!(
        all.iter()
            .all(|it| it.values["agree"] == true && it.unanswerable.is_empty())
    );
    let news = |value: Option<bool>| {
        let given =
            |it: &&MadeAnswers| it.values.get("news").map(|it| it.as_bool().unwrap()) == value;
        all.iter().filter(given).count()
    };
    assert!(news(None) > 5 && news(Some(true)) > 5 && news(Some(false)) > 5);
    assert!(
        all[0].values["phone"]
            .as_str()
            .unwrap()
            .starts_with("+49 30 ")
    );
}
