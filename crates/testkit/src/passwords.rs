//! Password hashing that tests can afford.

use async_trait::async_trait;
use kernel::{Secret, StorageError};
use tenancy::{PasswordCheck, PasswordHash, PasswordHasher};

/// A hasher that hides nothing and takes no time.
#[derive(Clone, Copy, Debug)]
pub struct PlainHasher {
    edition: u8,
}

impl PlainHasher {
    /// A hasher to which the hashes of all other editions are outdated.
    #[must_use]
    pub const fn of_edition(edition: u8) -> Self {
        Self { edition }
    }

    /// What the hasher makes of a password.
    #[must_use]
    pub fn plain_hash(self, password: &str) -> PasswordHash {
        PasswordHash::from_phc(format!("$plain$v={}${password}", self.edition))
    }
}

impl Default for PlainHasher {
    fn default() -> Self {
        Self::of_edition(1)
    }
}

#[async_trait]
impl PasswordHasher for PlainHasher {
    async fn hash(&self, password: &Secret) -> Result<PasswordHash, StorageError> {
        Ok(self.plain_hash(password.expose()))
    }

    async fn check(
        &self,
        password: &Secret,
        hash: Option<&PasswordHash>,
    ) -> Result<PasswordCheck, StorageError> {
        let Some(phc) = hash.map(PasswordHash::as_phc) else {
            return Ok(PasswordCheck::Wrong);
        };
        Ok(if *phc == *self.plain_hash(password.expose()).as_phc() {
            PasswordCheck::Right
        } else if phc.starts_with("$plain$v=") && phc.rsplit('$').next() == Some(password.expose())
        {
            PasswordCheck::RightButOutdated
        } else {
            PasswordCheck::Wrong
        })
    }
}
