//! The shapes of imports on the wire.

mod examples;

use std::fmt::Write as _;

use contacts::{
    ContactText, FileFormat, ImportDetail, ImportPreview, LeftContact, PreviewRow, Profile,
    Rejection,
};
use kernel::{Locale, TimeZoneName};
use poem_openapi::Object;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::schema::{
    DelimiterText, EncodingText, ImportStatusText, LeftReasonText, MeaningText, OnDuplicateText,
    OnInvalidText, RejectionCodeText, SuppressionReasonText,
};

/// A column of a file.
#[derive(Clone, Debug, Object)]
pub(crate) struct ColumnShape {
    /// Its header, different from all others; `column_3` where there is none.
    name: String,
    /// What it holds.
    meaning: MeaningText,
}

/// How a file is read.
#[derive(Clone, Debug, Object)]
pub(crate) struct FormatAnswer {
    /// How its text is written in bytes.
    encoding: EncodingText,
    /// What stands between two cells.
    delimiter: DelimiterText,
    /// The line at which the header begins, from 1; null where there is none.
    header_line: Option<u64>,
    /// The columns in their order.
    columns: Vec<ColumnShape>,
    /// How sure it is which column has the address, in percent.
    confidence: u8,
}

/// How many rows were read, and what became of them. The outcomes sum to the rows.
#[derive(Clone, Debug, Object)]
pub(crate) struct ImportCountsAnswer {
    /// Rows that were read.
    rows_read: u64,
    /// Rows that became a contact.
    created: u64,
    /// Rows that changed a contact.
    updated: u64,
    /// Rows of contacts that are as they were.
    unchanged: u64,
    /// Rows whose address stood further up.
    duplicate_in_file: u64,
    /// Rows that were refused.
    rejected: u64,
    /// Rows whose address must not be mailed; their contacts are kept.
    suppressed: u64,
}

/// What was taken back.
#[derive(Clone, Debug, Object)]
pub(crate) struct UndoAnswer {
    /// Contacts that were deleted.
    removed: u64,
    /// Contacts that are as before.
    restored: u64,
    /// Contacts of which something was left, because it was changed since.
    left: u64,
}

/// An import.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct ImportAnswer {
    /// Its id.
    id: Uuid,
    /// The list that its contacts are put on.
    list_id: Uuid,
    /// What the file is called.
    file_name: String,
    /// How many bytes the file has.
    size_bytes: u64,
    /// The SHA-256 of the file, in hexadecimal digits.
    sha256: String,
    /// How far it is.
    status: ImportStatusText,
    /// How the file is read.
    format: Option<FormatAnswer>,
    /// What becomes of rows of contacts that were there before.
    on_duplicate: OnDuplicateText,
    /// What becomes of rows whose address is none.
    invalid: OnInvalidText,
    /// Whether the outcome is only told, and nothing is written.
    dry_run: bool,
    /// What became of the rows that were read.
    counts: ImportCountsAnswer,
    /// What was taken back, if anything.
    undo: Option<UndoAnswer>,
    /// The job that works on it, or did last.
    job_id: Option<Uuid>,
    /// How far the job in `job_id` is, in percent.
    percent: Option<u8>,
    /// A code for what went wrong.
    error: Option<String>,
    /// When its first rows were read.
    started_at: Option<OffsetDateTime>,
    /// When its last rows were.
    finished_at: Option<OffsetDateTime>,
    /// When the file was sent.
    created_at: OffsetDateTime,
    /// When something last changed.
    updated_at: OffsetDateTime,
}

/// How a file is to be read; what is not mentioned stays.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct StartImportRequest {
    /// How its text is written in bytes.
    #[oai(nullable)]
    encoding: Option<EncodingText>,
    /// What stands between two cells, one character.
    #[oai(nullable)]
    delimiter: Option<DelimiterText>,
    /// The line at which the header begins, from 1; 0 where there is none.
    #[oai(nullable, validator(minimum(value = "0"), maximum(value = "1000000")))]
    header_line: Option<u64>,
    /// Meanings of columns, by their names.
    #[oai(nullable, validator(max_items = 500))]
    columns: Option<Vec<ColumnShape>>,
    /// What becomes of rows of contacts that were there before.
    #[oai(nullable)]
    on_duplicate: Option<OnDuplicateText>,
    /// What becomes of rows whose address is none.
    #[oai(nullable)]
    invalid: Option<OnInvalidText>,
    /// Whether the outcome is only told, and nothing is written.
    #[oai(nullable)]
    dry_run: Option<bool>,
    /// After a dry run: take the file into the list even if it was imported into it before.
    #[oai(nullable)]
    repeat: Option<bool>,
}

/// An attribute as a row says it.
#[derive(Clone, Debug, Object)]
pub(crate) struct PreviewAttribute {
    /// Its name.
    name: String,
    /// What it says.
    value: String,
}

/// A row as it is understood.
#[derive(Clone, Debug, Object)]
pub(crate) struct PreviewRowAnswer {
    /// The line of the file at which it begins, from 1.
    line: u64,
    /// The address; null where the row would be rejected.
    email: Option<String>,
    /// The given name.
    first_name: Option<String>,
    /// The family name.
    last_name: Option<String>,
    /// The whole name.
    display_name: Option<String>,
    /// The telephone number.
    phone: Option<String>,
    /// Whom the person works for.
    company: Option<String>,
    /// What the person is there.
    job_title: Option<String>,
    /// The language.
    locale: Option<String>,
    /// The time zone.
    timezone: Option<String>,
    /// Everything else.
    attributes: Vec<PreviewAttribute>,
    /// Why the address must not be mailed, where the row says so.
    stop: Option<SuppressionReasonText>,
    /// Why the row would be rejected.
    rejection: Option<RejectionCodeText>,
}

/// The first rows of a file, as they are understood.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct ImportPreviewAnswer {
    /// How the file is read.
    format: FormatAnswer,
    /// Its first rows; none where the file is not kept any more.
    rows: Vec<PreviewRowAnswer>,
}

/// A row that was refused.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct RejectionAnswer {
    /// The line of the file at which it begins, from 1.
    line: u64,
    /// The column that is to blame.
    column: Option<String>,
    /// Why.
    code: RejectionCodeText,
    /// The same as a sentence.
    reason: String,
    /// What stands in the file, as far as 2,000 characters; the download has all of it.
    original: String,
}

/// A contact of which an undo left something.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct LeftContactAnswer {
    /// The contact.
    contact_id: Uuid,
    /// Why.
    reason: LeftReasonText,
    /// The fields that were left; empty where the whole contact was.
    fields: Vec<String>,
}

impl From<&FileFormat> for FormatAnswer {
    fn from(format: &FileFormat) -> Self {
        let format = format.detected();
        let columns = format.columns.iter().map(|column| ColumnShape {
            name: column.name.clone(),
            meaning: MeaningText::new(column.meaning.as_str()),
        });
        Self {
            encoding: EncodingText::new(format.encoding.as_str()),
            delimiter: DelimiterText::new(char::from(format.delimiter)),
            header_line: format.header_line,
            columns: columns.collect(),
            confidence: format.confidence,
        }
    }
}

/// In hexadecimal digits.
fn digits(bytes: [u8; 32]) -> String {
    let mut text = String::with_capacity(64);
    for byte in bytes {
        // Writing into a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl From<&ImportDetail> for ImportAnswer {
    fn from(detail: &ImportDetail) -> Self {
        let state = detail.import.state();
        let counts = &state.counts;
        Self {
            id: state.id.as_uuid(),
            list_id: state.list.as_uuid(),
            file_name: state.file_name.to_string(),
            size_bytes: state.size,
            sha256: state.sha256.map(digits).unwrap_or_default(),
            status: ImportStatusText::new(detail.status().as_str()),
            format: detail.import.format().map(FormatAnswer::from),
            on_duplicate: OnDuplicateText::new(state.options.on_duplicate.as_str()),
            invalid: OnInvalidText::new(state.options.invalid.as_str()),
            dry_run: state.options.dry_run,
            counts: ImportCountsAnswer {
                rows_read: counts.rows_read(),
                created: counts.created,
                updated: counts.updated,
                unchanged: counts.unchanged,
                duplicate_in_file: counts.duplicate_in_file,
                rejected: counts.rejected,
                suppressed: counts.suppressed,
            },
            undo: state.undo.map(|undo| UndoAnswer {
                removed: undo.removed,
                restored: undo.restored,
                left: undo.left,
            }),
            job_id: state.job.map(kernel::JobId::as_uuid),
            percent: detail.job.as_ref().and_then(kernel::JobRecord::percent),
            error: state.error.clone(),
            started_at: state.started_at,
            finished_at: state.finished_at,
            created_at: state.stamps.created_at,
            updated_at: state.stamps.updated_at,
        }
    }
}

impl From<ImportPreview> for ImportPreviewAnswer {
    fn from(preview: ImportPreview) -> Self {
        Self {
            format: FormatAnswer::from(&preview.format),
            rows: preview.rows.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<PreviewRow> for PreviewRowAnswer {
    fn from(row: PreviewRow) -> Self {
        let (email, profile) = match row.person {
            Some((email, profile)) => (Some(email), profile),
            None => (None, Profile::default()),
        };
        let show = |text: &Option<ContactText>| text.as_ref().map(ToString::to_string);
        let attributes = profile.attributes.as_map().iter();
        Self {
            line: row.line,
            email,
            first_name: show(&profile.first_name),
            last_name: show(&profile.last_name),
            display_name: show(&profile.display_name),
            phone: show(&profile.phone),
            company: show(&profile.company),
            job_title: show(&profile.job_title),
            locale: profile.locale.as_ref().map(Locale::to_string),
            timezone: profile.timezone.as_ref().map(TimeZoneName::to_string),
            attributes: attributes
                .map(|(name, value)| PreviewAttribute {
                    name: name.clone(),
                    value: match value {
                        Value::String(text) => text.clone(),
                        other => other.to_string(),
                    },
                })
                .collect(),
            stop: row
                .stop
                .map(|reason| SuppressionReasonText::new(reason.as_str())),
            rejection: row
                .rejection
                .map(|code| RejectionCodeText::new(code.as_str())),
        }
    }
}

impl From<Rejection> for RejectionAnswer {
    fn from(row: Rejection) -> Self {
        Self {
            line: row.line,
            column: row.column,
            code: RejectionCodeText::new(row.code.as_str()),
            reason: row.code.explanation().to_owned(),
            original: row.original,
        }
    }
}

impl From<LeftContact> for LeftContactAnswer {
    fn from(left: LeftContact) -> Self {
        Self {
            contact_id: left.contact.as_uuid(),
            reason: LeftReasonText::new(left.reason.as_str()),
            fields: left.fields,
        }
    }
}
