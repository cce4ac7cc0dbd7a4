use std::sync::{Mutex, PoisonError};

use campaigns::{Event, EventType, HitSink as _};
use kernel::{CampaignId, Timestamp};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::*;
use crate::hits::HitQueue;

/// What a database did with groups of hits.
struct Database {
    /// How many groups it lets in.
    open: Semaphore,
    /// What it answers to the next groups.
    answers: Mutex<Vec<StorageError>>,
    groups: Mutex<Vec<(OrganizationId, usize)>>,
    /// Hits with this number it does not take.
    refuses: Option<u128>,
    /// Whose rows somebody else holds.
    held: Mutex<Option<OrganizationId>>,
}

impl Database {
    fn that(answers: Vec<StorageError>, refuses: Option<u128>, open: usize) -> Arc<Self> {
        Arc::new(Self {
            open: Semaphore::new(open),
            answers: Mutex::new(answers),
            groups: Mutex::default(),
            refuses,
            held: Mutex::default(),
        })
    }

    fn groups(&self) -> Vec<(OrganizationId, usize)> {
        self.groups
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn recorded(&self) -> usize {
        self.groups().iter().map(|(_, hits)| hits).sum()
    }
}

#[async_trait]
impl HitWriter for Database {
    async fn write(
        &self,
        organization: OrganizationId,
        sightings: Vec<Sighting>,
    ) -> Result<(), StorageError> {
        self.open.acquire().await.unwrap().forget();
        if let Some(error) = self.answers.lock().unwrap().pop() {
            return Err(error);
        }
        if *self.held.lock().unwrap() == Some(organization) {
            return Err(StorageError::Contended(None));
        }
        let refused = self
            .refuses
            .map(|n| CampaignId::from_uuid(Uuid::from_u128(n)));
        if sightings
            .iter()
            .any(|it| Some(it.event.campaign) == refused)
        {
            return Err(StorageError::Unexpected("no such campaign".into()));
        }
        self.groups
            .lock()
            .unwrap()
            .push((organization, sightings.len()));
        Ok(())
    }
}

const PATIENCE: Duration = Duration::from_mins(1);

fn settings() -> HitQueueSettings {
    HitQueueSettings {
        room: 8,
        group: 4,
        gather: Duration::from_millis(50),
        retry: Duration::from_millis(100),
    }
}

fn organization(n: u128) -> OrganizationId {
    OrganizationId::from_uuid(Uuid::from_u128(n))
}

fn hit(of: u128, n: u128) -> Hit {
    let campaign = CampaignId::from_uuid(Uuid::from_u128(n));
    let (at, unique) = (Timestamp::UNIX_EPOCH, Uuid::from_u128(n));
    let event = Event::seen(EventType::Open, campaign, None, at, unique);
    Hit {
        organization: organization(of),
        sighting: Sighting::plain(event),
    }
}

async fn take(queue: &HitQueue, hits: impl IntoIterator<Item = Hit>) {
    for hit in hits {
        queue.accept(hit).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn hits_are_recorded_together_by_organization() {
    let database = Database::that(Vec::new(), None, 100);
    let queue = HitQueue::start(database.clone(), settings());

    take(&queue, [hit(1, 1), hit(2, 2), hit(1, 3)]).await;
    tokio::time::sleep(Duration::from_millis(60)).await;

    assert_eq!(
        database.groups(),
        [(organization(1), 2), (organization(2), 1)]
    );
    assert_eq!((queue.waiting(), queue.lost()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_full_group_waits_for_no_more() {
    let database = Database::that(Vec::new(), None, 100);
    let queue = HitQueue::start(database.clone(), settings());

    take(&queue, (0..4).map(|n| hit(1, n))).await;
    tokio::time::sleep(Duration::from_millis(1)).await;

    assert_eq!(database.groups(), [(organization(1), 4)]);
}

#[tokio::test(start_paused = true)]
async fn what_comes_while_the_database_is_away_is_recorded_when_it_is_back() {
    let away = || StorageError::Unavailable(None);
    let database = Database::that((0..9).map(|_| away()).collect(), None, 100);
    let queue = HitQueue::start(database.clone(), settings());

    take(&queue, (0..6).map(|n| hit(1, n))).await;
    assert_eq!(database.recorded(), 0);
    tokio::time::sleep(PATIENCE).await;

    assert_eq!(
        (database.recorded(), queue.waiting(), queue.lost()),
        (6, 0, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn an_organization_whose_rows_somebody_holds_does_not_keep_others_waiting() {
    let database = Database::that(Vec::new(), None, 10_000);
    let queue = HitQueue::start(database.clone(), settings());
    *database.held.lock().unwrap() = Some(organization(1));

    take(&queue, [hit(1, 1), hit(2, 2), hit(3, 3)]).await;
    tokio::time::sleep(Duration::from_secs(1)).await;

    let others = [(organization(2), 1), (organization(3), 1)];
    assert_eq!(database.groups(), others);
    assert_eq!(queue.waiting(), 1);
    *database.held.lock().unwrap() = None;
    tokio::time::sleep(PATIENCE).await;
    assert_eq!((database.recorded(), queue.lost()), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_where_there_is_no_room_and_what_is_dropped_is_counted() {
    let database = Database::that(Vec::new(), None, 0);
    let queue = HitQueue::start(database.clone(), settings());
    take(&queue, (0..4).map(|n| hit(1, n))).await;
    // The writer has those in hand.
    tokio::time::sleep(Duration::from_millis(1)).await;

    take(&queue, (0..10).map(|n| hit(1, n))).await;

    assert_eq!((queue.waiting(), queue.lost()), (12, 2));
    database.open.add_permits(100);
    tokio::time::sleep(PATIENCE).await;
    assert_eq!(
        (database.recorded(), queue.waiting(), queue.lost()),
        (12, 0, 2)
    );
}

#[tokio::test(start_paused = true)]
async fn a_hit_that_the_database_refuses_keeps_no_other_from_being_recorded() {
    let database = Database::that(Vec::new(), Some(2), 100);
    let queue = HitQueue::start(database.clone(), settings());

    take(&queue, (0..4).map(|n| hit(1, n))).await;
    tokio::time::sleep(PATIENCE).await;

    assert_eq!(database.groups(), [(organization(1), 1); 3]);
    assert_eq!((queue.waiting(), queue.lost()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn what_waits_at_the_end_is_recorded_and_what_comes_later_is_dropped() {
    let database = Database::that(Vec::new(), None, 100);
    let queue = HitQueue::start(database.clone(), settings());
    take(&queue, (0..7).map(|n| hit(1, n))).await;

    queue.close(PATIENCE).await;
    take(&queue, [hit(1, 9)]).await;

    assert_eq!(
        (database.recorded(), queue.waiting(), queue.lost()),
        (7, 0, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_recorded_in_time_at_the_end_is_counted_as_lost() {
    let database = Database::that(Vec::new(), None, 0);
    let queue = HitQueue::start(database, settings());
    take(&queue, (0..7).map(|n| hit(1, n))).await;

    queue.close(Duration::from_secs(1)).await;

    assert_eq!((queue.waiting(), queue.lost()), (0, 7));
}
