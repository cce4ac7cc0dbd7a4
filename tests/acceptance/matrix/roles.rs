//! Every role gets exactly what the catalogue of permissions gives it.

use tenancy::{PermissionSet, RoleTemplate};

use super::case::{Attempt, Bearing};
use super::entry::{Entry, Rule};
use super::world::{World, assert_named, assert_refused, assert_unchanged, token};
use crate::stack::Rows;

#[tokio::test]
async fn a_role_without_the_permission_is_refused_and_the_permission_named() {
    let world = World::begin().await;
    let mut admin = world.stack.admin().await;

    for (entry, operation) in world.entries() {
        let Rule::Permission(any) = entry.rule else {
            continue;
        };
        let case = world.case(entry).await;
        let attempt = Attempt::holding(entry, operation, &case);
        let before = Rows::read(&mut admin).await;
        for role in RoleTemplate::ALL
            .iter()
            .filter(|role| !entry.rule.admits(**role))
        {
            let answer = attempt.by(&world.stack, token(world.member(*role))).await;
            assert_refused(&attempt, role.key(), &answer, 403, "permission-missing");
            assert_named(&attempt, &answer, any[0]);
        }
        assert_unchanged(&mut admin, &before, entry).await;
    }
}

#[tokio::test]
async fn who_does_not_administer_the_platform_is_refused() {
    let world = World::begin().await;
    let mut admin = world.stack.admin().await;
    let user = world.admin.user;
    world
        .stack
        .add_member(world.home, user, RoleTemplate::Owner)
        .await;
    let scopes = PermissionSet::all();
    let (_, key) = world.stack.api_key(world.home, user, scopes.iter()).await;

    for (entry, operation) in world.entries() {
        if entry.rule != Rule::PlatformAdmin {
            continue;
        }
        let case = world.case(entry).await;
        let attempt = Attempt::holding(entry, operation, &case);
        let before = Rows::read(&mut admin).await;
        let owner = token(world.member(RoleTemplate::Owner));
        for (who, bearing) in [
            ("an owner", owner),
            ("an administrator's key", Bearing::Token(&key)),
        ] {
            let answer = attempt.by(&world.stack, bearing).await;
            assert_refused(&attempt, who, &answer, 403, "platform-admin-required");
        }
        assert_unchanged(&mut admin, &before, entry).await;
    }
}

#[tokio::test]
async fn whoever_may_succeeds() {
    let world = World::begin().await;

    for (entry, operation) in world.entries() {
        for role in callers(entry) {
            let case = world.spending_case(entry, role).await;
            let attempt = Attempt::holding(entry, operation, &case);
            let bearing = match entry.rule {
                Rule::Anyone => Bearing::Nothing,
                _ => token(&case.caller),
            };
            let answer = attempt.by(&world.stack, bearing).await;
            assert_eq!(
                answer.status,
                entry.answer,
                "{} by {role}: {}",
                entry.operation,
                String::from_utf8_lossy(&answer.body)
            );
        }
    }
}

/// The roles that may; one of them, where the role does not matter.
fn callers(entry: &Entry) -> Vec<RoleTemplate> {
    if entry.rule.is_tenants() {
        let roles = RoleTemplate::ALL.iter().copied();
        roles.filter(|role| entry.rule.admits(*role)).collect()
    } else {
        vec![RoleTemplate::Owner]
    }
}
