//! What happens in the demonstration: a list comes in, a campaign goes out and is simulated, people answer. All of it
//! through the API and the public pages of the server that runs, as anybody could.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{SLUG, sample};
use crate::cli::Failure;
use crate::client::{Client, encoded};
use crate::commands::import::a_key;

const LIST: &str = "Newsletter readers";
const TEMPLATE: &str = "Autumn offer";
const FORM: &str = "Ask for an offer";
const CAMPAIGN: &str = "Autumn offer";
const LANDING_PAGE: &str = "demo-autumn-offer";

/// Domains that are kept for examples (RFC 2606), which no name server knows.
const ADMITTED: [&str; 3] = ["example.com", "example.net", "example.org"];

/// Which run of chance the demonstration shows.
const SEED: u64 = 2026;

/// How often it is looked whether a job is done, and how long one may take.
const PACE: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_mins(10);

/// What there is to see afterwards.
pub(super) struct Told {
    /// The campaign's landing page.
    pub(super) landing_page: String,
    /// Its figures.
    pub(super) figures: String,
    /// Its report.
    pub(super) report: String,
}

/// Somebody who tells the story. What is there already is left alone.
pub(super) struct Story {
    url: String,
    client: Client,
}

impl Story {
    /// Logs somebody in.
    pub(super) fn enter(url: &str, email: &str, password: &str) -> Result<Self, Failure> {
        let login = json!({ "email": email, "password": password });
        let session = Client::new(url, None).post("/v1/sessions", &a_key(), &login)?;
        let token = session["access_token"].as_str().map(str::to_owned);
        Ok(Self {
            url: url.to_owned(),
            client: Client::new(url, token),
        })
    }

    /// Tells it from where it was left, be it in the midst of something.
    pub(super) fn tell(&self) -> Result<Told, Failure> {
        self.introduce()?;
        let list = self.list()?;
        let campaign = match self.find("/campaigns", CAMPAIGN)? {
            Some(campaign) => campaign,
            None => self.plan(&list)?,
        };
        let is_played = match campaign["status"].as_str() {
            Some("draft") => self.simulate(&campaign).map(|()| true)?,
            Some("active") => self.see_simulated(&campaign)?,
            status => status == Some("completed"),
        };
        if is_played && !self.is_answered(&campaign)? {
            self.answer(&campaign)?;
        }
        let id = text(&campaign, "id")?;
        let metrics = format!(
            "{}/v1/organizations/{SLUG}/campaigns/{id}/metrics",
            self.url
        );
        Ok(Told {
            landing_page: text(&campaign, "landing_page_url")?,
            report: format!("{metrics}/export?format=pdf"),
            figures: metrics,
        })
    }

    /// Says who writes, and that addresses for examples are addresses.
    fn introduce(&self) -> Result<(), Failure> {
        let settings = json!({ "settings": {
            "sender_address": "news@demo.example",
            "imprint": "Demo Brokers, 1 Sample Street, 10115 Berlin",
            "privacy_url": "https://demo.example/privacy",
        } });
        let organization = format!("/v1/organizations/{SLUG}");
        if self.client.get(&organization)?["settings"]["sender_address"].is_null() {
            self.client.patch(&organization, &settings)?;
        }
        let rule = path("/validation-rules/domain");
        let admitted = self.client.get(&rule)?;
        let admitted = admitted["admit"].as_array().map_or(0, Vec::len);
        if admitted == 0 {
            self.client.patch(&rule, &json!({ "admit": ADMITTED }))?;
        }
        Ok(())
    }

    /// The list with its people.
    fn list(&self) -> Result<String, Failure> {
        let list = json!({ "name": LIST, "source": "upload" });
        let list = text(&self.find_or_make("/contact-lists", &list)?, "id")?;
        let imports = format!("/contact-lists/{list}/imports");
        let imported = self.client.list(&path(&format!("{imports}?limit=200")))?;
        // A file that did not come in whole, or was not taken in, is as good as none.
        let counts = |import: &&Value| {
            let status = import["status"].as_str();
            !matches!(status, Some("uploading" | "failed" | "cancelled"))
        };
        match imported.iter().find(counts) {
            Some(import) if matches!(import["status"].as_str(), Some("pending" | "running")) => {
                self.wait(&text(import, "job_id")?)?;
            }
            Some(_) => {}
            None => {
                let file = sample::file();
                let import = self.client.upload(
                    &path(&format!("{imports}?file_name=readers.csv")),
                    &a_key(),
                    "text/csv",
                    file.len() as u64,
                    &mut file.as_bytes(),
                )?;
                self.wait(&text(&import, "job_id")?)?;
            }
        }
        Ok(list)
    }

    /// Makes a template, a form and a campaign.
    fn plan(&self, list: &str) -> Result<Value, Failure> {
        let template = self.find_or_make(
            "/email-templates",
            &json!({
                "name": TEMPLATE,
                "subject": "{{ first_name | default: \"Hello\" }}, an offer for the autumn",
                "html_content": "<h1>Warm through the autumn</h1>\
                    <p>Good day {{ first_name | default: \"there\" }},</p>\
                    <p>insurance for homes is cheaper until November.</p>\
                    <p><a href=\"{{ link.landing_page }}\">Ask for an offer</a></p>",
            }),
        )?;
        let form = self.find_or_make("/forms", &json!({ "name": FORM, "fields": fields() }))?;
        let campaign = json!({
            "name": CAMPAIGN,
            "list_ids": [list],
            "email_template_version_id": template["active_version_id"],
            "form_version_id": form["current_version_id"],
            "landing_page_slug": LANDING_PAGE,
            "landing_title": "Ask for an offer",
            "landing_text": "Tell us what you look for, and we call you back.",
        });
        self.make("/campaigns", &campaign)
    }

    /// Has the campaign mailed, and everything happen that might come of it.
    fn simulate(&self, campaign: &Value) -> Result<(), Failure> {
        let id = text(campaign, "id")?;
        let asked = json!({ "seed": SEED });
        let simulation = self.make(&format!("/campaigns/{id}/simulations"), &asked)?;
        self.wait(&text(&simulation, "job_id")?)
    }

    /// Waits until a simulation is played that was begun before; whether there is one.
    fn see_simulated(&self, campaign: &Value) -> Result<bool, Failure> {
        let simulations = self.client.list(&path("/simulations?limit=200"))?;
        let is_of_it = |it: &&Value| it["campaign_id"] == campaign["id"];
        match simulations.iter().find(is_of_it) {
            Some(simulation) => self.wait(&text(simulation, "job_id")?).map(|()| true),
            None => Ok(false),
        }
    }

    /// Whether somebody answered the form whom nobody mailed, who is the last to do so.
    fn is_answered(&self, campaign: &Value) -> Result<bool, Failure> {
        let id = text(campaign, "id")?;
        let leads = format!("/leads?campaign_id={id}&source=direct_form&limit=1");
        for leads in [path(&leads), path(&format!("{leads}&deleted=true"))] {
            let found = self.client.get(&leads)?;
            if found["items"].as_array().is_some_and(|it| !it.is_empty()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Fills in the form on the landing page, as two recipients by the links of their mails and at last as a stranger.
    fn answer(&self, campaign: &Value) -> Result<(), Failure> {
        let id = text(campaign, "id")?;
        let recipients = format!("/campaigns/{id}/recipients?status=sent&limit=2");
        let recipients = self.client.get(&path(&recipients))?;
        let recipients = recipients["items"].as_array().into_iter().flatten();
        let mut pages = vec![text(campaign, "landing_page_url")?];
        for recipient in recipients {
            let contact = text(recipient, "contact_id")?;
            let mail = format!("/campaigns/{id}/recipients/{contact}/mail");
            let mail = text(&self.client.get(&path(&mail))?, "text_content")?;
            pages.extend(link_in(&mail, &pages[0]));
        }
        let visitor = Client::new("", None);
        for (number, page) in pages.iter().enumerate().rev() {
            let form = format!(
                "email={}&interest=home&message={}&data_processing=on",
                encoded(&format!("visitor.{number}@example.com")),
                encoded("Please call me in the afternoon.")
            );
            visitor.submit(page, &form)?;
        }
        Ok(())
    }

    fn wait(&self, job: &str) -> Result<(), Failure> {
        let begun = Instant::now();
        let path = path(&format!("/jobs/{job}"));
        loop {
            let job = self.client.get(&path)?;
            match job["status"].as_str() {
                Some("completed") => return Ok(()),
                Some("pending" | "running") if begun.elapsed() < PATIENCE => {}
                status => {
                    let status = status.unwrap_or("lost");
                    return Err(Failure::new(format!(
                        "a job of the demonstration is {status}"
                    )));
                }
            }
            std::thread::sleep(PACE);
        }
    }

    /// The first of this name.
    fn find(&self, rest: &str, name: &str) -> Result<Option<Value>, Failure> {
        let all = self.client.list(&path(&format!("{rest}?limit=200")))?;
        Ok(all.into_iter().find(|it| it["name"] == name))
    }

    /// The first of its name, or this.
    fn find_or_make(&self, rest: &str, body: &Value) -> Result<Value, Failure> {
        match self.find(rest, &text(body, "name")?)? {
            Some(found) => Ok(found),
            None => self.make(rest, body),
        }
    }

    fn make(&self, rest: &str, body: &Value) -> Result<Value, Failure> {
        Ok(self.client.post(&path(rest), &a_key(), body)?)
    }
}

fn fields() -> Value {
    json!([
        { "field_key": "email", "field_label": "Your address", "field_type": "email", "required": true },
        { "field_key": "interest", "field_label": "What is it about?", "field_type": "select", "required": true,
          "validation_rules": { "options": [
              { "value": "home", "label": "My home" },
              { "value": "car", "label": "My car" },
              { "value": "other", "label": "Something else" },
          ] } },
        { "field_key": "message", "field_label": "Your message", "field_type": "textarea" },
        { "field_key": "data_processing", "field_label": "You may keep this to answer me.",
          "field_type": "consent", "required": true },
    ])
}

fn path(rest: &str) -> String {
    format!("/v1/organizations/{SLUG}{rest}")
}

/// The first link of a mail that begins like this.
fn link_in(mail: &str, start: &str) -> Option<String> {
    let from = mail.find(start)?;
    let link = mail[from..].split_whitespace().next()?;
    Some(link.trim_end_matches(['>', ')', '.']).to_owned())
}

fn text(answer: &Value, name: &str) -> Result<String, Failure> {
    answer[name]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("an answer of the server has no `{name}`")))
}
