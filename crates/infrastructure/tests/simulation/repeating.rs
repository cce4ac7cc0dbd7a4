//! The same seed and configuration give the same, however the work is cut into pieces.

use campaigns::Event;
use sqlx::{Connection as _, PgConnection};
use testkit::TestDatabase;

use crate::stage::{Manner, Stage, Storage, eager, in_memory, on_postgres};

const PEOPLE: usize = 120;

const PIECEMEAL: Manner = Manner {
    batch: 7,
    stops_after: Some(1),
};

/// All columns but those that tell when it was recorded and of whom, sorted by time and id.
async fn recorded(test: &TestDatabase) -> Vec<String> {
    let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();
    let sql = "SELECT (to_jsonb(e) - 'created_at' - 'organization_id')::text FROM events e ORDER BY e.timestamp, e.id";
    sqlx::query_scalar(sql).fetch_all(&mut admin).await.unwrap()
}

async fn played<S: Storage>(stage: &Stage<S>, manner: Manner) {
    stage.simulate(&eager(), None).await.unwrap();
    let progress = stage.work(manner).await;
    assert_eq!(progress.unwrap().percent(), Some(100));
}

#[tokio::test]
async fn events_do_not_depend_on_batches_nor_interruptions_nor_storage() {
    let whole = in_memory(PEOPLE).await;
    played(&whole, Manner::USUAL).await;
    let pieces = in_memory(PEOPLE).await;
    played(&pieces, PIECEMEAL).await;
    let (one, on_one) = on_postgres(PEOPLE).await;
    played(&on_one, Manner::USUAL).await;
    let (other, on_other) = on_postgres(PEOPLE).await;
    played(&on_other, PIECEMEAL).await;

    let events = whole.store.events(whole.scope.organization());
    assert!(events.len() > PEOPLE * 2, "{} events", events.len());
    assert_eq!(pieces.store.events(pieces.scope.organization()), events);
    let rows = recorded(&one).await;
    assert_eq!(recorded(&other).await, rows);
    assert_eq!(rows.len(), events.len());
    for (row, event) in rows.iter().zip(&events) {
        assert!(row.contains(&Event::id(event).to_string()), "{row}");
    }
    let recipients = whole.recipients().await;
    assert_eq!(pieces.recipients().await, recipients);
    assert_eq!(on_one.recipients().await, recipients);
    assert_eq!(on_other.recipients().await, recipients);
    let counts = whole.counted().await.counts;
    assert_eq!(on_one.counted().await.counts, counts);
    assert_eq!(on_other.counted().await.counts, counts);
    assert_eq!(on_other.stopped().await, whole.stopped().await);
}

#[tokio::test]
async fn many_answers_are_taken_in_piece_by_piece_and_none_is_left_out() {
    let everybody = serde_json::json!({
        "bounce_rate": 0, "open_rate": 1, "click_rate": 1, "form_view_rate": 1, "form_submit_rate": 1,
        "machine_open_share": 0, "machine_click_share": 0,
    });
    let (whole, pieces) = (in_memory(500).await, in_memory(500).await);
    for stage in [&whole, &pieces] {
        stage.simulate(&everybody, None).await.unwrap();
    }

    let reports = whole.work_once(2_500, None).await.unwrap();
    let small = Manner {
        batch: 90,
        stops_after: None,
    };
    pieces.work(small).await;

    let submitted: Vec<u64> = reports.iter().map(|it| it.counts()["submitted"]).collect();
    assert!(submitted.last() > Some(&400), "{submitted:?}");
    let most = submitted.windows(2).map(|pair| pair[1] - pair[0]).max();
    assert_eq!(most, Some(200), "{submitted:?}");
    assert_eq!(reports.last().unwrap().percent(), Some(100));
    let events = whole.store.events(whole.scope.organization());
    assert_eq!(pieces.store.events(pieces.scope.organization()), events);
    assert_eq!(pieces.recipients().await, whole.recipients().await);
}

#[tokio::test]
async fn another_configuration_gives_other_events() {
    let (one, other) = (in_memory(PEOPLE).await, in_memory(PEOPLE).await);
    played(&one, Manner::USUAL).await;
    let mut config = eager();
    config["open_rate"] = serde_json::json!(0.79);
    other.simulate(&config, None).await.unwrap();
    other.work(Manner::USUAL).await;

    let events = one.store.events(one.scope.organization());
    assert_ne!(other.store.events(other.scope.organization()), events);
}
