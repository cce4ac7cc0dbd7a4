//! What belongs to others looks like what does not exist.

use super::case::Attempt;
use super::entry::Rule;
use super::world::{World, assert_refused, assert_unchanged, token};
use crate::stack::{Rows, unique};

#[tokio::test]
async fn what_belongs_to_others_and_what_does_not_exist_look_alike() {
    let world = World::begin().await;
    let mut admin = world.stack.admin().await;

    for (entry, operation) in world.entries() {
        let case = world.case(entry).await;
        let attempt = Attempt::holding(entry, operation, &case);
        let foreign = world.foreign_case(entry).await;
        let before = Rows::read(&mut admin).await;
        for position in 0..entry.things.len() {
            let absent = unique().to_string();
            let mut named = vec![("an absent id", &absent)];
            // Nobody's users are foreign to those who administer all.
            if entry.rule != Rule::PlatformAdmin {
                named.push(("a foreign id", &foreign.ids[position]));
            }
            let mut answers = Vec::new();
            for (what, id) in named {
                let attempt = attempt.clone().on(position, id);
                let answer = attempt.by(&world.stack, token(&case.caller)).await;
                assert_refused(&attempt, what, &answer, 404, "not-found");
                answers.push(answer.without_request_id());
            }
            answers.dedup();
            assert_eq!(answers.len(), 1, "{}: {answers:#?}", entry.operation);
        }
        assert_unchanged(&mut admin, &before, entry).await;
    }
}
