//! `OrganizationRepository`

use kernel::{Patch, Version};
use time::Duration;

use super::Subject;
use super::tenant::{NOW, Tenant};
use crate::{OrganizationChange, TenancyError};

/// The cases of organizations.
#[macro_export]
macro_rules! for_each_organization_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            an_organization_is_found_as_it_was_inserted,
            a_change_is_found_again,
            a_stale_change_is_refused_and_the_unit_stays_usable,
            a_deleted_organization_is_still_found,
            an_organization_is_not_found_in_another_scope,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_organization_case!([kernel::dispatch_contract_case] name subject);
}

mod cases {
    use super::{Duration, NOW, OrganizationChange, Patch, Subject, TenancyError, Tenant, Version};

    pub(super) async fn an_organization_is_found_as_it_was_inserted<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;

        let unit = tenant.begin(subject).await;
        assert_eq!(
            unit.organizations().find().await.unwrap(),
            Some(tenant.organization)
        );
    }

    pub(super) async fn a_change_is_found_again<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let mut changed = tenant.organization.clone();
        let mut change = OrganizationChange {
            name: Patch::Set("Łódź & Söhne".parse().unwrap()),
            domain: Patch::Set(Some("example.com".parse().unwrap())),
            ..OrganizationChange::default()
        };
        change.settings.timezone = Patch::Set("Europe/Warsaw".parse().unwrap());
        change.settings.privacy_url =
            Patch::Set(Some("https://example.com/privacy".parse().unwrap()));
        changed.change(&change, NOW + Duration::microseconds(1), None);

        let unit = tenant.begin(subject).await;
        unit.organizations()
            .update(&changed, Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.organizations().find().await.unwrap(), Some(changed));
    }

    pub(super) async fn a_stale_change_is_refused_and_the_unit_stays_usable<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let mut changed = tenant.organization.clone();
        changed.change(&OrganizationChange::default(), NOW, None);

        let unit = tenant.begin(subject).await;
        let refused = unit
            .organizations()
            .update(&changed, Version::from_number(7))
            .await;
        assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
        unit.organizations()
            .update(&changed, Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn a_deleted_organization_is_still_found<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let mut deleted = tenant.organization.clone();
        deleted.delete(NOW, Some(tenant.owner.id()));
        let unit = tenant.begin(subject).await;
        unit.organizations()
            .update(&deleted, Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.organizations().find().await.unwrap(), Some(deleted));
    }

    pub(super) async fn an_organization_is_not_found_in_another_scope<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);

        let unit = other.begin(subject).await;
        assert_ne!(
            unit.organizations().find().await.unwrap().map(|o| o.id()),
            Some(tenant.organization.id())
        );
        let unit = subject
            .store()
            .begin(&super::super::tenant::platform_scope())
            .await
            .unwrap();
        assert_eq!(unit.organizations().find().await.unwrap(), None);
    }
}
