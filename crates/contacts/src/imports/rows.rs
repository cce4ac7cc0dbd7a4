//! The rows of an import's file, read out of the storage piece by piece.

use std::collections::VecDeque;

use kernel::{ContactImportId, JobFailure, TenantScope, Timestamp};
use serde::{Deserialize, Serialize};

use super::giving_way::give_way;
use super::{ContactImport, FileFormat};
use crate::workbench::Workbench;
use crate::{Encoding, FileReader, ParsedRow, RejectedRow};

/// How much of a piece is read at a time, in bytes: as many rows as that has are in memory.
const BITE: usize = 64 * 1024;

/// How many bytes of the file the rows are that are given out together, at most, but for the last of them: rows may be
/// long, and all of them are sent to the storage in one message.
const HELPING: usize = 8 * 1024 * 1024;

/// A place in a file where a row may begin, so that it can be read on from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// In which piece of the file, counted from 0.
    piece: u32,
    /// Behind how many bytes of it.
    at: usize,
    /// Behind how many bytes of the file.
    bytes: u64,
    /// In which line, counted from 1.
    line: u64,
    /// Behind how many rows.
    rows: u64,
}

impl Place {
    /// In which piece of the file it is, counted from 0.
    pub(super) const fn piece(self) -> u32 {
        self.piece
    }
}

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
    encoding: Encoding,
    /// Where the rows that wait can be read anew from, the first ones behind a place that is not far before the next row.
    places: VecDeque<Place>,
}

impl<'a> Rows<'a> {
    /// The rows of an import's file behind those that it counts as read, looked for from a place before them or from the
    /// beginning.
    pub(super) fn of(
        import: &ContactImport,
        format: &FileFormat,
        from: Option<Place>,
        bench: &'a Workbench,
        scope: &'a TenantScope,
    ) -> Self {
        let detected = format.detected();
        let read = import.state().counts.rows_read();
        let from = from.filter(|place| place.rows <= read);
        let reader = from.map_or_else(
            || FileReader::new(detected),
            |place| FileReader::at_line(detected, place.line),
        );
        Self {
            bench,
            scope,
            import: import.id(),
            size: import.state().size,
            reader: reader.keeping_originals(),
            waiting: VecDeque::new(),
            piece: Vec::new(),
            at: 0,
            next_piece: from.map_or(0, |place| place.piece),
            is_at_end: false,
            to_skip: read - from.map_or(0, |place| place.rows),
            bytes: from.map_or(0, |place| place.bytes),
            count: from.map_or(0, |place| place.rows),
            encoding: detected.encoding,
            places: from.into_iter().collect(),
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
                give_way().await;
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
            self.at = match self.places.front() {
                // The first piece of a file that is read on.
                Some(place) if place.piece == self.next_piece => place.at.min(self.piece.len()),
                _ => 0,
            };
            self.next_piece += 1;
        }
        let bite = &self.piece[self.at..(self.at + BITE).min(self.piece.len())];
        let line_end = self.encoding.last_line_end(bite, self.bytes);
        let end = self.at + line_end.unwrap_or(bite.len());
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
        if let (Some(_), Some(line)) = (line_end, self.reader.next_line()) {
            self.places.push_back(Place {
                piece: self.next_piece - 1,
                at: self.at,
                bytes: self.bytes,
                line,
                rows: self.count,
            });
        }
        Ok(())
    }

    /// From where the rows behind those that were given out can be read on, if that is not the beginning.
    pub(super) fn place(&mut self) -> Option<Place> {
        let given_out = self.count - self.waiting.len() as u64;
        while self
            .places
            .get(1)
            .is_some_and(|place| place.rows <= given_out)
        {
            self.places.pop_front();
        }
        let first = self.places.front().copied();
        first.filter(|place| place.rows <= given_out)
    }

    /// What time it is.
    pub(super) fn now(&self) -> Timestamp {
        self.bench.now()
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
