//! Several leads changed at once on PostgreSQL, by two who name the same ones.

use std::sync::Arc;

use campaigns::ports::CampaignStore as _;
use campaigns::{
    Lead, LeadDeed, LeadOutcome, LeadSource, LeadStatus, Leads, NewLead, StatusChange,
};
use infrastructure::{DatabaseSettings, PostgresDatabase, SystemIds};
use kernel::{
    Actor, Credential, Description, IdGenerator as _, LeadId, LeadStatusChangeId, OrganizationId,
    Origin, RequestId, SessionId, TenantScope, UserId,
};
use testkit::{FixedClock, TestDatabase, a_unique_id};

use super::bulk_operations::found;

/// How many leads both change.
const LEADS: usize = 40;
/// How often both change them.
const ROUNDS: usize = 12;

fn a_lead(organization: OrganizationId, ids: &SystemIds) -> (Lead, StatusChange) {
    let new = NewLead {
        campaign: None,
        contact: None,
        person: None,
        source: LeadSource::Api,
        owner: None,
        notes: Description::empty(),
        came_at: FixedClock::START,
    };
    let ids = (
        LeadId::from_uuid(ids.next()),
        LeadStatusChangeId::from_uuid(ids.next()),
    );
    Lead::open(ids, organization, new, FixedClock::START, None)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_change_the_same_leads_in_opposite_orders_both_get_on() {
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
    let unit = database.begin(&scope).await.unwrap();
    let mut some = Vec::new();
    for _ in 0..LEADS {
        let (lead, step) = a_lead(organization, &ids);
        unit.leads().insert(&lead, &step).await.unwrap();
        some.push(lead.id());
    }
    unit.commit().await.unwrap();
    let leads = Leads::new(
        Arc::new(database),
        Arc::new(FixedClock::default()),
        Arc::clone(&ids) as Arc<_>,
        contacts::read_address,
    );
    let backwards: Vec<_> = some.iter().rev().copied().collect();

    // Whatever the other does in between, each of the two steps is legal or made already.
    let go = |named: Vec<LeadId>, deeds: [LeadStatus; 2]| {
        let (leads, scope) = (leads.clone(), scope.clone());
        tokio::spawn(async move {
            let mut changed = 0;
            for round in 0..ROUNDS {
                let deed = LeadDeed::Move(deeds[round % 2], Description::empty());
                let outcomes = leads.change_many(&scope, Ok((named.clone(), deed)));
                let outcomes = outcomes.await.expect("nobody waits for ever");
                let is_changed = |it: &&(LeadId, LeadOutcome)| it.1 == LeadOutcome::Changed;
                changed += outcomes.iter().filter(is_changed).count();
            }
            changed
        })
    };
    let stages = [LeadStatus::Qualified, LeadStatus::Contacted];
    let (one, other) = (go(some.clone(), stages), go(backwards, stages));
    let (one, other) = (one.await.unwrap(), other.await.unwrap());

    assert!(one + other >= LEADS * 2, "{one} and {other}");
    let page = kernel::PageRequest::first();
    for id in some {
        let steps = leads.status_changes(&scope, id, &page).await.unwrap();
        let taken = steps.items.windows(2);
        assert!(
            taken.into_iter().all(|two| two[1].from == Some(two[0].to)),
            "a step was lost"
        );
    }
}
