//! Pages that say one thing.

use askama::Template;

use super::Publisher;
use super::language::Language;
use super::policy::STYLE;
use super::texts::Texts;

/// What a page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// The answers have arrived.
    Thanks,
    /// No more mails will come.
    Unsubscribed,
    /// Whoever got the mail would be unsubscribed now, but it was one to try things out.
    TriedOut,
    /// The link is not one of ours, or not any more.
    BadLink,
    /// There is no such page.
    NoPage,
    /// Nothing works just now.
    Later,
}

impl Message {
    /// Every message.
    pub const ALL: &'static [Self] = &[
        Self::Thanks,
        Self::Unsubscribed,
        Self::TriedOut,
        Self::BadLink,
        Self::NoPage,
        Self::Later,
    ];
}

/// A page that says one thing.
#[derive(Clone, Copy, Debug)]
pub struct MessagePage<'a> {
    /// In which language.
    pub language: Language,
    /// Whose page it is; nobody's where the link told nothing.
    pub publisher: Option<Publisher<'a>>,
    /// What it says.
    pub message: Message,
    /// The organization's own words instead of the sentence; lines are kept.
    pub words: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessageTemplate<'a> {
    tag: &'static str,
    style: &'static str,
    texts: &'static Texts,
    publisher: Publisher<'a>,
    heading: &'a str,
    text: &'a str,
}

impl MessagePage<'_> {
    /// The page in HTML.
    pub fn render(&self) -> Result<String, askama::Error> {
        let texts = self.language.texts();
        let said = match self.message {
            Message::Thanks => &texts.thanks,
            Message::Unsubscribed => &texts.unsubscribed,
            Message::TriedOut => &texts.tried_out,
            Message::BadLink => &texts.bad_link,
            Message::NoPage => &texts.no_page,
            Message::Later => &texts.later,
        };
        let page = MessageTemplate {
            tag: self.language.tag(),
            style: STYLE,
            texts,
            publisher: self.publisher.unwrap_or(NOBODY),
            heading: said.heading,
            text: self.words.unwrap_or(said.sentence),
        };
        page.render()
    }
}

const NOBODY: Publisher<'static> = Publisher {
    name: "",
    imprint: None,
    privacy_url: None,
};

/// The page on which a person confirms that no more mails are wanted. Looking at it changes nothing, since programs follow
/// every link of a mail (RFC 8058 section 1).
#[derive(Clone, Copy, Debug)]
pub struct UnsubscribePage<'a> {
    /// In which language.
    pub language: Language,
    /// Whose mails they are.
    pub publisher: Publisher<'a>,
    /// Where the confirmation goes: a path.
    pub action: &'a str,
}

#[derive(Template)]
#[template(path = "unsubscribe.html")]
struct UnsubscribeTemplate<'a> {
    tag: &'static str,
    style: &'static str,
    texts: &'static Texts,
    publisher: Publisher<'a>,
    heading: &'a str,
    action: &'a str,
}

impl UnsubscribePage<'_> {
    /// What a person reads on it before they confirm.
    #[must_use]
    pub const fn wording(language: Language) -> &'static str {
        language.texts().unsubscribe.sentence
    }

    /// The page in HTML.
    pub fn render(&self) -> Result<String, askama::Error> {
        let texts = self.language.texts();
        let page = UnsubscribeTemplate {
            tag: self.language.tag(),
            style: STYLE,
            texts,
            publisher: self.publisher,
            heading: texts.unsubscribe.heading,
            action: self.action,
        };
        page.render()
    }
}
