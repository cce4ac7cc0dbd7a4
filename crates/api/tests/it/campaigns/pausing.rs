//! Campaigns that are under way and rest: paused, or of a deleted organization.

use poem::http::Method;
use serde_json::{Value, json};
use time::Duration;

use super::{Office, Post, emails};
use crate::office::text;

#[tokio::test]
async fn a_paused_campaign_sends_nothing_and_goes_on_where_it_stopped() {
    let office = Office::open().await;
    office.invite(&emails(4)).await;
    let campaign = office.campaign(&json!({ "send_rate": 1 })).await;
    let sent = async || office.state(&campaign).await["counts"]["sent"].clone();
    let clock = &office.installation.clock;

    office.act(&campaign, "launch").await.is(200);
    office.work(Post::default()).await;
    assert_eq!(sent().await, 1, "one in a minute");
    clock.advance(Duration::seconds(61));
    office.work(Post::default()).await;
    assert_eq!(sent().await, 2);
    office.act(&campaign, "pause").await.is(200);
    clock.advance(Duration::seconds(300));
    office.work(Post::default()).await;
    assert_eq!(sent().await, 2, "it is paused");
    office.act(&campaign, "resume").await.is(200);
    office.work(Post::default()).await;
    assert_eq!(
        sent().await,
        2,
        "the third is not due before two minutes of work"
    );
    clock.advance(Duration::seconds(60));
    office.work(Post::default()).await;
    assert_eq!(sent().await, 3);
    office.act(&campaign, "complete").await.is(200);
    office.work(Post::default()).await;

    let state = office.state(&campaign).await;
    assert_eq!(state["status"], "completed");
    let counts = json!({ "assigned": 4, "skipped": 1, "sent": 3, "bounced": 0, "failed": 0, "delivered": 3 });
    assert_eq!(state["counts"], counts);
    for action in ["launch", "pause", "resume", "complete", "unschedule"] {
        let refused = office.act(&campaign, action).await;
        refused.is_problem(409, "campaign-wrong-status");
    }
}

#[tokio::test]
async fn a_begun_campaign_keeps_its_plan_and_is_completed_before_it_is_deleted() {
    let office = Office::open().await;
    office.invite(&emails(2)).await;
    let campaign = office.campaign(&json!({ "send_rate": 1 })).await;
    office.act(&campaign, "launch").await.is(200);
    let here = office.path(&format!("/campaigns/{campaign}"));
    let (installation, token) = (&office.installation, office.token().await);

    let renamed = json!({ "name": "Summer" });
    installation.patch(&here, &token, &renamed).await.is(200);
    let faster = json!({ "send_rate": 9 });
    let replanned = installation.patch(&here, &token, &faster).await;
    let whole = json!({
        "name": "Summer 2026", "description": "", "list_ids": [office.list], "send_rate": 1,
        "email_template_version_id": office.template, "form_version_id": office.form,
    });
    installation.patch(&here, &token, &whole).await.is(200);
    let deleted = installation.delete(&here, &token).await;

    replanned.is_problem(409, "campaign-begun");
    deleted.is_problem(409, "campaign-under-way");
    assert_eq!(office.state(&campaign).await["name"], "Summer 2026");
}

#[tokio::test]
async fn a_job_of_an_earlier_run_leaves_the_campaign_alone() {
    let office = Office::open().await;
    office.invite(&emails(3)).await;
    let campaign = office.campaign(&json!({ "send_rate": 1 })).await;
    let status = async || text(&office.state(&campaign).await["status"]);
    let clock = &office.installation.clock;

    office.act(&campaign, "launch").await.is(200);
    office.work(Post::default()).await;
    office.act(&campaign, "pause").await.is(200);
    office.act(&campaign, "resume").await.is(200);
    office.work(Post::default()).await;
    let jobs = office.jobs().await;
    assert_eq!(jobs.len(), 2);
    let cancel = |job: &Value| format!("/jobs/{}/cancel", text(&job["id"]));
    office.post(&cancel(&jobs[1]), &json!({})).await.is(200);
    office.work(Post::default()).await;
    assert_eq!(status().await, "active", "another job carries it out now");
    clock.advance(Duration::seconds(61));
    assert_eq!(office.work(Post::default()).await, ["send_campaign"]);
    assert_eq!(office.state(&campaign).await["counts"]["sent"], 2);
    office.post(&cancel(&jobs[0]), &json!({})).await.is(200);
    office.work(Post::default()).await;

    assert_eq!(status().await, "paused", "nothing carries it out any more");
}

#[tokio::test]
async fn a_deleted_organization_mails_nobody_and_shows_no_page() {
    let office = Office::open().await;
    let people = office.invite(&emails(3)).await;
    let slug = json!({ "send_rate": 1, "landing_page_slug": "spring-offer" });
    let active = office.campaign(&slug).await;
    let scheduled = office.campaign(&json!({ "past_schedule": "send" })).await;
    let later = json!({ "scheduled_at": "2026-01-15T12:05:00Z" });
    let schedule = format!("/campaigns/{scheduled}/schedule");
    office.post(&schedule, &later).await.is(200);
    office.act(&active, "launch").await.is(200);
    office.work(Post::default()).await;
    let page = || {
        office
            .installation
            .ask(Method::GET, "/p/spring-offer")
            .send()
    };
    page().await.is(200);
    let mail = format!("/campaigns/{active}/recipients/{}/mail", people[0]);
    let mail = office.read(&mail).await.is(200).json().to_string();
    let leave = &mail[mail.find("/u/").unwrap()..];
    let end = leave.find(|c: char| !(c.is_ascii_alphanumeric() || "/-_".contains(c)));
    let leave = leave[..end.unwrap()].to_owned();

    let here = office.path("");
    let token = office.token().await;
    office.installation.delete(&here, &token).await.is(204);
    let clock = &office.installation.clock;
    clock.advance(Duration::minutes(6));
    let mut kinds = office.work(Post::default()).await;

    kinds.sort_unstable();
    assert_eq!(kinds, ["begin_campaign", "send_campaign"]);
    page().await.is(404);
    let answered = office.installation.ask(Method::POST, "/p/spring-offer");
    answered.send().await.is(404);
    let left = office.installation.ask(Method::POST, &leave).send().await;
    left.is(200);
    let restore = format!("{here}/restore");
    let restored = office
        .installation
        .post(&restore, &office.token().await, &json!({}))
        .await;
    restored.is(200);
    let state = office.state(&active).await;
    assert_eq!(
        (&state["status"], &state["counts"]["sent"]),
        (&json!("paused"), &json!(1))
    );
    let state = office.state(&scheduled).await;
    assert_eq!(state["status"], "scheduled");
    assert!(!state["missed_at"].is_null());
    page().await.is(200);
}

#[tokio::test]
async fn a_campaign_whose_organization_is_deleted_before_anybody_is_assigned_is_paused() {
    let office = Office::open().await;
    office.invite(&emails(2)).await;
    let campaign = office.campaign(&json!({})).await;
    office.act(&campaign, "launch").await.is(200);
    let here = office.path("");
    let token = office.token().await;
    office.installation.delete(&here, &token).await.is(204);

    office.work(Post::default()).await;

    let restore = format!("{here}/restore");
    let nothing = json!({});
    let restored = office.installation.post(&restore, &token, &nothing);
    restored.await.is(200);
    let state = office.state(&campaign).await;
    assert_eq!(
        (&state["status"], &state["counts"]["assigned"]),
        (&json!("paused"), &json!(0))
    );
}
