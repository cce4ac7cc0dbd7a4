//! People of the server: accounts, sessions, memberships.
//!
//! Accounts and sessions are made by the program's own use cases over the server's database and keys,
//! past HTTP: passwords are hashed at the least cost, and nobody counts how often somebody logs in.
//! The server takes the tokens as its own, and lets the same people log in over HTTP.

use std::sync::LazyLock;

use async_trait::async_trait;
use infrastructure::{SystemIds, SystemRandom};
use kernel::{
    Actor, IdGenerator as _, JobId, JobKind, NewJob, Once, OrganizationId, Origin, Quota,
    RateDecision, RateLimiter, RequestId, Secret, StorageError, TenantScope, Timestamp, UserId,
};
use reqwest::Method;
use serde_json::{Value, json};
use tenancy::{ApiKeyToken, Login, Permission, RoleTemplate, Sessions, User};
use uuid::Uuid;

use super::Stack;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "wide open barn doors";

/// Somebody who logged in.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The session's id.
    pub(crate) id: Uuid,
    /// Who it is.
    pub(crate) user: Uuid,
    /// Their address.
    pub(crate) email: String,
    /// What opens the API.
    pub(crate) access_token: String,
    /// What gets the next tokens.
    pub(crate) refresh_token: String,
}

/// An id that nobody else has.
pub(crate) fn unique() -> Uuid {
    static IDS: LazyLock<SystemIds> = LazyLock::new(SystemIds::default);
    IDS.next()
}

/// Nothing is counted.
pub(super) struct NoLimits;

#[async_trait]
impl RateLimiter for NoLimits {
    async fn take(
        &self,
        _: [u8; 32],
        _: Quota,
        _: Timestamp,
    ) -> Result<RateDecision, StorageError> {
        Ok(RateDecision::Allowed)
    }

    async fn reset(&self, _: [u8; 32]) -> Result<(), StorageError> {
        Ok(())
    }
}

impl Stack {
    /// A new person who logged in.
    pub(crate) async fn sign_up_and_log_in(&self) -> Session {
        let email = format!("{}@example.com", unique().simple());
        self.sign_up(&email).await;
        self.log_in(&email).await
    }

    /// A new account with the address, and [`PASSWORD`].
    pub(crate) async fn sign_up(&self, email: &str) -> Uuid {
        let ports = self.accounts();
        let hash = ports
            .hasher
            .hash(&Secret::new(PASSWORD.to_owned()))
            .await
            .expect("a password is hashed");
        let id = UserId::from_uuid(ports.ids.next());
        let user = User::sign_up(
            id,
            email.parse().expect("an email address"),
            "Ada Example".parse().expect("a name"),
            hash,
            ports.clock.now(),
            Some(id),
        );
        let scope = TenantScope::platform(Actor::Anonymous, self.origin());
        let unit = ports.store.begin(&scope).await.expect("a unit begins");
        unit.users().insert(&user).await.expect("a user is added");
        unit.commit().await.expect("the unit is committed");
        id.as_uuid()
    }

    /// Another session of the person with this address.
    pub(crate) async fn log_in(&self, email: &str) -> Session {
        let login = Login {
            email: email.parse().expect("an email address"),
            password: Secret::new(PASSWORD.to_owned()),
        };
        let unrepeatable = Once {
            request: None,
            render: &|_| unreachable!("a login without a key is not recorded"),
        };
        let opened = Sessions::new(self.accounts())
            .login(&self.origin(), Ok(login), &unrepeatable)
            .await
            .expect("the password is right");
        let kernel::Done::Fresh(opened) = opened else {
            panic!("a login without a key is never a repetition");
        };
        Session {
            id: opened.session.id().as_uuid(),
            user: opened.session.state().user.as_uuid(),
            email: email.to_owned(),
            access_token: opened.tokens.access.expose().to_owned(),
            refresh_token: opened.tokens.refresh.expose().to_owned(),
        }
    }

    /// A new organization of which the session's user is the owner, as the API tells it.
    pub(crate) async fn create_organization(&self, owner: &Session) -> Value {
        let slug = format!("o-{}", unique().simple());
        self.call(Method::POST, "/v1/organizations")
            .by(owner)
            .once()
            .json(&json!({ "name": "Acme Brokers", "slug": slug }))
            .send()
            .await
            .expect(201)
            .json()
    }

    /// A new person who is a member of the organization, by the role copied from the template.
    pub(crate) async fn join(&self, organization: Uuid, role: RoleTemplate) -> Session {
        let session = self.sign_up_and_log_in().await;
        self.add_member(organization, session.user, role).await;
        session
    }

    /// Makes the user a member; tells the membership's id.
    pub(crate) async fn add_member(
        &self,
        organization: Uuid,
        user: Uuid,
        role: RoleTemplate,
    ) -> Uuid {
        let mut admin = self.admin().await;
        let id = self.accounts().ids.next();
        sqlx::query(
            "WITH known AS ( \
                 INSERT INTO user_organizations (user_id, organization_id, created_at) VALUES ($3, $1, now())) \
             INSERT INTO memberships (organization_id, id, user_id, role_id, joined_at, invitation_state, \
                 created_at, updated_at, version) \
             SELECT $1, $2, $3, r.id, now(), 'direct', now(), now(), 1 FROM roles r \
             WHERE r.organization_id = $1 AND r.template_key = $4",
        )
        .bind(organization)
        .bind(id)
        .bind(user)
        .bind(role.key())
        .execute(&mut admin)
        .await
        .expect("a member is added");
        id
    }

    /// Makes the user an administrator of the platform.
    pub(crate) async fn make_platform_admin(&self, user: Uuid) {
        sqlx::query(
            "INSERT INTO user_roles (user_id, role, granted_at, created_at) \
             VALUES ($1, 'platform_admin', now(), now())",
        )
        .bind(user)
        .execute(&mut self.admin().await)
        .await
        .expect("the role is granted");
    }

    /// An API key of the user for the organization, with these scopes; tells its id and its token.
    pub(crate) async fn api_key(
        &self,
        organization: Uuid,
        user: Uuid,
        scopes: impl IntoIterator<Item = Permission>,
    ) -> (Uuid, String) {
        let token = ApiKeyToken::generate(&SystemRandom);
        let id = unique();
        let scopes = scopes.into_iter().map(Permission::key).collect::<Vec<_>>();
        sqlx::query(
            "WITH known AS ( \
                 INSERT INTO credentials (kind, hash, organization_id, subject_id, created_at) \
                 VALUES ('api_key', $6, $1, $2, now())) \
             INSERT INTO api_keys (organization_id, id, user_id, name, scopes, prefix, key_hash, \
                 created_at, updated_at, version) \
             VALUES ($1, $2, $3, 'key', $4, $5, $6, now(), now(), 1)",
        )
        .bind(organization)
        .bind(id)
        .bind(user)
        .bind(scopes)
        .bind(token.shown())
        .bind(token.hash().as_bytes().as_slice())
        .execute(&mut self.admin().await)
        .await
        .expect("a key is added");
        (id, token.secret().expose().to_owned())
    }

    /// A job of the organization that no worker takes today; tells its id.
    pub(crate) async fn enqueue_job(&self, organization: Uuid) -> Uuid {
        let ports = self.accounts();
        let id = ports.ids.next();
        let organization = OrganizationId::from_uuid(organization);
        let scope = TenantScope::for_principal(organization, Actor::Operator, self.origin());
        let unit = ports.store.begin(&scope).await.expect("a unit begins");
        let job = NewJob {
            id: JobId::from_uuid(id),
            kind: JobKind::new("count"),
            payload: json!({}),
            run_at: ports.clock.now() + time::Duration::days(1),
            max_attempts: 3,
        };
        let enqueued = unit.jobs().enqueue(&job).await;
        enqueued.expect("a job is enqueued");
        unit.commit().await.expect("the unit is committed");
        id
    }

    fn origin(&self) -> Origin {
        Origin::internal(RequestId::from_uuid(self.accounts().ids.next()))
    }
}
