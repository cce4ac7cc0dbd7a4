//! Refusals that are security events leave an entry, and no other refusal does.

use reqwest::Method;
use serde_json::{Value, json};
use tenancy::{PermissionSet, RoleTemplate};
use uuid::Uuid;

use super::ledger::{Entry as Written, changes, entries, text};
use crate::matrix::{Attempt, Bearing, Entry, Rule, World};
use crate::stack::{Answer, Rows};

/// Makes the attempt, which changes nothing, and tells what was written about it.
async fn refused(
    world: &World,
    attempt: &Attempt<'_>,
    bearing: Bearing<'_>,
    status: u16,
) -> Vec<Written> {
    let before = world.stack.rows().await;
    let answer = attempt.by(&world.stack, bearing).await;
    assert_eq!(answer.status, status, "{}", attempt.entry.operation);
    written(world, &before, &answer).await
}

async fn written(world: &World, before: &Rows, answer: &Answer) -> Vec<Written> {
    let after = world.stack.rows().await;
    assert_eq!(changes(before, &after), [], "a refusal changes nothing");
    entries(before, &after, answer.header("x-request-id"))
}

#[track_caller]
fn assert_denied(
    written: &[Written],
    entry: &Entry,
    organization: Uuid,
    (entity_type, entity): (&str, Uuid),
    reason: &str,
) {
    let [event] = written else {
        panic!("{}: one entry, not {written:?}", entry.operation);
    };
    assert!(event.is_event());
    let said = [
        event.action(),
        text(&event.log["organization_id"]),
        text(&event.log["entity_type"]),
        text(&event.log["entity_id"]),
        event.reason(),
    ];
    let expected = [
        "denied",
        &organization.to_string(),
        entity_type,
        &entity.to_string(),
        reason,
    ];
    assert_eq!(said, expected, "{}", entry.operation);
}

#[tokio::test]
async fn who_is_refused_for_want_of_a_permission_is_in_the_log() {
    let world = World::begin().await;
    let key = world.key_of_owner(PermissionSet::default()).await;

    for (entry, operation) in world.entries() {
        let Rule::Permission(any) = entry.rule else {
            continue;
        };
        let case = world.case(entry).await;
        let attempt = Attempt::holding(entry, operation, &case);
        let home = world.home;
        let mut tries = vec![(Bearing::Token(&key), "api_key")];
        if !entry.rule.admits(RoleTemplate::Viewer) {
            let viewer = world.member(RoleTemplate::Viewer);
            tries.push((Bearing::Token(&viewer.access_token), "user"));
        }
        for (bearing, kind) in tries {
            let mut entries = refused(&world, &attempt, bearing, 403).await;
            // The key's first use from here is an event of its own.
            entries.retain(|entry| entry.action() != "login");
            if entry.needs_session && kind == "api_key" && entries.is_empty() {
                continue;
            }
            assert_denied(&entries, entry, home, ("organization", home), any[0].key());
            assert_eq!(entries[0].log["actor_kind"], kind);
        }
    }
}

#[tokio::test]
async fn who_is_refused_the_administration_of_the_platform_is_in_the_log() {
    let world = World::begin().await;

    for (entry, operation) in world.entries() {
        if entry.rule != Rule::PlatformAdmin {
            continue;
        }
        let case = world.case(entry).await;
        let attempt = Attempt::holding(entry, operation, &case);
        let owner = world.member(RoleTemplate::Owner);
        let bearing = Bearing::Token(&owner.access_token);
        let entries = refused(&world, &attempt, bearing, 403).await;
        let entity = ("user", owner.user);
        assert_denied(&entries, entry, Uuid::nil(), entity, "platform_admin");
    }
}

#[tokio::test]
async fn who_is_no_member_and_who_proves_nothing_is_in_no_tenants_log() {
    let world = World::begin().await;

    for (entry, operation) in world.entries() {
        if !entry.rule.is_tenants() {
            continue;
        }
        let case = world.case(entry).await;
        let attempt = Attempt::holding(entry, operation, &case);
        let stranger = Bearing::Token(&world.stranger.access_token);
        for (bearing, status) in [(stranger, 403), (Bearing::Nothing, 401)] {
            let entries = refused(&world, &attempt, bearing, status).await;
            assert!(entries.is_empty(), "{}: {entries:?}", entry.operation);
        }
    }
}

#[tokio::test]
async fn a_login_that_fails_is_in_the_log_with_its_reason() {
    let world = World::begin().await;
    let known = world.member(RoleTemplate::Viewer);
    let user = known.user.to_string();
    for (email, entity, reason) in [
        (known.email.as_str(), user.as_str(), "wrong-password"),
        ("nobody@example.com", "", "unknown-account"),
    ] {
        let before = world.stack.rows().await;
        let body = json!({ "email": email, "password": "not the password" });
        let answer = log_in(&world, &body).await.expect(401);

        let entries = written(&world, &before, &answer).await;

        let [event] = &entries[..] else {
            panic!("one entry, not {entries:?}");
        };
        assert_eq!(event.action(), "login_failed");
        assert_eq!(text(&event.log["entity_id"]), entity);
        assert_eq!(event.reason(), reason);
        assert_eq!(event.payload["ip"], "127.0.0.1");
        assert_eq!(event.log["organization_id"], json!(Uuid::nil()));
    }
}

#[tokio::test]
async fn logins_beyond_the_limit_are_in_the_log_once_in_a_while() {
    let world = World::begin().await;
    let body = json!({ "email": "somebody@example.com", "password": "not the password" });
    let mut answer = log_in(&world, &body).await;
    let mut before = world.stack.rows().await;
    while answer.status == 401 {
        before = world.stack.rows().await;
        answer = log_in(&world, &body).await;
    }

    let first = written(&world, &before, &answer.expect(429)).await;
    let again = log_in(&world, &body).await.expect(429);
    let second = written(&world, &before, &again).await;

    let [event] = &first[..] else {
        panic!("one entry, not {first:?}");
    };
    assert_eq!(event.action(), "login_failed");
    assert_eq!(event.reason(), "throttled");
    assert_eq!(text(&event.log["entity_id"]), "");
    assert!(second.is_empty(), "{second:?}");
}

async fn log_in(world: &World, body: &Value) -> Answer {
    let call = world.stack.call(Method::POST, "/v1/sessions");
    call.once().json(body).send().await
}
