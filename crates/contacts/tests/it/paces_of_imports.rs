//! How many rows an import writes at a time.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use contacts::{
    DisposableList, DomainFact, DomainLookup, ImportOptions, Judge, OnDuplicate, OnInvalid,
};
use testkit::{FixedClock, StagedWork, TestKeys};

use crate::office::Office;

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
    let mut file = "Email\n".to_owned();
    for person in 0..2_000 {
        writeln!(file, "p{person}@analytical.org").unwrap();
    }
    let options = ImportOptions {
        on_duplicate: OnDuplicate::Update,
        invalid: OnInvalid::Keep,
        dry_run: false,
    };
    office.send(&file, options).await;
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
