//! A campaign that is simulated.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Bench;
use crate::cli::Failure;
use crate::commands::bench::file::{FileEncoding, Sample};
use crate::commands::bench::following::follow;
use crate::commands::bench::leads::assigning::make_ready;
use crate::commands::bench::tenant::{Founder, Tenant, text};

/// How often it is looked how far that is.
const PACE: Duration = Duration::from_millis(50);
/// How long it may take.
const PATIENCE: Duration = Duration::from_mins(15);

/// What came of a simulation, and how long it took.
pub(super) struct Played {
    /// How many of each came of it.
    pub(super) counts: Value,
    /// From the request to the end of the job.
    pub(super) elapsed: Duration,
}

impl Played {
    /// How many of these came of it.
    pub(super) fn count(&self, name: &str) -> u64 {
        self.counts[name].as_u64().unwrap_or_default()
    }
}

/// Imports contacts, and makes a campaign to them that asks what campaigns ask.
pub(super) fn set_up(bench: &Bench, founder: &Founder, tenant: &Tenant) -> Result<String, Failure> {
    let sample = Sample {
        rows: bench.contacts,
        first: 0,
        encoding: FileEncoding::Utf8,
    };
    follow(tenant, &tenant.list, sample, PACE)?;
    bench.database(make_ready(&bench.program, tenant))?;
    let html = "<p>Good day {{ first_name }}</p><p><a href=\"{{ link.landing_page }}\">Our offer</a> \
                <a href=\"https://example.com/about\">About us</a></p>";
    let template = json!({
        "name": "Template", "subject": "News", "html_content": html,
        "variables": [{ "name": "first_name", "default": "" }],
    });
    let template = founder.post(tenant, "/email-templates", &template)?;
    let field = |key: &str, field_type: &str, is_required: bool| {
        json!({
            "field_key": key, "field_label": key, "field_type": field_type, "required": is_required,
        })
    };
    let form = json!({
        "name": "Form",
        "fields": [
            field("email", "email", true), field("phone", "phone", false), field("company", "text", false),
            field("people", "number", false), field("question", "textarea", false),
            field("data_processing", "consent", true),
        ],
    });
    let form = founder.post(tenant, "/forms", &form)?;
    let campaign = json!({
        "name": "Campaign",
        "list_ids": [tenant.list],
        "email_template_version_id": text(&template, "active_version_id")?,
        "form_version_id": text(&form, "current_version_id")?,
        "landing_page_slug": "measured",
    });
    text(&founder.post(tenant, "/campaigns", &campaign)?, "id")
}

/// Simulates the campaign, and waits until that is over.
pub(super) fn play(founder: &Founder, tenant: &Tenant, campaign: &str) -> Result<Played, Failure> {
    let begun = Instant::now();
    let path = format!("/campaigns/{campaign}/simulations");
    let simulation = founder.post(tenant, &path, &json!({ "seed": 42 }))?;
    let job = format!("/jobs/{}", text(&simulation, "job_id")?);
    loop {
        let seen = tenant.get(&job)?;
        let elapsed = begun.elapsed();
        match seen["status"].as_str() {
            Some("completed") => {
                return Ok(Played {
                    counts: seen["counts"].clone(),
                    elapsed,
                });
            }
            Some("failed" | "cancelled") => {
                let why = format!("the simulation ended: {}", seen["error"]);
                return Err(Failure::new(why));
            }
            _ => {}
        }
        if elapsed > PATIENCE {
            return Err(Failure::new("the simulation does not come to an end"));
        }
        std::thread::sleep(PACE);
    }
}
