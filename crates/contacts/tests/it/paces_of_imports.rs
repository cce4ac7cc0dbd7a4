//! How many rows an import writes at a time, and what it tells of them meanwhile.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use contacts::{
    DisposableList, DomainFact, DomainLookup, ImportOptions, Judge, OnDuplicate, OnInvalid,
};
use kernel::{Interruption, JobControl, JobFailure, JobProgress, JobQueue};
use serde_json::Value;
use testkit::{FixedClock, StagedWork, TestKeys};

use crate::office::Office;

const OPTIONS: ImportOptions = ImportOptions {
    on_duplicate: OnDuplicate::Update,
    invalid: OnInvalid::Keep,
    dry_run: false,
};

/// A file with so many people.
fn file_of(people: usize) -> String {
    let mut file = "Email\n".to_owned();
    for person in 0..people {
        writeln!(file, "p{person}@analytical.org").unwrap();
    }
    file
}

/// Name servers that take their time.
#[derive(Default)]
struct Slow(OnceLock<FixedClock>);

#[async_trait::async_trait]
impl DomainLookup for Slow {
    async fn look_up(
        &self,
        domains: &BTreeSet<String>,
        _: Duration,
    ) -> HashMap<String, DomainFact> {
        if let Some(clock) = self.0.get() {
            clock.advance(time::Duration::seconds(4));
        }
        let known = domains
            .iter()
            .map(|domain| (domain.clone(), DomainFact::Mx));
        known.collect()
    }

    fn is_on(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn name_servers_that_take_their_time_make_batches_no_smaller() {
    let slow = Arc::new(Slow::default());
    let judge = Judge::new(
        Arc::new(TestKeys::default()),
        slow.clone(),
        Arc::new(DisposableList::default()),
    );
    let office = Office::open_with(judge).await;
    slow.0.set(office.clock.clone()).unwrap();
    office.send(&file_of(2_000), OPTIONS).await;
    let (job, worker) = office.claim().await.unwrap();
    let (kind, scope) = office.kind_of(&job, 500);
    let work = StagedWork::new(job.id, worker);

    kind.run(&job, &scope, &work).await.unwrap();

    let read = work
        .reports()
        .into_iter()
        .map(|report| report.counts()["rows_read"]);
    assert_eq!(read.collect::<Vec<_>>(), [500, 1_000, 1_500, 2_000, 2_000]);
}

/// Work that keeps how far it was told to be, in order, and whether that was committed.
struct Heard {
    work: StagedWork,
    told: Mutex<Vec<(u64, bool)>>,
}

#[async_trait::async_trait]
impl JobControl for Heard {
    fn report(&self, progress: JobProgress) {
        self.told.lock().unwrap().push((progress.done(), true));
        self.work.report(progress);
    }

    fn under_way(&self, progress: JobProgress) {
        self.told.lock().unwrap().push((progress.done(), false));
    }

    fn interruption(&self) -> Option<Interruption> {
        self.work.interruption()
    }

    async fn interrupted(&self) -> Interruption {
        self.work.interrupted().await
    }

    async fn checkpoint(&self, queue: &dyn JobQueue, state: &Value) -> Result<(), JobFailure> {
        self.work.checkpoint(queue, state).await
    }
}

#[tokio::test]
async fn a_large_batch_tells_of_each_thousand_and_people_have_ids_in_the_order_of_the_file() {
    let office = Office::open().await;
    let id = office.send(&file_of(4_000), OPTIONS).await;
    let (job, worker) = office.claim().await.unwrap();
    // By this clock storage takes no time, so batches grow.
    let (kind, scope) = office.kind_of(&job, 5_000);
    let heard = Heard {
        work: StagedWork::new(job.id, worker),
        told: Mutex::default(),
    };

    kind.run(&job, &scope, &heard).await.unwrap();

    let read = heard
        .work
        .reports()
        .into_iter()
        .map(|report| report.counts()["rows_read"]);
    assert_eq!(read.collect::<Vec<_>>(), [1_000, 2_000, 4_000, 4_000]);
    let told = heard.told.into_inner().unwrap();
    assert!(told.is_sorted_by_key(|(done, _)| *done), "{told:?}");
    let steps = told
        .split_inclusive(|(_, is_committed)| *is_committed)
        .map(|batch| batch.len() - 1);
    assert_eq!(steps.collect::<Vec<_>>(), [4, 4, 5, 0], "{told:?}");
    let unit = office.unit().await;
    let made = unit.import_trace().made_behind(id, None, 5_000).await;
    let made = made.unwrap();
    let made = made
        .iter()
        .map(|contact| contact.state().email_normalized.clone());
    // In another order than that of the addresses: 10 stands behind 2.
    assert!(made.eq((0..4_000).map(|person| format!("p{person}@analytical.org"))));
}

#[tokio::test]
async fn a_batch_tells_how_far_it_is_while_it_is_written() {
    let office = Office::open().await;
    office.import(&file_of(500), OPTIONS, 500, None).await;
    // Some are changed, some are new.
    let file = file_of(1_000).replace('\n', ",Ada\n");
    office
        .send(&file.replacen("Email,Ada", "Email,First Name", 1), OPTIONS)
        .await;
    let (job, worker) = office.claim().await.unwrap();
    let (kind, scope) = office.kind_of(&job, 500);
    let heard = Heard {
        work: StagedWork::new(job.id, worker),
        told: Mutex::default(),
    };

    kind.run(&job, &scope, &heard).await.unwrap();

    let told = heard.told.into_inner().unwrap();
    assert!(told.is_sorted_by_key(|(done, _)| *done), "{told:?}");
    let mut committed = 0;
    for batch in told
        .split_inclusive(|(_, is_committed)| *is_committed)
        .take(2)
    {
        let (end, steps) = batch.split_last().unwrap();
        assert!(steps.len() >= 3, "{told:?}");
        let is_within = |(done, _): &(u64, bool)| committed < *done && *done < end.0;
        assert!(steps.iter().all(is_within), "{told:?}");
        committed = end.0;
    }
}
