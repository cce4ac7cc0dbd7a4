//! `MembershipRepository`

use kernel::{PageLimit, PageRequest, Version};

use super::Subject;
use super::tenant::{NOW, Tenant, a_user};
use crate::ports::MemberFilter;
use crate::{MemberCard, Membership, RoleTemplate, TenancyError, User, UserStatus};

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
            a_card_tells_whose_a_membership_is_and_what_the_role_is_called,
            cards_are_listed_page_by_page_and_by_role,
            who_left_has_no_card,
            only_living_owners_are_counted,
            an_authorization_tells_role_rights_and_status,
            who_left_or_never_came_has_no_authorization,
            an_authorization_that_is_held_is_the_same,
            other_tenants_see_no_membership,
            other_tenants_see_no_card,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_membership_case!([kernel::dispatch_contract_case] name subject);
}

fn card(user: &User, membership: &Membership, template: RoleTemplate) -> MemberCard {
    MemberCard {
        membership: membership.clone(),
        display_name: user.state().display_name.clone(),
        email: user.state().email.clone(),
        role_name: template.key().parse().unwrap(),
        role_template: Some(template),
    }
}

mod cases {
    use super::{
        MemberFilter, NOW, PageLimit, PageRequest, RoleTemplate, Subject, TenancyError, Tenant,
        UserStatus, Version, a_user, card,
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

    pub(super) async fn a_card_tells_whose_a_membership_is_and_what_the_role_is_called<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let (user, membership) = tenant.add_member(subject, RoleTemplate::Manager).await;
        let (other, mut custom) = tenant.add_member(subject, RoleTemplate::Member).await;
        let role = tenant.a_role("Night shift");
        custom.change_role(role.state().id, NOW, None);
        let unit = tenant.begin(subject).await;
        unit.roles().insert(&role).await.unwrap();
        unit.memberships()
            .update(&custom, Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(
            unit.memberships()
                .find_card(membership.state().id)
                .await
                .unwrap(),
            Some(card(&user, &membership, RoleTemplate::Manager))
        );
        let mut expected = card(&other, &custom, RoleTemplate::Member);
        expected.role_name = role.state().name.clone();
        expected.role_template = None;
        assert_eq!(
            unit.memberships()
                .find_card(custom.state().id)
                .await
                .unwrap(),
            Some(expected)
        );
    }

    pub(super) async fn cards_are_listed_page_by_page_and_by_role<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let mut members = Vec::new();
        for template in [
            RoleTemplate::Member,
            RoleTemplate::Viewer,
            RoleTemplate::Member,
            RoleTemplate::Member,
        ] {
            let (user, membership) = tenant.add_member(subject, template).await;
            members.push(card(&user, &membership, template));
        }
        let of_role = MemberFilter {
            role: Some(members[0].membership.state().role),
        };
        let unit = tenant.begin(subject).await;

        for (filter, first) in [(&MemberFilter::default(), true), (&of_role, false)] {
            let mut page = PageRequest {
                limit: PageLimit::new(2).unwrap(),
                after: None,
            };
            let mut seen = Vec::new();
            loop {
                let part = unit.memberships().list_cards(filter, &page).await.unwrap();
                seen.extend(part.items);
                let Some(next) = part.next else { break };
                page.after = Some(next);
            }
            let mut expected = members.clone();
            if first {
                let owner = card(&tenant.owner, &tenant.membership, RoleTemplate::Owner);
                expected.insert(0, owner);
            } else {
                expected.remove(1);
            }
            assert_eq!(seen, expected);
        }
    }

    pub(super) async fn who_left_has_no_card<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (_, mut membership) = tenant.add_member(subject, RoleTemplate::Member).await;
        membership.end(NOW, None);
        let unit = tenant.begin(subject).await;
        unit.memberships()
            .update(&membership, Version::FIRST)
            .await
            .unwrap();

        let id = membership.state().id;
        assert_eq!(unit.memberships().find_card(id).await.unwrap(), None);
        let listed = unit
            .memberships()
            .list_cards(&MemberFilter::default(), &PageRequest::first())
            .await
            .unwrap();
        let owner = card(&tenant.owner, &tenant.membership, RoleTemplate::Owner);
        assert_eq!(listed.items, [owner]);
    }

    pub(super) async fn other_tenants_see_no_card<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let unit = other.begin(subject).await;

        let id = tenant.membership.state().id;
        assert_eq!(unit.memberships().find_card(id).await.unwrap(), None);
        let of_foreign_role = MemberFilter {
            role: Some(tenant.membership.state().role),
        };
        for (filter, expected) in [(MemberFilter::default(), 1), (of_foreign_role, 0)] {
            let listed = unit
                .memberships()
                .list_cards(&filter, &PageRequest::first())
                .await
                .unwrap();
            assert_eq!(listed.items.len(), expected);
        }
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

    pub(super) async fn an_authorization_that_is_held_is_the_same<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let other = Tenant::found(subject).await;
        let (user, mut membership) = tenant.add_member(subject, RoleTemplate::Consultant).await;
        let unit = tenant.begin(subject).await;
        let memberships = unit.memberships();

        let read = memberships.find_authorization(user.id()).await.unwrap();
        let held = memberships
            .find_authorization_for_share(user.id())
            .await
            .unwrap();
        assert!(held.is_some());
        assert_eq!(held, read);

        let stranger = other.owner.id();
        let none = memberships.find_authorization_for_share(stranger).await;
        assert_eq!(none.unwrap(), None);
        membership.end(NOW, None);
        memberships
            .update(&membership, Version::FIRST)
            .await
            .unwrap();
        let left = memberships.find_authorization_for_share(user.id()).await;
        assert_eq!(left.unwrap(), None);
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
