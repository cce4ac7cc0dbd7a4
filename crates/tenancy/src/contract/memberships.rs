//! `MembershipRepository`

use kernel::{PageLimit, PageRequest, Version};

use super::Subject;
use super::tenant::{NOW, Tenant, a_user};
use crate::{RoleTemplate, TenancyError, UserStatus};

/// The cases of memberships.
#[macro_export]
macro_rules! for_each_membership_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_membership_is_found_by_id_and_by_user,
            a_second_living_membership_is_refused_and_the_unit_stays_usable,
            somebody_who_left_can_come_back,
            a_change_of_role_is_found_again,
            a_stale_change_of_a_membership_is_refused_and_the_unit_stays_usable,
            memberships_are_listed_page_by_page_without_gap_or_repetition,
            only_living_owners_are_counted,
            an_authorization_tells_role_rights_and_status,
            who_left_or_never_came_has_no_authorization,
            other_tenants_see_no_membership,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_membership_case!([kernel::dispatch_contract_case] name subject);
}

mod cases {
    use super::{
        NOW, PageLimit, PageRequest, RoleTemplate, Subject, TenancyError, Tenant, UserStatus,
        Version, a_user,
    };

    pub(super) async fn a_membership_is_found_by_id_and_by_user<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (user, membership) = tenant.add_member(subject, RoleTemplate::Member).await;

        let unit = tenant.begin(subject).await;
        assert_eq!(
            unit.memberships()
                .find(membership.state().id)
                .await
                .unwrap()
                .as_ref(),
            Some(&membership)
        );
        assert_eq!(
            unit.memberships().find_by_user(user.id()).await.unwrap(),
            Some(membership)
        );
        assert_eq!(
            unit.memberships()
                .find_by_user(a_user().id())
                .await
                .unwrap(),
            None
        );
    }

    pub(super) async fn a_second_living_membership_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let second = tenant.membership_of(tenant.owner.id(), RoleTemplate::Viewer);

        let unit = tenant.begin(subject).await;
        let refused = unit.memberships().insert(&second).await;
        assert!(
            matches!(refused, Err(TenancyError::AlreadyMember)),
            "{refused:?}"
        );
        assert!(
            unit.memberships()
                .find(tenant.membership.state().id)
                .await
                .unwrap()
                .is_some()
        );
        unit.commit().await.unwrap();
    }

    pub(super) async fn somebody_who_left_can_come_back<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (user, mut membership) = tenant.add_member(subject, RoleTemplate::Member).await;
        membership.end(NOW, None);
        let again = tenant.membership_of(user.id(), RoleTemplate::Viewer);

        let unit = tenant.begin(subject).await;
        unit.memberships()
            .update(&membership, Version::FIRST)
            .await
            .unwrap();
        unit.memberships().insert(&again).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(
            unit.memberships()
                .find(membership.state().id)
                .await
                .unwrap(),
            None
        );
        assert_eq!(
            unit.memberships().find_by_user(user.id()).await.unwrap(),
            Some(again)
        );
    }

    pub(super) async fn a_change_of_role_is_found_again<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (user, mut membership) = tenant.add_member(subject, RoleTemplate::Member).await;
        membership.change_role(tenant.roles[1].state().id, NOW, Some(tenant.owner.id()));

        let unit = tenant.begin(subject).await;
        unit.memberships()
            .update(&membership, Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(
            unit.memberships().find_by_user(user.id()).await.unwrap(),
            Some(membership)
        );
    }

    pub(super) async fn a_stale_change_of_a_membership_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let mut membership = tenant.membership.clone();
        membership.change_role(tenant.roles[1].state().id, NOW, None);

        let unit = tenant.begin(subject).await;
        let refused = unit
            .memberships()
            .update(&membership, Version::from_number(9))
            .await;
        assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
        unit.memberships()
            .update(&membership, Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn memberships_are_listed_page_by_page_without_gap_or_repetition<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let mut all = vec![tenant.membership.clone()];
        for _ in 0..4 {
            all.push(tenant.add_member(subject, RoleTemplate::Member).await.1);
        }
        let unit = tenant.begin(subject).await;
        let mut page = PageRequest {
            limit: PageLimit::new(2).unwrap(),
            after: None,
        };

        let mut seen = Vec::new();
        loop {
            let part = unit.memberships().list(&page).await.unwrap();
            seen.extend(part.items);
            let Some(next) = part.next else { break };
            page.after = Some(next);
        }
        assert_eq!(seen, all);
    }

    pub(super) async fn only_living_owners_are_counted<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        tenant.add_member(subject, RoleTemplate::Admin).await;
        let (_, mut second) = tenant.add_member(subject, RoleTemplate::Owner).await;
        let unit = tenant.begin(subject).await;
        assert_eq!(
            unit.memberships().count_owners_for_update().await.unwrap(),
            2
        );

        second.end(NOW, None);
        unit.memberships()
            .update(&second, Version::FIRST)
            .await
            .unwrap();
        assert_eq!(
            unit.memberships().count_owners_for_update().await.unwrap(),
            1
        );
    }

    pub(super) async fn an_authorization_tells_role_rights_and_status<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (user, membership) = tenant.add_member(subject, RoleTemplate::Consultant).await;
        let unit = tenant.begin(subject).await;

        let found = unit
            .memberships()
            .find_authorization(user.id())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.membership, membership.state().id);
        assert_eq!(found.role, membership.state().role);
        assert_eq!(found.template, Some(RoleTemplate::Consultant));
        assert_eq!(found.permissions, RoleTemplate::Consultant.permissions());
        assert_eq!(found.user_status, UserStatus::Active);
        assert!(!found.organization_deleted);

        let mut deleted = tenant.organization.clone();
        deleted.delete(NOW, None);
        unit.organizations()
            .update(&deleted, Version::FIRST)
            .await
            .unwrap();
        let found = unit
            .memberships()
            .find_authorization(user.id())
            .await
            .unwrap()
            .unwrap();
        assert!(found.organization_deleted);
    }

    pub(super) async fn who_left_or_never_came_has_no_authorization<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (user, mut membership) = tenant.add_member(subject, RoleTemplate::Member).await;
        membership.end(NOW, None);
        let unit = tenant.begin(subject).await;
        unit.memberships()
            .update(&membership, Version::FIRST)
            .await
            .unwrap();

        assert_eq!(
            unit.memberships()
                .find_authorization(user.id())
                .await
                .unwrap(),
            None
        );
        assert_eq!(
            unit.memberships()
                .find_authorization(a_user().id())
                .await
                .unwrap(),
            None
        );
    }

    pub(super) async fn other_tenants_see_no_membership<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let mut membership = tenant.membership.clone();

        let unit = other.begin(subject).await;
        assert_eq!(
            unit.memberships()
                .find(membership.state().id)
                .await
                .unwrap(),
            None
        );
        assert_eq!(
            unit.memberships()
                .find_by_user(tenant.owner.id())
                .await
                .unwrap(),
            None
        );
        assert_eq!(
            unit.memberships()
                .find_authorization(tenant.owner.id())
                .await
                .unwrap(),
            None
        );
        let listed = unit
            .memberships()
            .list(&PageRequest::first())
            .await
            .unwrap();
        assert_eq!(listed.items, vec![other.membership.clone()]);
        assert_eq!(
            unit.memberships().count_owners_for_update().await.unwrap(),
            1
        );
        membership.end(NOW, None);
        let refused = unit.memberships().update(&membership, Version::FIRST).await;
        assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
    }
}
