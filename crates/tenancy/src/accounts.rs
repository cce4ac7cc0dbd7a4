//! Use cases: one's own account.

use std::sync::Arc;

use kernel::{
    Actor, AuditAction, AuditDraft, Checked, Done, EmailAddress, Expected, FieldErrors, FieldFault,
    Name, Once, Origin, Patch, Secret, TenantScope, UserId, begin_once,
};

use crate::access::Principal;
use crate::account_ports::AccountPorts;
use crate::ports::TenancyUnit;
use crate::sessions::end_sessions;
use crate::throttle::{Throttle, Tries};
use crate::workbench::Workbench;
use crate::{
    NewPassword, PasswordCheck, PasswordHasher, PlatformRoleGrant, Preferences, PreferencesChange,
    TenancyError, User,
};

/// What an account is made from.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// The address to log in with.
    pub email: EmailAddress,
    /// How they want to be called.
    pub display_name: Name,
    /// The password.
    pub password: NewPassword,
}

/// A change of one's own account.
#[derive(Clone, Debug, Default)]
pub struct AccountChange {
    /// Another name to be called by.
    pub display_name: Patch<Name>,
}

/// A change of one's own password.
#[derive(Clone, Debug)]
pub struct PasswordChange {
    /// The password until now.
    pub current: Secret,
    /// The password from now on.
    pub new: NewPassword,
}

/// Use cases on one's own account.
#[derive(Clone)]
pub struct Accounts {
    bench: Workbench,
    throttle: Throttle,
    hasher: Arc<dyn PasswordHasher>,
}

impl Accounts {
    /// Use cases on what is behind the ports.
    #[must_use]
    pub fn new(ports: &AccountPorts) -> Self {
        Self {
            bench: ports.bench(),
            throttle: ports.throttle(),
            hasher: Arc::clone(&ports.hasher),
        }
    }

    /// Makes an account that can be used at once; fails with [`TenancyError::EmailTaken`] where there is one.
    pub async fn sign_up(
        &self,
        origin: &Origin,
        new: Checked<SignUp>,
        once: &Once<'_, User>,
    ) -> Result<Done<User>, TenancyError> {
        let new = new?;
        // No unit is open meanwhile, because this takes long.
        let hash = self.hasher.hash(new.password.secret()).await?;
        let at = self.bench.now();
        let id = self.bench.id(UserId::from_uuid);
        let user = User::sign_up(id, new.email, new.display_name, hash, at, Some(id));
        let scope = TenantScope::platform(Actor::Anonymous, origin.clone());

        let unit = self.bench.begin(&scope).await?;
        if let Some(answer) = begin_once(unit.idempotency(), once, at).await? {
            return Ok(Done::Replayed(answer));
        }
        unit.users().insert(&user).await?;
        let draft = AuditDraft::new(
            "user",
            id.as_uuid(),
            AuditAction::Create,
            user.changes_since(None),
        );
        self.bench.note(unit.as_ref(), &scope, [draft]).await?;
        once.record(unit.idempotency(), &user).await?;
        unit.commit().await?;
        Ok(Done::Fresh(user))
    }

    /// The principal's own account.
    pub async fn read(&self, principal: &Principal) -> Result<User, TenancyError> {
        let unit = self.bench.begin(&principal.platform_scope()).await?;
        let user = find(unit.as_ref(), principal.user).await?;
        unit.commit().await?;
        Ok(user)
    }

    /// The principal's own roles on the whole installation.
    pub async fn platform_roles(
        &self,
        principal: &Principal,
    ) -> Result<Vec<PlatformRoleGrant>, TenancyError> {
        let unit = self.bench.begin(&principal.platform_scope()).await?;
        let roles = unit.platform_roles().list_of(principal.user).await?;
        unit.commit().await?;
        Ok(roles)
    }

    /// Changes the principal's own account.
    pub async fn update(
        &self,
        principal: &Principal,
        expected: &Expected,
        change: Checked<AccountChange>,
    ) -> Result<User, TenancyError> {
        principal.session()?;
        let scope = principal.platform_scope();
        let unit = self.bench.begin(&scope).await?;
        let before = find_expected(unit.as_ref(), principal.user, expected).await?;
        let change = change?;
        let name = change.display_name.apply(&before.state().display_name);
        let mut user = before.clone();
        if name != before.state().display_name {
            user.rename(name, self.bench.now(), Some(principal.user));
            unit.users()
                .update(&user, before.state().stamps.version)
                .await?;
            let draft = AuditDraft::new(
                "user",
                user.id().as_uuid(),
                AuditAction::Update,
                user.changes_since(Some(&before)),
            );
            self.bench.note(unit.as_ref(), &scope, [draft]).await?;
        }
        unit.commit().await?;
        Ok(user)
    }

    /// Gives the principal another password, and ends all of their sessions but the one they act with.
    ///
    /// The password until now has to be given; guesses of it are limited.
    pub async fn change_password(
        &self,
        principal: &Principal,
        expected: &Expected,
        change: Checked<PasswordChange>,
    ) -> Result<(), TenancyError> {
        let session = principal.session()?;
        let scope = principal.platform_scope();
        let unit = self.bench.begin(&scope).await?;
        let known = find_expected(unit.as_ref(), principal.user, expected).await?;
        unit.commit().await?;
        let change = change?;

        let tries = Tries::PasswordOf(principal.user);
        self.throttle.count(tries, self.bench.now()).await?;
        let hash = known.state().password.as_ref();
        if self.hasher.check(&change.current, hash).await? == PasswordCheck::Wrong {
            let draft = AuditDraft::new(
                "user",
                principal.user.as_uuid(),
                AuditAction::LoginFailed,
                kernel::Changes::none(),
            )
            .because("wrong-current-password");
            let unit = self.bench.begin(&scope).await?;
            self.bench.note(unit.as_ref(), &scope, [draft]).await?;
            unit.commit().await?;
            return Err(wrong_password().into());
        }
        let hash = self.hasher.hash(change.new.secret()).await?;

        let unit = self.bench.begin(&scope).await?;
        let before = unit
            .users()
            .find_for_update(principal.user)
            .await?
            .filter(|user| user.state().password == known.state().password)
            .ok_or(TenancyError::Stale)?;
        let at = self.bench.now();
        let mut after = before.clone();
        after.change_password(hash, at, Some(principal.user));
        unit.users()
            .update(&after, before.state().stamps.version)
            .await?;
        let mut drafts = vec![AuditDraft::new(
            "user",
            after.id().as_uuid(),
            AuditAction::Update,
            after.changes_since(Some(&before)),
        )];
        drafts.extend(end_sessions(unit.as_ref(), principal.user, Some(session), at).await?);
        self.bench
            .note(unit.as_ref(), &scope, self.bench.batch(drafts))
            .await?;
        unit.commit().await?;
        self.throttle.forget(tries).await;
        Ok(())
    }

    /// The principal's preferences; what nobody chose is as it is for everybody.
    pub async fn preferences(&self, principal: &Principal) -> Result<Preferences, TenancyError> {
        principal.session()?;
        let unit = self.bench.begin(&principal.platform_scope()).await?;
        let found = unit.preferences().find(principal.user).await?;
        unit.commit().await?;
        Ok(found.unwrap_or_else(|| Preferences::untouched(principal.user, self.bench.now())))
    }

    /// Changes the principal's preferences.
    pub async fn change_preferences(
        &self,
        principal: &Principal,
        expected: &Expected,
        change: Checked<PreferencesChange>,
    ) -> Result<Preferences, TenancyError> {
        principal.session()?;
        let scope = principal.platform_scope();
        let at = self.bench.now();
        let unit = self.bench.begin(&scope).await?;
        // The user is what concurrent changes wait for, because there may be no preferences yet.
        find_expected(unit.as_ref(), principal.user, &Expected::Any).await?;
        let stored = unit.preferences().find(principal.user).await?;
        let before = stored
            .clone()
            .unwrap_or_else(|| Preferences::untouched(principal.user, at));
        let version = before.state().stamps.version;
        if !expected.accepts(version) {
            return Err(TenancyError::Stale);
        }
        let mut after = before.clone();
        after.change(&change?, at, Some(principal.user))?;
        if after.changes_since(Some(&before)).is_empty() {
            unit.commit().await?;
            return Ok(before);
        }

        let action = if stored.is_some() {
            unit.preferences().update(&after, version).await?;
            AuditAction::Update
        } else {
            unit.preferences().insert(&after).await?;
            AuditAction::Create
        };
        let draft = AuditDraft::new(
            "user_preferences",
            principal.user.as_uuid(),
            action,
            after.changes_since(stored.as_ref()),
        );
        self.bench.note(unit.as_ref(), &scope, [draft]).await?;
        unit.commit().await?;
        Ok(after)
    }
}

/// The living user with this id.
pub(crate) async fn find(unit: &dyn TenancyUnit, id: UserId) -> Result<User, TenancyError> {
    unit.users()
        .find(id)
        .await?
        .ok_or(TenancyError::NotFound("user"))
}

/// The living user with this id, in the version that the caller expects; nobody else changes them
/// until the unit ends.
pub(crate) async fn find_expected(
    unit: &dyn TenancyUnit,
    id: UserId,
    expected: &Expected,
) -> Result<User, TenancyError> {
    let user = unit
        .users()
        .find_for_update(id)
        .await?
        .ok_or(TenancyError::NotFound("user"))?;
    if expected.accepts(user.state().stamps.version) {
        Ok(user)
    } else {
        Err(TenancyError::Stale)
    }
}

fn wrong_password() -> FieldErrors {
    FieldErrors::one(
        "#/current_password",
        FieldFault::new("wrong-password", "this is not the password until now"),
    )
}
