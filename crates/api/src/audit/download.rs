//! Downloads as CSV.

use compliance::{AuditExport, ComplianceError};
use futures_util::stream::{self, StreamExt as _};
use poem::Body;
use poem_openapi::ApiResponse;
use poem_openapi::payload::Binary;

/// A file that is made while it is sent.
#[derive(ApiResponse)]
pub(super) enum CsvDownload {
    /// The file.
    #[oai(status = 200, content_type = "text/csv; charset=utf-8")]
    File(
        Binary<Body>,
        /// What the file is called.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

/// The download as a file called `name`.
///
/// Its beginning is read at once, so that a storage that does not answer is told as a problem. Once
/// the answer has begun, a failure can only break it off, which clients see as an incomplete transfer.
pub(super) async fn csv_download(
    name: &str,
    mut export: AuditExport,
) -> Result<CsvDownload, ComplianceError> {
    let mut begun = Vec::new();
    for _ in 0..2 {
        begun.extend(export.next_chunk().await?);
    }
    let rest = stream::try_unfold(export, |mut export| async {
        match export.next_chunk().await {
            Ok(chunk) => Ok(chunk.map(|chunk| (chunk, export))),
            Err(error) => {
                tracing::error!(error.message = %error, "a download broke off");
                Err(std::io::Error::other("the download broke off"))
            }
        }
    });
    let chunks = stream::iter(begun).map(Ok).chain(rest);
    Ok(CsvDownload::File(
        Binary(Body::from_bytes_stream(chunks)),
        format!("attachment; filename=\"{name}\""),
    ))
}
