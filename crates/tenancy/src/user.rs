//! Users: people with an account on the installation.

use std::fmt;
use std::str::FromStr;

use kernel::{Changes, EmailAddress, FieldFault, Name, Stamps, StorageError, Timestamp, UserId};
use serde_json::json;

use crate::PasswordHash;
use crate::instant::shown;

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UserStatus {
    /// It was made for somebody who has not set a password yet.
    Pending,
    /// It can be used.
    Active,
    /// Its owner does not use it any more.
    Inactive,
    /// An administrator of the platform closed it for the time being.
    Suspended,
}

impl UserStatus {
    /// Every status.
    pub const ALL: &'static [Self] =
        &[Self::Pending, Self::Active, Self::Inactive, Self::Suspended];

    /// The status's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Suspended => "suspended",
        }
    }
}

/// The text names no status of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of pending, active, inactive, suspended")]
pub struct UnknownUserStatus;

impl FromStr for UserStatus {
    type Err = UnknownUserStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownUserStatus)
    }
}

impl fmt::Display for UserStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<UnknownUserStatus> for FieldFault {
    fn from(error: UnknownUserStatus) -> Self {
        Self::new("unknown-value", error.to_string())
    }
}

/// All that a user is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserState {
    /// The user's id.
    pub id: UserId,
    /// The address they log in with, unique among the living without regard to case.
    pub email: EmailAddress,
    /// How they want to be called.
    pub display_name: Name,
    /// The hash of their password; `None` while they have none.
    pub password: Option<PasswordHash>,
    /// Whether the account can be used.
    pub status: UserStatus,
    /// Its history.
    pub stamps: Stamps,
}

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User(UserState);

impl User {
    /// A new account that can be used at once.
    #[must_use]
    pub const fn sign_up(
        id: UserId,
        email: EmailAddress,
        display_name: Name,
        password: PasswordHash,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Self {
        Self(UserState {
            id,
            email,
            display_name,
            password: Some(password),
            status: UserStatus::Active,
            stamps: Stamps::new(at, by),
        })
    }

    /// A user as it was stored.
    pub fn restore(state: UserState) -> Result<Self, StorageError> {
        if state.status == UserStatus::Active && state.password.is_none() {
            return Err(StorageError::Corrupt(
                "an active user without a password".to_owned(),
            ));
        }
        Ok(Self(state))
    }

    /// All that they are.
    #[must_use]
    pub const fn state(&self) -> &UserState {
        &self.0
    }

    /// Their id.
    #[must_use]
    pub const fn id(&self) -> UserId {
        self.0.id
    }

    /// Whether they may log in and act.
    #[must_use]
    pub fn can_act(&self) -> bool {
        self.0.status == UserStatus::Active && !self.0.stamps.is_deleted()
    }

    /// Changes how they want to be called.
    pub fn rename(&mut self, display_name: Name, at: Timestamp, by: Option<UserId>) {
        self.0.display_name = display_name;
        self.0.stamps.touch(at, by);
    }

    /// Gives them another password.
    pub fn change_password(&mut self, password: PasswordHash, at: Timestamp, by: Option<UserId>) {
        self.0.password = Some(password);
        self.0.stamps.touch(at, by);
    }

    /// Opens or closes the account.
    pub const fn change_status(&mut self, status: UserStatus, at: Timestamp, by: Option<UserId>) {
        self.0.status = status;
        self.0.stamps.touch(at, by);
    }

    /// Deletes the account and everything in it that tells who it was; nobody can log in to it any more.
    pub fn erase(&mut self, at: Timestamp, by: Option<UserId>) -> Result<(), StorageError> {
        let erased = format!("erased-{}@erased.invalid", self.0.id);
        let invalid = || StorageError::Corrupt("the stand-in of an erased user".to_owned());
        self.0.email = erased.parse().ok().ok_or_else(invalid)?;
        self.0.display_name = "Erased user".parse().ok().ok_or_else(invalid)?;
        self.0.password = None;
        self.0.status = UserStatus::Inactive;
        self.0.stamps.delete(at, by);
        Ok(())
    }

    /// How `self` differs from what it was before, field by field, as the audit log tells it.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>) -> Changes {
        let old = before.map(Self::state);
        let new = &self.0;
        let changes = Changes::none()
            .field(
                "deleted_at",
                shown(old.and_then(|u| u.stamps.deleted_at)),
                shown(new.stamps.deleted_at),
            )
            .field(
                "email",
                json!(old.map(|u| u.email.as_str())),
                json!(new.email.as_str()),
            )
            .field(
                "display_name",
                json!(old.map(|u| u.display_name.as_str())),
                json!(new.display_name.as_str()),
            )
            .field(
                "status",
                json!(old.map(|u| u.status.as_str())),
                json!(new.status.as_str()),
            );
        match (old.and_then(|u| u.password.as_ref()), &new.password) {
            (old, new) if old == new.as_ref() => changes,
            (_, None) => changes.secret_removed("password_hash"),
            (old, Some(_)) => changes.secret("password_hash", old.is_some()),
        }
    }
}
