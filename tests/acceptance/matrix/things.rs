//! What there is for operations to work on.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Row as _;
use tenancy::{PlatformRole, RoleTemplate};
use uuid::Uuid;

use super::entry::Thing;
use super::world::id;
use crate::stack::{Session, Stack, unique};

/// Where things are made.
pub(crate) struct Around<'a> {
    pub(crate) stack: &'a Stack,
    pub(crate) organization: Uuid,
    /// The organization's owner.
    pub(crate) owner: &'a Session,
    /// Who is going to call the operation.
    pub(crate) caller: &'a Session,
    /// What the address names already.
    pub(crate) ids: Vec<String>,
}

impl Around<'_> {
    /// Something of the kind that the caller may reach; tells what names it.
    #[expect(
        clippy::too_many_lines,
        reason = "a list of how each thing is made, without a branch"
    )]
    pub(crate) async fn make(&self, thing: Thing) -> String {
        let stack = self.stack;
        let id = match thing {
            Thing::ApiKey => {
                let user = self.caller.user;
                stack.api_key(self.organization, user, []).await.0
            }
            Thing::AuditEntry => {
                self.find("SELECT id FROM audit_logs WHERE organization_id = $1 LIMIT 1")
                    .await
            }
            Thing::Campaign => self.campaign().await,
            Thing::ReadyCampaign => self.ready_campaign().await,
            Thing::ScheduledCampaign => self.campaign_in("scheduled").await,
            Thing::ActiveCampaign => self.campaign_in("active").await,
            Thing::PausedCampaign => self.campaign_in("paused").await,
            Thing::DeletedCampaign => {
                let campaign = self.campaign().await;
                self.delete(&format!("/campaigns/{campaign}")).await;
                campaign
            }
            Thing::Contact => self.contact().await,
            Thing::ContactList => self.contact_list().await,
            Thing::ContactOnList => self.contact_on_list().await,
            Thing::DeletedContact => {
                let contact = self.contact().await;
                self.delete(&format!("/contacts/{contact}")).await;
                contact
            }
            Thing::DeletedContactList => {
                let list = self.contact_list().await;
                self.delete(&format!("/contact-lists/{list}")).await;
                list
            }
            Thing::EndedImport => {
                let import = self
                    .import("Email,Name\nada@example.com,Ada\n,Nobody\n")
                    .await;
                self.wait_for_import(import).await;
                import
            }
            Thing::WaitingImport => self.import("a,b\n1,2\n").await,
            Thing::Suppression => {
                let email = format!("{}@example.com", unique().simple());
                let call = stack
                    .call(Method::POST, &self.address("/suppressions"))
                    .by(self.owner);
                let answer = call.json(&json!({ "emails": [email] })).send().await;
                id(&answer.expect(200).json()["items"][0])
            }
            Thing::CustomRole => self.role().await,
            Thing::Invitation => {
                let role = self.role().await;
                let email = format!("{}@example.com", unique().simple());
                let body = json!({ "email": email, "role_id": role });
                self.post("/invitations", &body).await
            }
            Thing::InvitationToken => return self.invitation_token().await,
            Thing::DeletedTeam => {
                let team = self.team().await;
                let address = self.address(&format!("/teams/{team}"));
                let call = stack.call(Method::DELETE, &address).by(self.owner);
                call.send().await.expect(204);
                team
            }
            Thing::EndedJob => {
                let job = self.stack.enqueue_job(self.organization).await;
                let end =
                    "UPDATE job_queue SET status = 'failed', finished_at = now() WHERE id = $1";
                let mut admin = self.stack.admin().await;
                let ended = sqlx::query(end).bind(job).execute(&mut admin).await;
                assert_eq!(ended.expect("the job ends").rows_affected(), 1);
                job
            }
            Thing::Job => self.stack.enqueue_job(self.organization).await,
            Thing::MemberRole => {
                self.find(
                    "SELECT id FROM roles WHERE organization_id = $1 AND template_key = 'member'",
                )
                .await
            }
            Thing::Membership => self.membership().await,
            Thing::OwnSession => stack.log_in(&self.caller.email).await.id,
            Thing::PlatformAdmin => {
                let user = self.user().await;
                stack.make_platform_admin(user).await;
                user
            }
            Thing::PlatformAuditEntry => {
                stack.log_in(&self.caller.email).await;
                self.find(
                    "SELECT id FROM audit_logs WHERE organization_id = '00000000-0000-0000-0000-000000000000' \
                     AND $1 IS NOT NULL LIMIT 1",
                )
                .await
            }
            Thing::PeriodicJob => return self.periodic_job().await,
            Thing::PlatformRole => return PlatformRole::PlatformAdmin.as_str().to_owned(),
            Thing::Team => self.team().await,
            Thing::TeamMember => {
                let membership = self.membership().await;
                let members = format!("/teams/{}/members", self.ids[0]);
                self.post(&members, &json!({ "membership_id": membership }))
                    .await
            }
            Thing::User => self.user().await,
            other => self.content(other).await,
        };
        id.to_string()
    }

    /// The name of a periodic job of which no run is open.
    async fn periodic_job(&self) -> String {
        let sql = "UPDATE scheduled_runs SET finished_at = now() WHERE finished_at IS NULL";
        let mut admin = self.stack.admin().await;
        sqlx::query(sql).execute(&mut admin).await.expect("it runs");
        "expiry".to_owned()
    }

    /// Something of the kind that mails, forms and answers are.
    async fn content(&self, thing: Thing) -> Uuid {
        match thing {
            Thing::DeletedEmailTemplate => {
                let template = self.email_template().await;
                self.delete(&format!("/email-templates/{template}")).await;
                template
            }
            Thing::EmailTemplate => self.email_template().await,
            Thing::EmailTemplateVersion => {
                let versions = format!("/email-templates/{}/versions", self.ids[0]);
                let body = json!({ "subject": "Two", "html_content": "<p>Two</p>" });
                self.post(&versions, &body).await
            }
            Thing::DeletedForm => {
                let form = self.form().await;
                self.delete(&format!("/forms/{form}")).await;
                form
            }
            Thing::Form => self.form().await,
            Thing::FormVersion => {
                let versions = format!("/forms/{}/versions", self.ids[0]);
                self.post(&versions, &json!({ "fields": [a_field()] }))
                    .await
            }
            Thing::DeletedLead => {
                let lead = self.lead().await;
                self.delete(&format!("/leads/{lead}")).await;
                lead
            }
            Thing::Lead => self.lead().await,
            Thing::LeadView => {
                let name = format!("View {}", unique());
                let body = json!({ "name": name, "query": "status=new", "is_shared": true });
                self.post("/lead-views", &body).await
            }
            Thing::Simulation => self.simulation().await,
            other => panic!("{other:?} is no content"),
        }
    }

    async fn team(&self) -> Uuid {
        let name = format!("Team {}", unique());
        self.post("/teams", &json!({ "name": name })).await
    }

    async fn contact(&self) -> Uuid {
        let email = format!("{}@example.com", unique().simple());
        self.post("/contacts", &json!({ "email": email })).await
    }

    async fn contact_list(&self) -> Uuid {
        let name = format!("List {}", unique());
        self.post("/contact-lists", &json!({ "name": name })).await
    }

    async fn contact_on_list(&self) -> Uuid {
        let contact = self.contact().await;
        let address = self.address(&format!("/contact-lists/{}/members/bulk-add", self.ids[0]));
        let call = self.stack.call(Method::POST, &address).by(self.owner);
        let body = json!({ "contact_ids": [contact] });
        call.json(&body).send().await.expect(200);
        contact
    }

    async fn campaign(&self) -> Uuid {
        let list = self.contact_list().await;
        let body = json!({
            "name": format!("Campaign {}", unique()),
            "list_ids": [list],
            "landing_page_slug": format!("page-{}", unique().simple()),
        });
        self.post("/campaigns", &body).await
    }

    /// A campaign with everything, in an organization that has a sender.
    async fn ready_campaign(&self) -> Uuid {
        let settings = json!({ "settings": {
            "sender_address": "news@brokers.example",
            "imprint": "Example Ltd, 1 Sample Street",
        } });
        let call = self.stack.call(Method::PATCH, &self.address(""));
        let call = call.by(self.owner).json(&settings);
        call.send().await.expect(200);
        let list = self.contact_list().await;
        self.set(
            "UPDATE contact_lists SET status = 'validated' WHERE id = $1",
            list,
        )
        .await;
        let template = self.email_template().await;
        let form = self.form().await;
        let version = async |path: String, field: &str| {
            let call = self.stack.call(Method::GET, &self.address(&path));
            let answer = call.by(self.owner).send().await.expect(200).json();
            answer[field].clone()
        };
        let body = json!({
            "name": format!("Campaign {}", unique()),
            "list_ids": [list],
            "email_template_version_id": version(format!("/email-templates/{template}"), "active_version_id").await,
            "form_version_id": version(format!("/forms/{form}"), "current_version_id").await,
            "landing_page_slug": format!("page-{}", unique().simple()),
        });
        self.post("/campaigns", &body).await
    }

    /// A campaign with this status, of which no job knows.
    async fn campaign_in(&self, status: &str) -> Uuid {
        let campaign = self.ready_campaign().await;
        let statement = match status {
            "scheduled" => {
                "UPDATE campaigns SET status = 'scheduled', scheduled_at = '2199-01-01' WHERE id = $1"
            }
            "active" => "UPDATE campaigns SET status = 'active', started_at = now() WHERE id = $1",
            _ => {
                "UPDATE campaigns SET status = 'paused', started_at = now(), paused_at = now() WHERE id = $1"
            }
        };
        self.set(statement, campaign).await;
        campaign
    }

    /// A simulation of a campaign to nobody, which is over.
    async fn simulation(&self) -> Uuid {
        let campaign = self.ready_campaign().await;
        let path = format!("/campaigns/{campaign}/simulations");
        let simulation = self.post(&path, &json!({})).await;
        let address = self.address(&format!("/campaigns/{campaign}"));
        loop {
            let call = self.stack.call(Method::GET, &address).by(self.owner);
            let answer = call.send().await.expect(200).json();
            if answer["status"] == "completed" {
                return simulation;
            }
            assert_eq!(answer["status"], "active");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    async fn set(&self, statement: &'static str, id: Uuid) {
        let mut admin = self.stack.admin().await;
        let done = sqlx::query(statement).bind(id).execute(&mut admin).await;
        assert_eq!(done.expect("it is set").rows_affected(), 1);
    }

    async fn email_template(&self) -> Uuid {
        let name = format!("Template {}", unique());
        let body = json!({ "name": name, "subject": "One", "html_content": "<p>One</p>" });
        self.post("/email-templates", &body).await
    }

    async fn lead(&self) -> Uuid {
        let contact = self.contact().await;
        let body = json!({ "contact_id": contact });
        self.post("/leads", &body).await
    }

    async fn form(&self) -> Uuid {
        let body = json!({ "name": format!("Form {}", unique()), "fields": [a_field()] });
        self.post("/forms", &body).await
    }

    async fn delete(&self, path: &str) {
        let call = self.stack.call(Method::DELETE, &self.address(path));
        call.by(self.owner).send().await.expect(204);
    }

    async fn role(&self) -> Uuid {
        let body = json!({ "name": format!("Role {}", unique()), "permissions": [] });
        self.post("/roles", &body).await
    }

    /// Invites the caller into another organization, and reads the token in the mail.
    async fn invitation_token(&self) -> String {
        let owner = &self.stack.sign_up_and_log_in().await;
        let organization = id(&self.stack.create_organization(owner).await);
        let elsewhere = Around {
            stack: self.stack,
            organization,
            owner,
            caller: self.caller,
            ids: Vec::new(),
        };
        let role = elsewhere.role().await;
        let invited = json!({ "email": self.caller.email, "role_id": role });
        let earlier = self.stack.token_mailed_to(&self.caller.email);
        elsewhere.post("/invitations", &invited).await;
        let caller = &self.caller.email;
        self.stack
            .next_token_mailed_to(caller, earlier.as_deref())
            .await
    }

    async fn user(&self) -> Uuid {
        let email = format!("{}@example.com", unique().simple());
        self.stack.sign_up(&email).await
    }

    async fn membership(&self) -> Uuid {
        let user = self.user().await;
        self.stack
            .add_member(self.organization, user, RoleTemplate::Viewer)
            .await
    }

    /// A file that is imported into a list of its own.
    async fn import(&self, text: &str) -> Uuid {
        let list = self.contact_list().await;
        let address = self.address(&format!("/contact-lists/{list}/imports"));
        let call = self.stack.call(Method::POST, &address).by(self.owner);
        id(&call.plain(text.to_owned()).send().await.expect(202).json())
    }

    /// Waits until all rows of a file were read.
    async fn wait_for_import(&self, import: Uuid) {
        let address = self.address(&format!("/imports/{import}"));
        loop {
            let call = self.stack.call(Method::GET, &address).by(self.owner);
            let answer = call.send().await.expect(200).json();
            if answer["status"] == "completed" {
                return;
            }
            assert_ne!(answer["status"], "failed");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// Makes something as the organization's owner.
    async fn post(&self, path: &str, body: &Value) -> Uuid {
        let address = self.address(path);
        let call = self.stack.call(Method::POST, &address).by(self.owner);
        id(&call.json(body).send().await.expect(201).json())
    }

    fn address(&self, path: &str) -> String {
        format!("/v1/organizations/{}{path}", self.organization)
    }

    async fn find(&self, statement: &'static str) -> Uuid {
        sqlx::query(statement)
            .bind(self.organization)
            .fetch_one(&mut self.stack.admin().await)
            .await
            .expect("there is one")
            .get(0)
    }
}

fn a_field() -> Value {
    json!({ "field_key": "email", "field_label": "Your address", "field_type": "email" })
}
