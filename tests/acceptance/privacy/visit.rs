//! Somebody gets a mail, reads it, answers what it leads to, and leaves.

use std::time::Duration;

use infrastructure::SystemClock;
use kernel::Clock as _;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Row as _;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::search::{ADDRESS, EMAIL, NAME, PHONE, USER_AGENT};
use crate::matrix::world::id;
use crate::stack::{Answer, Call, Session, Stack, unique};

/// What the reader of the mail answers, as the form accepts it.
pub(super) const RIGHT: &[(&str, &str)] = &[
    ("name", NAME),
    ("email", EMAIL),
    ("phone", PHONE),
    ("marketing", "on"),
];

/// What visitors did, by the names of their events.
const DEEDS: [&str; 5] = ["CLICK", "FORM_SUBMIT", "FORM_VIEW", "OPEN", "UNSUBSCRIBE"];

/// The paths of the addresses in somebody's mail.
pub(super) struct Mail {
    pub(super) pixel: String,
    link: String,
    pub(super) page: String,
    way_out: String,
}

/// All that becomes of a mail: it is read, its link followed, the form answered, and its reader leaves. Meanwhile those
/// who wrote it look at what came of it.
pub(super) async fn visit(stack: &Stack) -> Mail {
    let office = Office::open(stack).await;
    let (contact, list) = office.somebody().await;
    let contents = office.contents().await;
    let campaign = office.campaign(list, &contents).await;
    let mail = office.send(campaign, contact).await;

    read(stack, &mail).await;
    office.tell(campaign, contact).await;
    office.work(campaign).await;
    office.simulate(list, &contents).await;
    leave(stack, &mail).await;
    wait_for_hits(stack, campaign).await;
    mail
}

/// The reader opens the mail, follows its link to the page, and answers, at first wrongly; so does somebody who was shown
/// the page, and whom nobody knows.
async fn read(stack: &Stack, mail: &Mail) {
    open(stack, &mail.pixel).await;
    let page = open(stack, &mail.link).await;
    assert!(page.contains("<form") && page.contains(EMAIL), "{page}");

    let wrong = [("name", NAME), ("email", NAME), ("phone", EMAIL)];
    let told = hand_in(stack, &mail.page, &wrong).await.expect(422);
    assert!(text(&told).contains(EMAIL), "{}", text(&told));
    hand_in(stack, &mail.page, RIGHT).await.expect(200);

    let (page, _) = mail.page.split_once('?').expect("whose page it is");
    let unknown = format!("somebody.{EMAIL}");
    let answers = [
        ("name", NAME),
        ("email", unknown.as_str()),
        ("phone", PHONE),
    ];
    hand_in(stack, page, &answers).await.expect(200);
}

/// The reader looks at what it is to leave, and leaves.
async fn leave(stack: &Stack, mail: &Mail) {
    open(stack, &mail.way_out).await;
    let one_click = [("List-Unsubscribe", "One-Click")];
    hand_in(stack, &mail.way_out, &one_click).await.expect(200);
}

/// What a browser shows that goes there.
pub(super) async fn open(stack: &Stack, path: &str) -> String {
    let answer = stack.call(Method::GET, path).visit().await;
    text(&answer.expect(200))
}

/// Sends a form.
pub(super) async fn hand_in(stack: &Stack, path: &str, answers: &[(&str, &str)]) -> Answer {
    stack.call(Method::POST, path).typed(answers).visit().await
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// Most of what visitors do is written down beside their requests.
async fn wait_for_hits(stack: &Stack, campaign: Uuid) {
    let sql = "SELECT DISTINCT event_type FROM events WHERE campaign_id = $1 AND origin = 'tracking' \
               AND host(ip_address) = $2 AND user_agent = $3 ORDER BY event_type";
    let mut admin = stack.admin().await;
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..300 {
        let rows = sqlx::query(sql)
            .bind(campaign)
            .bind(ADDRESS)
            .bind(USER_AGENT)
            .fetch_all(&mut admin)
            .await
            .expect("the events are read");
        seen = rows.iter().map(|row| row.get(0)).collect();
        if seen == DEEDS {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{seen:?} alone is recorded");
}

/// An organization that writes to people, and its owner.
struct Office<'a> {
    stack: &'a Stack,
    owner: Session,
    organization: Uuid,
}

/// Ids of what a campaign mails and asks.
struct Contents {
    template_version: Value,
    form_version: Value,
}

impl<'a> Office<'a> {
    async fn open(stack: &'a Stack) -> Self {
        let owner = stack.sign_up_and_log_in().await;
        let organization = id(&stack.create_organization(&owner).await);
        let office = Self {
            stack,
            owner,
            organization,
        };
        let settings = json!({ "settings": {
            "sender_address": "news@brokers.example",
            "imprint": "Example Ltd, 1 Sample Street",
        } });
        office.change("", &settings).await;
        // Otherwise nobody there would be mailed.
        let admitted = json!({ "admit": ["nest.example"] });
        office.change("/validation-rules/domain", &admitted).await;
        office
    }

    /// Somebody of whom everything is known, and the list that they are on.
    async fn somebody(&self) -> (Uuid, Uuid) {
        let person = json!({
            "email": EMAIL, "first_name": NAME, "last_name": NAME, "display_name": NAME, "phone": PHONE,
        });
        let contact = id(&self.make("/contacts", &person).await);
        let named = json!({ "name": "Readers" });
        let list = id(&self.make("/contact-lists", &named).await);
        let members = format!("/contact-lists/{list}/members/bulk-add");
        let added = json!({ "contact_ids": [contact] });
        self.post(&members, &added, 200).await;
        let validated = "UPDATE contact_lists SET status = 'validated' WHERE id = $1";
        let validated = sqlx::query(validated).bind(list);
        let validated = validated.execute(&mut self.stack.admin().await).await;
        validated.expect("the list is validated");
        (contact, list)
    }

    async fn contents(&self) -> Contents {
        let template = json!({
            "name": "Offer",
            "subject": "For {{ first_name }}",
            "html_content": "<p>Hello {{ first_name }}, <a href=\"{{ link.landing_page }}\">tell us</a>.</p>",
        });
        let template = self.make("/email-templates", &template).await;
        let form = json!({ "name": "Boats", "fields": [
            { "field_key": "name", "field_label": "Name", "field_type": "text", "required": true },
            { "field_key": "email", "field_label": "Email address", "field_type": "email", "required": true },
            { "field_key": "phone", "field_label": "Phone number", "field_type": "phone" },
            { "field_key": "marketing", "field_label": "You may write to me about offers.", "field_type": "consent" },
        ] });
        let form = self.make("/forms", &form).await;
        Contents {
            template_version: template["active_version_id"].clone(),
            form_version: form["current_version_id"].clone(),
        }
    }

    async fn campaign(&self, list: Uuid, contents: &Contents) -> Uuid {
        let campaign = json!({
            "name": "Spring",
            "list_ids": [list],
            "email_template_version_id": contents.template_version,
            "form_version_id": contents.form_version,
            "landing_page_slug": format!("boat-{}", unique().simple()),
            "landing_title": "Insure your boat",
        });
        id(&self.make("/campaigns", &campaign).await)
    }

    /// Tries the mail out on the person who is to get it, and has it go out; tells how they get it.
    async fn send(&self, campaign: Uuid, contact: Uuid) -> Mail {
        let tried = json!({ "addresses": [EMAIL], "contact_id": contact });
        let tests = format!("/campaigns/{campaign}/test-mails");
        self.post(&tests, &tried, 200).await;
        let launch = format!("/campaigns/{campaign}/launch");
        let launch = self.call(Method::POST, &launch).once();
        launch.send().await.expect(200);
        self.wait_for_end(campaign).await;
        let recipients = format!("/campaigns/{campaign}/recipients");
        let recipients = self.read(&recipients).await.json();
        assert!(
            recipients["items"][0]["sent_at"].is_string(),
            "{recipients}"
        );

        let path = format!("/campaigns/{campaign}/recipients/{contact}/mail");
        let mail = self.read(&path).await.json().to_string();
        let link = |start: &str| {
            let from = mail.find(start).expect("a link");
            let rest = &mail[from..];
            let is_behind = |c: char| !(c.is_ascii_alphanumeric() || "/-_?=".contains(c));
            rest[..rest.find(is_behind).unwrap_or(rest.len())].to_owned()
        };
        Mail {
            pixel: link("/t/o/"),
            link: link("/t/c/"),
            page: link("/p/"),
            way_out: link("/u/"),
        }
    }

    /// Another program tells what it saw.
    async fn tell(&self, campaign: Uuid, contact: Uuid) {
        let event = json!({
            "event_type": "OPEN",
            "campaign_id": campaign,
            "contact_id": contact,
            "timestamp": SystemClock.now().format(&Rfc3339).expect("an instant"),
            "ip_address": ADDRESS,
            "user_agent": USER_AGENT,
        });
        let events = json!({ "events": [event] });
        let told = self.post("/events", &events, 200).await;
        assert_eq!(told["recorded"], 1, "{told}");
    }

    /// Looks for the person and their lead, takes it on, and downloads what there is.
    async fn work(&self, campaign: Uuid) {
        self.read(&format!("/contacts?q={EMAIL}")).await;
        let answered = format!("field=email:eq:{EMAIL}");
        let leads = format!("/leads?campaign_id={campaign}&{answered}");
        let lead = id(&self.read(&leads).await.json()["items"][0]);
        let lead = format!("/leads/{lead}");
        let change = json!({
            "assigned_user_id": self.owner.user,
            "notes": format!("{NAME} called from {PHONE}, and asks for a mail to {EMAIL}."),
        });
        self.change(&lead, &change).await;
        self.read(&format!("{lead}/responses")).await;

        let export = self.read(&format!("/leads/export?{answered}")).await;
        assert!(text(&export).contains(PHONE), "{}", text(&export));
        for kind in ["csv", "pdf"] {
            let report = format!("/campaigns/{campaign}/metrics/export?format={kind}");
            self.read(&report).await;
            self.read(&format!("/metrics/export?format={kind}")).await;
        }
    }

    /// Another campaign is carried out as if, to which everybody answers.
    async fn simulate(&self, list: Uuid, contents: &Contents) {
        let campaign = self.campaign(list, contents).await;
        let chances = json!({
            "bounce_rate": 0.0,
            "open_rate": 1.0,
            "click_rate": 1.0,
            "form_view_rate": 1.0,
            "form_submit_rate": 1.0,
            "unsubscribe_rate": 0.0,
            "machine_open_share": 0.0,
            "machine_click_share": 0.0,
        });
        let path = format!("/campaigns/{campaign}/simulations");
        let simulation = json!({ "seed": 42, "config": chances });
        self.make(&path, &simulation).await;
        self.wait_for_end(campaign).await;
        let leads = format!("/leads?campaign_id={campaign}&field=email:eq:{EMAIL}");
        id(&self.read(&leads).await.json()["items"][0]);
    }

    /// Waits until nothing of the campaign goes out any more.
    async fn wait_for_end(&self, campaign: Uuid) {
        let path = format!("/campaigns/{campaign}");
        for _ in 0..600 {
            if self.read(&path).await.json()["status"] == "completed" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the campaign does not end");
    }

    fn call(&self, method: Method, path: &str) -> Call {
        let address = format!("/v1/organizations/{}{path}", self.organization);
        self.stack.call(method, &address).by(&self.owner)
    }

    async fn read(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await.expect(200)
    }

    async fn change(&self, path: &str, body: &Value) {
        let call = self.call(Method::PATCH, path).json(body);
        call.send().await.expect(200);
    }

    async fn make(&self, path: &str, body: &Value) -> Value {
        self.post(path, body, 201).await
    }

    async fn post(&self, path: &str, body: &Value, status: u16) -> Value {
        let call = self.call(Method::POST, path).once().json(body);
        call.send().await.expect(status).json()
    }
}
