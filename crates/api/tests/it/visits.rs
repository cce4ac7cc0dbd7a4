//! What visitors of landing pages and readers of mails get, and what is written down of it.

use std::sync::Arc;

use api::edge::EdgeSettings;
use async_trait::async_trait;
use campaigns::ports::{CampaignStore, CampaignUnit};
use campaigns::{
    ActorVerdict, ConsentRecord, ConsentSource, ConsentType, Event, EventType, LinkClaim, LinkKind,
    LinkTarget, Visits,
};
use in_memory::MemoryDatabase;
use kernel::{CampaignId, ContactId, OrganizationId, StorageError, TenantScope};
use poem::http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};
use testkit::{SequentialIds, a_unique_id, accounts_in_memory};

use crate::campaigns::{Office, Post};
use crate::office::text;
use crate::support::{Told, World};

const FORM: &str = "application/x-www-form-urlencoded";

/// A campaign whose mail went out, and one person who got it.
struct Site {
    office: Office,
    campaign: String,
    contact: ContactId,
    /// The mail as the person got it.
    mail: Value,
}

fn form_fields() -> Value {
    json!([
        { "field_key": "email", "field_label": "Address", "field_type": "email", "required": true },
        { "field_key": "first_name", "field_label": "First name", "field_type": "text" },
        { "field_key": "size", "field_label": "How many", "field_type": "number",
          "validation_rules": { "min": "2" } },
        { "field_key": "marketing", "field_label": "You may write to me.", "field_type": "consent" },
        { "field_key": "source", "field_label": "Source", "field_type": "hidden" },
    ])
}

impl Site {
    async fn open() -> Self {
        Self::asking(json!({ "name": "Contact us", "fields": form_fields(),
            "thank_you_message": "We will call you." }))
        .await
    }

    async fn asking(form: Value) -> Self {
        let mut office = Office::open().await;
        office.form = office.make("/forms", form).await["current_version_id"].clone();
        let template = json!({
            "name": "Offer",
            "subject": "An offer",
            "html_content": "<p><a href=\"{{ link.landing_page }}\">Answer</a> \
                             <a href=\"https://example.com/terms\">Terms</a></p>",
        });
        office.template =
            office.make("/email-templates", template).await["active_version_id"].clone();
        let invited = office.invite(&["ada@firm.de".to_owned()]).await;
        let contact = invited[0];
        let named = json!({ "first_name": "Ada" });
        let here = office.path(&format!("/contacts/{contact}"));
        let token = office.token().await;
        office
            .installation
            .patch(&here, &token, &named)
            .await
            .is(200);
        let campaign = office
            .campaign(&json!({ "landing_title": "Our offer", "landing_text": "Have a look." }))
            .await;
        office.act(&campaign, "launch").await.is(200);
        office.work(Post::default()).await;
        let mail = format!("/campaigns/{campaign}/recipients/{contact}/mail");
        let mail = office.read(&mail).await.is(200).json();
        Self {
            office,
            campaign,
            contact,
            mail,
        }
    }

    fn organization(&self) -> OrganizationId {
        self.office.organization.parse().unwrap()
    }

    /// The path of the first link in the mail's text that begins like this.
    fn link(&self, start: &str) -> String {
        let headers = self.mail["headers"].to_string();
        let all = format!(
            "{} {} {headers}",
            self.mail["text_content"], self.mail["html_content"]
        );
        let base = format!("{}{start}", EdgeSettings::default().public_url);
        let from = all
            .find(&base)
            .unwrap_or_else(|| panic!("{start} in {all}"));
        let rest = &all[from + base.len() - start.len()..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "/-_?=".contains(c)));
        rest[..end.unwrap_or(rest.len())].to_owned()
    }

    fn page(&self) -> String {
        self.link("/p/")
    }

    async fn get(&self, path: &str) -> Told {
        self.office.installation.ask(Method::GET, path).send().await
    }

    async fn post(&self, path: &str, body: &str) -> Told {
        let asking = self.office.installation.ask(Method::POST, path);
        let asking = asking
            .header("content-type", FORM)
            .header("user-agent", "A browser");
        asking.body(body.to_owned()).send().await
    }

    fn events(&self) -> Vec<Event> {
        self.office
            .installation
            .database
            .events(self.organization())
    }

    fn event_types(&self) -> Vec<EventType> {
        self.events().iter().map(|event| event.event_type).collect()
    }

    fn consents(&self) -> Vec<ConsentRecord> {
        self.office
            .installation
            .database
            .consents(self.organization())
    }

    async fn leads(&self) -> Vec<Value> {
        let leads = self.office.read("/leads").await.is(200).json();
        leads["items"].as_array().unwrap().clone()
    }

    async fn recipient(&self) -> Value {
        let path = format!("/campaigns/{}/recipients", self.campaign);
        self.office.read(&path).await.is(200).json()["items"][0].clone()
    }

    fn token(&self, change: impl FnOnce(&mut LinkClaim)) -> String {
        let mut claim = LinkClaim {
            organization: self.organization(),
            campaign: self.campaign.parse().unwrap(),
            contact: Some(self.contact),
            kind: LinkKind::Visit,
        };
        change(&mut claim);
        claim.token(&*self.office.installation.ports.keys)
    }

    fn deeds(&self) -> Vec<(String, &'static str)> {
        let entries = self
            .office
            .installation
            .database
            .audit_entries(self.organization());
        let entries = entries.into_iter();
        entries
            .map(|entry| (entry.entity_type, entry.action.as_str()))
            .collect()
    }
}

fn html(told: &Told) -> String {
    assert_eq!(told.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(told.header("cache-control"), "no-store");
    assert_eq!(told.header("referrer-policy"), "no-referrer");
    assert!(told.header("x-robots-tag").contains("noindex"));
    let policy = told.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    String::from_utf8(told.body.clone()).unwrap()
}

#[tokio::test]
async fn a_link_of_a_mail_leads_to_the_page_that_knows_its_reader() {
    let site = Site::open().await;
    let page = site.page();
    let bare = page.split('?').next().unwrap().to_owned();

    let known = site
        .get(&format!("{page}&source=spring%20mail&size=9"))
        .await;
    let unknown = site.get(&bare).await;
    let head = site
        .office
        .installation
        .ask(Method::HEAD, &page)
        .send()
        .await;

    let known = html(known.is(200));
    assert!(
        known.contains("<h1>Our offer</h1>") && known.contains("Have a look."),
        "{known}"
    );
    assert!(
        known.contains("name=\"email\" value=\"ada@firm.de\""),
        "{known}"
    );
    assert!(
        known.contains("name=\"first_name\" value=\"Ada\""),
        "{known}"
    );
    assert!(
        known.contains("name=\"source\" value=\"spring mail\""),
        "{known}"
    );
    assert!(known.contains("name=\"size\" value=\"\""), "{known}");
    assert!(known.contains(&format!("action=\"{page}\"")), "{known}");
    assert!(known.len() < 30_000);
    let unknown = html(unknown.is(200));
    assert!(!unknown.contains("ada@firm.de") && unknown.contains(&format!("action=\"{bare}\"")));
    assert!(head.is(200).body.is_empty());
    assert_eq!(
        site.event_types(),
        [EventType::Sent, EventType::FormView, EventType::FormView]
    );
    let events = site.events();
    assert!(
        events
            .iter()
            .any(|it| it.contact == Some(site.contact) && it.event_type == EventType::FormView)
    );
    assert_eq!(site.recipient().await["views"]["count"], 1);
    let state = site.office.state(&site.campaign).await;
    assert_eq!(
        state["landing_page_url"],
        format!("{}{bare}", EdgeSettings::default().public_url)
    );
}

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
    assert_eq!(submit.actor, ActorVerdict::Unknown);
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

#[tokio::test]
async fn links_that_were_not_made_for_a_page_are_refused_and_pages_that_are_not_there_not_found() {
    let site = Site::open().await;
    let page = site.page();
    let (bare, token) = page.split_once("?t=").unwrap();
    let (elsewhere, _) = site.office.installation.founded().await;
    let elsewhere = elsewhere.parse().unwrap();
    let mut altered = token.to_owned();
    let last = if altered.pop() == Some('A') { 'B' } else { 'A' };
    altered.push(last);
    let campaign = CampaignId::from_uuid(a_unique_id());
    let stranger = OrganizationId::from_uuid(a_unique_id());

    for (what, token) in [
        ("nothing", String::new()),
        ("forged", "A".repeat(120)),
        ("altered", altered),
        (
            "of another organization",
            site.token(|it| it.organization = elsewhere),
        ),
        (
            "of another campaign",
            site.token(|it| it.campaign = campaign),
        ),
        (
            "of no organization",
            site.token(|it| it.organization = stranger),
        ),
        ("to leave", site.token(|it| it.kind = LinkKind::Unsubscribe)),
    ] {
        for told in [
            site.get(&format!("{bare}?t={token}")).await,
            site.post(&format!("{bare}?t={token}"), "email=a%40firm.de")
                .await,
        ] {
            let shown = html(told.is(403));
            assert!(shown.contains("This link does not work"), "{what}: {shown}");
        }
    }
    let draft = json!({ "landing_page_slug": "a-draft" });
    site.office.campaign(&draft).await;
    for nowhere in [
        "/p/a-draft",
        "/p/nowhere",
        "/p/",
        "/p/%ff%00",
        "/p/No%20Slug",
    ] {
        assert!(html(site.get(nowhere).await.is(404)).contains("There is nothing here"));
        html(site.post(nowhere, "").await.is(404));
    }
    let german = site.office.installation.ask(Method::GET, "/p/nowhere");
    let german = german
        .header("accept-language", "de-AT,en;q=0.5")
        .send()
        .await;
    assert!(html(&german).contains("Hier ist nichts"));
    let deleted = site
        .office
        .installation
        .ask(Method::DELETE, bare)
        .send()
        .await;
    deleted.is_problem(405, "method-not-allowed");
    assert_eq!(site.event_types(), [EventType::Sent]);
    assert_eq!(site.leads().await, Vec::<Value>::new());
}

#[tokio::test]
async fn of_a_test_mail_nothing_is_recorded() {
    let site = Site::open().await;
    let bare = site.page().split('?').next().unwrap().to_owned();
    let page = format!("{bare}?t={}", site.token(|it| it.contact = None));
    let leave = site.token(|it| {
        it.contact = None;
        it.kind = LinkKind::Unsubscribe;
    });
    let open = site.token(|it| {
        it.contact = None;
        it.kind = LinkKind::Open;
    });

    site.get(&page).await.is(200);
    site.post(&page, "email=a%40firm.de&marketing=on")
        .await
        .is(200);
    site.post(&page, "email=a%40firm.de&web-site=x")
        .await
        .is(200);
    site.post(&format!("/u/{leave}"), "").await.is(200);
    site.get(&format!("/t/o/{open}")).await.is(200);

    assert_eq!(site.event_types(), [EventType::Sent]);
    assert_eq!((site.consents(), site.leads().await), (vec![], vec![]));
}

#[tokio::test]
async fn opening_a_mail_and_following_its_links_is_written_down() {
    let site = Site::open().await;
    let pixel = site.link("/t/o/");
    let mail = site.mail["html_content"].as_str().unwrap();
    let clicks: Vec<_> = mail.match_indices("/t/c/").collect();
    assert_eq!(clicks.len(), 2, "{mail}");
    let terms = &mail[clicks[1].0..];
    let terms = terms[..terms.find('"').unwrap()].to_owned();

    let opened = site.get(&pixel).await;
    let followed = site.get(&terms).await;
    let head = site
        .office
        .installation
        .ask(Method::HEAD, &terms)
        .send()
        .await;

    assert_eq!(opened.is(200).header("content-type"), "image/gif");
    assert_eq!(opened.header("cache-control"), "no-store");
    assert_eq!(
        opened.header("cross-origin-resource-policy"),
        "cross-origin"
    );
    assert!(opened.body.starts_with(b"GIF89a"));
    for told in [followed, head] {
        assert_eq!(told.is(302).header("location"), "https://example.com/terms");
        assert_eq!(told.header("cache-control"), "no-store");
    }
    assert_eq!(
        site.event_types(),
        [EventType::Sent, EventType::Open, EventType::Click]
    );
    let click = site.events().pop().unwrap();
    assert_eq!(
        click.data,
        Some(json!({ "target": "https://example.com/terms" }))
    );
    let recipient = site.recipient().await;
    assert_eq!(
        (&recipient["opens"]["count"], &recipient["clicks"]["count"]),
        (&json!(1), &json!(1))
    );
    for forged in ["/t/o/", "/t/c/"] {
        for token in ["", "AAAA", &site.token(|_| ())] {
            html(site.get(&format!("{forged}{token}")).await.is(403));
        }
    }
}

/// A storage that nobody reaches.
struct Down;

#[async_trait]
impl CampaignStore for Down {
    async fn begin(&self, _: &TenantScope) -> Result<Box<dyn CampaignUnit>, StorageError> {
        Err(StorageError::Unavailable(None))
    }
}

#[tokio::test]
async fn readers_get_what_they_came_for_when_nothing_can_be_written_down() {
    let database = MemoryDatabase::new();
    let clock = testkit::FixedClock::default();
    let ports = accounts_in_memory(&database, clock, SequentialIds::default());
    let visits = Visits::new(
        Arc::new(Down),
        ports.clock.clone(),
        ports.ids.clone(),
        ports.keys.clone(),
    );
    let world = World::visited((), EdgeSettings::default(), &ports, visits);
    let token = |kind| {
        let claim = LinkClaim {
            organization: OrganizationId::from_uuid(a_unique_id()),
            campaign: CampaignId::from_uuid(a_unique_id()),
            contact: Some(ContactId::from_uuid(a_unique_id())),
            kind,
        };
        claim.token(&*ports.keys)
    };
    let target = LinkTarget::parse("https://example.com/").unwrap();

    let opened = world
        .get(&format!("/t/o/{}", token(LinkKind::Open)))
        .send()
        .await;
    let followed = format!("/t/c/{}", token(LinkKind::Click(target)));
    let followed = world.get(&followed).send().await;
    let landing = world.get("/p/offer").send().await;
    let leaving = format!("/u/{}", token(LinkKind::Unsubscribe));
    let leaving = world.post(&leaving).send().await;

    opened.is(200);
    assert_eq!(followed.is(302).header("location"), "https://example.com/");
    for told in [landing, leaving] {
        assert!(html(told.is(503)).contains("Please try again in a moment"));
        assert!(told.headers.contains_key("retry-after"));
    }
}

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

/// What people and programs put where a name was expected.
const PAYLOADS: [&str; 32] = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>",
    "</option></select><svg onload=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "\"><img src=x onerror=alert(1)>",
    "'><img src=x onerror=alert(1)>",
    "` onmouseover=`alert(1)",
    "x onfocus=alert(1) autofocus",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "&quot; onload=&quot;",
    "<!-- <b>",
    "--> <b>",
    "]]> <b>",
    "<![CDATA[<b>]]>",
    "<?php echo 1 ?>",
    "{{ texts.send }} <i>",
    "{% raw %} <i>",
    "${7*7} <i>",
    "<a href=//example.com>",
    "<form action=//example.com>",
    "<base href=//example.com>",
    "<meta http-equiv=refresh content=0>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "Zoë & Søren <łódź> \"€\" 'ö'",
];

fn encoded(text: &str) -> String {
    let bytes: Vec<_> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    bytes.concat()
}

/// The elements and attributes of a page, without their values.
fn structure(page: &str) -> Vec<String> {
    let tokens = html5gum::Tokenizer::new(page).flatten();
    tokens
        .filter_map(|token| match token {
            html5gum::Token::StartTag(tag) => {
                let names = tag.attributes.keys();
                let names: Vec<_> = names
                    .map(|it| String::from_utf8_lossy(it).into_owned())
                    .collect();
                Some(format!("{} {names:?}", String::from_utf8_lossy(&tag.name)))
            }
            html5gum::Token::EndTag(tag) => {
                Some(format!("/{}", String::from_utf8_lossy(&tag.name)))
            }
            html5gum::Token::Comment(_) => Some("comment".to_owned()),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn no_value_adds_anything_to_the_structure_of_a_page() {
    let site = Site::open().await;
    let page = site.page();
    let contact = site.office.path(&format!("/contacts/{}", site.contact));
    let here = site.office.path("");
    let plain_known = structure(&html(&site.get(&page).await));
    let plain_kept = structure(&html(
        site.post(&page, "email=a&first_name=b&source=c")
            .await
            .is(422),
    ));
    let mut from = 1;
    let mut ask = async |path: &str, body: String| {
        // Each from another network, so that nobody is told to wait.
        from += 1;
        let asking = site.office.installation.ask(Method::POST, path);
        let asking = asking
            .from(&format!("198.51.{from}.1"))
            .header("content-type", FORM);
        asking.body(body).send().await
    };
    for payload in PAYLOADS {
        let token = site.office.token().await;
        let named = json!({ "first_name": payload });
        let installation = &site.office.installation;
        installation.patch(&contact, &token, &named).await.is(200);
        let organization = json!({ "name": payload });
        installation
            .patch(&here, &token, &organization)
            .await
            .is(200);
        let sent = encoded(payload);

        let known = site.get(&format!("{page}&source={sent}")).await;
        let body = format!("email={sent}&first_name={sent}&source={sent}&{sent}={sent}");
        let kept = ask(&page, body).await;
        let thanks = ask(&page, format!("email=ada%40firm.de&first_name={sent}")).await;

        let known = html(known.is(200));
        assert_eq!(structure(&known), plain_known, "{payload}: {known}");
        let kept = html(kept.is(422));
        assert_eq!(structure(&kept), plain_kept, "{payload}: {kept}");
        let thanks = html(thanks.is(200));
        assert!(
            !thanks.contains("<script") && !thanks.contains("<img"),
            "{thanks}"
        );
    }
}

fn any_field(index: usize) -> impl Strategy<Value = Value> {
    let types = prop::sample::select(vec![
        "text",
        "email",
        "phone",
        "textarea",
        "number",
        "date",
        "select",
        "multiselect",
        "checkbox",
        "consent",
        "hidden",
    ]);
    (types, any::<bool>(), 0..20_u32, 0..20_u32).prop_map(move |(kind, required, low, high)| {
        let rules = match kind {
            "text" | "textarea" => {
                json!({ "min_length": low.min(high), "max_length": low.max(high) + 1 })
            }
            "number" => {
                json!({ "min": low.min(high).to_string(), "max": low.max(high).to_string() })
            }
            "date" => json!({ "min": "2026-01-01" }),
            "select" | "multiselect" => json!({ "options": [
                { "value": "a", "label": "A" }, { "value": "b", "label": "B" } ] }),
            _ => json!({}),
        };
        json!({
            "field_key": format!("f{index}"), "field_label": "Question", "field_type": kind,
            "required": required && kind != "hidden", "validation_rules": rules,
        })
    })
}

fn any_form() -> impl Strategy<Value = Value> {
    (any_field(0), any_field(1), any_field(2)).prop_map(|(a, b, c)| json!([a, b, c]))
}

fn any_answers() -> impl Strategy<Value = Vec<(usize, String)>> {
    let value = prop_oneof![
        "\\PC{0,12}",
        Just("ada@example.com".to_owned()),
        Just("+49 30 1234567".to_owned()),
        Just("2026-03-01".to_owned()),
        "[0-9]{1,3}(\\.[0-9])?",
        prop::sample::select(vec!["a", "b", "on", "\u{0}", "\r\n"]).prop_map(str::to_owned),
    ];
    prop::collection::vec((0..4_usize, value), 0..7)
}

#[test]
fn any_answers_to_any_form_are_taken_or_told_what_is_wrong_by_field() {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    let office = runtime.block_on(async {
        let office = Office::open().await;
        office.invite(&["ada@firm.de".to_owned()]).await;
        office
    });
    let noise = prop::collection::vec(any::<u8>(), 0..60);
    let answers = prop::collection::vec(any_answers(), 1..6);
    let config = ProptestConfig::with_cases(64);
    proptest::test_runner::TestRunner::new(config)
        .run(&(any_form(), answers, noise), |(fields, answers, noise)| {
            runtime.block_on(answer_all(&office, fields, &answers, noise));
            Ok(())
        })
        .unwrap();
}

/// Answers a form in all these ways, and checks what is told.
async fn answer_all(
    office: &Office,
    fields: Value,
    answers: &[Vec<(usize, String)>],
    noise: Vec<u8>,
) {
    let form = json!({ "name": "Any", "fields": fields });
    let told = office.post("/forms", &form).await;
    if told.status.as_u16() == 422 {
        // The rules contradict each other, and the form is refused.
        return;
    }
    let slug = format!("any-{}", a_unique_id().simple());
    let version = told.is(201).json()["current_version_id"].clone();
    let further = json!({ "form_version_id": version, "landing_page_slug": slug });
    let campaign = office.campaign(&further).await;
    office.act(&campaign, "launch").await.is(200);
    let body = |answers: &Vec<(usize, String)>| {
        let pairs = answers.iter();
        let pairs = pairs.map(|(field, value)| format!("f{field}={}", encoded(value)));
        pairs.collect::<Vec<_>>().join("&").into_bytes()
    };
    for body in answers.iter().map(body).chain([noise]) {
        let page = format!("/p/{slug}");
        let asking = office.installation.ask(Method::POST, &page);
        let told = asking.header("content-type", FORM).body(body).send().await;
        let page = html(&told);
        match told.status.as_u16() {
            200 => assert!(!page.contains("class=\"error\""), "{page}"),
            422 => assert!(
                page.contains("role=\"alert\"") && page.contains("<li>"),
                "{page}"
            ),
            other => panic!("{other}: {page}"),
        }
    }
}
