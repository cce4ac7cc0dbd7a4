//! Which showing of a landing page something was done on.

use uuid::Uuid;

use super::LandingView;
use super::service::Visits;
use crate::event::uuid_at;
use crate::link::PageClaim;

/// One showing of a landing page, and nothing more: that it was seen and that it was answered within a day are of one
/// session. A field of the page carries it and nothing is kept in the browser, so that nobody is recognised who opens a page
/// again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitSession {
    pub(super) id: Uuid,
    token: String,
}

impl VisitSession {
    /// What the page carries, and sends back with the answers: characters that need no escaping.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }
}

impl Visits {
    /// The page is shown: what is done on it from now on is of one session.
    pub fn begin_session(&self, page: &mut LandingView) {
        let id = uuid_at(self.bench.id(std::convert::identity), self.bench.now());
        let token = Self::page_claim(page).token(id, &*self.keys);
        page.session = Some(VisitSession { id, token });
    }

    /// Answers came from a showing of the page that had this token; from none where it was not made for this page and
    /// whoever sees it, or more than a day ago.
    pub fn resume_session(&self, page: &mut LandingView, token: &str) {
        let id = Self::page_claim(page).session(token, &*self.keys, self.bench.now());
        page.session = id.map(|id| VisitSession {
            id,
            token: token.to_owned(),
        });
    }

    const fn page_claim(page: &LandingView) -> PageClaim {
        PageClaim {
            organization: page.organization,
            campaign: page.campaign.id(),
            contact: page.contact(),
        }
    }
}
