//! Use cases: administering the accounts of the installation.

use std::sync::Arc;

use kernel::{
    Actor, AuditAction, AuditDraft, Checked, EmailAddress, Expected, FieldErrors, FieldFault, Name,
    Origin, Page, PageRequest, RequestId, TenantScope, Timestamp, UserId,
};

use crate::access::PlatformAdmin;
use crate::account_ports::AccountPorts;
use crate::accounts::{find, find_expected};
use crate::ports::{TenancyUnit, UserFilter};
use crate::sessions::end_sessions;
use crate::workbench::Workbench;
use crate::{
    NewPassword, PasswordHasher, PlatformRole, PlatformRoleGrant, TenancyError, User, UserStatus,
};

/// Use cases on the accounts of the installation, for its administrators.
#[derive(Clone)]
pub struct PlatformUsers {
    bench: Workbench,
    hasher: Arc<dyn PasswordHasher>,
}

/// What an administrator of the platform is made from.
#[derive(Clone, Debug)]
pub struct NewAdmin {
    /// The address to log in with.
    pub email: EmailAddress,
    /// How they want to be called; where the account exists already, it keeps its name.
    pub display_name: Name,
    /// The password; where the account exists already, it keeps its own.
    pub password: NewPassword,
}

/// What came of making somebody an administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeAdmin {
    /// Who is an administrator now.
    pub user: User,
    /// Whether the account is new, with the password that was given.
    pub is_new: bool,
}

impl PlatformUsers {
    /// Use cases on what is behind the ports.
    #[must_use]
    pub fn new(ports: &AccountPorts) -> Self {
        Self {
            bench: ports.bench(),
            hasher: Arc::clone(&ports.hasher),
        }
    }

    /// Users in the order of their ids.
    pub async fn list(
        &self,
        admin: &PlatformAdmin,
        filter: &UserFilter,
        page: &PageRequest,
    ) -> Result<Page<User>, TenancyError> {
        let unit = self.bench.begin(&admin.scope()).await?;
        let users = unit.users().list(filter, page).await?;
        unit.commit().await?;
        Ok(users)
    }

    /// One user.
    pub async fn read(&self, admin: &PlatformAdmin, id: UserId) -> Result<User, TenancyError> {
        let unit = self.bench.begin(&admin.scope()).await?;
        let user = find(unit.as_ref(), id).await?;
        unit.commit().await?;
        Ok(user)
    }

    /// A user's roles on the whole installation.
    pub async fn roles(
        &self,
        admin: &PlatformAdmin,
        id: UserId,
    ) -> Result<Vec<PlatformRoleGrant>, TenancyError> {
        let unit = self.bench.begin(&admin.scope()).await?;
        find(unit.as_ref(), id).await?;
        let roles = unit.platform_roles().list_of(id).await?;
        unit.commit().await?;
        Ok(roles)
    }

    /// Opens an account, or closes it, which ends all of its sessions. Fails with [`TenancyError::LastPlatformAdmin`]
    /// where nobody would be left to administer the platform.
    pub async fn change_status(
        &self,
        admin: &PlatformAdmin,
        id: UserId,
        expected: &Expected,
        status: Checked<UserStatus>,
    ) -> Result<User, TenancyError> {
        let scope = admin.scope();
        let unit = self.bench.begin(&scope).await?;
        let admins = unit.platform_roles().count_admins_for_update().await?;
        let before = find_expected(unit.as_ref(), id, expected).await?;
        let status = status?;
        check_status(&before, status)?;
        if status != UserStatus::Active {
            require_another_admin(unit.as_ref(), &before, admins).await?;
        }

        let mut user = before.clone();
        if status != before.state().status {
            let at = self.bench.now();
            let drafts =
                set_status(unit.as_ref(), &mut user, status, at, Some(admin.user())).await?;
            self.bench
                .note(unit.as_ref(), &scope, self.bench.batch(drafts))
                .await?;
        }
        unit.commit().await?;
        Ok(user)
    }

    /// Gives a user a platform role; giving it twice is the same.
    pub async fn grant(
        &self,
        admin: &PlatformAdmin,
        id: UserId,
        role: PlatformRole,
    ) -> Result<(), TenancyError> {
        let scope = admin.scope();
        let unit = self.bench.begin(&scope).await?;
        find(unit.as_ref(), id).await?;
        let at = self.bench.now();
        let draft = grant(unit.as_ref(), id, role, at, Some(admin.user())).await?;
        self.bench.note(unit.as_ref(), &scope, draft).await?;
        unit.commit().await?;
        Ok(())
    }

    /// Takes a platform role from a user; taking it twice is the same. Fails with
    /// [`TenancyError::LastPlatformAdmin`] where nobody would be left to administer the platform.
    pub async fn revoke(
        &self,
        admin: &PlatformAdmin,
        id: UserId,
        role: PlatformRole,
    ) -> Result<(), TenancyError> {
        let scope = admin.scope();
        let unit = self.bench.begin(&scope).await?;
        let admins = unit.platform_roles().count_admins_for_update().await?;
        let user = find(unit.as_ref(), id).await?;
        if role == PlatformRole::PlatformAdmin {
            require_another_admin(unit.as_ref(), &user, admins).await?;
        }
        let ended = unit.platform_roles().revoke(id, role).await?;
        let draft = ended.map(|grant| {
            AuditDraft::new(
                "user_role",
                id.as_uuid(),
                AuditAction::Revoke,
                grant.ended(),
            )
        });
        self.bench.note(unit.as_ref(), &scope, draft).await?;
        unit.commit().await?;
        Ok(())
    }

    /// Makes somebody an administrator of the platform, at the command line of the installation.
    ///
    /// An account with this address is given the role and opened if it was closed; without one, it is made.
    /// Doing it twice is the same.
    pub async fn make_admin(&self, new: NewAdmin) -> Result<MadeAdmin, TenancyError> {
        // No unit is open meanwhile, because this takes long.
        let hash = self.hasher.hash(new.password.secret()).await?;
        let origin = Origin::internal(self.bench.id(RequestId::from_uuid));
        let scope = TenantScope::platform(Actor::Operator, origin);
        let at = self.bench.now();
        let unit = self.bench.begin(&scope).await?;

        let mut drafts = Vec::new();
        let found = unit.users().find_by_email(&new.email).await?;
        let is_new = found.is_none();
        let user = if let Some(mut user) = found {
            if user.state().status != UserStatus::Active {
                check_status(&user, UserStatus::Active)?;
                drafts.extend(
                    set_status(unit.as_ref(), &mut user, UserStatus::Active, at, None).await?,
                );
            }
            user
        } else {
            let id = self.bench.id(UserId::from_uuid);
            let user = User::sign_up(id, new.email, new.display_name, hash, at, None);
            unit.users().insert(&user).await?;
            drafts.push(AuditDraft::new(
                "user",
                id.as_uuid(),
                AuditAction::Create,
                user.changes_since(None),
            ));
            user
        };
        let role = PlatformRole::PlatformAdmin;
        drafts.extend(grant(unit.as_ref(), user.id(), role, at, None).await?);
        self.bench
            .note(unit.as_ref(), &scope, self.bench.batch(drafts))
            .await?;
        unit.commit().await?;
        Ok(MadeAdmin { user, is_new })
    }
}

/// Fails where the user is the only one of so many administrators who can act, counted in this unit before the
/// user's own row was taken: so two who close each other take the rows in the same order.
pub(crate) async fn require_another_admin(
    unit: &dyn TenancyUnit,
    user: &User,
    admins: u64,
) -> Result<(), TenancyError> {
    if admins > 1 || !user.can_act() {
        return Ok(());
    }
    let roles = unit.platform_roles().list_of(user.id()).await?;
    let is_admin = roles
        .iter()
        .any(|grant| grant.role == PlatformRole::PlatformAdmin);
    if is_admin {
        Err(TenancyError::LastPlatformAdmin)
    } else {
        Ok(())
    }
}

/// Whether the account can get this status.
fn check_status(user: &User, status: UserStatus) -> Result<(), FieldErrors> {
    let fault = match status {
        UserStatus::Pending if user.state().status != UserStatus::Pending => FieldFault::new(
            "not-settable",
            "an account is pending only until it is first used",
        ),
        UserStatus::Active if user.state().password.is_none() => FieldFault::new(
            "password-missing",
            "an account without a password cannot be active",
        ),
        _ => return Ok(()),
    };
    Err(FieldErrors::one("#/status", fault))
}

/// Gives the account the status; one that nobody can log in to has no sessions.
async fn set_status(
    unit: &dyn TenancyUnit,
    user: &mut User,
    status: UserStatus,
    at: Timestamp,
    by: Option<UserId>,
) -> Result<Vec<AuditDraft>, TenancyError> {
    let before = user.clone();
    user.change_status(status, at, by);
    unit.users()
        .update(user, before.state().stamps.version)
        .await?;
    let mut drafts = vec![AuditDraft::new(
        "user",
        user.id().as_uuid(),
        AuditAction::Update,
        user.changes_since(Some(&before)),
    )];
    if status != UserStatus::Active {
        drafts.extend(end_sessions(unit, user.id(), None, at).await?);
    }
    Ok(drafts)
}

/// Gives the role, unless the user has it.
async fn grant(
    unit: &dyn TenancyUnit,
    user: UserId,
    role: PlatformRole,
    at: Timestamp,
    by: Option<UserId>,
) -> Result<Option<AuditDraft>, TenancyError> {
    let grant = PlatformRoleGrant {
        user,
        role,
        granted_at: at,
        granted_by: by,
    };
    let is_new = unit.platform_roles().grant(&grant).await?;
    Ok(is_new.then(|| {
        AuditDraft::new(
            "user_role",
            user.as_uuid(),
            AuditAction::Grant,
            grant.made(),
        )
    }))
}
