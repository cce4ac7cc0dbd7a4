//! What visitors of landing pages and readers of mails get, and what is written down of it.

mod answers;
mod any_values;
mod hits;
mod landing_pages;
mod leads;
mod leaving;
mod sessions;

use api::edge::EdgeSettings;
use campaigns::{ConsentRecord, Event, EventType, LinkClaim, LinkKind};
use kernel::{ContactId, OrganizationId};
use poem::http::Method;
use serde_json::{Value, json};
use time::Duration;

use crate::campaigns::{Office, Post};
use crate::support::Told;

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
        // Whoever comes sooner is no person.
        office.installation.clock.advance(Duration::MINUTE);
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
