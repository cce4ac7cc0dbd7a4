//! Leads, and saved searches of them, that several change at once on PostgreSQL.

use std::sync::Arc;

use campaigns::ports::CampaignStore;
use campaigns::{
    CampaignError, FieldRules, FieldType, Form, FormDefinition, Forms, Lead, LeadChange,
    LeadSource, LeadView, LeadViewChange, Leads, NewField, NewForm, NewLeadView, ResponseOrigin,
    Submission,
};
use infrastructure::{DatabaseSettings, PostgresDatabase, SystemIds};
use kernel::{
    Actor, Credential, Description, Done, Expected, IdGenerator as _, LeadViewId, Once, Origin,
    Patch, RequestId, SessionId, StorageError, StoredAnswer, TenantScope, UserId, Version,
};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use testkit::{FixedClock, TestDatabase, a_unique_id};

use super::bulk_operations::found;

/// How many answers come at once.
const ANSWERS: usize = 10;

struct Desk {
    test: TestDatabase,
    database: PostgresDatabase,
    ids: Arc<SystemIds>,
    scope: TenantScope,
    user: UserId,
    leads: Leads,
    form: Form,
}

impl Desk {
    async fn open() -> Self {
        let test = TestDatabase::fresh().await;
        let database = PostgresDatabase::connect_lazy(test.login(), DatabaseSettings::default());
        let organization = found(&database).await;
        let user = UserId::from_uuid(a_unique_id());
        let session = Credential::Session(SessionId::from_uuid(a_unique_id()));
        let scope = TenantScope::for_principal(
            organization,
            Actor::User(user, session),
            Origin::internal(RequestId::from_uuid(a_unique_id())),
        );
        let ids = Arc::new(SystemIds::default());
        let store = Arc::new(database.clone());
        let clock = Arc::new(FixedClock::default());
        let forms = Forms::new(store.clone(), clock.clone(), ids.clone());
        let form = a_form(&forms, &scope).await;
        Self {
            test,
            database,
            leads: Leads::new(store, clock, ids.clone(), contacts::read_address),
            ids,
            scope,
            user,
            form,
        }
    }

    fn answers(&self) -> Submission {
        let answers = json!({ "email": "ada@firm.de" });
        Submission {
            campaign: None,
            contact: None,
            form: (self.form.id(), self.form.state().current_version),
            answers: answers.as_object().unwrap().clone(),
            source: LeadSource::DirectForm,
            origin: ResponseOrigin::default(),
            submitted_at: None,
        }
    }

    async fn lead(&self) -> Lead {
        let submitted = self.leads.submit(&self.scope, self.answers()).await;
        submitted.unwrap().lead
    }

    fn view(&self, name: &str) -> LeadView {
        let new = NewLeadView {
            name: name.parse().unwrap(),
            query: "status=new".parse().unwrap(),
            is_shared: false,
        };
        let id = LeadViewId::from_uuid(self.ids.next());
        let organization = self.scope.organization();
        LeadView::save(id, organization, new, self.user, FixedClock::START)
    }

    async fn somebody_waits(&self) {
        somebody_waits(&self.test).await;
    }
}

/// Returns when somebody waits for somebody else.
pub(super) async fn somebody_waits(test: &TestDatabase) {
    let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();
    let waiting = "SELECT count(*) FROM pg_stat_activity \
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waiting)
        .fetch_one(&mut admin)
        .await
        .unwrap()
        == 0
    {}
}

async fn a_form(forms: &Forms, scope: &TenantScope) -> Form {
    let field = NewField {
        key: "email".parse().unwrap(),
        label: "Address".to_owned(),
        field_type: FieldType::Email,
        required: true,
        indexed: None,
        rules: FieldRules::default(),
    };
    let new = NewForm {
        name: "Contact us".parse().unwrap(),
        description: Description::empty(),
        definition: FormDefinition::new(vec![field], Description::empty(), None).unwrap(),
    };
    let once = Once {
        request: None,
        render: &|_| StoredAnswer::Withheld { id: a_unique_id() },
    };
    match forms.create(scope, Ok(new), &once).await.unwrap() {
        Done::Fresh(form) => form,
        Done::Replayed(answer) => panic!("{answer:?}"),
    }
}

fn renamed(view: &LeadView, name: &str) -> LeadView {
    let mut view = view.clone();
    let change = LeadViewChange {
        name: Patch::Set(name.parse().unwrap()),
        ..LeadViewChange::default()
    };
    view.change(&change, FixedClock::START, None);
    view
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_one_person_that_come_at_once_are_all_taken() {
    let desk = Desk::open().await;
    let lead = desk.lead().await;

    let answering = (0..ANSWERS).map(|_| {
        let (leads, scope, answers) = (desk.leads.clone(), desk.scope.clone(), desk.answers());
        tokio::spawn(async move { leads.submit(&scope, answers).await })
    });
    for answered in answering.collect::<Vec<_>>() {
        let submitted = answered.await.unwrap().unwrap();
        assert_eq!(submitted.lead.id(), lead.id());
    }

    let lead = desk.leads.read(&desk.scope, lead.id()).await.unwrap();
    assert_eq!(lead.state().responses, i32::try_from(ANSWERS).unwrap() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_believed_in_no_version_may_try_again_when_an_answer_came_in_between() {
    let desk = Desk::open().await;
    for (expected, code) in [
        (Expected::Any, "contended"),
        (Expected::OneOf(Vec::new()), "stale"),
    ] {
        let lead = desk.lead().await;
        let expected = match expected {
            Expected::OneOf(_) => Expected::OneOf(vec![lead.state().stamps.version]),
            Expected::Any => Expected::Any,
        };
        let unit = desk.database.begin(&desk.scope).await.unwrap();
        let mut locked = unit.leads().find_for_change(&[lead.id()]).await.unwrap();
        let mut answered = locked.pop().unwrap();
        let version = answered.state().stamps.version;
        answered
            .change(
                &LeadChange::default(),
                kernel::LeadStatusChangeId::from_uuid(desk.ids.next()),
                FixedClock::START,
                None,
            )
            .unwrap();
        unit.leads().update(&answered, version, None).await.unwrap();
        let (leads, scope) = (desk.leads.clone(), desk.scope.clone());
        let change = LeadChange {
            notes: Patch::Set("Called us.".parse().unwrap()),
            ..LeadChange::default()
        };
        let changing =
            tokio::spawn(
                async move { leads.update(&scope, lead.id(), &expected, Ok(change)).await },
            );
        desk.somebody_waits().await;
        unit.commit().await.unwrap();

        let refused = changing.await.unwrap().unwrap_err();
        assert_eq!(kernel::Classify::code(&refused), code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_views_that_get_the_same_name_at_once_may_try_again() {
    let desk = Desk::open().await;
    let (one, other) = (desk.view("One"), desk.view("Other"));
    let unit = desk.database.begin(&desk.scope).await.unwrap();
    for view in [&one, &other] {
        unit.lead_views().insert(view).await.unwrap();
    }
    unit.commit().await.unwrap();

    let unit = desk.database.begin(&desk.scope).await.unwrap();
    let first = renamed(&one, "Hot");
    unit.lead_views()
        .update(&first, Version::FIRST)
        .await
        .unwrap();
    let (database, scope) = (desk.database.clone(), desk.scope.clone());
    let renaming = tokio::spawn(async move {
        let unit = database.begin(&scope).await.unwrap();
        let second = renamed(&other, "HOT");
        unit.lead_views().update(&second, Version::FIRST).await
    });
    desk.somebody_waits().await;
    unit.commit().await.unwrap();

    let refused = renaming.await.unwrap();
    assert!(
        matches!(
            refused,
            Err(CampaignError::Storage(StorageError::Contended(_)))
        ),
        "{refused:?}"
    );
}
