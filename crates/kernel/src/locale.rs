//! Languages.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::FieldFault;

/// A language with an optional region, as BCP 47 writes it: `de`, `de-AT`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Locale(String);

/// The text is no language tag of the form `de` or `de-AT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a language tag such as de or de-AT")]
pub struct InvalidLocale;

impl Locale {
    /// English, the language of an organization that chose none.
    #[must_use]
    pub fn english() -> Self {
        Self("en".to_owned())
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Locale {
    type Err = InvalidLocale;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (language, region) = text
            .split_once('-')
            .map_or((text, None), |(l, r)| (l, Some(r)));
        let letters = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
            lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic())
        };
        if !letters(language, 2..=3) || !region.is_none_or(|region| letters(region, 2..=2)) {
            return Err(InvalidLocale);
        }
        let language = language.to_ascii_lowercase();
        Ok(Self(region.map_or(language.clone(), |region| {
            format!("{language}-{}", region.to_ascii_uppercase())
        })))
    }
}

impl TryFrom<String> for Locale {
    type Error = InvalidLocale;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> Self {
        locale.0
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<InvalidLocale> for FieldFault {
    fn from(error: InvalidLocale) -> Self {
        Self::new("invalid-locale", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_normalised_in_case() {
        assert_eq!("DE-at".parse::<Locale>().unwrap().as_str(), "de-AT");
        for bad in ["", "d", "german", "de-", "de_AT", "de-AUT", "de-AT-x"] {
            assert_eq!(bad.parse::<Locale>(), Err(InvalidLocale), "{bad}");
        }
    }
}
