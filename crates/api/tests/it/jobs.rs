//! Jobs.

use api::edge::EdgeSettings;
use kernel::{
    Actor, Clock as _, JobClaim, JobId, JobKind, JobOutcome, JobProgress, JobReport, JobStore as _,
    NewJob, OrganizationId, Origin, RequestId, TenantScope,
};
use poem::http::Method;
use serde_json::{Value, json};
use tenancy::RoleTemplate;
use testkit::a_unique_id;
use time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::installation::Installation;
use crate::office::column;
use crate::support::{Told, pairs};

const WORKER: Uuid = Uuid::from_u128(77);

impl Installation {
    /// A job of the organization that is due.
    pub(crate) async fn enqueue(&self, organization: &str) -> JobId {
        let id = organization.parse::<OrganizationId>().unwrap();
        let origin = Origin::internal(RequestId::from_uuid(a_unique_id()));
        let scope = TenantScope::for_principal(id, Actor::Operator, origin);
        let unit = self.ports.store.begin(&scope).await.unwrap();
        let job = NewJob {
            id: JobId::from_uuid(self.ports.ids.next()),
            kind: JobKind::new("count"),
            payload: json!({}),
            run_at: self.clock.now(),
            max_attempts: 3,
        };
        unit.jobs().enqueue(&job).await.unwrap();
        unit.commit().await.unwrap();
        job.id
    }

    /// Lets a worker have every job that is due.
    pub(crate) async fn claim_jobs(&self) {
        let claim = JobClaim {
            worker: WORKER,
            now: self.clock.now(),
            lease: Duration::seconds(30),
            limit: 10,
            reserved: 0,
        };
        self.database.claim(&claim).await.unwrap();
    }

    /// Lets the worker tell how far a job is.
    pub(crate) async fn report_job(&self, job: JobId, progress: JobProgress) {
        let report = JobReport {
            progress,
            rate: Some(10.0),
        };
        let now = self.clock.now();
        let told = self.database.report(job, WORKER, now, Some(&report)).await;
        told.unwrap();
    }

    /// Lets the worker end a job.
    pub(crate) async fn finish_job(&self, job: JobId, outcome: &JobOutcome) {
        let now = self.clock.now();
        let ended = self.database.finish(job, WORKER, outcome, now).await;
        assert!(ended.unwrap());
    }
}

async fn cancel(installation: &Installation, path: &str, token: &str) -> Told {
    let path = format!("{path}/cancel");
    let asking = installation.ask(Method::POST, &path).token(token);
    asking.send().await
}

#[tokio::test]
async fn a_job_is_seen_from_its_beginning_to_its_end() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let id = installation.enqueue(&organization).await;
    let path = format!("/v1/organizations/{organization}/jobs/{id}");
    let at = "2026-01-15T12:00:00Z";
    let waiting = json!({
        "id": id,
        "kind": "count",
        "status": "pending",
        "cancel_requested": false,
        "percent": null,
        "done": 0,
        "total": null,
        "counts": {},
        "rate_per_second": null,
        "estimated_end": null,
        "remaining_seconds": null,
        "attempts": 0,
        "max_attempts": 3,
        "error": null,
        "result": null,
        "created_at": at,
        "started_at": null,
        "progress_at": null,
        "finished_at": null,
    });

    let first = installation.get(&path, &owner.token).await;
    assert_eq!(first.is(200).json(), waiting);
    assert_eq!(first.header("etag"), "\"1\"");

    installation.claim_jobs().await;
    let progress = JobProgress::new(200).of(1000).count("created", 190);
    installation.report_job(id, progress).await;
    installation.clock.advance(Duration::seconds(30));
    let second = installation.get(&path, &owner.token).await;
    let mut running = waiting.clone();
    for (name, value) in [
        ("status", json!("running")),
        ("percent", json!(20)),
        ("done", json!(200)),
        ("total", json!(1000)),
        ("counts", json!({"created": 190})),
        ("rate_per_second", json!(10.0)),
        ("estimated_end", json!("2026-01-15T12:01:20Z")),
        ("remaining_seconds", json!(50)),
        ("attempts", json!(1)),
        ("started_at", json!(at)),
        ("progress_at", json!(at)),
    ] {
        running[name] = value;
    }
    assert_eq!(second.is(200).json(), running);
    assert_ne!(second.header("etag"), first.header("etag"));

    let outcome = JobOutcome::Completed {
        result: Some(json!({"counted": 1000})),
    };
    installation.finish_job(id, &outcome).await;
    let third = installation.get(&path, &owner.token).await;
    let mut completed = running;
    for (name, value) in [
        ("status", json!("completed")),
        ("percent", json!(100)),
        ("rate_per_second", Value::Null),
        ("estimated_end", Value::Null),
        ("remaining_seconds", Value::Null),
        ("result", json!({"counted": 1000})),
        ("finished_at", json!("2026-01-15T12:00:30Z")),
    ] {
        completed[name] = value;
    }
    assert_eq!(third.is(200).json(), completed);
}

#[tokio::test]
async fn jobs_are_filtered_by_kind_and_status_and_nonsense_is_refused() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let jobs = format!("/v1/organizations/{organization}/jobs");
    let running = installation.enqueue(&organization).await;
    installation.claim_jobs().await;
    let waiting = installation.enqueue(&organization).await;
    let listed = async |query: &str| {
        let path = format!("{jobs}{query}");
        column(&installation.get(&path, &owner.token).await, "id")
    };

    assert_eq!(listed("").await, [json!(waiting), json!(running)]);
    assert_eq!(listed("?status=running").await, [json!(running)]);
    assert_eq!(listed("?kind=count&status=pending").await, [json!(waiting)]);
    assert_eq!(listed("?kind=paint").await, Vec::<Value>::new());
    let path = format!("{jobs}?kind=Paint!&status=asleep");
    let refused = installation.get(&path, &owner.token).await;
    assert_eq!(
        refused.is(400).faults(),
        pairs(&[("kind", "unknown-value"), ("status", "unknown-value")])
    );
}

#[tokio::test]
async fn a_job_at_work_is_asked_to_end_and_one_that_ended_is_a_conflict() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let id = installation.enqueue(&organization).await;
    let path = format!("/v1/organizations/{organization}/jobs/{id}");
    installation.claim_jobs().await;

    let told = cancel(&installation, &path, &owner.token).await;

    let shown = told.is(200).json();
    assert_eq!(shown["status"], "running");
    assert_eq!(shown["cancel_requested"], true);
    let read = installation.get(&path, &owner.token).await;
    assert_eq!(read.json(), shown);
    assert_eq!(read.header("etag"), told.header("etag"));
    let outcome = JobOutcome::Cancelled { result: None };
    installation.finish_job(id, &outcome).await;
    let late = cancel(&installation, &path, &owner.token).await;
    late.is_problem(409, "job-ended");
}

#[tokio::test]
async fn who_only_sees_cannot_cancel() {
    let installation = Installation::new();
    let (organization, _) = installation.founded().await;
    let (viewer, _) = installation.hire(&organization, RoleTemplate::Viewer).await;
    let id = installation.enqueue(&organization).await;
    let path = format!("/v1/organizations/{organization}/jobs/{id}");

    let refused = cancel(&installation, &path, &viewer.token).await;

    refused.is_problem(403, "permission-missing");
    let read = installation.get(&path, &viewer.token).await;
    assert_eq!(read.is(200).json()["status"], "pending");
}

/// The events of a stream that has ended, by name.
fn events(told: &Told) -> Vec<(String, Value)> {
    let text = std::str::from_utf8(&told.body).unwrap();
    let blocks = text
        .split("\n\n")
        .filter(|block| block.starts_with("event: "));
    blocks
        .map(|block| {
            let (name, data) = block.split_once('\n').unwrap();
            let name = name.strip_prefix("event: ").unwrap().to_owned();
            let data = data.strip_prefix("data: ").unwrap();
            (name, serde_json::from_str(data).unwrap())
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn who_follows_a_job_is_told_until_it_ends() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let id = installation.enqueue(&organization).await;
    let path = format!("/v1/organizations/{organization}/jobs/{id}/events");
    let seconds = |seconds| tokio::time::sleep(std::time::Duration::from_secs(seconds));

    let (told, ()) = tokio::join!(installation.get(&path, &owner.token), async {
        seconds(25).await;
        installation.claim_jobs().await;
        for done in 1..=10 {
            seconds(1).await;
            let progress = JobProgress::new(done * 100).of(1000);
            installation.report_job(id, progress).await;
        }
        installation.finish_job(id, &JobOutcome::DONE).await;
    });

    assert_eq!(told.is(200).header("content-type"), "text/event-stream");
    let text = String::from_utf8_lossy(&told.body);
    let waiting = text.split("\"running\"").next().unwrap();
    assert_eq!(
        waiting.matches(":\n\n").count(),
        2,
        "a heartbeat each 10 seconds: {text}"
    );
    let events = events(&told);
    assert_eq!(events[0].1["status"], "pending");
    assert_eq!(events[1].1["status"], "running");
    let (last, before) = events.split_last().unwrap();
    assert_eq!(
        (last.0.as_str(), &last.1["status"]),
        ("ended", &json!("completed"))
    );
    assert!(before.iter().all(|(name, _)| name == "progress"));
    let done = events.iter().map(|(_, job)| job["done"].as_u64().unwrap());
    assert!(done.is_sorted(), "{events:?}");
    assert!(events.len() >= 12, "one a second at least: {events:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_the_right_to_it_and_after_some_minutes() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let (viewer, member) = installation.hire(&organization, RoleTemplate::Viewer).await;
    let id = installation.enqueue(&organization).await;
    let path = format!("/v1/organizations/{organization}/jobs/{id}/events");
    let began = tokio::time::Instant::now();

    let (told, ()) = tokio::join!(installation.get(&path, &viewer.token), async {
        tokio::time::sleep(std::time::Duration::from_mins(1)).await;
        let member = format!("/v1/organizations/{organization}/members/{}", member.id);
        installation.delete(&member, &owner.token).await.is(204);
    });
    let removed = began.elapsed().as_secs();
    let still = installation.get(&path, &owner.token).await;
    let tired = began.elapsed().as_secs() - removed;

    assert!((60..=65).contains(&removed), "{removed}");
    assert!((300..=301).contains(&tired), "{tired}");
    for told in [told, still] {
        let events = events(told.is(200));
        assert_eq!(events.len(), 1, "nothing happened: {events:?}");
    }
}

#[tokio::test]
async fn a_stream_ends_when_the_program_stops() {
    let stopping = CancellationToken::new();
    let installation = Installation::with(EdgeSettings {
        stopping: stopping.clone(),
        ..EdgeSettings::default()
    });
    let (organization, owner) = installation.founded().await;
    let id = installation.enqueue(&organization).await;
    let path = format!("/v1/organizations/{organization}/jobs/{id}/events");

    let (told, ()) = tokio::join!(installation.get(&path, &owner.token), async {
        stopping.cancel();
    });

    assert_eq!(events(told.is(200)).len(), 1);
}

#[tokio::test]
async fn nobody_follows_a_job_that_is_not_there_or_not_theirs_to_see() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let (_, stranger) = installation.founded().await;
    let id = installation.enqueue(&organization).await;
    let path = |id: JobId| format!("/v1/organizations/{organization}/jobs/{id}/events");

    let absent = JobId::from_uuid(Uuid::nil());
    let absent = installation.get(&path(absent), &owner.token).await;
    absent.is_problem(404, "not-found");
    let foreign = installation.get(&path(id), &stranger.token).await;
    foreign.is_problem(403, "not-a-member");
}
