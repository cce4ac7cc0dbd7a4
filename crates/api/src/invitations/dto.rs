//! The shapes of invitations on the wire.

use kernel::{Classify as _, InvitationId, Secret};
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use tenancy::{
    Invitation, InvitationPreview, InvitationStatus, Invitations, Membership, NewInvitation,
    Outcomes,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, id, list, object, secret, text};
use crate::schema::{EmailText, NameText, SecretText};

/// How far an invitation is.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename = "InvitationStatus", rename_all = "snake_case")]
pub(crate) enum Stage {
    /// It was sent and waits for an answer.
    Pending,
    /// Somebody accepted it, and is a member since.
    Accepted,
    /// It was taken back.
    Revoked,
    /// Its time ran out.
    Expired,
}

/// Whom to invite, and as what.
#[derive(Object)]
#[oai(example)]
pub(crate) struct InviteRequest {
    /// The address that the invitation is mailed to.
    email: EmailText,
    /// The role of the new member.
    role_id: Uuid,
}

/// Several people to invite.
#[derive(Object)]
#[oai(example)]
pub(crate) struct InvitationsRequest {
    /// Whom, and as what.
    #[oai(validator(min_items = 1, max_items = 100))]
    invitations: Vec<InviteRequest>,
}

/// Several invitations to take back.
#[derive(Object)]
#[oai(example)]
pub(crate) struct RevokeInvitationsRequest {
    /// The ids of the invitations.
    #[oai(validator(min_items = 1, max_items = 100))]
    ids: Vec<Uuid>,
}

/// The token of an invitation, as it was mailed.
#[derive(Object)]
#[oai(example)]
pub(crate) struct InvitationTokenRequest {
    /// The token.
    token: SecretText,
}

/// An invitation into an organization.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct InvitationAnswer {
    /// Its id.
    id: Uuid,
    /// Whom it is for.
    email: EmailText,
    /// The role of the new member.
    role_id: Uuid,
    /// How far it is. One whose time ran out is `pending` until that is noticed: see `expires_at`.
    status: Stage,
    /// Until when it can be accepted.
    expires_at: OffsetDateTime,
    /// When it was accepted.
    accepted_at: Option<OffsetDateTime>,
    /// The user who accepted it.
    accepted_by: Option<Uuid>,
    /// When it was made.
    created_at: OffsetDateTime,
    /// When it was last changed.
    updated_at: OffsetDateTime,
}

/// What a token invites to.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct InvitationPreviewAnswer {
    /// The name of the organization.
    organization_name: NameText,
    /// The name of the role.
    role_name: NameText,
    /// Until when it can be accepted.
    expires_at: OffsetDateTime,
}

/// The membership that came of an invitation.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct AcceptedAnswer {
    /// The id of the membership.
    id: Uuid,
    /// The organization.
    organization_id: Uuid,
    /// The role.
    role_id: Uuid,
    /// Since when.
    joined_at: OffsetDateTime,
}

/// Why one of several was refused.
#[derive(Clone, Debug, Object)]
pub(crate) struct InvitationRefusal {
    /// The stable code of the problem.
    code: String,
    /// What stood in the way, in words.
    detail: String,
}

/// What became of one of several: an invitation, or a refusal.
#[derive(Clone, Debug, Object)]
pub(crate) struct InvitationOutcomeAnswer {
    /// The invitation as it is now; null where it was refused.
    invitation: Option<InvitationAnswer>,
    /// Why nothing was done; null where it was done.
    problem: Option<InvitationRefusal>,
}

/// What became of each, in the order in which they were sent.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct InvitationOutcomesAnswer {
    /// One outcome each.
    results: Vec<InvitationOutcomeAnswer>,
}

/// Reads whom to invite, and as what.
pub(crate) fn new_invitation(fields: &mut Fields<'_>) -> Option<NewInvitation> {
    let email = fields.required("email", text);
    let role = fields.required("role_id", id);
    Some(NewInvitation {
        email: email?,
        role: role?,
    })
}

/// Reads several people to invite.
pub(crate) fn new_invitations(fields: &mut Fields<'_>) -> Option<Vec<NewInvitation>> {
    fields.required(
        "invitations",
        list(1..=Invitations::MOST_AT_ONCE, object(new_invitation)),
    )
}

/// Reads which invitations are meant.
pub(crate) fn invitation_ids(fields: &mut Fields<'_>) -> Option<Vec<InvitationId>> {
    fields.required("ids", list(1..=Invitations::MOST_AT_ONCE, id))
}

/// Reads a token.
pub(crate) fn token(fields: &mut Fields<'_>) -> Option<Secret> {
    fields.required("token", secret)
}

impl From<InvitationStatus> for Stage {
    fn from(status: InvitationStatus) -> Self {
        match status {
            InvitationStatus::Pending => Self::Pending,
            InvitationStatus::Accepted => Self::Accepted,
            InvitationStatus::Revoked => Self::Revoked,
            InvitationStatus::Expired => Self::Expired,
        }
    }
}

impl From<&Invitation> for InvitationAnswer {
    fn from(invitation: &Invitation) -> Self {
        let state = invitation.state();
        Self {
            id: state.id.as_uuid(),
            email: EmailText::new(&state.email),
            role_id: state.role.as_uuid(),
            status: state.status.into(),
            expires_at: state.expires_at,
            accepted_at: state.accepted_at,
            accepted_by: state.accepted_by.map(kernel::UserId::as_uuid),
            created_at: state.created_at,
            updated_at: state.updated_at,
        }
    }
}

impl From<&InvitationPreview> for InvitationPreviewAnswer {
    fn from(preview: &InvitationPreview) -> Self {
        Self {
            organization_name: NameText::new(&preview.organization),
            role_name: NameText::new(&preview.role),
            expires_at: preview.expires_at,
        }
    }
}

impl From<&Membership> for AcceptedAnswer {
    fn from(membership: &Membership) -> Self {
        let state = membership.state();
        Self {
            id: state.id.as_uuid(),
            organization_id: state.organization.as_uuid(),
            role_id: state.role.as_uuid(),
            joined_at: state.joined_at,
        }
    }
}

impl From<&Outcomes<Invitation>> for InvitationOutcomesAnswer {
    fn from(outcomes: &Outcomes<Invitation>) -> Self {
        let results = outcomes.iter().map(|outcome| InvitationOutcomeAnswer {
            invitation: outcome.as_ref().ok().map(InvitationAnswer::from),
            problem: outcome.as_ref().err().map(|error| InvitationRefusal {
                code: error.code().to_owned(),
                detail: error.to_string(),
            }),
        });
        Self {
            results: results.collect(),
        }
    }
}

const fn example_id(number: u128) -> Uuid {
    Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0000 + number)
}

fn example_time() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454)
}

impl Example for InviteRequest {
    fn example() -> Self {
        Self {
            email: EmailText::new("ada@acme.example"),
            role_id: example_id(4),
        }
    }
}

impl Example for InvitationsRequest {
    fn example() -> Self {
        Self {
            invitations: vec![InviteRequest::example()],
        }
    }
}

impl Example for RevokeInvitationsRequest {
    fn example() -> Self {
        Self {
            ids: vec![example_id(6)],
        }
    }
}

impl Example for InvitationTokenRequest {
    fn example() -> Self {
        Self {
            token: SecretText::new("cvi_AQGbbDxqAHAAgAAAAAAAAAAG"),
        }
    }
}

impl Example for InvitationAnswer {
    fn example() -> Self {
        Self {
            id: example_id(6),
            email: EmailText::new("ada@acme.example"),
            role_id: example_id(4),
            status: Stage::Pending,
            expires_at: example_time() + Invitation::LIFETIME,
            accepted_at: None,
            accepted_by: None,
            created_at: example_time(),
            updated_at: example_time(),
        }
    }
}

impl Example for InvitationPreviewAnswer {
    fn example() -> Self {
        Self {
            organization_name: NameText::new("Acme Brokers"),
            role_name: NameText::new("manager"),
            expires_at: example_time() + Invitation::LIFETIME,
        }
    }
}

impl Example for AcceptedAnswer {
    fn example() -> Self {
        Self {
            id: example_id(3),
            organization_id: example_id(1),
            role_id: example_id(4),
            joined_at: example_time(),
        }
    }
}

impl Example for InvitationOutcomesAnswer {
    fn example() -> Self {
        Self {
            results: vec![InvitationOutcomeAnswer {
                invitation: Some(InvitationAnswer::example()),
                problem: None,
            }],
        }
    }
}
