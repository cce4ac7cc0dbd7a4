//! A field of a form.

mod date;
mod faults;

use kernel::{Description, FieldFault, Name};
use time::Date;

use self::faults::Faults;
use super::decimal::Decimal;
use super::field_type::FieldType;
use super::key::FieldKey;
use super::pattern::{InvalidPattern, Pattern};
use super::rules::FieldRules;

pub(crate) use date::{InvalidDate, parse_date};

/// A field before its rules are checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewField {
    /// Its name among answers.
    pub key: FieldKey,
    /// What is shown beside it; of a consent the text that is agreed to.
    pub label: String,
    /// What it asks for.
    pub field_type: FieldType,
    /// Whether an answer has to be given; of a box or a consent, whether the answer has to be yes.
    pub required: bool,
    /// Whether answers can be filtered and sorted by; `None` says what is usual for the type.
    pub indexed: Option<bool>,
    /// What it demands.
    pub rules: FieldRules,
}

/// A field of a form, whose rules make sense together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormField {
    key: FieldKey,
    label: String,
    field_type: FieldType,
    required: bool,
    indexed: bool,
    rules: FieldRules,
    demand: Demand,
}

/// The rules of a field, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    Text {
        min: usize,
        max: usize,
        pattern: Option<Pattern>,
    },
    Number {
        min: Option<Decimal>,
        max: Option<Decimal>,
    },
    Date {
        min: Option<Date>,
        max: Option<Date>,
    },
    Options {
        min: usize,
        max: usize,
    },
    /// Nothing but what the type says.
    Nothing,
}

/// How the text of a pattern is read.
type ReadPattern = fn(&str) -> Result<Pattern, InvalidPattern>;

/// A fault of a field and which of its parts has it (`rules/min`).
pub type FieldPartFault = (String, FieldFault);

impl FormField {
    /// The longest answer to a field of a line, in characters.
    pub const MAX_TEXT: u32 = 2_000;
    /// The longest answer to a field of several lines, in characters.
    pub const MAX_TEXTAREA: u32 = 10_000;
    /// The longest answer that can be filtered and sorted by, in characters.
    pub const MAX_INDEXED: u32 = 500;
    /// The most options.
    pub const MAX_OPTIONS: usize = 200;
    /// The longest value of an option, in characters.
    pub const MAX_OPTION: usize = 100;

    /// A field with its rules checked; everything that is wrong is told.
    pub fn new(new: NewField) -> Result<Self, Vec<FieldPartFault>> {
        Self::read(new, str::parse)
    }

    /// A field as it was stored, whose pattern is not tried again.
    pub fn restore(stored: NewField) -> Result<Self, Vec<FieldPartFault>> {
        Self::read(stored, |text| Ok(Pattern::restore(text.to_owned())))
    }

    fn read(new: NewField, pattern: ReadPattern) -> Result<Self, Vec<FieldPartFault>> {
        let mut faults = Faults(Vec::new());
        let indexed = new
            .indexed
            .unwrap_or_else(|| new.field_type.is_indexed_by_default());
        let label = if new.field_type == FieldType::Consent {
            consent_text(&new.label)
        } else {
            new.label
                .parse::<Name>()
                .map(String::from)
                .map_err(FieldFault::from)
        };
        let label = faults.keep("label", label).unwrap_or_default();
        let rules = tidy(new.rules);
        faults.applicable(new.field_type, &rules);
        let demand = match new.field_type {
            FieldType::Text | FieldType::Hidden => {
                faults.text(&rules, pattern, indexed, Self::MAX_TEXT)
            }
            FieldType::Textarea => faults.text(&rules, pattern, indexed, Self::MAX_TEXTAREA),
            FieldType::Number => {
                let (min, max) = faults.range(&rules, str::parse::<Decimal>);
                Demand::Number { min, max }
            }
            FieldType::Date => {
                let (min, max) = faults.range(&rules, parse_date);
                Demand::Date { min, max }
            }
            FieldType::Select | FieldType::Multiselect => faults.options(&rules),
            FieldType::Email | FieldType::Phone | FieldType::Checkbox | FieldType::Consent => {
                Demand::Nothing
            }
        };
        if !faults.0.is_empty() {
            return Err(faults.0);
        }
        Ok(Self {
            key: new.key,
            label,
            field_type: new.field_type,
            required: new.required,
            indexed,
            rules,
            demand,
        })
    }

    /// Its name among answers.
    #[must_use]
    pub const fn key(&self) -> &FieldKey {
        &self.key
    }

    /// What is shown beside it.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What it asks for.
    #[must_use]
    pub const fn field_type(&self) -> FieldType {
        self.field_type
    }

    /// Whether an answer has to be given.
    #[must_use]
    pub const fn is_required(&self) -> bool {
        self.required
    }

    /// Whether answers can be filtered and sorted by.
    #[must_use]
    pub const fn is_indexed(&self) -> bool {
        self.indexed
    }

    /// What it demands.
    #[must_use]
    pub const fn rules(&self) -> &FieldRules {
        &self.rules
    }

    /// The most characters of an answer; `None` where it is no free text.
    #[must_use]
    pub const fn max_length(&self) -> Option<usize> {
        match self.demand {
            Demand::Text { max, .. } => Some(max),
            _ => None,
        }
    }

    pub(super) const fn demand(&self) -> &Demand {
        &self.demand
    }
}

fn consent_text(text: &str) -> Result<String, FieldFault> {
    let text = text.parse::<Description>()?;
    if text.as_str().is_empty() {
        return Err(FieldFault::new(
            "required",
            "a consent needs the text that is agreed to",
        ));
    }
    Ok(text.as_str().to_owned())
}

/// The rules as they are kept: texts trimmed, so that the same rule is written in one way.
fn tidy(mut rules: FieldRules) -> FieldRules {
    for bound in [&mut rules.min, &mut rules.max].into_iter().flatten() {
        *bound = bound.trim().to_owned();
    }
    for option in &mut rules.options {
        option.value = option.value.trim().to_owned();
        option.label = option.label.trim().to_owned();
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_has_a_text_of_several_lines_and_others_a_label_of_one() {
        let labelled = |field_type, label: &str| {
            FormField::new(NewField {
                key: "a".parse().unwrap(),
                label: label.to_owned(),
                field_type,
                required: true,
                indexed: None,
                rules: FieldRules::default(),
            })
        };
        assert!(labelled(FieldType::Consent, "I agree\nto all.").is_ok());
        assert!(labelled(FieldType::Consent, " \n").is_err());
        assert!(labelled(FieldType::Text, "a\nb").is_err());
    }
}
