//! What imports look like, for the documentation.

use contacts::RejectionCode;
use poem_openapi::types::Example;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    ColumnShape, FormatAnswer, ImportAnswer, ImportCountsAnswer, ImportPreviewAnswer,
    LeftContactAnswer, PreviewAttribute, PreviewRowAnswer, RejectionAnswer, StartImportRequest,
};
use crate::schema::{
    DelimiterText, EncodingText, ImportStatusText, LeftReasonText, MeaningText, OnDuplicateText,
    OnInvalidText, RejectionCodeText,
};

fn example_format() -> FormatAnswer {
    let columns = [
        ("E-Mail", "email"),
        ("Vorname", "first_name"),
        ("Stadt", "attribute"),
    ];
    FormatAnswer {
        encoding: EncodingText::new("utf-8"),
        delimiter: DelimiterText::new(";"),
        header_line: Some(1),
        columns: columns
            .into_iter()
            .map(|(name, meaning)| ColumnShape {
                name: name.to_owned(),
                meaning: MeaningText::new(meaning),
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
                meaning: MeaningText::new("email"),
            }]),
            on_duplicate: Some(OnDuplicateText::new("fill_empty")),
            invalid: None,
            dry_run: Some(false),
            repeat: None,
        }
    }
}

impl Example for RejectionAnswer {
    fn example() -> Self {
        Self {
            line: 4,
            column: Some("E-Mail".to_owned()),
            code: RejectionCodeText::new("no_address"),
            reason: RejectionCode::NoAddress.explanation().to_owned(),
            original: "Ada,Lovelace,".to_owned(),
        }
    }
}

impl Example for LeftContactAnswer {
    fn example() -> Self {
        Self {
            contact_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0021),
            reason: LeftReasonText::new("changed"),
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
            status: ImportStatusText::new("completed"),
            format: Some(example_format()),
            on_duplicate: OnDuplicateText::new("update"),
            invalid: OnInvalidText::new("keep"),
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
