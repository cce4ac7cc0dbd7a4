//! Pages for the people who are written to: landing page, thanks, unsubscribing, and what is said when a link leads
//! nowhere.
//!
//! A page is whole in itself: no script, no font, no picture, nothing from elsewhere. Its fixed texts are in the
//! organization's language, and everything else is escaped by the place where it stands (the templates are compiled in,
//! `templates/`).

mod fault;
mod field;
mod landing;
mod language;
mod message;
mod policy;
mod texts;

pub use field::Typed;
pub use landing::{HONEYPOT, LandingPage, Notice, SESSION};
pub use language::Language;
pub use message::{Message, MessagePage, UnsubscribePage};
pub use policy::page_policy;

/// Whose page it is.
#[derive(Clone, Copy, Debug)]
pub struct Publisher<'a> {
    /// The organization's name.
    pub name: &'a str,
    /// Who is responsible for the page; lines are kept.
    pub imprint: Option<&'a str>,
    /// Where the organization says how it treats personal data.
    pub privacy_url: Option<&'a str>,
}
