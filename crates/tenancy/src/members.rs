//! Use cases: reading members, changing their roles, removing them, and leaving.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, Checked, Clock, Credential, Done, Expected, FieldErrors, FieldFault,
    IdGenerator, MembershipId, Once, Page, PageRequest, Patch, RoleId, StorageError, Timestamp,
    begin_once,
};
use uuid::Uuid;

use crate::leaving::{Leaving, require_dispensable};
use crate::ports::{MemberFilter, TenancyStore, TenancyUnit};
use crate::refusal::Stopped;
use crate::standing::{require_all, settle_rights};
use crate::workbench::Workbench;
use crate::{
    Member, MemberCard, MemberChange, MemberOutcome, MembersChange, Membership, Permission,
    PermissionSet, Role, TenancyError,
};

/// Use cases on the members of an organization.
///
/// Whoever changes or removes somebody must hold every right that this person has, and every one that
/// they get: otherwise [`TenancyError::RightNotHeld`].
#[derive(Clone)]
pub struct Members {
    bench: Workbench,
}

impl Members {
    /// How many members one request can change or remove.
    pub const MOST_AT_ONCE: usize = 100;

    /// Use cases on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn TenancyStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
        }
    }

    /// Members in the order of their ids.
    pub async fn list(
        &self,
        member: &Member,
        filter: &MemberFilter,
        page: &PageRequest,
    ) -> Result<Page<MemberCard>, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        let cards = unit.memberships().list_cards(filter, page).await?;
        unit.commit().await?;
        Ok(cards)
    }

    /// A member.
    pub async fn read(
        &self,
        member: &Member,
        id: MembershipId,
    ) -> Result<MemberCard, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        let card = find_card(unit.as_ref(), id).await?;
        unit.commit().await?;
        Ok(card)
    }

    /// Gives a member another role.
    ///
    /// Fails with [`TenancyError::LastOwner`] and [`TenancyError::OwnerNeedsOwnerRole`] where the organization needs
    /// them as an owner.
    pub async fn update(
        &self,
        member: &Member,
        id: MembershipId,
        expected: &Expected,
        change: Checked<MemberChange>,
    ) -> Result<MemberCard, TenancyError> {
        self.bench
            .decide(member.scope(), ("membership", id.as_uuid()), async {
                let unit = self.bench.begin(member.scope()).await?;
                let rights = settle_rights(unit.as_ref(), member, Permission::MemberUpdate).await?;
                let before = find_expected(unit.as_ref(), id, expected).await?;
                if let Patch::Set(role) = change?.role {
                    let role = find_role(unit.as_ref(), &rights, role).await?;
                    self.assign(unit.as_ref(), member, &rights, &before, &role, None)
                        .await?;
                }
                let card = find_card(unit.as_ref(), id).await?;
                unit.commit().await?;
                Ok(card)
            })
            .await
    }

    /// Gives up to [`Members::MOST_AT_ONCE`] members another role; tells of each in the same order what became of
    /// it. What is refused to one does not keep the others from it.
    pub async fn update_all(
        &self,
        member: &Member,
        change: Checked<MembersChange>,
        once: &Once<'_, Vec<MemberOutcome>>,
    ) -> Result<Done<Vec<MemberOutcome>>, TenancyError> {
        self.bench
            .decide(member.scope(), member.organization(), async {
                let unit = self.bench.begin(member.scope()).await?;
                if let Some(answer) = begin_once(unit.idempotency(), once, self.bench.now()).await?
                {
                    return Ok(Done::Replayed(answer));
                }
                let rights = settle_rights(unit.as_ref(), member, Permission::MemberUpdate).await?;
                let change = change?;
                let role = find_role(unit.as_ref(), &rights, change.role).await?;
                let batch = Some(self.bench.id(std::convert::identity));

                let mut outcomes = Vec::with_capacity(change.members.len());
                let mut denied = Vec::new();
                for id in change.members {
                    let done = match find(unit.as_ref(), id).await {
                        Ok(before) => {
                            self.assign(unit.as_ref(), member, &rights, &before, &role, batch)
                                .await
                        }
                        Err(error) => Err(error.into()),
                    };
                    outcomes.push((id, outcome(id, done, &mut denied)?));
                }
                self.note_denied(unit.as_ref(), member, denied, batch)
                    .await?;
                once.record(unit.idempotency(), &outcomes).await?;
                unit.commit().await?;
                Ok(Done::Fresh(outcomes))
            })
            .await
    }

    /// Ends a membership, and with it the places in teams and the API keys.
    ///
    /// Fails with [`TenancyError::LastOwner`] and [`TenancyError::OwnerNeedsOwnerRole`] where the organization needs
    /// the member as an owner.
    pub async fn remove(
        &self,
        member: &Member,
        id: MembershipId,
        expected: &Expected,
    ) -> Result<(), TenancyError> {
        self.bench
            .decide(member.scope(), ("membership", id.as_uuid()), async {
                let unit = self.bench.begin(member.scope()).await?;
                let rights = settle_rights(unit.as_ref(), member, Permission::MemberRemove).await?;
                let before = find_expected(unit.as_ref(), id, expected).await?;
                require_rights_of(unit.as_ref(), &rights, &before).await?;
                self.leaving(unit.as_ref(), member)
                    .end(&before, None)
                    .await?;
                unit.commit().await?;
                Ok(())
            })
            .await
    }

    /// Ends up to [`Members::MOST_AT_ONCE`] memberships; tells of each in the same order what became of it. What
    /// is refused of one does not keep the others.
    pub async fn remove_all(
        &self,
        member: &Member,
        ids: Checked<Vec<MembershipId>>,
        once: &Once<'_, Vec<MemberOutcome>>,
    ) -> Result<Done<Vec<MemberOutcome>>, TenancyError> {
        self.bench
            .decide(member.scope(), member.organization(), async {
                let unit = self.bench.begin(member.scope()).await?;
                if let Some(answer) = begin_once(unit.idempotency(), once, self.bench.now()).await?
                {
                    return Ok(Done::Replayed(answer));
                }
                let rights = settle_rights(unit.as_ref(), member, Permission::MemberRemove).await?;
                let ids = ids?;
                let leaving = self.leaving(unit.as_ref(), member);

                let mut outcomes = Vec::with_capacity(ids.len());
                let mut denied = Vec::new();
                for id in ids {
                    let done = match find(unit.as_ref(), id).await {
                        Ok(before) => {
                            match require_rights_of(unit.as_ref(), &rights, &before).await {
                                Ok(()) => leaving.end(&before, None).await.map_err(Stopped::from),
                                Err(stopped) => Err(stopped),
                            }
                        }
                        Err(error) => Err(error.into()),
                    };
                    outcomes.push((id, outcome(id, done, &mut denied)?));
                }
                self.note_denied(unit.as_ref(), member, denied, Some(leaving.batch))
                    .await?;
                once.record(unit.idempotency(), &outcomes).await?;
                unit.commit().await?;
                Ok(Done::Fresh(outcomes))
            })
            .await
    }

    /// Ends the member's own membership; it takes no right, but a session.
    ///
    /// Fails with [`TenancyError::LastOwner`] and [`TenancyError::OwnerNeedsOwnerRole`] where the organization needs
    /// the member as an owner.
    pub async fn leave(&self, member: &Member) -> Result<(), TenancyError> {
        if !matches!(
            member.scope().actor(),
            kernel::Actor::User(_, Credential::Session(_))
        ) {
            return Err(TenancyError::SessionRequired);
        }
        let unit = self.bench.begin(member.scope()).await?;
        unit.memberships().count_owners_for_update().await?;
        let before = unit
            .memberships()
            .find(member.membership())
            .await?
            .ok_or(TenancyError::NotAMember)?;
        self.leaving(unit.as_ref(), member)
            .end(&before, Some("left"))
            .await?;
        unit.commit().await?;
        Ok(())
    }

    /// Writes down what was refused to some of several, beside what was done to the others.
    async fn note_denied(
        &self,
        unit: &dyn TenancyUnit,
        member: &Member,
        denied: Vec<AuditDraft>,
        batch: Option<Uuid>,
    ) -> Result<(), StorageError> {
        let drafts = denied.into_iter().map(|mut draft| {
            draft.batch = batch;
            draft
        });
        self.bench.note(unit, member.scope(), drafts).await
    }

    fn leaving<'a>(&'a self, unit: &'a dyn TenancyUnit, member: &'a Member) -> Leaving<'a> {
        Leaving {
            bench: &self.bench,
            unit,
            scope: member.scope(),
            batch: self.bench.id(std::convert::identity),
            at: self.bench.now(),
        }
    }

    /// Gives the role to a member who has another one.
    async fn assign(
        &self,
        unit: &dyn TenancyUnit,
        member: &Member,
        rights: &PermissionSet,
        before: &Membership,
        role: &Role,
        batch: Option<Uuid>,
    ) -> Result<(), Stopped> {
        require_rights_of(unit, rights, before).await?;
        if before.state().role == role.state().id {
            return Ok(());
        }
        if !role.is_owner() {
            require_dispensable(unit, before).await?;
        }
        let at: Timestamp = self.bench.now();
        let mut after = before.clone();
        after.change_role(role.state().id, at, Some(member.user()));
        unit.memberships()
            .update(&after, before.state().stamps.version)
            .await?;
        let mut draft = AuditDraft::new(
            "membership",
            after.state().id.as_uuid(),
            AuditAction::Update,
            after.changes_since(Some(before)),
        );
        draft.batch = batch;
        self.bench.note(unit, member.scope(), [draft]).await?;
        Ok(())
    }
}

/// The role that is to be given, by somebody with these rights.
async fn find_role(
    unit: &dyn TenancyUnit,
    rights: &PermissionSet,
    id: RoleId,
) -> Result<Role, Stopped> {
    let role = unit.roles().find_for_grant(id).await?.ok_or_else(|| {
        let fault = FieldFault::new("unknown-role", "the organization has no such role");
        FieldErrors::one("#/role_id", fault)
    })?;
    require_all(rights, &role.state().permissions)?;
    Ok(role)
}

/// Only who holds all rights of a member may change or remove them.
async fn require_rights_of(
    unit: &dyn TenancyUnit,
    rights: &PermissionSet,
    membership: &Membership,
) -> Result<(), Stopped> {
    if let Some(role) = unit.roles().find(membership.state().role).await? {
        require_all(rights, &role.state().permissions)?;
    }
    Ok(())
}

async fn find(unit: &dyn TenancyUnit, id: MembershipId) -> Result<Membership, TenancyError> {
    unit.memberships()
        .find(id)
        .await?
        .ok_or(TenancyError::NotFound("member"))
}

async fn find_expected(
    unit: &dyn TenancyUnit,
    id: MembershipId,
    expected: &Expected,
) -> Result<Membership, TenancyError> {
    let membership = find(unit, id).await?;
    if expected.accepts(membership.state().stamps.version) {
        Ok(membership)
    } else {
        Err(TenancyError::Stale)
    }
}

async fn find_card(unit: &dyn TenancyUnit, id: MembershipId) -> Result<MemberCard, TenancyError> {
    unit.memberships()
        .find_card(id)
        .await?
        .ok_or(TenancyError::NotFound("member"))
}

/// A refusal is one member's; a failure of the storage is everybody's.
fn outcome(
    id: MembershipId,
    done: Result<(), Stopped>,
    denied: &mut Vec<AuditDraft>,
) -> Result<Result<(), TenancyError>, TenancyError> {
    match done {
        Ok(()) => Ok(Ok(())),
        Err(stopped) => {
            let target = ("membership", id.as_uuid());
            Ok(Err(stopped.one_of_many(target, denied)?))
        }
    }
}
