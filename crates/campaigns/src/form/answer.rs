//! Answers to forms.

use serde_json::{Map, Value, json};
use time::Date;

use super::decimal::Decimal;
use super::key::FieldKey;

/// The answer to one field, as its type has it.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// A text, an address or a telephone number.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A day.
    Date(Date),
    /// Yes or no.
    Flag(bool),
    /// The value of an option.
    Choice(String),
    /// The values of options, in the order in which the form has them.
    Choices(Vec<String>),
    /// Yes or no to a text.
    Consent {
        /// Whether it was given.
        given: bool,
        /// The text that was shown.
        text: String,
    },
}

impl Answer {
    /// The answer in JSON: a consent is an object of `given` and `text`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Text(text) | Self::Choice(text) => text.as_str().into(),
            Self::Number(number) => number.to_json(),
            Self::Date(date) => date.to_string().into(),
            Self::Flag(flag) => (*flag).into(),
            Self::Choices(values) => values.as_slice().into(),
            Self::Consent { given, text } => json!({"given": given, "text": text}),
        }
    }
}

/// Answers are personal.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self {
            Self::Text(_) => "Text",
            Self::Number(_) => "Number",
            Self::Date(_) => "Date",
            Self::Flag(_) => "Flag",
            Self::Choice(_) => "Choice",
            Self::Choices(_) => "Choices",
            Self::Consent { .. } => "Consent",
        };
        write!(f, "{kind}(…)")
    }
}

/// A consent that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedConsent<'a> {
    /// The field that asked.
    pub key: &'a FieldKey,
    /// Whether it was given.
    pub given: bool,
    /// The text that was shown.
    pub text: &'a str,
}

/// Answers that a form accepted, in the order of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    pub(super) answers: Vec<(FieldKey, Answer)>,
    pub(super) indexed: Vec<FieldKey>,
}

impl Response {
    /// The answers that were given, with the keys of their fields. Boxes and consents always have one.
    #[must_use]
    pub fn answers(&self) -> &[(FieldKey, Answer)] {
        &self.answers
    }

    /// The answer to one field.
    #[must_use]
    pub fn find(&self, key: &FieldKey) -> Option<&Answer> {
        let found = self.answers.iter().find(|(of, _)| of == key);
        found.map(|(_, answer)| answer)
    }

    /// The answers that can be filtered and sorted by.
    pub fn values(&self) -> impl Iterator<Item = (&FieldKey, &Answer)> {
        let indexed = |key: &FieldKey| self.indexed.contains(key);
        let answers = self.answers.iter().filter(move |(key, _)| indexed(key));
        answers.map(|(key, answer)| (key, answer))
    }

    /// The consents that were asked for.
    pub fn consents(&self) -> impl Iterator<Item = AskedConsent<'_>> {
        self.answers
            .iter()
            .filter_map(|(key, answer)| match answer {
                Answer::Consent { given, text } => Some(AskedConsent {
                    key,
                    given: *given,
                    text,
                }),
                _ => None,
            })
    }

    /// The answers by the keys of their fields.
    #[must_use]
    pub fn to_json(&self) -> Map<String, Value> {
        let member = |(key, answer): &(FieldKey, Answer)| (key.to_string(), answer.to_json());
        self.answers.iter().map(member).collect()
    }
}
