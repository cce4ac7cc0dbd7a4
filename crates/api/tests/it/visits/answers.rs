//! What becomes of answers, right and wrong.

use api::edge::EdgeSettings;
use campaigns::{ActorVerdict, ConsentSource, ConsentType, EventType};
use poem::http::Method;
use serde_json::{Value, json};
use time::Duration;

use super::{FORM, Site, form_fields, html};
use crate::office::text;

#[tokio::test]
async fn wrong_answers_are_told_beside_their_fields_and_kept() {
    let site = Site::open().await;

    let told = site
        .post(
            &site.page(),
            "email=nobody&first_name=Gr%C3%A4ce&size=1&source=x",
        )
        .await;

    let page = html(told.is(422));
    assert!(
        page.contains("id=\"e-email\">Please enter an email address"),
        "{page}"
    );
    assert!(
        page.contains("id=\"e-size\">Please enter 2 or more."),
        "{page}"
    );
    for kept in [
        "value=\"nobody\"",
        "value=\"Gräce\"",
        "value=\"1\"",
        "value=\"x\"",
    ] {
        assert!(page.contains(kept), "{kept} in {page}");
    }
    assert_eq!(site.leads().await, Vec::<Value>::new());
    assert_eq!(site.event_types(), [EventType::Sent]);
}

#[tokio::test]
async fn right_answers_make_a_lead_with_all_that_belongs_to_it_and_a_second_time_none() {
    let site = Site::open().await;
    let page = site.page();
    let body = "email=ada%40firm.de&first_name=Ada&size=12&marketing=on&web-site=&csrf=1";

    site.get(&page).await.is(200);
    let deeds = site.deeds().len();
    // Nobody types faster.
    let clock = &site.office.installation.clock;
    clock.advance(Duration::SECOND);
    let thanks = site.post(&page, body).await;

    assert!(html(thanks.is(200)).contains("We will call you."));
    let leads = site.leads().await;
    assert_eq!(leads.len(), 1);
    let lead = &leads[0];
    assert_eq!(
        (&lead["status"], &lead["source"]),
        (&json!("new"), &json!("email_campaign"))
    );
    assert_eq!(lead["campaign_id"], site.campaign);
    assert_eq!(lead["contact_id"], json!(site.contact));
    let responses = format!("/leads/{}/responses", text(&lead["id"]));
    let responses = site.office.read(&responses).await.is(200).json();
    assert_eq!(responses["items"][0]["answers"]["size"], 12);
    assert_eq!(
        site.event_types(),
        [EventType::Sent, EventType::FormView, EventType::FormSubmit]
    );
    let submit = site.events().pop().unwrap();
    assert_eq!(submit.contact, Some(site.contact));
    assert_eq!(submit.client.user_agent.as_deref(), Some("A browser"));
    assert_eq!(submit.actor, ActorVerdict::Human);
    assert_eq!(submit.actor_reason.as_deref(), Some("deliberate"));
    let consents = site.consents();
    assert_eq!(consents.len(), 1);
    assert!(consents[0].granted);
    assert_eq!(consents[0].text, "You may write to me.");
    assert_eq!(consents[0].consent_type, ConsentType::Marketing);
    assert_eq!(consents[0].source, ConsentSource::Form);
    assert_eq!(consents[0].subject.contact(), Some(site.contact));
    assert_eq!(json!(consents[0].subject.lead()), lead["id"]);
    assert!(consents[0].text_version.is_some());
    assert_eq!(site.recipient().await["submits"]["count"], 1);
    let told = site.deeds().split_off(deeds);
    assert_eq!(
        told,
        [
            ("lead".to_owned(), "create"),
            ("form_response".to_owned(), "create")
        ]
    );

    clock.advance(Duration::SECOND);
    site.post(&page, "email=ada%40firm.de&size=3").await.is(200);
    let again = site.leads().await;
    assert_eq!(again.len(), 1);
    assert_eq!(
        (&again[0]["id"], &again[0]["responses"]),
        (&lead["id"], &json!(2))
    );
    assert_eq!(site.recipient().await["submits"]["count"], 2);
    assert_eq!(site.consents().len(), 2);
}

#[tokio::test]
async fn whoever_fills_in_what_nobody_sees_is_thanked_and_counted_alone() {
    let site = Site::open().await;

    let told = site
        .post(&site.page(), "email=bot%40firm.de&web-site=http%3A%2F%2Fx")
        .await;

    assert!(html(told.is(200)).contains("We will call you."));
    assert_eq!(site.leads().await, Vec::<Value>::new());
    assert_eq!(site.consents(), []);
    let counted = site.events().pop().unwrap();
    assert_eq!(counted.event_type, EventType::FormSubmit);
    assert_eq!(counted.actor, ActorVerdict::Machine);
    assert_eq!(counted.actor_reason.as_deref(), Some("honeypot"));
    assert_eq!(site.recipient().await["submits"]["count"], 0);
}

#[tokio::test]
async fn whoever_answers_too_often_is_told_to_wait_and_keeps_what_they_typed() {
    let site = Site::open().await;
    let page = site.page();
    let burst = EdgeSettings::default().submission_quota.burst;
    for n in 0..burst {
        site.post(&page, &format!("email={n}%40firm.de&size=1"))
            .await
            .is(422);
    }

    let told = site.post(&page, "email=late%40firm.de&size=7").await;

    let shown = html(told.is(429));
    assert!(told.headers.contains_key("retry-after"));
    assert!(
        shown.contains("role=\"alert\"") && shown.contains("late@firm.de"),
        "{shown}"
    );
    let elsewhere = site
        .office
        .installation
        .ask(Method::POST, &page)
        .from("198.51.100.7");
    let elsewhere = elsewhere
        .header("content-type", FORM)
        .body("email=a%40firm.de");
    elsewhere.send().await.is(200);
}

#[tokio::test]
async fn who_has_answered_goes_where_the_form_says() {
    let form = json!({ "name": "Contact us", "fields": form_fields(),
        "redirect_url": "https://example.com/danke?a=b" });
    let site = Site::asking(form).await;
    let page = site.page();

    let shown = site.get(&page).await;
    let answered = site.post(&page, "email=ada%40firm.de").await;

    let policy = shown.is(200).header("content-security-policy");
    assert!(
        policy.contains("form-action 'self' https://example.com;"),
        "{policy}"
    );
    assert_eq!(
        answered.is(303).header("location"),
        "https://example.com/danke?a=b"
    );
    assert_eq!(site.leads().await.len(), 1);
}
