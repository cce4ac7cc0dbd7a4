//! Simulations of campaigns, as they are asked for and told.

use analytics::simulation::{Delay, SimulationConfig};
use poem::http::Method;
use serde_json::{Value, json};

use crate::campaigns::Office;
use crate::support::pairs;

impl Office {
    async fn ready(&self) -> String {
        self.invite(&["ada@firm.de".to_owned(), "eve@firm.de".to_owned()])
            .await;
        self.campaign(&json!({})).await
    }

    async fn simulate(&self, campaign: &str, body: Value) -> Value {
        let path = format!("/campaigns/{campaign}/simulations");
        self.make(&path, body).await
    }
}

#[tokio::test]
async fn a_simulation_tells_what_is_played_with_everything_that_is_usual() {
    let office = Office::open().await;
    let campaign = office.ready().await;
    let config = json!({ "open_rate": 0.5, "send_rate": 60, "delays": null });
    let path = office.path(&format!("/campaigns/{campaign}/simulations"));
    let told = office
        .installation
        .post(
            &path,
            &office.token().await,
            &json!({ "seed": 42, "config": config }),
        )
        .await;

    let made = told.is(201).json();
    let id = made["id"].as_str().unwrap();
    let place = office.path(&format!("/simulations/{id}"));
    assert_eq!(told.header("location"), place);
    assert_eq!(made["campaign_id"], campaign);
    assert_eq!(made["seed"], 42);
    assert_eq!(made["pace"], Value::Null);
    assert_eq!(made["config"]["open_rate"], 0.5);
    assert_eq!(made["config"]["send_rate"], 60);
    assert_eq!(made["config"]["bounce_rate"], 0.008);
    let opens = &made["config"]["delays"]["open"];
    assert!(opens["parts"][0]["scale_seconds"].as_f64().unwrap() > 0.0);
    assert!(made["start_at"].as_str().unwrap() < made["created_at"].as_str().unwrap());
    let simulation = format!("/simulations/{id}");
    assert_eq!(office.read(&simulation).await.is(200).json(), made);
    let listed = office.read("/simulations").await.is(200).json();
    assert_eq!(listed["items"], json!([made]));
    let job = made["job_id"].as_str().unwrap();
    let job = office.read(&format!("/jobs/{job}")).await.is(200).json();
    assert_eq!(job["kind"], "simulate_campaign");
    let state = office.state(&campaign).await;
    assert_eq!(state["status"], "active");
    assert_eq!(state["started_at"], made["start_at"]);
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_simulation_is_told() {
    let office = Office::open().await;
    let campaign = office.ready().await;
    let path = format!("/campaigns/{campaign}/simulations");

    let shapes = json!({ "seed": -1, "config": 7, "pace": "fast", "start_at": "soon", "more": 1 });
    let refused = office.post(&path, &shapes).await;
    let mut told = refused.is_problem(422, "invalid").faults();
    told.sort();
    let expected = [
        ("#", "unknown-field"),
        ("#/config", "wrong-type"),
        ("#/pace", "wrong-type"),
        ("#/seed", "out-of-range"),
        ("#/start_at", "invalid-instant"),
    ];
    assert_eq!(told, pairs(&expected));

    let bounds = json!({ "config": { "open_rate": 2, "Ada": 1 }, "pace": 0.1 });
    let refused = office.post(&path, &bounds).await;
    let mut told = refused.is_problem(422, "invalid").faults();
    told.sort();
    assert_eq!(
        told,
        pairs(&[("#/config", "unknown-field"), ("#/pace", "out-of-range")])
    );
    assert_eq!(office.state(&campaign).await["status"], "draft");
}

#[tokio::test]
async fn a_simulated_campaign_is_neither_paused_nor_simulated_again() {
    let office = Office::open().await;
    let campaign = office.ready().await;
    let simulation = office.simulate(&campaign, json!({})).await;

    let paused = office.act(&campaign, "pause").await;
    let again = office
        .post(&format!("/campaigns/{campaign}/simulations"), &json!({}))
        .await;
    let id = simulation["id"].as_str().unwrap();
    let place = office.path(&format!("/simulations/{id}"));
    let token = office.token().await;
    let deleted = office
        .installation
        .ask(Method::DELETE, &place)
        .token(&token)
        .send()
        .await;

    paused.is_problem(409, "campaign-simulated");
    again.is_problem(409, "campaign-wrong-status");
    deleted.is_problem(409, "simulation-under-way");
}

#[test]
fn the_documented_bounds_are_those_of_the_simulation() {
    let document = api::openapi_document();
    let schemas = &document["components"]["schemas"];
    let longest = Delay::MAX_SECONDS;
    let factors = [0.0, SimulationConfig::MAX_FACTOR];
    let (weights, shapes) = (Delay::WEIGHTS, Delay::SHAPES);
    for (schema, field, bounds) in [
        (
            "SimulatedDelayPart",
            "weight",
            [*weights.start(), *weights.end()],
        ),
        (
            "SimulatedDelayPart",
            "shape",
            [*shapes.start(), *shapes.end()],
        ),
        (
            "SimulatedDelayPart",
            "scale_seconds",
            [Delay::MIN_SCALE_SECONDS, longest],
        ),
        (
            "SimulatedDelay",
            "longest_seconds",
            [Delay::MIN_SECONDS, longest],
        ),
        ("SimulatedSegment", "bounce", factors),
        ("SimulatedSegment", "engagement", factors),
    ] {
        let property = &schemas[schema]["properties"][field];
        let told = ["minimum", "maximum"].map(|bound| property[bound].as_f64());
        // Texts, because numbers as these are not to be compared.
        let told = told.map(|bound| bound.unwrap().to_string());
        let bounds = bounds.map(|bound| bound.to_string());
        assert_eq!(told, bounds, "{schema}.{field}");
    }
    let parts = &schemas["SimulatedDelay"]["properties"]["parts"];
    assert_eq!(parts["maxItems"], json!(Delay::MAX_PARTS));
}
