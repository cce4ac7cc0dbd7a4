//! What campaigns achieve, as it is read and as it is taken away.

use std::collections::BTreeMap;

use campaigns::ports::CampaignStore;
use campaigns::{ActorVerdict, Event, EventType};
use kernel::{
    Actor, CampaignId, ContactId, OrganizationId, Origin, RequestId, TenantScope, Timestamp,
};
use serde_json::{Value, json};
use testkit::{FixedClock, a_unique_id};
use time::Duration;
use uuid::Uuid;

use crate::installation::Installation;

/// A campaign that was answered, and somebody who may see that.
struct Answered {
    installation: Installation,
    organization: String,
    token: String,
    campaign: String,
}

impl Answered {
    async fn new() -> Self {
        let installation = Installation::new();
        let (organization, owner) = installation.founded().await;
        let campaigns = format!("/v1/organizations/{organization}/campaigns");
        let campaign = json!({ "name": "=Spring" });
        let made = installation
            .post(&campaigns, &owner.token, &campaign)
            .await
            .is(201)
            .json();
        let answered = Self {
            installation,
            organization,
            token: owner.token,
            campaign: made["id"].as_str().unwrap().to_owned(),
        };
        answered.happen().await;
        answered
    }

    /// Mails to three people, of whom one comes back; one person opens twice on two days, a machine once, and one clicks.
    async fn happen(&self) {
        let start = FixedClock::START - Duration::days(3);
        let person = |number: u128| ContactId::from_uuid(Uuid::from_u128(number));
        let day = |day: i64| start + Duration::days(day);
        let events = [
            (EventType::Sent, 1, day(0), ActorVerdict::Unknown),
            (EventType::Sent, 2, day(0), ActorVerdict::Unknown),
            (EventType::Sent, 3, day(0), ActorVerdict::Unknown),
            (EventType::Bounce, 3, day(0), ActorVerdict::Unknown),
            (EventType::Open, 1, day(0), ActorVerdict::Human),
            (EventType::Open, 1, day(1), ActorVerdict::Unknown),
            (EventType::Open, 2, day(1), ActorVerdict::Machine),
            (EventType::Click, 1, day(1), ActorVerdict::Human),
        ];
        let campaign = CampaignId::from_uuid(self.campaign.parse().unwrap());
        let events = events.map(|(event_type, number, at, actor)| {
            let contact = Some(person(number));
            let mut event = Event::seen(event_type, campaign, contact, at, a_unique_id());
            event.actor = actor;
            event
        });
        let origin = Origin::internal(RequestId::from_uuid(a_unique_id()));
        let organization = OrganizationId::from_uuid(self.organization.parse().unwrap());
        let scope = TenantScope::for_principal(organization, Actor::Operator, origin);
        let unit = CampaignStore::begin(&self.installation.database, &scope)
            .await
            .unwrap();
        let now: Timestamp = FixedClock::START;
        unit.events().record(&events, now).await.unwrap();
        unit.commit().await.unwrap();
    }

    fn of_campaign(&self, rest: &str) -> String {
        let (organization, campaign) = (&self.organization, &self.campaign);
        format!("/v1/organizations/{organization}/campaigns/{campaign}/metrics{rest}")
    }

    fn of_all(&self, rest: &str) -> String {
        format!("/v1/organizations/{}/metrics{rest}", self.organization)
    }

    async fn get(&self, address: &str) -> Value {
        let answer = self.installation.get(address, &self.token).await;
        answer.is(200).json()
    }

    /// A table, without its first line.
    async fn table(&self, address: &str) -> Vec<Vec<String>> {
        let answer = self.installation.get(address, &self.token).await;
        assert_eq!(
            answer.is(200).header("content-type"),
            "text/csv; charset=utf-8"
        );
        let text = String::from_utf8(answer.body.clone()).unwrap();
        let lines = text.trim_end().split("\r\n").skip(1);
        let cells = |line: &str| {
            let inside = line.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
            inside.split("\",\"").map(str::to_owned).collect()
        };
        lines.map(cells).collect()
    }
}

/// Every number in a document, by where it stands.
fn at<'a>(document: &'a Value, place: &str) -> &'a Value {
    document.pointer(place).unwrap_or(&Value::Null)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        // Spreadsheets are told whole numbers without a point.
        Value::Number(number) => number.to_string().trim_end_matches(".0").to_owned(),
        other => other.to_string(),
    }
}

const FIGURES: [(&str, &str); 18] = [
    ("sent", "/counts/sent/events"),
    ("sent_people", "/counts/sent/people"),
    ("bounced_people", "/counts/bounced/people"),
    ("delivered", "/counts/delivered"),
    ("opens", "/counts/opened/human/events"),
    ("unique_opens", "/counts/opened/human/people"),
    ("machine_opens", "/counts/opened/machine/events"),
    ("unique_machine_opens", "/counts/opened/machine/people"),
    ("clicks", "/counts/clicked/human/events"),
    ("unique_clicks", "/counts/clicked/human/people"),
    ("submissions", "/counts/submitted/human/events"),
    ("leads", "/leads"),
    ("converted", "/converted"),
    ("bounce_rate", "/rates/bounce"),
    ("open_rate", "/rates/open"),
    ("click_rate", "/rates/click"),
    ("click_to_open_rate", "/rates/click_to_open"),
    ("landing_rate", "/rates/landing"),
];

#[tokio::test]
async fn a_table_has_the_numbers_that_the_api_tells() {
    let answered = Answered::new().await;

    for query in ["", "?from=2026-01-13&to=2026-01-14"] {
        let told = answered.get(&answered.of_campaign(query)).await;
        let query = query.replace('?', "&");
        let export = format!("/export?view=totals&format=csv{query}");
        let table = answered.table(&answered.of_campaign(&export)).await;
        let rows: BTreeMap<_, _> = table
            .iter()
            .map(|row| (row[0].as_str(), (&row[1], &row[2])))
            .collect();
        for (name, place) in FIGURES {
            let now = shown(at(&told["figures"], place));
            let before = shown(at(&told["previous"], place));
            assert_eq!(rows[name], (&now, &before), "{name} {query}");
        }
    }
    let whole = answered.get(&answered.of_campaign("")).await;
    assert_eq!(whole["heading"]["from"], "2026-01-12");
    assert_eq!(whole["heading"]["to"], "2026-01-15");
    assert_eq!(whole["figures"]["counts"]["opened"]["human"]["people"], 1);
    assert_eq!(whole["figures"]["rates"]["bounce"], json!(1.0 / 3.0));
    assert_eq!(whole["figures"]["rates"]["landing"], Value::Null);

    let days = answered.get(&answered.of_campaign("/daily")).await;
    let table = answered
        .table(&answered.of_campaign("/export?view=daily"))
        .await;
    let days = days["days"].as_array().unwrap();
    assert_eq!(days.len(), table.len());
    for (day, row) in days.iter().zip(&table) {
        assert_eq!(day["date"], row[0].as_str());
        let sent = shown(&day["counts"]["sent"]["events"]);
        let opened = shown(&day["counts"]["opened"]["human"]["events"]);
        assert_eq!((&sent, &opened), (&row[3], &row[8]), "{row:?}");
    }

    let funnel = answered.get(&answered.of_campaign("/funnel")).await;
    let table = answered
        .table(&answered.of_campaign("/export?view=funnel"))
        .await;
    for (stage, row) in funnel["stages"].as_array().unwrap().iter().zip(&table) {
        let expected = [
            stage["step"].as_str().unwrap().to_owned(),
            shown(&stage["people"]),
            shown(&stage["of_previous"]),
            shown(&stage["of_sent"]),
        ];
        assert_eq!(row, &expected);
    }

    let compared = answered.get(&answered.of_all("/comparison")).await;
    let table = answered
        .table(&answered.of_all("/export?view=comparison"))
        .await;
    assert_eq!(
        table[0][..2],
        [answered.campaign.clone(), "'=Spring".to_owned()]
    );
    let sent = &compared["campaigns"][0]["figures"]["counts"]["sent"]["events"];
    assert_eq!(table[0][2], shown(sent));
    assert_eq!(compared["sum"], compared["campaigns"][0]["figures"]);
    let overview = answered.get(&answered.of_all("/overview")).await;
    assert_eq!(overview["figures"], compared["sum"]);
}

#[tokio::test]
async fn a_report_is_a_file_to_send_to_somebody() {
    let answered = Answered::new().await;

    for address in [
        answered.of_campaign("/export?format=pdf"),
        answered.of_all("/export?format=pdf"),
    ] {
        let answer = answered.installation.get(&address, &answered.token).await;
        assert_eq!(answer.is(200).header("content-type"), "application/pdf");
        let disposition = answer.header("content-disposition");
        assert_eq!(disposition, "attachment; filename=\"report.pdf\"");
        assert!(answer.body.starts_with(b"%PDF-"));
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_by_name() {
    let answered = Answered::new().await;
    let refused = async |address: &str, status: u16| {
        let answer = answered.installation.get(address, &answered.token).await;
        answer.is(status).faults().remove(0)
    };

    for (query, parameter, code) in [
        ("?from=2026-02-30", "from", "not-a-date"),
        ("?from=2026-03-02&to=2026-03-01", "to", "invalid-range"),
        ("?from=1969-12-31", "to", "invalid-range"),
        ("?segment=unheard-of", "segment", "unknown-value"),
    ] {
        let told = refused(&answered.of_campaign(query), 400).await;
        assert_eq!(told, (parameter.to_owned(), code.to_owned()), "{query}");
    }
    let told = refused(
        &answered.of_campaign("/export?view=everything&format=xls"),
        400,
    )
    .await;
    assert_eq!(told, ("view".to_owned(), "unknown-value".to_owned()));
    let told = refused(&answered.of_all("/export?view=segments"), 422).await;
    assert_eq!(told, ("#/view".to_owned(), "not-applicable".to_owned()));
    let nobody = format!("/comparison?campaign_id={}", a_unique_id());
    let answer = answered
        .installation
        .get(&answered.of_all(&nobody), &answered.token)
        .await;
    answer.is(404);
}
