//! The contract of the storage of runs, as cases that every adapter is tested with. The runs of an installation are
//! everybody's, so that each case has a storage of its own.

#![expect(clippy::unwrap_used, reason = "a case fails by panicking")]

use async_trait::async_trait;
use kernel::{OrganizationId, PageLimit, PageRequest, ScheduledRunId, TenantScope, Timestamp};
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

use super::{NewRun, RunCounts, RunLedger, RunOutcome, RunStore, RunTrigger, ScheduledRun};
use crate::schedule::PeriodicJob;

/// An adapter under test.
#[async_trait]
pub trait Subject: Send + Sync {
    /// The adapter, ready for use, with no run in it.
    async fn fresh() -> Self
    where
        Self: Sized;

    /// The store of units of work.
    fn store(&self) -> &dyn RunStore;

    /// What schedulers share.
    fn ledger(&self) -> &dyn RunLedger;

    /// The scope of the platform, or of an organization.
    fn scope(&self, organization: OrganizationId) -> TenantScope;
}

/// The cases of runs.
#[macro_export]
macro_rules! for_each_run_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            one_scheduler_leads_until_it_resigns_or_its_lease_ends,
            a_turn_is_asked_for_once_and_the_latest_is_remembered,
            of_a_job_one_run_is_open_at_a_time,
            only_who_leads_begins_a_run_and_only_who_began_it_ends_it,
            a_run_whose_scheduler_was_killed_is_begun_once_more,
            runs_are_listed_the_latest_first_page_by_page,
            a_run_that_is_not_committed_is_not_asked_for,
        }
    };
}

/// Stamps one test per case for an adapter.
#[macro_export]
macro_rules! runs_contract {
    ($subject:ty) => {
        mod runs {
            use super::*;
            use $crate::runs::contract::run;
            $crate::for_each_run_case! { [kernel::stamp_contract_tests] $subject }
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_run_case!([kernel::dispatch_contract_case] name subject);
}

const NOW: Timestamp = datetime!(2026-03-01 2:00 UTC);
const LATER: Timestamp = datetime!(2026-03-01 2:01 UTC);
const LONG: Duration = Duration::HOUR;
const JOB: PeriodicJob = PeriodicJob::Aggregation;

fn asked(n: u128, job: PeriodicJob, turn: Option<Timestamp>) -> NewRun {
    NewRun {
        id: ScheduledRunId::from_uuid(Uuid::from_u128(n)),
        job,
        trigger: match turn {
            Some(_) => RunTrigger::Schedule,
            None => RunTrigger::Manual,
        },
        turn,
        at: NOW,
    }
}

fn scheduler(n: u128) -> Uuid {
    Uuid::from_u128(1_000 + n)
}

fn done() -> RunOutcome {
    RunOutcome::Done(RunCounts::from([("jobs", 3)]))
}

async fn listed<S: Subject>(
    subject: &S,
    organization: OrganizationId,
    job: Option<PeriodicJob>,
    limit: u16,
) -> Vec<ScheduledRun> {
    let mut page = PageRequest {
        limit: PageLimit::new(limit).unwrap(),
        after: None,
    };
    let mut all = Vec::new();
    loop {
        let unit = subject
            .store()
            .begin(&subject.scope(organization))
            .await
            .unwrap();
        let found = unit.runs().list(job, &page).await.unwrap();
        all.extend(found.items);
        match found.next {
            Some(next) => page.after = Some(next),
            None => return all,
        }
    }
}

mod cases {
    use super::{
        Duration, JOB, LATER, LONG, NOW, OrganizationId, PeriodicJob, RunCounts, RunOutcome,
        ScheduledRun, Subject, Uuid, asked, done, listed, scheduler,
    };
    use crate::runs::ScheduleError;

    pub(super) async fn one_scheduler_leads_until_it_resigns_or_its_lease_ends<S: Subject>(
        subject: &S,
    ) {
        let ledger = subject.ledger();
        let (one, other) = (scheduler(1), scheduler(2));

        assert!(ledger.lead(one, LONG).await.unwrap());
        assert!(!ledger.lead(other, LONG).await.unwrap());
        assert!(ledger.lead(one, LONG).await.unwrap());
        ledger.resign(other).await.unwrap();
        assert!(!ledger.lead(other, LONG).await.unwrap());
        ledger.resign(one).await.unwrap();
        assert!(ledger.lead(other, Duration::ZERO).await.unwrap());
        assert!(ledger.lead(one, LONG).await.unwrap());
        assert!(!ledger.lead(other, LONG).await.unwrap());
    }

    pub(super) async fn a_turn_is_asked_for_once_and_the_latest_is_remembered<S: Subject>(
        subject: &S,
    ) {
        let ledger = subject.ledger();
        ledger.lead(scheduler(1), LONG).await.unwrap();
        assert_eq!(ledger.last_turns().await.unwrap(), []);

        for (n, turn) in [(1, LATER), (2, NOW)] {
            let run = asked(n, JOB, Some(turn));
            assert!(ledger.ask(&run).await.unwrap());
            assert!(ledger.start(run.id, scheduler(1), NOW).await.unwrap());
            assert!(
                ledger
                    .end(run.id, scheduler(1), &done(), NOW)
                    .await
                    .unwrap()
            );
            assert!(!ledger.ask(&asked(9, JOB, Some(turn))).await.unwrap());
        }
        let manual = asked(3, PeriodicJob::Expiry, None);
        assert!(ledger.ask(&manual).await.unwrap());

        assert_eq!(ledger.last_turns().await.unwrap(), [(JOB, LATER)]);
    }

    pub(super) async fn of_a_job_one_run_is_open_at_a_time<S: Subject>(subject: &S) {
        let ledger = subject.ledger();
        ledger.lead(scheduler(1), LONG).await.unwrap();
        let first = asked(1, JOB, None);
        let unit = subject
            .store()
            .begin(&subject.scope(OrganizationId::PLATFORM))
            .await
            .unwrap();
        unit.runs().insert(&first).await.unwrap();
        let second = unit.runs().insert(&asked(2, JOB, None)).await;
        assert!(matches!(second, Err(ScheduleError::Running(JOB))));
        let other = asked(3, PeriodicJob::Expiry, None);
        unit.runs().insert(&other).await.unwrap();
        unit.commit().await.unwrap();

        assert!(!ledger.ask(&asked(4, JOB, Some(NOW))).await.unwrap());
        let open = ledger.open_runs().await.unwrap();
        assert_eq!(
            open,
            [ScheduledRun::asked(&first), ScheduledRun::asked(&other)]
        );
        ledger.start(first.id, scheduler(1), NOW).await.unwrap();
        assert!(!ledger.ask(&asked(4, JOB, Some(NOW))).await.unwrap());
        ledger
            .end(first.id, scheduler(1), &done(), NOW)
            .await
            .unwrap();
        assert!(ledger.ask(&asked(4, JOB, Some(NOW))).await.unwrap());
    }

    pub(super) async fn only_who_leads_begins_a_run_and_only_who_began_it_ends_it<S: Subject>(
        subject: &S,
    ) {
        let ledger = subject.ledger();
        let (one, other) = (scheduler(1), scheduler(2));
        let asked = asked(1, JOB, Some(NOW));
        ledger.ask(&asked).await.unwrap();
        ledger.lead(one, LONG).await.unwrap();

        assert!(!ledger.start(asked.id, other, NOW).await.unwrap());
        assert!(!ledger.end(asked.id, one, &done(), NOW).await.unwrap());
        assert!(ledger.start(asked.id, one, NOW).await.unwrap());
        assert!(!ledger.end(asked.id, other, &done(), NOW).await.unwrap());
        assert!(ledger.end(asked.id, one, &done(), LATER).await.unwrap());
        assert!(!ledger.end(asked.id, one, &done(), LATER).await.unwrap());
        assert!(!ledger.start(asked.id, one, LATER).await.unwrap());

        let mut expected = ScheduledRun::asked(&asked);
        expected.start(NOW);
        expected.end(&done(), LATER);
        assert_eq!(ledger.look_up(asked.id).await.unwrap(), Some(expected));
        assert_eq!(ledger.open_runs().await.unwrap(), []);
        let absent = kernel::ScheduledRunId::from_uuid(Uuid::from_u128(77));
        assert_eq!(ledger.look_up(absent).await.unwrap(), None);
    }

    pub(super) async fn a_run_whose_scheduler_was_killed_is_begun_once_more<S: Subject>(
        subject: &S,
    ) {
        let ledger = subject.ledger();
        let (killed, next) = (scheduler(1), scheduler(2));
        let asked = asked(1, JOB, Some(NOW));
        ledger.ask(&asked).await.unwrap();
        ledger.lead(killed, LONG).await.unwrap();
        assert!(ledger.start(asked.id, killed, NOW).await.unwrap());
        ledger.lead(killed, Duration::ZERO).await.unwrap();

        assert!(ledger.lead(next, LONG).await.unwrap());
        assert!(ledger.start(asked.id, next, LATER).await.unwrap());
        let failed = RunOutcome::Failed {
            error: "no room".to_owned(),
            counts: RunCounts::from([("jobs", 2)]),
        };
        assert!(!ledger.end(asked.id, killed, &done(), LATER).await.unwrap());
        assert!(ledger.end(asked.id, next, &failed, LATER).await.unwrap());

        let mut expected = ScheduledRun::asked(&asked);
        expected.start(NOW);
        expected.start(LATER);
        expected.end(&failed, LATER);
        assert_eq!(ledger.look_up(asked.id).await.unwrap(), Some(expected));
    }

    pub(super) async fn runs_are_listed_the_latest_first_page_by_page<S: Subject>(subject: &S) {
        let ledger = subject.ledger();
        ledger.lead(scheduler(1), LONG).await.unwrap();
        let mut runs = Vec::new();
        for n in 1..=7 {
            let job = PeriodicJob::ALL[usize::from(n % 2 == 0)];
            let asked = asked(n, job, None);
            assert!(ledger.ask(&asked).await.unwrap());
            ledger.start(asked.id, scheduler(1), NOW).await.unwrap();
            ledger
                .end(asked.id, scheduler(1), &done(), LATER)
                .await
                .unwrap();
            runs.extend(ledger.look_up(asked.id).await.unwrap());
        }
        runs.reverse();

        assert_eq!(
            listed(subject, OrganizationId::PLATFORM, None, 3).await,
            runs
        );
        let job = PeriodicJob::ALL[1];
        runs.retain(|run| run.job == job);
        assert_eq!(
            listed(subject, OrganizationId::PLATFORM, Some(job), 2).await,
            runs
        );
        let tenant = OrganizationId::from_uuid(Uuid::from_u128(9));
        assert_eq!(listed(subject, tenant, None, 10).await, []);
    }

    pub(super) async fn a_run_that_is_not_committed_is_not_asked_for<S: Subject>(subject: &S) {
        let unit = subject
            .store()
            .begin(&subject.scope(OrganizationId::PLATFORM))
            .await
            .unwrap();
        unit.runs().insert(&asked(1, JOB, None)).await.unwrap();
        drop(unit);

        assert_eq!(subject.ledger().open_runs().await.unwrap(), []);
        assert!(subject.ledger().ask(&asked(2, JOB, None)).await.unwrap());
    }
}
