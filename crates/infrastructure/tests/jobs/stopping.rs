//! Workers that are told to stop.

use time::Duration;
use tokio::time::Instant;

use crate::bench::{Bench, Habit, Painter, SETTINGS, pass, start};

#[tokio::test(start_paused = true)]
async fn an_idle_worker_stops_at_once() {
    let bench = Bench::new();
    let painter = Painter::new(&bench, Habit::Fail);
    let working = start(bench.runner(&painter));
    pass(Duration::seconds(1)).await;

    let told = Instant::now();
    working.stop().await;

    assert_eq!(told.elapsed().as_millis(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_stopping_worker_ends_what_it_began_and_begins_nothing_new() {
    let bench = Bench::new();
    let painter = Painter::new(&bench, Habit::Work(Duration::seconds(3)));
    let jobs = bench.enqueue(5, 3).await;
    let working = start(bench.runner(&painter));
    pass(Duration::seconds(1)).await;

    working.stop().await;

    assert_eq!(painter.done(), jobs[..2]);
    assert_eq!(painter.tries().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_end_in_time_is_handed_back_and_resumed_at_the_next_start() {
    let bench = Bench::new();
    let slow = Painter::new(&bench, Habit::Work(Duration::minutes(5)));
    let jobs = bench.enqueue(1, 3).await;
    let working = start(bench.runner(&slow));
    pass(Duration::seconds(1)).await;

    let told = Instant::now();
    working.stop().await;

    assert_eq!(told.elapsed(), SETTINGS.grace.unsigned_abs());
    assert_eq!(slow.done(), []);
    let painter = Painter::new(&bench, Habit::Work(Duration::ZERO));
    let next = start(bench.runner(&painter));
    pass(SETTINGS.poll_interval).await;
    next.stop().await;
    assert_eq!(painter.done(), jobs);
    assert_eq!(painter.tries()[0].1.attempt, 1);
}
