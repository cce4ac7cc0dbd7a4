//! Health, metrics and the documentation.

use serde_json::json;

use crate::demo::DemoApi;
use crate::support::World;

#[tokio::test]
async fn a_program_that_runs_is_live_and_ready_once_its_parts_are() {
    let world = World::new(DemoApi::default());

    let told = world.get("/health/live").send().await;
    assert_eq!(told.is(200).json(), json!({"status": "live"}));
    let told = world.get("/health/ready").send().await;
    assert_eq!(
        told.is(200).json(),
        json!({"status": "ready", "checks": [
            {"name": "database", "healthy": true, "latency_ms": 3},
            {"name": "migrations", "healthy": true},
        ]})
    );

    *world.healthy.lock().unwrap() = false;
    world.get("/health/live").send().await.is(200);
    let told = world.get("/health/ready").send().await;
    told.is_problem(503, "not-ready");
    assert_eq!(told.json()["detail"], "these parts are not ready: database");
}

#[tokio::test]
async fn metrics_are_plain_text() {
    let world = World::new(DemoApi::default());

    let told = world.get("/metrics").send().await;

    assert_eq!(told.is(200).body, b"requests_total 1\n");
    assert!(told.header("content-type").starts_with("text/plain"));
}

#[tokio::test]
async fn whoever_opens_the_bare_address_is_led_to_the_documentation() {
    let world = World::new(DemoApi::default());

    for path in ["/", "/docs/"] {
        let told = world.get(path).send().await;
        assert_eq!(told.is(307).header("location"), "/docs");
    }
}

#[tokio::test]
async fn swagger_ui_works_offline_under_a_policy_without_inline_scripts() {
    let world = World::new(DemoApi::default());

    let page = world.get("/docs").send().await;
    let html = String::from_utf8(page.is(200).body.clone()).unwrap();
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert!(!html.contains("http://") && !html.contains("https://"));
    assert!(!html.contains("<script>"));

    let references = html
        .split(['"', '\''])
        .filter(|text| text.starts_with("/docs/"))
        .collect::<Vec<_>>();
    assert_eq!(references.len(), 3);
    for path in references {
        world.get(path).send().await.is(200);
    }
    let script = world.get("/docs/swagger-ui.js").send().await;
    let script = String::from_utf8(script.body).unwrap();
    assert!(script.contains("SwaggerUIBundle") && script.len() > 1_000_000);
    let style = world.get("/docs/swagger-ui.css").send().await;
    assert!(style.body.len() > 100_000);
}

#[tokio::test]
async fn the_served_document_is_the_generated_one() {
    let world = World::new(DemoApi::default());

    let told = world.get("/openapi.json").send().await;

    assert_eq!(told.is(200).json(), api::document::generate::<DemoApi>());
}
