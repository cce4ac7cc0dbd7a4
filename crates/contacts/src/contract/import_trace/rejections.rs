//! Rows that were refused.

use super::{ALL, ground, rejection};
use crate::contract::Subject;
use crate::contract::tenant::NOW;
use crate::{Rejection, RejectionCode};

pub(super) async fn rejections_are_read_in_the_order_of_the_file<S: Subject>(subject: &S) {
    let (tenant, import) = ground(subject).await;
    let other = tenant.add_import(subject, "Others").await;
    let unit = tenant.begin(subject).await;
    let trace = unit.import_trace();
    let rows = [9, 2, 4, 3].map(rejection);
    trace.reject(import.id(), &rows, NOW).await.unwrap();
    trace
        .reject(import.id(), &[rejection(12)], NOW)
        .await
        .unwrap();
    trace
        .reject(other.id(), &[rejection(5)], NOW)
        .await
        .unwrap();
    trace.reject(other.id(), &[], NOW).await.unwrap();

    let behind = async |line, limit| {
        let found = trace.rejections_behind(import.id(), line, limit, ALL).await;
        found.unwrap()
    };
    assert_eq!(behind(0, 10).await, [2, 3, 4, 9, 12].map(rejection));
    assert_eq!(behind(3, 2).await, [4, 9].map(rejection));
    assert_eq!(behind(12, 10).await, []);
}

pub(super) async fn rejections_are_read_as_far_as_there_is_room_for_them<S: Subject>(subject: &S) {
    let (tenant, import) = ground(subject).await;
    let unit = tenant.begin(subject).await;
    let trace = unit.import_trace();
    let long = |line| Rejection {
        original: "ä".repeat(50),
        ..rejection(line)
    };
    trace
        .reject(import.id(), &[2, 3, 4].map(long), NOW)
        .await
        .unwrap();

    let lines = async |behind, limit, bytes| {
        let found = trace.rejections_behind(import.id(), behind, limit, bytes);
        let found = found.await.unwrap().into_iter();
        found.map(|row| row.line).collect::<Vec<_>>()
    };
    assert_eq!(lines(0, 10, 301).await, [2, 3, 4]);
    assert_eq!(lines(0, 10, 201).await, [2, 3, 4]);
    assert_eq!(lines(0, 10, 200).await, [2, 3]);
    assert_eq!(lines(2, 10, 100).await, [3]);
    assert_eq!(lines(0, 10, 1).await, [2], "one at least");
    assert_eq!(lines(0, 1, ALL).await, [2]);
}

pub(super) async fn rejections_are_read_in_short<S: Subject>(subject: &S) {
    let (tenant, import) = ground(subject).await;
    let unit = tenant.begin(subject).await;
    let trace = unit.import_trace();
    let long = Rejection {
        original: "äöü".to_owned(),
        ..rejection(3)
    };
    let rows = [rejection(2), long.clone(), rejection(4)];
    trace.reject(import.id(), &rows, NOW).await.unwrap();

    let short = async |behind, limit, characters| {
        let found = trace.rejections_in_short(import.id(), behind, limit, characters);
        found.await.unwrap()
    };
    let cut = Rejection {
        original: "äö".to_owned(),
        ..long
    };
    assert_eq!(short(2, 1, 2).await, [cut]);
    assert_eq!(short(0, 9, 1_000).await, rows);
    assert_eq!(short(4, 9, 2).await, []);
}

pub(super) async fn a_row_is_rejected_once<S: Subject>(subject: &S) {
    let (tenant, import) = ground(subject).await;
    let again = Rejection {
        code: RejectionCode::TooManyAttributes,
        ..rejection(2)
    };
    let unit = tenant.begin(subject).await;
    let trace = unit.import_trace();
    trace
        .reject(import.id(), &[rejection(2)], NOW)
        .await
        .unwrap();
    trace.reject(import.id(), &[again], NOW).await.unwrap();

    let found = trace
        .rejections_behind(import.id(), 0, 10, ALL)
        .await
        .unwrap();
    assert_eq!(found, [rejection(2)]);
}
