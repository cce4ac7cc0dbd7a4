//! How one value is read.

use std::ops::RangeInclusive;
use std::str::FromStr;

use kernel::{Checked, FieldErrors, FieldFault, Secret, Timestamp};
use serde_json::{Map, Value};
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::TypedId;
use super::fields::{Fields, Given, Input};
use super::pointer::Pointer;

/// A text that parses to `V`: names, slugs, addresses, and enums that are written as text.
#[must_use]
pub fn text<V>(input: Input<'_>) -> Option<V>
where
    V: FromStr,
    V::Err: Into<FieldFault>,
{
    text_by(|text| text.parse::<V>().map_err(Into::into))(input)
}

/// A text, read by a function; for values that do not parse from text alone.
pub fn text_by<V>(
    mut parse: impl FnMut(&str) -> Result<V, FieldFault>,
) -> impl FnMut(Input<'_>) -> Option<V> {
    move |input| {
        let text = match input.given {
            Given::Json(Value::String(text)) => text,
            Given::Text(text) => text,
            Given::Json(_) => return input.wrong_type("a text"),
        };
        if text.contains('\0') {
            return input.refuse(no_nul());
        }
        match parse(text) {
            Ok(value) => Some(value),
            Err(fault) => input.refuse(fault),
        }
    }
}

/// A password or token, taken as it is.
#[must_use]
pub fn secret(input: Input<'_>) -> Option<Secret> {
    text_by(|text| Ok(Secret::new(text.to_owned())))(input)
}

/// A UUID with hyphens.
#[must_use]
pub fn uuid(input: Input<'_>) -> Option<Uuid> {
    text_by(|text| {
        super::ids::parse(text)
            .ok_or_else(|| FieldFault::new("invalid-id", "an id is a UUID in its hyphenated form"))
    })(input)
}

/// The id of an entity.
pub fn id<V: TypedId>(input: Input<'_>) -> Option<V> {
    uuid(input).map(V::from_uuid)
}

/// `true` or `false`.
#[must_use]
pub fn flag(input: Input<'_>) -> Option<bool> {
    match input.given {
        Given::Json(Value::Bool(flag)) => Some(*flag),
        Given::Text("true") => Some(true),
        Given::Text("false") => Some(false),
        _ => input.wrong_type("`true` or `false`"),
    }
}

/// A whole number within a range.
pub fn integer(range: RangeInclusive<i64>) -> impl FnMut(Input<'_>) -> Option<i64> {
    move |input| {
        let number = match input.given {
            Given::Json(value) => value.as_i64(),
            Given::Text(text) => text.parse::<i64>().ok(),
        };
        match number {
            Some(number) if range.contains(&number) => Some(number),
            Some(_) => input.refuse(FieldFault::new(
                "out-of-range",
                format!("this is a number from {} to {}", range.start(), range.end()),
            )),
            None => input.wrong_type("a whole number"),
        }
    }
}

/// An instant as RFC 3339 writes it, in whole microseconds UTC.
#[must_use]
pub fn instant(input: Input<'_>) -> Option<Timestamp> {
    text_by(|text| {
        Timestamp::parse(text, &Rfc3339)
            .ok()
            .and_then(|instant| instant.checked_to_offset(time::UtcOffset::UTC))
            .and_then(|instant| {
                instant
                    .replace_nanosecond(instant.microsecond() * 1_000)
                    .ok()
            })
            .filter(|instant| (0..=9999).contains(&instant.year()))
            .ok_or_else(|| {
                let detail = "this is an instant like 2026-01-31T12:00:00Z (RFC 3339)";
                FieldFault::new("invalid-instant", detail)
            })
    })(input)
}

/// Any JSON value whose texts can be stored.
#[must_use]
pub fn json(input: Input<'_>) -> Option<Value> {
    match input.given {
        Given::Json(value) if has_nul(value) => input.refuse(no_nul()),
        Given::Json(value) => Some(value.clone()),
        Given::Text(_) => input.wrong_type("JSON"),
    }
}

/// A JSON object whose names and texts can be stored, with members of any kind.
#[must_use]
pub fn json_object(input: Input<'_>) -> Option<Map<String, Value>> {
    match input.given {
        Given::Json(value) if has_nul(value) => input.refuse(no_nul()),
        Given::Json(Value::Object(object)) => Some(object.clone()),
        _ => input.wrong_type("an object"),
    }
}

/// An array with this many items, each of one shape.
pub fn list<V>(
    length: RangeInclusive<usize>,
    mut shape: impl FnMut(Input<'_>) -> Option<V>,
) -> impl FnMut(Input<'_>) -> Option<Vec<V>> {
    move |input| {
        let Given::Json(Value::Array(items)) = input.given else {
            return input.wrong_type("a list");
        };
        if !length.contains(&items.len()) {
            return input.refuse(FieldFault::new(
                "wrong-length",
                format!(
                    "this is a list of {} to {} items",
                    length.start(),
                    length.end()
                ),
            ));
        }

        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            values.extend(shape(Input {
                given: Given::Json(item),
                pointer: Pointer::Item(&input.pointer, index),
                errors: input.errors,
            }));
        }
        (values.len() == items.len()).then_some(values)
    }
}

/// An array with this many items, each of one shape, of which each is read or refused for itself.
pub fn each<V>(
    length: RangeInclusive<usize>,
    mut shape: impl FnMut(Input<'_>) -> Option<V>,
) -> impl FnMut(Input<'_>) -> Option<Vec<Checked<V>>> {
    move |input| {
        let mut checked = Vec::new();
        let read = list(length.clone(), |item| {
            let mut errors = FieldErrors::default();
            let value = shape(Input {
                given: item.given,
                pointer: item.pointer,
                errors: &mut errors,
            });
            checked.push(match value {
                Some(value) if errors.is_empty() => Ok(value),
                _ => Err(errors),
            });
            Some(())
        })(input);
        read.map(|_items| checked)
    }
}

/// An object, read field by field.
pub fn object<V>(
    mut read: impl FnMut(&mut Fields<'_>) -> Option<V>,
) -> impl FnMut(Input<'_>) -> Option<V> {
    move |input| {
        let Given::Json(Value::Object(object)) = input.given else {
            return input.wrong_type("an object");
        };
        Fields::read_object(object, &input.pointer, input.errors, &mut read).0
    }
}

/// PostgreSQL stores no NUL character in a text.
fn no_nul() -> FieldFault {
    FieldFault::new("control-character", "the text has a NUL character")
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(map) => map
            .iter()
            .any(|(key, value)| key.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
