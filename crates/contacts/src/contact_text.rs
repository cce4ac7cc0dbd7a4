//! A line of a contact's profile.

use std::fmt;
use std::str::FromStr;

use kernel::FieldFault;

/// A name, a phone number, a company …: trimmed, one line, 1 to 300 characters, no control characters.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ContactText(String);

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidContactText {
    /// Nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// More characters than allowed.
    #[error("the text has more than {} characters", ContactText::MAX_LEN)]
    TooLong,
    /// A control character, or one that changes the direction of what follows it.
    #[error("the text has control characters")]
    Control,
}

impl ContactText {
    /// The longest text, in characters.
    pub const MAX_LEN: usize = 300;

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What of any text can be kept: control characters count as white space, which is made one space each
    /// time, and what is too long is cut off. `None` where nothing is left.
    #[must_use]
    pub fn lossy(text: &str) -> Option<Self> {
        let words = text.split(|c: char| c.is_whitespace() || is_control(c));
        let mut kept = String::with_capacity(text.len());
        for word in words.filter(|word| !word.is_empty()) {
            if !kept.is_empty() {
                kept.push(' ');
            }
            kept.push_str(word);
        }
        if let Some((end, _)) = kept.char_indices().nth(Self::MAX_LEN) {
            kept.truncate(end);
            kept.truncate(kept.trim_end().len());
        }
        (!kept.is_empty()).then_some(Self(kept))
    }
}

/// Control characters, and the bidirectional overrides that make a text look like another one.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}')
}

impl FromStr for ContactText {
    type Err = InvalidContactText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidContactText::Empty);
        }
        if text.chars().count() > Self::MAX_LEN {
            return Err(InvalidContactText::TooLong);
        }
        if text.chars().any(is_control) {
            return Err(InvalidContactText::Control);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ContactText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ContactText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContactText(…)")
    }
}

impl From<InvalidContactText> for FieldFault {
    fn from(error: InvalidContactText) -> Self {
        let code = match error {
            InvalidContactText::Empty => "required",
            InvalidContactText::TooLong => "too-long",
            InvalidContactText::Control => "control-character",
        };
        Self::new(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_can_be_kept_of_a_text_is_kept() {
        let lossy = |text| ContactText::lossy(text).map(|text| text.to_string());

        assert_eq!(
            lossy(" Ada \n\0 Lovelace\u{202E}"),
            Some("Ada Lovelace".to_owned())
        );
        assert_eq!(lossy(" \r\n"), None);
        let long = lossy(&"ö".repeat(ContactText::MAX_LEN + 1)).unwrap();
        assert_eq!(long.chars().count(), ContactText::MAX_LEN);
    }

    proptest! {
        #[test]
        fn what_was_kept_is_a_text(text in "\\PC{0,400}|[\\s\\pL]{280,320}") {
            if let Some(kept) = ContactText::lossy(&text) {
                prop_assert_eq!(kept.as_str().parse::<ContactText>(), Ok(kept.clone()));
            }
        }
    }
}
