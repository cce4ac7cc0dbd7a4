//! What can go wrong in tenancy.

use kernel::{
    Classify, ErrorKind, FieldError, FieldErrors, IdempotencyError, StorageError, TeamId,
};
use uuid::Uuid;

use crate::Permission;

/// Why a use case of tenancy was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum TenancyError {
    /// No credential, or one that is malformed, unknown, expired or revoked.
    #[error("a valid access token or API key is needed")]
    Unauthenticated,
    /// The address and password do not fit, or the account cannot be used now.
    #[error("the email address or the password is wrong, or the account cannot be used")]
    LoginRefused,
    /// The refresh token is unknown, was used up, or belongs to a session that is over.
    #[error("the refresh token is unknown or used up, or the session is over")]
    RefreshRefused,
    /// Not a member of that organization, or there is none.
    #[error("not a member of this organization")]
    NotAMember,
    /// The member's role, or the API key's scopes, lack a permission.
    #[error("the permission `{0}` is missing")]
    PermissionMissing(Permission),
    /// An API key cannot do what only a person who logged in may do.
    #[error("this needs a session; an API key cannot do it")]
    SessionRequired,
    /// Only an administrator of the platform may do it.
    #[error("this needs the platform role `platform_admin`")]
    PlatformAdminRequired,
    /// A right would be given or taken by somebody who does not hold it.
    #[error(
        "the permission `{0}` can be granted or withdrawn only by somebody who holds it, through a role or a member that has it too"
    )]
    RightNotHeld(Permission),
    /// What was named does not exist here.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// It was changed since it was read.
    #[error("it was changed since it was read")]
    Stale,
    /// The input breaks rules.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// Another account has the email address.
    #[error("an account with this email address exists")]
    EmailTaken,
    /// Another organization has the slug.
    #[error("another organization has this slug")]
    SlugTaken,
    /// Another organization has the domain.
    #[error("another organization has this domain")]
    DomainTaken,
    /// Another role has the name.
    #[error("another role has this name")]
    RoleNameTaken,
    /// The role cannot be deleted while members or invitations have it.
    #[error("the role is in use")]
    RoleInUse,
    /// The owner role cannot be changed.
    #[error("the owner role cannot be changed")]
    OwnerRoleIsFixed,
    /// A role that was copied from a template cannot be deleted.
    #[error("a role that every organization starts with cannot be deleted")]
    TemplateRoleStays,
    /// The organization would be left without an owner.
    #[error("the last owner can be neither removed nor demoted")]
    LastOwner,
    /// The installation would be left without an administrator.
    #[error("the last administrator of the platform can be neither closed nor removed")]
    LastPlatformAdmin,
    /// Only an owner may do it.
    #[error("this needs the owner role")]
    OwnerRequired,
    /// The new owner has to have the owner role.
    #[error("the organization's owner must be a member with the owner role")]
    OwnerNeedsOwnerRole,
    /// The person is a member already.
    #[error("this person is a member already")]
    AlreadyMember,
    /// The address has an invitation that is still open.
    #[error("this address has an open invitation")]
    AlreadyInvited,
    /// The invitation was accepted, revoked, sent anew or ran out, or there never was one.
    #[error("there is no open invitation like this")]
    InvitationNotOpen,
    /// The invitation was made for another address.
    #[error("the invitation was made for another email address")]
    InvitationForAnother,
    /// This other team has the name.
    #[error("another team has this name")]
    TeamNameTaken(TeamId),
    /// The person is in the team already.
    #[error("this person is in the team already")]
    AlreadyInTeam,
    /// Only the user whose API key it is may change it; others may at most revoke it.
    #[error("an API key can be changed only by the user that it belongs to")]
    ApiKeyOfAnother,
    /// The API key is revoked or ran out.
    #[error("the API key is revoked or expired")]
    ApiKeyEnded,
    /// The job completed, failed or was cancelled before.
    #[error("the job has ended")]
    JobEnded,
    /// It is not deleted, so it cannot be restored.
    #[error("it is not deleted")]
    NotDeleted,
    /// Too many tries.
    #[error("too many tries")]
    Limited {
        /// Seconds until the next try makes sense.
        retry_after: u64,
    },
    /// The request was sent before.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl TenancyError {
    /// The codes of this enum's own variants, with the constant title of each.
    pub const CODES: &'static [(&'static str, &'static str)] = &[
        ("unauthenticated", "Authentication is needed"),
        ("login-refused", "The login was refused"),
        ("refresh-refused", "The session cannot go on"),
        ("not-a-member", "Not a member of the organization"),
        ("permission-missing", "A permission is missing"),
        ("session-required", "A session is needed"),
        (
            "platform-admin-required",
            "A platform administrator is needed",
        ),
        ("right-not-held", "A right cannot be granted"),
        ("not-found", "Not found"),
        ("stale", "Changed since it was read"),
        ("invalid", "The input is invalid"),
        ("email-taken", "The email address is taken"),
        ("slug-taken", "The slug is taken"),
        ("domain-taken", "The domain is taken"),
        ("role-name-taken", "The role's name is taken"),
        ("role-in-use", "The role is in use"),
        ("owner-role-is-fixed", "The owner role is fixed"),
        ("template-role-stays", "The role cannot be deleted"),
        ("last-owner", "The last owner stays"),
        (
            "last-platform-admin",
            "The last platform administrator stays",
        ),
        ("owner-required", "An owner is needed"),
        ("owner-needs-owner-role", "The owner needs the owner role"),
        ("already-member", "A member already"),
        ("already-invited", "Invited already"),
        ("invitation-not-open", "The invitation is not open"),
        (
            "invitation-for-another",
            "The invitation is for somebody else",
        ),
        ("team-name-taken", "The team's name is taken"),
        ("already-in-team", "In the team already"),
        ("api-key-of-another", "The API key is somebody else's"),
        ("api-key-ended", "The API key has ended"),
        ("job-ended", "The job has ended"),
        ("not-deleted", "Not deleted"),
        ("rate-limited", "Too many tries"),
    ];
}

impl TenancyError {
    /// The error itself where it is a refusal of one among several wishes, which says nothing about the others;
    /// an `Err` where storage failed, so that none of them can go on.
    pub(crate) fn into_refusal(self) -> Result<Self, Self> {
        match self {
            Self::Storage(_) | Self::Idempotency(_) => Err(self),
            refusal => Ok(refusal),
        }
    }
}

impl Classify for TenancyError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unauthenticated | Self::LoginRefused | Self::RefreshRefused => {
                ErrorKind::Unauthenticated
            }
            Self::NotAMember
            | Self::PermissionMissing(_)
            | Self::SessionRequired
            | Self::PlatformAdminRequired
            | Self::RightNotHeld(_)
            | Self::OwnerRequired
            | Self::InvitationForAnother
            | Self::ApiKeyOfAnother => ErrorKind::Forbidden,
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Stale => ErrorKind::Stale,
            Self::Invalid(_) => ErrorKind::Invalid,
            Self::EmailTaken
            | Self::SlugTaken
            | Self::DomainTaken
            | Self::RoleNameTaken
            | Self::RoleInUse
            | Self::OwnerRoleIsFixed
            | Self::TemplateRoleStays
            | Self::LastOwner
            | Self::LastPlatformAdmin
            | Self::OwnerNeedsOwnerRole
            | Self::AlreadyMember
            | Self::AlreadyInvited
            | Self::InvitationNotOpen
            | Self::TeamNameTaken(_)
            | Self::AlreadyInTeam
            | Self::ApiKeyEnded
            | Self::JobEnded
            | Self::NotDeleted => ErrorKind::Conflict,
            Self::Limited { .. } => ErrorKind::Limited,
            Self::Idempotency(error) => error.kind(),
            Self::Storage(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::LoginRefused => "login-refused",
            Self::RefreshRefused => "refresh-refused",
            Self::NotAMember => "not-a-member",
            Self::PermissionMissing(_) => "permission-missing",
            Self::SessionRequired => "session-required",
            Self::PlatformAdminRequired => "platform-admin-required",
            Self::RightNotHeld(_) => "right-not-held",
            Self::NotFound(_) => "not-found",
            Self::Stale => "stale",
            Self::Invalid(_) => "invalid",
            Self::EmailTaken => "email-taken",
            Self::SlugTaken => "slug-taken",
            Self::DomainTaken => "domain-taken",
            Self::RoleNameTaken => "role-name-taken",
            Self::RoleInUse => "role-in-use",
            Self::OwnerRoleIsFixed => "owner-role-is-fixed",
            Self::TemplateRoleStays => "template-role-stays",
            Self::LastOwner => "last-owner",
            Self::LastPlatformAdmin => "last-platform-admin",
            Self::OwnerRequired => "owner-required",
            Self::OwnerNeedsOwnerRole => "owner-needs-owner-role",
            Self::AlreadyMember => "already-member",
            Self::AlreadyInvited => "already-invited",
            Self::InvitationNotOpen => "invitation-not-open",
            Self::InvitationForAnother => "invitation-for-another",
            Self::TeamNameTaken(_) => "team-name-taken",
            Self::AlreadyInTeam => "already-in-team",
            Self::ApiKeyOfAnother => "api-key-of-another",
            Self::ApiKeyEnded => "api-key-ended",
            Self::JobEnded => "job-ended",
            Self::NotDeleted => "not-deleted",
            Self::Limited { .. } => "rate-limited",
            Self::Idempotency(error) => error.code(),
            Self::Storage(error) => error.code(),
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid(errors) => errors.as_slice(),
            _ => &[],
        }
    }

    fn about(&self) -> Option<Uuid> {
        match self {
            Self::TeamNameTaken(team) => Some(team.as_uuid()),
            _ => None,
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Limited { retry_after } => Some(*retry_after),
            Self::Idempotency(error) => error.retry_after(),
            Self::Storage(error) => error.retry_after(),
            _ => None,
        }
    }
}
