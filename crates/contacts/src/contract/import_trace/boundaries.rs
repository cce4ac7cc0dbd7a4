//! What others see of an import.

use std::collections::BTreeSet;

use super::{ALL, forget, ground, rejection, touch};
use crate::contract::Subject;
use crate::contract::tenant::{NOW, Tenant, all_pages, hash};
use crate::{LeftContact, LeftReason};

pub(super) async fn other_tenants_see_nothing_of_an_import<S: Subject>(subject: &S) {
    let (tenant, import) = ground(subject).await;
    let other = Tenant::found(subject).await;
    let made = tenant.a_contact_of_import(&import, "a@example.com");
    let met = tenant.a_contact("b@example.com");
    tenant.add(subject, &[made.clone(), met.clone()]).await;
    tenant.add_list(subject, "Others", &[&met]).await;
    let left = LeftContact {
        contact: met.id(),
        reason: LeftReason::Changed,
        fields: Vec::new(),
    };
    let unit = tenant.begin(subject).await;
    let trace = unit.import_trace();
    trace
        .reject(import.id(), &[rejection(2)], NOW)
        .await
        .unwrap();
    trace
        .touch(import.id(), &[touch(met.id())], NOW)
        .await
        .unwrap();
    trace.meet(import.id(), &[hash("a")], NOW).await.unwrap();
    trace.leave(import.id(), &[left], NOW).await.unwrap();
    unit.commit().await.unwrap();

    let unit = other.begin(subject).await;
    let trace = unit.import_trace();
    let rejections = trace
        .rejections_behind(import.id(), 0, 10, ALL)
        .await
        .unwrap();
    assert_eq!(rejections, []);
    let rejections = trace
        .rejections_in_short(import.id(), 0, 10, 9)
        .await
        .unwrap();
    assert_eq!(rejections, []);
    let met_by_it = trace.touches_behind(import.id(), None, 10).await.unwrap();
    assert_eq!(met_by_it, []);
    let touched = trace.touched(import.id(), &[met.id()]).await.unwrap();
    assert_eq!(touched, BTreeSet::new());
    let found = trace.made_behind(import.id(), None, 10).await.unwrap();
    assert_eq!(found, []);
    let found = trace
        .on_other_lists(import.id(), &[made.id(), met.id()])
        .await
        .unwrap();
    assert_eq!(found, BTreeSet::new());
    let seen = all_pages(async |page| trace.left(import.id(), &page).await).await;
    assert_eq!(seen, []);
    forget(trace, &import).await;
    assert_eq!(trace.forget_left(import.id(), 9).await.unwrap(), 0);
    unit.commit().await.unwrap();

    let unit = tenant.begin(subject).await;
    let trace = unit.import_trace();
    let seen = all_pages(async |page| trace.left(import.id(), &page).await).await;
    assert_eq!(seen.len(), 1);
    let rejections = trace
        .rejections_behind(import.id(), 0, 10, ALL)
        .await
        .unwrap();
    assert_eq!(rejections, [rejection(2)]);
    let again = trace.meet(import.id(), &[hash("a")], NOW).await.unwrap();
    assert_eq!(again, BTreeSet::new());
}
