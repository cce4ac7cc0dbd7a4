//! Campaigns that begin at a time, or miss it.

use serde_json::json;
use testkit::FixedClock;
use time::Duration;

use super::{Office, Post, codes, emails};
use crate::office::{column, text};

#[tokio::test]
async fn a_scheduled_campaign_begins_at_its_time_or_does_what_its_policy_says() {
    for (policy, late, status, missed) in [
        ("ask", 1, "completed", false),
        ("ask", 60, "scheduled", true),
        ("send", 60, "completed", false),
        ("skip", 60, "draft", true),
    ] {
        let office = Office::open().await;
        office.invite(&emails(2)).await;
        let campaign = office.campaign(&json!({ "past_schedule": policy })).await;
        let clock = &office.installation.clock;
        let at = FixedClock::START + Duration::HOUR;
        let schedule = format!("/campaigns/{campaign}/schedule");
        let past = json!({ "scheduled_at": "2026-01-15T12:00:00Z" });
        let refused = office.post(&schedule, &past).await;
        let problem = refused.is_problem(422, "invalid").json();
        assert_eq!(codes(&problem), ["in-the-past"]);
        // What was moved does not begin at its first time.
        for instant in ["2026-01-15T12:30:00Z", "2026-01-15T13:00:00Z"] {
            let later = json!({ "scheduled_at": instant });
            office.post(&schedule, &later).await.is(200);
        }
        clock.set(at - Duration::SECOND);
        office.work(Post::default()).await;
        assert_eq!(office.state(&campaign).await["status"], "scheduled");

        clock.set(at + Duration::minutes(late));
        office.work(Post::default()).await;

        let state = office.state(&campaign).await;
        assert_eq!(state["status"], status, "{policy} {late}");
        assert_eq!(!state["missed_at"].is_null(), missed, "{policy} {late}");
    }
}

#[tokio::test]
async fn a_campaign_is_scheduled_for_an_instant_and_not_without_one() {
    let office = Office::open().await;
    office.invite(&emails(1)).await;
    let campaign = office.campaign(&json!({})).await;
    let schedule = format!("/campaigns/{campaign}/schedule");

    for body in [json!({}), json!({ "scheduled_at": null })] {
        let refused = office.post(&schedule, &body).await;
        let problem = refused.is_problem(422, "invalid").json();
        assert_eq!(codes(&problem), ["required"]);
        assert_eq!(problem["errors"][0]["pointer"], "#/scheduled_at");
    }

    assert_eq!(office.state(&campaign).await["status"], "draft");
}

#[tokio::test]
async fn a_scheduled_campaign_that_lacks_something_by_then_is_missed() {
    let office = Office::open().await;
    office.invite(&emails(1)).await;
    let campaign = office.campaign(&json!({ "past_schedule": "send" })).await;
    let later = json!({ "scheduled_at": "2026-01-15T13:00:00Z" });
    let schedule = format!("/campaigns/{campaign}/schedule");
    office.post(&schedule, &later).await.is(200);
    let here = office.path("");
    let none = json!({ "settings": { "imprint": null } });
    let token = office.token().await;
    let installation = &office.installation;
    installation.patch(&here, &token, &none).await.is(200);

    office.installation.clock.advance(Duration::HOUR);
    office.work(Post::default()).await;

    let state = office.state(&campaign).await;
    assert_eq!(state["status"], "scheduled");
    assert!(!state["missed_at"].is_null());
}

#[tokio::test]
async fn a_campaign_whose_beginning_was_cancelled_is_missed() {
    let office = Office::open().await;
    office.invite(&emails(1)).await;
    let campaign = office.campaign(&json!({})).await;
    let schedule = format!("/campaigns/{campaign}/schedule");
    // What was moved since is not missed by the end of its first job.
    for (instant, missed) in [
        ("2026-01-15T13:00:00Z", false),
        ("2026-01-15T14:00:00Z", true),
    ] {
        let later = json!({ "scheduled_at": instant });
        office.post(&schedule, &later).await.is(200);
        let jobs = office
            .read("/jobs?kind=begin_campaign&status=pending")
            .await;
        let jobs = column(&jobs, "id");
        if !missed {
            let moved = json!({ "scheduled_at": "2026-01-15T15:00:00Z" });
            office.post(&schedule, &moved).await.is(200);
        }
        for job in jobs {
            let cancel = format!("/jobs/{}/cancel", text(&job));
            office.post(&cancel, &json!({})).await.is(200);
        }
        office.work(Post::default()).await;

        let state = office.state(&campaign).await;
        assert_eq!(state["status"], "scheduled");
        assert_eq!(!state["missed_at"].is_null(), missed, "{instant}");
    }
}

#[tokio::test]
async fn a_campaign_whose_time_passed_while_it_was_deleted_does_what_its_policy_says() {
    for (policy, status, missed) in [
        ("ask", "scheduled", true),
        ("send", "completed", false),
        ("skip", "draft", true),
    ] {
        let office = Office::open().await;
        office.invite(&emails(1)).await;
        let campaign = office.campaign(&json!({ "past_schedule": policy })).await;
        let later = json!({ "scheduled_at": "2026-01-15T13:00:00Z" });
        let schedule = format!("/campaigns/{campaign}/schedule");
        office.post(&schedule, &later).await.is(200);
        let here = office.path(&format!("/campaigns/{campaign}"));
        let token = office.token().await;
        office.installation.delete(&here, &token).await.is(204);

        office.installation.clock.advance(Duration::hours(3));
        office.work(Post::default()).await;
        office.act(&campaign, "restore").await.is(200);
        office.work(Post::default()).await;

        let state = office.state(&campaign).await;
        assert_eq!(state["status"], status, "{policy}");
        assert_eq!(!state["missed_at"].is_null(), missed, "{policy}");
    }
}
