//! How a file is read: what was detected, and what somebody said instead.

use std::collections::BTreeSet;

use kernel::FieldFault;
use serde_json::{Value, json};

use crate::{Column, Detected, Encoding, Meaning, sniff_as};

/// How a file is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFormat(Detected);

/// What somebody says of a file in place of what was detected; what is not said stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormatChange {
    /// How the text is written in bytes.
    pub encoding: Option<Encoding>,
    /// What stands between two cells, an ASCII character.
    pub delimiter: Option<u8>,
    /// Meanings of columns by their names.
    pub columns: Vec<(String, Meaning)>,
}

/// Why a format cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFormat {
    /// A column that the file does not have.
    #[error("the file has no column of this name")]
    UnknownColumn,
    /// A column that is named twice.
    #[error("a column is named twice")]
    RepeatedColumn,
    /// Not exactly one column has the address.
    #[error("exactly one column has to have the meaning `email`")]
    AddressColumn,
}

impl From<InvalidFormat> for FieldFault {
    fn from(error: InvalidFormat) -> Self {
        let code = match error {
            InvalidFormat::UnknownColumn => "unknown-column",
            InvalidFormat::RepeatedColumn => "repeated-column",
            InvalidFormat::AddressColumn => "address-column",
        };
        Self::new(code, error.to_string())
    }
}

impl FormatChange {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl FileFormat {
    /// What the beginning of the file looks like.
    #[must_use]
    pub fn detect(sample: &[u8]) -> Self {
        Self(sniff_as(sample, None, None))
    }

    /// The format as it is read.
    #[must_use]
    pub const fn detected(&self) -> &Detected {
        &self.0
    }

    /// What it is after somebody said how the file is to be read; the file's beginning is looked at again where
    /// the bytes or the cells are others.
    pub fn changed(&self, change: &FormatChange, sample: &[u8]) -> Result<Self, InvalidFormat> {
        let is_other = change
            .encoding
            .is_some_and(|encoding| encoding != self.0.encoding)
            || change
                .delimiter
                .is_some_and(|delimiter| delimiter != self.0.delimiter);
        let mut format = if is_other {
            let encoding = change.encoding.unwrap_or(self.0.encoding);
            let delimiter = change.delimiter.unwrap_or(self.0.delimiter);
            sniff_as(sample, Some(encoding), Some(delimiter))
        } else {
            self.0.clone()
        };
        let mut named = BTreeSet::new();
        let says_address = change
            .columns
            .iter()
            .any(|(_, meaning)| *meaning == Meaning::Email);
        for column in &mut format.columns {
            // Whoever says which column has the address says that of the others too.
            if says_address && column.meaning == Meaning::Email {
                column.meaning = Meaning::OtherEmail;
            }
        }
        for (name, meaning) in &change.columns {
            if !named.insert(name) {
                return Err(InvalidFormat::RepeatedColumn);
            }
            let column = format
                .columns
                .iter_mut()
                .find(|column| column.name == *name)
                .ok_or(InvalidFormat::UnknownColumn)?;
            column.meaning = *meaning;
        }
        let addresses = format
            .columns
            .iter()
            .filter(|column| column.meaning == Meaning::Email);
        if addresses.count() != 1 {
            return Err(InvalidFormat::AddressColumn);
        }
        if says_address {
            format.confidence = 100;
        }
        Ok(Self(format))
    }

    /// The format as it is stored.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let columns = self
            .0
            .columns
            .iter()
            .map(|column| json!({ "name": column.name, "meaning": column.meaning.as_str() }));
        json!({
            "encoding": self.0.encoding.as_str(),
            "delimiter": char::from(self.0.delimiter).to_string(),
            "header_line": self.0.header_line,
            "columns": columns.collect::<Vec<_>>(),
            "confidence": self.0.confidence,
        })
    }

    /// A format as it was stored.
    #[must_use]
    pub fn from_json(json: &Value) -> Option<Self> {
        let encoding = json.get("encoding")?.as_str()?;
        let columns = json.get("columns")?.as_array()?;
        Some(Self(Detected {
            encoding: *Encoding::ALL
                .iter()
                .find(|known| known.as_str() == encoding)?,
            delimiter: *json.get("delimiter")?.as_str()?.as_bytes().first()?,
            header_line: json.get("header_line")?.as_u64(),
            columns: columns
                .iter()
                .map(|column| {
                    Some(Column {
                        name: column.get("name")?.as_str()?.to_owned(),
                        meaning: column.get("meaning")?.as_str()?.parse().ok()?,
                    })
                })
                .collect::<Option<_>>()?,
            confidence: u8::try_from(json.get("confidence")?.as_u64()?).ok()?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOUBTFUL: &[u8] =
        b"sender;receiver\na@example.org;b@example.org\nc@example.org;d@example.org\n";

    fn meaning(name: &str, meaning: Meaning) -> FormatChange {
        FormatChange {
            columns: vec![(name.to_owned(), meaning)],
            ..FormatChange::default()
        }
    }

    #[test]
    fn whoever_names_the_address_column_is_believed() {
        let format = FileFormat::detect(DOUBTFUL);
        assert!(format.detected().needs_mapping());

        let told = format
            .changed(&meaning("receiver", Meaning::Email), DOUBTFUL)
            .unwrap();

        assert!(!told.detected().needs_mapping());
        let meanings = told.detected().columns.iter().map(|column| column.meaning);
        assert_eq!(
            meanings.collect::<Vec<_>>(),
            [Meaning::OtherEmail, Meaning::Email]
        );
    }

    #[test]
    fn a_format_without_exactly_one_address_column_is_refused() {
        let format = FileFormat::detect(b"Email,Name\na@example.org,Ada\n");
        let refused = |change: &FormatChange| format.changed(change, b"").unwrap_err();

        assert_eq!(
            refused(&meaning("Email", Meaning::Ignored)),
            InvalidFormat::AddressColumn
        );
        assert_eq!(
            refused(&meaning("Nobody", Meaning::Email)),
            InvalidFormat::UnknownColumn
        );
        let twice = FormatChange {
            columns: vec![("Name".to_owned(), Meaning::Ignored); 2],
            ..FormatChange::default()
        };
        assert_eq!(refused(&twice), InvalidFormat::RepeatedColumn);
    }

    #[test]
    fn another_delimiter_makes_other_columns() {
        let format = FileFormat::detect(b"Email,Name\na@example.org,Ada\n");
        let change = FormatChange {
            delimiter: Some(b';'),
            ..FormatChange::default()
        };

        let told = format.changed(&change, b"Email,x;Name\na@example.org;Ada\n");

        assert_eq!(told.unwrap().detected().columns.len(), 2);
    }

    #[test]
    fn a_format_is_stored_and_read_back() {
        for sample in [DOUBTFUL, b"", b"\xEF\xBB\xBFE-mail\nx\n"] {
            let format = FileFormat::detect(sample);
            assert_eq!(FileFormat::from_json(&format.to_json()), Some(format));
        }
    }
}
