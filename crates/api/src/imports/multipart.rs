//! Files in forms, `multipart/form-data` (RFC 7578).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use contacts::ContactError;
use futures_util::stream::{self, Stream, StreamExt as _};
use kernel::{FieldErrors, FieldFault};
use multer::Multipart;
use poem::http::header::CONTENT_TYPE;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use super::file::{Bytes, FileBody};
use crate::problem::{ApiError, Refusal};

/// The field that has the file.
const FIELD: &str = "file";

/// How much a form may have beside the file, in bytes.
const BESIDE: u64 = 64 * 1024;

/// A form as the body of a request; it is read while it comes.
///
/// Extracting it never fails on what was sent, so that a handler can authorize before anything is read.
pub(super) struct FormBody {
    content_type: Option<String>,
    bytes: Option<Bytes>,
}

impl<'a> ApiExtractor<'a> for FormBody {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn request_meta() -> Option<MetaRequest> {
        let file = MetaSchema {
            format: Some("binary"),
            description: Some("The file, as it is."),
            ..MetaSchema::new("string")
        };
        let form = MetaSchema {
            properties: vec![(FIELD, MetaSchemaRef::Inline(Box::new(file)))],
            required: vec![FIELD],
            ..MetaSchema::new("object")
        };
        Some(MetaRequest {
            description: Some("The form with the file."),
            content: vec![MetaMediaType {
                content_type: "multipart/form-data",
                schema: MetaSchemaRef::Inline(Box::new(form)),
            }],
            required: true,
        })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let content_type = request.header(CONTENT_TYPE).map(str::to_owned);
        let bytes = body.take().ok();
        Ok(Self {
            content_type,
            bytes: bytes.map(|body| body.into_bytes_stream().boxed()),
        })
    }
}

/// The bytes of a form up to the piece that reaches the limit, one piece at each step: whoever looks for a boundary
/// would otherwise read on for as long as there is something to read, and keep all of it.
struct Measured {
    bytes: Bytes,
    left: Arc<AtomicU64>,
    rests: bool,
}

impl Stream for Measured {
    type Item = io::Result<bytes::Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.rests) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            return Poll::Ready(Some(Err(io::ErrorKind::FileTooLarge.into())));
        }
        let next = std::task::ready!(self.bytes.poll_next_unpin(context));
        self.rests = true;
        if let Some(Ok(bytes)) = &next {
            let left = left.saturating_sub(bytes.len() as u64);
            self.left.store(left, Ordering::Relaxed);
        }
        Poll::Ready(next)
    }
}

impl FormBody {
    /// What the file is called, and the file, of which nothing was read yet.
    pub(super) async fn file(self, largest: u64) -> Result<(Option<String>, FileBody), ApiError> {
        let boundary = self
            .content_type
            .and_then(|kind| multer::parse_boundary(kind).ok())
            .ok_or(Refusal::UnsupportedMediaType)?;
        let bytes = self.bytes.ok_or(Refusal::IncompleteBody)?;
        let left = Arc::new(AtomicU64::new(BESIDE));
        let measured = Measured {
            bytes,
            left: Arc::clone(&left),
            rests: false,
        };
        let mut form = Multipart::new(measured, boundary);
        while let Some(field) = form.next_field().await.map_err(|error| refusal(&error))? {
            if field.name() != Some(FIELD) {
                continue;
            }
            let name = field.file_name().map(str::to_owned);
            left.fetch_add(largest.saturating_add(BESIDE), Ordering::Relaxed);
            // The form lives as long as its field.
            let bytes = stream::unfold((form, field), |(form, mut field)| async move {
                let bytes = field.chunk().await.transpose()?;
                Some((bytes.map_err(io::Error::other), (form, field)))
            });
            return Ok((name, FileBody::of(bytes.boxed())));
        }
        let fault = FieldFault::new("required", "the form has no field of this name");
        Err(ContactError::from(FieldErrors::one("#/file", fault)).into())
    }
}

/// Why a form could not be read: it was too long, or not whole.
fn refusal(error: &multer::Error) -> Refusal {
    match error {
        multer::Error::StreamReadFailed(cause) => match cause.downcast_ref::<io::Error>() {
            Some(cause) if cause.kind() == io::ErrorKind::FileTooLarge => Refusal::BodyTooLarge,
            _ => Refusal::IncompleteBody,
        },
        _ => Refusal::IncompleteBody,
    }
}
