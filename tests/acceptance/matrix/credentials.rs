//! What proves nothing opens nothing.

use futures_util::future::join_all;
use infrastructure::SystemRandom;
use sqlx::AssertSqlSafe;
use tenancy::{ApiKeyToken, PermissionSet, RoleTemplate};
use uuid::Uuid;

use super::case::{Attempt, Bearing};
use super::entry::Rule;
use super::world::{World, assert_refused, assert_unchanged};
use crate::stack::{Rows, Session};

/// A header that must open nothing, and why; `None` is no header.
type Useless = (&'static str, Option<String>);

#[tokio::test]
async fn nobody_gets_in_without_a_credential_that_stands() {
    let world = World::begin().await;
    let useless = useless(&world).await;
    let mut admin = world.stack.admin().await;
    let mut answers = Vec::new();

    for (entry, operation) in world.entries() {
        if entry.rule == Rule::Anyone {
            continue;
        }
        let case = world.case(entry).await;
        let attempt = Attempt::holding(entry, operation, &case);
        let before = Rows::read(&mut admin).await;
        let told = join_all(useless.iter().map(async |(why, header)| {
            let bearing = header.as_deref().map_or(Bearing::Nothing, Bearing::Header);
            let answer = attempt.by(&world.stack, bearing).await;
            assert_refused(&attempt, why, &answer, 401, "unauthenticated");
            assert_eq!(answer.header("www-authenticate"), "Bearer", "{why}");
            answer.without_request_id()
        }))
        .await;
        assert_unchanged(&mut admin, &before, entry).await;
        answers.extend(told);
    }

    answers.sort();
    answers.dedup();
    assert_eq!(answers.len(), 1, "all look alike: {answers:#?}");
}

async fn useless(world: &World) -> Vec<Useless> {
    let good = world.member(RoleTemplate::Owner).access_token.clone();
    let mut last_changed = good.clone();
    let last = last_changed.pop();
    last_changed.push(if last == Some('A') { 'B' } else { 'A' });
    let key = world.key_of_owner(PermissionSet::all()).await;
    let unknown = ApiKeyToken::generate(&SystemRandom);

    let mut useless: Vec<Useless> = vec![
        ("no header", None),
        ("an empty header", Some(String::new())),
        ("no token", Some("Bearer".to_owned())),
        ("an empty token", Some("Bearer ".to_owned())),
        ("no scheme", Some(good.clone())),
        ("another scheme", Some("Basic YWRhOnNlY3JldA==".to_owned())),
        ("the token as a password", Some(format!("Basic {good}"))),
        ("two tokens", Some(format!("Bearer {good} {good}"))),
    ];
    let mut bearing = |why, token: &str| useless.push((why, Some(format!("Bearer {token}"))));
    bearing("a malformed token", "let-me-in");
    bearing("the beginning of a token", &good[..good.len() - 1]);
    bearing("a token with more behind it", &format!("{good}A"));
    bearing("a token that nobody signed", &last_changed);
    bearing(
        "a token under another name",
        &good.replacen("cva_", "cvr_", 1),
    );
    bearing("a key that was never made", unknown.secret().expose());
    bearing("a malformed key", &key[..key.len() - 1]);

    let owner = world.member(RoleTemplate::Owner);
    for (why, change) in [
        (
            "an expired access token",
            "UPDATE sessions SET access_expires_at = now() - interval '1 second' WHERE id = $1",
        ),
        (
            "an expired session",
            "UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id = $1",
        ),
        (
            "a revoked session",
            "UPDATE sessions SET revoked_at = now() WHERE id = $1",
        ),
    ] {
        let session = world.stack.log_in(&owner.email).await;
        change_row(world, change, session.id).await;
        bearing(why, &session.access_token);
    }
    for (why, change) in [
        (
            "an expired key",
            "UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1",
        ),
        (
            "a revoked key",
            "UPDATE api_keys SET revoked_at = now() WHERE id = $1",
        ),
    ] {
        let scopes = PermissionSet::all();
        let (id, token) = world
            .stack
            .api_key(world.home, owner.user, scopes.iter())
            .await;
        change_row(world, change, id).await;
        bearing(why, &token);
    }
    for (whys, change) in [
        (
            ["a suspended user", "a suspended user's key"],
            "UPDATE users SET status = 'suspended' WHERE id = $1",
        ),
        (
            ["a deactivated user", "a deactivated user's key"],
            "UPDATE users SET status = 'inactive' WHERE id = $1",
        ),
        (
            ["a deleted user", "a deleted user's key"],
            "UPDATE users SET deleted_at = now() WHERE id = $1",
        ),
    ] {
        let (session, key) = another_owner(world).await;
        change_row(world, change, session.user).await;
        bearing(whys[0], &session.access_token);
        bearing(whys[1], &key);
    }
    useless
}

async fn another_owner(world: &World) -> (Session, String) {
    let session = world.stack.join(world.home, RoleTemplate::Owner).await;
    let scopes = PermissionSet::all();
    let (_, key) = world
        .stack
        .api_key(world.home, session.user, scopes.iter())
        .await;
    (session, key)
}

async fn change_row(world: &World, statement: &'static str, id: Uuid) {
    let done = sqlx::query(AssertSqlSafe(statement))
        .bind(id)
        .execute(&mut world.stack.admin().await)
        .await
        .expect("the row changes");
    assert_eq!(done.rows_affected(), 1, "{statement}");
}
