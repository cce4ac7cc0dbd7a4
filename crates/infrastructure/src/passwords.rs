//! Password hashing with argon2id (RFC 9106), in the parameters that OWASP recommends.

use std::num::NonZeroUsize;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{self, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use kernel::{RandomBytes as _, Secret, StorageError};
use tenancy::{PasswordCheck, PasswordHash, PasswordHasher};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::clock::SystemRandom;

/// How much work a hash is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Cost {
    /// Memory, in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Argon2Cost {
    /// 19 MiB and two passes, one lane.
    pub const STANDARD: Self = Self {
        memory: 19_456,
        passes: 2,
    };
    /// The least there is; for tests.
    pub const LEAST: Self = Self {
        memory: 8,
        passes: 1,
    };
}

/// Hashes passwords on threads of their own, at most one per core at once, so that neither the
/// memory nor the cores of the machine can be used up by logins.
#[derive(Clone, Debug)]
pub struct Argon2Hasher {
    params: Params,
    /// The hash that an absent one is replaced with: nobody knows its password.
    decoy: Arc<str>,
    turns: Arc<Semaphore>,
}

/// The cost is outside of what argon2 allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cost of password hashing is outside of what argon2 allows")]
pub struct InvalidArgon2Cost;

impl Argon2Hasher {
    /// A hasher of this cost, which hashes at most `at_once` passwords at the same time.
    pub fn new(cost: Argon2Cost, at_once: NonZeroUsize) -> Result<Self, InvalidArgon2Cost> {
        let params = Params::new(cost.memory, cost.passes, 1, None)
            .ok()
            .ok_or(InvalidArgon2Cost)?;
        let secret = SystemRandom.bytes();
        let decoy = hash(&params, &secret).ok().ok_or(InvalidArgon2Cost)?;
        Ok(Self {
            params,
            decoy: decoy.into(),
            turns: Arc::new(Semaphore::new(at_once.get())),
        })
    }

    /// Does slow work on a thread where it holds up nobody, when its turn comes.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, StorageError> {
        let turn = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(|error| StorageError::Unexpected(Box::new(error)))?;
        let done = spawn_blocking(move || {
            let done = work();
            // Given back by the work itself: whoever waited for it may have gone away.
            drop(turn);
            done
        });
        done.await
            .map_err(|error| StorageError::Unexpected(Box::new(error)))
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: &Secret) -> Result<PasswordHash, StorageError> {
        let (params, password) = (self.params.clone(), password.clone());
        self.work(move || hash(&params, password.expose().as_bytes()))
            .await?
            .map(PasswordHash::from_phc)
            .map_err(|error| StorageError::Unexpected(Box::new(error)))
    }

    async fn check(
        &self,
        password: &Secret,
        hash: Option<&PasswordHash>,
    ) -> Result<PasswordCheck, StorageError> {
        let (params, password) = (self.params.clone(), password.clone());
        let known = hash.is_some();
        let phc = hash.map_or_else(|| self.decoy.to_string(), |hash| hash.as_phc().to_owned());
        self.work(move || {
            let parsed = Phc::new(&phc)
                .ok()
                .filter(is_argon2id)
                .ok_or_else(corrupt)?;
            // The parameters of the check are those of the hash.
            let check = Argon2::default().verify_password(password.expose().as_bytes(), &parsed);
            match check {
                Ok(()) if !known => Ok(PasswordCheck::Wrong),
                Ok(()) if is_of(&parsed, &params) => Ok(PasswordCheck::Right),
                Ok(()) => Ok(PasswordCheck::RightButOutdated),
                Err(password_hash::Error::PasswordInvalid) => Ok(PasswordCheck::Wrong),
                Err(error) => Err(StorageError::Unexpected(Box::new(error))),
            }
        })
        .await?
    }
}

fn hash(params: &Params, password: &[u8]) -> Result<String, password_hash::Error> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let salt = SystemRandom.bytes();
    argon2
        .hash_password_with_salt(password, &salt[..16])
        .map(|phc| phc.to_string())
}

fn is_argon2id(phc: &Phc) -> bool {
    phc.algorithm.as_str() == argon2::ARGON2ID_IDENT.as_str()
}

/// Whether the hash was made with these parameters in the present version.
fn is_of(phc: &Phc, params: &Params) -> bool {
    phc.version == Some(Version::V0x13.into())
        && Params::try_from(phc).is_ok_and(|of| {
            (of.m_cost(), of.t_cost(), of.p_cost())
                == (params.m_cost(), params.t_cost(), params.p_cost())
        })
}

fn corrupt() -> StorageError {
    crate::error::corrupt("users.password_hash")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(cost: Argon2Cost) -> Argon2Hasher {
        Argon2Hasher::new(cost, NonZeroUsize::MIN).unwrap()
    }

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_only() {
        let hasher = hasher(Argon2Cost::LEAST);
        let hash = hasher.hash(&secret("three blind mice")).await.unwrap();

        let check = async |password| {
            let password = secret(password);
            hasher.check(&password, Some(&hash)).await.unwrap()
        };

        assert_eq!(check("three blind mice").await, PasswordCheck::Right);
        assert_eq!(check("three blind rats").await, PasswordCheck::Wrong);
        assert_eq!(check("").await, PasswordCheck::Wrong);
    }

    #[tokio::test]
    async fn the_same_password_is_hashed_differently_every_time() {
        let hasher = hasher(Argon2Cost::LEAST);

        let one = hasher.hash(&secret("three blind mice")).await.unwrap();
        let other = hasher.hash(&secret("three blind mice")).await.unwrap();

        assert_ne!(one, other);
    }

    #[tokio::test]
    async fn the_standard_cost_is_written_into_the_hash() {
        let hash = hasher(Argon2Cost::STANDARD)
            .hash(&secret("three blind mice"))
            .await
            .unwrap();

        assert!(hash.as_phc().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_fits_but_is_outdated() {
        let old = hasher(Argon2Cost::LEAST);
        let new = hasher(Argon2Cost {
            passes: 2,
            ..Argon2Cost::LEAST
        });
        let password = secret("three blind mice");
        let hash = old.hash(&password).await.unwrap();

        assert_eq!(
            new.check(&password, Some(&hash)).await.unwrap(),
            PasswordCheck::RightButOutdated
        );
        assert_eq!(
            new.check(&secret("wrong"), Some(&hash)).await.unwrap(),
            PasswordCheck::Wrong
        );
    }

    #[tokio::test]
    async fn without_a_hash_every_password_is_wrong() {
        let hasher = hasher(Argon2Cost::LEAST);

        assert_eq!(
            hasher.check(&secret("three"), None).await.unwrap(),
            PasswordCheck::Wrong
        );
    }

    #[tokio::test]
    async fn what_is_no_argon2id_hash_is_corrupt() {
        let hasher = hasher(Argon2Cost::LEAST);
        for phc in [
            "",
            "plain",
            "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0",
        ] {
            let hash = PasswordHash::from_phc(phc.to_owned());

            let checked = hasher.check(&secret("three"), Some(&hash)).await;

            assert!(matches!(checked, Err(StorageError::Corrupt(_))), "{phc}");
        }
    }

    #[test]
    fn a_cost_that_argon2_does_not_allow_is_refused() {
        let cost = Argon2Cost {
            memory: 1,
            passes: 1,
        };

        assert_eq!(
            Argon2Hasher::new(cost, NonZeroUsize::MIN).unwrap_err(),
            InvalidArgon2Cost
        );
    }
}
