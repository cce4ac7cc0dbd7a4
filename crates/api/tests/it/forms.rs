//! Forms, from their first version to another.

use serde_json::json;

use crate::installation::Installation;

fn path(organization: &str, rest: &str) -> String {
    format!("/v1/organizations/{organization}/forms{rest}")
}

#[tokio::test]
async fn a_form_asks_something_else_by_another_version() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let email = json!({ "field_key": "email", "field_label": "Address", "field_type": "email", "required": true });
    let plan = json!({
        "field_key": "plan",
        "field_label": "Plan",
        "field_type": "select",
        "validation_rules": { "options": [{ "value": "free" }, { "value": "paid", "label": "Paid" }] },
    });
    let new = json!({ "name": "Contact us", "fields": [email] });

    let form = installation
        .post(&path(&organization, ""), &owner.token, &new)
        .await;
    let form = form.is(201).json();
    let id = form["id"].as_str().unwrap();
    let versions = path(&organization, &format!("/{id}/versions"));
    let asked = json!({ "fields": [email, plan], "redirect_url": "https://example.com/thanks" });
    let second = installation.post(&versions, &owner.token, &asked).await;
    let second = second.is(201).json();

    assert_eq!(second["version_number"], 2);
    let options = &second["fields"][1]["validation_rules"]["options"];
    assert_eq!(
        *options,
        json!([{ "value": "free", "label": "free" }, { "value": "paid", "label": "Paid" }])
    );
    let after = installation
        .get(&path(&organization, &format!("/{id}")), &owner.token)
        .await;
    assert_eq!(after.is(200).json()["current_version_id"], second["id"]);
    let first = form["current_version_id"].as_str().unwrap();
    let first = installation
        .get(&format!("{versions}/{first}"), &owner.token)
        .await;
    assert_eq!(first.is(200).json()["fields"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_form_names_the_field() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let body = json!({
        "name": "Contact us",
        "fields": [
            { "field_key": "a", "field_label": "A", "field_type": "text", "validation_rules": { "pattern": "(" } },
            { "field_key": "a", "field_label": "B", "field_type": "select" },
        ],
    });

    let refused = installation
        .post(&path(&organization, ""), &owner.token, &body)
        .await;

    let places: Vec<_> = refused
        .is(422)
        .faults()
        .into_iter()
        .map(|(at, _)| at)
        .collect();
    assert_eq!(
        places,
        [
            "#/fields/0/validation_rules/pattern",
            "#/fields/1/field_key",
            "#/fields/1/validation_rules/options"
        ]
    );
}
