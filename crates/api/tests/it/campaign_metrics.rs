//! What campaigns achieve, as it is read and as it is taken away.

#[path = "../../../analytics/tests/it/pdf.rs"]
mod pdf;
mod reports;
mod tables;

use campaigns::ports::CampaignStore;
use campaigns::{
    ActorVerdict, AddressStatus, Assignment, Event, EventType, Lead, LeadSource, LeadStatus,
    NewLead,
};
use kernel::{
    Actor, CampaignId, ContactId, Description, LeadId, LeadStatusChangeId, OrganizationId, Origin,
    RequestId, TenantScope, Timestamp,
};
use serde_json::{Value, json};
use testkit::{FixedClock, a_unique_id};
use time::Duration;
use uuid::Uuid;

use self::reports::{assert_told, bars, common_lines, lines_beside};
use self::tables::{Row, compared, days, funnel, segments, sorted, sources, totals};
use crate::installation::Installation;

/// A campaign that was answered, and somebody who may see that.
struct Answered {
    installation: Installation,
    organization: String,
    token: String,
    campaign: String,
}

fn person(number: u128) -> ContactId {
    ContactId::from_uuid(Uuid::from_u128(number))
}

fn day(number: i64) -> Timestamp {
    FixedClock::START - Duration::days(3 - number)
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
        answered.interest().await;
        answered
    }

    fn scope(&self) -> TenantScope {
        let origin = Origin::internal(RequestId::from_uuid(a_unique_id()));
        let organization = OrganizationId::from_uuid(self.organization.parse().unwrap());
        TenantScope::for_principal(organization, Actor::Operator, origin)
    }

    fn campaign(&self) -> CampaignId {
        CampaignId::from_uuid(self.campaign.parse().unwrap())
    }

    /// Mails to three people, of whom one comes back; one person opens twice on two days, clicks and sends the form, one wants
    /// no more mails, and machines look at what that one got.
    async fn happen(&self) {
        let events = [
            (EventType::Sent, 1, day(0), ActorVerdict::Unknown),
            (EventType::Sent, 2, day(0), ActorVerdict::Unknown),
            (EventType::Sent, 3, day(0), ActorVerdict::Unknown),
            (EventType::Bounce, 3, day(0), ActorVerdict::Unknown),
            (EventType::Open, 1, day(0), ActorVerdict::Human),
            (EventType::Open, 1, day(1), ActorVerdict::Unknown),
            (EventType::Open, 2, day(1), ActorVerdict::Machine),
            (EventType::Click, 1, day(1), ActorVerdict::Human),
            (EventType::Click, 2, day(1), ActorVerdict::Machine),
            (EventType::Click, 2, day(2), ActorVerdict::Machine),
            (EventType::FormView, 1, day(1), ActorVerdict::Human),
            (EventType::FormView, 1, day(2), ActorVerdict::Human),
            (EventType::FormView, 2, day(2), ActorVerdict::Machine),
            (EventType::FormSubmit, 1, day(2), ActorVerdict::Human),
            (EventType::FormSubmit, 2, day(2), ActorVerdict::Machine),
            (EventType::Unsubscribe, 2, day(2), ActorVerdict::Human),
            (EventType::Unsubscribe, 2, day(1), ActorVerdict::Machine),
        ];
        let events = events.map(|(event_type, number, at, actor)| {
            let (campaign, contact) = (self.campaign(), Some(person(number)));
            let mut event = Event::seen(event_type, campaign, contact, at, a_unique_id());
            event.actor = actor;
            event
        });
        let unit = CampaignStore::begin(&self.installation.database, &self.scope())
            .await
            .unwrap();
        let now: Timestamp = FixedClock::START;
        unit.events().record(&events, now).await.unwrap();
        unit.commit().await.unwrap();
    }

    /// Of two recipients something else was known, and of three leads one is converted.
    async fn interest(&self) {
        let known = [(1, AddressStatus::Valid), (2, AddressStatus::Risky)];
        let assignments = known.map(|(number, validation)| Assignment {
            contact: person(number),
            validation,
            decision: Ok(day(0)),
        });
        let leads = [
            (Some(person(1)), LeadSource::EmailCampaign, true),
            (None, LeadSource::DirectForm, false),
            (None, LeadSource::DirectForm, false),
        ];
        let scope = self.scope();
        let unit = CampaignStore::begin(&self.installation.database, &scope)
            .await
            .unwrap();
        let assigning = unit.assignments();
        assigning
            .assign(self.campaign(), &assignments, day(0))
            .await
            .unwrap();
        for (contact, source, is_converted) in leads {
            let new = NewLead {
                campaign: Some(self.campaign()),
                contact,
                person: None,
                source,
                owner: None,
                notes: Description::empty(),
                came_at: day(2),
            };
            let ids = (
                LeadId::from_uuid(a_unique_id()),
                LeadStatusChangeId::from_uuid(a_unique_id()),
            );
            let (lead, step) = Lead::open(ids, scope.organization(), new, day(2), None);
            let mut state = lead.state().clone();
            if is_converted {
                state.status = LeadStatus::Converted;
            }
            let lead = Lead::restore(state);
            unit.leads().insert(&lead, &step).await.unwrap();
        }
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

    async fn table(&self, address: &str) -> Vec<Row> {
        let answer = self.installation.get(address, &self.token).await;
        assert_eq!(
            answer.is(200).header("content-type"),
            "text/csv; charset=utf-8"
        );
        let text = String::from_utf8(answer.body.clone()).unwrap();
        let mut lines = text.trim_end().split("\r\n").map(|line| {
            let inside = line.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
            inside.split("\",\"").map(str::to_owned)
        });
        let columns: Vec<_> = lines.next().unwrap().collect();
        let rows = lines.map(|cells| {
            let cells: Vec<_> = cells.collect();
            assert_eq!(cells.len(), columns.len());
            columns.iter().cloned().zip(cells).collect()
        });
        sorted(rows.collect())
    }

    /// The texts of a report.
    async fn report(&self, address: &str) -> Vec<String> {
        let answer = self.installation.get(address, &self.token).await;
        assert_eq!(answer.is(200).header("content-type"), "application/pdf");
        let disposition = answer.header("content-disposition");
        assert_eq!(disposition, "attachment; filename=\"report.pdf\"");
        assert!(answer.body.starts_with(b"%PDF-"));
        pdf::texts(&answer.body)
    }
}

fn at<'a>(document: &'a Value, place: &str) -> &'a Value {
    document
        .pointer(place)
        .unwrap_or_else(|| panic!("{place} of {document}"))
}

fn list<'a>(document: &'a Value, place: &str) -> &'a [Value] {
    at(document, place).as_array().unwrap()
}

#[tokio::test]
async fn a_table_has_the_numbers_that_the_api_tells() {
    let answered = Answered::new().await;

    for query in [
        "to=2026-01-15",
        "from=2026-01-13&to=2026-01-14",
        "segment=valid",
    ] {
        let told = async |view: &str| {
            answered
                .get(&answered.of_campaign(&format!("{view}?{query}")))
                .await
        };
        let table = async |view: &str| {
            let address = answered.of_campaign(&format!("/export?view={view}&{query}"));
            answered.table(&address).await
        };
        assert_eq!(table("totals").await, totals(&told("").await), "{query}");
        let daily = told("/daily").await;
        assert_eq!(table("daily").await, days(list(&daily, "/days")), "{query}");
        let steps = told("/funnel").await;
        assert_eq!(
            table("funnel").await,
            funnel(list(&steps, "/stages")),
            "{query}"
        );
        let from = told("/sources").await;
        assert_eq!(
            table("sources").await,
            sources(list(&from, "/sources")),
            "{query}"
        );
        let known = told("/segments").await;
        assert_eq!(
            table("segments").await,
            segments(list(&known, "/segments")),
            "{query}"
        );
    }
    let whole = answered.get(&answered.of_campaign("")).await;
    assert_eq!(whole["heading"]["from"], "2026-01-12");
    assert_eq!(whole["heading"]["to"], "2026-01-15");
    assert_eq!(whole["figures"]["counts"]["opened"]["human"]["people"], 1);
    assert_eq!(whole["figures"]["leads"], 3);
    assert_eq!(whole["figures"]["rates"]["bounce"], json!(1.0 / 3.0));
    assert_eq!(whole["previous"]["rates"]["landing"], Value::Null);
    let known = answered.get(&answered.of_campaign("/segments")).await;
    assert_eq!(list(&known, "/segments").len(), 2);
}

#[tokio::test]
async fn a_table_of_all_campaigns_has_the_numbers_of_their_overview() {
    let answered = Answered::new().await;
    let overview = answered.get(&answered.of_all("/overview")).await;
    let comparison = answered.get(&answered.of_all("/comparison")).await;
    let campaigns = list(&comparison, "/campaigns");

    for (view, expected) in [
        ("totals", totals(&overview)),
        ("daily", days(list(&overview, "/days"))),
        ("funnel", funnel(list(&overview, "/funnel"))),
        ("sources", sources(list(&overview, "/sources"))),
        ("comparison", compared(campaigns)),
    ] {
        let export = format!("/export?view={view}");
        let table = answered.table(&answered.of_all(&export)).await;
        assert_eq!(table, expected, "{view}");
    }
    assert_eq!(campaigns.len(), 1);
    assert_eq!(comparison["sum"], campaigns[0]["figures"]);
    assert_eq!(overview["figures"], comparison["sum"]);
}

#[tokio::test]
async fn views_of_all_campaigns_can_be_those_of_a_segment_and_of_campaigns_that_are_named() {
    let answered = Answered::new().await;
    let campaigns = format!("/v1/organizations/{}/campaigns", answered.organization);
    let installation = &answered.installation;
    let other = json!({ "name": "Autumn" });
    let other = installation.post(&campaigns, &answered.token, &other).await;
    let other = other.is(201).json()["id"].as_str().unwrap().to_owned();
    let idle = format!("/overview?campaign_id={other}");
    let idle = answered.get(&answered.of_all(&idle)).await;
    assert_eq!(idle["figures"]["counts"]["sent"]["people"], 0);
    let by_segment = answered.get(&answered.of_campaign("/segments")).await;

    for known in list(&by_segment, "/segments") {
        let segment = known["segment"].as_str().unwrap();
        let campaign = &answered.campaign;
        let query = format!("?from=2026-01-12&segment={segment}&campaign_id={campaign}");
        let overview = answered.of_all(&format!("/overview{query}"));
        let overview = answered.get(&overview).await;
        let comparison = answered.of_all(&format!("/comparison{query}"));
        let comparison = answered.get(&comparison).await;
        assert_eq!(overview["heading"]["segment"], segment);
        assert_eq!(overview["figures"], known["figures"], "{segment}");
        assert_eq!(comparison["sum"], known["figures"], "{segment}");
        let export = answered.of_all(&format!("/export{query}"));
        assert_eq!(answered.table(&export).await, totals(&overview));
    }
}

#[tokio::test]
async fn a_report_has_the_numbers_that_the_api_tells() {
    let answered = Answered::new().await;
    let told = async |view: &str| answered.get(&answered.of_campaign(view)).await;

    let texts = answered
        .report(&answered.of_campaign("/export?format=pdf"))
        .await;
    let (daily, funnel) = (told("/daily").await, told("/funnel").await);
    let (sources, segments) = (told("/sources").await, told("/segments").await);
    assert_told(
        &texts,
        &common_lines(&told("").await, list(&daily, "/days")),
    );
    let bars_of_one = bars(list(&funnel, "/stages"), list(&sources, "/sources"));
    assert_told(&texts, &bars_of_one);
    assert_told(
        &texts,
        &lines_beside(list(&segments, "/segments"), "/segment"),
    );

    let texts = answered
        .report(&answered.of_all("/export?format=pdf"))
        .await;
    let overview = answered.get(&answered.of_all("/overview")).await;
    let comparison = answered.get(&answered.of_all("/comparison")).await;
    assert_told(&texts, &common_lines(&overview, list(&overview, "/days")));
    let bars_of_all = bars(list(&overview, "/funnel"), list(&overview, "/sources"));
    assert_told(&texts, &bars_of_all);
    assert_told(
        &texts,
        &lines_beside(list(&comparison, "/campaigns"), "/name"),
    );
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
    for view in ["comparison", "overview", "export"] {
        let nobody = format!("/{view}?campaign_id={}", a_unique_id());
        let nobody = answered.of_all(&nobody);
        let answer = answered.installation.get(&nobody, &answered.token).await;
        answer.is(404);
    }
}
