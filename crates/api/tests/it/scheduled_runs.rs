//! The runs of periodic jobs, as administrators of the platform see them.

use analytics::runs::{RunCounts, RunLedger, RunOutcome};
use kernel::Clock as _;
use poem::http::Method;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use crate::installation::{Installation, LoggedIn};
use crate::support::Told;

const RUNS: &str = "/v1/platform/scheduled-runs";

async fn start(installation: &Installation, admin: &LoggedIn, name: &str) -> Told {
    let asking = installation.ask_as(admin, Method::POST, RUNS);
    let asking = asking.header("content-type", "application/json");
    let body = json!({ "name": name }).to_string();
    asking.body(body).send().await
}

async fn runs(installation: &Installation, admin: &LoggedIn, query: &str) -> Vec<Value> {
    let path = format!("{RUNS}{query}");
    let told = installation.ask_as(admin, Method::GET, &path).send().await;
    told.is(200).json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn only_an_administrator_of_the_platform_sees_runs_and_asks_for_one() {
    let installation = Installation::new();
    let ada = installation.join("ada@example.com").await;

    for method in [Method::GET, Method::POST] {
        let nobody = installation.ask(method.clone(), RUNS).send().await;
        nobody.is_problem(401, "unauthenticated");
        let told = installation.ask_as(&ada, method, RUNS).send().await;
        told.is_problem(403, "platform-admin-required");
    }
}

#[tokio::test]
async fn a_job_that_is_running_is_not_run_again() {
    let installation = Installation::new();
    let grace = installation.administer("grace@example.com").await;

    let asked = start(&installation, &grace, "expiry").await.is(202).json();
    let again = start(&installation, &grace, "expiry").await;
    let other = start(&installation, &grace, "aggregation").await;

    assert_eq!(
        (&asked["trigger"], &asked["tries"]),
        (&json!("manual"), &json!(0))
    );
    again.is_problem(409, "periodic-job-running");
    other.is(202);
    let unknown = start(&installation, &grace, "nap").await;
    assert_eq!(unknown.is(422).json()["errors"][0]["code"], "unknown-value");
    let idle = start(&installation, &grace, "archive").await;
    assert_eq!(idle.is(422).json()["errors"][0]["pointer"], "#/name");
}

#[tokio::test]
async fn runs_are_listed_with_what_they_did() {
    let installation = Installation::new();
    let grace = installation.administer("grace@example.com").await;
    let (ledger, scheduler) = (&installation.database, Uuid::from_u128(7));
    ledger.lead(scheduler, Duration::HOUR).await.unwrap();
    for (name, outcome) in [
        (
            "expiry",
            RunOutcome::Done(RunCounts::from([("sessions", 3)])),
        ),
        (
            "aggregation",
            RunOutcome::Failed {
                error: "no room".to_owned(),
                counts: RunCounts::from([("jobs", 2)]),
            },
        ),
    ] {
        let asked = start(&installation, &grace, name).await.is(202).json();
        let id = asked["id"].as_str().unwrap().parse().unwrap();
        let now = installation.clock.now();
        assert!(ledger.start(id, scheduler, now).await.unwrap());
        assert!(ledger.end(id, scheduler, &outcome, now).await.unwrap());
    }

    let all = runs(&installation, &grace, "").await;
    let expiries = runs(&installation, &grace, "?name=expiry").await;

    assert_eq!(all.len(), 2);
    assert_eq!(
        (&all[0]["name"], &all[0]["error"]),
        (&json!("aggregation"), &json!("no room"))
    );
    assert_eq!(expiries, [all[1].clone()]);
    assert_eq!(all[0]["counts"], json!({ "jobs": 2 }));
    assert_eq!(expiries[0]["counts"], json!({ "sessions": 3 }));
    assert!(expiries[0]["finished_at"].is_string() && expiries[0]["turn"].is_null());
}
