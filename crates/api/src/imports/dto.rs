//! The shapes of imports on the wire.

use std::fmt::Write as _;

use contacts::{
    ContactText, FileFormat, FormatChange, Header, ImportDetail, ImportOptionsChange,
    ImportPreview, ImportStatus, LeftContact, LeftReason, Meaning, OnDuplicate, OnInvalid,
    PreviewRow, Profile, Rejection, RejectionCode, SuppressionReason,
};
use kernel::{FieldFault, Locale, TimeZoneName};
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, Input, flag, integer, list, object, text, text_by};

/// Defines the words of a closed list as the document shows them.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident of $domain:ty { $($(#[$variant_doc:meta])* $variant:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Enum)]
        #[oai(rename_all = "snake_case")]
        pub(crate) enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl From<$domain> for $name {
            fn from(word: $domain) -> Self {
                match word { $(<$domain>::$variant => Self::$variant,)+ }
            }
        }
    };
}

words! {
    /// How far an import is.
    ImportStatusWord of ImportStatus {
        /// Its file is on the way.
        Uploading,
        /// Somebody has to say first which column has the address.
        NeedsMapping,
        /// It waits for a worker.
        Pending,
        /// Rows are being read.
        Running,
        /// All rows were read.
        Completed,
        /// It broke off, and will not go on.
        Failed,
        /// Somebody ended it; what was read until then stays.
        Cancelled,
        /// What it did is being taken back.
        Undoing,
        /// What it did was taken back.
        Undone,
    }
}

words! {
    /// What becomes of a row whose address is that of a contact that was there before.
    OnDuplicateWord of OnDuplicate {
        /// The contact stays as it is.
        Skip,
        /// What the row says replaces what was known.
        Update,
        /// What the row says is taken where nothing was known.
        FillEmpty,
    }
}

words! {
    /// What becomes of a row whose address is none.
    OnInvalidWord of OnInvalid {
        /// It becomes a contact that is never mailed.
        Keep,
        /// It is rejected.
        Reject,
    }
}

words! {
    /// What a column holds.
    MeaningWord of Meaning {
        /// The address.
        Email,
        /// A further address of the same person.
        OtherEmail,
        /// The given name.
        FirstName,
        /// The family name.
        LastName,
        /// The whole name.
        FullName,
        /// A telephone number.
        Phone,
        /// Whom the person works for.
        Company,
        /// What the person is there.
        JobTitle,
        /// The language.
        Locale,
        /// The time zone.
        #[oai(rename = "timezone")]
        TimeZone,
        /// That the person unsubscribed.
        Unsubscribed,
        /// That the person subscribed; a no stops mail.
        Subscribed,
        /// That mail came back.
        Bounced,
        /// That the person complained.
        Complained,
        /// That the address is blocked.
        Blacklisted,
        /// A word for the state of the subscription.
        Status,
        /// Anything else; kept under the name of the column.
        Attribute,
        /// Not taken over.
        Ignored,
    }
}

words! {
    /// Why a row is refused.
    RejectionCodeWord of RejectionCode {
        /// It has no address.
        NoAddress,
        /// The address is longer than any.
        AddressTooLong,
        /// A cell is too long.
        CellTooLong,
        /// The row is too long.
        RowTooLong,
        /// A quote is never closed.
        UnclosedQuote,
        /// It has more attributes than a contact can have.
        TooManyAttributes,
        /// Its address is none, and the import refuses those.
        InvalidAddress,
    }
}

words! {
    /// Why mail to an address is stopped.
    StopWord of SuppressionReason {
        /// The person unsubscribed.
        Unsubscribed,
        /// Mail came back.
        Bounced,
        /// The person complained.
        Complained,
        /// It was blocked.
        Manual,
        /// The person was erased.
        Erased,
    }
}

words! {
    /// Why an undo left something.
    LeftReasonWord of LeftReason {
        /// It was changed since.
        Changed,
        /// Others put the contact on other lists since.
        OnOtherLists,
        /// The contact was deleted since.
        Deleted,
    }
}

/// A column of a file.
#[derive(Clone, Debug, Object)]
pub(crate) struct ColumnShape {
    /// Its header, different from all others; `column_3` where there is none.
    name: String,
    /// What it holds.
    meaning: MeaningWord,
}

/// How a file is read.
#[derive(Clone, Debug, Object)]
pub(crate) struct FormatAnswer {
    /// How its text is written in bytes: `utf-8`, `utf-16le`, `utf-16be` or `windows-1252`.
    encoding: String,
    /// What stands between two cells.
    delimiter: String,
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
    status: ImportStatusWord,
    /// How the file is read.
    format: Option<FormatAnswer>,
    /// What becomes of rows of contacts that were there before.
    on_duplicate: OnDuplicateWord,
    /// What becomes of rows whose address is none.
    invalid: OnInvalidWord,
    /// Whether the outcome is only told, and nothing is written.
    dry_run: bool,
    /// What became of the rows that were read.
    counts: ImportCountsAnswer,
    /// What was taken back, if anything.
    undo: Option<UndoAnswer>,
    /// The job that works on it, or did last.
    job_id: Option<Uuid>,
    /// How much of the file was read, in percent.
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
    /// How its text is written in bytes: `utf-8`, `utf-16le`, `utf-16be` or `windows-1252`.
    encoding: Option<String>,
    /// What stands between two cells, one character.
    delimiter: Option<String>,
    /// The line at which the header begins, from 1; 0 where there is none.
    #[oai(validator(minimum(value = "0"), maximum(value = "1000000")))]
    header_line: Option<u64>,
    /// Meanings of columns, by their names.
    #[oai(validator(max_items = 500))]
    columns: Option<Vec<ColumnShape>>,
    /// What becomes of rows of contacts that were there before.
    on_duplicate: Option<OnDuplicateWord>,
    /// What becomes of rows whose address is none.
    invalid: Option<OnInvalidWord>,
    /// Whether the outcome is only told, and nothing is written.
    dry_run: Option<bool>,
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
    stop: Option<StopWord>,
    /// Why the row would be rejected.
    rejection: Option<RejectionCodeWord>,
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
    code: RejectionCodeWord,
    /// The same as a sentence.
    reason: String,
    /// What stands in the file.
    original: String,
}

/// A contact of which an undo left something.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct LeftContactAnswer {
    /// The contact.
    contact_id: Uuid,
    /// Why.
    reason: LeftReasonWord,
    /// The fields that were left; empty where the whole contact was.
    fields: Vec<String>,
}

/// Reads how a file is to be read.
pub(crate) fn start(fields: &mut Fields<'_>) -> Option<(FormatChange, ImportOptionsChange)> {
    let encoding = fields.optional("encoding", text_by(encoding));
    let delimiter = fields.optional("delimiter", text_by(delimiter));
    let header = fields.optional("header_line", integer(0..=1_000_000));
    let columns = fields.optional("columns", list(0..=500, object(column)));
    let on_duplicate = fields.optional("on_duplicate", text::<OnDuplicate>);
    let invalid = fields.optional("invalid", text::<OnInvalid>);
    let dry_run = fields.optional("dry_run", flag);
    Some((
        FormatChange {
            encoding: encoding?,
            delimiter: delimiter?,
            header: header?.map(header_at),
            columns: columns?.unwrap_or_default(),
        },
        ImportOptionsChange {
            on_duplicate: on_duplicate?,
            invalid: invalid?,
            dry_run: dry_run?,
        },
    ))
}

/// Where the header is: at a line, or nowhere where somebody says 0.
fn header_at(line: i64) -> Header {
    match u64::try_from(line) {
        Ok(0) | Err(_) => Header::Missing,
        Ok(line) => Header::Line(line),
    }
}

fn encoding(text: &str) -> Result<contacts::Encoding, FieldFault> {
    contacts::Encoding::ALL
        .iter()
        .copied()
        .find(|encoding| encoding.as_str() == text)
        .ok_or_else(|| FieldFault::new("unknown-value", "this is not an encoding that is read"))
}

fn delimiter(text: &str) -> Result<u8, FieldFault> {
    match text.as_bytes() {
        [byte] if contacts::DELIMITERS.contains(byte) => Ok(*byte),
        _ => Err(FieldFault::new(
            "unknown-value",
            "a delimiter is a comma, a semicolon, a tab or a vertical bar",
        )),
    }
}

fn column(fields: &mut Fields<'_>) -> Option<(String, Meaning)> {
    let name = fields.required("name", text_by(column_name));
    let meaning = fields.required("meaning", text_by(meaning));
    Some((name?, meaning?))
}

fn column_name(text: &str) -> Result<String, FieldFault> {
    if text.chars().count() > 1_000 {
        return Err(FieldFault::new("too-long", "the name is too long"));
    }
    Ok(text.to_owned())
}

fn meaning(text: &str) -> Result<Meaning, FieldFault> {
    text.parse().map_err(|error: contacts::UnknownMeaning| {
        FieldFault::new("unknown-value", error.to_string())
    })
}

/// Reads what a file is called.
pub(crate) fn file_name(input: Input<'_>) -> Option<ContactText> {
    text(input)
}

impl From<&FileFormat> for FormatAnswer {
    fn from(format: &FileFormat) -> Self {
        let format = format.detected();
        let columns = format.columns.iter().map(|column| ColumnShape {
            name: column.name.clone(),
            meaning: column.meaning.into(),
        });
        Self {
            encoding: format.encoding.as_str().to_owned(),
            delimiter: char::from(format.delimiter).to_string(),
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
            status: detail.status().into(),
            format: detail.import.format().map(FormatAnswer::from),
            on_duplicate: state.options.on_duplicate.into(),
            invalid: state.options.invalid.into(),
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
            stop: row.stop.map(Into::into),
            rejection: row.rejection.map(Into::into),
        }
    }
}

impl From<Rejection> for RejectionAnswer {
    fn from(row: Rejection) -> Self {
        Self {
            line: row.line,
            column: row.column,
            code: row.code.into(),
            reason: row.code.explanation().to_owned(),
            original: row.original,
        }
    }
}

impl From<LeftContact> for LeftContactAnswer {
    fn from(left: LeftContact) -> Self {
        Self {
            contact_id: left.contact.as_uuid(),
            reason: left.reason.into(),
            fields: left.fields,
        }
    }
}

fn example_format() -> FormatAnswer {
    let columns = [
        ("E-Mail", MeaningWord::Email),
        ("Vorname", MeaningWord::FirstName),
        ("Stadt", MeaningWord::Attribute),
    ];
    FormatAnswer {
        encoding: "utf-8".to_owned(),
        delimiter: ";".to_owned(),
        header_line: Some(1),
        columns: columns
            .into_iter()
            .map(|(name, meaning)| ColumnShape {
                name: name.to_owned(),
                meaning,
            })
            .collect(),
        confidence: 95,
    }
}

impl Example for StartImportRequest {
    fn example() -> Self {
        Self {
            encoding: None,
            delimiter: None,
            header_line: Some(3),
            columns: Some(vec![ColumnShape {
                name: "receiver".to_owned(),
                meaning: MeaningWord::Email,
            }]),
            on_duplicate: Some(OnDuplicateWord::FillEmpty),
            invalid: None,
            dry_run: Some(false),
        }
    }
}

impl Example for RejectionAnswer {
    fn example() -> Self {
        Self {
            line: 4,
            column: Some("E-Mail".to_owned()),
            code: RejectionCodeWord::NoAddress,
            reason: RejectionCode::NoAddress.explanation().to_owned(),
            original: "Ada,Lovelace,".to_owned(),
        }
    }
}

impl Example for LeftContactAnswer {
    fn example() -> Self {
        Self {
            contact_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0021),
            reason: LeftReasonWord::Changed,
            fields: vec!["company".to_owned()],
        }
    }
}

impl Example for ImportAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_500);
        Self {
            id: Uuid::from_u128(0x0199_1b2c_7d3e_7f00_8000_0000_0000_0030),
            list_id: Uuid::from_u128(0x0199_1b2c_7d3e_7f00_8000_0000_0000_0031),
            file_name: "newsletter.csv".to_owned(),
            size_bytes: 61_234,
            sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned(),
            status: ImportStatusWord::Completed,
            format: Some(example_format()),
            on_duplicate: OnDuplicateWord::Update,
            invalid: OnInvalidWord::Keep,
            dry_run: false,
            counts: ImportCountsAnswer {
                rows_read: 1_000,
                created: 900,
                updated: 60,
                unchanged: 20,
                duplicate_in_file: 10,
                rejected: 7,
                suppressed: 3,
            },
            undo: None,
            job_id: Some(Uuid::from_u128(0x0199_1b2c_7d3e_7f00_8000_0000_0000_0032)),
            percent: Some(100),
            error: None,
            started_at: Some(at),
            finished_at: Some(at),
            created_at: at,
            updated_at: at,
        }
    }
}

impl Example for ImportPreviewAnswer {
    fn example() -> Self {
        Self {
            format: example_format(),
            rows: vec![PreviewRowAnswer {
                line: 2,
                email: Some("ada@example.com".to_owned()),
                first_name: Some("Ada".to_owned()),
                last_name: None,
                display_name: None,
                phone: None,
                company: None,
                job_title: None,
                locale: None,
                timezone: None,
                attributes: vec![PreviewAttribute {
                    name: "Stadt".to_owned(),
                    value: "London".to_owned(),
                }],
                stop: None,
                rejection: None,
            }],
        }
    }
}
