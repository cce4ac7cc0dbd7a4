//! What belongs to others looks like what does not exist.

use super::case::Attempt;
use super::world::{World, assert_refused, assert_unchanged, token};
use crate::stack::{Rows, unique};

#[tokio::test]
async fn what_belongs_to_others_and_what_does_not_exist_look_alike() {
    let world = World::begin().await;
    let mut admin = world.stack.admin().await;

    for (entry, operation) in world.entries() {
        let case = world.case(entry).await;
        let attempt = Attempt::holding(entry, operation, &case);
        for (position, thing) in entry.things.iter().enumerate() {
            let foreign = world.make(*thing, world.away, &world.stranger).await;
            let before = Rows::read(&mut admin).await;
            let mut answers = Vec::new();
            for (what, id) in [("a foreign id", foreign), ("an absent id", unique())] {
                let attempt = attempt.clone().on(position, id);
                let answer = attempt.by(&world.stack, token(&case.caller)).await;
                assert_refused(&attempt, what, &answer, 404, "not-found");
                answers.push(answer.without_request_id());
            }
            assert_unchanged(&mut admin, &before, entry).await;
            assert_eq!(answers[0], answers[1], "{}", entry.operation);
        }
    }
}
