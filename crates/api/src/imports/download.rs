//! Rejected rows as CSV.

use contacts::{ContactError, RejectionsCsv};
use futures_util::stream::{self, StreamExt as _};
use poem::Body;
use poem_openapi::ApiResponse;
use poem_openapi::payload::Binary;

/// A file that is made while it is sent.
#[derive(ApiResponse)]
pub(super) enum RejectionsDownload {
    /// The file.
    #[oai(status = 200, content_type = "text/csv; charset=utf-8")]
    File(
        Binary<Body>,
        /// What the file is called.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

/// The download; its beginning is read at once, so that a storage that does not answer is told as a problem.
pub(super) async fn rejections_download(
    mut rows: RejectionsCsv,
) -> Result<RejectionsDownload, ContactError> {
    let mut begun = Vec::new();
    for _ in 0..2 {
        begun.extend(rows.next_chunk().await?);
    }
    let rest = stream::try_unfold(rows, |mut rows| async {
        match rows.next_chunk().await {
            Ok(chunk) => Ok(chunk.map(|chunk| (chunk, rows))),
            Err(error) => {
                tracing::error!(error.message = %error, "a download broke off");
                Err(std::io::Error::other("the download broke off"))
            }
        }
    });
    let chunks = stream::iter(begun).map(Ok).chain(rest);
    Ok(RejectionsDownload::File(
        Binary(Body::from_bytes_stream(chunks)),
        "attachment; filename=\"rejected-rows.csv\"".to_owned(),
    ))
}
