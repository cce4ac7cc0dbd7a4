//! Reading how a file is to be read.

use contacts::{FormatChange, Header, ImportOptionsChange, Meaning, OnDuplicate, OnInvalid};
use kernel::FieldFault;

use crate::input::{Fields, flag, integer, list, object, text, text_by};

/// Reads how a file is to be read.
pub(crate) fn start(fields: &mut Fields<'_>) -> Option<(FormatChange, ImportOptionsChange)> {
    let encoding = fields.optional("encoding", text_by(encoding));
    let delimiter = fields.optional("delimiter", text_by(delimiter));
    let header = fields.optional("header_line", integer(0..=1_000_000));
    let columns = fields.optional("columns", list(0..=500, object(column)));
    let on_duplicate = fields.optional("on_duplicate", text::<OnDuplicate>);
    let invalid = fields.optional("invalid", text::<OnInvalid>);
    let dry_run = fields.optional("dry_run", flag);
    let repeat = fields.optional("repeat", flag);
    Some((
        FormatChange {
            encoding: encoding?,
            delimiter: delimiter?,
            header: header?.map(header_at),
            columns: columns?.unwrap_or_default(),
        },
        ImportOptionsChange {
            on_duplicate: on_duplicate?,
            invalid: invalid?,
            dry_run: dry_run?,
            repeat: repeat?.unwrap_or_default(),
        },
    ))
}

/// Where the header is: at a line, or nowhere where somebody says 0.
fn header_at(line: i64) -> Header {
    match u64::try_from(line) {
        Ok(0) | Err(_) => Header::Missing,
        Ok(line) => Header::Line(line),
    }
}

fn encoding(text: &str) -> Result<contacts::Encoding, FieldFault> {
    contacts::Encoding::ALL
        .iter()
        .copied()
        .find(|encoding| encoding.as_str() == text)
        .ok_or_else(|| FieldFault::new("unknown-value", "this is not an encoding that is read"))
}

fn delimiter(text: &str) -> Result<u8, FieldFault> {
    match text.as_bytes() {
        [byte] if contacts::DELIMITERS.contains(byte) => Ok(*byte),
        _ => Err(FieldFault::new(
            "unknown-value",
            "a delimiter is a comma, a semicolon, a tab or a vertical bar",
        )),
    }
}

fn column(fields: &mut Fields<'_>) -> Option<(String, Meaning)> {
    let name = fields.required("name", text_by(column_name));
    let meaning = fields.required("meaning", text_by(meaning));
    Some((name?, meaning?))
}

fn column_name(text: &str) -> Result<String, FieldFault> {
    if text.chars().count() > 1_000 {
        return Err(FieldFault::new("too-long", "the name is too long"));
    }
    Ok(text.to_owned())
}

fn meaning(text: &str) -> Result<Meaning, FieldFault> {
    text.parse().map_err(|error: contacts::UnknownMeaning| {
        FieldFault::new("unknown-value", error.to_string())
    })
}
