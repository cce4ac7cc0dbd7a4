//! The operations on members, over storage in memory.

use std::sync::Arc;

use api::edge::EdgeSettings;
use api::members::MembersApi;
use in_memory::MemoryDatabase;
use kernel::{
    Credential, Done, Once, Origin, PageRequest, RequestId, Secret, SessionId, TenantScope, UserId,
};
use serde_json::json;
use tenancy::{
    AccountPorts, Login, Members, Organization, Organizations, Principal, RoleTemplate, Sessions,
};
use testkit::{
    FixedClock, PlainHasher, SequentialIds, a_membership, a_user, accounts_in_memory,
    an_organization,
};
use uuid::Uuid;

use crate::support::{World, pairs};

const PASSWORD: &str = "wide open barn doors";

struct Scene {
    world: World,
    database: MemoryDatabase,
    ports: AccountPorts,
    organization: Organization,
    owner: Person,
}

struct Person {
    user: UserId,
    membership: Uuid,
    token: String,
}

fn principal(ports: &AccountPorts, user: UserId) -> Principal {
    Principal {
        user,
        credential: Credential::Session(SessionId::from_uuid(ports.ids.next())),
        origin: Origin::internal(RequestId::from_uuid(ports.ids.next())),
        limits: None,
    }
}

fn never_repeated<T>() -> Once<'static, T> {
    Once {
        request: None,
        render: &|_| unreachable!("a request without a key is not recorded"),
    }
}

/// A new account, logged in.
async fn log_in(database: &MemoryDatabase, ports: &AccountPorts) -> (UserId, String) {
    let hash = PlainHasher::default().plain_hash(PASSWORD);
    let user = a_user().password(Some(hash)).build();
    database.add_user(&user);
    let login = Login {
        email: user.state().email.clone(),
        password: Secret::new(PASSWORD.to_owned()),
    };
    let origin = Origin::internal(RequestId::from_uuid(ports.ids.next()));
    let opened = Sessions::new(ports)
        .login(&origin, Ok(login), &never_repeated())
        .await;
    let Done::Fresh(opened) = opened.unwrap() else {
        panic!("a login is never a repetition");
    };
    (user.id(), opened.tokens.access.expose().to_owned())
}

impl Scene {
    async fn new() -> Self {
        let database = MemoryDatabase::new();
        let ports = accounts_in_memory(&database, FixedClock::default(), SequentialIds::default());
        let wired = || {
            (
                Arc::clone(&ports.store),
                Arc::clone(&ports.clock),
                Arc::clone(&ports.ids),
            )
        };
        let (store, clock, ids) = wired();
        let api = (MembersApi::new(Members::new(store, clock, ids)), ());
        let world = World::over(api, EdgeSettings::default(), &ports, &database);

        let (user, token) = log_in(&database, &ports).await;
        let new = an_organization().to_new();
        let (store, clock, ids) = wired();
        let made = Organizations::new(store, clock, ids)
            .create(&principal(&ports, user), Ok(new), &never_repeated())
            .await;
        let Done::Fresh(organization) = made.unwrap() else {
            panic!("the organization is new");
        };
        let scene = Self {
            world,
            database,
            ports,
            organization,
            owner: Person {
                user,
                membership: Uuid::nil(),
                token,
            },
        };
        let unit = scene.unit().await;
        let found = unit.memberships().find_by_user(user).await.unwrap();
        let membership = found.unwrap().state().id.as_uuid();
        Self {
            owner: Person {
                membership,
                ..scene.owner
            },
            ..scene
        }
    }

    async fn unit(&self) -> Box<dyn tenancy::ports::TenancyUnit> {
        let principal = principal(&self.ports, self.owner.user);
        let scope = TenantScope::for_principal(
            self.organization.id(),
            principal.actor(),
            principal.origin.clone(),
        );
        self.ports.store.begin(&scope).await.unwrap()
    }

    async fn role(&self, template: RoleTemplate) -> kernel::RoleId {
        let unit = self.unit().await;
        let roles = unit.roles().list(&PageRequest::first()).await.unwrap();
        let mut roles = roles.items.iter().map(tenancy::Role::state);
        roles
            .find(|role| role.template == Some(template))
            .unwrap()
            .id
    }

    /// Somebody who joined with the role of a template, and is logged in.
    async fn join(&self, template: RoleTemplate) -> Person {
        let (user, token) = log_in(&self.database, &self.ports).await;
        let role = self.role(template).await;
        let membership = a_membership(self.organization.id(), user, role).build();
        let unit = self.unit().await;
        unit.memberships().insert(&membership).await.unwrap();
        unit.commit().await.unwrap();
        Person {
            user,
            membership: membership.state().id.as_uuid(),
            token,
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/organizations/{}{rest}", self.organization.id())
    }

    fn member(&self, person: &Person) -> String {
        self.path(&format!("/members/{}", person.membership))
    }
}

#[tokio::test]
async fn a_member_is_listed_read_changed_and_removed() {
    let scene = Scene::new().await;
    let person = scene.join(RoleTemplate::Viewer).await;
    let (world, token) = (&scene.world, &scene.owner.token);
    let viewer = scene.role(RoleTemplate::Viewer).await;
    let manager = scene.role(RoleTemplate::Manager).await;

    let listed = world.get(&scene.path("/members")).token(token).send().await;
    let items = listed.is(200).json()["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 2);
    let of_role = scene.path(&format!("/members?role_id={viewer}"));
    let listed = world.get(&of_role).token(token).send().await;
    assert_eq!(listed.is(200).json()["items"], json!([items[1]]));
    assert_eq!(items[1]["id"], json!(person.membership));
    assert_eq!(items[1]["user_id"], json!(person.user));
    assert_eq!(
        items[1]["role"],
        json!({"id": viewer, "name": "viewer", "template": "viewer"})
    );

    let path = scene.member(&person);
    let read = world.get(&path).token(token).send().await;
    assert_eq!(read.is(200).json(), items[1]);
    let tag = read.header("etag");
    let again = world.get(&path).token(token).header("if-none-match", &tag);
    again.send().await.is(304);

    let change = |tag: &str| {
        world
            .patch(&path)
            .token(token)
            .header("if-match", tag)
            .json(&json!({ "role_id": manager }))
            .send()
    };
    let changed = change(&tag).await;
    assert_eq!(changed.is(200).json()["role"]["name"], "manager");
    assert_ne!(changed.header("etag"), tag);
    change(&tag).await.is_problem(412, "stale");

    world.delete(&path).token(token).send().await.is(204);
    let gone = world.get(&path).token(token).send().await;
    gone.is_problem(404, "not-found");
}

#[tokio::test]
async fn what_stands_in_the_way_is_told() {
    let scene = Scene::new().await;
    let viewer = scene.join(RoleTemplate::Viewer).await;
    let world = &scene.world;

    let refused = world
        .delete(&scene.member(&scene.owner))
        .token(&viewer.token)
        .send()
        .await;
    refused.is_problem(403, "permission-missing");
    let refused = world
        .delete(&scene.member(&scene.owner))
        .token(&scene.owner.token)
        .send()
        .await;
    refused.is_problem(409, "last-owner");
    let refused = world
        .patch(&scene.member(&viewer))
        .token(&scene.owner.token)
        .json(&json!({ "role_id": Uuid::nil() }))
        .send()
        .await;
    refused.is_problem(422, "invalid");
    assert_eq!(refused.faults(), pairs(&[("#/role_id", "unknown-role")]));
}

#[tokio::test]
async fn anybody_can_leave() {
    let scene = Scene::new().await;
    let viewer = scene.join(RoleTemplate::Viewer).await;
    let leave = || {
        scene
            .world
            .post(&scene.path("/leave"))
            .token(&viewer.token)
            .send()
    };

    leave().await.is(204);

    leave().await.is_problem(403, "not-a-member");
}

#[tokio::test]
async fn many_are_changed_and_removed_with_an_outcome_each() {
    let scene = Scene::new().await;
    let (one, two) = (
        scene.join(RoleTemplate::Viewer).await,
        scene.join(RoleTemplate::Viewer).await,
    );
    let world = &scene.world;
    let role = scene.role(RoleTemplate::Manager).await;
    let done = |person: &Person| json!({"id": person.membership, "problem": null});
    let owner_stays = json!({"id": scene.owner.membership, "problem": {
        "code": "last-owner",
        "detail": "the last owner can be neither removed nor demoted",
    }});

    let changed = world
        .post(&scene.path("/members/bulk-update"))
        .token(&scene.owner.token)
        .json(&json!({
            "ids": [one.membership, scene.owner.membership, two.membership],
            "role_id": role,
        }))
        .send()
        .await;
    assert_eq!(
        changed.is(200).json()["results"],
        json!([done(&one), owner_stays, done(&two)])
    );

    let remove = || {
        world
            .post(&scene.path("/members/bulk-remove"))
            .token(&scene.owner.token)
            .header("idempotency-key", "remove-them-all")
            .json(&json!({"ids": [scene.owner.membership, one.membership, two.membership]}))
            .send()
    };
    let removed = remove().await;
    assert_eq!(
        removed.is(200).json()["results"],
        json!([owner_stays, done(&one), done(&two)])
    );
    let again = remove().await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.is(200).body, removed.body);
}
