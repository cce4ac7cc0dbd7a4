//! Free text with limits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::FieldFault;

/// A name that people see: trimmed, one line, 1 to 200 characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// A text of several lines: at most 2,000 characters, no control characters but line breaks and tabs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Description(String);

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// More characters than allowed.
    #[error("the text has more than {0} characters")]
    TooLong(usize),
    /// A control character, or one that changes the direction of what follows it.
    #[error("the text has control characters")]
    Control,
}

impl Name {
    /// The longest name, in characters.
    pub const MAX_LEN: usize = 200;

    /// The name's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form under which names are compared for uniqueness: all in lower case.
    #[must_use]
    pub fn case_folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl FromStr for Name {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidText::Empty);
        }
        if text.chars().count() > Self::MAX_LEN {
            return Err(InvalidText::TooLong(Self::MAX_LEN));
        }
        if text.chars().any(is_control) {
            return Err(InvalidText::Control);
        }
        Ok(Self(text.to_owned()))
    }
}

impl Description {
    /// The longest description, in characters.
    pub const MAX_LEN: usize = 2_000;

    /// No text at all.
    #[must_use]
    pub const fn empty() -> Self {
        Self(String::new())
    }

    /// The description's text; it may be empty.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Description {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.chars().count() > Self::MAX_LEN {
            return Err(InvalidText::TooLong(Self::MAX_LEN));
        }
        if text
            .chars()
            .any(|c| is_control(c) && !matches!(c, '\n' | '\r' | '\t'))
        {
            return Err(InvalidText::Control);
        }
        Ok(Self(text.to_owned()))
    }
}

/// Control characters, and the bidirectional overrides that make a text look like another one.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}')
}

impl TryFrom<String> for Name {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(value: Name) -> Self {
        value.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Description {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Description> for String {
    fn from(value: Description) -> Self {
        value.0
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<InvalidText> for FieldFault {
    fn from(error: InvalidText) -> Self {
        let code = match error {
            InvalidText::Empty => "required",
            InvalidText::TooLong(_) => "too-long",
            InvalidText::Control => "control-character",
        };
        Self::new(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_has_one_line() {
        assert_eq!(
            " Łódź & Söhne ".parse::<Name>().unwrap().as_str(),
            "Łódź & Söhne"
        );
        assert_eq!("a\nb".parse::<Name>(), Err(InvalidText::Control));
        assert_eq!("a\0b".parse::<Name>(), Err(InvalidText::Control));
        assert_eq!("a\u{202E}b".parse::<Name>(), Err(InvalidText::Control));
        assert_eq!("  ".parse::<Name>(), Err(InvalidText::Empty));
    }

    #[test]
    fn the_limit_of_a_name_counts_characters() {
        assert!("ö".repeat(Name::MAX_LEN).parse::<Name>().is_ok());
        assert_eq!(
            "ö".repeat(Name::MAX_LEN + 1).parse::<Name>(),
            Err(InvalidText::TooLong(Name::MAX_LEN))
        );
    }

    #[test]
    fn a_description_may_have_several_lines_or_none() {
        assert_eq!("a\nb".parse::<Description>().unwrap().as_str(), "a\nb");
        assert_eq!("".parse::<Description>().unwrap().as_str(), "");
        assert_eq!("a\u{7}".parse::<Description>(), Err(InvalidText::Control));
    }
}
