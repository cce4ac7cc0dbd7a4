//! A field of a form.

use std::fmt::Display;
use std::str::FromStr;

use kernel::{Description, FieldFault, Name};
use time::Date;

use super::decimal::Decimal;
use super::field_type::FieldType;
use super::key::FieldKey;
use super::pattern::Pattern;
use super::rules::{FieldOption, FieldRules};

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
            FieldType::Text | FieldType::Hidden => faults.text(&rules, indexed, Self::MAX_TEXT),
            FieldType::Textarea => faults.text(&rules, indexed, Self::MAX_TEXTAREA),
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

/// The day of a text such as `2026-01-31`.
pub(crate) fn parse_date(text: &str) -> Result<Date, InvalidDate> {
    let text = text.trim();
    let mut parts = text.split('-');
    let mut digits = |length: usize| {
        let part = parts.next()?;
        let written = part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        written.then(|| part.parse::<u16>().ok()).flatten()
    };
    let date = (|| {
        let (year, month, day) = (digits(4)?, digits(2)?, digits(2)?);
        let month = time::Month::try_from(u8::try_from(month).ok()?).ok()?;
        let day = u8::try_from(day).ok()?;
        (year > 0).then(|| Date::from_calendar_date(i32::from(year), month, day).ok())?
    })();
    if parts.next().is_some() {
        return Err(InvalidDate);
    }
    date.ok_or(InvalidDate)
}

/// The text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day such as 2026-01-31")]
pub(crate) struct InvalidDate;

impl From<InvalidDate> for FieldFault {
    fn from(error: InvalidDate) -> Self {
        Self::new("invalid-date", error.to_string())
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

struct Faults(Vec<FieldPartFault>);

impl Faults {
    fn push(&mut self, part: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        self.0.push((part.into(), FieldFault::new(code, detail)));
    }

    fn keep<T, E: Into<FieldFault>>(&mut self, part: &str, result: Result<T, E>) -> Option<T> {
        result
            .map_err(|error| self.0.push((part.to_owned(), error.into())))
            .ok()
    }

    /// Refuses rules that say nothing to fields of this type.
    fn applicable(&mut self, field_type: FieldType, rules: &FieldRules) {
        use FieldType::{Date, Hidden, Multiselect, Number, Select, Text, Textarea};
        let texts = &[Text, Textarea, Hidden][..];
        for (part, said, types) in [
            ("min", rules.min.is_some(), &[Number, Date][..]),
            ("max", rules.max.is_some(), &[Number, Date]),
            ("min_length", rules.min_length.is_some(), texts),
            ("max_length", rules.max_length.is_some(), texts),
            ("pattern", rules.pattern.is_some(), &[Text, Hidden]),
            ("options", !rules.options.is_empty(), &[Select, Multiselect]),
            ("min_choices", rules.min_choices.is_some(), &[Multiselect]),
            ("max_choices", rules.max_choices.is_some(), &[Multiselect]),
        ] {
            if said && !types.contains(&field_type) {
                let detail = format!("a field of type {field_type} has no such rule");
                self.push(format!("rules/{part}"), "not-applicable", detail);
            }
        }
    }

    fn text(&mut self, rules: &FieldRules, indexed: bool, most: u32) -> Demand {
        let most = if indexed {
            most.min(FormField::MAX_INDEXED)
        } else {
            most
        };
        let max = rules.max_length.unwrap_or(most);
        let min = rules.min_length.unwrap_or(0);
        if max == 0 || max > most {
            let why = if indexed {
                " where it can be filtered by"
            } else {
                ""
            };
            let detail = format!("the longest answer has 1 to {most} characters{why}");
            self.push("rules/max_length", "out-of-range", detail);
        }
        self.ordered("rules/min_length", min <= max);
        let pattern = rules.pattern.as_deref().map(str::parse::<Pattern>);
        let pattern = pattern.and_then(|pattern| self.keep("rules/pattern", pattern));
        Demand::Text {
            min: usize::try_from(min).unwrap_or(usize::MAX),
            max: usize::try_from(max).unwrap_or(usize::MAX),
            pattern,
        }
    }

    fn range<T: PartialOrd, E: Into<FieldFault>>(
        &mut self,
        rules: &FieldRules,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> (Option<T>, Option<T>) {
        let min = rules.min.as_deref().map(&parse);
        let min = min.and_then(|min| self.keep("rules/min", min));
        let max = rules.max.as_deref().map(&parse);
        let max = max.and_then(|max| self.keep("rules/max", max));
        if let (Some(min), Some(max)) = (&min, &max) {
            self.ordered("rules/min", min <= max);
        }
        (min, max)
    }

    fn ordered(&mut self, part: &str, is: bool) {
        if !is {
            self.push(
                part,
                "out-of-range",
                "the least that is allowed is more than the most",
            );
        }
    }

    fn options(&mut self, rules: &FieldRules) -> Demand {
        let options = &rules.options;
        if options.is_empty() || options.len() > FormField::MAX_OPTIONS {
            let most = FormField::MAX_OPTIONS;
            let code = if options.is_empty() {
                "required"
            } else {
                "too-many"
            };
            self.push(
                "rules/options",
                code,
                format!("there are 1 to {most} options"),
            );
        } else {
            for (index, option) in options.iter().enumerate() {
                self.option(index, option, &options[..index]);
            }
        }
        let count = u32::try_from(options.len()).unwrap_or(u32::MAX);
        let max = rules.max_choices.unwrap_or(count);
        let min = rules.min_choices.unwrap_or(0);
        if !options.is_empty() && (max == 0 || max > count) {
            let detail = "at least one option can be chosen, and at most all of them";
            self.push("rules/max_choices", "out-of-range", detail);
        }
        self.ordered("rules/min_choices", min <= max);
        Demand::Options {
            min: usize::try_from(min).unwrap_or(usize::MAX),
            max: usize::try_from(max).unwrap_or(usize::MAX),
        }
    }

    fn option(&mut self, index: usize, option: &FieldOption, before: &[FieldOption]) {
        let part = |part: &dyn Display| format!("rules/options/{index}/{part}");
        let length = option.value.chars().count();
        if length == 0 || length > FormField::MAX_OPTION || option.value.contains(char::is_control)
        {
            let most = FormField::MAX_OPTION;
            let detail = format!(
                "an option's value has 1 to {most} characters, none of them a control character"
            );
            self.push(part(&"value"), "invalid-option", detail);
        } else if before.iter().any(|other| other.value == option.value) {
            self.push(part(&"value"), "duplicate", "another option has this value");
        }
        self.keep(&part(&"label"), Name::from_str(&option.label));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(field_type: FieldType, rules: FieldRules) -> Result<FormField, Vec<FieldPartFault>> {
        FormField::new(NewField {
            key: "a".parse().unwrap(),
            label: "A".to_owned(),
            field_type,
            required: false,
            indexed: None,
            rules,
        })
    }

    #[track_caller]
    fn assert_refused(field_type: FieldType, rules: FieldRules, part: &str, code: &str) {
        let faults = new(field_type, rules).unwrap_err();
        let found = faults
            .iter()
            .any(|(at, fault)| at == part && fault.code == code);
        assert!(found, "{faults:?}");
    }

    fn option(value: &str) -> FieldOption {
        FieldOption {
            value: value.to_owned(),
            label: "L".to_owned(),
        }
    }

    #[test]
    fn rules_fit_their_type() {
        let bound = FieldRules {
            min: Some("1".to_owned()),
            ..FieldRules::default()
        };
        assert!(new(FieldType::Number, bound.clone()).is_ok());
        assert_refused(
            FieldType::Text,
            bound.clone(),
            "rules/min",
            "not-applicable",
        );
        assert_refused(FieldType::Date, bound, "rules/min", "invalid-date");

        let pattern = FieldRules {
            pattern: Some("[a".to_owned()),
            ..FieldRules::default()
        };
        assert_refused(
            FieldType::Text,
            pattern.clone(),
            "rules/pattern",
            "invalid-pattern",
        );
        assert_refused(FieldType::Email, pattern, "rules/pattern", "not-applicable");
    }

    #[test]
    fn the_least_is_no_more_than_the_most() {
        let numbers = FieldRules {
            min: Some("10".to_owned()),
            max: Some("9".to_owned()),
            ..FieldRules::default()
        };
        assert_refused(FieldType::Number, numbers, "rules/min", "out-of-range");
        let days = FieldRules {
            min: Some("2026-02-01".to_owned()),
            max: Some("2026-01-31".to_owned()),
            ..FieldRules::default()
        };
        assert_refused(FieldType::Date, days, "rules/min", "out-of-range");
        let lengths = FieldRules {
            min_length: Some(5),
            max_length: Some(4),
            ..FieldRules::default()
        };
        assert_refused(FieldType::Text, lengths, "rules/min_length", "out-of-range");
        let choices = FieldRules {
            options: vec![option("a"), option("b")],
            min_choices: Some(3),
            ..FieldRules::default()
        };
        assert_refused(
            FieldType::Multiselect,
            choices,
            "rules/min_choices",
            "out-of-range",
        );
    }

    #[test]
    fn what_can_be_filtered_by_is_short() {
        let length = |length| FieldRules {
            max_length: Some(length),
            ..FieldRules::default()
        };
        assert!(new(FieldType::Text, length(FormField::MAX_INDEXED)).is_ok());
        assert_refused(
            FieldType::Text,
            length(FormField::MAX_INDEXED + 1),
            "rules/max_length",
            "out-of-range",
        );
        assert!(new(FieldType::Textarea, length(FormField::MAX_TEXTAREA)).is_ok());
        assert!(!new(FieldType::Textarea, length(9)).unwrap().is_indexed());
        assert!(
            new(FieldType::Date, FieldRules::default())
                .unwrap()
                .is_indexed()
        );
    }

    #[test]
    fn options_are_there_and_differ() {
        let options = |options| FieldRules {
            options,
            ..FieldRules::default()
        };
        assert_refused(
            FieldType::Select,
            options(vec![]),
            "rules/options",
            "required",
        );
        assert_refused(
            FieldType::Select,
            options(vec![option("a"), option(" a ")]),
            "rules/options/1/value",
            "duplicate",
        );
        assert_refused(
            FieldType::Multiselect,
            options(vec![option("a"), option("\n")]),
            "rules/options/1/value",
            "invalid-option",
        );
        let many = (0..=FormField::MAX_OPTIONS).map(|n| option(&n.to_string()));
        assert_refused(
            FieldType::Select,
            options(many.collect()),
            "rules/options",
            "too-many",
        );
    }

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

    #[test]
    fn days_are_days_of_the_calendar() {
        assert!(parse_date(" 2024-02-29 ").is_ok());
        for bad in [
            "",
            "2026-02-29",
            "2026-13-01",
            "2026-1-1",
            "0000-01-01",
            "01.02.2026",
            "2026-01-01-01",
            "2026-01-01T00:00",
            "+026-01-01",
            "２026-01-01",
        ] {
            assert_eq!(parse_date(bad), Err(InvalidDate), "{bad}");
        }
    }
}
