//! The address of a mailbox.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::FieldFault;

/// A mailbox address that an account may have: trimmed, its domain in lower case, at most 254 bytes.
///
/// The syntax is RFC 5321's `Mailbox` with a dot-string local part (RFC 6531 letters allowed) and a
/// domain of at least two labels; quoted local parts, comments and address literals are refused.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// Why a text is not an [`EmailAddress`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEmailAddress {
    /// Nothing but white space.
    #[error("the email address is empty")]
    Empty,
    /// No `@` between a local part and a domain.
    #[error("an email address needs a local part, an @ and a domain")]
    MissingAt,
    /// Longer than RFC 5321 section 4.5.3.1 allows.
    #[error(
        "an email address has at most {} bytes, {} of them before the @",
        EmailAddress::MAX_LEN,
        EmailAddress::MAX_LOCAL_LEN
    )]
    TooLong,
    /// A character or an arrangement of dots that the local part cannot have.
    #[error("the part before the @ is not a valid local part")]
    LocalPart,
    /// A domain that is not two or more labels of letters, digits and inner hyphens.
    #[error("the part after the @ is not a valid domain name")]
    Domain,
}

impl EmailAddress {
    /// The longest address, in bytes (RFC 5321 section 4.5.3.1.3, less the angle brackets).
    pub const MAX_LEN: usize = 254;
    /// The longest local part, in bytes (RFC 5321 section 4.5.3.1.1).
    pub const MAX_LOCAL_LEN: usize = 64;

    /// The address as it is mailed to.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form under which accounts are compared: all in lower case.
    #[must_use]
    pub fn case_folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidEmailAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidEmailAddress::Empty);
        }
        let (local, domain) = text
            .rsplit_once('@')
            .ok_or(InvalidEmailAddress::MissingAt)?;
        if local.is_empty() || domain.is_empty() {
            return Err(InvalidEmailAddress::MissingAt);
        }
        let domain = domain.to_lowercase();
        if local.len() > Self::MAX_LOCAL_LEN || local.len() + 1 + domain.len() > Self::MAX_LEN {
            return Err(InvalidEmailAddress::TooLong);
        }
        if !local.split('.').all(is_atom) {
            return Err(InvalidEmailAddress::LocalPart);
        }
        let mut labels = domain.split('.').collect::<Vec<_>>();
        let Some(top) = labels.pop() else {
            return Err(InvalidEmailAddress::Domain);
        };
        let named = !labels.is_empty() && labels.into_iter().all(is_label);
        if !named || !is_label(top) || top.bytes().all(|b| b.is_ascii_digit()) {
            return Err(InvalidEmailAddress::Domain);
        }

        Ok(Self(format!("{local}@{domain}")))
    }
}

/// RFC 5321 `Atom`, extended by RFC 6531 `UTF8-non-ascii` letters and digits.
fn is_atom(atom: &str) -> bool {
    !atom.is_empty()
        && atom.chars().all(|c| {
            c.is_ascii_alphanumeric()
                || "!#$%&'*+-/=?^_`{|}~".contains(c)
                || (!c.is_ascii() && c.is_alphanumeric())
        })
}

/// A host name's label (RFC 1123 section 2.1), or an internationalised one.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| {
            c.is_ascii_alphanumeric() || c == '-' || (!c.is_ascii() && c.is_alphanumeric())
        })
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidEmailAddress;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(value: EmailAddress) -> Self {
        value.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

impl From<InvalidEmailAddress> for FieldFault {
    fn from(error: InvalidEmailAddress) -> Self {
        Self::new("invalid-email", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_trimmed_and_its_domain_is_lower_cased() {
        assert_eq!(
            "  Ada.L+x@EXAMPLE.Com "
                .parse::<EmailAddress>()
                .unwrap()
                .as_str(),
            "Ada.L+x@example.com"
        );
    }

    #[test]
    fn what_is_no_mailbox_is_refused_with_its_reason() {
        use InvalidEmailAddress::{Domain, Empty, LocalPart, MissingAt, TooLong};
        let long = format!("{}@example.com", "a".repeat(65));
        for (text, reason) in [
            (" ", Empty),
            ("ada", MissingAt),
            ("@example.com", MissingAt),
            ("ada@", MissingAt),
            ("a..b@example.com", LocalPart),
            ("a b@example.com", LocalPart),
            ("\"a\"@example.com", LocalPart),
            ("a@b@example.com", LocalPart),
            ("ada@localhost", Domain),
            ("ada@-x.example", Domain),
            ("ada@127.0.0.1", Domain),
            ("ada@[127.0.0.1]", Domain),
            ("ada@example.com\r\nBcc: x", Domain),
            (long.as_str(), TooLong),
        ] {
            assert_eq!(text.parse::<EmailAddress>().unwrap_err(), reason, "{text}");
        }
    }

    #[test]
    fn an_address_does_not_show_itself_in_debug_output() {
        let address = "ada@example.com".parse::<EmailAddress>().unwrap();

        assert!(!format!("{address:?}").contains("ada"));
    }

    proptest! {
        #[test]
        fn normalising_is_idempotent(text in "\\PC{0,80}|[a-zA-Z.]{1,9}@[a-zA-Zİß-]{1,9}\\.[a-z]{2,5}") {
            if let Ok(address) = text.parse::<EmailAddress>() {
                prop_assert_eq!(address.to_string().parse::<EmailAddress>(), Ok(address));
            }
        }
    }
}
