//! Files in the body of a request.

use async_trait::async_trait;
use contacts::{FileSource, Imports, NewImport, SourceBroken, Uploaded};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use kernel::{ContactListId, TenantScope};
use poem::http::header::CONTENT_LENGTH;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use crate::problem::{ApiError, Refusal};

/// Bytes that come in.
pub(super) type Bytes = BoxStream<'static, std::io::Result<bytes::Bytes>>;

/// A file as the body of a request, of whatever media type; it is read while it comes.
///
/// Extracting it never fails on what was sent, so that a handler can authorize before anything is read.
pub(super) struct FileBody {
    announced: Option<u64>,
    bytes: Option<Bytes>,
}

impl<'a> ApiExtractor<'a> for FileBody {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn request_meta() -> Option<MetaRequest> {
        let schema = || {
            MetaSchemaRef::Inline(Box::new(MetaSchema {
                format: Some("binary"),
                ..MetaSchema::new("string")
            }))
        };
        Some(MetaRequest {
            description: Some("The file, as it is."),
            content: ["text/csv", "application/octet-stream"]
                .map(|content_type| MetaMediaType {
                    content_type,
                    schema: schema(),
                })
                .into(),
            required: true,
        })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let announced = request
            .header(CONTENT_LENGTH)
            .and_then(|length| length.parse().ok());
        let bytes = body.take().ok();
        Ok(Self {
            announced,
            bytes: bytes.map(|body| body.into_bytes_stream().boxed()),
        })
    }
}

/// The file as it comes in, and why it broke off.
struct Incoming {
    bytes: Bytes,
    length: u64,
    largest: u64,
    refusal: Option<Refusal>,
}

#[async_trait]
impl FileSource for Incoming {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SourceBroken> {
        let refusal = match self.bytes.next().await {
            None => return Ok(None),
            Some(Ok(bytes)) => {
                self.length += bytes.len() as u64;
                if self.length <= self.largest {
                    return Ok(Some(bytes.into()));
                }
                Refusal::BodyTooLarge
            }
            Some(Err(_)) => Refusal::IncompleteBody,
        };
        self.refusal = Some(refusal);
        Err(SourceBroken)
    }
}

impl FileBody {
    /// A file of unknown length.
    pub(super) const fn of(bytes: Bytes) -> Self {
        Self {
            announced: None,
            bytes: Some(bytes),
        }
    }

    /// Takes the file in.
    pub(super) async fn receive(
        self,
        imports: &Imports,
        scope: &TenantScope,
        list: ContactListId,
        new: &NewImport,
    ) -> Result<Uploaded, ApiError> {
        let largest = imports.largest_file();
        if self.announced.is_some_and(|length| length > largest) {
            return Err(Refusal::BodyTooLarge.into());
        }
        let bytes = self.bytes.ok_or(Refusal::IncompleteBody)?;
        let mut incoming = Incoming {
            bytes,
            length: 0,
            largest,
            refusal: None,
        };
        let received = imports.receive(scope, list, new, &mut incoming).await;
        match incoming.refusal {
            Some(refusal) => Err(refusal.into()),
            None => Ok(received?),
        }
    }
}
