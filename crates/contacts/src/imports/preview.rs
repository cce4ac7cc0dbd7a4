//! The first rows of a file, as they are understood.

use kernel::Version;

use super::FileFormat;
use super::person::Person;
use crate::{FileReader, Profile, RejectionCode, SuppressionReason};

/// How many rows are shown.
const ROWS: usize = 20;

/// The first rows of a file, as they are understood.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportPreview {
    /// How the file is read.
    pub format: FileFormat,
    /// Its first rows.
    pub rows: Vec<PreviewRow>,
    /// The version of the import that it is of.
    pub version: Version,
}

/// A row as it is understood.
#[derive(Clone, PartialEq, Eq)]
pub struct PreviewRow {
    /// The line of the file at which it begins, from 1.
    pub line: u64,
    /// What it says; nothing where it would be rejected.
    pub person: Option<(String, Profile)>,
    /// Why its address must not be mailed, where it says so.
    pub stop: Option<SuppressionReason>,
    /// Why it would be rejected.
    pub rejection: Option<RejectionCode>,
}

impl ImportPreview {
    /// The first rows of the file that begins with `sample`.
    pub(super) fn of(format: FileFormat, version: Version, sample: &[u8], is_whole: bool) -> Self {
        let mut rows = Vec::new();
        let mut each = |row: Result<crate::ParsedRow, crate::RejectedRow>| {
            if rows.len() >= ROWS {
                return;
            }
            let (line, person) = match row {
                Ok(row) => (row.line, Person::of(&row)),
                Err(row) => (row.line, Err(row.code)),
            };
            rows.push(PreviewRow {
                line,
                stop: person
                    .as_ref()
                    .ok()
                    .and_then(|person| person.stops.first().copied()),
                rejection: person.as_ref().err().copied(),
                person: person
                    .ok()
                    .map(|person| (person.email.to_string(), person.profile)),
            });
        };
        let mut reader = FileReader::new(format.detected());
        reader.read(sample, &mut each);
        if is_whole {
            reader.finish(&mut each);
        }
        Self {
            format,
            rows,
            version,
        }
    }
}

impl std::fmt::Debug for ImportPreview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportPreview")
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}
