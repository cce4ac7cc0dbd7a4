//! Simulations that play at a pace.

use campaigns::{CampaignStatus, Event};
use kernel::Clock as _;
use testkit::FixedClock;
use time::Duration;

use crate::stage::{Manner, eager, in_memory};

/// An hour of life takes a minute.
const PACE: Option<f64> = Some(60.0);

async fn events_by_steps_of(step: Duration) -> Vec<Event> {
    let stage = in_memory(60).await;
    let simulation = stage.simulate(&eager(), PACE).await.unwrap();
    assert_eq!(simulation.state().plan.start_at, FixedClock::START);
    let (mut seen, mut steps) = (0, 0);
    let mut done = 0;
    while stage.the_campaign().await.state().status == CampaignStatus::Active {
        if let Some(progress) = stage.work(Manner::USUAL).await {
            assert!(progress.done() >= done, "progress goes backwards");
            done = progress.done();
        }
        let events = stage.store.events(stage.scope.organization());
        assert!(events.iter().all(|it| it.at() <= stage.clock.now()));
        assert!(events.len() >= seen);
        seen = events.len();
        stage.later(step);
        steps += 1;
        assert!(steps < 100_000, "it does not come to an end");
    }
    assert!(steps > 3, "{steps}");
    stage.store.events(stage.scope.organization())
}

#[tokio::test]
async fn events_happen_in_their_time_and_are_the_same_however_often_somebody_looks() {
    let often = events_by_steps_of(Duration::minutes(1)).await;
    let seldom = events_by_steps_of(Duration::minutes(47)).await;

    assert!(often.len() > 120);
    assert_eq!(often, seldom);
}

#[tokio::test]
async fn what_plays_at_a_pace_is_the_same_but_sooner() {
    let paced = events_by_steps_of(Duration::minutes(47)).await;
    let stage = in_memory(60).await;
    stage.simulate(&eager(), None).await.unwrap();
    stage.work(Manner::USUAL).await;
    let at_once = stage.store.events(stage.scope.organization());

    let told = |events: &[Event]| {
        let told = events.iter();
        let mut told: Vec<_> = told
            .map(|it| (it.contact, it.event_type, it.actor.as_str()))
            .collect();
        told.sort_unstable();
        told
    };
    assert_eq!(told(&paced), told(&at_once));
}
