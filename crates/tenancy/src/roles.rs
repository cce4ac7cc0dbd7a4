//! Use cases: reading, making, changing and deleting roles.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, Changes, Checked, Clock, Done, Expected, IdGenerator, Once, Page,
    PageRequest, RoleId, Stamps, StorageError, begin_once,
};

use crate::organizations::deletion;
use crate::ports::{TenancyStore, TenancyUnit};
use crate::standing::{hold_rights, require_all};
use crate::workbench::Workbench;
use crate::{Member, NewRole, Permission, Role, RoleChange, TenancyError};

/// Use cases on roles.
#[derive(Clone)]
pub struct Roles {
    bench: Workbench,
}

impl Roles {
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

    /// Makes a custom role, with no right that the member does not hold.
    pub async fn create(
        &self,
        member: &Member,
        new: Checked<NewRole>,
        once: &Once<'_, Role>,
    ) -> Result<Done<Role>, TenancyError> {
        self.bench
            .decide(member.scope(), member.organization(), async {
                let at = self.bench.now();
                let unit = self.bench.begin(member.scope()).await?;
                if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
                    return Ok(Done::Replayed(answer));
                }
                let rights = hold_rights(unit.as_ref(), member, Permission::RoleCreate).await?;
                let new = new?;
                require_all(&rights, &new.permissions)?;
                let role = Role::custom(
                    self.bench.id(RoleId::from_uuid),
                    member.scope().organization(),
                    new.name,
                    new.description,
                    new.permissions,
                    Stamps::new(at, Some(member.user())),
                );
                unit.roles().insert(&role).await?;
                self.note(
                    unit.as_ref(),
                    member,
                    &role,
                    AuditAction::Create,
                    role.changes_since(None),
                )
                .await?;
                once.record(unit.idempotency(), &role).await?;
                unit.commit().await?;
                Ok(Done::Fresh(role))
            })
            .await
    }

    /// Roles in the order of their ids: first those that every organization starts with.
    pub async fn list(
        &self,
        member: &Member,
        page: &PageRequest,
    ) -> Result<Page<Role>, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        let roles = unit.roles().list(page).await?;
        unit.commit().await?;
        Ok(roles)
    }

    /// A role.
    pub async fn read(&self, member: &Member, id: RoleId) -> Result<Role, TenancyError> {
        let unit = self.bench.begin(member.scope()).await?;
        let role = find(unit.as_ref(), id).await?;
        unit.commit().await?;
        Ok(role)
    }

    /// Changes a role, but for the owner role. A right can be added to it or taken from it only by
    /// somebody who holds that right.
    pub async fn update(
        &self,
        member: &Member,
        id: RoleId,
        expected: &Expected,
        change: Checked<RoleChange>,
    ) -> Result<Role, TenancyError> {
        self.bench
            .decide(member.scope(), ("role", id.as_uuid()), async {
                let unit = self.bench.begin(member.scope()).await?;
                let rights = hold_rights(unit.as_ref(), member, Permission::RoleUpdate).await?;
                let before = find_expected(unit.as_ref(), id, expected).await?;
                let change = change?;
                let state = before.state();
                let permissions = change.permissions.apply(&state.permissions);
                let mut after = before.clone();
                after.change(
                    change.name.apply(&state.name),
                    change.description.apply(&state.description),
                    permissions.clone(),
                    self.bench.now(),
                    Some(member.user()),
                )?;
                require_all(
                    &rights,
                    &permissions.symmetric_difference(&state.permissions),
                )?;
                let changes = after.changes_since(Some(&before));
                if changes.is_empty() {
                    return Ok(before);
                }
                unit.roles().update(&after, state.stamps.version).await?;
                self.note(unit.as_ref(), member, &after, AuditAction::Update, changes)
                    .await?;
                unit.commit().await?;
                Ok(after)
            })
            .await
    }

    /// Deletes a custom role that no member and no open invitation has.
    pub async fn delete(
        &self,
        member: &Member,
        id: RoleId,
        expected: &Expected,
    ) -> Result<(), TenancyError> {
        self.bench
            .decide(member.scope(), ("role", id.as_uuid()), async {
                let at = self.bench.now();
                let unit = self.bench.begin(member.scope()).await?;
                let rights = hold_rights(unit.as_ref(), member, Permission::RoleDelete).await?;
                let before = find_expected(unit.as_ref(), id, expected).await?;
                let mut after = before.clone();
                after.delete(at, Some(member.user()))?;
                require_all(&rights, &before.state().permissions)?;
                // Written first: from here on nobody can be given the role, so the look at who has it is final.
                unit.roles()
                    .update(&after, before.state().stamps.version)
                    .await?;
                if unit.roles().is_in_use(id, at).await? {
                    return Err(TenancyError::RoleInUse.into());
                }
                let changes = deletion(&before.state().stamps, &after.state().stamps);
                self.note(unit.as_ref(), member, &after, AuditAction::Delete, changes)
                    .await?;
                unit.commit().await?;
                Ok(())
            })
            .await
    }

    async fn note(
        &self,
        unit: &dyn TenancyUnit,
        member: &Member,
        role: &Role,
        action: AuditAction,
        changes: Changes,
    ) -> Result<(), StorageError> {
        let draft = AuditDraft::new("role", role.state().id.as_uuid(), action, changes);
        self.bench.note(unit, member.scope(), [draft]).await
    }
}

async fn find(unit: &dyn TenancyUnit, id: RoleId) -> Result<Role, TenancyError> {
    unit.roles()
        .find(id)
        .await?
        .ok_or(TenancyError::NotFound("role"))
}

async fn find_expected(
    unit: &dyn TenancyUnit,
    id: RoleId,
    expected: &Expected,
) -> Result<Role, TenancyError> {
    let role = find(unit, id).await?;
    if expected.accepts(role.state().stamps.version) {
        Ok(role)
    } else {
        Err(TenancyError::Stale)
    }
}
