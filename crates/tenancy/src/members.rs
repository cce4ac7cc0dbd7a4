//! Use cases: reading members, changing their roles, removing them, and leaving.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, Checked, Clock, Credential, Done, Expected, FieldErrors, FieldFault,
    IdGenerator, MembershipId, Once, Page, PageRequest, Patch, RoleId, Timestamp, begin_once,
};
use uuid::Uuid;

use crate::access::is_admissible;
use crate::leaving::{Leaving, require_dispensable};
use crate::ports::{MemberFilter, TenancyStore, TenancyUnit};
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
    }

    /// Gives up to [`Members::MOST_AT_ONCE`] members another role; tells of each in the same order what became of
    /// it. What is refused to one does not keep the others from it.
    pub async fn update_all(
        &self,
        member: &Member,
        change: Checked<MembersChange>,
        once: &Once<'_, Vec<MemberOutcome>>,
    ) -> Result<Done<Vec<MemberOutcome>>, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, self.bench.now()).await? {
            return Ok(Done::Replayed(answer));
        }
        let rights = settle_rights(unit.as_ref(), member, Permission::MemberUpdate).await?;
        let change = change?;
        let role = find_role(unit.as_ref(), &rights, change.role).await?;
        let batch = Some(self.bench.id(std::convert::identity));

        let mut outcomes = Vec::with_capacity(change.members.len());
        for id in change.members {
            let done = match find(unit.as_ref(), id).await {
                Ok(before) => {
                    self.assign(unit.as_ref(), member, &rights, &before, &role, batch)
                        .await
                }
                Err(error) => Err(error),
            };
            outcomes.push((id, unless_failed(done)?));
        }
        once.record(unit.idempotency(), &outcomes).await?;
        unit.commit().await?;
        Ok(Done::Fresh(outcomes))
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
        let unit = self.bench.begin(member.scope()).await?;
        let rights = settle_rights(unit.as_ref(), member, Permission::MemberRemove).await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        require_rights_of(unit.as_ref(), &rights, &before).await?;
        self.leaving(unit.as_ref(), member)
            .end(&before, None)
            .await?;
        unit.commit().await?;
        Ok(())
    }

    /// Ends up to [`Members::MOST_AT_ONCE`] memberships; tells of each in the same order what became of it. What
    /// is refused of one does not keep the others.
    pub async fn remove_all(
        &self,
        member: &Member,
        ids: Checked<Vec<MembershipId>>,
        once: &Once<'_, Vec<MemberOutcome>>,
    ) -> Result<Done<Vec<MemberOutcome>>, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, self.bench.now()).await? {
            return Ok(Done::Replayed(answer));
        }
        let rights = settle_rights(unit.as_ref(), member, Permission::MemberRemove).await?;
        let ids = ids?;
        let leaving = self.leaving(unit.as_ref(), member);

        let mut outcomes = Vec::with_capacity(ids.len());
        for id in ids {
            let done = match find(unit.as_ref(), id).await {
                Ok(before) => match require_rights_of(unit.as_ref(), &rights, &before).await {
                    Ok(()) => leaving.end(&before, None).await,
                    Err(error) => Err(error),
                },
                Err(error) => Err(error),
            };
            outcomes.push((id, unless_failed(done)?));
        }
        once.record(unit.idempotency(), &outcomes).await?;
        unit.commit().await?;
        Ok(Done::Fresh(outcomes))
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
    ) -> Result<(), TenancyError> {
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

/// The rights that the member holds by now, in a unit beside which nobody changes who is an owner: of two people who
/// remove each other at once, the second is no member any more.
async fn settle_rights(
    unit: &dyn TenancyUnit,
    member: &Member,
    permission: Permission,
) -> Result<PermissionSet, TenancyError> {
    unit.memberships().count_owners_for_update().await?;
    let found = unit.memberships().find_authorization(member.user()).await?;
    let authorization = found
        .filter(|found| is_admissible(found, false))
        .ok_or(TenancyError::NotAMember)?;
    let rights = member.rights().intersection(&authorization.permissions);
    if rights.contains(permission) {
        Ok(rights)
    } else {
        Err(TenancyError::PermissionMissing(permission))
    }
}

/// The role that is to be given, by somebody with these rights.
async fn find_role(
    unit: &dyn TenancyUnit,
    rights: &PermissionSet,
    id: RoleId,
) -> Result<Role, TenancyError> {
    let role = unit.roles().find_for_grant(id).await?.ok_or_else(|| {
        let fault = FieldFault::new("unknown-role", "the organization has no such role");
        FieldErrors::one("#/role_id", fault)
    })?;
    require_all(rights, &role)?;
    Ok(role)
}

/// Only who holds all rights of a member may change or remove them.
async fn require_rights_of(
    unit: &dyn TenancyUnit,
    rights: &PermissionSet,
    membership: &Membership,
) -> Result<(), TenancyError> {
    match unit.roles().find(membership.state().role).await? {
        Some(role) => require_all(rights, &role),
        None => Ok(()),
    }
}

fn require_all(rights: &PermissionSet, role: &Role) -> Result<(), TenancyError> {
    match role.state().permissions.first_missing_in(rights) {
        Some(permission) => Err(TenancyError::RightNotHeld(permission)),
        None => Ok(()),
    }
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
fn unless_failed(done: Result<(), TenancyError>) -> Result<Result<(), TenancyError>, TenancyError> {
    match done {
        Err(TenancyError::Storage(error)) => Err(error.into()),
        done => Ok(done),
    }
}
