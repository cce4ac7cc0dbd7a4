//! What an import remembers of single rows.

use kernel::{Changes, ContactId};

use crate::source::words;
use crate::{RejectedRow, RejectionCode};

/// A row that was refused. All of it is personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The line of the file at which the row begins, from 1.
    pub line: u64,
    /// The name of the column that is to blame.
    pub column: Option<String>,
    /// Why.
    pub code: RejectionCode,
    /// What stands in the file.
    pub original: String,
}

impl Rejection {
    /// A row that was refused, in a file with columns of these names.
    pub(crate) fn of(row: &RejectedRow, columns: &[crate::Column]) -> Self {
        Self {
            line: row.line,
            column: row
                .column
                .and_then(|at| columns.get(at))
                .map(|column| column.name.clone()),
            code: row.code,
            // No database keeps that character.
            original: row.original.replace('\0', "\u{FFFD}"),
        }
    }
}

impl std::fmt::Debug for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rejection")
            .field("line", &self.line)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

words! {
    /// What a row did to a contact that was there before.
    TouchOutcome {
        /// It changed it.
        Updated = "updated",
        /// It did not.
        Unchanged = "unchanged",
        /// Its address must not be mailed.
        Suppressed = "suppressed",
    }
}

/// What an import did to a contact that was there before.
#[derive(Clone, Debug, PartialEq)]
pub struct Touch {
    /// The contact.
    pub contact: ContactId,
    /// What the row counts as.
    pub outcome: TouchOutcome,
    /// What it changed.
    pub changes: Changes,
    /// Whether it put the contact on the import's list.
    pub joined: bool,
}
