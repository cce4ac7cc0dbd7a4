//! Conditions on fields as people ask for them, before it is known which types the fields have.

use std::str::FromStr;

use kernel::FieldFault;

use super::condition::{Condition, Matches, Test};
use super::filter::{LeadFilter, LeadSort};
use super::value::{TypedValue, ValueKind};
use crate::form::parse_date;
use crate::{Decimal, FieldKey, FieldType};

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// It is this.
    Eq,
    /// It is something else.
    Ne,
    /// It is one of these.
    In,
    /// It has this in it.
    Contains,
    /// It is more.
    Gt,
    /// It is this or more.
    Gte,
    /// It is less.
    Lt,
    /// It is this or less.
    Lte,
    /// It is one of the two or between them.
    Between,
    /// There is one, or there is none.
    Exists,
}

/// A condition as it was asked for: `team_size:gte:10`.
#[derive(Clone, PartialEq, Eq)]
pub struct AskedCondition {
    key: FieldKey,
    operator: Operator,
    operands: Vec<String>,
}

/// The text is no condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCondition {
    /// It has not the three parts.
    #[error(
        "a condition is the key of a field, an operator and a value with colons between them, such as team_size:gte:10"
    )]
    Parts,
    /// There is no such operator.
    #[error("the operator is one of eq, ne, in, contains, gt, gte, lt, lte, between, exists")]
    Operator,
    /// It has too few or too many values.
    #[error(
        "in takes 1 to {} values with commas between them, between takes two of them, and every other operator one",
        AskedCondition::MAX_VALUES
    )]
    Values,
    /// A value is too long, or there is nothing in it.
    #[error("a value has 1 to {} characters", AskedCondition::MAX_VALUE)]
    Length,
}

/// What forms have asked under a key: the types of the field, those of the newest version first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldProfile {
    /// The types of the versions in which it is indexed.
    pub indexed: Vec<FieldType>,
    /// Whether any version has such a field.
    pub is_known: bool,
}

/// Which leads are asked for, before it is known which types the fields have.
#[derive(Clone, Debug, Default)]
pub struct LeadQuery {
    /// What does not concern fields.
    pub filter: LeadFilter,
    /// What does.
    pub conditions: Vec<AskedCondition>,
    /// The field to sort by, and whether backwards.
    pub sort_field: Option<(FieldKey, bool)>,
    /// The order, where it is by no field.
    pub sort: LeadSort,
}

impl Operator {
    const ALL: [(Self, &'static str); 10] = [
        (Self::Eq, "eq"),
        (Self::Ne, "ne"),
        (Self::In, "in"),
        (Self::Contains, "contains"),
        (Self::Gt, "gt"),
        (Self::Gte, "gte"),
        (Self::Lt, "lt"),
        (Self::Lte, "lte"),
        (Self::Between, "between"),
        (Self::Exists, "exists"),
    ];
}

impl FieldProfile {
    /// The kinds of its values, those of the newest version first, each once; a fault where there are none.
    pub fn kinds(&self) -> Result<Vec<ValueKind>, FieldFault> {
        if !self.is_known {
            return Err(FieldFault::new(
                "unknown-field",
                "no form has a field with this key",
            ));
        }
        let mut kinds = Vec::new();
        for field_type in &self.indexed {
            let kind = ValueKind::of(*field_type);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        if kinds.is_empty() {
            return Err(FieldFault::new(
                "not-indexed",
                "the field is not indexed in any form, so leads cannot be filtered or sorted by it",
            ));
        }
        Ok(kinds)
    }
}

impl AskedCondition {
    /// The most values of `in`.
    pub const MAX_VALUES: usize = 100;
    /// The longest value, in characters.
    pub const MAX_VALUE: usize = 500;
    /// The most conditions of one search.
    pub const MOST: usize = 10;

    /// The field.
    #[must_use]
    pub const fn key(&self) -> &FieldKey {
        &self.key
    }

    /// The condition on a field whose values are of these kinds. A value that can be read as several of them is
    /// looked for as each; where it can be read as none, that is the fault.
    pub fn resolve(&self, kinds: &[ValueKind]) -> Result<Condition, FieldFault> {
        if self.operator == Operator::Exists {
            let test = match self.operands[0].as_str() {
                "true" => Test::Exists,
                "false" => Test::Absent,
                _ => return Err(wrong(&[ValueKind::Flag])),
            };
            return Ok(self.with(test));
        }
        let mut matches = Matches::default();
        let mut fits = false;
        for kind in kinds {
            fits |= self.read_as(*kind, &mut matches).is_some();
        }
        if !fits {
            return Err(self.misfit(kinds));
        }
        Ok(self.with(match self.operator {
            Operator::Ne => Test::Other(matches),
            _ => Test::Any(matches),
        }))
    }

    fn with(&self, test: Test) -> Condition {
        Condition {
            key: self.key.clone(),
            test,
        }
    }

    /// Adds what the operands are as values of a kind; `None` where they are none.
    fn read_as(&self, kind: ValueKind, matches: &mut Matches) -> Option<()> {
        let operands = self.operands.iter();
        match (kind, self.operator) {
            (ValueKind::Text, Operator::Eq | Operator::Ne | Operator::In) => {
                matches.texts = operands.map(|text| TypedValue::fold(text)).collect();
            }
            (ValueKind::Text, Operator::Contains) => {
                matches.fragment = Some(TypedValue::fold(&self.operands[0]));
            }
            (ValueKind::Number | ValueKind::Date, Operator::Contains) | (ValueKind::Text, _) => {
                return None;
            }
            (ValueKind::Number, Operator::Eq | Operator::Ne | Operator::In) => {
                let numbers = operands.map(|text| number(text));
                matches.numbers = numbers.collect::<Option<_>>()?;
            }
            (ValueKind::Number, operator) => {
                let numbers = operands
                    .map(|text| number(text))
                    .collect::<Option<Vec<_>>>()?;
                let (first, last) = (*numbers.first()?, *numbers.last()?);
                matches.numbers_between = Some(match operator {
                    Operator::Gt => (first.saturating_add(1), i64::MAX),
                    Operator::Gte => (first, i64::MAX),
                    Operator::Lt => (i64::MIN, first.saturating_sub(1)),
                    Operator::Lte => (i64::MIN, first),
                    _ => (first, last),
                });
            }
            (ValueKind::Date, Operator::Eq | Operator::Ne | Operator::In) => {
                let dates = operands.map(|text| parse_date(text).ok());
                matches.dates = dates.collect::<Option<_>>()?;
            }
            (ValueKind::Date, operator) => {
                let dates = operands.map(|text| parse_date(text).ok());
                let dates = dates.collect::<Option<Vec<_>>>()?;
                let (first, last) = (*dates.first()?, *dates.last()?);
                // The calendar of forms has years of four digits.
                let never = time::Date::from_ordinal_date(1, 1).ok()?;
                let always = time::Date::from_ordinal_date(9_999, 365).ok()?;
                // No day is before the first one or behind the last.
                let nothing = (always, never);
                matches.dates_between = Some(match operator {
                    Operator::Gt if first == always => nothing,
                    Operator::Lt if first == never => nothing,
                    Operator::Gt => (first.next_day()?, always),
                    Operator::Gte => (first, always),
                    Operator::Lt => (never, first.previous_day()?),
                    Operator::Lte => (never, first),
                    _ => (first, last),
                });
            }
            (ValueKind::Flag, Operator::Eq | Operator::Ne | Operator::In) => {
                let flags = operands.map(|text| flag(text));
                matches.flags = flags.collect::<Option<_>>()?;
            }
            (ValueKind::Flag, _) => return None,
        }
        Some(())
    }

    fn misfit(&self, kinds: &[ValueKind]) -> FieldFault {
        let compares = match self.operator {
            Operator::Eq | Operator::Ne | Operator::In | Operator::Exists => true,
            Operator::Contains => kinds.contains(&ValueKind::Text),
            _ => kinds
                .iter()
                .any(|kind| matches!(kind, ValueKind::Number | ValueKind::Date)),
        };
        if compares {
            return wrong(kinds);
        }
        let detail = match self.operator {
            Operator::Contains => "only fields of text can be asked what they contain",
            _ => "only numbers and days can be more or less than others",
        };
        FieldFault::new("not-applicable", detail)
    }
}

fn wrong(kinds: &[ValueKind]) -> FieldFault {
    let nouns: Vec<_> = kinds.iter().map(|kind| kind.noun()).collect();
    let detail = format!("a value of this field is {}", nouns.join(" or "));
    FieldFault::new("wrong-type", detail)
}

fn number(text: &str) -> Option<i64> {
    text.parse::<Decimal>().ok().map(Decimal::millionths)
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

impl FromStr for AskedCondition {
    type Err = FieldFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, ':');
        let (Some(key), Some(operator), Some(value)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(InvalidCondition::Parts.into());
        };
        let key = key.parse::<FieldKey>()?;
        let found = Operator::ALL.iter().find(|(_, word)| *word == operator);
        let (operator, _) = *found.ok_or(InvalidCondition::Operator)?;
        let operands: Vec<String> = match operator {
            Operator::In | Operator::Between => {
                value.split(',').map(str::trim).map(str::to_owned).collect()
            }
            _ => vec![value.trim().to_owned()],
        };
        let most = match operator {
            Operator::In => Self::MAX_VALUES,
            Operator::Between => 2,
            _ => 1,
        };
        if operands.len() > most || operator == Operator::Between && operands.len() != 2 {
            return Err(InvalidCondition::Values.into());
        }
        let is_long = |text: &String| !(1..=Self::MAX_VALUE).contains(&text.chars().count());
        if operands.iter().any(is_long) {
            return Err(InvalidCondition::Length.into());
        }
        Ok(Self {
            key,
            operator,
            operands,
        })
    }
}

impl std::fmt::Debug for AskedCondition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} …", self.key, self.operator)
    }
}

impl From<InvalidCondition> for FieldFault {
    fn from(error: InvalidCondition) -> Self {
        let code = match error {
            InvalidCondition::Parts => "invalid-condition",
            InvalidCondition::Operator => "unknown-operator",
            InvalidCondition::Values => "wrong-count",
            InvalidCondition::Length => "invalid-length",
        };
        Self::new(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> AskedCondition {
        text.parse().unwrap()
    }

    fn refused(text: &str, kinds: &[ValueKind]) -> &'static str {
        asked(text).resolve(kinds).unwrap_err().code
    }

    #[test]
    fn what_is_no_condition_is_told_apart() {
        for (text, code) in [
            ("city", "invalid-condition"),
            ("city:eq", "invalid-condition"),
            ("City:eq:Berlin", "invalid-key"),
            ("city:like:Berlin", "unknown-operator"),
            ("city:eq:", "invalid-length"),
            ("size:between:1", "wrong-count"),
            ("size:between:1,2,3", "wrong-count"),
        ] {
            assert_eq!(
                text.parse::<AskedCondition>().unwrap_err().code,
                code,
                "{text}"
            );
        }
        assert!(
            "url:eq:https://example.com"
                .parse::<AskedCondition>()
                .is_ok()
        );
    }

    #[test]
    fn a_value_has_to_be_one_of_the_kinds_of_the_field() {
        use ValueKind::{Date, Flag, Number, Text};
        assert_eq!(refused("size:gt:many", &[Number]), "wrong-type");
        assert_eq!(refused("day:lt:2026-02-30", &[Date]), "wrong-type");
        assert_eq!(refused("ok:eq:maybe", &[Flag]), "wrong-type");
        assert_eq!(refused("ok:exists:maybe", &[Flag]), "wrong-type");
        assert_eq!(refused("city:gt:5", &[Text]), "not-applicable");
        assert_eq!(
            refused("size:contains:5", &[Number, Date]),
            "not-applicable"
        );

        let both = asked("size:eq:12").resolve(&[Text, Number]).unwrap();
        let Test::Any(matches) = both.test else {
            panic!("a value is looked for");
        };
        assert!(matches.accepts(&TypedValue::Text("12".to_owned())));
        assert!(matches.accepts(&TypedValue::Number("12.0".parse().unwrap())));
    }

    #[test]
    fn no_day_is_before_the_first_one_or_behind_the_last() {
        let day = |text: &str| TypedValue::Date(parse_date(text).unwrap());
        let (first, last) = (day("0001-01-01"), day("9999-12-31"));
        for (text, accepts_first, accepts_last) in [
            ("day:lt:0001-01-01", false, false),
            ("day:gt:9999-12-31", false, false),
            ("day:lte:0001-01-01", true, false),
            ("day:gte:9999-12-31", false, true),
            ("day:lt:9999-12-31", true, false),
            ("day:gt:0001-01-01", false, true),
        ] {
            let condition = asked(text).resolve(&[ValueKind::Date]).unwrap();
            let Test::Any(matches) = condition.test else {
                panic!("a value is looked for");
            };
            assert_eq!(matches.accepts(&first), accepts_first, "{text}");
            assert_eq!(matches.accepts(&last), accepts_last, "{text}");
            let (from, to) = matches.dates_between.unwrap();
            assert!(from.year() > 0 && to.year() > 0, "{text}");
        }
    }

    #[test]
    fn a_field_that_is_nowhere_indexed_is_told_from_one_that_is_nowhere() {
        let mut profile = FieldProfile::default();
        assert_eq!(profile.kinds().unwrap_err().code, "unknown-field");
        profile.is_known = true;
        assert_eq!(profile.kinds().unwrap_err().code, "not-indexed");
        profile.indexed = vec![FieldType::Number, FieldType::Select, FieldType::Text];
        let kinds = profile.kinds().unwrap();
        assert_eq!(kinds, [ValueKind::Number, ValueKind::Text]);
    }
}
