//! Short names for use in addresses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::FieldFault;

/// A short name in a URL: lower-case ASCII letters, digits and single inner hyphens, 3 to 63 of them.
///
/// A slug never looks like a UUID, so a path segment that names an organization is one or the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// Why a text is not a [`Slug`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSlug {
    /// Too short or too long.
    #[error("a slug has {} to {} characters", Slug::MIN_LEN, Slug::MAX_LEN)]
    Length,
    /// A character other than `a-z`, `0-9` and single inner hyphens.
    #[error("a slug has only lower-case letters, digits and single hyphens between them")]
    Characters,
    /// It could be taken for an id.
    #[error("a slug cannot have the form of a UUID")]
    LooksLikeId,
}

impl Slug {
    /// The shortest slug, in characters.
    pub const MIN_LEN: usize = 3;
    /// The longest slug, in characters.
    pub const MAX_LEN: usize = 63;

    /// The slug's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = InvalidSlug;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !(Self::MIN_LEN..=Self::MAX_LEN).contains(&text.len()) {
            return Err(InvalidSlug::Length);
        }
        let word = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if !text.split('-').all(word) {
            return Err(InvalidSlug::Characters);
        }
        if uuid::Uuid::parse_str(text).is_ok() {
            return Err(InvalidSlug::LooksLikeId);
        }

        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Slug {
    type Error = InvalidSlug;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(value: Slug) -> Self {
        value.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<InvalidSlug> for FieldFault {
    fn from(error: InvalidSlug) -> Self {
        Self::new("invalid-slug", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_slug_has_lower_case_words_joined_by_hyphens() {
        for good in ["abc", "acme-brokers-2", "0-0"] {
            assert!(good.parse::<Slug>().is_ok(), "{good}");
        }
        for bad in [
            "", "ab", "Acme", "-acme", "acme-", "ac--me", "ac me", "ämter", "a/b",
        ] {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_slug_cannot_be_taken_for_an_id() {
        let id = "018f0000-0000-7000-8000-000000000000";

        assert_eq!(id.parse::<Slug>(), Err(InvalidSlug::LooksLikeId));
        assert_eq!(
            id.replace('-', "").parse::<Slug>(),
            Err(InvalidSlug::LooksLikeId)
        );
    }

    proptest! {
        #[test]
        fn a_slug_is_its_own_normal_form(text in "[a-z0-9-]{0,70}") {
            if let Ok(slug) = text.parse::<Slug>() {
                prop_assert_eq!(slug.as_str(), text.as_str());
            }
        }
    }
}
