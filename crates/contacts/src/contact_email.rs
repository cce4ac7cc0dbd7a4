//! An address as it was given.

use std::fmt;
use std::str::FromStr;

use kernel::FieldFault;

/// An address as it was given: any text without white space around it, 1 to 320 bytes. Whether mail can be
/// addressed to it is for its validation to say.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ContactEmail(String);

/// Why a text cannot be kept as an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidContactEmail {
    /// Nothing but white space.
    #[error("the email address is empty")]
    Empty,
    /// Too long for any address.
    #[error("the email address has more than {} bytes", ContactEmail::MAX_LEN)]
    TooLong,
    /// A character that no text can have.
    #[error("the email address has control characters")]
    Control,
}

impl ContactEmail {
    /// The longest address, in bytes.
    pub const MAX_LEN: usize = 320;

    /// The address as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ContactEmail {
    type Err = InvalidContactEmail;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidContactEmail::Empty);
        }
        if text.len() > Self::MAX_LEN {
            return Err(InvalidContactEmail::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(InvalidContactEmail::Control);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ContactEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ContactEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContactEmail(…)")
    }
}

impl From<InvalidContactEmail> for FieldFault {
    fn from(error: InvalidContactEmail) -> Self {
        let code = match error {
            InvalidContactEmail::Empty => "required",
            InvalidContactEmail::TooLong => "too-long",
            InvalidContactEmail::Control => "control-character",
        };
        Self::new(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_kept_but_for_what_is_empty_too_long_or_no_text() {
        let parse = str::parse::<ContactEmail>;

        assert_eq!(
            parse(" not an address ").unwrap().as_str(),
            "not an address"
        );
        assert_eq!(parse(" \t"), Err(InvalidContactEmail::Empty));
        assert!(parse(&"ö".repeat(160)).is_ok());
        assert_eq!(parse(&"ö".repeat(161)), Err(InvalidContactEmail::TooLong));
        assert_eq!(parse("a\0b@example.com"), Err(InvalidContactEmail::Control));
    }
}
