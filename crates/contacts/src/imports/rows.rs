//! The rows of an import's file, read out of the storage piece by piece.

use std::collections::VecDeque;

use kernel::{ContactImportId, JobFailure, TenantScope};

use super::{ContactImport, FileFormat};
use crate::workbench::Workbench;
use crate::{FileReader, ParsedRow, RejectedRow};

/// How much of a piece is read at a time, in bytes: as many rows as that has are in memory.
const BITE: usize = 64 * 1024;

/// How many bytes of the file the rows are that are given out together, at most, but for the last of them: rows may be
/// long, and all of them are sent to the storage in one message.
const HELPING: usize = 8 * 1024 * 1024;

/// A row, or why it is none.
type Row = Result<ParsedRow, RejectedRow>;

/// Reads rows, from the first one that is wanted.
pub(super) struct Rows<'a> {
    bench: &'a Workbench,
    scope: &'a TenantScope,
    import: ContactImportId,
    /// How many bytes the file has.
    size: u64,
    reader: FileReader,
    waiting: VecDeque<Row>,
    piece: Vec<u8>,
    /// How much of the piece was read.
    at: usize,
    next_piece: u32,
    is_at_end: bool,
    to_skip: u64,
    bytes: u64,
    count: u64,
}

impl<'a> Rows<'a> {
    /// The rows of an import's file behind those that it counts as read.
    pub(super) fn of(
        import: &ContactImport,
        format: &FileFormat,
        bench: &'a Workbench,
        scope: &'a TenantScope,
    ) -> Self {
        Self {
            bench,
            scope,
            import: import.id(),
            size: import.state().size,
            reader: FileReader::new(format.detected()).keeping_originals(),
            waiting: VecDeque::new(),
            piece: Vec::new(),
            at: 0,
            next_piece: 0,
            is_at_end: false,
            to_skip: import.state().counts.rows_read(),
            bytes: 0,
            count: 0,
        }
    }

    /// Up to `size` rows; fewer where they are long, and at the end of the file, where there are none at last.
    pub(super) async fn next(&mut self, size: usize) -> Result<Vec<Row>, JobFailure> {
        let mut helping = Helping::of(size);
        while !helping.is_full() {
            if let Some(row) = self.waiting.pop_front() {
                helping.add(row);
            } else if self.is_at_end {
                break;
            } else {
                self.bite().await?;
            }
        }
        Ok(helping.rows)
    }

    async fn bite(&mut self) -> Result<(), JobFailure> {
        if self.at == self.piece.len() {
            let unit = self.bench.begin(self.scope).await?;
            let piece = unit
                .import_files()
                .piece(self.import, self.next_piece)
                .await?;
            unit.commit().await?;
            self.is_at_end = piece.is_none();
            if self.is_at_end && self.bytes != self.size {
                // What is missing must not look like what was never there.
                return Err(JobFailure::lasting("file-incomplete"));
            }
            self.piece = piece.unwrap_or_default();
            self.at = 0;
            self.next_piece += 1;
        }
        let end = (self.at + BITE).min(self.piece.len());
        let (waiting, to_skip, rows) = (&mut self.waiting, &mut self.to_skip, &mut self.count);
        let mut keep = |row| {
            *rows += 1;
            if *to_skip > 0 {
                *to_skip -= 1;
            } else {
                waiting.push_back(row);
            }
        };
        if self.is_at_end {
            self.reader.finish(&mut keep);
        } else {
            self.reader.read(&self.piece[self.at..end], &mut keep);
        }
        self.bytes += (end - self.at) as u64;
        self.at = end;
        Ok(())
    }

    /// How many bytes of the file were given out as rows, about.
    pub(super) fn bytes_given_out(&self) -> u64 {
        let waiting = self.waiting.len() as u64;
        match self.count {
            0 => self.bytes,
            rows => self.bytes - self.bytes * waiting.min(rows) / rows,
        }
    }
}

/// Rows that are given out together.
struct Helping {
    rows: Vec<Row>,
    size: usize,
    bytes: usize,
}

impl Helping {
    const fn of(size: usize) -> Self {
        Self {
            rows: Vec::new(),
            size,
            bytes: 0,
        }
    }

    const fn is_full(&self) -> bool {
        self.rows.len() >= self.size || self.bytes >= HELPING
    }

    fn add(&mut self, row: Row) {
        self.bytes += match &row {
            Ok(row) => row.original.as_ref().map_or(0, String::len),
            Err(row) => row.original.len(),
        };
        self.rows.push(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_of(bytes: usize) -> usize {
        let mut helping = Helping::of(5_000);
        while !helping.is_full() {
            helping.add(Ok(ParsedRow {
                original: Some("x".repeat(bytes)),
                ..ParsedRow::default()
            }));
        }
        helping.rows.len()
    }

    #[test]
    fn fewer_rows_are_given_out_together_the_longer_they_are() {
        assert_eq!(rows_of(100), 5_000);
        assert_eq!(rows_of(256 * 1024), 32);
        assert_eq!(rows_of(HELPING + 1), 1);
    }
}
