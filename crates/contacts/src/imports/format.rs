//! How a file is read: what was detected, and what somebody said instead.

use std::collections::BTreeSet;

use kernel::FieldFault;
use serde_json::{Value, json};

use crate::{Column, Detected, Encoding, Header, Meaning, Told, sniff, sniff_as};

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
    /// Where the header is.
    pub header: Option<Header>,
    /// Meanings of columns by their names.
    pub columns: Vec<(String, Meaning)>,
}

/// Why a format cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFormat {
    /// A header at a line at which no row begins, or one too far from the file's beginning.
    #[error("no row near the beginning of the file begins at this line")]
    HeaderLine,
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

impl InvalidFormat {
    /// Which part of a change is to blame, as a JSON pointer.
    pub(super) const fn pointer(self) -> &'static str {
        match self {
            Self::HeaderLine => "#/header_line",
            Self::UnknownColumn | Self::RepeatedColumn | Self::AddressColumn => "#/columns",
        }
    }
}

impl From<InvalidFormat> for FieldFault {
    fn from(error: InvalidFormat) -> Self {
        let code = match error {
            InvalidFormat::HeaderLine => "header-line",
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
        Self(sniff(sample))
    }

    /// The format as it is read.
    #[must_use]
    pub const fn detected(&self) -> &Detected {
        &self.0
    }

    fn header(&self) -> Header {
        self.0.header_line.map_or(Header::Missing, Header::Line)
    }

    /// What it is after somebody said how the file is to be read; the file's beginning is looked at again where
    /// the bytes or the cells are others.
    pub fn changed(&self, change: &FormatChange, sample: &[u8]) -> Result<Self, InvalidFormat> {
        let told = Told {
            encoding: Some(change.encoding.unwrap_or(self.0.encoding)),
            delimiter: Some(change.delimiter.unwrap_or(self.0.delimiter)),
            header: change.header,
        };
        let is_same = told.encoding == Some(self.0.encoding)
            && told.delimiter == Some(self.0.delimiter)
            && told.header.is_none_or(|header| header == self.header());
        let mut format = if is_same {
            self.0.clone()
        } else {
            sniff_as(sample, &told)
        };
        if let Some(Header::Line(line)) = change.header
            && format.header_line != Some(line)
        {
            return Err(InvalidFormat::HeaderLine);
        }
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
    fn the_header_is_where_somebody_says_it_is() {
        let sample = b"Name,Email\nour list,of spring\nFull name,E-mail\nAda,ada@example.org\n";
        let format = FileFormat::detect(sample);
        assert_eq!(format.detected().header_line, Some(1));
        let header = |header| FormatChange {
            header: Some(header),
            ..FormatChange::default()
        };

        let third = format.changed(&header(Header::Line(3)), sample).unwrap();
        assert_eq!(third.detected().header_line, Some(3));
        assert_eq!(third.detected().columns[0].name, "Full name");

        let people = b"Ada,ada@example.org\nBo,bo@example.org\nCy,cy@example.org\n";
        let told = format.changed(&header(Header::Missing), people).unwrap();
        assert_eq!(told.detected().header_line, None);
        assert_eq!(told.detected().columns[1].name, "column_2");
        assert_eq!(told.detected().columns[1].meaning, Meaning::Email);

        for line in [0, 9] {
            assert_eq!(
                format.changed(&header(Header::Line(line)), sample),
                Err(InvalidFormat::HeaderLine)
            );
        }
    }

    #[test]
    fn a_format_is_stored_and_read_back() {
        for sample in [DOUBTFUL, b"", b"\xEF\xBB\xBFE-mail\nx\n"] {
            let format = FileFormat::detect(sample);
            assert_eq!(FileFormat::from_json(&format.to_json()), Some(format));
        }
    }
}
