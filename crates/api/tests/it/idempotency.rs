//! Requests that are sent twice and take effect once.

use serde_json::{Value, json};

use crate::demo::DemoApi;
use crate::support::{Told, World};

const TEAMS: &str = "/v1/organizations/acme/teams";

async fn create(world: &World, key: &str, body: &Value) -> Told {
    world
        .post(TEAMS)
        .token("member")
        .header("idempotency-key", key)
        .json(body)
        .send()
        .await
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_takes_no_effect() {
    let world = World::new(DemoApi::default());
    let body = json!({"name": "North"});

    let first = create(&world, "12345678", &body).await;
    let second = create(&world, "12345678", &body).await;

    assert_eq!(first.is(201).header("idempotency-replayed"), "");
    assert_eq!(second.is(201).header("idempotency-replayed"), "true");
    assert_eq!(first.body, second.body);
    for name in ["etag", "location", "content-type"] {
        assert_eq!(first.header(name), second.header(name), "{name}");
    }
    create(&world, "87654321", &body)
        .await
        .is_problem(409, "team-name-taken");
}

#[tokio::test]
async fn a_key_that_was_used_for_another_body_is_refused() {
    let world = World::new(DemoApi::default());

    create(&world, "12345678", &json!({"name": "North"}))
        .await
        .is(201);
    create(&world, "12345678", &json!({"name": "South"}))
        .await
        .is_problem(422, "idempotency-key-reused");
}

#[tokio::test]
async fn a_malformed_key_is_refused() {
    let world = World::new(DemoApi::default());

    for key in ["", "short", "with a blank"] {
        create(&world, key, &json!({"name": "North"}))
            .await
            .is_problem(400, "malformed-idempotency-key");
    }
}

#[tokio::test]
async fn a_secret_is_not_repeated_but_its_id_is_told() {
    let world = World::new(DemoApi::default());
    let post = || {
        world
            .post("/v1/organizations/acme/keys")
            .token("member")
            .header("idempotency-key", "12345678")
            .send()
    };

    assert_eq!(post().await.is(201).json()["secret"], "k-1");
    let told = post().await;
    told.is_problem(409, "idempotency-secret-not-repeatable");
    assert_eq!(told.json()["id"], "00000000-0000-0000-0000-000000000005");
}
