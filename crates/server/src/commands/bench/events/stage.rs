//! A campaign whose mails went out, and what happens to them.

use std::time::{Duration, Instant};

use infrastructure::SystemClock;
use kernel::{Clock as _, Timestamp};
use serde_json::{Value, json};
use sqlx::{Connection as _, Row as _};
use time::format_description::well_known::Rfc3339;
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::cli::Failure;
use crate::commands::bench::file::{FileEncoding, Sample};
use crate::commands::bench::following::follow;
use crate::commands::bench::leads::assigning::make_ready;
use crate::commands::bench::program::Program;
use crate::commands::bench::tenant::{Founder, Tenant, text};

/// How often it is looked how far the sending is.
const PACE: Duration = Duration::from_millis(100);
/// How long it may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// How the programs name themselves that people read with.
const READERS: [&str; 3] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
];

/// A campaign whose mails went out.
pub(in crate::commands) struct Stage {
    pub(in crate::commands) founder: Founder,
    pub(in crate::commands) tenant: Tenant,
    pub(in crate::commands) campaign: Uuid,
    /// Another one to the same people, for bare statements.
    pub(in crate::commands) other_campaign: Uuid,
    /// Who got the mails of both.
    pub(in crate::commands) people: Vec<Uuid>,
}

/// Something that happened to one of the mails.
pub(in crate::commands) struct Happened {
    pub(in crate::commands) id: Uuid,
    pub(in crate::commands) at: Timestamp,
    pub(in crate::commands) event_type: &'static str,
    pub(in crate::commands) contact: Uuid,
    pub(in crate::commands) data: Option<Value>,
    pub(in crate::commands) user_agent: &'static str,
    pub(in crate::commands) ip: String,
}

impl Stage {
    /// Imports people and has two campaigns sent to them.
    pub(in crate::commands) fn set(
        program: &Program,
        runtime: &Handle,
        contacts: u64,
    ) -> Result<Self, Failure> {
        let founder = Founder::sign_up(program.url())?;
        let tenant = founder.found("Senders")?;
        let sample = Sample {
            rows: contacts,
            first: 0,
            encoding: FileEncoding::Utf8,
        };
        follow(&tenant, &tenant.list, sample, PACE)?;
        let ready = runtime.block_on(make_ready(program, &tenant));
        ready.map_err(Failure::new)?;
        let template = json!({
            "name": "Template", "subject": "News",
            "html_content": "<p>Good day. <a href=\"https://example.com/offer\">Our offer</a></p>",
        });
        let template = founder.post(&tenant, "/email-templates", &template)?;
        let form = json!({
            "name": "Form",
            "fields": [{ "field_key": "email", "field_label": "Address", "field_type": "email" }],
        });
        let form = founder.post(&tenant, "/forms", &form)?;
        let send = |slug: &str| {
            let campaign = json!({
                "name": "Campaign",
                "list_ids": [tenant.list],
                "email_template_version_id": text(&template, "active_version_id")?,
                "form_version_id": text(&form, "current_version_id")?,
                "landing_page_slug": slug,
            });
            let campaign = text(&founder.post(&tenant, "/campaigns", &campaign)?, "id")?;
            let launch = format!("/campaigns/{campaign}/launch");
            founder.post(&tenant, &launch, &json!({}))?;
            wait_until_sent(&founder, &tenant, &campaign)?;
            campaign.parse::<Uuid>().map_err(Failure::new)
        };
        let (campaign, other_campaign) = (send("measured")?, send("bare")?);
        let people = runtime.block_on(recipients(program, campaign));
        Ok(Self {
            founder,
            tenant,
            campaign,
            other_campaign,
            people: people.map_err(Failure::new)?,
        })
    }

    /// So many things that happened within the last hour, in the order of time. They are the same each time but for their
    /// time: most mails are opened, some links followed, some pages seen. `run` tells their ids from those of other runs.
    pub(in crate::commands) fn happened(
        &self,
        events: u32,
        run: u8,
    ) -> impl Iterator<Item = Happened> {
        let begin = SystemClock.now() - time::Duration::HOUR;
        let step = time::Duration::HOUR / f64::from(events.max(1));
        (0..events).map(move |n| {
            let at = begin + step * f64::from(n);
            let at = at.replace_microsecond(at.microsecond()).unwrap_or(at);
            // The number is prime, and scatters neighbours.
            let place = u64::from(n) * 7_919 % self.people.len().max(1) as u64;
            let place = usize::try_from(place).unwrap_or_default();
            let (event_type, data) = match n % 20 {
                0..=13 => ("OPEN", None),
                14..=17 => {
                    let target = json!({ "target": "https://example.com/offer" });
                    ("CLICK", Some(target))
                }
                _ => ("FORM_VIEW", None),
            };
            Happened {
                id: id_at(at, run, n),
                at,
                event_type,
                contact: self.people[place],
                data,
                user_agent: READERS[n as usize % READERS.len()],
                ip: format!("198.51.{}.{}", n / 256 % 256, n % 256),
            }
        })
    }
}

impl Happened {
    /// As it is told over the API.
    pub(in crate::commands) fn told(&self, campaign: Uuid) -> Result<Value, Failure> {
        Ok(json!({
            "id": self.id,
            "event_type": self.event_type,
            "campaign_id": campaign,
            "contact_id": self.contact,
            "timestamp": self.at.format(&Rfc3339).map_err(Failure::new)?,
            "event_data": self.data,
            "user_agent": self.user_agent,
            "ip_address": self.ip,
        }))
    }
}

/// A UUIDv7 of this time. Its last bits are scattered, as those of others are.
fn id_at(at: Timestamp, run: u8, unique: u32) -> Uuid {
    let milliseconds = at.unix_timestamp_nanos() / 1_000_000;
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&milliseconds.to_be_bytes()[10..]);
    bytes[6] = 0x70;
    bytes[8] = 0x80;
    bytes[9] = run;
    bytes[12..].copy_from_slice(&scattered(unique).to_be_bytes());
    Uuid::from_bytes(bytes)
}

/// Another number for each number, as if by chance: the 32-bit finalizer of `MurmurHash3`.
const fn scattered(number: u32) -> u32 {
    let mixed = (number ^ (number >> 16)).wrapping_mul(0x85eb_ca6b);
    let mixed = (mixed ^ (mixed >> 13)).wrapping_mul(0xc2b2_ae35);
    mixed ^ (mixed >> 16)
}

fn wait_until_sent(founder: &Founder, tenant: &Tenant, campaign: &str) -> Result<(), Failure> {
    let begun = Instant::now();
    loop {
        let seen = founder.get(tenant, &format!("/campaigns/{campaign}"))?;
        if seen["status"] == "completed" {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            return Err(Failure::new("the mails did not go out in time"));
        }
        std::thread::sleep(PACE);
    }
}

async fn recipients(program: &Program, campaign: Uuid) -> Result<Vec<Uuid>, sqlx::Error> {
    let mut database = program.administrator().await?;
    // Whoever comes within moments after the sending is no person.
    sqlx::query("UPDATE campaign_contact_assignments SET sent_at = sent_at - interval '1 day'")
        .execute(&mut database)
        .await?;
    let rows = sqlx::query(
        "SELECT contact_id FROM campaign_contact_assignments WHERE campaign_id = $1 AND status = 'sent' ORDER BY contact_id",
    )
    .bind(campaign)
    .fetch_all(&mut database)
    .await?;
    database.close().await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn ids_have_the_time_of_their_events() {
        let at = datetime!(2026-03-01 12:00:00.123_456 UTC);

        let id = id_at(at, 1, 7);

        assert_eq!(id.get_version_num(), 7);
        let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
        let whole = u64::try_from(at.unix_timestamp()).unwrap();
        assert_eq!((seconds, nanos / 1_000_000), (whole, 123));
    }
}
