//! Conditions on the fields of leads, in the form in which every adapter applies them.

use time::Date;

use super::value::{LeadValue, TypedValue};
use crate::FieldKey;

/// What is demanded of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The field.
    pub key: FieldKey,
    /// What of it.
    pub test: Test,
}

/// How the values of a field have to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// There is one.
    Exists,
    /// There is none.
    Absent,
    /// One of them matches.
    Any(Matches),
    /// There are some, and none of them matches.
    Other(Matches),
}

/// Which values match: any that one of the parts is met by. What has another kind than a part meets none.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Matches {
    /// Texts that are one of these, folded.
    pub texts: Vec<String>,
    /// Texts that have this in them, folded.
    pub fragment: Option<String>,
    /// Numbers that are one of these, in millionths.
    pub numbers: Vec<i64>,
    /// Numbers between these two, both included, in millionths.
    pub numbers_between: Option<(i64, i64)>,
    /// Days that are one of these.
    pub dates: Vec<Date>,
    /// Days between these two, both included.
    pub dates_between: Option<(Date, Date)>,
    /// Yes or no.
    pub flags: Vec<bool>,
}

impl Matches {
    /// Whether the value is one of those.
    #[must_use]
    pub fn accepts(&self, value: &TypedValue) -> bool {
        match value {
            TypedValue::Text(text) => {
                let folded = TypedValue::fold(text);
                let has = |fragment: &String| folded.contains(fragment.as_str());
                self.texts.contains(&folded) || self.fragment.as_ref().is_some_and(has)
            }
            TypedValue::Number(number) => {
                let number = number.millionths();
                let within = |(least, most)| (least..=most).contains(&number);
                self.numbers.contains(&number) || self.numbers_between.is_some_and(within)
            }
            TypedValue::Date(date) => {
                let within = |(first, last)| (first..=last).contains(date);
                self.dates.contains(date) || self.dates_between.is_some_and(within)
            }
            TypedValue::Flag(flag) => self.flags.contains(flag),
        }
    }
}

impl std::fmt::Debug for Matches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Matches(…)")
    }
}

impl Condition {
    /// Whether a lead with these values meets it.
    #[must_use]
    pub fn accepts(&self, values: &[LeadValue]) -> bool {
        let mut own = values.iter().filter(|value| value.key == self.key);
        match &self.test {
            Test::Exists => own.next().is_some(),
            Test::Absent => own.next().is_none(),
            Test::Any(matches) => own.any(|it| matches.accepts(&it.value)),
            Test::Other(matches) => {
                let mut own = own.peekable();
                own.peek().is_some() && !own.any(|it| matches.accepts(&it.value))
            }
        }
    }
}
