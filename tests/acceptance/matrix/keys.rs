//! An API key gives no more than its scopes, and not what only a person may do.

use reqwest::Method;
use tenancy::{Permission, PermissionSet, RoleTemplate};

use super::case::{Attempt, Bearing};
use super::entry::Rule;
use super::world::{World, assert_named, assert_refused, assert_unchanged};
use crate::stack::Rows;

#[tokio::test]
async fn a_key_without_the_scope_is_refused_and_the_permission_named() {
    let world = World::begin().await;
    let mut admin = world.stack.admin().await;

    for (entry, operation) in world.entries() {
        let Rule::Permission(any) = entry.rule else {
            continue;
        };
        let others = all_but(any);
        let mut keys = vec![
            (
                "the owner's key without it",
                world.key_of_owner(others).await,
            ),
            (
                "the owner's key without any",
                world.key_of_owner(PermissionSet::default()).await,
            ),
        ];
        // Scopes do not make up for what the role lacks, as after a demotion.
        if let Some(role) = RoleTemplate::ALL
            .iter()
            .find(|role| !entry.rule.admits(**role))
        {
            let user = world.member(*role).user;
            let all = PermissionSet::all();
            let key = world.stack.api_key(world.home, user, all.iter()).await;
            keys.push(("the key of somebody without the right", key.1));
        }
        let case = world.case(entry).await;
        let attempt = Attempt::holding(entry, operation, &case);
        let before = Rows::read(&mut admin).await;
        for (who, key) in &keys {
            let answer = attempt.by(&world.stack, Bearing::Token(key)).await;
            assert_refused(&attempt, who, &answer, 403, "permission-missing");
            assert_named(&attempt, &answer, any[0]);
        }
        assert_unchanged(&mut admin, &before, entry).await;
    }
}

#[tokio::test]
async fn a_key_with_no_other_scope_reads_what_the_scope_allows() {
    let world = World::begin().await;

    for (entry, operation) in world.entries() {
        let scope = match entry.rule {
            Rule::Permission(any) => PermissionSet::from_iter([any[0]]),
            Rule::Account | Rule::Member => PermissionSet::default(),
            Rule::Anyone | Rule::Session | Rule::PlatformAdmin => continue,
        };
        if operation.method != Method::GET || entry.needs_session {
            continue;
        }
        let key = world.key_of_owner(scope).await;
        let case = world.case(entry).await;
        let attempt = Attempt::holding(entry, operation, &case);
        let answer = attempt.by(&world.stack, Bearing::Token(&key)).await;
        assert_eq!(answer.status, entry.answer, "{}", entry.operation);
    }
}

#[tokio::test]
async fn a_key_cannot_do_what_needs_a_session() {
    let world = World::begin().await;
    let key = world.key_of_owner(PermissionSet::all()).await;
    let mut admin = world.stack.admin().await;

    for (entry, operation) in world.entries() {
        if !entry.needs_session {
            continue;
        }
        let case = world.case(entry).await;
        let attempt = Attempt::holding(entry, operation, &case);
        let before = Rows::read(&mut admin).await;
        let answer = attempt.by(&world.stack, Bearing::Token(&key)).await;
        assert_refused(&attempt, "a key", &answer, 403, "session-required");
        assert_unchanged(&mut admin, &before, entry).await;
    }
}

fn all_but(any: &[Permission]) -> PermissionSet {
    PermissionSet::all()
        .iter()
        .filter(|other| !any.contains(other))
        .collect()
}
