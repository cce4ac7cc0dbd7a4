//! Campaigns from their draft to their end, carried out by their jobs.

mod drafts;
mod ending;
mod pausing;
mod schedules;
mod sending;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use campaigns::{BeginJob, Campaign, Delivery, DueMail, SendJob, Transport, TransportError};
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
    async fn send(&self, _: &Campaign, mails: &[DueMail]) -> Result<Vec<Delivery>, TransportError> {
        let told = |mail: &DueMail| self.0.get(&mail.contact).copied();
        let told = mails.iter().map(told);
        Ok(told.map(|it| it.unwrap_or(Delivery::Accepted)).collect())
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
