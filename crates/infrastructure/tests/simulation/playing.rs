//! What a simulation leaves behind.

use std::collections::BTreeMap;

use campaigns::{
    ActorVerdict, BounceKind, CampaignStatus, EventOrigin, EventType, LeadFilter, LeadSort,
    RecipientStatus,
};
use kernel::{PageLimit, PageRequest};
use serde_json::json;
use testkit::FixedClock;

use crate::stage::{Manner, eager, in_memory};

const PEOPLE: usize = 400;

#[tokio::test]
async fn events_recipients_counts_leads_and_suppressions_tell_the_same() {
    let stage = in_memory(PEOPLE).await;
    let simulation = stage.simulate(&eager(), None).await.unwrap();
    assert_eq!(
        stage.the_campaign().await.state().status,
        CampaignStatus::Active
    );
    let progress = stage.work(Manner::USUAL).await.unwrap();

    let events = stage.store.events(stage.scope.organization());
    let of_type = |wanted| events.iter().filter(move |it| it.event_type == wanted);
    let count = |wanted| of_type(wanted).count();
    let start_at = simulation.state().plan.start_at;
    for event in &events {
        assert!(event.at() >= start_at && event.at() <= FixedClock::START);
        assert_eq!(event.origin, EventOrigin::Simulation);
        assert_eq!(event.campaign, stage.campaign);
    }
    for wanted in EventType::ALL {
        assert!(count(wanted) > 0, "{wanted:?}");
    }

    let counted = stage.counted().await;
    let ended = counted.campaign.state();
    assert_eq!(ended.status, CampaignStatus::Completed);
    assert_eq!(ended.times.started_at, Some(start_at));
    let last = of_type(EventType::Sent).map(campaigns::Event::at).max();
    assert_eq!(ended.times.ended_at, last);
    assert_eq!(ended.stamps.updated_at, FixedClock::START);
    assert_eq!(counted.counts.assigned, PEOPLE as u64);
    assert_eq!(counted.counts.sent, count(EventType::Sent) as u64);
    assert_eq!(counted.counts.bounced, count(EventType::Bounce) as u64);

    let recipients = stage.recipients().await;
    let standing = |status| recipients.iter().filter(|it| it.status == status).count();
    assert_eq!(recipients.len(), PEOPLE);
    assert_eq!(standing(RecipientStatus::Bounced), count(EventType::Bounce));
    let left = count(EventType::Unsubscribe);
    assert_eq!(standing(RecipientStatus::Unsubscribed), left);
    let human = |wanted| {
        let done = of_type(wanted).filter(|it| it.actor == ActorVerdict::Human);
        done.count()
    };
    let sum = |of: fn(&campaigns::Recipient) -> u32| -> usize {
        recipients.iter().map(|it| of(it) as usize).sum()
    };
    assert!(human(EventType::Open) < count(EventType::Open));
    assert_eq!(sum(|it| it.opens.count), human(EventType::Open));
    assert_eq!(sum(|it| it.clicks.count), human(EventType::Click));
    assert_eq!(sum(|it| it.views.count), human(EventType::FormView));
    assert_eq!(sum(|it| it.submits.count), human(EventType::FormSubmit));

    let hard = recipients
        .iter()
        .filter(|it| it.reason.as_deref() == Some(BounceKind::Hard.as_str()));
    let hard = hard.count();
    assert!(hard > 0 && hard < standing(RecipientStatus::Bounced));
    assert_eq!(stage.stopped().await, hard + left);
    assert_eq!(progress.percent(), Some(100));
    let counts: BTreeMap<_, _> = progress.counts().iter().collect();
    assert_eq!(*counts[&"events".to_owned()], events.len() as u64);
    assert_eq!(
        *counts[&"submitted".to_owned()],
        count(EventType::FormSubmit) as u64
    );
}

#[tokio::test]
async fn what_people_submit_is_a_lead_with_answers_and_consent_as_of_then() {
    let stage = in_memory(PEOPLE).await;
    stage.simulate(&eager(), None).await.unwrap();
    stage.work(Manner::USUAL).await;

    let events = stage.store.events(stage.scope.organization());
    let mut submitted: BTreeMap<_, _> = events
        .iter()
        .filter(|it| it.event_type == EventType::FormSubmit)
        .map(|it| (it.contact.unwrap(), it.at()))
        .collect();
    let consents = stage.store.consents(stage.scope.organization());
    assert_eq!(consents.len(), submitted.len());
    assert!(
        consents
            .iter()
            .all(|it| it.granted && it.at == FixedClock::START)
    );
    let unit = stage.begin().await;
    let page = PageRequest {
        limit: PageLimit::new(PageLimit::MAX).unwrap(),
        after: None,
    };
    let sort = LeadSort::default();
    let leads = unit
        .leads()
        .list(&LeadFilter::default(), &sort, &page)
        .await;
    for lead in leads.unwrap().items {
        let known = lead.state();
        let at = submitted.remove(&known.contact.unwrap()).unwrap();
        assert_eq!((known.campaign, known.came_at), (Some(stage.campaign), at));
        assert_eq!(known.stamps.created_at, FixedClock::START);
        let page = PageRequest::first();
        let responses = unit.leads().list_responses(lead.id(), &page).await.unwrap();
        let [response] = &responses.items[..] else {
            panic!("one response");
        };
        assert_eq!(response.submitted_at, at);
        assert_eq!(response.created_at, FixedClock::START);
        assert!(response.origin.user_agent.is_some() && response.origin.session.is_some());
        let email = response.answers["email"].as_str().unwrap();
        assert!(email.ends_with("@brokers-and-friends.de"));
    }
    assert!(submitted.is_empty(), "{submitted:?}");
}

#[tokio::test]
async fn simulations_and_what_they_suppress_are_in_the_audit_log() {
    let stage = in_memory(PEOPLE).await;
    let simulation = stage.simulate(&eager(), None).await.unwrap();
    stage.work(Manner::USUAL).await;

    let entries = stage.store.audit_entries(stage.scope.organization());
    let of = |kind: &str, action: &str| {
        let found = entries
            .iter()
            .filter(|it| it.entity_type == kind && it.action.as_str() == action);
        found.count()
    };
    assert_eq!(of("email_send_simulation", "create"), 1);
    assert_eq!(of("campaign", "launch"), 1);
    assert_eq!(of("campaign", "complete"), 1);
    assert_eq!(of("suppression", "create"), stage.stopped().await);
    assert_eq!(of("lead", "create"), of("form_response", "create"));
    let source = json!(simulation.id());
    let suppressions = entries.iter().filter(|it| it.entity_type == "suppression");
    for entry in suppressions {
        let changes = json!(entry.changes);
        assert_eq!(changes["source"]["new"], "simulation");
        assert_eq!(changes["source_id"]["new"], source);
    }
}

#[tokio::test]
async fn nobody_is_mailed_as_if_who_must_not_be_mailed() {
    let stage = in_memory(20).await;
    let all_come_back = json!({ "bounce_rate": 1, "hard_bounce_share": 1 });
    stage.simulate(&all_come_back, None).await.unwrap();
    stage.work(Manner::USUAL).await;
    assert_eq!(stage.stopped().await, 20);

    let second = stage.plan(crate::stage::a_form(None)).await;
    let second = stage
        .simulate_campaign(second, &eager(), None)
        .await
        .unwrap();
    stage.work(Manner::USUAL).await;

    let events = stage.store.events(stage.scope.organization());
    let campaign = second.state().campaign;
    assert!(events.iter().all(|it| it.campaign != campaign));
}
