//! API keys: having, using and losing them.

mod keeping;
mod making;
mod using;

use std::sync::Arc;

use kernel::{ApiKeyId, AuditAction, Expected, Secret};
use tenancy::{
    ApiKeyAuthentication, ApiKeys, IssuedApiKey, Member, NewApiKey, Organization, Permission,
    Principal, RoleTemplate, TenancyError,
};
use testkit::SequentialRandom;

use crate::world::{Person, World, fresh, never_repeated};

struct Scene {
    world: World,
    organization: Organization,
    owner: Person,
    random: SequentialRandom,
}

async fn an_installation() -> Scene {
    let world = World::new();
    let (organization, owner) = world.found().await;
    Scene {
        world,
        organization,
        owner,
        random: SequentialRandom::default(),
    }
}

fn wanted(scopes: impl IntoIterator<Item = Permission>) -> NewApiKey {
    NewApiKey {
        name: "Nightly export".parse().unwrap(),
        scopes: scopes.into_iter().collect(),
        expires_at: None,
    }
}

impl Scene {
    fn keys(&self) -> ApiKeys {
        let random = Arc::new(self.random.clone());
        self.world
            .service(|store, clock, ids| ApiKeys::new(store, clock, ids, random))
    }

    async fn join(&self, template: RoleTemplate) -> Person {
        self.world.join(&self.organization, template).await
    }

    /// The person as everybody may be: with the right to see the organization.
    async fn member(&self, person: &Person) -> Member {
        self.world
            .member(&self.organization, person, Permission::OrganizationView)
            .await
    }

    async fn issue(
        &self,
        person: &Person,
        scopes: impl IntoIterator<Item = Permission>,
    ) -> IssuedApiKey {
        let member = self.member(person).await;
        let done = self
            .keys()
            .create(&member, Ok(wanted(scopes)), &never_repeated())
            .await;
        fresh(done.unwrap())
    }

    async fn authenticate(&self, token: &Secret, ip: &str) -> Result<Principal, TenancyError> {
        ApiKeyAuthentication::new(&self.world.ports())
            .authenticate(token, self.world.origin(ip))
            .await
    }

    async fn authorize(
        &self,
        principal: &Principal,
        permission: Permission,
    ) -> Result<Member, TenancyError> {
        let organization = self.organization.id().to_string();
        self.world
            .access()
            .authorize(principal, &organization, permission)
            .await
    }

    async fn revoke(&self, person: &Person, id: ApiKeyId) -> Result<(), TenancyError> {
        let member = self.member(person).await;
        self.keys().revoke(&member, id, &Expected::Any).await
    }

    /// What happened to API keys, oldest first.
    fn events(&self) -> Vec<(AuditAction, Option<uuid::Uuid>)> {
        self.world
            .entries(self.organization.id(), "api_key")
            .into_iter()
            .map(|entry| (entry.action, entry.entity))
            .collect()
    }
}

const HOME: &str = "198.51.100.7";
