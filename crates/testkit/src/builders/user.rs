//! Users for tests.

use kernel::{Stamps, Timestamp, UserId};
use tenancy::{PasswordHash, User, UserState, UserStatus};

use super::unique::{a_unique_id, now};

/// Makes a user.
#[derive(Clone, Debug)]
pub struct UserBuilder(UserState);

/// An active user with an address of their own.
#[must_use]
pub fn a_user() -> UserBuilder {
    let id = a_unique_id();
    UserBuilder(UserState {
        id: UserId::from_uuid(id),
        email: format!("user-{}@example.com", id.simple())
            .parse()
            .expect("an email address"),
        display_name: "Ada Example".parse().expect("a name"),
        password: Some(PasswordHash::from_phc(
            "$argon2id$of-no-password".to_owned(),
        )),
        status: UserStatus::Active,
        stamps: Stamps::new(now(), None),
    })
}

impl UserBuilder {
    /// The user's id.
    #[must_use]
    pub const fn id(mut self, id: UserId) -> Self {
        self.0.id = id;
        self
    }

    /// The address they log in with.
    #[must_use]
    pub fn email(mut self, email: &str) -> Self {
        self.0.email = email.parse().expect("an email address");
        self
    }

    /// How they want to be called.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.0.display_name = name.parse().expect("a name");
        self
    }

    /// Whether the account can be used.
    #[must_use]
    pub const fn status(mut self, status: UserStatus) -> Self {
        self.0.status = status;
        self
    }

    /// The hash of their password, or none.
    #[must_use]
    pub fn password(mut self, password: Option<PasswordHash>) -> Self {
        self.0.password = password;
        self
    }

    /// When the account was made.
    #[must_use]
    pub const fn made_at(mut self, at: Timestamp) -> Self {
        self.0.stamps = Stamps::new(at, None);
        self
    }

    /// The user.
    #[must_use]
    pub fn build(self) -> User {
        User::restore(self.0).expect("a user that keeps its invariants")
    }
}
