//! Answers to visitors.

use campaigns::{Letterhead, VisitError};
use poem::http::header::{CONTENT_SECURITY_POLICY, RETRY_AFTER};
use poem::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use poem::{Body, Response};

use crate::pages::{Language, Message, MessagePage, Publisher, page_policy};
use crate::problem::{ApiError, Cause};

/// Marks an answer that tells a person what went wrong; the edge leaves it as it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SpeaksForItself;

const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

/// How long to wait after something failed, in seconds.
const SOON: &str = "5";

/// A page, which leads to `redirect` where its form goes elsewhere afterwards.
pub(super) fn page(
    status: StatusCode,
    html: Result<String, askama::Error>,
    redirect: Option<&str>,
) -> Result<Response, ApiError> {
    let html = html.map_err(|error| ApiError::internal(Cause::of(&error)))?;
    let policy = HeaderValue::try_from(page_policy(redirect.and_then(origin_of)))
        .map_err(|error| ApiError::internal(Cause::of(&error)))?;
    let mut response = Response::builder()
        .status(status)
        .content_type("text/html; charset=utf-8")
        .header(CONTENT_SECURITY_POLICY, policy)
        .header(X_ROBOTS_TAG, "noindex, nofollow")
        .body(Body::from(html));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static(SOON));
    }
    response.set_data(SpeaksForItself);
    Ok(response)
}

/// Scheme, host and port of an address, where a policy can name them.
fn origin_of(url: &str) -> Option<&str> {
    let start = url.find("://")? + 3;
    let end = url[start..]
        .find(['/', '?', '#'])
        .map_or(url.len(), |at| start + at);
    let origin = &url[..end];
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-[]".contains(&byte);
    origin.bytes().all(is_plain).then_some(origin)
}

/// A page that says one thing, in the organization's name where it is known whose it is.
pub(super) fn message(
    status: StatusCode,
    message: Message,
    language: Language,
    letterhead: Option<&Letterhead>,
    words: Option<&str>,
) -> Result<Response, ApiError> {
    let said = MessagePage {
        language: letterhead.map_or(language, |it| Language::of(&it.locale)),
        publisher: letterhead.map(publisher),
        message,
        words,
    };
    page(status, said.render(), None)
}

/// A page that says why a visitor does not get what they came for.
pub(super) fn refusal(error: &VisitError, language: Language) -> Result<Response, ApiError> {
    let (status, said) = match error {
        VisitError::NoPage => (StatusCode::NOT_FOUND, Message::NoPage),
        VisitError::BadLink => (StatusCode::FORBIDDEN, Message::BadLink),
        VisitError::Answers(_) | VisitError::Failed(_) => {
            log(error);
            (StatusCode::SERVICE_UNAVAILABLE, Message::Later)
        }
    };
    message(status, said, language, None, None)
}

/// Whose page it is.
pub(super) fn publisher(letterhead: &Letterhead) -> Publisher<'_> {
    Publisher {
        name: &letterhead.name,
        imprint: letterhead.imprint.as_deref(),
        privacy_url: letterhead.privacy_url.as_deref(),
    }
}

/// Tells the log what failed behind a page.
pub(super) fn log(error: &VisitError) {
    tracing::warn!(error.message = %error, "a visitor could not be served");
}

/// The language that a browser asks for first, where nobody's page it is.
pub(super) fn language_of(headers: &HeaderMap) -> Language {
    let first = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(|list| list.split([',', ';']).next());
    let locale = first.and_then(|tag| tag.trim().parse().ok());
    locale.map_or(Language::English, |locale| Language::of(&locale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_names_where_a_form_leads_and_no_more() {
        for (url, origin) in [
            ("https://example.com", Some("https://example.com")),
            (
                "https://example.com:8443/a;b?c",
                Some("https://example.com:8443"),
            ),
            ("https://example.com?a", Some("https://example.com")),
            ("https://a.example; script-src *", None),
            ("https://ä.example/", None),
            ("nothing", None),
        ] {
            assert_eq!(origin_of(url), origin, "{url}");
        }
    }
}
