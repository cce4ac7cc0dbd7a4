//! `Directory`

use super::Subject;
use super::tenant::{NOW, Tenant, a_slug, a_user, id, platform_scope};
use crate::TenancyError;

/// The cases of the directory.
#[macro_export]
macro_rules! for_each_directory_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_slug_leads_to_its_organization_in_any_scope,
            a_taken_slug_is_refused_and_the_unit_stays_usable,
            claiming_ones_own_slug_again_is_no_conflict,
            a_released_slug_is_free_and_only_its_holder_can_release_it,
            a_domain_is_claimed_found_and_released_like_a_slug,
            a_request_key_leads_to_the_organization_that_it_made,
            the_organizations_of_a_user_are_listed_in_the_order_of_their_ids,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_directory_case!([kernel::dispatch_contract_case] name subject);
}

mod cases {
    use super::{NOW, Subject, TenancyError, Tenant, a_slug, a_user, id, platform_scope};

    pub(super) async fn a_slug_leads_to_its_organization_in_any_scope<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let slug = &tenant.organization.state().slug;

        for scope in [tenant.scope.clone(), other.scope.clone(), platform_scope()] {
            let unit = subject.store().begin(&scope).await.unwrap();
            let found = unit
                .directory()
                .find_organization_by_slug(slug)
                .await
                .unwrap();
            assert_eq!(found, Some(tenant.organization.id()));
            assert_eq!(
                unit.directory()
                    .find_organization_by_slug(&a_slug())
                    .await
                    .unwrap(),
                None
            );
        }
    }

    pub(super) async fn a_taken_slug_is_refused_and_the_unit_stays_usable<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let free = a_slug();

        let unit = other.begin(subject).await;
        let refused = unit
            .directory()
            .claim_slug(&tenant.organization.state().slug, NOW)
            .await;
        assert!(
            matches!(refused, Err(TenancyError::SlugTaken)),
            "{refused:?}"
        );
        unit.directory().claim_slug(&free, NOW).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit
            .directory()
            .find_organization_by_slug(&free)
            .await
            .unwrap();
        assert_eq!(found, Some(other.organization.id()));
    }

    pub(super) async fn claiming_ones_own_slug_again_is_no_conflict<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;

        let unit = tenant.begin(subject).await;
        unit.directory()
            .claim_slug(&tenant.organization.state().slug, NOW)
            .await
            .unwrap();
    }

    pub(super) async fn a_released_slug_is_free_and_only_its_holder_can_release_it<S: Subject>(
        subject: &S,
    ) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let slug = &tenant.organization.state().slug;

        let unit = other.begin(subject).await;
        unit.directory().release_slug(slug).await.unwrap();
        unit.commit().await.unwrap();
        let unit = tenant.begin(subject).await;
        assert!(
            unit.directory()
                .find_organization_by_slug(slug)
                .await
                .unwrap()
                .is_some()
        );
        unit.directory().release_slug(slug).await.unwrap();
        unit.commit().await.unwrap();

        let unit = other.begin(subject).await;
        unit.directory().claim_slug(slug, NOW).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn a_domain_is_claimed_found_and_released_like_a_slug<S: Subject>(
        subject: &S,
    ) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let domain = format!("{}.example", a_slug()).parse().unwrap();

        let unit = tenant.begin(subject).await;
        unit.directory().claim_domain(&domain, NOW).await.unwrap();
        unit.commit().await.unwrap();
        let unit = other.begin(subject).await;
        let refused = unit.directory().claim_domain(&domain, NOW).await;
        assert!(
            matches!(refused, Err(TenancyError::DomainTaken)),
            "{refused:?}"
        );
        let found = unit
            .directory()
            .find_organization_by_domain(&domain)
            .await
            .unwrap();
        assert_eq!(found, Some(tenant.organization.id()));
        drop(unit);

        let unit = tenant.begin(subject).await;
        unit.directory().release_domain(&domain).await.unwrap();
        assert_eq!(
            unit.directory()
                .find_organization_by_domain(&domain)
                .await
                .unwrap(),
            None
        );
    }

    pub(super) async fn a_request_key_leads_to_the_organization_that_it_made<S: Subject>(
        subject: &S,
    ) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let mut key = [7; 32];
        key[..16].copy_from_slice(id(std::convert::identity).as_bytes());

        let unit = tenant.begin(subject).await;
        assert!(unit.directory().claim_request(&key, NOW).await.unwrap());
        unit.commit().await.unwrap();
        let unit = other.begin(subject).await;
        assert!(!unit.directory().claim_request(&key, NOW).await.unwrap());
        let found = unit
            .directory()
            .find_organization_by_request(&key)
            .await
            .unwrap();
        assert_eq!(found, Some(tenant.organization.id()));
        unit.directory().release_request(&key).await.unwrap();
        assert!(
            unit.directory()
                .find_organization_by_request(&key)
                .await
                .unwrap()
                .is_some()
        );
        drop(unit);

        let unit = tenant.begin(subject).await;
        unit.directory().release_request(&key).await.unwrap();
        assert_eq!(
            unit.directory()
                .find_organization_by_request(&key)
                .await
                .unwrap(),
            None
        );
    }

    pub(super) async fn the_organizations_of_a_user_are_listed_in_the_order_of_their_ids<
        S: Subject,
    >(
        subject: &S,
    ) {
        let (first, second) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let user = first.owner.id();
        let unit = second.begin(subject).await;
        unit.directory().add_member(user, NOW).await.unwrap();
        unit.directory().add_member(user, NOW).await.unwrap();
        unit.commit().await.unwrap();

        let unit = subject.store().begin(&platform_scope()).await.unwrap();
        let listed = unit.directory().list_organizations_of(user).await.unwrap();
        assert_eq!(listed, [first.organization.id(), second.organization.id()]);
        assert_eq!(
            unit.directory()
                .list_organizations_of(a_user().id())
                .await
                .unwrap(),
            []
        );
        drop(unit);

        let unit = second.begin(subject).await;
        unit.directory().remove_member(user).await.unwrap();
        assert_eq!(
            unit.directory().list_organizations_of(user).await.unwrap(),
            [first.organization.id()]
        );
    }
}
