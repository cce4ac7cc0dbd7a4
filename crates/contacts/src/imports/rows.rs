//! The rows of an import's file, read out of the storage piece by piece.

use std::collections::VecDeque;

use kernel::{ContactImportId, StorageError, TenantScope};

use super::FileFormat;
use super::bench::Bench;
use crate::{FileReader, ParsedRow, RejectedRow};

/// How much of a piece is read at a time, in bytes: as many rows as that has are in memory.
const BITE: usize = 64 * 1024;

/// Reads rows, from the first one that is wanted.
pub(super) struct Rows<'a> {
    bench: &'a Bench,
    scope: &'a TenantScope,
    import: ContactImportId,
    reader: FileReader,
    waiting: VecDeque<Result<ParsedRow, RejectedRow>>,
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
    /// The rows behind the first `to_skip`.
    pub(super) fn behind(
        to_skip: u64,
        format: &FileFormat,
        import: ContactImportId,
        bench: &'a Bench,
        scope: &'a TenantScope,
    ) -> Self {
        Self {
            bench,
            scope,
            import,
            reader: FileReader::new(format.detected()).keeping_originals(),
            waiting: VecDeque::new(),
            piece: Vec::new(),
            at: 0,
            next_piece: 0,
            is_at_end: false,
            to_skip,
            bytes: 0,
            count: 0,
        }
    }

    /// Up to `size` rows; fewer only at the end of the file.
    pub(super) async fn next(
        &mut self,
        size: usize,
    ) -> Result<Vec<Result<ParsedRow, RejectedRow>>, StorageError> {
        while self.waiting.len() < size && !self.is_at_end {
            self.bite().await?;
        }
        let size = size.min(self.waiting.len());
        Ok(self.waiting.drain(..size).collect())
    }

    async fn bite(&mut self) -> Result<(), StorageError> {
        if self.at == self.piece.len() {
            let unit = self.bench.store.begin(self.scope).await?;
            let piece = unit
                .import_files()
                .piece(self.import, self.next_piece)
                .await?;
            unit.commit().await?;
            self.is_at_end = piece.is_none();
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
