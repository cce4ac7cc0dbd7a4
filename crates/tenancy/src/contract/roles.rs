//! `RoleRepository`

use kernel::{PageLimit, PageRequest, Stamps, Version};

use super::Subject;
use super::tenant::{NOW, Tenant};
use crate::{Permission, Role, RoleTemplate, TenancyError};

/// The cases of roles.
#[macro_export]
macro_rules! for_each_role_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_role_is_found_as_it_was_inserted,
            a_second_role_of_the_same_name_is_refused_and_the_unit_stays_usable,
            the_name_of_a_deleted_role_is_free,
            a_change_of_name_and_permissions_is_found_again,
            a_role_cannot_take_the_name_of_another,
            a_stale_change_of_a_role_is_refused_and_the_unit_stays_usable,
            a_deleted_role_is_not_found_and_not_listed,
            roles_are_listed_page_by_page_without_gap_or_repetition,
            a_role_is_in_use_while_a_living_member_has_it,
            other_tenants_see_no_role,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_role_case!([kernel::dispatch_contract_case] name subject);
}

async fn insert<S: Subject>(subject: &S, tenant: &Tenant, role: &Role) {
    let unit = tenant.begin(subject).await;
    unit.roles().insert(role).await.unwrap();
    unit.commit().await.unwrap();
}

fn renamed(role: &Role, name: &str) -> Role {
    let mut role = role.clone();
    let description = role.state().description.clone();
    role.change(
        name.parse().unwrap(),
        description,
        [Permission::RoleView].into_iter().collect(),
        NOW,
        None,
    )
    .unwrap();
    role
}

mod cases {
    use super::{
        NOW, PageLimit, PageRequest, Role, RoleTemplate, Stamps, Subject, TenancyError, Tenant,
        Version, insert, renamed,
    };

    pub(super) async fn a_role_is_found_as_it_was_inserted<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let role = tenant.a_role("Closer");
        insert(subject, &tenant, &role).await;

        let unit = tenant.begin(subject).await;
        assert_eq!(
            unit.roles()
                .find_for_grant(role.state().id)
                .await
                .unwrap()
                .as_ref(),
            Some(&role)
        );
        assert_eq!(
            unit.roles().find(role.state().id).await.unwrap(),
            Some(role)
        );
        assert_eq!(
            unit.roles()
                .find(tenant.roles[0].state().id)
                .await
                .unwrap()
                .as_ref(),
            Some(&tenant.roles[0])
        );
    }

    pub(super) async fn a_second_role_of_the_same_name_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        insert(subject, &tenant, &tenant.a_role("Closer")).await;

        let unit = tenant.begin(subject).await;
        let refused = unit.roles().insert(&tenant.a_role("CLOSER")).await;
        assert!(
            matches!(refused, Err(TenancyError::RoleNameTaken)),
            "{refused:?}"
        );
        let other = tenant.a_role("Opener");
        unit.roles().insert(&other).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(
            unit.roles().find(other.state().id).await.unwrap(),
            Some(other)
        );
    }

    pub(super) async fn the_name_of_a_deleted_role_is_free<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let mut role = tenant.a_role("Closer");
        insert(subject, &tenant, &role).await;
        role.delete(NOW, None).unwrap();

        let unit = tenant.begin(subject).await;
        unit.roles().update(&role, Version::FIRST).await.unwrap();
        unit.roles().insert(&tenant.a_role("Closer")).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn a_change_of_name_and_permissions_is_found_again<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let role = tenant.a_role("Closer");
        insert(subject, &tenant, &role).await;
        let changed = renamed(&role, "closer");

        let unit = tenant.begin(subject).await;
        unit.roles().update(&changed, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(
            unit.roles().find(role.state().id).await.unwrap(),
            Some(changed)
        );
    }

    pub(super) async fn a_role_cannot_take_the_name_of_another<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let role = tenant.a_role("Closer");
        insert(subject, &tenant, &role).await;

        let unit = tenant.begin(subject).await;
        let refused = unit
            .roles()
            .update(&renamed(&role, "Viewer"), Version::FIRST)
            .await;
        assert!(
            matches!(refused, Err(TenancyError::RoleNameTaken)),
            "{refused:?}"
        );
    }

    pub(super) async fn a_stale_change_of_a_role_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let role = tenant.a_role("Closer");
        insert(subject, &tenant, &role).await;
        let changed = renamed(&role, "Opener");

        let unit = tenant.begin(subject).await;
        let refused = unit.roles().update(&changed, Version::from_number(2)).await;
        assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
        unit.roles().update(&changed, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn a_deleted_role_is_not_found_and_not_listed<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let mut role = tenant.a_role("Closer");
        insert(subject, &tenant, &role).await;
        role.delete(NOW, None).unwrap();
        let unit = tenant.begin(subject).await;
        unit.roles().update(&role, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.roles().find(role.state().id).await.unwrap(), None);
        let granted = unit.roles().find_for_grant(role.state().id).await.unwrap();
        assert_eq!(granted, None);
        let listed = unit.roles().list(&PageRequest::first()).await.unwrap();
        assert_eq!(listed.items, tenant.roles);
    }

    pub(super) async fn roles_are_listed_page_by_page_without_gap_or_repetition<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let unit = tenant.begin(subject).await;
        let mut page = PageRequest {
            limit: PageLimit::new(4).unwrap(),
            after: None,
        };

        let first = unit.roles().list(&page).await.unwrap();
        page.after.clone_from(&first.next);
        let second = unit.roles().list(&page).await.unwrap();

        assert_eq!(
            (first.items.len(), second.items.len(), second.next),
            (4, 2, None)
        );
        assert_eq!([first.items, second.items].concat(), tenant.roles);
    }

    pub(super) async fn a_role_is_in_use_while_a_living_member_has_it<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (_, mut membership) = tenant.add_member(subject, RoleTemplate::Viewer).await;
        let role = membership.state().role;
        let unit = tenant.begin(subject).await;
        assert!(unit.roles().is_in_use(role, NOW).await.unwrap());

        membership.end(NOW, None);
        unit.memberships()
            .update(&membership, Version::FIRST)
            .await
            .unwrap();
        assert!(!unit.roles().is_in_use(role, NOW).await.unwrap());
    }

    pub(super) async fn other_tenants_see_no_role<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let role = &tenant.roles[0];

        let unit = other.begin(subject).await;
        assert_eq!(unit.roles().find(role.state().id).await.unwrap(), None);
        let granted = unit.roles().find_for_grant(role.state().id).await.unwrap();
        assert_eq!(granted, None);
        assert_eq!(
            unit.roles()
                .list(&PageRequest::first())
                .await
                .unwrap()
                .items,
            other.roles
        );
        assert!(!unit.roles().is_in_use(role.state().id, NOW).await.unwrap());
        let stolen = Role::restore(crate::RoleState {
            stamps: Stamps::new(NOW, None),
            ..tenant.a_role("Thief").state().clone()
        });
        let refused = unit.roles().update(&stolen, Version::FIRST).await;
        assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
    }
}
