//! Downloads of contacts as CSV.

use std::sync::Arc;

use csv::{QuoteStyle, Writer, WriterBuilder};
use kernel::{
    ContactImportId, Cursor, Locale, PageLimit, PageRequest, TenantScope, TimeZoneName,
    guarded_cell,
};
use time::format_description::well_known::Rfc3339;

use crate::contacts::cards_of;
use crate::ports::ContactStore;
use crate::{ContactCard, ContactError, ContactFilter, ContactSort, ContactText};

/// The columns of a download.
pub(crate) const HEADER: [&str; 21] = [
    "id",
    "email",
    "first_name",
    "last_name",
    "display_name",
    "phone",
    "company",
    "job_title",
    "locale",
    "timezone",
    "source",
    "import_id",
    "validation_status",
    "classification",
    "risk_score",
    "reasons",
    "suggestion",
    "suppressions",
    "created_at",
    "updated_at",
    "attributes",
];

/// A download in progress: CSV (RFC 4180) in UTF-8 with a header line, in the order in which contacts were made.
///
/// Each chunk is read in a unit of work of its own, so that a slow reader holds no transaction, and no more than one
/// of them is in memory.
///
/// Every cell is quoted, whichever separator a spreadsheet believes in, and a cell that begins like a formula is
/// guarded (see [`kernel::guarded_cell`]).
pub struct ContactExport {
    store: Arc<dyn ContactStore>,
    scope: TenantScope,
    filter: ContactFilter,
    place: Place,
}

/// What comes next.
enum Place {
    Header,
    Behind(Option<Cursor>),
    End,
}

impl ContactExport {
    pub(crate) const fn new(
        store: Arc<dyn ContactStore>,
        scope: TenantScope,
        filter: ContactFilter,
    ) -> Self {
        Self {
            store,
            scope,
            filter,
            place: Place::Header,
        }
    }

    /// The next piece of the file, whole lines of it; `None` at its end.
    pub async fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, ContactError> {
        match std::mem::replace(&mut self.place, Place::End) {
            Place::Header => {
                self.place = Place::Behind(None);
                let mut rows = CsvRows::new();
                rows.add(HEADER)?;
                rows.into_bytes().map(Some)
            }
            Place::Behind(after) => {
                let page = PageRequest {
                    limit: PageLimit::new(PageLimit::MAX).unwrap_or(PageLimit::DEFAULT),
                    after,
                };
                let unit = self.store.begin(&self.scope).await?;
                let contacts = unit.contacts();
                let found = contacts.list(&self.filter, ContactSort::Created, &page);
                let found = found.await?;
                let cards = cards_of(unit.as_ref(), found.items).await?;
                unit.commit().await?;
                if found.next.is_some() {
                    self.place = Place::Behind(found.next);
                }
                if cards.is_empty() {
                    return Ok(None);
                }
                let mut rows = CsvRows::new();
                for card in &cards {
                    rows.add(cells(card)?.iter().map(String::as_str))?;
                }
                rows.into_bytes().map(Some)
            }
            Place::End => Ok(None),
        }
    }
}

/// Rows of a file that is made: each cell is quoted, and one that begins like a formula is guarded. Rows may differ in
/// length.
pub(crate) struct CsvRows(Writer<Vec<u8>>);

impl CsvRows {
    pub(crate) fn new() -> Self {
        let mut builder = WriterBuilder::new();
        builder
            .flexible(true)
            .quote_style(QuoteStyle::Always)
            .terminator(csv::Terminator::CRLF);
        Self(builder.from_writer(Vec::new()))
    }

    pub(crate) fn add<'c>(
        &mut self,
        cells: impl IntoIterator<Item = &'c str>,
    ) -> Result<(), ContactError> {
        self.0
            .write_record(
                cells
                    .into_iter()
                    .map(|cell| guarded_cell(cell).into_owned()),
            )
            .map_err(|error| ContactError::Csv(error.into()))
    }

    pub(crate) fn into_bytes(self) -> Result<Vec<u8>, ContactError> {
        self.0
            .into_inner()
            .map_err(|error| ContactError::Csv(error.into_error()))
    }
}

fn cells(card: &ContactCard) -> Result<[String; 21], ContactError> {
    let state = card.contact().state();
    let (profile, validation) = (&state.profile, &state.validation);
    let line = |text: &Option<ContactText>| -> String {
        text.as_ref().map(ToString::to_string).unwrap_or_default()
    };
    let instant = |at: kernel::Timestamp| {
        at.format(&Rfc3339)
            .map_err(|error| ContactError::Csv(std::io::Error::other(error)))
    };
    let reasons = validation.reasons.iter().map(|reason| reason.as_str());
    let suppressed = card.suppressed().iter().map(|reason| reason.as_str());
    let attributes = serde_json::to_string(profile.attributes.as_map())
        .map_err(|error| ContactError::Csv(error.into()))?;
    let show_id = |import: ContactImportId| import.to_string();
    Ok([
        state.id.to_string(),
        state.email.to_string(),
        line(&profile.first_name),
        line(&profile.last_name),
        line(&profile.display_name),
        line(&profile.phone),
        line(&profile.company),
        line(&profile.job_title),
        profile
            .locale
            .as_ref()
            .map(Locale::to_string)
            .unwrap_or_default(),
        profile
            .timezone
            .as_ref()
            .map(TimeZoneName::to_string)
            .unwrap_or_default(),
        state.source.as_str().to_owned(),
        state.import.map(show_id).unwrap_or_default(),
        validation.status.as_str().to_owned(),
        validation.classification.as_str().to_owned(),
        validation.risk_score.to_string(),
        reasons.collect::<Vec<_>>().join(" "),
        validation.suggestion.clone().unwrap_or_default(),
        suppressed.collect::<Vec<_>>().join(" "),
        instant(state.stamps.created_at)?,
        instant(state.stamps.updated_at)?,
        attributes,
    ])
}
