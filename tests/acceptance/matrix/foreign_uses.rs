//! What belongs to others and is named in a body looks like what does not exist, and nothing comes of it.

use serde_json::Value;

use super::case::{Attempt, Case};
use super::entry::{Entry, Thing};
use super::world::{World, token};
use crate::stack::{Rows, unique};

/// Tables in which a call leaves something whatever comes of it: the matrix's own records, and the answer of a bulk
/// request, which is kept for its repetition.
const MAY_CHANGE: [&str; 8] = [
    "access_logs",
    "api_key_addresses",
    "audit_logs",
    "audit_payloads",
    "error_logs",
    "idempotency_keys",
    "job_queue",
    "rate_limits",
];

fn body(entry: &Entry, case: &Case, position: usize, id: &str) -> Option<Value> {
    let mut case = case.clone();
    id.clone_into(&mut case.used[position]);
    entry.body.map(|body| body(&case))
}

#[tokio::test]
async fn what_belongs_to_others_changes_nothing_when_it_is_named_in_a_body() {
    let world = World::begin().await;
    let mut admin = world.stack.admin().await;
    let mut tried = 0;

    for (entry, operation) in world.entries() {
        for (position, thing) in entry.used.iter().enumerate() {
            // A token is no id: who has it may try it, and it opens something to one address only.
            if *thing == Thing::InvitationToken {
                continue;
            }
            let case = world.case(entry).await;
            let foreign = world.foreign_case(entry).await;
            let absent = unique().to_string();
            let before = Rows::read(&mut admin).await;
            let mut answers = Vec::new();
            for id in [&absent, &foreign.used[position]] {
                let mut attempt = Attempt::holding(entry, operation, &case);
                attempt.body = body(entry, &case, position, id);
                let answer = attempt.by(&world.stack, token(&case.caller)).await;
                assert!(
                    [200, 404, 422].contains(&answer.status),
                    "{}: {answer:?}",
                    entry.operation
                );
                answers.push(answer.without_request_id().replace(id.as_str(), "…"));
            }

            assert_eq!(answers[0], answers[1], "{}: {thing:?}", entry.operation);
            let mut changes = Rows::read(&mut admin).await.since(&before);
            changes.retain(|change| !MAY_CHANGE.contains(&change.table.as_str()));
            assert_eq!(changes, [], "{}: {thing:?}", entry.operation);
            tried += 1;
        }
    }
    assert!(tried >= 8, "{tried}");
}
