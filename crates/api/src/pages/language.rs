//! The languages that pages speak.

use kernel::Locale;

use super::texts::{ENGLISH, FRENCH, GERMAN, SPANISH, Texts};

/// A language of the fixed texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, also for every language that pages do not speak.
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
}

impl Language {
    /// Every language.
    pub const ALL: &'static [Self] = &[Self::English, Self::German, Self::French, Self::Spanish];

    /// The language of an organization; its region makes no difference.
    #[must_use]
    pub fn of(locale: &Locale) -> Self {
        let tag = locale.as_str();
        match tag.split_once('-').map_or(tag, |(language, _)| language) {
            "de" => Self::German,
            "fr" => Self::French,
            "es" => Self::Spanish,
            _ => Self::English,
        }
    }

    /// The language's tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
        }
    }

    pub(super) const fn texts(self) -> &'static Texts {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
            Self::French => &FRENCH,
            Self::Spanish => &SPANISH,
        }
    }
}
