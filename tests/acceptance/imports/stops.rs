//! Addresses that must not be mailed, whatever becomes of the contacts that have them.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Ground, text};
use crate::stack::Stack;

const EVE: &str = "eve@analytical.org";

/// Fails where the address may be mailed.
async fn assert_stopped(ground: &Ground, after: &str) {
    let asked = json!({ "emails": [EVE] });
    let told = ground.post("suppressions/lookups", &asked, 200).await;
    let told = &told["items"][0];
    assert_eq!(told["suppressed"], true, "after {after}: {told}");
    let reason = &told["suppressions"][0]["reason"];
    assert_eq!(reason, "unsubscribed", "after {after}: {told}");
}

/// The contact after a change.
async fn changed(ground: &Ground, contact: &str, change: &Value) -> Value {
    let path = ground.path(&format!("contacts/{contact}"));
    let call = ground.stack.call(Method::PATCH, &path).by(&ground.owner);
    call.json(change).send().await.expect(200).json()
}

/// The ids of the living contacts whose addresses must not be mailed.
async fn stopped(ground: &Ground) -> Vec<String> {
    let page = ground.get("contacts?suppressed=true").await;
    let contacts = page["items"].as_array().expect("contacts");
    contacts.iter().map(|row| text(&row["id"])).collect()
}

#[tokio::test]
async fn a_suppressed_address_stays_so_through_import_update_undo_and_deletion_of_its_contact() {
    // Programs of other tests, which have other keys, would take its imports and not know the hash of the address.
    let ground = Ground::on(Arc::new(Stack::fresh().await)).await;
    let file =
        b"Email,First Name,Unsubscribed\neve@analytical.org,Eve,yes\nada@analytical.org,Ada,\n";
    let first = ground.import(file).await;
    assert_eq!(first["counts"]["suppressed"], 1, "{first}");
    assert_stopped(&ground, "the import").await;
    let found = stopped(&ground).await;
    let [eve] = found.as_slice() else {
        panic!("one contact is stopped: {found:?}");
    };

    let file = b"Email,First Name\nEVE@analytical.org,Evelyn\n";
    let again = ground.import(file).await;
    assert_eq!(again["counts"]["suppressed"], 1, "{again}");
    assert_stopped(&ground, "another import").await;

    changed(&ground, eve, &json!({ "company": "Engines" })).await;
    assert_stopped(&ground, "a change").await;

    let away = json!({ "email": "away@analytical.org" });
    let away = changed(&ground, eve, &away).await;
    assert_eq!(away["suppressions"], json!([]), "the other address is free");
    assert_stopped(&ground, "the move to another address").await;
    let back = changed(&ground, eve, &json!({ "email": EVE })).await;
    assert_eq!(back["suppressions"], json!(["unsubscribed"]), "{back}");
    assert_stopped(&ground, "the move back").await;

    let id = text(&again["id"]);
    ground
        .post(&format!("imports/{id}/undo"), &json!({}), 202)
        .await;
    assert_eq!(ground.wait(&id).await["status"], "undone");
    assert_eq!(stopped(&ground).await, found);
    assert_stopped(&ground, "the undo").await;

    let path = ground.path(&format!("contacts/{eve}"));
    let call = ground.stack.call(Method::DELETE, &path).by(&ground.owner);
    call.send().await.expect(204);
    assert_stopped(&ground, "the deletion").await;

    let made = ground.post("contacts", &json!({ "email": EVE }), 201).await;
    assert_ne!(made["id"], *eve);
    assert_stopped(&ground, "the new contact").await;
    assert_eq!(stopped(&ground).await, [text(&made["id"])]);
    assert_unmailed(&ground, &made).await;
}

/// Fails unless a campaign to the list, with the contact on it, leaves out that one alone.
async fn assert_unmailed(ground: &Ground, contact: &Value) {
    let path = format!("contact-lists/{}/members/bulk-add", ground.list);
    let joining = json!({ "contact_ids": [contact["id"]] });
    ground.post(&path, &joining, 200).await;
    let campaign = json!({ "name": "Spring", "list_ids": [ground.list] });
    let campaign = ground.post("campaigns", &campaign, 201).await;

    let path = format!("campaigns/{}/audience", text(&campaign["id"]));
    let audience = ground.get(&path).await;

    assert_eq!(audience["members"], 2, "{audience}");
    assert_eq!(audience["mailed"], 1, "{audience}");
    let unsubscribed = json!({ "reason": "unsubscribed", "count": 1 });
    assert_eq!(audience["excluded"][0], unsubscribed, "{audience}");
}
