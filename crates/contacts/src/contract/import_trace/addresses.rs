//! Addresses that a dry run met, until what a file was found to be is forgotten.

use std::collections::BTreeSet;

use super::{ALL, forget, ground, rejection};
use crate::ContactImport;
use crate::contract::Subject;
use crate::contract::tenant::{NOW, hash};

pub(super) async fn an_address_is_met_for_the_first_time_once<S: Subject>(subject: &S) {
    let (tenant, import) = ground(subject).await;
    let other = tenant.add_import(subject, "Others").await;
    let [a, b, c] = ["a", "b", "c"].map(hash);

    let unit = tenant.begin(subject).await;
    let trace = unit.import_trace();
    for (import, addresses, expected) in [
        (&import, vec![b, a], vec![a, b]),
        (&import, vec![b, c], vec![c]),
        (&import, vec![], vec![]),
        (&other, vec![b], vec![b]),
    ] {
        let met = trace.meet(import.id(), &addresses, NOW).await.unwrap();
        assert_eq!(met, BTreeSet::from_iter(expected));
    }
}

pub(super) async fn addresses_that_a_dry_run_would_stop_are_told_until_they_are_forgotten<
    S: Subject,
>(
    subject: &S,
) {
    let (tenant, import) = ground(subject).await;
    let other = tenant.add_import(subject, "Others").await;
    let [a, b, c] = ["a", "b", "c"].map(hash);

    let unit = tenant.begin(subject).await;
    let trace = unit.import_trace();
    let stopped = async |import: &ContactImport| {
        let stopped = trace.stopped(import.id(), &[c, b, a]).await;
        stopped.unwrap()
    };
    trace.meet(import.id(), &[c], NOW).await.unwrap();
    for addresses in [&[b, a][..], &[a], &[]] {
        trace.stop(import.id(), addresses, NOW).await.unwrap();
    }
    assert_eq!(stopped(&import).await, BTreeSet::from([a, b]));
    assert_eq!(stopped(&other).await, BTreeSet::new());
    let none = trace.stopped(import.id(), &[]).await.unwrap();
    assert_eq!(none, BTreeSet::new());
    // To be stopped is not to be met.
    let met = trace.meet(import.id(), &[a], NOW).await.unwrap();
    assert_eq!(met, BTreeSet::from([a]));
    for expected in [3, 1, 0] {
        let gone = trace.forget_met(import.id(), 3).await.unwrap();
        assert_eq!(gone, expected);
    }
    assert_eq!(stopped(&import).await, BTreeSet::new());
}

pub(super) async fn what_a_file_was_found_to_be_is_forgotten_in_slices<S: Subject>(subject: &S) {
    let (tenant, import) = ground(subject).await;
    let other = tenant.add_import(subject, "Others").await;

    let unit = tenant.begin(subject).await;
    let trace = unit.import_trace();
    for import in [&import, &other] {
        let rejected = [2, 3, 4].map(rejection);
        trace.reject(import.id(), &rejected, NOW).await.unwrap();
        let met = ["a", "b", "c"].map(hash);
        trace.meet(import.id(), &met, NOW).await.unwrap();
    }

    for expected in [2, 1, 0] {
        let gone = trace.forget_rejections(import.id(), 2).await.unwrap();
        assert_eq!(gone, expected);
        let gone = trace.forget_met(import.id(), 2).await.unwrap();
        assert_eq!(gone, expected);
    }
    let left = trace.forget_rejections(other.id(), 9).await.unwrap();
    assert_eq!(left, 3);
    assert_eq!(trace.forget_met(other.id(), 9).await.unwrap(), 3);
}

pub(super) async fn what_a_file_was_found_to_be_is_forgotten<S: Subject>(subject: &S) {
    let (tenant, import) = ground(subject).await;
    let other = tenant.add_import(subject, "Others").await;

    let unit = tenant.begin(subject).await;
    let trace = unit.import_trace();
    for import in [&import, &other] {
        trace
            .reject(import.id(), &[rejection(2)], NOW)
            .await
            .unwrap();
        trace.meet(import.id(), &[hash("a")], NOW).await.unwrap();
    }
    forget(trace, &import).await;

    let rejections = async |import| trace.rejections_behind(import, 0, 10, ALL).await.unwrap();
    assert_eq!(rejections(import.id()).await, []);
    assert_eq!(rejections(other.id()).await, [rejection(2)]);
    let met = trace.meet(import.id(), &[hash("a")], NOW).await.unwrap();
    assert_eq!(met.len(), 1);
    let met = trace.meet(other.id(), &[hash("a")], NOW).await.unwrap();
    assert_eq!(met.len(), 0);
}
