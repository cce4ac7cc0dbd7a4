//! Free text with limits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::FieldFault;

/// A name that people see: trimmed, one line, 1 to 200 characters, something to see among them, and no control
/// characters or others that hide.
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
        if text.chars().all(is_blank) {
            return Err(InvalidText::Empty);
        }
        if text.chars().count() > Self::MAX_LEN {
            return Err(InvalidText::TooLong(Self::MAX_LEN));
        }
        if text.chars().any(|c| is_control(c) || is_hidden(c)) {
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

/// Characters that break the line, or that nobody sees, so that two names look the same: separators of lines and
/// paragraphs, marks of direction, spaces and joiners without width, and the tags of Unicode. The two joiners that
/// Persian, Indian scripts and emoji need are none of them.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}'
            | '\u{061C}'
            | '\u{180E}'
            | '\u{200B}'
            | '\u{200E}'
            | '\u{200F}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{2060}'..='\u{2064}'
            | '\u{206A}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

/// What leaves a name empty to the eye, however often it stands there: spaces, joiners, variation selectors, fillers.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{034F}'
                | '\u{115F}'
                | '\u{1160}'
                | '\u{200C}'
                | '\u{200D}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}'
        )
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
    fn a_name_hides_nothing() {
        for hidden in [
            "Nor\u{200B}th",
            "North\u{2060}",
            "\u{FEFF}North",
            "North\u{2028}South",
            "North\u{200F}",
            "Nor\u{AD}th",
            "North\u{E0041}",
        ] {
            assert_eq!(
                hidden.parse::<Name>(),
                Err(InvalidText::Control),
                "{hidden:?}"
            );
        }
        for blank in ["\u{3164}", "\u{200D}\u{200C}", "\u{2800} \u{2800}"] {
            assert_eq!(blank.parse::<Name>(), Err(InvalidText::Empty), "{blank:?}");
        }
        for good in ["می\u{200C}خواهم", "👩\u{200D}🔬 Lab", "❤\u{FE0F}"] {
            assert_eq!(good.parse::<Name>().unwrap().as_str(), good);
        }
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
