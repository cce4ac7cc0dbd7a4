//! Whose lead an answer makes.

use campaigns::{ConsentSource, ConsentType};
use serde_json::{Value, json};

use super::Site;
use crate::office::text;

#[tokio::test]
async fn a_stranger_who_answers_is_known_by_the_address_they_give() {
    let site = Site::open().await;
    let page = site.page();
    let bare = page.split('?').next().unwrap();

    for email in ["eve%40other.de", "EVE%40other.de", "ada%40firm.de"] {
        site.post(bare, &format!("email={email}")).await.is(200);
    }

    let leads = site.leads().await;
    let told: Vec<_> = leads
        .iter()
        .map(|lead| {
            (
                lead["source"].clone(),
                lead["contact_id"].clone(),
                lead["responses"].clone(),
            )
        })
        .collect();
    let direct = json!("direct_form");
    assert_eq!(told.len(), 2);
    assert!(
        told.contains(&(direct.clone(), Value::Null, json!(2))),
        "{told:?}"
    );
    assert!(
        told.contains(&(direct, json!(site.contact), json!(1))),
        "{told:?}"
    );
}

#[tokio::test]
async fn whoever_types_somebody_elses_address_answers_for_themselves() {
    let site = Site::open().await;
    let page = site.page();
    let bare = page.split('?').next().unwrap();
    site.post(bare, "email=ben%40other.de&size=5").await.is(200);
    let ben = site.leads().await[0].clone();
    let consents = site.consents().len();

    let told = site.post(&page, "email=ben%40other.de&size=9&marketing=on");
    told.await.is(200);

    let leads = site.leads().await;
    assert_eq!(leads.len(), 2);
    assert!(
        leads.contains(&ben),
        "Ben's lead stays as it was: {leads:?}"
    );
    let ada = leads.iter().find(|lead| lead["id"] != ben["id"]).unwrap();
    assert_eq!(ada["contact_id"], json!(site.contact));
    let given = &site.consents()[consents..];
    let of: Vec<_> = given.iter().map(|it| json!(it.subject.lead())).collect();
    assert_eq!(of, [ada["id"].clone()]);
    let found = site
        .office
        .read("/leads?field=size:eq:5")
        .await
        .is(200)
        .json();
    assert_eq!(found["items"][0]["id"], ben["id"]);
    let again = json!({ "contact_id": site.contact, "campaign_id": site.campaign });
    let again = site.office.post("/leads", &again).await;
    assert!(again.is(409).json().to_string().contains(&text(&ada["id"])));
}

#[tokio::test]
async fn whoever_became_a_contact_since_stays_one_lead_though_they_give_no_address() {
    let site = Site::open().await;
    let bare = site.page().split('?').next().unwrap().to_owned();
    site.post(&bare, "email=Eve%40other.de").await.is(200);
    let lead = site.leads().await[0]["id"].clone();
    let eve = site.office.invite(&["eve@other.de".to_owned()]).await[0];
    let form = json!({ "name": "How many", "fields": [
        { "field_key": "size", "field_label": "How many", "field_type": "number" } ] });
    let form = site.office.make("/forms", form).await["id"].clone();

    let made = json!({ "contact_id": eve, "campaign_id": site.campaign, "form_id": form,
        "answers": { "size": 3 } });
    let refused = site.office.post("/leads", &made).await;
    let page = format!("{bare}?t={}", site.token(|it| it.contact = Some(eve)));
    site.post(&page, "email=mistyped%40other.de").await.is(200);

    assert!(refused.is(409).json().to_string().contains(&text(&lead)));
    let leads = site.leads().await;
    assert_eq!(leads.len(), 1);
    assert_eq!(
        (&leads[0]["id"], &leads[0]["contact_id"]),
        (&lead, &json!(eve))
    );
}

#[tokio::test]
async fn a_deleted_lead_does_not_come_back_beside_the_lead_that_its_person_has_as_a_contact() {
    let site = Site::open().await;
    let bare = site.page().split('?').next().unwrap().to_owned();
    site.post(&bare, "email=eve%40other.de").await.is(200);
    let first = text(&site.leads().await[0]["id"]);
    let here = site.office.path(&format!("/leads/{first}"));
    let token = site.office.token().await;
    site.office.installation.delete(&here, &token).await.is(204);
    site.office.invite(&["eve@other.de".to_owned()]).await;
    site.post(&bare, "email=eve%40other.de").await.is(200);
    let second = text(&site.leads().await[0]["id"]);

    let restore = format!("/leads/{first}/restore");
    let restored = site.office.post(&restore, &json!({})).await;

    let refused = restored.is_problem(409, "lead-exists").json();
    assert!(refused.to_string().contains(&second), "{refused}");
}

#[tokio::test]
async fn consent_is_recorded_of_answers_over_the_api_and_who_answers_becomes_the_contact() {
    let site = Site::open().await;
    let form = json!({ "name": "Call me", "fields": [
        { "field_key": "email", "field_label": "Address", "field_type": "email" },
        { "field_key": "privacy", "field_label": "You may store this.", "field_type": "consent" },
    ] });
    let form = text(&site.office.make("/forms", form).await["id"]);
    let lead = json!({ "form_id": form, "answers": { "privacy": true } });
    let lead = site.office.make("/leads", lead).await;
    assert_eq!(lead["contact_id"], Value::Null);
    let responses = format!("/leads/{}/responses", text(&lead["id"]));
    let answers =
        json!({ "form_id": form, "answers": { "email": "Ada@Firm.de", "privacy": false } });

    site.office.post(&responses, &answers).await.is(201);

    let told: Vec<_> = site
        .consents()
        .iter()
        .map(|it| (it.source, it.consent_type, it.granted, it.subject.contact()))
        .collect();
    let (api, data) = (ConsentSource::Api, ConsentType::DataProcessing);
    assert_eq!(
        told,
        [
            (api, data, true, None),
            (api, data, false, Some(site.contact))
        ]
    );
    assert_eq!(site.leads().await[0]["contact_id"], json!(site.contact));
}
