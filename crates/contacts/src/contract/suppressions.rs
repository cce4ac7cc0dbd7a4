//! `SuppressionRepository`

use kernel::SuppressionId;

use super::Subject;
use super::tenant::{Tenant, all_pages, hash, id};
use crate::{Suppression, SuppressionReason};

/// The cases of suppressions.
#[macro_export]
macro_rules! for_each_suppression_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_suppression_is_found_again,
            the_same_reason_from_the_same_source_is_kept_once,
            suppressions_are_found_by_their_addresses,
            suppressions_are_listed_page_by_page_by_reason,
            a_removed_suppression_is_gone,
            other_tenants_see_no_suppression,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_suppression_case!([kernel::dispatch_contract_case] name subject);
}

mod cases {
    use super::{
        Subject, Suppression, SuppressionId, SuppressionReason, Tenant, all_pages, hash, id,
    };
    use SuppressionReason::{Bounced, Manual, Unsubscribed};

    pub(super) async fn a_suppression_is_found_again<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let suppression = tenant.a_suppression("ada@example.com", Bounced);
        tenant
            .suppress(subject, std::slice::from_ref(&suppression))
            .await;

        let unit = tenant.begin(subject).await;
        let find = async |id| unit.suppressions().find(id).await.unwrap();
        assert_eq!(find(suppression.id()).await, Some(suppression));
        assert_eq!(find(id(SuppressionId::from_uuid)).await, None);
    }

    pub(super) async fn the_same_reason_from_the_same_source_is_kept_once<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let first = tenant.a_suppression("ada@example.com", Bounced);
        tenant.suppress(subject, std::slice::from_ref(&first)).await;
        let again = tenant.a_suppression("ada@example.com", Bounced);
        let other = tenant.a_suppression("ada@example.com", Manual);
        let twice = tenant.a_suppression("ada@example.com", Manual);

        let unit = tenant.begin(subject).await;
        let suppressions = unit.suppressions();
        let added = suppressions
            .insert_many(&[again, other.clone(), twice])
            .await
            .unwrap();
        assert_eq!(added, [other.id()]);
        assert_eq!(suppressions.insert_many(&[]).await.unwrap(), []);
        let address = [hash("ada@example.com")];
        let found = suppressions.find_by_addresses(&address).await.unwrap();
        assert_eq!(found, [first, other]);
    }

    pub(super) async fn suppressions_are_found_by_their_addresses<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let [a, b, c] = ["a", "b", "c"].map(|name| tenant.a_suppression(name, Unsubscribed));
        tenant
            .suppress(subject, &[c.clone(), a.clone(), b.clone()])
            .await;

        let unit = tenant.begin(subject).await;
        let suppressions = unit.suppressions();
        let found = suppressions
            .find_by_addresses(&[hash("c"), hash("x"), hash("a")])
            .await
            .unwrap();
        assert_eq!(found, [a, c]);
        assert_eq!(suppressions.find_by_addresses(&[]).await.unwrap(), []);
    }

    pub(super) async fn suppressions_are_listed_page_by_page_by_reason<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let all = (0..9)
            .map(|n| tenant.a_suppression(&n.to_string(), [Bounced, Manual][n % 2]))
            .collect::<Vec<_>>();
        tenant.suppress(subject, &all).await;

        let unit = tenant.begin(subject).await;
        for reason in [None, Some(Bounced), Some(Manual), Some(Unsubscribed)] {
            let seen = all_pages(async |page| unit.suppressions().list(reason, &page).await).await;
            let fits = |s: &&Suppression| reason.is_none_or(|r| s.state().reason == r);
            let expected = all.iter().filter(fits).cloned().collect::<Vec<_>>();
            assert_eq!(seen, expected);
        }
    }

    pub(super) async fn a_removed_suppression_is_gone<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let suppression = tenant.a_suppression("ada@example.com", Manual);
        tenant
            .suppress(subject, std::slice::from_ref(&suppression))
            .await;

        let unit = tenant.begin(subject).await;
        assert!(unit.suppressions().remove(suppression.id()).await.unwrap());
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let suppressions = unit.suppressions();
        assert!(!suppressions.remove(suppression.id()).await.unwrap());
        assert_eq!(suppressions.find(suppression.id()).await.unwrap(), None);
    }

    pub(super) async fn other_tenants_see_no_suppression<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let suppression = tenant.a_suppression("ada@example.com", Manual);
        tenant
            .suppress(subject, std::slice::from_ref(&suppression))
            .await;

        let unit = other.begin(subject).await;
        let suppressions = unit.suppressions();
        assert_eq!(suppressions.find(suppression.id()).await.unwrap(), None);
        let address = [hash("ada@example.com")];
        assert_eq!(suppressions.find_by_addresses(&address).await.unwrap(), []);
        assert!(!suppressions.remove(suppression.id()).await.unwrap());
        let seen = all_pages(async |page| suppressions.list(None, &page).await).await;
        assert_eq!(seen, []);
        let theirs = other.a_suppression("ada@example.com", Manual);
        let added = suppressions
            .insert_many(std::slice::from_ref(&theirs))
            .await;
        assert_eq!(added.unwrap(), [theirs.id()]);
    }
}
