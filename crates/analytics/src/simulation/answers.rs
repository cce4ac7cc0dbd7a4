//! What people might write into a form.

use kernel::{CampaignId, ContactId};
use serde_json::{Map, Value, json};

use super::stream::{Draw, Seed, Stream};

/// A field that asks for an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct AskedField {
    /// Its name among the answers.
    pub key: String,
    /// Whether an answer has to be given; of a box, whether it has to be ticked.
    pub required: bool,
    /// What it asks for.
    pub kind: AskedKind,
    /// What is known of the person already, such as their address; it is given as it is.
    pub known: Option<Value>,
}

/// What a field asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum AskedKind {
    /// A text of one line or several, with its least and its most characters.
    Text {
        /// The fewest characters.
        min: usize,
        /// The most characters.
        max: usize,
        /// Whether the text has to match a pattern, which nobody here can read.
        pattern: bool,
    },
    /// The address of a mailbox.
    Email,
    /// A telephone number.
    Phone,
    /// A decimal number, bounds in millionths.
    Number {
        /// The smallest.
        min: Option<i64>,
        /// The largest.
        max: Option<i64>,
    },
    /// A day between two.
    Date {
        /// The first day.
        min: Option<time::Date>,
        /// The last day.
        max: Option<time::Date>,
    },
    /// One of these options.
    Choice {
        /// Their values.
        options: Vec<String>,
    },
    /// Some of these options.
    Choices {
        /// Their values.
        options: Vec<String>,
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// Yes or no: a box, or a consent.
    Box,
}

/// Answers to a form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MadeAnswers {
    /// The answers by their fields' keys, as a page would send them.
    pub values: Map<String, Value>,
    /// The keys of fields that no answer can be made for: they need one, and it has to match a pattern, or nothing fits
    /// their bounds.
    pub unanswerable: Vec<String>,
}

/// Fills in a form: always the same for the same seed, campaign, contact and fields. Whether `values` is accepted is still
/// for the form to say; where `unanswerable` is empty, it is.
#[must_use]
pub fn make_answers(
    seed: Seed,
    campaign: CampaignId,
    contact: ContactId,
    fields: &[AskedField],
) -> MadeAnswers {
    let mut stream = Stream::new(seed, campaign, contact);
    let mut made = MadeAnswers::default();
    for (number, field) in fields.iter().enumerate() {
        let number = u32::try_from(number).unwrap_or(u32::MAX / 8);
        let mut chance = Chance {
            stream: &mut stream,
            next: number.saturating_mul(8),
        };
        // One in four leaves out what may be left out.
        let leaves_out = chance.uniform() < 0.25;
        if let Some(known) = &field.known {
            made.values.insert(field.key.clone(), known.clone());
        } else if let Some(value) = answer(&field.kind, field.required, &mut chance) {
            if field.required || !leaves_out {
                made.values.insert(field.key.clone(), value);
            }
        } else if field.required {
            made.unanswerable.push(field.key.clone());
        }
    }
    made
}

const SENTENCES: [&str; 6] = [
    "Please call me back in the afternoon.",
    "I would like an offer for a family of four.",
    "How does this differ from what I have now?",
    "My contract ends this year.",
    "Please send me more information by mail.",
    "Is there a discount for self-employed people?",
];
const WORDS: [&str; 8] = [
    "Berlin", "Meyer", "Advice", "Offer", "Private", "Change", "Lisbon", "Kowalski",
];

/// The draws of one field.
struct Chance<'a> {
    stream: &'a mut Stream,
    next: u32,
}

impl Chance<'_> {
    fn draw(&mut self) -> Draw {
        self.next += 1;
        Draw::Answer(self.next - 1)
    }

    fn uniform(&mut self) -> f64 {
        let draw = self.draw();
        self.stream.uniform(draw)
    }

    fn below(&mut self, count: usize) -> usize {
        let draw = self.draw();
        self.stream.one_of(draw, count)
    }

    fn between(&mut self, least: i64, most: i64) -> i64 {
        let span = usize::try_from(most.saturating_sub(least)).unwrap_or(0);
        let step = self.below(span.saturating_add(1));
        least.saturating_add(i64::try_from(step).unwrap_or(0))
    }
}

fn answer(kind: &AskedKind, required: bool, chance: &mut Chance<'_>) -> Option<Value> {
    match kind {
        AskedKind::Text { pattern: true, .. } => None,
        AskedKind::Text { min, max, .. } => text(*min, *max, chance).map(Value::String),
        AskedKind::Email => Some(json!(format!(
            "person.{:06x}@example.com",
            chance.below(1 << 24)
        ))),
        AskedKind::Phone => Some(json!(format!("+49 30 {:07}", chance.below(10_000_000)))),
        AskedKind::Number { min, max } => number(*min, *max, chance),
        AskedKind::Date { min, max } => day(*min, *max, chance),
        AskedKind::Choice { options } => {
            options.get(chance.below(options.len())).map(|it| json!(it))
        }
        AskedKind::Choices { options, min, max } => choices(options, *min, *max, chance),
        AskedKind::Box => Some(json!(required || chance.uniform() < 0.5)),
    }
}

fn text(min: usize, max: usize, chance: &mut Chance<'_>) -> Option<String> {
    if max == 0 || min > max {
        return None;
    }
    let from = if max >= 60 {
        &SENTENCES[..]
    } else {
        &WORDS[..]
    };
    let word = from[chance.below(from.len())];
    let mut text = word.to_owned();
    while text.chars().count() < min {
        text.push(' ');
        text.push_str(word);
    }
    let mut text: String = text.chars().take(max).collect();
    if text.ends_with(' ') {
        // A space at the end would not count.
        text.pop();
        text.push('.');
    }
    Some(text)
}

/// A whole number where one fits, and else the least that is allowed.
fn number(min: Option<i64>, max: Option<i64>, chance: &mut Chance<'_>) -> Option<Value> {
    const MILLION: i64 = 1_000_000;
    let least = min.unwrap_or_else(|| {
        max.map_or(1, |max| max.saturating_sub(100 * MILLION))
            .min(MILLION)
    });
    let most = max.unwrap_or_else(|| least.saturating_add(100 * MILLION));
    if least > most {
        return None;
    }
    let whole_least = least.div_euclid(MILLION) + i64::from(least.rem_euclid(MILLION) != 0);
    let whole_most = most.div_euclid(MILLION);
    if whole_least <= whole_most {
        // People write small numbers where they may.
        let whole_most = whole_most.min(whole_least.saturating_add(10_000));
        return Some(json!(chance.between(whole_least, whole_most)));
    }
    let sign = if least < 0 { "-" } else { "" };
    let size = least.unsigned_abs();
    Some(json!(format!(
        "{sign}{}.{:06}",
        size / 1_000_000,
        size % 1_000_000
    )))
}

fn day(min: Option<time::Date>, max: Option<time::Date>, chance: &mut Chance<'_>) -> Option<Value> {
    let usual = time::macros::date!(1980 - 01 - 01);
    let least = min.unwrap_or_else(|| max.map_or(usual, |max| max.min(usual)));
    let most = max.unwrap_or_else(|| least.saturating_add(time::Duration::days(7_000)));
    if least > most {
        return None;
    }
    let days = chance.between(0, (most - least).whole_days());
    let day = least.saturating_add(time::Duration::days(days));
    Some(json!(format!(
        "{:04}-{:02}-{:02}",
        day.year(),
        u8::from(day.month()),
        day.day()
    )))
}

fn choices(options: &[String], min: usize, max: usize, chance: &mut Chance<'_>) -> Option<Value> {
    let most = max.min(options.len());
    let least = min.max(1);
    if least > most {
        return None;
    }
    let count = least + chance.below((most - least).min(2) + 1);
    let first = chance.below(options.len());
    let chosen: Vec<_> = (0..count)
        .map(|n| options[(first + n) % options.len()].clone())
        .collect();
    Some(json!(chosen))
}
