//! A record of a file.

mod reader;

pub use reader::RecordReader;

/// The most bytes of text that a record may have. What is longer is no row of a contact list.
pub const MAX_RECORD_LEN: usize = 256 * 1024;

/// A record of a file, as long as the reader looks at it.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    line: u64,
    cells: &'a str,
    ends: &'a [usize],
    raw: &'a str,
    fault: Option<RecordFault>,
}

/// Why a record cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordFault {
    /// A quote is opened and not closed within [`MAX_RECORD_LEN`], or at all, or only by one that opens another cell further
    /// down.
    UnclosedQuote,
    /// More than [`MAX_RECORD_LEN`] bytes without an end of line.
    TooLong,
}

impl<'a> Record<'a> {
    /// The line of the file at which the record begins, as an editor counts: from 1, every line break counts.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many cells there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether all cells are empty or white space.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fault.is_none() && self.cells.trim().is_empty()
    }

    /// A cell, counted from 0; nothing where the record is too short.
    #[must_use]
    pub fn cell(&self, at: usize) -> &'a str {
        let Some(&end) = self.ends.get(at) else {
            return "";
        };
        let begin = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.cells[begin..end]
    }

    /// The cells in their order.
    pub fn cells(&self) -> impl Iterator<Item = &'a str> {
        let record = *self;
        (0..self.len()).map(move |at| record.cell(at))
    }

    /// What stands in the file, without the line break at the end.
    #[must_use]
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// Why the record cannot be read; its cells are empty then.
    #[must_use]
    pub fn fault(&self) -> Option<RecordFault> {
        self.fault
    }
}
