//! Assigning contacts to a campaign.

use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::Connection as _;
use uuid::Uuid;

use super::Bench;
use crate::cli::Failure;
use crate::commands::bench::file::{FileEncoding, Sample};
use crate::commands::bench::following::follow;
use crate::commands::bench::program::Program;
use crate::commands::bench::tenant::{Founder, Tenant, text};

/// How often it is looked how far that is.
const PACE: Duration = Duration::from_millis(50);
/// How long it may take.
const PATIENCE: Duration = Duration::from_mins(15);

/// How long it took until each contact of the lists of a campaign was decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Assigned {
    pub(super) contacts: u64,
    pub(super) elapsed: Duration,
}

impl Assigned {
    /// Contacts per second.
    pub(super) fn rate(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "nobody assigns 2^52 contacts")]
        let contacts = self.contacts as f64;
        contacts / self.elapsed.as_secs_f64()
    }
}

/// Imports contacts, launches a campaign to them, and watches until all of them are decided.
pub(super) fn assign(
    bench: &Bench,
    founder: &Founder,
    tenant: &Tenant,
) -> Result<Assigned, Failure> {
    let sample = Sample {
        rows: bench.contacts,
        first: 0,
        encoding: FileEncoding::Utf8,
    };
    follow(tenant, &tenant.list, sample, PACE)?;
    bench.database(make_ready(&bench.program, tenant))?;
    let template = json!({
        "name": "Template", "subject": "News", "html_content": "<p>Good day</p>",
    });
    let template = founder.post(tenant, "/email-templates", &template)?;
    let form = json!({
        "name": "Form",
        "fields": [{ "field_key": "email", "field_label": "Address", "field_type": "email" }],
    });
    let form = founder.post(tenant, "/forms", &form)?;
    let campaign = json!({
        "name": "Campaign",
        "list_ids": [tenant.list],
        "email_template_version_id": text(&template, "active_version_id")?,
        "form_version_id": text(&form, "current_version_id")?,
        "landing_page_slug": "measured",
    });
    let campaign = text(&founder.post(tenant, "/campaigns", &campaign)?, "id")?;
    bench.database(bench.program.settle())?;

    let begun = Instant::now();
    founder.post(tenant, &format!("/campaigns/{campaign}/launch"), &json!({}))?;
    let expected = sample.expected().kept();
    loop {
        let seen = founder.get(tenant, &format!("/campaigns/{campaign}"))?;
        let contacts = seen["counts"]["assigned"].as_u64().unwrap_or_default();
        if contacts >= expected {
            let elapsed = begun.elapsed();
            return Ok(Assigned { contacts, elapsed });
        }
        if begun.elapsed() > PATIENCE {
            let why = format!("{contacts} of {expected} contacts were assigned");
            return Err(Failure::new(why));
        }
        std::thread::sleep(PACE);
    }
}

/// Says of the organization who sends, and of its list that its addresses were judged.
pub(in crate::commands) async fn make_ready(
    program: &Program,
    tenant: &Tenant,
) -> Result<(), sqlx::Error> {
    let mut database = program.administrator().await?;
    let organization = tenant.id.parse::<Uuid>().unwrap_or_default();
    let settings = json!({ "sender_address": "news@example.com", "imprint": "Example Ltd" });
    for statement in [
        "UPDATE organizations SET settings = settings || $2::text::jsonb WHERE organization_id = $1",
        "UPDATE contact_lists SET status = 'validated' WHERE organization_id = $1 AND $2::text IS NOT NULL",
    ] {
        sqlx::query(statement)
            .bind(organization)
            .bind(settings.to_string())
            .execute(&mut database)
            .await?;
    }
    database.close().await
}
