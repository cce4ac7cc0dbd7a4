//! Campaigns from their draft to their end, carried out by their jobs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use campaigns::{BeginJob, BounceKind, Campaign, Delivery, SendJob, Transport, TransportError};
use contacts::ListStatus;
use contacts::ports::ContactStore;
use kernel::{
    Actor, ContactId, ContactListId, Interruption, Job, JobClaim, JobEnd, JobKind, JobOutcome,
    JobReport, JobStore, OrganizationId, Origin, RequestId, TenantScope, Timestamp,
};
use serde_json::{Value, json};
use testkit::{FixedClock, StagedWork, a_unique_id};
use time::Duration;

use crate::installation::Installation;
use crate::office::{Person, column, text};
use crate::support::Told;

/// Does with mails what it is told to, and takes all others.
#[derive(Default)]
pub(crate) struct Post(BTreeMap<ContactId, Delivery>);

#[async_trait]
impl Transport for Post {
    async fn send(
        &self,
        _: &Campaign,
        recipients: &[ContactId],
    ) -> Result<Vec<Delivery>, TransportError> {
        let told = |contact: &ContactId| self.0.get(contact).copied().unwrap_or(Delivery::Accepted);
        Ok(recipients.iter().map(told).collect())
    }
}

/// An organization that is ready for campaigns.
pub(crate) struct Office {
    pub(crate) installation: Installation,
    pub(crate) organization: String,
    owner: Person,
    /// Since when the owner is logged in, and the token.
    token: Mutex<(Timestamp, String)>,
    pub(crate) list: String,
    pub(crate) template: Value,
    pub(crate) form: Value,
}

impl Office {
    pub(crate) async fn open() -> Self {
        let installation = Installation::new();
        let (organization, owner) = installation.founded().await;
        let token = Mutex::new((FixedClock::START, owner.token.clone()));
        let mut office = Self {
            installation,
            organization,
            owner,
            token,
            list: String::new(),
            template: Value::Null,
            form: Value::Null,
        };
        let settings = json!({ "settings": {
            "sender_address": "news@example.com",
            "imprint": "Acme Ltd, 1 Sample Street",
        } });
        let (here, token) = (office.path(""), office.token().await);
        let installation = &office.installation;
        installation.patch(&here, &token, &settings).await.is(200);
        office.list = text(
            &office
                .make("/contact-lists", json!({ "name": "Leads" }))
                .await["id"],
        );
        let template = json!({ "name": "News", "subject": "Hello", "html_content": "<p>Hi</p>" });
        office.template =
            office.make("/email-templates", template).await["active_version_id"].clone();
        let field =
            json!({ "field_key": "email", "field_label": "Address", "field_type": "email" });
        let form = json!({ "name": "Contact us", "fields": [field] });
        office.form = office.make("/forms", form).await["current_version_id"].clone();
        office
    }

    /// A token of the owner's that stands, however far the time was moved.
    pub(crate) async fn token(&self) -> String {
        let now = kernel::Clock::now(&self.installation.clock);
        let (since, token) = self.token.lock().unwrap().clone();
        if (now - since).abs() < Duration::minutes(10) {
            return token;
        }
        let token = self.installation.log_in(&self.owner.email).await.access;
        *self.token.lock().unwrap() = (now, token.clone());
        token
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v1/organizations/{}{rest}", self.organization)
    }

    pub(crate) async fn post(&self, rest: &str, body: &Value) -> Told {
        let path = self.path(rest);
        self.installation
            .post(&path, &self.token().await, body)
            .await
    }

    pub(crate) async fn make(&self, rest: &str, body: Value) -> Value {
        self.post(rest, &body).await.is(201).json()
    }

    pub(crate) async fn read(&self, rest: &str) -> Told {
        let path = self.path(rest);
        self.installation.get(&path, &self.token().await).await
    }

    /// Puts people with these addresses on the list, which is validated then.
    pub(crate) async fn invite(&self, emails: &[String]) -> Vec<ContactId> {
        let mut contacts = Vec::new();
        for email in emails {
            let made = self.make("/contacts", json!({ "email": email })).await;
            contacts.push(text(&made["id"]));
        }
        let members = format!("/contact-lists/{}/members/bulk-add", self.list);
        self.post(&members, &json!({ "contact_ids": contacts }))
            .await
            .is(200);
        let id: ContactListId = self.list.parse().unwrap();
        let origin = Origin::internal(RequestId::from_uuid(a_unique_id()));
        let organization = self.organization.parse().unwrap();
        let scope = TenantScope::for_principal(organization, Actor::Operator, origin);
        let database = &self.installation.database;
        let unit = ContactStore::begin(database, &scope).await.unwrap();
        let mut list = unit.lists().find(id).await.unwrap().unwrap();
        let version = list.state().stamps.version;
        list.advance(ListStatus::Validated, FixedClock::START, None);
        unit.lists().update(&list, version).await.unwrap();
        unit.commit().await.unwrap();
        contacts.iter().map(|id| id.parse().unwrap()).collect()
    }

    /// A campaign that has everything.
    pub(crate) async fn campaign(&self, further: &Value) -> String {
        let mut body = json!({
            "name": "Spring, internal",
            "list_ids": [self.list],
            "email_template_version_id": self.template,
            "form_version_id": self.form,
            "landing_page_slug": format!("page-{}", a_unique_id().simple()),
        });
        for (name, value) in further.as_object().unwrap() {
            body[name] = value.clone();
        }
        text(&self.make("/campaigns", body).await["id"])
    }

    pub(crate) async fn act(&self, campaign: &str, action: &str) -> Told {
        self.post(&format!("/campaigns/{campaign}/{action}"), &json!({}))
            .await
    }

    pub(crate) async fn state(&self, campaign: &str) -> Value {
        let told = self.read(&format!("/campaigns/{campaign}")).await;
        told.is(200).json()
    }

    /// Carries out all jobs of campaigns that are due, and those that come of them; tells of which kinds they were.
    pub(crate) async fn work(&self, post: Post) -> Vec<String> {
        let database = Arc::new(self.installation.database.clone());
        let clock = Arc::new(self.installation.clock.clone());
        let ids = self.installation.ports.ids.clone();
        let begin = BeginJob::new(database.clone(), clock.clone(), ids.clone());
        let send = SendJob::new(database.clone(), Arc::new(post), clock.clone(), ids.clone());
        let mut kinds = Vec::new();
        loop {
            let worker = ids.next();
            let now = kernel::Clock::now(&*clock);
            let claim = JobClaim {
                worker,
                now,
                lease: Duration::minutes(5),
                limit: 1,
                reserved: 0,
            };
            let Some(job) = database.claim(&claim).await.unwrap().pop() else {
                return kinds;
            };
            let run: &dyn Job = match &*job.kind {
                "begin_campaign" => &begin,
                "send_campaign" => &send,
                other => panic!("{other}"),
            };
            let organization: OrganizationId = job.organization;
            let kind: JobKind = run.kind();
            let request = RequestId::from_uuid(a_unique_id());
            let scope = TenantScope::for_job(organization, kind, job.id, request);
            if let Some(end) = &job.early_end {
                run.wind_up(&job, end, &scope).await.unwrap();
                let told = database.wound_up(job.id, worker, None, now).await;
                assert!(told.unwrap());
                continue;
            }
            let mut staged = StagedWork::new(job.id, worker);
            if job.cancel_requested {
                staged = staged.interrupted_after(0, Interruption::Cancelled);
            }
            let end = run.run(&job, &scope, &staged).await.unwrap();
            if let Some(progress) = staged.reports().pop() {
                let rate = None;
                let report = JobReport { progress, rate };
                let told = database.report(job.id, worker, now, Some(&report));
                told.await.unwrap();
            }
            let outcome = match end {
                JobEnd::Completed(result) => JobOutcome::Completed { result },
                JobEnd::Cancelled(result) => JobOutcome::Cancelled { result },
                JobEnd::Waits(until) => JobOutcome::Waits { until },
                JobEnd::HandedBack => panic!("{job:?} was handed back"),
            };
            assert!(
                database
                    .finish(job.id, worker, &outcome, now)
                    .await
                    .unwrap()
            );
            kinds.push(job.kind);
        }
    }
}

fn emails(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("p{n}@firm{n}.de")).collect()
}

fn codes(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|error| text(&error["code"])).collect()
}

#[tokio::test]
async fn a_draft_is_told_all_that_it_lacks_and_takes_the_title_of_its_form() {
    let office = Office::open().await;
    let bare = text(&office.make("/campaigns", json!({ "name": "Bare" })).await["id"]);

    let refused = office.act(&bare, "launch").await;
    let not_validated = office.campaign(&json!({})).await;
    let listed = office.act(&not_validated, "launch").await;

    let problem = refused.is_problem(422, "campaign-not-ready").json();
    assert_eq!(
        codes(&problem),
        [
            "list-required",
            "template-required",
            "form-required",
            "slug-required",
            "landing-title-required"
        ]
    );
    let problem = listed.is_problem(422, "campaign-not-ready").json();
    assert_eq!(codes(&problem), ["list-not-validated"]);
    let state = office.state(&not_validated).await;
    assert_eq!(state["landing_title"], "Contact us");
    assert_eq!(state["status"], "draft");
}

#[tokio::test]
async fn what_a_campaign_names_has_to_be_there_and_its_address_nobody_elses() {
    let office = Office::open().await;
    let elsewhere = a_unique_id();
    let taken = office
        .campaign(&json!({ "landing_page_slug": "spring-offer" }))
        .await;

    let unknown = json!({
        "name": "Unknown",
        "list_ids": [elsewhere],
        "email_template_version_id": elsewhere,
        "form_version_id": elsewhere,
    });
    let refused = office.post("/campaigns", &unknown).await;
    let second = json!({ "name": "Second", "landing_page_slug": "spring-offer" });
    let conflict = office.post("/campaigns", &second).await;
    let here = office.path(&format!("/campaigns/{taken}"));
    let owner = office.token().await;
    let deleted = office.installation.delete(&here, &owner).await;
    deleted.is(204);
    let second = office.make("/campaigns", second).await;
    let restored = office.act(&taken, "restore").await;

    let problem = refused.is_problem(422, "invalid").json();
    assert_eq!(codes(&problem), ["unknown-value"; 3]);
    conflict.is_problem(409, "landing-page-slug-taken");
    assert_eq!(second["landing_page_slug"], "spring-offer");
    restored.is_problem(409, "landing-page-slug-taken");
}

#[tokio::test]
async fn a_copy_is_a_draft_without_schedule_and_address() {
    let office = Office::open().await;
    office.invite(&emails(1)).await;
    let original = office.campaign(&json!({ "send_rate": 60 })).await;
    let later = json!({ "scheduled_at": "2026-02-01T08:00:00Z" });
    office
        .post(&format!("/campaigns/{original}/schedule"), &later)
        .await
        .is(200);

    let copy = office
        .make(&format!("/campaigns/{original}/duplicate"), json!({}))
        .await;

    let original = office.state(&original).await;
    assert_eq!(original["status"], "scheduled");
    assert_eq!(copy["name"], "Spring, internal (copy)");
    assert_eq!(copy["status"], "draft");
    for same in [
        "list_ids",
        "email_template_version_id",
        "form_version_id",
        "landing_title",
        "send_rate",
    ] {
        assert_eq!(copy[same], original[same], "{same}");
    }
    for absent in ["landing_page_slug", "scheduled_at", "started_at"] {
        assert_eq!(copy[absent], Value::Null, "{absent}");
    }
}

#[tokio::test]
async fn a_campaign_mails_everybody_once_and_tells_who_did_not_get_it_and_why() {
    let office = Office::open().await;
    let mut invited = emails(5);
    invited.extend(["nobody".to_owned(), "a@mailinator.com".to_owned()]);
    let people = office.invite(&invited).await;
    let stopped = json!({ "emails": [invited[0]] });
    office.post("/suppressions", &stopped).await.is(200);
    let campaign = office.campaign(&json!({})).await;
    let preview = office
        .read(&format!("/campaigns/{campaign}/audience"))
        .await;
    let post = Post(BTreeMap::from([
        (people[1], Delivery::Bounced(BounceKind::Hard)),
        (people[2], Delivery::Failed("unrenderable")),
    ]));

    office.act(&campaign, "launch").await.is(200);
    let kinds = office.work(post).await;

    assert_eq!(kinds, ["send_campaign"]);
    let preview = preview.is(200).json();
    assert_eq!(
        (&preview["members"], &preview["mailed"]),
        (&json!(7), &json!(4))
    );
    let state = office.state(&campaign).await;
    assert_eq!(state["status"], "completed");
    let counts = json!({ "assigned": 7, "skipped": 3, "sent": 3, "bounced": 1, "failed": 1, "delivered": 2 });
    assert_eq!(state["counts"], counts);
    let recipients = office
        .read(&format!("/campaigns/{campaign}/recipients"))
        .await;
    let told: BTreeMap<_, _> = column(&recipients, "contact_id")
        .iter()
        .zip(column(&recipients, "status"))
        .zip(column(&recipients, "reason"))
        .map(|((contact, status), reason)| (text(contact), (text(&status), reason)))
        .collect();
    for (index, status, reason) in [
        (0, "skipped", json!("suppressed")),
        (1, "bounced", json!("hard")),
        (2, "failed", json!("unrenderable")),
        (3, "sent", Value::Null),
        (4, "sent", Value::Null),
        (5, "skipped", json!("invalid")),
        (6, "skipped", json!("risky")),
    ] {
        let expected = (status.to_owned(), reason);
        assert_eq!(told[&people[index].to_string()], expected, "{index}");
    }
    let risky = office
        .read(&format!(
            "/campaigns/{campaign}/recipients?status=skipped&reason=risky"
        ))
        .await;
    assert_eq!(column(&risky, "contact_id"), [json!(people[6])]);
    let suppressed = office.read("/suppressions?reason=bounced").await;
    assert_eq!(column(&suppressed, "source"), ["campaign"]);
    let id: OrganizationId = office.organization.parse().unwrap();
    let actions: Vec<_> = office
        .installation
        .database
        .audit_entries(id)
        .into_iter()
        .filter(|entry| entry.entity_type == "campaign")
        .map(|entry| format!("{} by {}", entry.action.as_str(), entry.actor_kind))
        .collect();
    assert_eq!(
        actions,
        ["create by user", "launch by user", "complete by job"]
    );
}

#[tokio::test]
async fn three_soft_bounces_within_thirty_days_are_too_many() {
    let office = Office::open().await;
    let people = office.invite(&emails(1)).await;
    let soft = || {
        Post(BTreeMap::from([(
            people[0],
            Delivery::Bounced(BounceKind::Soft),
        )]))
    };

    // The first one is forgotten when the third comes.
    for (days, expected) in [(0, 0), (20, 0), (11, 0), (1, 1)] {
        office.installation.clock.advance(Duration::days(days));
        let campaign = office.campaign(&json!({})).await;
        office.act(&campaign, "launch").await.is(200);
        office.work(soft()).await;

        let stopped = office.read("/suppressions?reason=bounced").await;
        let stopped = column(&stopped, "id").len();
        assert_eq!(stopped, expected, "after {days} more days");
    }
}

#[tokio::test]
async fn a_paused_campaign_sends_nothing_and_goes_on_where_it_stopped() {
    let office = Office::open().await;
    office.invite(&emails(4)).await;
    let campaign = office.campaign(&json!({ "send_rate": 1 })).await;
    let sent = async || office.state(&campaign).await["counts"]["sent"].clone();
    let clock = &office.installation.clock;

    office.act(&campaign, "launch").await.is(200);
    office.work(Post::default()).await;
    assert_eq!(sent().await, 1, "one in a minute");
    clock.advance(Duration::seconds(61));
    office.work(Post::default()).await;
    assert_eq!(sent().await, 2);
    office.act(&campaign, "pause").await.is(200);
    clock.advance(Duration::seconds(300));
    office.work(Post::default()).await;
    assert_eq!(sent().await, 2, "it is paused");
    office.act(&campaign, "resume").await.is(200);
    office.work(Post::default()).await;
    assert_eq!(
        sent().await,
        2,
        "the third is not due before two minutes of work"
    );
    clock.advance(Duration::seconds(60));
    office.work(Post::default()).await;
    assert_eq!(sent().await, 3);
    office.act(&campaign, "complete").await.is(200);

    let state = office.state(&campaign).await;
    assert_eq!(state["status"], "completed");
    let counts = json!({ "assigned": 4, "skipped": 1, "sent": 3, "bounced": 0, "failed": 0, "delivered": 3 });
    assert_eq!(state["counts"], counts);
    for action in ["launch", "pause", "resume", "complete", "unschedule"] {
        let refused = office.act(&campaign, action).await;
        refused.is_problem(409, "campaign-wrong-status");
    }
}

#[tokio::test]
async fn a_begun_campaign_keeps_its_plan_and_is_completed_before_it_is_deleted() {
    let office = Office::open().await;
    office.invite(&emails(2)).await;
    let campaign = office.campaign(&json!({ "send_rate": 1 })).await;
    office.act(&campaign, "launch").await.is(200);
    let here = office.path(&format!("/campaigns/{campaign}"));
    let (installation, token) = (&office.installation, office.token().await);

    let renamed = json!({ "name": "Summer" });
    installation.patch(&here, &token, &renamed).await.is(200);
    let faster = json!({ "send_rate": 9 });
    let replanned = installation.patch(&here, &token, &faster).await;
    let deleted = installation.delete(&here, &token).await;

    replanned.is_problem(409, "campaign-begun");
    deleted.is_problem(409, "campaign-under-way");
    assert_eq!(office.state(&campaign).await["name"], "Summer");
}

#[tokio::test]
async fn a_scheduled_campaign_begins_at_its_time_or_does_what_its_policy_says() {
    for (policy, late, status, missed) in [
        ("ask", 1, "completed", false),
        ("ask", 60, "scheduled", true),
        ("send", 60, "completed", false),
        ("skip", 60, "draft", true),
    ] {
        let office = Office::open().await;
        office.invite(&emails(2)).await;
        let campaign = office.campaign(&json!({ "past_schedule": policy })).await;
        let clock = &office.installation.clock;
        let at = FixedClock::START + Duration::HOUR;
        let schedule = format!("/campaigns/{campaign}/schedule");
        let past = json!({ "scheduled_at": "2026-01-15T12:00:00Z" });
        let refused = office.post(&schedule, &past).await;
        let problem = refused.is_problem(422, "invalid").json();
        assert_eq!(codes(&problem), ["in-the-past"]);
        // What was moved does not begin at its first time.
        for instant in ["2026-01-15T12:30:00Z", "2026-01-15T13:00:00Z"] {
            let later = json!({ "scheduled_at": instant });
            office.post(&schedule, &later).await.is(200);
        }
        clock.set(at - Duration::SECOND);
        office.work(Post::default()).await;
        assert_eq!(office.state(&campaign).await["status"], "scheduled");

        clock.set(at + Duration::minutes(late));
        office.work(Post::default()).await;

        let state = office.state(&campaign).await;
        assert_eq!(state["status"], status, "{policy} {late}");
        assert_eq!(!state["missed_at"].is_null(), missed, "{policy} {late}");
    }
}

#[tokio::test]
async fn a_scheduled_campaign_that_lacks_something_by_then_is_missed() {
    let office = Office::open().await;
    office.invite(&emails(1)).await;
    let campaign = office.campaign(&json!({ "past_schedule": "send" })).await;
    let later = json!({ "scheduled_at": "2026-01-15T13:00:00Z" });
    let schedule = format!("/campaigns/{campaign}/schedule");
    office.post(&schedule, &later).await.is(200);
    let here = office.path("");
    let none = json!({ "settings": { "imprint": null } });
    let token = office.token().await;
    let installation = &office.installation;
    installation.patch(&here, &token, &none).await.is(200);

    office.installation.clock.advance(Duration::HOUR);
    office.work(Post::default()).await;

    let state = office.state(&campaign).await;
    assert_eq!(state["status"], "scheduled");
    assert!(!state["missed_at"].is_null());
}

impl Office {
    /// How many of a campaign's recipients stand how and why.
    async fn standings(&self, campaign: &str) -> BTreeMap<(String, String), usize> {
        let path = format!("/campaigns/{campaign}/recipients?limit=100");
        let recipients = self.read(&path).await;
        let statuses = column(&recipients, "status");
        let mut told = BTreeMap::new();
        for (status, reason) in statuses.iter().zip(column(&recipients, "reason")) {
            *told.entry((text(status), text(&reason))).or_default() += 1;
        }
        told
    }

    /// The jobs that carry campaigns out, as they are shown, the latest first.
    async fn jobs(&self) -> Vec<Value> {
        let jobs = self.read("/jobs?kind=send_campaign").await.is(200).json();
        jobs["items"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn whoever_left_or_was_deleted_after_the_launch_gets_no_mail() {
    let office = Office::open().await;
    let invited = emails(5);
    let people = office.invite(&invited).await;
    let campaign = office.campaign(&json!({ "send_rate": 1 })).await;
    office.act(&campaign, "launch").await.is(200);
    office.work(Post::default()).await;
    assert_eq!(office.state(&campaign).await["counts"]["sent"], 1);

    let stopped = json!({ "emails": [invited[2]] });
    office.post("/suppressions", &stopped).await.is(200);
    let contact = office.path(&format!("/contacts/{}", people[3]));
    let deleted = office
        .installation
        .delete(&contact, &office.token().await)
        .await;
    deleted.is(204);
    office.installation.clock.advance(Duration::minutes(10));
    office.work(Post::default()).await;

    let state = office.state(&campaign).await;
    assert_eq!(state["status"], "completed");
    let counts = json!({
        "assigned": 5, "skipped": 2, "sent": 3, "bounced": 0, "failed": 0, "delivered": 3,
    });
    assert_eq!(state["counts"], counts);
    for (reason, contact) in [("suppressed", people[2]), ("deleted", people[3])] {
        let path = format!("/campaigns/{campaign}/recipients?status=skipped&reason={reason}");
        let told = office.read(&path).await;
        assert_eq!(column(&told, "contact_id"), [json!(contact)]);
    }
}

#[tokio::test]
async fn a_batch_of_which_nobody_is_left_does_not_end_the_campaign() {
    let office = Office::open().await;
    let invited = emails(3);
    office.invite(&invited).await;
    let campaign = office.campaign(&json!({ "send_rate": 1 })).await;
    office.act(&campaign, "launch").await.is(200);

    office.work(Post::default()).await;
    let stopped = json!({ "emails": [invited[1]] });
    office.post("/suppressions", &stopped).await.is(200);
    for (minutes, status, sent) in [(1, "active", 1), (1, "completed", 2)] {
        office
            .installation
            .clock
            .advance(Duration::minutes(minutes));
        office.work(Post::default()).await;

        let state = office.state(&campaign).await;
        assert_eq!(state["status"], status);
        assert_eq!(state["counts"]["sent"], sent);
        assert_eq!(state["counts"]["skipped"], 1);
    }
}

#[tokio::test]
async fn of_whom_nothing_was_decided_when_the_campaign_was_completed_it_is_told_why() {
    let office = Office::open().await;
    let invited = emails(4);
    office.invite(&invited).await;
    let stopped = json!({ "emails": [invited[0]] });
    office.post("/suppressions", &stopped).await.is(200);
    let campaign = office.campaign(&json!({})).await;

    office.act(&campaign, "launch").await.is(200);
    office.act(&campaign, "complete").await.is(200);
    office.work(Post::default()).await;

    let state = office.state(&campaign).await;
    assert_eq!(state["status"], "completed");
    assert_eq!(state["counts"]["assigned"], 4);
    assert_eq!(state["counts"]["skipped"], 4);
    let skipped = |reason: &str| ("skipped".to_owned(), reason.to_owned());
    let expected = BTreeMap::from([(skipped("ended"), 3), (skipped("suppressed"), 1)]);
    assert_eq!(office.standings(&campaign).await, expected);
}

#[tokio::test]
async fn a_campaign_whose_beginning_was_cancelled_is_missed() {
    let office = Office::open().await;
    office.invite(&emails(1)).await;
    let campaign = office.campaign(&json!({})).await;
    let schedule = format!("/campaigns/{campaign}/schedule");
    // What was moved since is not missed by the end of its first job.
    for (instant, missed) in [
        ("2026-01-15T13:00:00Z", false),
        ("2026-01-15T14:00:00Z", true),
    ] {
        let later = json!({ "scheduled_at": instant });
        office.post(&schedule, &later).await.is(200);
        let jobs = office
            .read("/jobs?kind=begin_campaign&status=pending")
            .await;
        let jobs = column(&jobs, "id");
        if !missed {
            let moved = json!({ "scheduled_at": "2026-01-15T15:00:00Z" });
            office.post(&schedule, &moved).await.is(200);
        }
        for job in jobs {
            let cancel = format!("/jobs/{}/cancel", text(&job));
            office.post(&cancel, &json!({})).await.is(200);
        }
        office.work(Post::default()).await;

        let state = office.state(&campaign).await;
        assert_eq!(state["status"], "scheduled");
        assert_eq!(!state["missed_at"].is_null(), missed, "{instant}");
    }
}

#[tokio::test]
async fn a_campaign_whose_time_passed_while_it_was_deleted_does_what_its_policy_says() {
    for (policy, status, missed) in [
        ("ask", "scheduled", true),
        ("send", "completed", false),
        ("skip", "draft", true),
    ] {
        let office = Office::open().await;
        office.invite(&emails(1)).await;
        let campaign = office.campaign(&json!({ "past_schedule": policy })).await;
        let later = json!({ "scheduled_at": "2026-01-15T13:00:00Z" });
        let schedule = format!("/campaigns/{campaign}/schedule");
        office.post(&schedule, &later).await.is(200);
        let here = office.path(&format!("/campaigns/{campaign}"));
        let token = office.token().await;
        office.installation.delete(&here, &token).await.is(204);

        office.installation.clock.advance(Duration::hours(3));
        office.work(Post::default()).await;
        office.act(&campaign, "restore").await.is(200);
        office.work(Post::default()).await;

        let state = office.state(&campaign).await;
        assert_eq!(state["status"], status, "{policy}");
        assert_eq!(!state["missed_at"].is_null(), missed, "{policy}");
    }
}

#[tokio::test]
async fn a_slow_campaign_is_one_job_that_waits_and_gets_on() {
    let office = Office::open().await;
    office.invite(&emails(6)).await;
    let campaign = office.campaign(&json!({ "send_rate": 60 })).await;
    office.act(&campaign, "launch").await.is(200);
    let clock = &office.installation.clock;

    office.work(Post::default()).await;
    assert_eq!(office.state(&campaign).await["counts"]["sent"], 1);
    clock.advance(Duration::seconds(29));
    assert_eq!(office.work(Post::default()).await, [""; 0], "mails gather");
    let [job] = &office.jobs().await[..] else {
        panic!("one job");
    };
    assert_eq!(job["status"], "pending");
    assert_eq!(job["done"], 7);
    assert_eq!(job["total"], 12);
    clock.advance(Duration::SECOND);
    office.work(Post::default()).await;

    assert_eq!(office.state(&campaign).await["status"], "completed");
    let [job] = &office.jobs().await[..] else {
        panic!("one job");
    };
    assert_eq!(job["status"], "completed");
    assert_eq!(job["done"], 12);
    assert_eq!(job["result"], json!({ "assigned": 6, "sent": 6 }));
}

#[tokio::test]
async fn a_job_of_an_earlier_run_leaves_the_campaign_alone() {
    let office = Office::open().await;
    office.invite(&emails(3)).await;
    let campaign = office.campaign(&json!({ "send_rate": 1 })).await;
    let status = async || text(&office.state(&campaign).await["status"]);
    let clock = &office.installation.clock;

    office.act(&campaign, "launch").await.is(200);
    office.work(Post::default()).await;
    office.act(&campaign, "pause").await.is(200);
    office.act(&campaign, "resume").await.is(200);
    office.work(Post::default()).await;
    let jobs = office.jobs().await;
    assert_eq!(jobs.len(), 2);
    let cancel = |job: &Value| format!("/jobs/{}/cancel", text(&job["id"]));
    office.post(&cancel(&jobs[1]), &json!({})).await.is(200);
    office.work(Post::default()).await;
    assert_eq!(status().await, "active", "another job carries it out now");
    clock.advance(Duration::seconds(61));
    assert_eq!(office.work(Post::default()).await, ["send_campaign"]);
    assert_eq!(office.state(&campaign).await["counts"]["sent"], 2);
    office.post(&cancel(&jobs[0]), &json!({})).await.is(200);
    office.work(Post::default()).await;

    assert_eq!(status().await, "paused", "nothing carries it out any more");
}

#[tokio::test]
async fn a_template_that_needs_a_value_which_no_mail_gets_keeps_a_campaign_from_beginning() {
    let office = Office::open().await;
    office.invite(&emails(1)).await;
    let template = json!({
        "name": "Promo",
        "subject": "{{ promo_code }} for {{ first_name }}",
        "html_content": "<p>{{ attributes.city }}, <a href=\"{{ organization.privacy_url }}\">privacy</a></p>",
        "variables": [
            { "name": "promo_code", "required": true },
        ],
    });
    let template = office.make("/email-templates", template).await;
    let version = template["active_version_id"].clone();
    let campaign = json!({ "email_template_version_id": version });
    let campaign = office.campaign(&campaign).await;

    let refused = office.act(&campaign, "launch").await;

    let problem = refused.is_problem(422, "campaign-not-ready").json();
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(codes(&problem), ["variable-without-value"; 2]);
    for (error, name) in errors
        .iter()
        .zip(["promo_code", "organization.privacy_url"])
    {
        assert_eq!(error["pointer"], "#/email_template_version_id");
        let detail = text(&error["detail"]);
        assert!(detail.contains(&format!("`{name}`")), "{detail}");
    }
}
