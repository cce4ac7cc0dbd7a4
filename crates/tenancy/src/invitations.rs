//! Use cases: inviting people, and taking invitations back.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, Changes, Checked, Clock, Done, Expected, FieldErrors, FieldFault,
    IdGenerator, InvitationId, JobId, KeyRing, NewJob, Once, Page, PageRequest, RoleId,
    StorageError, Timestamp, begin_once,
};

use crate::invitation_delivery::{MAX_ATTEMPTS, SEND_INVITATION, Sending};
use crate::invitation_token::InvitationClaim;
use crate::ports::{InvitationFilter, TenancyStore, TenancyUnit};
use crate::refusal::Stopped;
use crate::standing::{hold_rights, require_all};
use crate::workbench::Workbench;
use crate::{Invitation, Member, NewInvitation, Permission, Role, TenancyError, TokenHash};

/// Use cases of those who invite.
#[derive(Clone)]
pub struct Invitations {
    bench: Workbench,
    keys: Arc<dyn KeyRing>,
}

/// What became of each of several wishes, in the same order.
pub type Outcomes<T> = Vec<Result<T, TenancyError>>;

impl Invitations {
    /// How many people one request can invite, and how many invitations it can take back.
    pub const MOST_AT_ONCE: usize = 100;

    /// Use cases on what is in `store`, with tokens under `keys`.
    #[must_use]
    pub fn new(
        store: Arc<dyn TenancyStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        keys: Arc<dyn KeyRing>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
            keys,
        }
    }

    /// Invites somebody; a job mails them the token.
    ///
    /// The role must not have a right that the member does not hold. Fails with [`TenancyError::AlreadyMember`], or
    /// with [`TenancyError::AlreadyInvited`] while an invitation for the address is open.
    pub async fn invite(
        &self,
        member: &Member,
        new: Checked<NewInvitation>,
        once: &Once<'_, Invitation>,
    ) -> Result<Done<Invitation>, TenancyError> {
        self.bench
            .decide(member.scope(), member.organization(), async {
                let at = self.bench.now();
                let unit = self.bench.begin(member.scope()).await?;
                if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
                    return Ok(Done::Replayed(answer));
                }
                let new = new?;
                let rights = hold_rights(unit.as_ref(), member, Permission::MemberInvite).await?;
                let role = unit.roles().find_for_grant(new.role).await?;
                let role = role.ok_or_else(|| unknown_role("#/role_id"))?;
                require_all(&rights, &role.state().permissions)?;
                let (invitation, drafts) = self.invite_one(unit.as_ref(), member, new, at).await?;
                self.bench
                    .note(unit.as_ref(), member.scope(), self.bench.batch(drafts))
                    .await?;
                once.record(unit.idempotency(), &invitation).await?;
                unit.commit().await?;
                Ok(Done::Fresh(invitation))
            })
            .await
    }

    /// Invites up to [`Invitations::MOST_AT_ONCE`] people; tells of each in the same order what became of it.
    pub async fn invite_all(
        &self,
        member: &Member,
        new: Checked<Vec<NewInvitation>>,
        once: &Once<'_, Outcomes<Invitation>>,
    ) -> Result<Done<Outcomes<Invitation>>, TenancyError> {
        self.bench
            .decide(member.scope(), member.organization(), async {
                let at = self.bench.now();
                let unit = self.bench.begin(member.scope()).await?;
                if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
                    return Ok(Done::Replayed(answer));
                }
                let rights = hold_rights(unit.as_ref(), member, Permission::MemberInvite).await?;
                let mut roles = BTreeMap::<RoleId, Option<Role>>::new();
                let mut outcomes = Vec::new();
                let mut drafts = Vec::new();
                for new in new? {
                    let role = match roles.entry(new.role) {
                        Entry::Occupied(known) => known.into_mut(),
                        Entry::Vacant(unknown) => {
                            unknown.insert(unit.roles().find_for_grant(new.role).await?)
                        }
                    };
                    let outcome = match role {
                        Some(role) => match require_all(&rights, &role.state().permissions) {
                            Ok(()) => self
                                .invite_one(unit.as_ref(), member, new, at)
                                .await
                                .map_err(Stopped::from),
                            Err(refusal) => Err(refusal.into()),
                        },
                        None => Err(TenancyError::NotFound("role").into()),
                    };
                    outcomes.push(match outcome {
                        Ok((invitation, made)) => {
                            drafts.extend(made);
                            Ok(invitation)
                        }
                        Err(stopped) => {
                            let organization = member.organization();
                            Err(stopped.one_of_many(organization, &mut drafts)?)
                        }
                    });
                }
                self.bench
                    .note(unit.as_ref(), member.scope(), self.bench.batch(drafts))
                    .await?;
                once.record(unit.idempotency(), &outcomes).await?;
                unit.commit().await?;
                Ok(Done::Fresh(outcomes))
            })
            .await
    }

    /// Invitations in the order of their ids.
    pub async fn list(
        &self,
        member: &Member,
        filter: &InvitationFilter,
        page: &PageRequest,
    ) -> Result<Page<Invitation>, TenancyError> {
        let at = self.bench.now();
        let unit = self.bench.begin(member.scope()).await?;
        let invitations = unit.invitations().list(filter, at, page).await?;
        unit.commit().await?;
        Ok(invitations.map(|invitation| invitation.seen_at(at)))
    }

    /// An invitation.
    pub async fn read(
        &self,
        member: &Member,
        id: InvitationId,
    ) -> Result<Invitation, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        let found = unit.invitations().find(id).await?;
        unit.commit().await?;
        let invitation = found.ok_or(TenancyError::NotFound("invitation"))?;
        Ok(invitation.seen_at(self.bench.now()))
    }

    /// Sends an invitation anew, with another token and all of its time before it; the token that was sent
    /// before does not open it any more. One whose time ran out comes back to life.
    pub async fn resend(
        &self,
        member: &Member,
        id: InvitationId,
        once: &Once<'_, Invitation>,
    ) -> Result<Done<Invitation>, TenancyError> {
        self.bench
            .decide(member.scope(), ("invitation", id.as_uuid()), async {
                let at = self.bench.now();
                let unit = self.bench.begin(member.scope()).await?;
                if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
                    return Ok(Done::Replayed(answer));
                }
                let rights = hold_rights(unit.as_ref(), member, Permission::MemberInvite).await?;
                let before = find_expected(unit.as_ref(), id, &Expected::Any).await?;
                let mut after = before.clone();
                after.renew(at, Some(member.user()))?;
                let role = unit.roles().find_for_grant(before.state().role).await?;
                let role = role.ok_or(TenancyError::InvitationNotOpen)?;
                require_all(&rights, &role.state().permissions)?;
                unit.invitations()
                    .update(&after, before.state().version)
                    .await?;
                unit.directory().remove_invitation(id).await?;
                self.send(unit.as_ref(), &after, at).await?;
                let changes = after.changes_since(Some(&before));
                let draft = about(&after, AuditAction::Update, changes);
                self.bench
                    .note(unit.as_ref(), member.scope(), [draft])
                    .await?;
                once.record(unit.idempotency(), &after).await?;
                unit.commit().await?;
                Ok(Done::Fresh(after))
            })
            .await
    }

    /// Takes an invitation back: its token does not open it any more.
    pub async fn revoke(
        &self,
        member: &Member,
        id: InvitationId,
        expected: &Expected,
    ) -> Result<(), TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        let (_, draft) = self.revoke_one(unit.as_ref(), member, &before).await?;
        self.bench
            .note(unit.as_ref(), member.scope(), [draft])
            .await?;
        unit.commit().await?;
        Ok(())
    }

    /// Takes up to [`Invitations::MOST_AT_ONCE`] invitations back; tells of each in the same order what
    /// became of it.
    pub async fn revoke_all(
        &self,
        member: &Member,
        ids: Checked<Vec<InvitationId>>,
        once: &Once<'_, Outcomes<Invitation>>,
    ) -> Result<Done<Outcomes<Invitation>>, TenancyError> {
        let at = self.bench.now();
        let unit = self.bench.begin(member.scope()).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        let mut outcomes = Vec::new();
        let mut drafts = Vec::new();
        for id in ids? {
            let outcome = match find_expected(unit.as_ref(), id, &Expected::Any).await {
                Ok(before) => self.revoke_one(unit.as_ref(), member, &before).await,
                Err(error) => Err(error),
            };
            outcomes.push(match outcome {
                Ok((revoked, draft)) => {
                    drafts.push(draft);
                    Ok(revoked)
                }
                Err(error) => Err(error.into_refusal()?),
            });
        }
        self.bench
            .note(unit.as_ref(), member.scope(), self.bench.batch(drafts))
            .await?;
        once.record(unit.idempotency(), &outcomes).await?;
        unit.commit().await?;
        Ok(Done::Fresh(outcomes))
    }

    async fn revoke_one(
        &self,
        unit: &dyn TenancyUnit,
        member: &Member,
        before: &Invitation,
    ) -> Result<(Invitation, AuditDraft), TenancyError> {
        let mut after = before.clone();
        after.revoke(self.bench.now(), Some(member.user()))?;
        unit.invitations()
            .update(&after, before.state().version)
            .await?;
        unit.directory().remove_invitation(after.id()).await?;
        let changes = after.changes_since(Some(before));
        let draft = about(&after, AuditAction::Revoke, changes);
        Ok((after, draft))
    }

    /// Invites somebody to a role that cannot be deleted meanwhile.
    async fn invite_one(
        &self,
        unit: &dyn TenancyUnit,
        member: &Member,
        new: NewInvitation,
        at: Timestamp,
    ) -> Result<(Invitation, Vec<AuditDraft>), TenancyError> {
        if let Some(user) = unit.users().find_by_email(&new.email).await?
            && unit.memberships().find_by_user(user.id()).await?.is_some()
        {
            return Err(TenancyError::AlreadyMember);
        }
        let mut drafts = Vec::new();
        if let Some(stored) = unit.invitations().find_pending(&new.email).await? {
            if stored.is_open(at) {
                return Err(TenancyError::AlreadyInvited);
            }
            drafts.push(expire(unit, &stored, at).await?);
        }

        let invitation = Invitation::invite(
            self.bench.id(InvitationId::from_uuid),
            member.scope().organization(),
            new,
            at,
            member.user(),
        );
        unit.invitations().insert(&invitation).await?;
        self.send(unit, &invitation, at).await?;
        let changes = invitation.changes_since(None);
        drafts.push(about(&invitation, AuditAction::Create, changes));
        Ok((invitation, drafts))
    }

    /// Makes the token open the invitation, and asks for the mail.
    async fn send(
        &self,
        unit: &dyn TenancyUnit,
        invitation: &Invitation,
        at: Timestamp,
    ) -> Result<(), StorageError> {
        let claim = InvitationClaim {
            invitation: invitation.id(),
            generation: invitation.state().token_generation,
        };
        let organization = invitation.state().organization;
        let (token, key_id) = claim.newest_token(self.keys.as_ref(), organization);
        let hash = TokenHash::of(&token);
        let directory = unit.directory();
        if !directory
            .add_invitation(&hash, claim.invitation, at)
            .await?
        {
            return Err(StorageError::Unexpected(
                "the token of a new invitation exists".into(),
            ));
        }
        let sending = Sending { claim, key_id };
        let job = NewJob {
            id: self.bench.id(JobId::from_uuid),
            kind: SEND_INVITATION,
            payload: sending.to_payload(),
            run_at: at,
            max_attempts: MAX_ATTEMPTS,
        };
        unit.jobs().enqueue(&job).await
    }
}

async fn expire(
    unit: &dyn TenancyUnit,
    before: &Invitation,
    at: Timestamp,
) -> Result<AuditDraft, TenancyError> {
    let mut after = before.clone();
    after.expire(at, None)?;
    unit.invitations()
        .update(&after, before.state().version)
        .await?;
    unit.directory().remove_invitation(after.id()).await?;
    let changes = after.changes_since(Some(before));
    Ok(about(&after, AuditAction::Update, changes))
}

pub(crate) fn about(invitation: &Invitation, action: AuditAction, changes: Changes) -> AuditDraft {
    AuditDraft::new("invitation", invitation.id().as_uuid(), action, changes)
}

/// What names a role that is not there, inside a body.
pub(crate) fn unknown_role(pointer: &str) -> TenancyError {
    let fault = FieldFault::new("not-found", "there is no such role in this organization");
    FieldErrors::one(pointer, fault).into()
}

async fn find_expected(
    unit: &dyn TenancyUnit,
    id: InvitationId,
    expected: &Expected,
) -> Result<Invitation, TenancyError> {
    let invitation = unit
        .invitations()
        .find_for_update(id)
        .await?
        .ok_or(TenancyError::NotFound("invitation"))?;
    if expected.accepts(invitation.state().version) {
        Ok(invitation)
    } else {
        Err(TenancyError::Stale)
    }
}
