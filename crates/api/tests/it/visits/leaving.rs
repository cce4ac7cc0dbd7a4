//! How readers unsubscribe.

use api::edge::EdgeSettings;
use campaigns::{ConsentSource, ConsentType, EventType};
use poem::http::Method;
use serde_json::json;

use super::{Site, html};

#[tokio::test]
async fn looking_never_unsubscribes_and_the_button_does_once() {
    let site = Site::open().await;
    let leave = site.link("/u/");
    let headers = site.mail["headers"].as_array().unwrap();
    assert!(headers.contains(
        &json!({ "name": "List-Unsubscribe-Post", "value": "List-Unsubscribe=One-Click" })
    ));
    let link = format!("<{}{leave}>", EdgeSettings::default().public_url);
    assert!(
        headers.contains(&json!({ "name": "List-Unsubscribe", "value": link })),
        "{headers:?}"
    );

    for method in [Method::GET, Method::HEAD, Method::GET] {
        site.office
            .installation
            .ask(method, &leave)
            .send()
            .await
            .is(200);
    }
    let asked = html(&site.get(&leave).await);
    assert!(
        asked.contains("<form method=\"post\"") && asked.contains(&format!("action=\"{leave}\""))
    );
    assert_eq!(site.event_types(), [EventType::Sent]);
    assert_eq!(site.recipient().await["status"], "sent");
    assert_eq!(site.consents(), []);
    let deeds = site.deeds().len();

    for _ in 0..3 {
        let told = site.post(&leave, "List-Unsubscribe=One-Click").await;
        assert!(html(told.is(200)).contains("You are unsubscribed"));
    }

    assert_eq!(
        site.event_types(),
        [EventType::Sent, EventType::Unsubscribe]
    );
    assert_eq!(site.recipient().await["status"], "unsubscribed");
    let consents = site.consents();
    assert_eq!(consents.len(), 1);
    assert!(!consents[0].granted && consents[0].text.starts_with("Confirm that"));
    assert_eq!(consents[0].consent_type, ConsentType::Marketing);
    assert_eq!(consents[0].source, ConsentSource::Link);
    let told = site.deeds().split_off(deeds);
    assert_eq!(told, [("suppression".to_owned(), "create")]);
    let suppressions = site.office.read("/suppressions").await.is(200).json();
    let suppression = &suppressions["items"][0];
    assert_eq!(
        (&suppression["reason"], &suppression["source"]),
        (&json!("unsubscribed"), &json!("link"))
    );

    let next = site.office.campaign(&json!({})).await;
    let preview = site
        .office
        .read(&format!("/campaigns/{next}/audience"))
        .await;
    let preview = preview.is(200).json();
    assert_eq!(preview["mailed"], 0);
    let unsubscribed = json!({ "reason": "unsubscribed", "count": 1 });
    assert_eq!(preview["excluded"][0], unsubscribed);
    for forged in ["", "AAAA", &site.token(|_| ())] {
        html(site.get(&format!("/u/{forged}")).await.is(403));
        html(site.post(&format!("/u/{forged}"), "").await.is(403));
    }
}
