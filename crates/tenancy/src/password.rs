//! Passwords.

use async_trait::async_trait;
use kernel::{FieldFault, Secret, StorageError};

/// A password that somebody chose: 12 to 256 characters, not one of the most used.
///
/// Length and a list of known bad ones, and no rules of composition: NIST SP 800-63B section 5.1.1.2.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewPassword(Secret);

/// Why a password was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPassword {
    /// Fewer or more characters than allowed.
    #[error(
        "a password has {} to {} characters",
        NewPassword::MIN_LEN,
        NewPassword::MAX_LEN
    )]
    Length,
    /// It is among the passwords that are tried first, or one character repeated.
    #[error("this password is too easy to guess")]
    TooCommon,
}

impl NewPassword {
    /// The fewest characters.
    pub const MIN_LEN: usize = 12;
    /// The most characters.
    pub const MAX_LEN: usize = 256;

    /// Takes a password that is good enough.
    pub fn parse(text: String) -> Result<Self, InvalidPassword> {
        let length = text.chars().count();
        if !(Self::MIN_LEN..=Self::MAX_LEN).contains(&length) {
            return Err(InvalidPassword::Length);
        }
        let folded = text.to_lowercase();
        let mut characters = folded.chars();
        let first = characters.next();
        if characters.all(|c| Some(c) == first) || is_common(&folded) {
            return Err(InvalidPassword::TooCommon);
        }
        Ok(Self(Secret::new(text)))
    }

    /// The password itself, for the hasher.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.0
    }
}

/// Passwords of twelve and more characters that head the published lists of leaked ones.
const COMMON: &[&str] = &[
    "123456789012",
    "1234567890123",
    "12345678910",
    "123456789123",
    "password1234",
    "password12345",
    "passwordpassword",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopasdf",
    "qwerty123456",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "iloveyou1234",
    "letmein12345",
    "administrator",
    "changeme1234",
    "welcome12345",
    "abcdefghijkl",
    "abc123456789",
    "asdfghjkl123",
    "correcthorsebatterystaple",
    "unknown12345",
    "football1234",
    "trustno1trustno1",
    "adminadminadmin",
];

fn is_common(folded: &str) -> bool {
    COMMON.contains(&folded)
}

impl From<InvalidPassword> for FieldFault {
    fn from(error: InvalidPassword) -> Self {
        let code = match error {
            InvalidPassword::Length => "password-length",
            InvalidPassword::TooCommon => "password-too-common",
        };
        Self::new(code, error.to_string())
    }
}

/// A hashed password in PHC string format.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps a PHC string that a [`PasswordHasher`] made.
    #[must_use]
    pub const fn from_phc(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string.
    #[must_use]
    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Whether a password fits a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordCheck {
    /// It does not fit.
    Wrong,
    /// It fits.
    Right,
    /// It fits, and the hash was made with parameters that are not today's: hash it again.
    RightButOutdated,
}

/// Hashes passwords slowly, on purpose.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Hashes a password with today's parameters and a fresh salt.
    async fn hash(&self, password: &Secret) -> Result<PasswordHash, StorageError>;

    /// Checks a password. Without a hash it MUST take as long as with one and answer `Wrong`, so that
    /// an unknown account cannot be told from a wrong password by time.
    async fn check(
        &self,
        password: &Secret,
        hash: Option<&PasswordHash>,
    ) -> Result<PasswordCheck, StorageError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_needs_length_and_must_not_be_a_common_one() {
        assert!(NewPassword::parse("three blind mice ran".to_owned()).is_ok());
        assert_eq!(
            NewPassword::parse("short".to_owned()),
            Err(InvalidPassword::Length)
        );
        assert_eq!(
            NewPassword::parse("x".repeat(257)),
            Err(InvalidPassword::Length)
        );
        assert_eq!(
            NewPassword::parse("aaaaaaaaaaaaaaa".to_owned()),
            Err(InvalidPassword::TooCommon)
        );
        assert_eq!(
            NewPassword::parse("PasswordPassword".to_owned()),
            Err(InvalidPassword::TooCommon)
        );
    }

    #[test]
    fn passwords_and_hashes_do_not_show_themselves() {
        let password = NewPassword::parse("three blind mice ran".to_owned()).unwrap();
        let hash = PasswordHash::from_phc("$argon2id$x".to_owned());

        assert!(!format!("{password:?}{hash:?}").contains("mice"));
        assert!(!format!("{hash:?}").contains("argon2id"));
    }
}
