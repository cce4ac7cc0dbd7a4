//! `/p/{slug}`: landing pages.

use campaigns::{AnswerErrors, FieldType, LandingView, VisitError, VisitSession};
use kernel::RateDecision;
use poem::http::header::{LOCATION, RETRY_AFTER};
use poem::http::{HeaderValue, StatusCode};
use poem::{Request, Response};

use super::answer::{log, message, page, publisher, refusal};
use super::doors::{Doors, Visitor};
use super::{SpeaksForItself, typed};
use crate::edge;
use crate::pages::{HONEYPOT, LandingPage, Language, Message, Notice, SESSION, Typed};
use crate::problem::{ApiError, Cause, Refusal};

/// The parameter in which a link says who follows it.
const TOKEN: &str = "t";

/// The most that is read of answers, in bytes.
const MOST: usize = 1 << 20;

impl Doors {
    pub(super) async fn show_landing_page(
        &self,
        slug: &str,
        query: Option<&str>,
        visitor: &Visitor,
    ) -> Result<Response, ApiError> {
        let token = typed::parameter(query, TOKEN);
        let view = self.visits.look_up(slug, token.as_deref(), &visitor.origin);
        let mut view = match view.await {
            Ok(view) => view,
            Err(error) => return refusal(&error, visitor.language),
        };
        self.visits.begin_session(&mut view);
        // The page is there for the person; that they saw it is only written down.
        let noted = self.visits.note_view(&view, &visitor.origin, visitor.fetch);
        if let Err(error) = noted.await {
            log(&error);
        }
        let mut known = Typed::default();
        for (key, value) in view.known() {
            known.add(key.as_str(), value);
        }
        for field in view.form().definition.fields() {
            let key = field.key().as_str();
            // The token shows what is known of a person to whoever has it: it is no answer.
            if field.field_type() == FieldType::Hidden
                && key != TOKEN
                && let Some(value) = typed::parameter(query, key)
            {
                known.add(key, value);
            }
        }
        let shown = Shown {
            view: &view,
            slug,
            token: token.as_deref(),
        };
        shown.page(StatusCode::OK, &known, &AnswerErrors::default(), None)
    }

    pub(super) async fn take_answers(
        &self,
        slug: &str,
        request: Request,
        visitor: &Visitor,
    ) -> Result<Response, ApiError> {
        let token = typed::parameter(request.uri().query(), TOKEN);
        let view = self.visits.look_up(slug, token.as_deref(), &visitor.origin);
        let mut view = match view.await {
            Ok(view) => view,
            Err(error) => return refusal(&error, visitor.language),
        };
        let body = request.into_body().into_bytes_limit(MOST).await;
        let typed = match body {
            Ok(bytes) => typed::read(&bytes),
            Err(poem::error::ReadBodyError::PayloadTooLarge) => {
                return Err(Refusal::BodyTooLarge.into());
            }
            Err(_) => return Err(Refusal::IncompleteBody.into()),
        };
        // Whoever sends none is answered all the same.
        if let Some(token) = typed.first(SESSION) {
            self.visits.resume_session(&mut view, token);
        }
        let shown = Shown {
            view: &view,
            slug,
            token: token.as_deref(),
        };
        let none = AnswerErrors::default();
        match self.count(slug, visitor).await {
            Ok(RateDecision::Allowed) => {}
            Ok(RateDecision::Denied { retry_after }) => {
                let notice = Some(Notice::TooManyRequests);
                let mut answer =
                    shown.page(StatusCode::TOO_MANY_REQUESTS, &typed, &none, notice)?;
                let seconds = retry_after.whole_seconds().max(0) + 1;
                answer
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from(seconds));
                return Ok(answer);
            }
            Err(error) => return shown.busy(&error, &typed),
        }
        if typed.is_filled(HONEYPOT) {
            if let Err(error) = self.visits.note_trap(&view, &visitor.origin).await {
                log(&error);
            }
            return shown.thanks();
        }
        let answers = typed.to_answers();
        match self.visits.hand_in(&view, &answers, &visitor.origin).await {
            Ok(()) => shown.thanks(),
            Err(VisitError::Answers(errors)) => {
                shown.page(StatusCode::UNPROCESSABLE_ENTITY, &typed, &errors, None)
            }
            Err(error) => shown.busy(&error, &typed),
        }
    }

    async fn count(&self, slug: &str, visitor: &Visitor) -> Result<RateDecision, VisitError> {
        let name = format!("page:{slug}");
        let (limiter, keys) = (&*self.limiter, &*self.keys);
        let client = visitor.origin.ip;
        let taken = edge::take(limiter, keys, self.quota, &name, client, visitor.at);
        Ok(taken.await?)
    }
}

/// A landing page that is shown, at its address.
struct Shown<'a> {
    view: &'a LandingView,
    slug: &'a str,
    token: Option<&'a str>,
}

impl Shown<'_> {
    fn page(
        &self,
        status: StatusCode,
        typed: &Typed,
        errors: &AnswerErrors,
        notice: Option<Notice>,
    ) -> Result<Response, ApiError> {
        let letterhead = self.view.letterhead();
        let state = self.view.campaign().state();
        let form = &self.view.form().definition;
        // A token has no character that needs an escape, and an address that was found is a slug.
        let action = match self.token {
            Some(token) => format!("/p/{}?{TOKEN}={token}", self.slug),
            None => format!("/p/{}", self.slug),
        };
        let landing = LandingPage {
            language: Language::of(&letterhead.locale),
            publisher: publisher(letterhead),
            title: state
                .landing_title
                .as_ref()
                .map_or(letterhead.name.as_str(), kernel::Name::as_str),
            text: state.landing_text.as_str(),
            form,
            action: &action,
            session: self.view.session().map(VisitSession::token),
            typed,
            errors,
            notice,
        };
        let redirect = form.redirect().map(kernel::HttpsUrl::as_str);
        page(status, landing.render(), redirect)
    }

    fn busy(&self, error: &VisitError, typed: &Typed) -> Result<Response, ApiError> {
        log(error);
        let none = AnswerErrors::default();
        let status = StatusCode::SERVICE_UNAVAILABLE;
        self.page(status, typed, &none, Some(Notice::Busy))
    }

    /// What comes after answers: the organization's own page, or its thanks.
    fn thanks(&self) -> Result<Response, ApiError> {
        let form = &self.view.form().definition;
        let Some(redirect) = form.redirect() else {
            let words = form.thank_you().as_str();
            let words = (!words.is_empty()).then_some(words);
            let letterhead = Some(self.view.letterhead());
            let language = Language::English;
            return message(StatusCode::OK, Message::Thanks, language, letterhead, words);
        };
        let location = HeaderValue::try_from(super::tracking::escaped(redirect.as_str()))
            .map_err(|error| ApiError::internal(Cause::of(&error)))?;
        let mut response = Response::builder()
            .status(StatusCode::SEE_OTHER)
            .header(LOCATION, location)
            .finish();
        response.set_data(SpeaksForItself);
        Ok(response)
    }
}
