//! Counting ahead, as the job does.

use analytics::{Actor, EventType, Pass};
use kernel::{Interruption, JobEnd};
use serde_json::json;
use testkit::StagedWork;
use time::Duration;
use time::macros::{date, datetime};

use crate::world::World;

#[tokio::test]
async fn a_day_is_final_once_it_was_counted_a_day_after_its_end_and_what_comes_later_is_late() {
    let world = World::new().await;
    let campaign = world.campaign("Spring").await;
    let at = datetime!(2026-01-15 10:00 UTC);
    let day = at.date();
    world.open(campaign, world.contact(), at).await;

    // The evening after: the day is over, and not for long enough.
    world.clock.set(datetime!(2026-01-16 23:59:59 UTC));
    assert_eq!(
        world.aggregate().await,
        JobEnd::Completed(Some(json!({ "campaigns": 1 })))
    );
    world.open(campaign, world.contact(), at).await;
    let view = world.seen(campaign, day, day).await;
    assert_eq!(view.counts.opened.human.people, 2);
    assert!(!view.days[0].is_final);

    world.clock.set(datetime!(2026-01-17 0:00 UTC));
    world.aggregate().await;
    world.open(campaign, world.contact(), at).await;
    for _ in 0..2 {
        let view = world.seen(campaign, day, day).await;
        assert_eq!(view.counts.opened.human.people, 2);
        assert_eq!((view.late(), view.days[0].is_final), (1, true));
        assert_eq!(world.aggregation.verify(&world.scope).await.unwrap(), []);
        world.aggregate().await;
    }
}

#[tokio::test]
async fn what_a_campaign_did_before_it_was_first_counted_is_not_late() {
    let world = World::new().await;
    let first = world.campaign("First").await;
    world
        .open(first, world.contact(), datetime!(2026-01-10 10:00 UTC))
        .await;
    world.aggregate().await;

    let back_dated = world.campaign("Simulated").await;
    let at = datetime!(2026-01-02 10:00 UTC);
    world.open(back_dated, world.contact(), at).await;
    world.aggregate().await;

    let view = world.seen(back_dated, at.date(), at.date()).await;
    assert_eq!((view.counts.opened.human.events, view.late()), (1, 0));
    assert!(view.days[0].is_final);
}

#[tokio::test]
async fn another_time_zone_counts_every_day_anew_and_the_audit_log_is_told() {
    let world = World::new().await;
    let campaign = world.campaign("Spring").await;
    let at = datetime!(2026-01-10 23:30 UTC);
    world.open(campaign, world.contact(), at).await;
    world.aggregate().await;
    world.open(campaign, world.contact(), at).await;
    let first = date!(2026 - 01 - 10);
    assert_eq!(world.seen(campaign, first, first).await.late(), 1);

    world.move_to("Europe/Berlin").await;
    let next = date!(2026 - 01 - 11);
    for _ in 0..2 {
        let view = world.seen(campaign, first, next).await;
        let people: Vec<_> = view
            .days
            .iter()
            .map(|day| day.counts.opened.human.people)
            .collect();
        assert_eq!((people, view.late()), (vec![0, 2], 0));
        world.aggregate().await;
    }

    let told = world.told("campaign_aggregation").await;
    let expected = (
        "update".to_owned(),
        Some(campaign.as_uuid()),
        vec!["time_zone".to_owned()],
    );
    assert_eq!(told, [expected]);
}

#[tokio::test]
async fn what_is_recorded_is_counted_without_a_job_and_makes_no_day_final() {
    let world = World::new().await;
    let at = datetime!(2026-01-10 10:00 UTC);
    let first = world.campaign("First").await;
    world.open(first, world.contact(), at).await;
    let second = world.campaign("Second").await;
    world.open(second, world.contact(), at).await;

    let is_left = world.follow(&mut Pass::default()).await;

    assert!(!is_left);
    assert!(world.claim().await.is_none());
    let view = world.seen(first, at.date(), at.date()).await;
    assert_eq!(view.counts.opened.human.people, 1);
    assert!(!view.days[0].is_final);
    // The job finds nothing to count.
    assert_eq!(
        world.aggregate().await,
        JobEnd::Completed(Some(json!({ "campaigns": 0 })))
    );
    let view = world.seen(second, at.date(), at.date()).await;
    assert!(view.days[0].is_final);
}

#[tokio::test]
async fn each_campaign_has_its_turn_however_busy_others_are() {
    let world = World::new().await;
    let at = datetime!(2026-01-10 10:00 UTC);
    let mut campaigns = Vec::new();
    for number in 0..6 {
        let campaign = world.campaign(&format!("Campaign {number}")).await;
        world.open(campaign, world.contact(), at).await;
        campaigns.push(campaign);
    }
    campaigns.sort_unstable();
    let mut pass = Pass::default();

    assert!(world.follow(&mut pass).await);
    for campaign in &campaigns[..4] {
        world.open(*campaign, world.contact(), at).await;
    }
    assert!(!world.follow(&mut pass).await);

    // What the busy ones have left is for the next pass.
    assert!(world.follow(&mut pass).await);
    let counted = JobEnd::Completed(Some(json!({ "campaigns": 0 })));
    assert_eq!(world.aggregate().await, counted);
}

#[tokio::test]
async fn who_follows_counts_anew_when_the_time_zone_changed() {
    let world = World::new().await;
    let campaign = world.campaign("Spring").await;
    let at = datetime!(2026-01-10 23:30 UTC);
    world.open(campaign, world.contact(), at).await;
    world.follow(&mut Pass::default()).await;
    world.move_to("Europe/Berlin").await;

    let is_left = world.follow(&mut Pass::default()).await;

    assert!(!is_left);
    assert_eq!(world.told("campaign_aggregation").await.len(), 1);
    world.follow(&mut Pass::default()).await;
    assert_eq!(world.told("campaign_aggregation").await.len(), 1);
}

#[tokio::test]
async fn who_asks_while_a_job_waits_gets_none() {
    let world = World::new().await;

    let asked = world.aggregation.ask(&world.scope).await.unwrap();
    let again = world.aggregation.ask(&world.scope).await.unwrap();

    assert!(asked.is_some());
    assert_eq!(again, None);
}

#[tokio::test]
async fn a_campaign_that_takes_many_units_is_counted_type_by_type_also_by_a_job_that_was_stopped() {
    let world = World::new().await;
    let at = datetime!(2026-01-10 10:00 UTC);
    let campaign = world.campaign("Large").await;
    let people = [(); 3].map(|()| world.contact());
    for day in 0..3 {
        for contact in people {
            for event in [EventType::Sent, EventType::Open, EventType::Click] {
                let at = at + Duration::days(day);
                let actor = Actor::Human;
                world.note(campaign, event, contact, at, actor).await;
            }
        }
    }
    let (first, last) = (at.date(), at.date() + Duration::days(2));
    let whole = world.seen(campaign, first, last).await;
    assert_eq!(whole.counts.clicked.human.events, 9);
    world.aggregation.ask(&world.scope).await.unwrap().unwrap();

    // Units of two events; in the sixth it counts a type on its own.
    let (job, worker) = world.claim().await.unwrap();
    let work = StagedWork::new(job.id, worker).interrupted_after(6, Interruption::Stopping);
    let end = world.work_in_steps_of(2, &job, &work).await;
    assert_eq!(end, Ok(JobEnd::HandedBack));
    let seen = world.seen(campaign, first, last).await;
    assert_eq!(seen.counts, whole.counts);
    assert!(!seen.days[0].is_final);
    world.clock.advance(Duration::minutes(2));
    let (job, worker) = world.claim().await.unwrap();
    let work = StagedWork::new(job.id, worker);
    let end = world.work_in_steps_of(2, &job, &work).await;

    assert_eq!(end, Ok(JobEnd::Completed(Some(json!({ "campaigns": 1 })))));
    let seen = world.seen(campaign, first, last).await;
    assert_eq!(seen.counts, whole.counts);
    assert!(seen.days[0].is_final);
    assert_eq!(world.aggregation.verify(&world.scope).await.unwrap(), []);
}

#[tokio::test]
async fn a_job_that_was_stopped_goes_on_behind_what_it_counted() {
    let world = World::new().await;
    let at = datetime!(2026-01-10 10:00 UTC);
    for name in ["First", "Second", "Third"] {
        let campaign = world.campaign(name).await;
        world.open(campaign, world.contact(), at).await;
    }
    world.aggregation.ask(&world.scope).await.unwrap().unwrap();

    let (job, worker) = world.claim().await.unwrap();
    let work = StagedWork::new(job.id, worker).interrupted_after(2, Interruption::Stopping);
    assert_eq!(world.work(&job, &work).await, Ok(JobEnd::HandedBack));
    // The lease runs out, and another worker takes it.
    world.clock.advance(Duration::minutes(2));
    let (job, worker) = world.claim().await.unwrap();
    let work = StagedWork::new(job.id, worker);

    let end = world.work(&job, &work).await;
    assert_eq!(end, Ok(JobEnd::Completed(Some(json!({ "campaigns": 3 })))));
    let told: Vec<_> = work
        .reports()
        .iter()
        .map(kernel::JobProgress::done)
        .collect();
    assert_eq!(told, [3]);
}
