//! How fields of forms are called.

use std::fmt;
use std::str::FromStr;

use kernel::FieldFault;
use serde::{Deserialize, Serialize};

/// The name of a field among answers: 1 to 50 small letters, digits and underscores, a letter first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldKey(String);

/// The text is no name of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a field's key has 1 to {} small letters, digits and underscores, and begins with a letter",
    FieldKey::MAX_LEN
)]
pub struct InvalidFieldKey;

impl FieldKey {
    /// The longest key, in characters.
    pub const MAX_LEN: usize = 50;

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FieldKey {
    type Err = InvalidFieldKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if text.len() > Self::MAX_LEN
            || !word
            || !text.starts_with(|c: char| c.is_ascii_lowercase())
        {
            return Err(InvalidFieldKey);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for FieldKey {
    type Error = InvalidFieldKey;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<FieldKey> for String {
    fn from(key: FieldKey) -> Self {
        key.0
    }
}

impl fmt::Display for FieldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<InvalidFieldKey> for FieldFault {
    fn from(error: InvalidFieldKey) -> Self {
        Self::new("invalid-key", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_word_in_small_letters() {
        assert!("team_size2".parse::<FieldKey>().is_ok());
        for bad in ["", "A", "2a", "_a", "a-b", "a b", "ä", &"a".repeat(51)] {
            assert_eq!(bad.parse::<FieldKey>(), Err(InvalidFieldKey), "{bad}");
        }
    }
}
