//! Who gets a mail of a campaign, and at which rate.

use std::collections::BTreeMap;

use campaigns::{BounceKind, Delivery};
use kernel::OrganizationId;
use serde_json::{Value, json};
use time::Duration;

use super::{Office, Post, emails};
use crate::office::{column, text};

#[tokio::test]
async fn a_campaign_mails_everybody_once_and_tells_who_did_not_get_it_and_why() {
    let office = Office::open().await;
    let mut invited = emails(5);
    invited.extend(["nobody".to_owned(), "a@mailinator.com".to_owned()]);
    let people = office.invite(&invited).await;
    let stopped = json!({ "emails": [invited[0]] });
    office.post("/suppressions", &stopped).await.is(200);
    let campaign = office.campaign(&json!({})).await;
    let preview = office
        .read(&format!("/campaigns/{campaign}/audience"))
        .await;
    let post = Post(BTreeMap::from([
        (people[1], Delivery::Bounced(BounceKind::Hard)),
        (people[2], Delivery::Failed("unrenderable")),
    ]));

    office.act(&campaign, "launch").await.is(200);
    let kinds = office.work(post).await;

    assert_eq!(kinds, ["send_campaign"]);
    let preview = preview.is(200).json();
    assert_eq!(
        (&preview["members"], &preview["mailed"]),
        (&json!(7), &json!(4))
    );
    let state = office.state(&campaign).await;
    assert_eq!(state["status"], "completed");
    let counts = json!({ "assigned": 7, "skipped": 3, "sent": 3, "bounced": 1, "failed": 1, "delivered": 2 });
    assert_eq!(state["counts"], counts);
    let recipients = office
        .read(&format!("/campaigns/{campaign}/recipients"))
        .await;
    let told: BTreeMap<_, _> = column(&recipients, "contact_id")
        .iter()
        .zip(column(&recipients, "status"))
        .zip(column(&recipients, "reason"))
        .map(|((contact, status), reason)| (text(contact), (text(&status), reason)))
        .collect();
    for (index, status, reason) in [
        (0, "skipped", json!("suppressed")),
        (1, "bounced", json!("hard")),
        (2, "failed", json!("unrenderable")),
        (3, "sent", Value::Null),
        (4, "sent", Value::Null),
        (5, "skipped", json!("invalid")),
        (6, "skipped", json!("risky")),
    ] {
        let expected = (status.to_owned(), reason);
        assert_eq!(told[&people[index].to_string()], expected, "{index}");
    }
    let risky = office
        .read(&format!(
            "/campaigns/{campaign}/recipients?status=skipped&reason=risky"
        ))
        .await;
    assert_eq!(column(&risky, "contact_id"), [json!(people[6])]);
    let suppressed = office.read("/suppressions?reason=bounced").await;
    assert_eq!(column(&suppressed, "source"), ["campaign"]);
    let id: OrganizationId = office.organization.parse().unwrap();
    let actions: Vec<_> = office
        .installation
        .database
        .audit_entries(id)
        .into_iter()
        .filter(|entry| entry.entity_type == "campaign")
        .map(|entry| format!("{} by {}", entry.action.as_str(), entry.actor_kind))
        .collect();
    assert_eq!(
        actions,
        ["create by user", "launch by user", "complete by job"]
    );
}

#[tokio::test]
async fn three_soft_bounces_within_thirty_days_are_too_many() {
    let office = Office::open().await;
    let people = office.invite(&emails(1)).await;
    let soft = || {
        Post(BTreeMap::from([(
            people[0],
            Delivery::Bounced(BounceKind::Soft),
        )]))
    };

    // The first one is forgotten when the third comes.
    for (days, expected) in [(0, 0), (20, 0), (11, 0), (1, 1)] {
        office.installation.clock.advance(Duration::days(days));
        let campaign = office.campaign(&json!({})).await;
        office.act(&campaign, "launch").await.is(200);
        office.work(soft()).await;

        let stopped = office.read("/suppressions?reason=bounced").await;
        let stopped = column(&stopped, "id").len();
        assert_eq!(stopped, expected, "after {days} more days");
    }
}

#[tokio::test]
async fn whoever_left_or_was_deleted_after_the_launch_gets_no_mail() {
    let office = Office::open().await;
    let invited = emails(5);
    let people = office.invite(&invited).await;
    let campaign = office.campaign(&json!({ "send_rate": 1 })).await;
    office.act(&campaign, "launch").await.is(200);
    office.work(Post::default()).await;
    assert_eq!(office.state(&campaign).await["counts"]["sent"], 1);

    let stopped = json!({ "emails": [invited[2]] });
    office.post("/suppressions", &stopped).await.is(200);
    let contact = office.path(&format!("/contacts/{}", people[3]));
    let deleted = office
        .installation
        .delete(&contact, &office.token().await)
        .await;
    deleted.is(204);
    for _ in 0..4 {
        office.installation.clock.advance(Duration::MINUTE);
        office.work(Post::default()).await;
    }

    let state = office.state(&campaign).await;
    assert_eq!(state["status"], "completed");
    let counts = json!({
        "assigned": 5, "skipped": 2, "sent": 3, "bounced": 0, "failed": 0, "delivered": 3,
    });
    assert_eq!(state["counts"], counts);
    for (reason, contact) in [("suppressed", people[2]), ("deleted", people[3])] {
        let path = format!("/campaigns/{campaign}/recipients?status=skipped&reason={reason}");
        let told = office.read(&path).await;
        assert_eq!(column(&told, "contact_id"), [json!(contact)]);
    }
}

#[tokio::test]
async fn a_batch_of_which_nobody_is_left_does_not_end_the_campaign() {
    let office = Office::open().await;
    let invited = emails(3);
    office.invite(&invited).await;
    let campaign = office.campaign(&json!({ "send_rate": 1 })).await;
    office.act(&campaign, "launch").await.is(200);

    office.work(Post::default()).await;
    let stopped = json!({ "emails": [invited[1]] });
    office.post("/suppressions", &stopped).await.is(200);
    for (minutes, status, sent) in [(1, "active", 1), (1, "completed", 2)] {
        office
            .installation
            .clock
            .advance(Duration::minutes(minutes));
        office.work(Post::default()).await;

        let state = office.state(&campaign).await;
        assert_eq!(state["status"], status);
        assert_eq!(state["counts"]["sent"], sent);
        assert_eq!(state["counts"]["skipped"], 1);
    }
}

#[tokio::test]
async fn a_slow_campaign_is_one_job_that_waits_and_gets_on() {
    let office = Office::open().await;
    office.invite(&emails(6)).await;
    let campaign = office.campaign(&json!({ "send_rate": 60 })).await;
    office.act(&campaign, "launch").await.is(200);
    let clock = &office.installation.clock;

    office.work(Post::default()).await;
    assert_eq!(office.state(&campaign).await["counts"]["sent"], 1);
    clock.advance(Duration::seconds(29));
    assert_eq!(office.work(Post::default()).await, [""; 0], "mails gather");
    let [job] = &office.jobs().await[..] else {
        panic!("one job");
    };
    assert_eq!(job["status"], "pending");
    assert_eq!(job["done"], 7);
    assert_eq!(job["total"], 12);
    clock.advance(Duration::SECOND);
    office.work(Post::default()).await;

    assert_eq!(office.state(&campaign).await["status"], "completed");
    let [job] = &office.jobs().await[..] else {
        panic!("one job");
    };
    assert_eq!(job["status"], "completed");
    assert_eq!(job["done"], 12);
    assert_eq!(job["result"], json!({ "assigned": 6, "sent": 6 }));
}

#[tokio::test]
async fn after_a_standstill_mails_go_out_at_their_rate_and_not_all_at_once() {
    let office = Office::open().await;
    office.invite(&emails(150)).await;
    let campaign = office.campaign(&json!({ "send_rate": 60 })).await;
    office.act(&campaign, "launch").await.is(200);
    office.work(Post::default()).await;
    let clock = &office.installation.clock;

    clock.advance(Duration::hours(5));
    for (seconds, sent) in [(0, 61), (30, 91), (29, 91), (1, 121), (30, 150)] {
        clock.advance(Duration::seconds(seconds));
        office.work(Post::default()).await;
        let state = office.state(&campaign).await;
        assert_eq!(state["counts"]["sent"], sent);
    }
    assert_eq!(office.state(&campaign).await["status"], "completed");
}
