//! Of several reasons to refuse a call, which one is told: 401, 403, 403, 404, 412, 422.

use reqwest::Method;
use serde_json::json;
use tenancy::RoleTemplate;

use super::case::{Attempt, Bearing};
use super::entry::{Place, Rule};
use super::world::{World, assert_refused, assert_unchanged, token};
use crate::stack::{Rows, unique};

/// Each step takes one reason away, from a call that has all of them.
#[tokio::test]
async fn reasons_to_refuse_a_call_are_told_in_order() {
    let world = World::begin().await;
    let mut admin = world.stack.admin().await;

    for (entry, operation) in world.entries() {
        let case = world.case(entry).await;
        let holding = Attempt::holding(entry, operation, &case);
        let mut attempt = holding.clone();
        let takes_versions = operation.takes("If-Match") && operation.method != Method::GET;
        if operation.has_body() {
            attempt.body = Some(json!({ "no_such_field": 1 }));
        }
        if takes_versions {
            attempt.if_match = Some("\"1000000\"".to_owned());
        }
        attempt.ids.fill_with(|| unique().to_string());
        let before = Rows::read(&mut admin).await;

        if entry.rule != Rule::Anyone {
            let answer = attempt.by(&world.stack, Bearing::Nothing).await;
            assert_refused(&attempt, "nobody", &answer, 401, "unauthenticated");
        }
        if entry.rule == Rule::PlatformAdmin {
            let answer = attempt.by(&world.stack, token(&world.stranger)).await;
            assert_refused(
                &attempt,
                "a stranger",
                &answer,
                403,
                "platform-admin-required",
            );
        }
        if operation.is_tenants() {
            let answer = attempt.by(&world.stack, token(&world.stranger)).await;
            assert_refused(&attempt, "a stranger", &answer, 403, "not-a-member");
        }
        if let Rule::Permission(_) = entry.rule
            && let Some(role) = RoleTemplate::ALL
                .iter()
                .find(|role| !entry.rule.admits(**role))
        {
            let answer = attempt.by(&world.stack, token(world.member(*role))).await;
            assert_refused(&attempt, role.key(), &answer, 403, "permission-missing");
        }
        let caller = token(&case.caller);
        if !attempt.ids.is_empty() {
            let answer = attempt.by(&world.stack, caller).await;
            assert_refused(&attempt, "its caller", &answer, 404, "not-found");
            attempt.ids.clone_from(&case.ids);
        }
        // Restoring what was not deleted is a conflict, whatever else is said.
        if takes_versions && entry.place != Place::Deleted {
            let answer = attempt.by(&world.stack, caller).await;
            assert_refused(&attempt, "its caller", &answer, 412, "stale");
            attempt.if_match = None;
        }
        if operation.has_body() {
            let answer = attempt.by(&world.stack, caller).await;
            assert_refused(&attempt, "its caller", &answer, 422, "invalid");
        }
        assert_unchanged(&mut admin, &before, entry).await;
    }
}
