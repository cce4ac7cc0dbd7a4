//! The page that a mail leads to.

use askama::Template;
use campaigns::{AnswerErrors, FormDefinition};

use super::Publisher;
use super::field::{Control, FieldView, Typed};
use super::language::Language;
use super::policy::STYLE;
use super::texts::Texts;

/// The field that people do not see: who fills it in is a program. No field of a form can have this key.
pub const HONEYPOT: &str = "web-site";

/// The hidden field that tells which showing of the page the answers come from. No field of a form can have this key.
pub const SESSION: &str = "visit-session";

/// Why a page with answers is shown again, beside faults of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Too many answers came from there.
    TooManyRequests,
    /// The answers could not be saved.
    Busy,
}

/// A form for a visitor.
#[derive(Clone, Debug)]
pub struct LandingPage<'a> {
    /// In which language the fixed texts are.
    pub language: Language,
    /// Whose page it is.
    pub publisher: Publisher<'a>,
    /// What it is about.
    pub title: &'a str,
    /// What stands below the title; lines are kept.
    pub text: &'a str,
    /// What is asked.
    pub form: &'a FormDefinition,
    /// Where the answers go: a path with its query.
    pub action: &'a str,
    /// What tells which showing of the page it is, in characters that need no escaping.
    pub session: Option<&'a str>,
    /// What the fields have already.
    pub typed: &'a Typed,
    /// What is wrong with what they have.
    pub errors: &'a AnswerErrors,
    /// What is said above the form.
    pub notice: Option<Notice>,
}

#[derive(Template)]
#[template(path = "landing.html")]
struct LandingTemplate<'a> {
    tag: &'static str,
    style: &'static str,
    texts: &'static Texts,
    publisher: Publisher<'a>,
    heading: &'a str,
    text: &'a str,
    action: &'a str,
    session: Option<&'a str>,
    session_field: &'static str,
    notice: Option<&'static str>,
    fields: Vec<FieldView<'a>>,
    has_errors: bool,
    has_required: bool,
    honeypot: &'static str,
}

impl LandingPage<'_> {
    /// The page in HTML.
    pub fn render(&self) -> Result<String, askama::Error> {
        let texts = self.language.texts();
        let fields = self.form.fields().iter();
        let fields: Vec<_> = fields
            .map(|field| FieldView::new(self.language, field, self.typed, self.errors))
            .collect();
        let page = LandingTemplate {
            tag: self.language.tag(),
            style: STYLE,
            texts,
            publisher: self.publisher,
            heading: self.title,
            text: self.text,
            action: self.action,
            session: self.session,
            session_field: SESSION,
            notice: self.notice.map(|notice| match notice {
                Notice::TooManyRequests => texts.too_many_requests,
                Notice::Busy => texts.busy,
            }),
            has_errors: fields.iter().any(|field| field.error.is_some()),
            has_required: fields
                .iter()
                .any(|field| field.required && !field.is_hidden()),
            fields,
            honeypot: HONEYPOT,
        };
        page.render()
    }
}
