//! An organization that is not one's own looks like one that does not exist.

use std::iter::repeat;

use tenancy::{PermissionSet, RoleTemplate};

use super::case::{Attempt, Bearing};
use super::world::{World, assert_refused, assert_unchanged};
use crate::stack::{Rows, unique};

#[tokio::test]
async fn another_organization_an_absent_one_and_a_deleted_one_look_alike() {
    let world = World::begin().await;
    let (deleted, deleted_slug) = deleted_organization(&world).await;
    let organizations = [
        world.home.to_string(),
        world.home_slug.clone(),
        deleted,
        deleted_slug,
        unique().to_string(),
        format!("o-{}", unique().simple()),
        uuid::Uuid::nil().to_string(),
        "Not%20a%20slug".to_owned(),
    ];
    let outsiders = outsiders(&world).await;
    let mut admin = world.stack.admin().await;

    for (entry, operation) in world
        .entries()
        .filter(|(_, operation)| operation.is_tenants())
    {
        let case = world.case(entry).await;
        let attempt = Attempt::holding(entry, operation, &case);
        let before = Rows::read(&mut admin).await;
        let mut answers = Vec::new();
        // Everybody at home, and every address by somebody: who asks and what is asked for do not depend on each other.
        let at_home = outsiders.iter().zip(repeat(&organizations[0]));
        let elsewhere = outsiders.iter().cycle().zip(&organizations[1..]);
        for ((who, token), organization) in at_home.chain(elsewhere) {
            let attempt = attempt.clone().inside(organization);
            let answer = attempt.by(&world.stack, Bearing::Token(token)).await;
            assert_refused(&attempt, who, &answer, 403, "not-a-member");
            answers.push(answer.without_request_id());
        }
        assert_unchanged(&mut admin, &before, entry).await;
        answers.dedup();
        assert_eq!(answers.len(), 1, "{}: {answers:#?}", entry.operation);
    }
}

#[tokio::test]
async fn members_of_a_deleted_organization_can_only_restore_it() {
    let world = World::begin().await;
    let owner = world.stack.sign_up_and_log_in().await;
    let organization = super::world::id(&world.stack.create_organization(&owner).await);
    world.delete_organization(organization, &owner).await;

    for (entry, operation) in world
        .entries()
        .filter(|(_, operation)| operation.is_tenants())
    {
        if entry.place == super::entry::Place::Deleted {
            continue;
        }
        let case = world.case(entry).await;
        let attempt = Attempt::holding(entry, operation, &case).inside(&organization.to_string());
        let answer = attempt.by(&world.stack, super::world::token(&owner)).await;
        assert_refused(&attempt, "its owner", &answer, 403, "not-a-member");
    }
}

/// People and keys that have no business at home, with the tokens that they bear.
async fn outsiders(world: &World) -> Vec<(&'static str, String)> {
    let all = PermissionSet::all();
    let stranger = &world.stranger;
    let (_, key) = world
        .stack
        .api_key(world.away, stranger.user, all.iter())
        .await;
    let loner = world.stack.sign_up_and_log_in().await;

    // Removed from home after having been its owner; one more has a key left.
    let former = world.stack.join(world.home, RoleTemplate::Owner).await;
    let (_, former_key) = world
        .stack
        .api_key(world.home, former.user, all.iter())
        .await;
    sqlx::query("UPDATE memberships SET deleted_at = now() WHERE user_id = $1")
        .bind(former.user)
        .execute(&mut world.stack.admin().await)
        .await
        .expect("the member is removed");

    // A member of both, whose key is for away alone.
    let both = world.stack.join(world.home, RoleTemplate::Owner).await;
    world
        .stack
        .add_member(world.away, both.user, RoleTemplate::Owner)
        .await;
    let (_, key_of_both) = world.stack.api_key(world.away, both.user, all.iter()).await;

    vec![
        (
            "another organization's owner",
            stranger.access_token.clone(),
        ),
        ("another organization's key", key),
        ("a member of none", loner.access_token),
        ("a former member", former.access_token),
        ("a former member's key", former_key),
        ("a member's key for another organization", key_of_both),
    ]
}

async fn deleted_organization(world: &World) -> (String, String) {
    let owner = world.stack.sign_up_and_log_in().await;
    let organization = world.stack.create_organization(&owner).await;
    let id = super::world::id(&organization);
    world.delete_organization(id, &owner).await;
    let slug = organization["slug"].as_str().expect("a slug").to_owned();
    (id.to_string(), slug)
}
