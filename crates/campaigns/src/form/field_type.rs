//! Kinds of fields.

use std::fmt;
use std::str::FromStr;

use kernel::FieldFault;

/// What a field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// A line of text.
    Text,
    /// A text of several lines.
    Textarea,
    /// The address of a mailbox.
    Email,
    /// A telephone number.
    Phone,
    /// A decimal number.
    Number,
    /// A day.
    Date,
    /// One of several options.
    Select,
    /// Some of several options.
    Multiselect,
    /// Yes or no.
    Checkbox,
    /// A line of text that is not shown, such as where a visitor came from.
    Hidden,
    /// Yes or no to a text that is kept with the answer.
    Consent,
}

impl FieldType {
    /// Every type.
    pub const ALL: &'static [Self] = &[
        Self::Text,
        Self::Textarea,
        Self::Email,
        Self::Phone,
        Self::Number,
        Self::Date,
        Self::Select,
        Self::Multiselect,
        Self::Checkbox,
        Self::Hidden,
        Self::Consent,
    ];

    /// The type's word in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Textarea => "textarea",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Number => "number",
            Self::Date => "date",
            Self::Select => "select",
            Self::Multiselect => "multiselect",
            Self::Checkbox => "checkbox",
            Self::Hidden => "hidden",
            Self::Consent => "consent",
        }
    }

    /// Whether answers can be filtered and sorted by where a form does not say: all but long text.
    #[must_use]
    pub const fn is_indexed_by_default(self) -> bool {
        !matches!(self, Self::Textarea)
    }
}

/// The text names no type of field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not one of text, textarea, email, phone, number, date, select, multiselect, checkbox, hidden, consent"
)]
pub struct UnknownFieldType;

impl FromStr for FieldType {
    type Err = UnknownFieldType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|it| it.as_str() == text);
        found.copied().ok_or(UnknownFieldType)
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<UnknownFieldType> for FieldFault {
    fn from(error: UnknownFieldType) -> Self {
        Self::new("unknown-value", error.to_string())
    }
}
