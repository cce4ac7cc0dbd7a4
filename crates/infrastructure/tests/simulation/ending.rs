//! Simulations that are taken back, cancelled, or never begun.

use campaigns::{CampaignError, CampaignStatus, EventType, RecipientStatus};
use kernel::{Expected, Interruption, PageRequest};
use serde_json::json;
use time::Duration;

use crate::stage::{Manner, Stage, Storage, eager, in_memory, on_postgres};

async fn deleting_lifts<S: Storage>(stage: &Stage<S>) {
    let simulation = stage.simulate(&eager(), None).await.unwrap();
    let id = simulation.id();
    let (scope, any) = (&stage.scope, Expected::Any);
    let early = stage.simulations.delete(scope, id, &any).await;
    assert!(
        matches!(early, Err(CampaignError::SimulationUnderWay)),
        "{early:?}"
    );
    stage.work(Manner::USUAL).await;
    assert!(stage.stopped().await > 0);
    let before = stage.recipients().await;

    stage.simulations.delete(scope, id, &any).await.unwrap();

    assert_eq!(stage.stopped().await, 0);
    assert_eq!(stage.recipients().await, before, "what is recorded stays");
    let again = stage.simulations.delete(scope, id, &any).await;
    assert!(
        matches!(again, Err(CampaignError::NotFound(_))),
        "{again:?}"
    );
    let read = stage.simulations.read(scope, id).await;
    assert!(matches!(read, Err(CampaignError::NotFound(_))), "{read:?}");
    let listed = stage.simulations.list(scope, &PageRequest::first()).await;
    assert_eq!(listed.unwrap().items, []);
}

#[tokio::test]
async fn deleting_a_simulation_lifts_what_it_suppressed() {
    let stage = in_memory(200).await;
    deleting_lifts(&stage).await;

    let entries = stage.store.audit_entries(stage.scope.organization());
    let count = |action: &str| {
        let of = |it: &&kernel::AuditEntry| {
            it.entity_type == "suppression" && it.action.as_str() == action
        };
        entries.iter().filter(of).count()
    };
    assert!(count("create") > 0);
    assert_eq!(count("revoke"), count("create"));
}

#[tokio::test]
async fn deleting_a_simulation_lifts_what_it_suppressed_on_postgresql() {
    let (_test, stage) = on_postgres(60).await;

    deleting_lifts(&stage).await;
}

#[tokio::test]
async fn a_stale_wish_to_delete_a_simulation_is_refused() {
    let stage = in_memory(3).await;
    let simulation = stage.simulate(&json!({}), None).await.unwrap();
    stage.work(Manner::USUAL).await;

    let other = Expected::OneOf(vec![kernel::Version::from_number(9)]);
    let refused = stage
        .simulations
        .delete(&stage.scope, simulation.id(), &other);
    let refused = refused.await;
    assert!(matches!(refused, Err(CampaignError::Stale)), "{refused:?}");
}

#[tokio::test]
async fn a_cancelled_simulation_ends_its_campaign_and_leaves_out_who_was_yet_to_be_mailed() {
    let stage = in_memory(300).await;
    // One mail in six seconds of the life that is played, and two lives at once.
    stage
        .simulate(&json!({ "send_rate": 10 }), Some(2.0))
        .await
        .unwrap();
    stage.work(Manner::USUAL).await;
    stage.later(Duration::minutes(5));

    let cancelled = Some((0, Interruption::Cancelled));
    stage.work_once(2_500, cancelled).await.unwrap();

    let campaign = stage.the_campaign().await;
    let ended = campaign.state();
    assert_eq!(ended.status, CampaignStatus::Completed);
    let recipients = stage.recipients().await;
    let events = stage.store.events(stage.scope.organization());
    let sent = events.iter().filter(|it| it.event_type == EventType::Sent);
    let last = sent.clone().map(campaigns::Event::at).max();
    assert!(sent.count() > 0);
    assert_eq!(ended.times.ended_at, last);
    for recipient in recipients {
        match recipient.status {
            RecipientStatus::Skipped => {
                assert_eq!(recipient.reason.as_deref(), Some("ended"));
            }
            RecipientStatus::Pending => panic!("{recipient:?}"),
            _ => assert!(recipient.sent_at.is_some()),
        }
    }
    assert_eq!(stage.work_once(2_500, None).await, None);
}

#[tokio::test]
async fn a_simulation_whose_organization_is_deleted_ends_and_records_nothing_more() {
    let stage = in_memory(300).await;
    // One mail in six seconds of the life that is played, and two lives at once.
    stage
        .simulate(&json!({ "send_rate": 10 }), Some(2.0))
        .await
        .unwrap();
    stage.work(Manner::USUAL).await;
    let before = stage.store.events(stage.scope.organization());
    stage.later(Duration::minutes(5));
    stage.delete_organization().await;

    stage.work(Manner::USUAL).await;

    let campaign = stage.the_campaign().await;
    assert_eq!(campaign.state().status, CampaignStatus::Completed);
    let events = stage.store.events(stage.scope.organization());
    assert!(!before.is_empty());
    assert_eq!(events, before);
    let recipients = stage.recipients().await;
    let is_settled = |it: &campaigns::Recipient| it.status != RecipientStatus::Pending;
    assert!(recipients.iter().all(is_settled));
    stage.later(Duration::days(30));
    assert_eq!(stage.work_once(2_500, None).await, None);
}

#[tokio::test]
async fn a_simulation_whose_job_never_ran_ends_its_campaign() {
    let stage = in_memory(3).await;
    let simulation = stage.simulate(&json!({}), None).await.unwrap();
    let unit = stage.begin().await;
    let job = simulation.state().job;
    unit.jobs()
        .cancel(job, stage.later(Duration::ZERO))
        .await
        .unwrap();
    unit.commit().await.unwrap();

    stage.work(Manner::USUAL).await;

    let campaign = stage.the_campaign().await;
    assert_eq!(campaign.state().status, CampaignStatus::Completed);
    assert_eq!(stage.recipients().await, []);
    let gone = stage
        .simulations
        .delete(&stage.scope, simulation.id(), &Expected::Any);
    gone.await.unwrap();
}
