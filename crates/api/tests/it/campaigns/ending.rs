//! Of everybody it is told in the end what became of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use campaigns::SendJob;
use kernel::{Interruption, Job, JobClaim, JobStore, RequestId, TenantScope};
use serde_json::json;
use testkit::{FixedClock, StagedWork, a_unique_id};
use time::Duration;

use super::{Office, Post, emails};
use crate::office::text;

#[tokio::test]
async fn of_whom_nothing_was_decided_when_the_campaign_was_completed_it_is_told_why() {
    let office = Office::open().await;
    let invited = emails(4);
    office.invite(&invited).await;
    let stopped = json!({ "emails": [invited[0]] });
    office.post("/suppressions", &stopped).await.is(200);
    let campaign = office.campaign(&json!({})).await;

    office.act(&campaign, "launch").await.is(200);
    office.act(&campaign, "complete").await.is(200);
    office.work(Post::default()).await;

    let state = office.state(&campaign).await;
    assert_eq!(state["status"], "completed");
    assert_eq!(state["counts"]["assigned"], 4);
    assert_eq!(state["counts"]["skipped"], 4);
    let skipped = |reason: &str| ("skipped".to_owned(), reason.to_owned());
    let expected = BTreeMap::from([(skipped("ended"), 3), (skipped("suppressed"), 1)]);
    assert_eq!(office.standings(&campaign).await, expected);
}

#[tokio::test]
async fn whoever_cancels_the_last_job_of_a_campaign_leaves_nobody_unaccounted_for() {
    let office = Office::open().await;
    office.invite(&emails(3)).await;
    let campaign = office.campaign(&json!({})).await;
    office.act(&campaign, "launch").await.is(200);
    office.act(&campaign, "complete").await.is(200);

    for job in office.jobs().await {
        let cancel = format!("/jobs/{}/cancel", text(&job["id"]));
        office.post(&cancel, &json!({})).await.is(200);
    }
    office.work(Post::default()).await;

    let skipped = ("skipped".to_owned(), "ended".to_owned());
    let expected = BTreeMap::from([(skipped, 3)]);
    assert_eq!(office.standings(&campaign).await, expected);
}

#[tokio::test]
async fn a_campaign_that_ended_is_accounted_for_though_its_job_is_cancelled_at_work() {
    let office = Office::open().await;
    office.invite(&emails(3)).await;
    let campaign = office.campaign(&json!({})).await;
    office.act(&campaign, "launch").await.is(200);
    office.act(&campaign, "complete").await.is(200);
    let database = Arc::new(office.installation.database.clone());
    let clock = Arc::new(office.installation.clock.clone());
    let ids = office.installation.ports.ids.clone();
    let send = SendJob::new(
        database.clone(),
        Arc::new(Post::default()),
        clock,
        ids.clone(),
    );
    let claim = JobClaim {
        worker: ids.next(),
        now: FixedClock::START,
        lease: Duration::minutes(5),
        limit: 2,
        reserved: 0,
    };

    for job in database.claim(&claim).await.unwrap() {
        let request = RequestId::from_uuid(a_unique_id());
        let scope = TenantScope::for_job(job.organization, send.kind(), job.id, request);
        let staged = StagedWork::new(job.id, claim.worker);
        let staged = staged.interrupted_after(0, Interruption::Cancelled);
        send.run(&job, &scope, &staged).await.unwrap();
    }

    let skipped = ("skipped".to_owned(), "ended".to_owned());
    let expected = BTreeMap::from([(skipped, 3)]);
    assert_eq!(office.standings(&campaign).await, expected);
}
