//! Mails of campaigns that are tried out in mailboxes of one's own.

use api::edge::EdgeSettings;
use kernel::MailMessage;
use poem::http::Method;
use serde_json::{Value, json};

use crate::campaigns::Office;
use crate::support::Told;

/// A campaign that greets its readers, and somebody on its list.
struct Draft {
    office: Office,
    campaign: String,
    contact: String,
}

impl Draft {
    async fn open() -> Self {
        let mut office = Office::open().await;
        let template = json!({
            "name": "Offer",
            "subject": "For {{ email }}",
            "html_content": "<p><a href=\"{{ link.landing_page }}\">Answer</a> \
                             <a href=\"https://example.com/terms\">Terms</a></p>",
        });
        office.template =
            office.make("/email-templates", template).await["active_version_id"].clone();
        let contact = office.invite(&["ada@firm.de".to_owned()]).await[0].to_string();
        let campaign = office.campaign(&json!({})).await;
        Self {
            office,
            campaign,
            contact,
        }
    }

    async fn send(&self, body: &Value) -> Told {
        let path = format!("/campaigns/{}/test-mails", self.campaign);
        self.office.post(&path, body).await
    }

    async fn send_with_key(&self, key: &str, body: &Value) -> Told {
        let path = format!("/campaigns/{}/test-mails", self.campaign);
        let asking = self
            .office
            .installation
            .ask(Method::POST, &self.office.path(&path))
            .token(&self.office.token().await)
            .header("idempotency-key", key);
        asking.json(body).send().await
    }

    fn sent(&self) -> Vec<MailMessage> {
        self.office.installation.outbox.sent()
    }

    fn events(&self) -> usize {
        let organization = self.office.organization.parse().unwrap();
        self.office.installation.database.events(organization).len()
    }

    async fn follow(&self, method: Method, path: &str) -> Told {
        self.office.installation.ask(method, path).send().await
    }
}

/// The paths of the program's own links in a mail.
fn links(mail: &MailMessage) -> Vec<String> {
    let base = EdgeSettings::default().public_url;
    let html = mail.html.as_deref().unwrap();
    let rest = html.split(&base).skip(1);
    rest.map(|rest| rest[..rest.find('"').unwrap()].to_owned())
        .collect()
}

#[tokio::test]
async fn a_test_mail_reaches_the_named_mailboxes_and_nothing_that_is_done_with_it_is_recorded() {
    let draft = Draft::open().await;
    let mailboxes = json!({ "addresses": ["boss@firm.de", "me@firm.de"] });

    let told = draft.send(&mailboxes).await.is(200).json();

    assert_eq!(told, json!({ "sent": 2 }));
    let sent = draft.sent();
    let to: Vec<_> = sent.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["boss@firm.de", "me@firm.de"]);
    assert_ne!(sent[0].id, sent[1].id);
    assert!(!sent[0].subject.contains("ada@firm.de"));
    let names: Vec<_> = sent[0].headers.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["List-Unsubscribe", "List-Unsubscribe-Post"]);

    draft.office.act(&draft.campaign, "launch").await.is(200);
    let links = links(&sent[0]);
    assert_eq!(links.len(), 4, "{links:?}");
    for link in &links {
        let told = draft.follow(Method::GET, link).await;
        assert!(!told.status.is_client_error(), "{link}: {}", told.status);
        if link.starts_with("/u/") {
            draft.follow(Method::POST, link).await.is(200);
        }
    }
    assert_eq!(draft.events(), 0);
    let preview = format!("/campaigns/{}/audience", draft.campaign);
    let preview = draft.office.read(&preview).await.is(200).json();
    assert_eq!(preview["mailed"], 1, "nobody left: {preview}");
}

#[tokio::test]
async fn a_test_mail_can_be_read_in_the_place_of_a_contact() {
    let draft = Draft::open().await;
    let body = json!({ "addresses": ["boss@firm.de"], "contact_id": draft.contact });

    draft.send(&body).await.is(200);

    assert_eq!(draft.sent()[0].subject, "For ada@firm.de");
    assert_eq!(draft.sent()[0].to.as_str(), "boss@firm.de");
}

#[tokio::test]
async fn whoever_must_not_be_mailed_gets_no_test_mail_and_nobody_else_does_then() {
    let draft = Draft::open().await;
    let stop = json!({ "emails": ["gone@firm.de"] });
    draft.office.post("/suppressions", &stop).await.is(200);

    let told = draft
        .send(&json!({ "addresses": ["boss@firm.de", "Gone@firm.de"] }))
        .await;

    let errors = told.is(422).json()["errors"].clone();
    assert_eq!(errors[0]["pointer"], "#/addresses/1");
    assert_eq!(errors[0]["code"], "suppressed");
    assert_eq!(draft.sent(), []);
}

#[tokio::test]
async fn test_mails_that_cannot_be_are_refused() {
    let draft = Draft::open().await;
    let many: Vec<_> = (0..11).map(|n| format!("p{n}@firm.de")).collect();
    for body in [
        json!({}),
        json!({ "addresses": [] }),
        json!({ "addresses": ["nobody"] }),
        json!({ "addresses": many }),
        json!({ "addresses": ["a@firm.de\r\nBcc: b@firm.de"] }),
    ] {
        draft.send(&body).await.is(422);
    }
    let unknown = json!({ "addresses": ["boss@firm.de"], "contact_id": uuid::Uuid::nil() });
    draft.send(&unknown).await.is(404);

    draft.office.installation.outbox.is_out_of_order(true);
    draft
        .send(&json!({ "addresses": ["boss@firm.de"] }))
        .await
        .is(503);
    assert_eq!(draft.sent(), []);
}

#[tokio::test]
async fn a_test_mail_that_did_not_go_out_goes_out_when_it_is_repeated() {
    let draft = Draft::open().await;
    let body = json!({ "addresses": ["boss@firm.de"] });
    draft.office.installation.outbox.is_out_of_order(true);
    draft.send_with_key("12345678", &body).await.is(503);
    draft.office.installation.outbox.is_out_of_order(false);

    let told = draft.send_with_key("12345678", &body).await;

    assert_eq!(told.is(200).json(), json!({ "sent": 1 }));
    assert_eq!(told.header("idempotency-replayed"), "");
    let again = draft.send_with_key("12345678", &body).await;
    assert_eq!(again.is(200).header("idempotency-replayed"), "true");
    assert_eq!(draft.sent().len(), 1);
}

#[tokio::test]
async fn a_request_that_was_broken_off_before_its_mails_went_out_is_not_answered_as_if_they_had() {
    let draft = Draft::open().await;
    let body = json!({ "addresses": ["boss@firm.de"] });
    let outbox = &draft.office.installation.outbox;
    outbox.is_endless(true);
    tokio::select! {
        told = draft.send_with_key("12345678", &body) => panic!("{}", told.status),
        () = outbox.somebody_waits() => {}
    }
    outbox.is_endless(false);

    let again = draft.send_with_key("12345678", &body).await;

    assert_eq!(again.is(409).json()["code"], "idempotency-key-in-progress");
    assert_eq!(draft.sent(), []);
    draft.send_with_key("87654321", &body).await.is(200);
    assert_eq!(draft.sent().len(), 1);
}

#[tokio::test]
async fn mails_cannot_be_tried_out_without_end_and_a_repeated_request_is_no_further_try() {
    let draft = Draft::open().await;
    let body = json!({ "addresses": ["boss@firm.de"] });
    for _ in 1..50 {
        draft.send(&body).await.is(200);
    }
    let last = draft.send_with_key("12345678", &body).await;

    let again = draft.send_with_key("12345678", &body).await;
    let told = draft.send(&body).await;

    assert_eq!(again.is(200).body, last.is(200).body);
    assert_eq!(again.header("idempotency-replayed"), "true");
    let told = told.is(429);
    assert_eq!(told.header("retry-after"), "30");
    assert_eq!(draft.sent().len(), 50);
}
