//! Roles on the whole installation.

use kernel::{Changes, Timestamp, UserId};
use serde_json::{Value, json};

use crate::instant::shown;

/// A role that holds on the whole installation rather than inside one organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlatformRole {
    /// Administers accounts and reads the platform's own audit log.
    PlatformAdmin,
    /// Stands for a program rather than a person.
    System,
}

impl PlatformRole {
    /// Every platform role.
    pub const ALL: &'static [Self] = &[Self::PlatformAdmin, Self::System];

    /// The role's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PlatformAdmin => "platform_admin",
            Self::System => "system",
        }
    }

    /// The role with this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.as_str() == name)
    }
}

impl std::fmt::Display for PlatformRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// That a user has a platform role, since when and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlatformRoleGrant {
    /// Who has the role.
    pub user: UserId,
    /// The role.
    pub role: PlatformRole,
    /// Since when.
    pub granted_at: Timestamp,
    /// Who gave it; `None` for the person at the command line.
    pub granted_by: Option<UserId>,
}

impl PlatformRoleGrant {
    /// The grant as the audit log tells it when it is made.
    #[must_use]
    pub fn made(&self) -> Changes {
        self.columns()
            .into_iter()
            .fold(Changes::none(), |changes, (name, value)| {
                changes.field(name, Value::Null, value)
            })
    }

    /// The grant as the audit log tells it when it is taken back.
    #[must_use]
    pub fn ended(&self) -> Changes {
        self.columns()
            .into_iter()
            .fold(Changes::none(), |changes, (name, value)| {
                changes.field(name, value, Value::Null)
            })
    }

    fn columns(&self) -> [(&'static str, Value); 4] {
        [
            ("user_id", json!(self.user)),
            ("role", json!(self.role.as_str())),
            ("granted_at", shown(Some(self.granted_at))),
            ("granted_by", json!(self.granted_by)),
        ]
    }
}
