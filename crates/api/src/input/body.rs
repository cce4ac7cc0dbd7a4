//! JSON bodies.

use std::marker::PhantomData;

use bytes::Bytes;
use kernel::{Checked, FieldErrors, FieldFault};
use poem::error::ReadBodyError;
use poem::http::header::CONTENT_LENGTH;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaMediaType, MetaRequest, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde_json::Value;

use super::Fields;
use super::fields::Reading;
use super::pointer::Pointer;
use super::strict::Unambiguous;
use crate::problem::{ApiError, Cause, Refusal};

/// A JSON body of at most `LIMIT` bytes, documented with the schema of `T`.
///
/// Extracting it never fails on what was sent, so that a handler can authorize before it judges.
pub struct Body<T, const LIMIT: usize = 65_536> {
    outcome: Result<(Bytes, Value), Refusal>,
    schema: PhantomData<fn() -> T>,
}

impl<T: Type, const LIMIT: usize> Body<T, LIMIT> {
    /// Reads the body field by field; see [`Fields`].
    ///
    /// The outer result is about the body as a whole: too large, of another media type, not JSON. Pass
    /// it on at once. The inner one holds the faults of the fields, which a use case tells only after it
    /// has looked whether what is to be changed exists (404) and is the expected version (412).
    pub fn decode<V>(
        &self,
        read: impl FnOnce(&mut Fields<'_>) -> Option<V>,
    ) -> Result<Checked<V>, ApiError> {
        let (_, value) = self.outcome.as_ref().map_err(|refusal| *refusal)?;
        let Value::Object(object) = value else {
            let fault = FieldFault::new("wrong-type", "the body is an object");
            return Ok(Err(FieldErrors::one("#", fault)));
        };

        let mut errors = FieldErrors::default();
        let (value, read) = Fields::read_object(object, &Pointer::Body, &mut errors, read);
        if cfg!(debug_assertions) && value.is_some() {
            same_fields::<T>(read)?;
        }
        match value {
            Some(value) if errors.is_empty() => Ok(Ok(value)),
            None if errors.is_empty() => Err(ApiError::internal(Cause::new(
                "a body was refused without a fault",
            ))),
            _ => Ok(Err(errors)),
        }
    }
}

/// In debug builds: the fields are read as the document promises them.
fn same_fields<T: Type>(mut read: Vec<Reading>) -> Result<(), ApiError> {
    let schema = Registry::new().create_fake_schema::<T>();
    let mut documented = schema
        .properties
        .iter()
        .map(|(name, property)| Reading {
            name,
            required: schema.required.contains(name),
            nullable: is_nullable(property),
        })
        .collect::<Vec<_>>();
    documented.sort_unstable();
    read.sort_unstable();
    if documented == read {
        return Ok(());
    }
    Err(ApiError::internal(Cause::new(format!(
        "the schema of `{}` promises {documented:?}, but its fields are read as {read:?}",
        T::name()
    ))))
}

fn is_nullable(property: &MetaSchemaRef) -> bool {
    matches!(property, MetaSchemaRef::Inline(schema) if schema.nullable)
}

impl<T, const LIMIT: usize> AsRef<[u8]> for Body<T, LIMIT> {
    /// The body as it was sent; empty where it was refused as a whole.
    fn as_ref(&self) -> &[u8] {
        self.outcome.as_ref().map_or(&[], |(bytes, _)| bytes)
    }
}

/// Whether a `Content-Type` is JSON in UTF-8 (RFC 8259): `application/json` or `application/…+json`.
fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let json = essence
        .strip_prefix("application/")
        .is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"));
    let utf8 = parts.all(|parameter| {
        let parameter = parameter.to_ascii_lowercase();
        parameter
            .strip_prefix("charset=")
            .is_none_or(|charset| charset.trim_matches('"') == "utf-8")
    });
    json && utf8
}

async fn receive(
    request: &Request,
    body: &mut RequestBody,
    limit: usize,
) -> Result<Bytes, Refusal> {
    if !request.content_type().is_some_and(is_json) {
        return Err(Refusal::UnsupportedMediaType);
    }
    let announced = request
        .header(CONTENT_LENGTH)
        .and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Refusal::BodyTooLarge);
    }

    let body = body.take().map_err(|_taken| Refusal::IncompleteBody)?;
    body.into_bytes_limit(limit)
        .await
        .map_err(|error| match error {
            ReadBodyError::PayloadTooLarge => Refusal::BodyTooLarge,
            _ => Refusal::IncompleteBody,
        })
}

impl<'a, T: Type, const LIMIT: usize> ApiExtractor<'a> for Body<T, LIMIT> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(MetaRequest {
            description: None,
            content: vec![MetaMediaType {
                content_type: "application/json",
                schema: T::schema_ref(),
            }],
            required: true,
        })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let outcome = receive(request, body, LIMIT).await.and_then(|bytes| {
            // serde_json refuses to nest deeper than 128.
            let Unambiguous(value) =
                serde_json::from_slice(&bytes).map_err(|_syntax| Refusal::MalformedJson)?;
            Ok((bytes, value))
        });
        Ok(Self {
            outcome,
            schema: PhantomData,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_told_by_its_media_type() {
        for good in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
            "application/merge-patch+json",
        ] {
            assert!(is_json(good), "{good}");
        }
        for bad in [
            "",
            "json",
            "text/json",
            "text/plain",
            "application/json; charset=utf-16",
            "application/jsonp",
        ] {
            assert!(!is_json(bad), "{bad}");
        }
    }
}
