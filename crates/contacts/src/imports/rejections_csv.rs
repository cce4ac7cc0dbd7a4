//! The rejected rows of an import as CSV.

use std::sync::Arc;

use kernel::{ContactImportId, TenantScope};

use super::Rejection;
use crate::export::CsvRows;
use crate::ports::ContactStore;
use crate::{ContactError, RecordReader};

/// How many rows are read, and kept in memory, at a time.
const BATCH: u16 = 500;

/// How many bytes of the file those are at most, but for the last of them: a row may be long.
const BYTES: u32 = 1024 * 1024;

/// A download in progress: CSV (RFC 4180) in UTF-8 with a header line, in the order of the file.
///
/// The first columns say where the row is and why it was refused; the others are those of the file. Every cell is
/// quoted, and a cell that begins like a formula is guarded (see [`kernel::guarded_cell`]). Each chunk is read in a
/// unit of work of its own, so that a slow reader holds no transaction.
pub struct RejectionsCsv {
    store: Arc<dyn ContactStore>,
    scope: TenantScope,
    import: ContactImportId,
    delimiter: u8,
    columns: Vec<String>,
    place: Place,
}

/// What comes next.
enum Place {
    Header,
    Behind(u64),
    End,
}

impl RejectionsCsv {
    pub(super) const fn new(
        store: Arc<dyn ContactStore>,
        scope: TenantScope,
        import: ContactImportId,
        delimiter: u8,
        columns: Vec<String>,
    ) -> Self {
        Self {
            store,
            scope,
            import,
            delimiter,
            columns,
            place: Place::Header,
        }
    }

    /// The next piece of the file, whole lines of it; `None` at its end.
    pub async fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, ContactError> {
        let mut rows = CsvRows::new();
        match self.place {
            Place::Header => {
                let own = ["line", "column", "code", "reason"].into_iter();
                rows.add(own.chain(self.columns.iter().map(String::as_str)))?;
                self.place = Place::Behind(0);
            }
            Place::Behind(line) => {
                let unit = self.store.begin(&self.scope).await?;
                let rejected = unit
                    .import_trace()
                    .rejections_behind(self.import, line, BATCH, BYTES)
                    .await?;
                unit.commit().await?;
                let Some(last) = rejected.last() else {
                    self.place = Place::End;
                    return Ok(None);
                };
                self.place = Place::Behind(last.line);
                for row in &rejected {
                    self.write_row(&mut rows, row)?;
                }
            }
            Place::End => return Ok(None),
        }
        rows.into_bytes().map(Some)
    }

    fn write_row(&self, rows: &mut CsvRows, row: &Rejection) -> Result<(), ContactError> {
        let mut cells = vec![
            row.line.to_string(),
            row.column.clone().unwrap_or_default(),
            row.code.as_str().to_owned(),
            row.code.explanation().to_owned(),
        ];
        let own = cells.len();
        let mut keep = |record: crate::Record<'_>| {
            if record.fault().is_some() {
                cells.push(record.raw().to_owned());
            } else {
                cells.extend(record.cells().map(str::to_owned));
            }
        };
        let mut reader = RecordReader::new(self.delimiter);
        reader.read(&row.original, &mut keep);
        reader.finish(&mut keep);
        cells.resize(cells.len().max(own + self.columns.len()), String::new());
        rows.add(cells.iter().map(String::as_str))
    }
}
