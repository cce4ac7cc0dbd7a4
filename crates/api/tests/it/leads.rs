//! Leads, from their answers to being found by them.

use serde_json::{Value, json};

use crate::installation::Installation;

fn path(organization: &str, rest: &str) -> String {
    format!("/v1/organizations/{organization}/leads{rest}")
}

async fn form(installation: &Installation, organization: &str, token: &str) -> String {
    let field = |key: &str, field_type: &str| json!({ "field_key": key, "field_label": "Asked", "field_type": field_type });
    let fields = [
        field("email", "email"),
        field("size", "number"),
        field("remarks", "textarea"),
    ];
    let form = json!({ "name": "Contact us", "fields": fields });
    let forms = format!("/v1/organizations/{organization}/forms");
    let form = installation.post(&forms, token, &form).await.is(201).json();
    form["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_lead_is_made_of_answers_and_found_by_them() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let form = form(&installation, &organization, &owner.token).await;
    let mut ids = Vec::new();
    for size in [3, 12] {
        let answers = json!({ "email": format!("{size}@example.com"), "size": size });
        let body = json!({ "form_id": form, "answers": answers });
        let leads = path(&organization, "");
        let lead = installation
            .post(&leads, &owner.token, &body)
            .await
            .is(201)
            .json();
        assert_eq!(
            (&lead["status"], &lead["source"]),
            (&json!("new"), &json!("api"))
        );
        ids.push(lead["id"].clone());
    }

    let get = async |rest: &str| {
        installation
            .get(&path(&organization, rest), &owner.token)
            .await
    };
    let found = get("?field=size:gte:10").await.is(200).json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(found["items"][0]["id"], ids[1]);
    let sorted = get("?sort=-size&limit=1").await.is(200).json();
    assert_eq!(sorted["items"][0]["id"], ids[1]);
    let cursor = sorted["next_cursor"].as_str().unwrap();
    let next = get(&format!("?sort=-size&limit=1&cursor={cursor}")).await;
    assert_eq!(next.is(200).json()["items"][0]["id"], ids[0]);

    let refused = get("?field=remarks:eq:x&field=size:eq:many&sort=nothing").await;
    let refused = refused.is(422).json();
    let codes: Vec<_> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            (
                error["pointer"].as_str().unwrap(),
                error["code"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        codes,
        [
            ("field", "not-indexed"),
            ("field", "wrong-type"),
            ("sort", "unknown-field")
        ]
    );
    get("?field=size").await.is(400);
}

#[tokio::test]
async fn a_second_lead_of_the_same_person_is_a_conflict_that_names_the_first() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let form = form(&installation, &organization, &owner.token).await;
    let body = json!({ "form_id": form, "answers": { "email": "ada@example.com" } });
    let leads = path(&organization, "");
    let first = installation
        .post(&leads, &owner.token, &body)
        .await
        .is(201)
        .json();

    let again = json!({ "form_id": form, "answers": { "email": "ADA@example.com", "size": 4 } });
    let refused = installation
        .post(&leads, &owner.token, &again)
        .await
        .is(409)
        .json();
    assert_eq!(refused["code"], "lead-exists");
    assert!(refused.to_string().contains(first["id"].as_str().unwrap()));

    let id = first["id"].as_str().unwrap();
    let responses = path(&organization, &format!("/{id}/responses"));
    let response = installation
        .post(&responses, &owner.token, &again)
        .await
        .is(201)
        .json();
    assert_eq!(response["answers"]["size"], 4);
    let lead = installation
        .get(&path(&organization, &format!("/{id}")), &owner.token)
        .await;
    let lead: Value = lead.is(200).json();
    assert_eq!(
        (&lead["responses"], &lead["latest_response_id"]),
        (&json!(2), &response["id"])
    );
}

#[tokio::test]
async fn a_step_that_the_pipeline_does_not_have_is_a_conflict_that_tells_the_legal_ones() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let form = form(&installation, &organization, &owner.token).await;
    let body = json!({ "form_id": form, "answers": { "email": "ada@example.com" } });
    let lead = installation
        .post(&path(&organization, ""), &owner.token, &body)
        .await
        .is(201)
        .json();
    let body = json!({ "ids": [lead["id"]], "status": "converted" });
    let bulk = path(&organization, "/bulk-status");
    let outcome = installation
        .post(&bulk, &owner.token, &body)
        .await
        .is(200)
        .json();
    assert_eq!(outcome["items"][0]["outcome"], "refused");

    let body =
        json!({ "ids": [lead["id"]], "status": "qualified", "status_reason": "Has a budget." });
    let outcome = installation
        .post(&bulk, &owner.token, &body)
        .await
        .is(200)
        .json();
    assert_eq!(outcome["items"][0]["outcome"], "changed");
    let id = lead["id"].as_str().unwrap();
    let steps = path(&organization, &format!("/{id}/status-changes"));
    let steps = installation.get(&steps, &owner.token).await.is(200).json();
    assert_eq!(steps["items"][1]["reason"], "Has a budget.");
}
