//! What a draft needs before it can begin, and copies.

use serde_json::{Value, json};
use testkit::a_unique_id;

use super::{Office, codes, emails};
use crate::office::text;

#[tokio::test]
async fn a_draft_is_told_all_that_it_lacks_and_takes_the_title_of_its_form() {
    let office = Office::open().await;
    let bare = text(&office.make("/campaigns", json!({ "name": "Bare" })).await["id"]);

    let refused = office.act(&bare, "launch").await;
    let not_validated = office.campaign(&json!({})).await;
    let listed = office.act(&not_validated, "launch").await;

    let problem = refused.is_problem(422, "campaign-not-ready").json();
    assert_eq!(
        codes(&problem),
        [
            "list-required",
            "template-required",
            "form-required",
            "slug-required",
            "landing-title-required"
        ]
    );
    let problem = listed.is_problem(422, "campaign-not-ready").json();
    assert_eq!(codes(&problem), ["list-not-validated"]);
    let state = office.state(&not_validated).await;
    assert_eq!(state["landing_title"], "Contact us");
    assert_eq!(state["status"], "draft");
}

#[tokio::test]
async fn what_a_campaign_names_has_to_be_there_and_its_address_nobody_elses() {
    let office = Office::open().await;
    let elsewhere = a_unique_id();
    let taken = office
        .campaign(&json!({ "landing_page_slug": "spring-offer" }))
        .await;

    let unknown = json!({
        "name": "Unknown",
        "list_ids": [elsewhere],
        "email_template_version_id": elsewhere,
        "form_version_id": elsewhere,
    });
    let refused = office.post("/campaigns", &unknown).await;
    let second = json!({ "name": "Second", "landing_page_slug": "spring-offer" });
    let conflict = office.post("/campaigns", &second).await;
    let here = office.path(&format!("/campaigns/{taken}"));
    let owner = office.token().await;
    let deleted = office.installation.delete(&here, &owner).await;
    deleted.is(204);
    let second = office.make("/campaigns", second).await;
    let restored = office.act(&taken, "restore").await;

    let problem = refused.is_problem(422, "invalid").json();
    assert_eq!(codes(&problem), ["unknown-value"; 3]);
    conflict.is_problem(409, "landing-page-slug-taken");
    assert_eq!(second["landing_page_slug"], "spring-offer");
    restored.is_problem(409, "landing-page-slug-taken");
}

#[tokio::test]
async fn a_copy_is_a_draft_without_schedule_and_address() {
    let office = Office::open().await;
    office.invite(&emails(1)).await;
    let original = office.campaign(&json!({ "send_rate": 60 })).await;
    let later = json!({ "scheduled_at": "2026-02-01T08:00:00Z" });
    office
        .post(&format!("/campaigns/{original}/schedule"), &later)
        .await
        .is(200);

    let copy = office
        .make(&format!("/campaigns/{original}/duplicate"), json!({}))
        .await;

    let original = office.state(&original).await;
    assert_eq!(original["status"], "scheduled");
    assert_eq!(copy["name"], "Spring, internal (copy)");
    assert_eq!(copy["status"], "draft");
    for same in [
        "list_ids",
        "email_template_version_id",
        "form_version_id",
        "landing_title",
        "send_rate",
    ] {
        assert_eq!(copy[same], original[same], "{same}");
    }
    for absent in ["landing_page_slug", "scheduled_at", "started_at"] {
        assert_eq!(copy[absent], Value::Null, "{absent}");
    }
}

#[tokio::test]
async fn a_template_whose_address_is_none_in_any_mail_keeps_a_campaign_from_beginning() {
    let office = Office::open().await;
    office.invite(&emails(1)).await;
    let template = json!({
        "name": "Promo",
        "subject": "For you",
        "html_content": "<p><a href=\"{{ first_name }}\">a</a> <a href=\"{{ attributes.site }}\">b</a></p>",
    });
    let template = office.make("/email-templates", template).await;
    let campaign = json!({ "email_template_version_id": template["active_version_id"] });
    let campaign = office.campaign(&campaign).await;

    let refused = office.act(&campaign, "launch").await;

    let problem = refused.is_problem(422, "campaign-not-ready").json();
    assert_eq!(codes(&problem), ["unsafe-url"]);
    let detail = text(&problem["errors"][0]["detail"]);
    assert!(detail.contains("`first_name`"), "{detail}");
}

#[tokio::test]
async fn a_template_that_needs_a_value_which_no_mail_gets_keeps_a_campaign_from_beginning() {
    let office = Office::open().await;
    office.invite(&emails(1)).await;
    let template = json!({
        "name": "Promo",
        "subject": "{{ promo_code }} for {{ first_name }}",
        "html_content": "<p>{{ attributes.city }}, <a href=\"{{ organization.privacy_url }}\">privacy</a></p>",
        "variables": [
            { "name": "promo_code", "required": true },
        ],
    });
    let template = office.make("/email-templates", template).await;
    let version = template["active_version_id"].clone();
    let campaign = json!({ "email_template_version_id": version });
    let campaign = office.campaign(&campaign).await;

    let refused = office.act(&campaign, "launch").await;

    let problem = refused.is_problem(422, "campaign-not-ready").json();
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(codes(&problem), ["variable-without-value"; 2]);
    for (error, name) in errors
        .iter()
        .zip(["promo_code", "organization.privacy_url"])
    {
        assert_eq!(error["pointer"], "#/email_template_version_id");
        let detail = text(&error["detail"]);
        assert!(detail.contains(&format!("`{name}`")), "{detail}");
    }
}
