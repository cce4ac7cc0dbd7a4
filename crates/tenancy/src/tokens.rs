//! Tokens: how they are made, recognised and kept.

use std::fmt;

use kernel::Secret;
use sha2::{Digest, Sha256};

/// What is kept of a token: SHA-256 of its text.
///
/// A plain hash is enough, because tokens hold 256 bits that nobody can guess.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of a token.
    #[must_use]
    pub fn of(token: &Secret) -> Self {
        Self(Sha256::digest(token.expose().as_bytes()).into())
    }

    /// A hash as it was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash's bytes, for storage.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

/// What a client can present as its bearer token, told by the token's first letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BearerKind {
    /// A session's access token.
    AccessToken,
    /// An API key.
    ApiKey,
}

impl BearerKind {
    /// How the kind's tokens begin.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::AccessToken => "cva_",
            Self::ApiKey => "cvk_",
        }
    }

    /// The kind of a bearer token, by its first letters alone.
    #[must_use]
    pub fn of(bearer: &Secret) -> Option<Self> {
        [Self::AccessToken, Self::ApiKey]
            .into_iter()
            .find(|kind| bearer.expose().starts_with(kind.prefix()))
    }
}

/// The two tokens of one generation of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPair {
    /// Opens the API for some minutes.
    pub access: Secret,
    /// Gets the next pair, once.
    pub refresh: Secret,
}
