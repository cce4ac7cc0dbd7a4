//! Organizations of an installation, with people in them.

use kernel::{
    Actor, Credential, OrganizationId, Origin, PageRequest, RequestId, SessionId, TenantScope,
    UserId,
};
use poem::http::Method;
use serde_json::{Value, json};
use tenancy::{MembershipState, RoleTemplate};
use testkit::{a_membership, a_unique_id};

use crate::installation::Installation;
use crate::support::Told;

/// Somebody who logged in.
pub(crate) struct Person {
    pub(crate) user: UserId,
    pub(crate) email: String,
    pub(crate) token: String,
}

impl Installation {
    /// Somebody with an account and a session.
    pub(crate) async fn person(&self) -> Person {
        let email = format!("{}@example.com", a_unique_id().simple());
        let logged_in = self.join(&email).await;
        Person {
            user: logged_in.id.parse().unwrap(),
            email,
            token: logged_in.access,
        }
    }

    /// An organization of the person's own; answers with its id.
    pub(crate) async fn found(&self, person: &Person) -> String {
        let slug = format!("o-{}", a_unique_id().simple());
        let body = json!({"name": "Acme", "slug": slug});
        let told = self.post("/v1/organizations", &person.token, &body).await;
        text(&told.is(201).json()["id"])
    }

    /// An organization with its owner.
    pub(crate) async fn founded(&self) -> (String, Person) {
        let person = self.person().await;
        (self.found(&person).await, person)
    }

    /// Somebody who belongs to the organization with the role of a template, and their membership.
    pub(crate) async fn hire(
        &self,
        organization: &str,
        template: RoleTemplate,
    ) -> (Person, MembershipState) {
        let person = self.person().await;
        let id = organization.parse::<OrganizationId>().unwrap();
        let session = Credential::Session(SessionId::from_uuid(a_unique_id()));
        let origin = Origin::internal(RequestId::from_uuid(a_unique_id()));
        let scope = TenantScope::for_principal(id, Actor::User(person.user, session), origin);
        let unit = self.ports.store.begin(&scope).await.unwrap();
        let roles = unit.roles().list(&PageRequest::first()).await.unwrap();
        let role = roles
            .items
            .iter()
            .find(|role| role.state().template == Some(template))
            .unwrap();
        let membership = a_membership(id, person.user, role.state().id).build();
        unit.memberships().insert(&membership).await.unwrap();
        unit.directory()
            .add_member(person.user, self.ports.clock.now())
            .await
            .unwrap();
        unit.commit().await.unwrap();
        (person, membership.state().clone())
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Told {
        self.ask(Method::GET, path).token(token).send().await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value) -> Told {
        let asking = self.ask(Method::POST, path).token(token);
        asking.json(body).send().await
    }

    pub(crate) async fn patch(&self, path: &str, token: &str, body: &Value) -> Told {
        let asking = self.ask(Method::PATCH, path).token(token);
        asking.json(body).send().await
    }

    pub(crate) async fn delete(&self, path: &str, token: &str) -> Told {
        self.ask(Method::DELETE, path).token(token).send().await
    }
}

/// A text in an answer.
#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A field of all items of a page, in order.
#[track_caller]
pub(crate) fn column(told: &Told, field: &str) -> Vec<Value> {
    told.is(200).json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item[field].clone())
        .collect()
}
