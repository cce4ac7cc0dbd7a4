//! `/u/{token}`: leaving.

use campaigns::{LinkClaim, LinkKind, VisitError};
use kernel::Locale;
use poem::Response;
use poem::http::StatusCode;

use super::answer::{message, page, publisher, refusal};
use super::doors::{Doors, Visitor};
use crate::pages::{Language, Message, UnsubscribePage};
use crate::problem::ApiError;

/// What a person reads before they leave.
fn wording(locale: &Locale) -> &'static str {
    UnsubscribePage::wording(Language::of(locale))
}

impl Doors {
    fn farewell_claim(&self, token: &str) -> Result<LinkClaim, VisitError> {
        let claim = self.visits.claim(token);
        claim
            .filter(|claim| claim.kind == LinkKind::Unsubscribe)
            .ok_or(VisitError::BadLink)
    }

    /// Asks whether the person means it. Nobody is taken off by looking.
    pub(super) async fn ask_to_leave(
        &self,
        token: &str,
        visitor: &Visitor,
    ) -> Result<Response, ApiError> {
        let letterhead = match self.farewell_claim(token) {
            Ok(claim) => self.visits.farewell(&claim, &visitor.origin).await,
            Err(error) => Err(error),
        };
        match letterhead {
            Ok(letterhead) => {
                let action = format!("/u/{token}");
                let asked = UnsubscribePage {
                    language: Language::of(&letterhead.locale),
                    publisher: publisher(&letterhead),
                    action: &action,
                };
                page(StatusCode::OK, asked.render(), None)
            }
            Err(error) => refusal(&error, visitor.language),
        }
    }

    /// Takes the person off: by the button of the page, and by mail programs (RFC 8058), whose body says nothing else.
    /// Whoever tries a mail out is told that nobody was.
    pub(super) async fn leave(&self, token: &str, visitor: &Visitor) -> Result<Response, ApiError> {
        let claim = self.farewell_claim(token);
        let is_tester = claim.as_ref().is_ok_and(|claim| claim.contact.is_none());
        let letterhead = match claim {
            Ok(claim) => {
                let leaving = self.visits.unsubscribe(&claim, &visitor.origin, wording);
                leaving.await
            }
            Err(error) => Err(error),
        };
        match letterhead {
            Ok(letterhead) => {
                let said = if is_tester {
                    Message::TriedOut
                } else {
                    Message::Unsubscribed
                };
                let language = visitor.language;
                message(StatusCode::OK, said, language, Some(&letterhead), None)
            }
            Err(error) => refusal(&error, visitor.language),
        }
    }
}
