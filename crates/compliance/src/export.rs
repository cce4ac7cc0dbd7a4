//! Downloads of the audit log as CSV.

use std::sync::Arc;

use csv::{QuoteStyle, Writer, WriterBuilder};
use kernel::{TenantScope, guarded_cell};
use time::format_description::well_known::Rfc3339;

use crate::ports::AuditStore;
use crate::{AuditDetail, AuditFilter, AuditPosition, ComplianceError};

/// How many entries are read, and kept in memory, at a time.
const BATCH: u16 = 500;

const HEADER: [&str; 14] = [
    "id",
    "created_at",
    "actor_kind",
    "user_id",
    "action",
    "entity_type",
    "entity_id",
    "fields",
    "request_id",
    "batch_id",
    "changes",
    "ip",
    "user_agent",
    "reason",
];

/// A download in progress: CSV (RFC 4180) in UTF-8 with a header line, newest entry first.
///
/// Each chunk is read in a unit of work of its own, so that a slow reader holds no transaction. Entries
/// of what was done after the download began are left out, so that it comes to an end.
///
/// Every cell is quoted, whichever separator a spreadsheet believes in, and a cell that begins like a
/// formula is guarded (see [`kernel::guarded_cell`]).
pub struct AuditExport {
    store: Arc<dyn AuditStore>,
    scope: TenantScope,
    filter: AuditFilter,
    place: Place,
}

/// What comes next.
enum Place {
    Header,
    Behind(Option<AuditPosition>),
    End,
}

impl AuditExport {
    pub(crate) const fn new(
        store: Arc<dyn AuditStore>,
        scope: TenantScope,
        filter: AuditFilter,
    ) -> Self {
        Self {
            store,
            scope,
            filter,
            place: Place::Header,
        }
    }

    /// The next piece of the file, whole lines of it; `None` at its end.
    pub async fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, ComplianceError> {
        match self.place {
            Place::Header => {
                self.place = Place::Behind(None);
                let mut writer = writer();
                writer.write_record(HEADER).map_err(ComplianceError::Csv)?;
                finish(writer).map(Some)
            }
            Place::Behind(position) => {
                let entries = self.read_behind(position).await?;
                self.place = match entries.last() {
                    Some(last) if entries.len() == usize::from(BATCH) => {
                        Place::Behind(Some(last.record.position()))
                    }
                    _ => Place::End,
                };
                if entries.is_empty() {
                    return Ok(None);
                }
                let mut writer = writer();
                for entry in &entries {
                    write_line(&mut writer, entry).map_err(ComplianceError::Csv)?;
                }
                finish(writer).map(Some)
            }
            Place::End => Ok(None),
        }
    }

    async fn read_behind(
        &self,
        position: Option<AuditPosition>,
    ) -> Result<Vec<AuditDetail>, ComplianceError> {
        let unit = self.store.begin(&self.scope).await?;
        let entries = unit.entries().read(&self.filter, position, BATCH).await?;
        unit.commit().await?;
        Ok(entries)
    }
}

fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new())
}

fn finish(writer: Writer<Vec<u8>>) -> Result<Vec<u8>, ComplianceError> {
    writer
        .into_inner()
        .map_err(|error| ComplianceError::Csv(error.into_error().into()))
}

fn write_line(writer: &mut Writer<Vec<u8>>, detail: &AuditDetail) -> Result<(), csv::Error> {
    let AuditDetail { record, payload } = detail;
    let show = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let changes = payload.changes.as_ref().map(serde_json::to_string);
    let cells = [
        record.id.to_string(),
        record.at.format(&Rfc3339).map_err(std::io::Error::other)?,
        record.actor_kind.clone(),
        show(record.actor.map(kernel::UserId::as_uuid)),
        record.action.as_str().to_owned(),
        record.entity_type.clone(),
        show(record.entity),
        record.fields.join(" "),
        record.request.to_string(),
        show(record.batch),
        changes
            .transpose()
            .map_err(std::io::Error::from)?
            .unwrap_or_default(),
        payload.ip.map(|ip| ip.to_string()).unwrap_or_default(),
        payload.user_agent.clone().unwrap_or_default(),
        payload.reason.clone().unwrap_or_default(),
    ];
    writer.write_record(cells.iter().map(|cell| guarded_cell(cell).into_owned()))
}
