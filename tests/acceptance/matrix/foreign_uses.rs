//! What belongs to others and is named in a body looks like what does not exist, and nothing comes of it.

use serde_json::Value;

use super::case::{Attempt, Case};
use super::entry::{Entry, Thing};
use super::world::{World, token};
use crate::stack::{Change, Rows, unique};

/// Whether a call leaves this whatever comes of it: what was tried is written down, and the answer of a bulk request is
/// kept for its repetition.
fn may_be(change: &Change) -> bool {
    change.is_in_the_background() || change.is_in_the_log() || change.table == "idempotency_keys"
}

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
            // A token is no id: who has it may try it, and it opens something to one address only. The name of a periodic job
            // is the installation's.
            if matches!(thing, Thing::InvitationToken | Thing::PeriodicJob) {
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
            changes.retain(|change| !may_be(change));
            assert_eq!(changes, [], "{}: {thing:?}", entry.operation);
            tried += 1;
        }
    }
    assert!(tried >= 8, "{tried}");
}
