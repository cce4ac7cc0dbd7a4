//! Whether an answer is one to a field.

use kernel::FieldFault;
use serde_json::Value;

use super::address::ReadAddress;
use super::answer::Answer;
use super::decimal::{Decimal, InvalidDecimal};
use super::field::{Demand, FormField, InvalidDate, parse_date};
use super::field_type::FieldType;

/// The answer to a field; `None` where there is none and none is needed.
pub(super) fn answer(
    field: &FormField,
    given: Option<&Value>,
    read_address: ReadAddress,
) -> Result<Option<Answer>, FieldFault> {
    let given = given.filter(|value| !is_nothing(value));
    match field.field_type() {
        FieldType::Checkbox => yes(field, given).map(|given| Some(Answer::Flag(given))),
        FieldType::Consent => yes(field, given).map(|given| {
            let text = field.label().to_owned();
            Some(Answer::Consent { given, text })
        }),
        _ => match given {
            Some(given) => read(field, given, read_address).map(Some),
            None if field.is_required() => Err(FieldFault::new("required", "an answer is needed")),
            None => Ok(None),
        },
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.iter().all(is_nothing),
        _ => false,
    }
}

/// A box that is not there was not ticked.
fn yes(field: &FormField, given: Option<&Value>) -> Result<bool, FieldFault> {
    let ticked = match given {
        None => false,
        Some(Value::Bool(ticked)) => *ticked,
        Some(Value::String(text)) => match text.trim().to_ascii_lowercase().as_str() {
            "on" | "true" | "yes" | "1" => true,
            "off" | "false" | "no" | "0" => false,
            _ => return Err(wrong("true or false")),
        },
        Some(_) => return Err(wrong("true or false")),
    };
    if field.is_required() && !ticked {
        return Err(FieldFault::new("required", "this has to be agreed to"));
    }
    Ok(ticked)
}

fn wrong(expected: &str) -> FieldFault {
    FieldFault::new("wrong-type", format!("the answer is {expected}"))
}

fn read(field: &FormField, given: &Value, read_address: ReadAddress) -> Result<Answer, FieldFault> {
    match (field.field_type(), field.demand()) {
        (FieldType::Email, _) => address(text(given)?, read_address).map(Answer::Text),
        (FieldType::Phone, _) => phone(text(given)?).map(Answer::Text),
        (FieldType::Number, Demand::Number { min, max }) => {
            let number = match given {
                Value::Number(number) => number.to_string().parse::<Decimal>(),
                Value::String(text) => text.parse(),
                _ => Err(InvalidDecimal),
            }?;
            within(&number, min.as_ref(), max.as_ref())?;
            Ok(Answer::Number(number))
        }
        (FieldType::Date, Demand::Date { min, max }) => {
            let date = match given {
                Value::String(text) => parse_date(text),
                _ => Err(InvalidDate),
            }?;
            within(&date, min.as_ref(), max.as_ref())?;
            Ok(Answer::Date(date))
        }
        (FieldType::Multiselect, Demand::Options { min, max }) => {
            choices(field, given, *min, *max).map(Answer::Choices)
        }
        (FieldType::Select, _) => {
            let given = match given {
                Value::Array(values) if values.len() == 1 => &values[0],
                other => other,
            };
            option(field, given).map(|index| Answer::Choice(value_of(field, index)))
        }
        (field_type, demand) => line_or_text(field_type, demand, text(given)?).map(Answer::Text),
    }
}

fn text(given: &Value) -> Result<&str, FieldFault> {
    match given {
        Value::String(text) => Ok(text.trim()),
        _ => Err(wrong("a text")),
    }
}

fn within<T: PartialOrd + std::fmt::Display>(
    value: &T,
    min: Option<&T>,
    max: Option<&T>,
) -> Result<(), FieldFault> {
    if let Some(min) = min.filter(|min| value < *min) {
        return Err(FieldFault::new(
            "too-small",
            format!("the least that is allowed is {min}"),
        ));
    }
    if let Some(max) = max.filter(|max| value > *max) {
        return Err(FieldFault::new(
            "too-large",
            format!("the most that is allowed is {max}"),
        ));
    }
    Ok(())
}

fn line_or_text(field_type: FieldType, demand: &Demand, given: &str) -> Result<String, FieldFault> {
    let several = field_type == FieldType::Textarea;
    let given = given.replace("\r\n", "\n").replace('\r', "\n");
    if given.contains(|c| is_control(c) && !(several && matches!(c, '\n' | '\t'))) {
        let detail = if several {
            "the text has control characters"
        } else {
            "the text has line breaks or control characters"
        };
        return Err(FieldFault::new("control-character", detail));
    }
    let Demand::Text { min, max, pattern } = demand else {
        return Ok(given);
    };
    let length = given.chars().count();
    if length < *min {
        let detail = format!("at least {min} characters are needed");
        return Err(FieldFault::new("too-short", detail));
    }
    if length > *max {
        let detail = format!("at most {max} characters are allowed");
        return Err(FieldFault::new("too-long", detail));
    }
    if pattern.as_ref().is_some_and(|it| !it.matches(&given)) {
        return Err(FieldFault::new(
            "pattern",
            "the text has not the form that is asked for",
        ));
    }
    Ok(given)
}

/// Control characters, and the bidirectional overrides that make a text look like another one.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}')
}

/// An address, kept as it was given: how it is compared is up to who compares it.
fn address(given: &str, read_address: ReadAddress) -> Result<String, FieldFault> {
    if read_address(given).is_some() {
        Ok(given.to_owned())
    } else {
        Err(FieldFault::new(
            "invalid-email",
            "not an email address such as name@example.com",
        ))
    }
}

/// A telephone number as people write it, kept as it is: what is dialled is up to the country.
fn phone(given: &str) -> Result<String, FieldFault> {
    let digits = given.bytes().filter(u8::is_ascii_digit).count();
    let rest = given.strip_prefix('+').unwrap_or(given);
    let plain = |c: char| c.is_ascii_digit() || " -./()".contains(c);
    if (5..=20).contains(&digits) && given.len() <= 40 && rest.chars().all(plain) {
        Ok(given.to_owned())
    } else {
        Err(FieldFault::new(
            "invalid-phone",
            "not a telephone number such as +49 30 1234567, of 5 to 20 digits",
        ))
    }
}

fn option(field: &FormField, given: &Value) -> Result<usize, FieldFault> {
    let given = text(given)?;
    let mut options = field.rules().options.iter();
    options
        .position(|option| option.value == given)
        .ok_or_else(|| FieldFault::new("unknown-option", "not one of the options"))
}

fn value_of(field: &FormField, index: usize) -> String {
    field.rules().options[index].value.clone()
}

fn choices(
    field: &FormField,
    given: &Value,
    min: usize,
    max: usize,
) -> Result<Vec<String>, FieldFault> {
    let mut chosen = vec![false; field.rules().options.len()];
    let given = match given {
        Value::Array(values) => values.as_slice(),
        one => std::slice::from_ref(one),
    };
    for value in given.iter().filter(|value| !is_nothing(value)) {
        chosen[option(field, value)?] = true;
    }
    let indices = (0..chosen.len()).filter(|index| chosen[*index]);
    let values: Vec<_> = indices.map(|index| value_of(field, index)).collect();
    if values.len() < min {
        let detail = format!("at least {min} options have to be chosen");
        return Err(FieldFault::new("too-few", detail));
    }
    if values.len() > max {
        let detail = format!("at most {max} options can be chosen");
        return Err(FieldFault::new("too-many", detail));
    }
    Ok(values)
}
