//! Every role gets exactly what the catalogue of permissions gives it.

use tenancy::RoleTemplate;

use super::case::Attempt;
use super::entry::{Place, Rule};
use super::world::{World, assert_refused, assert_unchanged, token};
use crate::stack::Rows;

#[tokio::test]
async fn a_role_without_the_permission_is_refused_and_the_permission_named() {
    let world = World::begin().await;
    let mut admin = world.stack.admin().await;

    for (entry, operation) in world.entries() {
        let Rule::Permission(permission) = entry.rule else {
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
            let detail = answer.json()["detail"].to_string();
            let named = format!("`{permission}`");
            assert!(detail.contains(&named), "{}: {detail}", entry.operation);
        }
        assert_unchanged(&mut admin, &before, entry).await;
    }
}

#[tokio::test]
async fn a_role_with_the_permission_succeeds() {
    let world = World::begin().await;

    for (entry, operation) in world.entries() {
        for role in RoleTemplate::ALL
            .iter()
            .filter(|role| entry.rule.admits(**role))
        {
            let case = world.spending_case(entry, *role).await;
            let attempt = Attempt::holding(entry, operation, &case);
            let answer = attempt.by(&world.stack, token(&case.caller)).await;
            assert_eq!(
                answer.status,
                entry.answer,
                "{} by {role}: {}",
                entry.operation,
                String::from_utf8_lossy(&answer.body)
            );
            if entry.place == Place::Deleted {
                let again = attempt.by(&world.stack, token(&case.caller)).await;
                assert_eq!(again.status, 409, "{}: once is enough", entry.operation);
            }
        }
    }
}
