//! Which door an address leads to.

use std::sync::Arc;

use campaigns::{Fetch, Visits};
use kernel::{KeyRing, Origin, Quota, RateLimiter, Timestamp};
use poem::error::{MethodNotAllowedError, NotFoundError};
use poem::http::{HeaderMap, HeaderName, Method};
use poem::{Endpoint, Request, Response};

use super::answer::language_of;
use crate::edge::RequestContext;
use crate::pages::Language;

/// The addresses of the doors, and what they take.
pub(crate) const ADDRESSES: [(&str, &[Method]); 4] = [
    ("/p/{slug}", &[Method::GET, Method::POST]),
    ("/t/o/{token}", &[Method::GET]),
    ("/t/c/{token}", &[Method::GET]),
    ("/u/{token}", &[Method::GET, Method::POST]),
];

/// The doors for visitors.
pub(crate) struct Doors {
    pub(super) visits: Visits,
    pub(super) limiter: Arc<dyn RateLimiter>,
    pub(super) keys: Arc<dyn KeyRing>,
    pub(super) quota: Quota,
}

/// Somebody at a door.
pub(super) struct Visitor {
    pub(super) origin: Origin,
    pub(super) at: Timestamp,
    pub(super) language: Language,
    pub(super) fetch: Fetch,
}

impl Doors {
    /// The doors over these use cases; one network may answer one page this often.
    pub(crate) const fn new(
        visits: Visits,
        limiter: Arc<dyn RateLimiter>,
        keys: Arc<dyn KeyRing>,
        quota: Quota,
    ) -> Self {
        Self {
            visits,
            limiter,
            keys,
            quota,
        }
    }

    /// Whether an address is one of a door.
    pub(crate) fn lead_to(path: &str) -> bool {
        door(path).is_some()
    }
}

/// A door with what stands behind it in the address.
enum Door<'a> {
    Landing(&'a str),
    Opened(&'a str),
    Clicked(&'a str),
    Leaving(&'a str),
}

fn door(path: &str) -> Option<Door<'_>> {
    let segments: Vec<_> = path.split('/').skip(1).collect();
    match segments.as_slice() {
        ["p", slug] => Some(Door::Landing(slug)),
        ["t", "o", token] => Some(Door::Opened(token)),
        ["t", "c", token] => Some(Door::Clicked(token)),
        ["u", token] => Some(Door::Leaving(token)),
        _ => None,
    }
}

/// In which headers programs say that they fetch ahead of somebody who may want it: what browsers send today, what older
/// ones did, and what the previews of search engines do.
static PURPOSES: [HeaderName; 4] = [
    HeaderName::from_static("sec-purpose"),
    HeaderName::from_static("purpose"),
    HeaderName::from_static("x-purpose"),
    HeaderName::from_static("x-moz"),
];

/// What those headers say then.
const AHEAD: [&str; 3] = ["prefetch", "prerender", "preview"];

/// How a request asks for what it gets.
fn fetch_of(method: &Method, headers: &HeaderMap) -> Fetch {
    if *method == Method::HEAD {
        return Fetch::Head;
    }
    let purposes = PURPOSES.iter().filter_map(|name| headers.get(name));
    let mut purposes = purposes.filter_map(|value| value.to_str().ok());
    let is_ahead = purposes.any(|said| {
        let said = said.to_ascii_lowercase();
        AHEAD.iter().any(|word| said.contains(word))
    });
    if is_ahead { Fetch::Ahead } else { Fetch::Plain }
}

impl Endpoint for Doors {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let context = RequestContext::of(&request)?;
        let method = request.method().clone();
        let visitor = Visitor {
            origin: context.origin().clone(),
            at: context.at(),
            language: language_of(request.headers()),
            fetch: fetch_of(&method, request.headers()),
        };
        let path = request.uri().path().to_owned();
        let door = door(&path).ok_or(NotFoundError)?;
        let reads = method == Method::GET || method == Method::HEAD;
        let posts = method == Method::POST;
        let answer = match door {
            Door::Landing(slug) if reads => {
                let query = request.uri().query();
                self.show_landing_page(slug, query, &visitor).await
            }
            Door::Landing(slug) if posts => self.take_answers(slug, request, &visitor).await,
            Door::Opened(token) if reads => self.opened(token, &visitor).await,
            Door::Clicked(token) if reads => self.clicked(token, &visitor).await,
            Door::Leaving(token) if reads => self.ask_to_leave(token, &visitor).await,
            Door::Leaving(token) if posts => self.leave(token, &visitor).await,
            _ => return Err(MethodNotAllowedError.into()),
        };
        Ok(answer?)
    }
}

#[cfg(test)]
mod tests {
    use poem::http::HeaderValue;

    use super::*;

    #[test]
    fn programs_that_fetch_ahead_say_so() {
        let said = |name: &'static str, value: &'static str| {
            let name = HeaderName::from_static(name);
            let headers = HeaderMap::from_iter([(name, HeaderValue::from_static(value))]);
            fetch_of(&Method::GET, &headers)
        };

        assert_eq!(said("sec-purpose", "prefetch;prerender"), Fetch::Ahead);
        assert_eq!(said("purpose", "Prefetch"), Fetch::Ahead);
        assert_eq!(said("x-purpose", "preview"), Fetch::Ahead);
        assert_eq!(said("x-moz", "prefetch"), Fetch::Ahead);
        assert_eq!(said("purpose", "reading"), Fetch::Plain);
        assert_eq!(said("accept", "prefetch"), Fetch::Plain);
        assert_eq!(fetch_of(&Method::HEAD, &HeaderMap::new()), Fetch::Head);
    }
}
