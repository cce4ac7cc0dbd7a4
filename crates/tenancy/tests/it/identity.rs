//! People with accounts and passwords, who log in.

use kernel::{ApiKeyId, AuditEntry, Credential, Done, Expected, OrganizationId, Secret, UserId};
use tenancy::{
    Accounts, KeyLimits, Login, NewAdmin, NewPassword, Opened, PermissionSet, PlatformAdmin,
    PlatformUsers, Principal, Sessions, SignUp, TenancyError, User, UserStatus,
};

use crate::world::{World, fresh, never_repeated};

pub(crate) const PASSWORD: &str = "three blind mice ran";

pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

pub(crate) fn password(text: &str) -> NewPassword {
    NewPassword::parse(text.to_owned()).unwrap()
}

impl World {
    pub(crate) fn accounts(&self) -> Accounts {
        Accounts::new(&self.ports())
    }

    pub(crate) fn sessions(&self) -> Sessions {
        Sessions::new(&self.ports())
    }

    /// Signs up with [`PASSWORD`].
    pub(crate) async fn sign_up(&self, email: &str) -> User {
        let new = SignUp {
            email: email.parse().unwrap(),
            display_name: "Ada Lovelace".parse().unwrap(),
            password: password(PASSWORD),
        };
        let origin = self.origin("203.0.113.7");
        let (accounts, once) = (self.accounts(), never_repeated());
        let done = accounts.sign_up(&origin, Ok(new), &once);
        fresh(done.await.unwrap())
    }

    /// Tries to log in from an address.
    pub(crate) async fn try_log_in(
        &self,
        ip: &str,
        email: &str,
        password: &str,
    ) -> Result<Opened, TenancyError> {
        let login = Login {
            email: email.parse().unwrap(),
            password: secret(password),
        };
        let done = self
            .sessions()
            .login(&self.origin(ip), Ok(login), &never_repeated())
            .await?;
        let Done::Fresh(opened) = done else {
            panic!("a login without a key is never repeated");
        };
        Ok(opened)
    }

    /// Logs in with [`PASSWORD`].
    pub(crate) async fn log_in(&self, email: &str) -> Opened {
        self.try_log_in("203.0.113.7", email, PASSWORD)
            .await
            .unwrap()
    }

    pub(crate) async fn try_refresh(&self, token: &Secret) -> Result<Opened, TenancyError> {
        self.sessions()
            .refresh(&self.origin("203.0.113.8"), Ok(token.clone()))
            .await
    }

    pub(crate) async fn authenticate(&self, token: &Secret) -> Result<Principal, TenancyError> {
        self.sessions()
            .authenticate(token, self.origin("203.0.113.8"))
            .await
    }

    pub(crate) fn platform_users(&self) -> PlatformUsers {
        PlatformUsers::new(&self.ports())
    }

    /// An administrator of the platform.
    pub(crate) async fn admin(&self) -> PlatformAdmin {
        let new = NewAdmin {
            email: "grace@example.com".parse().unwrap(),
            display_name: "Grace Hopper".parse().unwrap(),
            password: password(PASSWORD),
        };
        let made = self.platform_users().make_admin(new).await.unwrap();
        self.access()
            .authorize_platform_admin(&self.session_of(made.user.id()))
            .await
            .unwrap()
    }

    pub(crate) async fn set_status(&self, user: UserId, status: UserStatus) {
        self.platform_users()
            .change_status(&self.admin().await, user, &Expected::Any, Ok(status))
            .await
            .unwrap();
    }

    /// Somebody who bears an API key.
    pub(crate) fn api_key_of(&self, user: UserId) -> Principal {
        Principal {
            credential: Credential::ApiKey(ApiKeyId::from_uuid(uuid::Uuid::from_u128(1))),
            limits: Some(KeyLimits {
                organization: OrganizationId::from_uuid(uuid::Uuid::from_u128(2)),
                scopes: PermissionSet::all(),
            }),
            ..self.session_of(user)
        }
    }

    /// The entries of the platform's audit log, oldest first.
    pub(crate) fn platform_entries(&self) -> Vec<AuditEntry> {
        self.database.audit_entries(OrganizationId::PLATFORM)
    }

    /// The newest entry of the platform's audit log.
    pub(crate) fn last_entry(&self) -> AuditEntry {
        self.platform_entries().pop().unwrap()
    }
}
