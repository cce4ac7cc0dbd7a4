//! Every operation that changes something says so in the audit log, and what it says is what changed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Row as _;
use tenancy::{Permission, RoleTemplate};

use super::deed::Deed;
use super::ledger::text;
use crate::matrix::{Attempt, Case, Entry, Operation, World};
use crate::stack::{Columns, PASSWORD, unique};

type Body = fn(&Case) -> Value;

/// Bodies that change more of a thing than the matrix's do.
const FULLER: &[(&str, Body)] = &[
    ("createApiKey", |_| {
        json!({
            "name": "Nightly",
            "scopes": [Permission::TeamView.key(), Permission::MemberView.key()],
            "expires_at": "2999-01-01T00:00:00Z",
        })
    }),
    ("updateApiKey", |_| {
        json!({
            "name": "Weekly",
            "scopes": [Permission::TeamView.key()],
            "expires_at": "2999-01-01T00:00:00Z",
        })
    }),
    ("createOrganization", |_| {
        json!({
            "name": "Acme",
            "slug": format!("o-{}", unique().simple()),
            "domain": format!("{}.example.com", unique().simple()),
        })
    }),
    ("updateOrganization", |_| {
        json!({
            "name": "Acme & Partners",
            "slug": format!("o-{}", unique().simple()),
            "domain": format!("{}.example.com", unique().simple()),
            "settings": { "timezone": "Europe/Vienna", "locale": "de-AT" },
        })
    }),
    ("createRole", |_| {
        json!({
            "name": format!("Role {}", unique()),
            "description": "Looks after people.",
            "permissions": [Permission::TeamView.key(), Permission::MemberView.key()],
        })
    }),
    ("updateRole", |_| {
        json!({
            "description": "Looks after people.",
            "permissions": [Permission::TeamView.key(), Permission::MemberView.key()],
        })
    }),
    (
        "createTeam",
        |_| json!({ "name": format!("Team {}", unique()), "description": "Sells." }),
    ),
    ("updateTeam", |_| json!({ "description": "Sells." })),
    ("updatePreferences", |_| {
        json!({
            "timezone": "Europe/Vienna",
            "locale": "de-AT",
            "preferences": { "theme": "dark", "columns": ["name", "email"] },
        })
    }),
];

/// Operations whose bodies list what belongs to the one thing that they make or change, or add to a log of its own.
const OF_ONE_THING: [&str; 3] = ["createCampaign", "updateCampaign", "ingestEvents"];

#[tokio::test]
async fn what_an_operation_changes_is_what_it_tells_the_audit_log() {
    let world = World::begin().await;
    let mut told = 0;

    for (entry, operation) in world.entries() {
        let [case] = world.spending_cases(entry, RoleTemplate::Owner).await;
        let attempt = Attempt::holding(entry, operation, &case);
        told += check(&world, &attempt, &case).await;
    }

    assert!(told > 50, "{told} changes were compared");
}

#[tokio::test]
async fn all_fields_that_a_body_can_change_are_told() {
    let world = World::begin().await;

    for (name, body) in FULLER {
        let (entry, operation) = find(&world, name);
        let [case] = world.spending_cases(entry, RoleTemplate::Owner).await;
        let mut attempt = Attempt::holding(entry, operation, &case);
        attempt.body = Some(body(&case));
        let told = check(&world, &attempt, &case).await;
        assert!(told > 0, "{name} changed something");
    }
}

#[tokio::test]
async fn bulk_work_writes_an_entry_per_entity_with_a_common_batch() {
    let world = World::begin().await;
    let mut bulk = Vec::new();

    for (entry, operation) in world.entries() {
        let cases: [Case; 2] = world.spending_cases(entry, RoleTemplate::Owner).await;
        let Some(body) = merged(entry, &cases) else {
            continue;
        };
        if OF_ONE_THING.contains(&entry.operation) {
            continue;
        }
        let mut attempt = Attempt::holding(entry, operation, &cases[0]);
        attempt.body = Some(body);
        let told = check(&world, &attempt, &cases[0]).await;
        assert!(told >= 2, "{}: {told} changes", entry.operation);
        bulk.push(entry.operation);
    }

    assert!(bulk.len() >= 7, "{bulk:?}");
}

#[tokio::test]
async fn who_is_removed_loses_keys_and_places_in_teams_and_each_is_told() {
    let world = World::begin().await;
    for name in ["removeMember", "removeMembers"] {
        let (entry, operation) = find(&world, name);
        let [case] = world.spending_cases(entry, RoleTemplate::Owner).await;
        let membership = case
            .ids
            .first()
            .or(case.used.first())
            .expect("a membership");
        let tokens = world.equip(membership).await;
        for token in &tokens {
            assert_eq!(world.read_with(token).await, 200);
        }

        let attempt = Attempt::holding(entry, operation, &case);
        let told = check(&world, &attempt, &case).await;

        assert_eq!(
            told, 4,
            "{name}: a membership, two keys and a place in a team"
        );
        for token in &tokens {
            assert_eq!(
                world.read_with(token).await,
                401,
                "{name}: a key still opens"
            );
        }
    }
}

impl World {
    /// Gives the member at home two API keys and a place in a team; tells the keys' tokens.
    async fn equip(&self, membership: &str) -> [String; 2] {
        let user = sqlx::query("SELECT user_id FROM memberships WHERE id = $1::uuid")
            .bind(membership)
            .fetch_one(&mut self.stack.admin().await)
            .await
            .expect("a membership")
            .get(0);
        let (_, one) = self
            .stack
            .api_key(self.home, user, [Permission::OrganizationView])
            .await;
        let (_, other) = self
            .stack
            .api_key(self.home, user, [Permission::OrganizationView])
            .await;
        let owner = self.member(RoleTemplate::Owner);
        let teams = format!("/v1/organizations/{}/teams", self.home);
        let post = async |address: String, body: Value| {
            let call = self
                .stack
                .call(Method::POST, &address)
                .by(owner)
                .json(&body);
            call.send().await.expect(201).json()
        };
        let team = post(
            teams.clone(),
            json!({ "name": format!("Team {}", unique()) }),
        )
        .await;
        let members = format!("{teams}/{}/members", text(&team["id"]));
        post(members, json!({ "membership_id": membership })).await;
        [one, other]
    }

    /// The status with which home is read by who bears the token.
    async fn read_with(&self, token: &str) -> u16 {
        let address = format!("/v1/organizations/{}", self.home);
        self.stack
            .call(Method::GET, &address)
            .bearing(token)
            .send()
            .await
            .status
    }
}

fn find<'w>(world: &'w World, name: &str) -> (&'static Entry, &'w Operation) {
    world
        .entries()
        .find(|(entry, _)| entry.operation == name)
        .unwrap_or_else(|| panic!("there is no operation {name}"))
}

#[tokio::test]
async fn a_change_that_is_told_wrongly_is_noticed() {
    let world = World::begin().await;
    let (entry, operation) = find(&world, "changePassword");
    let [case] = world.spending_cases(entry, RoleTemplate::Owner).await;
    let attempt = Attempt::holding(entry, operation, &case);
    let deed = Deed::of(&world, &attempt, &case).await;
    let user = case.caller.user.to_string();
    let changed = |change: Value| {
        move |payload: &mut Columns| {
            payload["changes"]["password_hash"] = change.clone();
            true
        }
    };

    assert_eq!(deed.check(), 1);

    for (what, tampered) in [
        ("no entry", deed.tampered("audit_logs", |_| false)),
        (
            "another entity",
            deed.tampered("audit_logs", |log| {
                log["entity_id"] = json!(unique());
                true
            }),
        ),
        (
            "another action",
            deed.tampered("audit_logs", |log| {
                log["action"] = json!("create");
                true
            }),
        ),
        (
            "another actor",
            deed.tampered("audit_logs", |log| {
                log["user_id"] = json!(unique());
                true
            }),
        ),
        (
            "another value",
            deed.tampered(
                "audit_payloads",
                changed(json!({ "old": null, "new": "set" })),
            ),
        ),
        (
            "the secret itself",
            deed.tampered(
                "audit_payloads",
                changed(json!({ "old": PASSWORD, "new": "set" })),
            ),
        ),
        (
            "a field that is not told",
            deed.tampered("users", |row| {
                row["display_name"] = json!("Somebody else");
                true
            }),
        ),
        (
            "a change without an entry",
            deed.tampered("sessions", |row| {
                row["generation"] = json!(7);
                true
            }),
        ),
        (
            "an entry without a change",
            deed.tampered("users", |row| {
                if row["id"] == user {
                    row["password_hash"] = deed.value_before("users", &user, "password_hash");
                }
                true
            }),
        ),
    ] {
        let judged = catch_unwind(AssertUnwindSafe(|| tampered.check()));
        assert!(judged.is_err(), "{what} goes unnoticed");
    }
}

/// The body that names what both bodies name, if their lists differ.
fn merged(entry: &Entry, cases: &[Case; 2]) -> Option<Value> {
    let make = entry.body?;
    let (mut body, other) = (make(&cases[0]), make(&cases[1]));
    let mut is_bulk = false;
    for (name, list) in body.as_object_mut()? {
        if let (Value::Array(list), Value::Array(more)) = (list, &other[name.as_str()])
            && list != more
        {
            list.extend(more.iter().cloned());
            is_bulk = true;
        }
    }
    is_bulk.then_some(body)
}

/// Makes the call, which must succeed, and compares; tells how many things changed.
async fn check(world: &World, attempt: &Attempt<'_>, case: &Case) -> usize {
    Deed::of(world, attempt, case).await.check()
}
