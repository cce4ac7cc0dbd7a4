//! What is wrong with the rules of a field.

use std::fmt::Display;
use std::str::FromStr;

use kernel::{FieldFault, Name};

use super::{Demand, FieldPartFault, FormField, ReadPattern};
use crate::form::{FieldOption, FieldRules, FieldType};

/// What is wrong with a field.
pub(super) struct Faults(pub(super) Vec<FieldPartFault>);

impl Faults {
    fn push(&mut self, part: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        self.0.push((part.into(), FieldFault::new(code, detail)));
    }

    pub(super) fn keep<T, E: Into<FieldFault>>(
        &mut self,
        part: &str,
        result: Result<T, E>,
    ) -> Option<T> {
        result
            .map_err(|error| self.0.push((part.to_owned(), error.into())))
            .ok()
    }

    /// Refuses rules that say nothing to fields of this type.
    pub(super) fn applicable(&mut self, field_type: FieldType, rules: &FieldRules) {
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

    pub(super) fn text(
        &mut self,
        rules: &FieldRules,
        pattern: ReadPattern,
        indexed: bool,
        most: u32,
    ) -> Demand {
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
        let pattern = rules.pattern.as_deref().map(pattern);
        let pattern = pattern.and_then(|pattern| self.keep("rules/pattern", pattern));
        Demand::Text {
            min: usize::try_from(min).unwrap_or(usize::MAX),
            max: usize::try_from(max).unwrap_or(usize::MAX),
            pattern,
        }
    }

    pub(super) fn range<T: PartialOrd, E: Into<FieldFault>>(
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

    pub(super) fn options(&mut self, rules: &FieldRules) -> Demand {
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
    use super::super::NewField;
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
}
