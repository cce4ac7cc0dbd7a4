//! `/t/o/{token}` and `/t/c/{token}`: mails that are opened, and links that are followed.

use std::fmt::Write as _;

use campaigns::{LinkClaim, LinkKind, VisitError};
use poem::http::header::{CACHE_CONTROL, LOCATION};
use poem::http::{HeaderName, HeaderValue, StatusCode};
use poem::{Body, Response};

use super::answer::{log, refusal};
use super::doors::{Doors, Visitor};
use crate::problem::{ApiError, Cause};

/// A picture of one pixel that nobody sees (GIF, version 89a).
const PIXEL: [u8; 43] = [
    0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 0x01, 0x00, 0x01, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00,
    0xff, 0xff, 0xff, 0x21, 0xf9, 0x04, 0x01, 0x00, 0x00, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x01, 0x00, 0x00, 0x02, 0x02, 0x44, 0x01, 0x00, 0x3b,
];

/// Mails are shown in pages of other origins, which may have the picture.
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

impl Doors {
    pub(super) async fn opened(
        &self,
        token: &str,
        visitor: &Visitor,
    ) -> Result<Response, ApiError> {
        let claim = self.visits.claim(token);
        let Some(claim) = claim.filter(|claim| claim.kind == LinkKind::Open) else {
            return refusal(&VisitError::BadLink, visitor.language);
        };
        self.note(&claim, visitor).await;
        Ok(Response::builder()
            .content_type("image/gif")
            .header(CACHE_CONTROL, "no-store")
            .header(CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin")
            .body(Body::from_bytes(PIXEL.to_vec().into())))
    }

    pub(super) async fn clicked(
        &self,
        token: &str,
        visitor: &Visitor,
    ) -> Result<Response, ApiError> {
        let claim = self.visits.claim(token);
        let Some((claim, target)) = claim.and_then(|claim| match &claim.kind {
            LinkKind::Click(target) => {
                let target = escaped(target.as_str());
                Some((claim, target))
            }
            _ => None,
        }) else {
            return refusal(&VisitError::BadLink, visitor.language);
        };
        self.note(&claim, visitor).await;
        let location =
            HeaderValue::try_from(target).map_err(|error| ApiError::internal(Cause::of(&error)))?;
        Ok(Response::builder()
            .status(StatusCode::FOUND)
            .header(LOCATION, location)
            .header(CACHE_CONTROL, "no-store")
            .finish())
    }

    /// Hands over what a reader did; the reader gets what they came for all the same.
    async fn note(&self, claim: &LinkClaim, visitor: &Visitor) {
        let noted = self.visits.note_hit(claim, &visitor.origin, visitor.fetch);
        if let Err(error) = noted.await {
            log(&error);
        }
    }
}

/// An address as a header can have it: what is no ASCII is escaped.
pub(super) fn escaped(url: &str) -> String {
    let mut escaped = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_graphic() {
            escaped.push(char::from(byte));
        } else {
            // Writing into a text cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_target_goes_into_one_header() {
        let url = "https://example.com/ä?b=c#d\r\nSet-Cookie: a";
        let expected = "https://example.com/%C3%A4?b=c#d%0D%0ASet-Cookie:%20a";
        assert_eq!(escaped(url), expected);
    }
}
