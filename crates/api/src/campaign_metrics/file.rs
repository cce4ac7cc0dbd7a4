//! Files of figures.

use analytics::{ExportedFile, FileFormat};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::payload::{Binary, Payload as _};
use poem_openapi::registry::{
    MetaHeader, MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry,
};

const CSV: &str = "text/csv; charset=utf-8";
const PDF: &str = "application/pdf";
const DISPOSITION: &str = "Content-Disposition";

/// A table or a report.
pub(crate) struct MetricsFile(pub(super) ExportedFile);

impl IntoResponse for MetricsFile {
    fn into_response(self) -> Response {
        let Self(file) = self;
        let media = match file.format {
            FileFormat::Csv => CSV,
            FileFormat::Pdf => PDF,
        };
        Response::builder()
            .content_type(media)
            .header(
                DISPOSITION,
                format!("attachment; filename=\"{}\"", file.name),
            )
            .body(file.content)
    }
}

impl ApiResponse for MetricsFile {
    fn meta() -> MetaResponses {
        let content = [CSV, PDF].map(|content_type| MetaMediaType {
            content_type,
            schema: Binary::<Vec<u8>>::schema_ref(),
        });
        let disposition = MetaHeader {
            name: DISPOSITION.to_owned(),
            description: Some("What the file is called.".to_owned()),
            required: true,
            deprecated: false,
            schema: MetaSchemaRef::Inline(Box::new(MetaSchema::new("string"))),
        };
        MetaResponses {
            responses: vec![MetaResponse {
                description: "The file.",
                status: Some(200),
                status_range: None,
                content: content.into(),
                headers: vec![disposition],
            }],
        }
    }

    fn register(_registry: &mut Registry) {}
}
