//! Kinds of things.

use std::fmt;
use std::str::FromStr;

use kernel::FieldFault;

/// What kind of thing an entry is about, as a singular noun: lower-case letters, digits and
/// underscores, 1 to 64 of them (`organization`, `api_key`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityType(String);

/// The text names no kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a kind of thing is 1 to {} lower-case letters, digits and underscores",
    EntityType::MAX_LEN
)]
pub struct InvalidEntityType;

impl EntityType {
    /// The longest name, in characters.
    pub const MAX_LEN: usize = 64;

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EntityType {
    type Err = InvalidEntityType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=Self::MAX_LEN).contains(&text.len());
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if fits && text.chars().all(is_plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidEntityType)
        }
    }
}

impl fmt::Display for EntityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<InvalidEntityType> for FieldFault {
    fn from(error: InvalidEntityType) -> Self {
        Self::new("invalid-entity-type", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_thing_is_a_short_plain_noun() {
        assert_eq!("api_key".parse::<EntityType>().unwrap().as_str(), "api_key");
        let too_long = "a".repeat(EntityType::MAX_LEN + 1);
        for text in ["", "API", "api key", "ключ", too_long.as_str()] {
            assert_eq!(
                text.parse::<EntityType>(),
                Err(InvalidEntityType),
                "{text:?}"
            );
        }
    }
}
