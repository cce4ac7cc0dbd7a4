//! Downloads as CSV.

use std::future::Future;

use campaigns::{CampaignError, LeadExport};
use compliance::{AuditExport, ComplianceError};
use contacts::{ContactError, ContactExport, RejectionsCsv};
use futures_util::stream::{self, StreamExt as _};
use kernel::Classify;
use poem::Body;
use poem_openapi::ApiResponse;
use poem_openapi::payload::Binary;

/// A file that is made while it is sent.
#[derive(ApiResponse)]
pub(crate) enum CsvDownload {
    /// The file.
    #[oai(status = 200, content_type = "text/csv; charset=utf-8")]
    File(
        Binary<Body>,
        /// What the file is called.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

/// A file in pieces.
pub(crate) trait Chunks: Send + Sized + 'static {
    /// Why it breaks off.
    type Error: Classify + Send + Sync + 'static;

    /// The next piece; `None` at the end.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, Self::Error>> + Send;
}

impl Chunks for AuditExport {
    type Error = ComplianceError;

    async fn next(&mut self) -> Result<Option<Vec<u8>>, ComplianceError> {
        self.next_chunk().await
    }
}

impl Chunks for LeadExport {
    type Error = CampaignError;

    async fn next(&mut self) -> Result<Option<Vec<u8>>, CampaignError> {
        self.next_chunk().await
    }
}

impl Chunks for ContactExport {
    type Error = ContactError;

    async fn next(&mut self) -> Result<Option<Vec<u8>>, ContactError> {
        self.next_chunk().await
    }
}

impl Chunks for RejectionsCsv {
    type Error = ContactError;

    async fn next(&mut self) -> Result<Option<Vec<u8>>, ContactError> {
        self.next_chunk().await
    }
}

/// The download as a file called `name`.
///
/// Its beginning is read at once, so that a storage that does not answer is told as a problem. Once
/// the answer has begun, a failure can only break it off, which clients see as an incomplete transfer.
pub(crate) async fn csv_download<C: Chunks>(
    name: &str,
    mut export: C,
) -> Result<CsvDownload, C::Error> {
    let mut begun = Vec::new();
    for _ in 0..2 {
        begun.extend(export.next().await?);
    }
    let rest = stream::try_unfold(export, |mut export| async {
        match export.next().await {
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
