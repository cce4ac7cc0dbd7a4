//! What leads are searched by: the typed values of indexed fields.

use time::Date;

use crate::{Answer, Decimal, FieldKey, FieldType, FormDefinition, Response};

/// Values of which kind the fields of a type have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueKind {
    /// Words, compared in any case.
    Text,
    /// Numbers.
    Number,
    /// Days.
    Date,
    /// Yes or no.
    Flag,
}

/// A value, with its kind.
#[derive(Clone, PartialEq, Eq)]
pub enum TypedValue {
    /// A text as it was answered.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A day.
    Date(Date),
    /// A box that was ticked or not.
    Flag(bool),
}

/// One value of a field of a lead; several choices are several values.
#[derive(Clone, PartialEq, Eq)]
pub struct LeadValue {
    /// The field.
    pub key: FieldKey,
    /// Its place among the values of the field, from 0.
    pub position: i16,
    /// The value.
    pub value: TypedValue,
}

impl ValueKind {
    /// Every kind.
    pub(super) const ALL: [Self; 4] = [Self::Text, Self::Number, Self::Date, Self::Flag];

    /// The kind of the values of fields of this type.
    #[must_use]
    pub const fn of(field_type: FieldType) -> Self {
        match field_type {
            FieldType::Number => Self::Number,
            FieldType::Date => Self::Date,
            FieldType::Checkbox | FieldType::Consent => Self::Flag,
            FieldType::Text
            | FieldType::Textarea
            | FieldType::Email
            | FieldType::Phone
            | FieldType::Select
            | FieldType::Multiselect
            | FieldType::Hidden => Self::Text,
        }
    }

    /// What a cursor calls it.
    pub(super) const fn letter(self) -> char {
        match self {
            Self::Text => 't',
            Self::Number => 'n',
            Self::Date => 'd',
            Self::Flag => 'b',
        }
    }

    /// What a value of the kind is called.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number such as 12.5",
            Self::Date => "a day such as 2026-01-31",
            Self::Flag => "true or false",
        }
    }
}

impl TypedValue {
    /// Texts are compared in this form: all in lower case.
    #[must_use]
    pub fn fold(text: &str) -> String {
        text.to_lowercase()
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> ValueKind {
        match self {
            Self::Text(_) => ValueKind::Text,
            Self::Number(_) => ValueKind::Number,
            Self::Date(_) => ValueKind::Date,
            Self::Flag(_) => ValueKind::Flag,
        }
    }
}

impl LeadValue {
    /// The values of the indexed fields of a response, in the order of the form.
    #[must_use]
    pub fn all_of(response: &Response) -> Vec<Self> {
        let mut values = Vec::new();
        for (key, answer) in response.values() {
            let typed = match answer {
                Answer::Text(text) | Answer::Choice(text) => vec![TypedValue::Text(text.clone())],
                Answer::Number(number) => vec![TypedValue::Number(*number)],
                Answer::Date(date) => vec![TypedValue::Date(*date)],
                Answer::Flag(flag) | Answer::Consent { given: flag, .. } => {
                    vec![TypedValue::Flag(*flag)]
                }
                Answer::Choices(texts) => texts.iter().cloned().map(TypedValue::Text).collect(),
            };
            values.extend((0_i16..).zip(typed).map(|(position, value)| Self {
                key: key.clone(),
                position,
                value,
            }));
        }
        values
    }

    /// A lead's values after it answered a form: those of the fields that the form asks are the new ones, and what only
    /// other forms ask stays.
    #[must_use]
    pub fn after(before: &[Self], form: &FormDefinition, response: &Response) -> Vec<Self> {
        let stays = |value: &&Self| form.find(&value.key).is_none();
        let mut values: Vec<_> = before.iter().filter(stays).cloned().collect();
        values.extend(Self::all_of(response));
        values.sort_by(|a, b| (&a.key, a.position).cmp(&(&b.key, b.position)));
        values
    }
}

impl std::fmt::Debug for TypedValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}(…)", self.kind())
    }
}

impl std::fmt::Debug for LeadValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}[{}]: {:?}", self.key, self.position, self.value)
    }
}
