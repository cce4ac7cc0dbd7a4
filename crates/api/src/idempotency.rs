//! The header `Idempotency-Key`: a request that may be sent twice and takes effect once.

use std::sync::Arc;

use kernel::{Actor, IdempotencyRequest, KeyPurpose, KeyRing, OrganizationId, TenantScope};
use poem::http::{HeaderMap, HeaderName};
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaParamIn, MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use crate::edge::RequestContext;
use crate::problem::{ApiError, Refusal};

/// The header's name.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// How many characters a key has.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=128;

/// The header `Idempotency-Key`, on every operation that creates or starts something.
pub struct IdempotencyKey {
    key: Result<Option<String>, Refusal>,
    route: String,
    address: String,
    keys: Arc<dyn KeyRing>,
}

impl IdempotencyKey {
    /// Refuses a malformed key, before a body is read that may be long.
    pub fn check(&self) -> Result<(), ApiError> {
        self.key.as_ref().map_err(|refusal| *refusal)?;
        Ok(())
    }

    /// The client's wish, for a use case inside an organization; `None` without the header.
    ///
    /// The key counts per principal, organization and route; the address and the body, as they were
    /// sent, have to be the same the second time. An operation without a body passes `b""`.
    pub fn request(
        &self,
        scope: &TenantScope,
        body: &(impl AsRef<[u8]> + ?Sized),
    ) -> Result<Option<IdempotencyRequest>, ApiError> {
        self.wish(scope.actor(), scope.organization(), body.as_ref())
    }

    /// The client's wish, for a use case outside all organizations; `None` without the header.
    pub fn request_outside(
        &self,
        actor: Actor,
        body: &(impl AsRef<[u8]> + ?Sized),
    ) -> Result<Option<IdempotencyRequest>, ApiError> {
        self.wish(actor, OrganizationId::PLATFORM, body.as_ref())
    }

    fn wish(
        &self,
        actor: Actor,
        organization: OrganizationId,
        body: &[u8],
    ) -> Result<Option<IdempotencyRequest>, ApiError> {
        let Some(key) = self.key.as_ref().map_err(|refusal| *refusal)? else {
            return Ok(None);
        };
        let principal = match actor {
            Actor::User(user, _) => user.to_string(),
            other => other.kind().to_owned(),
        };
        let organization = organization.to_string();

        Ok(Some(IdempotencyRequest {
            key: self.hash(&[
                b"key",
                principal.as_bytes(),
                organization.as_bytes(),
                self.route.as_bytes(),
                key.as_bytes(),
            ]),
            fingerprint: self.hash(&[b"request", self.address.as_bytes(), body]),
        }))
    }

    /// A keyed hash over parts, each with its length, so that they cannot run into one another.
    fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut data = Vec::new();
        for part in parts {
            data.extend_from_slice(&part.len().to_be_bytes());
            data.extend_from_slice(part);
        }
        self.keys.lasting_mac(KeyPurpose::Idempotency, &data).tag
    }
}

fn read(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    value
        .to_str()
        .ok()
        .filter(|_| values.next().is_none())
        .filter(|key| LENGTH.contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()))
        .map(|key| Some(key.to_owned()))
        .ok_or(Refusal::MalformedIdempotencyKey)
}

impl<'a> ApiExtractor<'a> for IdempotencyKey {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];

    type ParamType = ();
    type ParamRawType = ();

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(MetaSchemaRef::Inline(Box::new(MetaSchema {
            description: Some(
                "Makes it safe to send this request again: within 24 hours it takes effect once per \
                 key, and the first answer is repeated with the header `Idempotency-Replayed`.",
            ),
            min_length: Some(*LENGTH.start()),
            max_length: Some(*LENGTH.end()),
            pattern: Some("^[!-~]+$".to_owned()),
            example: Some("8e03978e-40d5-43e8-bc93-6894a57f9324".into()),
            ..MetaSchema::new("string")
        })))
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let context = RequestContext::of(request)?;
        Ok(Self {
            key: read(request.headers()),
            route: format!(
                "{} {}",
                context.method(),
                context.route().unwrap_or_default()
            ),
            address: request
                .uri()
                .path_and_query()
                .map(ToString::to_string)
                .unwrap_or_default(),
            keys: Arc::clone(context.keys()),
        })
    }
}

#[cfg(test)]
mod tests {
    use poem::http::HeaderValue;

    use super::*;

    #[test]
    fn a_key_has_8_to_128_visible_characters() {
        let key = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_bytes(value).unwrap());
            read(&headers)
        };

        assert_eq!(read(&HeaderMap::new()), Ok(None));
        assert_eq!(key(b"12345678"), Ok(Some("12345678".to_owned())));
        assert!(key(&[b'x'; 128]).is_ok());
        for bad in [&b"1234567"[..], &[b'x'; 129], b"1234 5678", b"\xff2345678"] {
            assert_eq!(key(bad), Err(Refusal::MalformedIdempotencyKey), "{bad:?}");
        }
    }
}
