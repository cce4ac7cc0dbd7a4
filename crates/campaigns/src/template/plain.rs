//! Compiling what is no HTML: subjects and plain text.

use super::footer::Footer;
use super::html::leaves;
use super::part::{Part, Place};
use super::placeholder::{Expression, Slot};
use super::variable::VariableName;

/// The parts of a subject.
pub(super) fn subject(source: &str, slots: &[Slot]) -> Vec<Part> {
    parts(source, slots, |_| Place::Header)
}

/// The parts of a plain text. Variables that continue an address are encoded for it; the way to leave is added where
/// there is none.
pub(super) fn text(source: &str, slots: &[Slot]) -> Vec<Part> {
    let mut parts = parts(source, slots, |before| {
        if before.in_address() {
            Place::PlainUrl
        } else {
            Place::Plain
        }
    });
    let leads_out = |part: &Part| match part {
        Part::Value { expression, place } => *place == Place::Plain && leaves(expression),
        _ => false,
    };
    if !parts.iter().any(leads_out) {
        if let Some(Part::Text(last)) = parts.last_mut() {
            last.truncate(last.trim_end().len());
        }
        parts.push(Part::Footer(Footer::Plain));
    }
    parts
}

fn parts(source: &str, slots: &[Slot], place: impl Fn(&Word) -> Place) -> Vec<Part> {
    let mut parts = Vec::with_capacity(slots.len() * 2 + 1);
    let mut word = Word::default();
    let mut from = 0;
    for slot in slots {
        let text = &source[from..slot.range.start];
        word.text(text);
        parts.push(Part::Text(text.to_owned()));
        parts.push(Part::Value {
            expression: slot.expression.clone(),
            place: place(&word),
        });
        word.value(&slot.expression);
        from = slot.range.end;
    }
    parts.push(Part::Text(source[from..].to_owned()));
    parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
    parts
}

/// What stands directly before a variable, back to the last white space, quote or bracket.
#[derive(Default)]
struct Word {
    text: String,
    /// It begins with a variable that is an address.
    begins_with_link: bool,
}

impl Word {
    fn text(&mut self, text: &str) {
        let delimiter = |c: char| c.is_whitespace() || "<>\"'()[]".contains(c);
        if let Some(at) = text.rfind(delimiter) {
            self.text.clear();
            self.begins_with_link = false;
            self.text.push_str(text[at..].trim_start_matches(delimiter));
        } else {
            self.text.push_str(text);
        }
    }

    fn value(&mut self, expression: &Expression) {
        let link = matches!(
            expression,
            Expression::Variable { name: VariableName::BuiltIn(it), .. } if it.is_url()
        );
        if link && self.text.is_empty() {
            self.begins_with_link = true;
        }
        // Something stands here now, so that another variable behind it does not begin the word.
        self.text.push('\u{FFFC}');
    }

    fn in_address(&self) -> bool {
        let lower = self.text.to_ascii_lowercase();
        self.begins_with_link
            || lower.starts_with("https://")
            || lower.starts_with("http://")
            || lower.starts_with("mailto:")
    }
}
