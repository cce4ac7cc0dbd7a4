//! Which door an address leads to.

use std::sync::Arc;

use campaigns::Visits;
use kernel::{KeyRing, Origin, Quota, RateLimiter, Timestamp};
use poem::error::{MethodNotAllowedError, NotFoundError};
use poem::http::Method;
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
    /// Programs ask for the head of a page alone, which nobody sees.
    pub(super) sees: bool,
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

impl Endpoint for Doors {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let context = RequestContext::of(&request)?;
        let method = request.method().clone();
        let visitor = Visitor {
            origin: context.origin().clone(),
            at: context.at(),
            language: language_of(request.headers()),
            sees: method != Method::HEAD,
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
