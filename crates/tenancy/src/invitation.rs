//! Invitations into an organization.

use std::fmt;
use std::str::FromStr;

use kernel::{
    Changes, EmailAddress, FieldFault, InvitationId, Name, OrganizationId, RoleId, Timestamp,
    UserId, Version,
};
use serde_json::json;
use time::Duration;

use crate::TenancyError;
use crate::instant::shown;

/// How far an invitation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvitationStatus {
    /// It was sent and waits for an answer.
    Pending,
    /// Somebody accepted it, and is a member since.
    Accepted,
    /// It was taken back.
    Revoked,
    /// Its time ran out.
    Expired,
}

impl InvitationStatus {
    /// Every status.
    pub const ALL: &'static [Self] = &[Self::Pending, Self::Accepted, Self::Revoked, Self::Expired];

    /// The status's name in storage and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

/// The text names no status of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of pending, accepted, revoked, expired")]
pub struct UnknownInvitationStatus;

impl FromStr for InvitationStatus {
    type Err = UnknownInvitationStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownInvitationStatus)
    }
}

impl fmt::Display for InvitationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<UnknownInvitationStatus> for FieldFault {
    fn from(error: UnknownInvitationStatus) -> Self {
        Self::new("unknown-value", error.to_string())
    }
}

/// Whom to invite, with which role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInvitation {
    /// The address that the invitation is mailed to, and that the account that accepts it must have.
    pub email: EmailAddress,
    /// The role of the new member.
    pub role: RoleId,
}

/// All that an invitation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRecord {
    /// The invitation's id.
    pub id: InvitationId,
    /// The organization.
    pub organization: OrganizationId,
    /// Whom it is for.
    pub email: EmailAddress,
    /// The role of the new member.
    pub role: RoleId,
    /// How far it is, but for its time; see [`Invitation::status_at`].
    pub status: InvitationStatus,
    /// How often it was sent: only the token of the last time opens it.
    pub token_generation: u32,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// When it was accepted.
    pub accepted_at: Option<Timestamp>,
    /// Who accepted it.
    pub accepted_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who invited.
    pub created_by: Option<UserId>,
    /// Who last changed it.
    pub updated_by: Option<UserId>,
    /// How often it was changed: its `ETag`.
    pub version: Version,
}

/// An invitation into an organization; one open one per address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation(InvitationRecord);

impl Invitation {
    /// For how long an invitation can be accepted after it was sent.
    pub const LIFETIME: Duration = Duration::days(7);

    /// A new invitation.
    #[must_use]
    pub fn invite(
        id: InvitationId,
        organization: OrganizationId,
        new: NewInvitation,
        at: Timestamp,
        by: UserId,
    ) -> Self {
        Self(InvitationRecord {
            id,
            organization,
            email: new.email,
            role: new.role,
            status: InvitationStatus::Pending,
            token_generation: 1,
            expires_at: at + Self::LIFETIME,
            accepted_at: None,
            accepted_by: None,
            created_at: at,
            updated_at: at,
            created_by: Some(by),
            updated_by: Some(by),
            version: Version::FIRST,
        })
    }

    /// An invitation as it was stored.
    #[must_use]
    pub const fn restore(record: InvitationRecord) -> Self {
        Self(record)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &InvitationRecord {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> InvitationId {
        self.0.id
    }

    /// How far it is at this instant.
    #[must_use]
    pub fn status_at(&self, at: Timestamp) -> InvitationStatus {
        if self.0.status == InvitationStatus::Pending && self.0.expires_at <= at {
            InvitationStatus::Expired
        } else {
            self.0.status
        }
    }

    /// The same invitation as it looks at this instant, for showing it.
    #[must_use]
    pub fn seen_at(mut self, at: Timestamp) -> Self {
        self.0.status = self.status_at(at);
        self
    }

    /// Whether it can be accepted at this instant.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.status_at(at) == InvitationStatus::Pending
    }

    /// Sends it anew: with another token, and all of its time before it. One whose time ran out comes
    /// back to life; one that was accepted or revoked does not.
    pub fn renew(&mut self, at: Timestamp, by: Option<UserId>) -> Result<(), TenancyError> {
        if self.0.status != InvitationStatus::Pending {
            return Err(TenancyError::InvitationNotOpen);
        }
        self.0.token_generation += 1;
        self.0.expires_at = at + Self::LIFETIME;
        self.touch(at, by);
        Ok(())
    }

    /// Takes it back. One whose time ran out can be taken back too.
    pub fn revoke(&mut self, at: Timestamp, by: Option<UserId>) -> Result<(), TenancyError> {
        self.end(InvitationStatus::Revoked, at, by)
    }

    /// Notes that its time ran out.
    pub fn expire(&mut self, at: Timestamp, by: Option<UserId>) -> Result<(), TenancyError> {
        self.end(InvitationStatus::Expired, at, by)
    }

    /// Notes that this user accepted it.
    pub fn accept(&mut self, user: UserId, at: Timestamp) -> Result<(), TenancyError> {
        if !self.is_open(at) {
            return Err(TenancyError::InvitationNotOpen);
        }
        self.0.accepted_at = Some(at);
        self.0.accepted_by = Some(user);
        self.end(InvitationStatus::Accepted, at, Some(user))
    }

    fn end(
        &mut self,
        status: InvitationStatus,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Result<(), TenancyError> {
        if self.0.status != InvitationStatus::Pending {
            return Err(TenancyError::InvitationNotOpen);
        }
        self.0.status = status;
        self.touch(at, by);
        Ok(())
    }

    const fn touch(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.updated_at = at;
        self.0.updated_by = by;
        self.0.version = self.0.version.next();
    }

    /// How `self` differs from what it was before, field by field, as the audit log tells it.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>) -> Changes {
        let old = before.map(Self::state);
        let new = &self.0;
        Changes::none()
            .field(
                "email",
                json!(old.map(|i| i.email.as_str())),
                json!(new.email.as_str()),
            )
            .field("role_id", json!(old.map(|i| i.role)), json!(new.role))
            .field(
                "status",
                json!(old.map(|i| i.status.as_str())),
                json!(new.status.as_str()),
            )
            .field(
                "token_generation",
                json!(old.map(|i| i.token_generation)),
                json!(new.token_generation),
            )
            .field(
                "expires_at",
                shown(old.map(|i| i.expires_at)),
                shown(Some(new.expires_at)),
            )
            .field(
                "accepted_at",
                shown(old.and_then(|i| i.accepted_at)),
                shown(new.accepted_at),
            )
            .field(
                "accepted_by",
                json!(old.and_then(|i| i.accepted_by)),
                json!(new.accepted_by),
            )
    }
}

/// What somebody who holds an invitation's token may know of it before they accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationPreview {
    /// The name of the organization.
    pub organization: Name,
    /// The name of the role.
    pub role: Name,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = datetime!(2026-03-01 12:00 UTC);
    const SOMEBODY: UserId = UserId::from_uuid(Uuid::from_u128(3));

    fn an_invitation() -> Invitation {
        Invitation::invite(
            InvitationId::from_uuid(Uuid::from_u128(1)),
            OrganizationId::from_uuid(Uuid::from_u128(2)),
            NewInvitation {
                email: "ada@example.com".parse().unwrap(),
                role: RoleId::from_uuid(Uuid::from_u128(4)),
            },
            NOW,
            SOMEBODY,
        )
    }

    #[test]
    fn an_invitation_is_open_until_its_time_is_over() {
        let invitation = an_invitation();
        let end = NOW + Invitation::LIFETIME;

        assert!(invitation.is_open(end - Duration::microseconds(1)));
        assert_eq!(invitation.status_at(end), InvitationStatus::Expired);
    }

    #[test]
    fn an_expired_invitation_cannot_be_accepted_until_it_is_sent_anew() {
        let mut invitation = an_invitation();
        let late = NOW + Invitation::LIFETIME;

        assert!(matches!(
            invitation.accept(SOMEBODY, late),
            Err(TenancyError::InvitationNotOpen)
        ));
        invitation.renew(late, None).unwrap();
        invitation.accept(SOMEBODY, late).unwrap();

        assert_eq!(invitation.state().token_generation, 2);
        assert_eq!(invitation.state().accepted_by, Some(SOMEBODY));
    }

    #[test]
    fn what_ended_stays_ended() {
        type Ending = fn(&mut Invitation) -> Result<(), TenancyError>;
        let endings: [Ending; 4] = [
            |i| i.accept(SOMEBODY, NOW),
            |i| i.revoke(NOW, None),
            |i| i.expire(NOW, None),
            |i| i.renew(NOW, None),
        ];
        for end in &endings[..3] {
            let mut invitation = an_invitation();
            end(&mut invitation).unwrap();
            for again in endings {
                assert!(matches!(
                    again(&mut invitation),
                    Err(TenancyError::InvitationNotOpen)
                ));
            }
        }
    }
}
