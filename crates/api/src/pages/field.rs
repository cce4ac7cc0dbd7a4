//! A field as a page shows it.

use std::collections::BTreeMap;

use campaigns::{AnswerErrors, FieldKey, FieldType, FormField};

use super::fault;
use super::language::Language;

/// What was typed, is known or was sent with the link, by the keys of fields.
#[derive(Clone, Default)]
pub struct Typed(BTreeMap<String, Vec<String>>);

impl Typed {
    /// Adds a value: several of one key are several choices.
    pub fn add(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.entry(key.into()).or_default().push(value.into());
    }

    /// Whether there is a value of this key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Whether anything but an empty text stands under this key.
    #[must_use]
    pub fn is_filled(&self, key: &str) -> bool {
        let mut values = self.0.get(key).into_iter().flatten();
        values.any(|value| !value.is_empty())
    }

    /// The first value of this key.
    #[must_use]
    pub fn first(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.first().map(String::as_str)
    }

    fn all(&self, key: &FieldKey) -> &[String] {
        self.0.get(key.as_str()).map_or(&[], Vec::as_slice)
    }

    /// The answers as a form reads them: one value is a text, several are a list.
    #[must_use]
    pub fn to_answers(&self) -> serde_json::Map<String, serde_json::Value> {
        let answer = |values: &Vec<String>| match values.as_slice() {
            [one] => one.as_str().into(),
            several => several.into(),
        };
        let members = self.0.iter();
        members
            .map(|(key, values)| (key.clone(), answer(values)))
            .collect()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Typed {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut typed = Self::default();
        for (key, value) in pairs {
            typed.add(key, value);
        }
        typed
    }
}

/// What was typed is personal.
impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Typed({})", self.0.len())
    }
}

/// What the template writes for a field.
pub(super) struct FieldView<'a> {
    pub(super) key: &'a str,
    pub(super) label: &'a str,
    pub(super) control: Control<'a>,
    pub(super) required: bool,
    pub(super) error: Option<String>,
}

pub(super) enum Control<'a> {
    Line {
        kind: &'static str,
        autocomplete: &'static str,
        value: &'a str,
    },
    Lines {
        value: &'a str,
    },
    Select {
        options: Vec<OptionView<'a>>,
    },
    Boxes {
        options: Vec<OptionView<'a>>,
    },
    Box {
        ticked: bool,
    },
    Hidden {
        value: &'a str,
    },
}

pub(super) struct OptionView<'a> {
    pub(super) value: &'a str,
    pub(super) label: &'a str,
    pub(super) chosen: bool,
}

impl<'a> FieldView<'a> {
    pub(super) fn new(
        language: Language,
        field: &'a FormField,
        typed: &'a Typed,
        errors: &AnswerErrors,
    ) -> Self {
        let values = typed.all(field.key());
        let value = values.first().map_or("", String::as_str);
        let line = |kind, autocomplete| Control::Line {
            kind,
            autocomplete,
            value,
        };
        let control = match field.field_type() {
            FieldType::Text => line("text", autocomplete(field.key().as_str())),
            FieldType::Email => line("email", "email"),
            FieldType::Phone => line("tel", "tel"),
            FieldType::Number => line("number", "off"),
            FieldType::Date => line("date", "off"),
            FieldType::Textarea => Control::Lines { value },
            FieldType::Select => Control::Select {
                options: options(field, values),
            },
            FieldType::Multiselect => Control::Boxes {
                options: options(field, values),
            },
            FieldType::Checkbox | FieldType::Consent => {
                let ticked = matches!(value, "on" | "true" | "yes" | "1");
                Control::Box { ticked }
            }
            FieldType::Hidden => Control::Hidden { value },
        };
        let error = errors.find(field.key());
        Self {
            key: field.key().as_str(),
            label: field.label(),
            control,
            required: field.is_required(),
            error: error.map(|error| fault::sentence(language, field, error)),
        }
    }

    pub(super) const fn is_hidden(&self) -> bool {
        matches!(self.control, Control::Hidden { .. })
    }
}

fn options<'a>(field: &'a FormField, values: &[String]) -> Vec<OptionView<'a>> {
    let options = field.rules().options.iter();
    let view = |option: &'a campaigns::FieldOption| OptionView {
        value: &option.value,
        label: &option.label,
        chosen: values.contains(&option.value),
    };
    options.map(view).collect()
}

/// What browsers know of their users (WCAG 2.2, success criterion 1.3.5), by the usual names of fields.
fn autocomplete(key: &str) -> &'static str {
    match key {
        "name" | "full_name" | "display_name" => "name",
        "first_name" => "given-name",
        "last_name" => "family-name",
        "company" => "organization",
        "job_title" => "organization-title",
        "street" => "street-address",
        "city" => "address-level2",
        "postal_code" | "zip" => "postal-code",
        "country" => "country-name",
        _ => "on",
    }
}
