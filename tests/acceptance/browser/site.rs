//! A campaign with a landing page, and a person who gets its mail.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Row as _;
use uuid::Uuid;

use crate::stack::{Session, Stack, unique};

pub(super) struct Site {
    pub(super) stack: Stack,
    owner: Session,
    organization: Uuid,
    pub(super) campaign: Uuid,
    pub(super) contact: Uuid,
}

fn id(told: &Value) -> Uuid {
    let text = told["id"].as_str().expect("an id");
    text.parse().expect("an id")
}

impl Site {
    /// A campaign that was launched.
    pub(super) async fn open() -> Self {
        let stack = Stack::shared().await;
        let owner = stack.sign_up_and_log_in().await;
        let organization = id(&stack.create_organization(&owner).await);
        let mut site = Self {
            stack,
            owner,
            organization,
            campaign: Uuid::nil(),
            contact: Uuid::nil(),
        };
        let settings = json!({ "name": "Harbour Brokers", "settings": {
            "sender_address": "news@brokers.example",
            "imprint": "Harbour Brokers Ltd\n1 Quay Street, Portsmouth",
            "privacy_url": "https://example.com/privacy",
        } });
        let call = site.call(Method::PATCH, "").json(&settings);
        call.send().await.expect(200);
        let person =
            json!({ "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace" });
        site.contact = id(&site.make("/contacts", &person).await);
        let list = id(&site
            .make("/contact-lists", &json!({ "name": "Owners" }))
            .await);
        let members = format!("/contact-lists/{list}/members/bulk-add");
        let members = site.call(Method::POST, &members);
        let added = members.json(&json!({ "contact_ids": [site.contact] }));
        added.send().await.expect(200);
        let validated = "UPDATE contact_lists SET status = 'validated' WHERE id = $1";
        let validated = sqlx::query(validated).bind(list);
        let validated = validated.execute(&mut site.stack.admin().await).await;
        validated.expect("the list is validated");
        site.campaign = site.campaign_to(list).await;
        let launch = format!("/campaigns/{}/launch", site.campaign);
        let launch = site.call(Method::POST, &launch).once();
        launch.send().await.expect(200);
        site
    }

    async fn campaign_to(&self, list: Uuid) -> Uuid {
        let template = json!({
            "name": "Offer",
            "subject": "An offer",
            "html_content": "<p>Hello {{ first_name }}, <a href=\"{{ link.landing_page }}\">tell us</a>.</p>",
        });
        let template = self.make("/email-templates", &template).await;
        let form = json!({ "name": "Boats", "thank_you_message": "We will call you within two days.", "fields": [
            { "field_key": "first_name", "field_label": "First name", "field_type": "text", "required": true },
            { "field_key": "email", "field_label": "Email address", "field_type": "email", "required": true },
            { "field_key": "length", "field_label": "Length of your boat in metres", "field_type": "number",
              "required": true, "validation_rules": { "min": "2", "max": "60" } },
            { "field_key": "kind", "field_label": "Kind of boat", "field_type": "select",
              "validation_rules": { "options": [
                { "value": "sail", "label": "Sailing boat" }, { "value": "motor", "label": "Motor boat" } ] } },
            { "field_key": "wishes", "field_label": "What should be insured?", "field_type": "multiselect",
              "validation_rules": { "options": [
                { "value": "hull", "label": "Hull" }, { "value": "liability", "label": "Liability" } ] } },
            { "field_key": "remarks", "field_label": "Remarks", "field_type": "textarea" },
            { "field_key": "marketing", "field_label": "You may write to me about offers.", "field_type": "consent" },
        ] });
        let form = self.make("/forms", &form).await;
        let campaign = json!({
            "name": "Spring, internal",
            "list_ids": [list],
            "email_template_version_id": template["active_version_id"],
            "form_version_id": form["current_version_id"],
            "landing_page_slug": format!("boat-{}", unique().simple()),
            "landing_title": "Insure your boat",
            "landing_text": "A few questions, and we tell you what it costs.",
            "risky_addresses": "include",
        });
        id(&self.make("/campaigns", &campaign).await)
    }

    /// The mail of the person.
    async fn mail(&self) -> Value {
        let path = format!(
            "/campaigns/{}/recipients/{}/mail",
            self.campaign, self.contact
        );
        self.read(&path).await
    }

    /// The person's own address of the landing page, from the mail.
    pub(super) async fn landing_page(&self) -> String {
        let mail = self.mail().await;
        let text = mail["text_content"].as_str().expect("a text");
        let start = text.find("/p/").expect("a link to the landing page");
        let from = text[..start].rfind("http").expect("a whole address");
        let end = |c: char| c.is_whitespace() || matches!(c, ')' | '>' | ']' | '<');
        let rest = &text[from..];
        rest[..rest.find(end).unwrap_or(rest.len())].to_owned()
    }

    /// The address by which the person leaves, from the headers of the mail.
    pub(super) async fn way_out(&self) -> String {
        let mail = self.mail().await;
        let headers = mail["headers"].as_array().expect("headers");
        let header = headers.iter().find(|it| it["name"] == "List-Unsubscribe");
        let value = header.and_then(|it| it["value"].as_str());
        value
            .expect("a way to leave")
            .trim_matches(['<', '>'])
            .to_owned()
    }

    /// What is in the organization at this path.
    pub(super) async fn read(&self, path: &str) -> Value {
        self.call(Method::GET, path).send().await.expect(200).json()
    }

    /// What happened on the landing page, in the order of time.
    pub(super) async fn events(&self) -> Vec<String> {
        let events = sqlx::query(
            "SELECT event_type FROM events WHERE organization_id = $1 AND campaign_id = $2 \
             AND event_type NOT IN ('SENT', 'BOUNCE') AND contact_id = $3 ORDER BY \"timestamp\", id",
        );
        let events = events
            .bind(self.organization)
            .bind(self.campaign)
            .bind(self.contact);
        let events = events.fetch_all(&mut self.stack.admin().await).await;
        let events = events.expect("the events are read");
        events.iter().map(|row| row.get(0)).collect()
    }

    /// What the person agreed to, and took back.
    pub(super) async fn consents(&self) -> Vec<(String, bool, String)> {
        let records = sqlx::query(
            "SELECT consent_type, granted, consent_text FROM consent_records \
             WHERE organization_id = $1 AND contact_id = $2 ORDER BY created_at, id",
        );
        let records = records.bind(self.organization).bind(self.contact);
        let records = records.fetch_all(&mut self.stack.admin().await).await;
        let records = records.expect("the consents are read");
        let record = |row: &sqlx::postgres::PgRow| (row.get(0), row.get(1), row.get(2));
        records.iter().map(record).collect()
    }

    async fn make(&self, path: &str, body: &Value) -> Value {
        let call = self.call(Method::POST, path).json(body);
        call.send().await.expect(201).json()
    }

    fn call(&self, method: Method, path: &str) -> crate::stack::Call {
        let path = format!("/v1/organizations/{}{path}", self.organization);
        self.stack.call(method, &path).by(&self.owner)
    }
}
