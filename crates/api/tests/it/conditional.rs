//! Entity tags.

use serde_json::json;

use crate::demo::DemoApi;
use crate::support::World;

#[tokio::test]
async fn a_version_travels_as_an_entity_tag() {
    let world = World::new(DemoApi::default());
    let created = world
        .post("/v1/organizations/acme/teams")
        .token("member")
        .json(&json!({"name": "North"}))
        .send()
        .await;
    let team = created.is(201).header("location");
    assert_eq!(created.header("etag"), "\"1\"");

    let shown = world.get(&team).token("member").send().await;
    assert_eq!(shown.is(200).header("etag"), "\"1\"");
    assert_eq!(shown.header("cache-control"), "private, no-cache");
    for known in ["\"1\"", "W/\"1\"", "\"7\", \"1\"", "*"] {
        let told = world
            .get(&team)
            .token("member")
            .header("if-none-match", known)
            .send()
            .await;
        told.is(304);
        assert!(told.body.is_empty());
        assert_eq!(told.header("etag"), "\"1\"");
    }
    let change = |tag: &'static str| {
        world
            .patch(&team)
            .token("member")
            .header("if-match", tag)
            .json(&json!({"name": "South"}))
            .send()
    };
    assert_eq!(change("\"1\"").await.is(200).header("etag"), "\"2\"");
    change("\"1\"").await.is_problem(412, "stale");
    change("W/\"2\"").await.is_problem(412, "stale");
    change("\"1\", \"2\"").await.is(200);
    change("*").await.is(200);

    let told = world
        .get(&team)
        .token("member")
        .header("if-none-match", "\"1\"")
        .send()
        .await;
    assert_eq!(told.is(200).header("etag"), "\"4\"");
}
