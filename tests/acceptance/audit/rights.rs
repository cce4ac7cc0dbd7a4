//! Whoever reaches for a right that they do not hold is in the log, whichever use case found it out.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use tenancy::{Permission, RoleTemplate};
use uuid::Uuid;

use super::ledger::{Entry as Written, changes, entries, text};
use crate::matrix::World;
use crate::stack::{Session, unique};

/// Refusals that no tenant's log tells, and why.
const UNTOLD: &[(&str, &str)] = &[
    (
        "not-a-member",
        "a stranger could fill the log of an organization that they have nothing to do with",
    ),
    (
        "session-required",
        "it says what a credential is for, and nothing about the rights of whose it is",
    ),
];

/// Refusals that the tests beside this one provoke in every operation that knows them.
const ELSEWHERE: &[&str] = &["permission-missing", "platform-admin-required"];

/// Somebody's try to do what they have no right to.
struct Try<'a> {
    by: &'a Session,
    code: &'static str,
    call: (Method, String, Value),
    /// What the entry is about, and why it was refused.
    told: (&'static str, Uuid, &'static str),
}

/// What an administrator of home can reach for and may not have.
struct Scene {
    world: World,
    admin: Session,
    owner: Session,
    /// A role with a right that the administrator lacks.
    beyond: Uuid,
    /// Who has it.
    keeper: Uuid,
    /// An invitation to it.
    invitation: Uuid,
    own_key: Uuid,
    foreign_key: Uuid,
}

impl Scene {
    async fn begin() -> Self {
        let world = Box::pin(World::begin()).await;
        let admin = world.member(RoleTemplate::Admin).clone();
        let owner = world.member(RoleTemplate::Owner).clone();
        let home = world.home;
        let stack = &world.stack;
        let person = stack.sign_up_and_log_in().await.user;
        let keeper = stack.add_member(home, person, RoleTemplate::Viewer).await;
        let own_key = stack.api_key(home, admin.user, []).await.0;
        let foreign_key = stack.api_key(home, owner.user, []).await.0;
        let mut scene = Self {
            world,
            admin,
            owner,
            beyond: Uuid::nil(),
            keeper,
            invitation: Uuid::nil(),
            own_key,
            foreign_key,
        };
        let role = json!({ "name": "Beyond", "permissions": [BEYOND] });
        scene.beyond = scene.make("/roles", &role).await;
        let invited = json!({ "email": email(), "role_id": scene.beyond });
        scene.invitation = scene.make("/invitations", &invited).await;
        let address = scene.address(&format!("/members/{keeper}"));
        let promote = scene
            .world
            .stack
            .call(Method::PATCH, &address)
            .by(&scene.owner);
        let role = json!({ "role_id": scene.beyond });
        promote.json(&role).send().await.expect(200);
        scene
    }

    fn address(&self, path: &str) -> String {
        format!("/v1/organizations/{}{path}", self.world.home)
    }

    async fn make(&self, path: &str, body: &Value) -> Uuid {
        let call = self.world.stack.call(Method::POST, &self.address(path));
        let made = call
            .by(&self.owner)
            .once()
            .json(body)
            .send()
            .await
            .expect(201);
        text(&made.json()["id"]).parse().expect("an id")
    }

    fn reach(
        &self,
        (method, path, body): (Method, &str, Value),
        (entity_type, entity): (&'static str, Uuid),
    ) -> Try<'_> {
        Try {
            by: &self.admin,
            code: "right-not-held",
            call: (method, self.address(path), body),
            told: (entity_type, entity, BEYOND),
        }
    }

    /// A try for each use case that can refuse a right.
    fn tries(&self) -> Vec<Try<'_>> {
        let home = ("organization", self.world.home);
        let (beyond, keeper) = (("role", self.beyond), ("membership", self.keeper));
        let role = format!("/roles/{}", self.beyond);
        let member = format!("/members/{}", self.keeper);
        let to_beyond = json!({ "role_id": self.beyond });
        let made = json!({ "name": "Further", "permissions": [BEYOND] });
        let taken = json!({ "permissions": [] });
        let invited = json!({ "email": email(), "role_id": self.beyond });
        let resent = format!("/invitations/{}/resend", self.invitation);
        let all = json!({ "role_id": self.beyond, "ids": [self.keeper] });
        let key = json!({ "name": "Far", "scopes": [BEYOND] });
        let widened = json!({ "scopes": [BEYOND] });
        let own_key = format!("/api-keys/{}", self.own_key);
        let foreign_key = format!("/api-keys/{}", self.foreign_key);
        vec![
            self.reach((Method::POST, "/roles", made), home),
            self.reach((Method::PATCH, &role, taken), beyond),
            self.reach((Method::DELETE, &role, Value::Null), beyond),
            self.reach((Method::POST, "/invitations", invited), home),
            self.reach(
                (Method::POST, &resent, Value::Null),
                ("invitation", self.invitation),
            ),
            self.reach((Method::PATCH, &member, to_beyond), keeper),
            self.reach((Method::POST, "/members/bulk-update", all), home),
            self.reach((Method::DELETE, &member, Value::Null), keeper),
            self.reach((Method::POST, "/api-keys", key), home),
            self.reach(
                (Method::PATCH, &own_key, widened),
                ("api_key", self.own_key),
            ),
            Try {
                by: &self.owner,
                code: "api-key-of-another",
                call: (
                    Method::PATCH,
                    self.address(&own_key),
                    json!({ "name": "Mine" }),
                ),
                told: ("api_key", self.own_key, "api-key-of-another"),
            },
            Try {
                by: &self.admin,
                code: "api-key-of-another",
                call: (
                    Method::PATCH,
                    self.address(&foreign_key),
                    json!({ "name": "Mine" }),
                ),
                told: ("api_key", self.foreign_key, "api-key-of-another"),
            },
            Try {
                by: &self.admin,
                code: "owner-required",
                call: (
                    Method::PATCH,
                    self.address(""),
                    json!({ "owner_id": self.admin.user }),
                ),
                told: (home.0, home.1, "owner"),
            },
        ]
    }

    /// Makes the call, which changes nothing, and tells what was written about it.
    async fn written(
        &self,
        by: &Session,
        call: &(Method, String, Value),
        status: u16,
    ) -> Vec<Written> {
        let (method, address, body) = call;
        let before = self.world.stack.rows().await;
        let mut call = self.world.stack.call(method.clone(), address).by(by);
        if *method == Method::POST {
            call = call.once();
        }
        let answer = match body {
            Value::Null => call.send().await,
            body => call.json(body).send().await,
        };
        let answer = answer.expect(status);
        let after = self.world.stack.rows().await;
        if status == 403 {
            assert_eq!(changes(&before, &after), [], "a refusal changes nothing");
        }
        entries(&before, &after, answer.header("x-request-id"))
    }
}

const BEYOND: &str = Permission::OrganizationDelete.key();

fn email() -> String {
    format!("{}@example.com", unique().simple())
}

fn said(entry: &Written) -> [String; 5] {
    [
        entry.action(),
        text(&entry.log["organization_id"]),
        text(&entry.log["entity_type"]),
        text(&entry.log["entity_id"]),
        entry.reason(),
    ]
}

fn denied(organization: Uuid, told: (&str, Uuid, &str)) -> [String; 5] {
    let (entity_type, entity, reason) = told;
    [
        "denied".to_owned(),
        organization.to_string(),
        entity_type.to_owned(),
        entity.to_string(),
        reason.to_owned(),
    ]
}

#[tokio::test]
async fn who_reaches_for_a_right_that_they_do_not_hold_is_in_the_log() {
    let scene = Scene::begin().await;

    for attempt in scene.tries() {
        let entries = scene.written(attempt.by, &attempt.call, 403).await;

        let told: Vec<_> = entries.iter().map(said).collect();
        let expected = denied(scene.world.home, attempt.told);
        assert_eq!(told, [expected], "{:?}", attempt.call);
    }
}

#[tokio::test]
async fn what_is_refused_to_some_of_several_is_in_the_log_beside_what_is_done() {
    let scene = Scene::begin().await;
    let home = scene.world.home;
    let invited = json!({ "invitations": [
        { "email": email(), "role_id": scene.beyond },
        { "email": email(), "role_id": scene.beyond },
    ] });
    let removed = json!({ "ids": [scene.keeper] });

    let call = (
        Method::POST,
        scene.address("/invitations/bulk-create"),
        invited,
    );
    let inviting = scene.written(&scene.admin, &call, 200).await;
    let call = (Method::POST, scene.address("/members/bulk-remove"), removed);
    let removing = scene.written(&scene.admin, &call, 200).await;

    let refused = denied(home, ("organization", home, BEYOND));
    let told: Vec<_> = inviting.iter().map(said).collect();
    assert_eq!(told, [refused.clone(), refused]);
    let told: Vec<_> = removing.iter().map(said).collect();
    assert_eq!(told, [denied(home, ("membership", scene.keeper, BEYOND))]);
}

#[tokio::test]
async fn who_comes_with_somebody_elses_invitation_is_in_the_log() {
    let scene = Scene::begin().await;
    let person = scene.world.stack.sign_up_and_log_in().await;
    let role = json!({ "name": "Guests", "permissions": [] });
    let role = scene.make("/roles", &role).await;
    let invited = json!({ "email": person.email, "role_id": role });
    let invitation = scene.make("/invitations", &invited).await;
    let token = scene
        .world
        .stack
        .next_token_mailed_to(&person.email, None)
        .await;
    let thief = &scene.world.stranger;

    let accept = (
        Method::POST,
        "/v1/invitations/accept".to_owned(),
        json!({ "token": token }),
    );
    let entries = scene.written(thief, &accept, 403).await;

    let told: Vec<_> = entries.iter().map(said).collect();
    let reason = ("invitation", invitation, "invitation-for-another");
    assert_eq!(told, [denied(scene.world.home, reason)]);
}

#[tokio::test]
async fn no_refusal_of_a_right_is_without_a_case() {
    let published = include_str!("../../../docs/problems.md");
    let forbidden: BTreeSet<_> = published
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | 403 | "))
        .map(|(code, _)| code)
        .collect();

    let scene = Scene::begin().await;
    let tried: BTreeSet<_> = scene
        .tries()
        .iter()
        .map(|attempt| attempt.code)
        .chain(["invitation-for-another"])
        .chain(ELSEWHERE.iter().copied())
        .chain(UNTOLD.iter().map(|(code, _)| *code))
        .collect();

    assert_eq!(tried, forbidden);
}
