//! `UserRepository`

use kernel::{EmailAddress, PageLimit, PageRequest, UserId, Version};

use super::Subject;
use super::tenant::{NOW, Tenant, a_user, add_user, id, platform_scope};
use crate::ports::{TenancyUnit, UserFilter};
use crate::{RoleTemplate, TenancyError, User, UserState, UserStatus};

/// The cases of users.
#[macro_export]
macro_rules! for_each_user_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_user_is_found_by_id_and_by_address_in_any_case,
            a_second_living_user_of_an_address_is_refused_and_the_unit_stays_usable,
            the_address_of_a_deleted_user_is_free_and_the_user_is_not_found,
            a_change_of_everything_about_a_user_is_found_again,
            a_stale_change_of_a_user_is_refused_and_the_unit_stays_usable,
            a_dropped_unit_leaves_no_user,
            users_are_listed_page_by_page_without_gap_or_repetition,
            users_are_listed_by_address_and_by_status,
            users_are_listed_by_their_ids_deleted_ones_too,
            inside_an_organization_its_present_and_former_members_are_found,
            inside_an_organization_nobody_else_is_found,
            inside_an_organization_no_user_is_added_or_changed,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_user_case!([kernel::dispatch_contract_case] name subject);
}

async fn begin<S: Subject>(subject: &S) -> Box<dyn TenancyUnit> {
    subject.store().begin(&platform_scope()).await.unwrap()
}

/// An account that is not stored yet, with an address of its own in mixed case.
fn a_user_called(local: &str) -> User {
    let user = a_user();
    let email = format!("{local}.{}@example.com", user.id().as_uuid().simple());
    User::restore(UserState {
        email: email.parse().unwrap(),
        ..user.state().clone()
    })
    .unwrap()
}

fn in_capitals(user: &User) -> EmailAddress {
    user.state().email.as_str().to_uppercase().parse().unwrap()
}

fn deleted(user: &User) -> User {
    let mut user = user.clone();
    user.erase(NOW, Some(user.id())).unwrap();
    user
}

mod cases {
    use super::{
        NOW, PageLimit, PageRequest, RoleTemplate, Subject, TenancyError, Tenant, User, UserFilter,
        UserId, UserState, UserStatus, Version, a_user, a_user_called, add_user, begin, deleted,
        id, in_capitals,
    };

    pub(super) async fn a_user_is_found_by_id_and_by_address_in_any_case<S: Subject>(subject: &S) {
        let user = a_user_called("Ada");
        add_user(subject, &user).await;

        let unit = begin(subject).await;
        let users = unit.users();
        assert_eq!(users.find(user.id()).await.unwrap().as_ref(), Some(&user));
        assert_eq!(
            users.find_for_update(user.id()).await.unwrap().as_ref(),
            Some(&user)
        );
        assert_eq!(
            users.find_for_share(user.id()).await.unwrap().as_ref(),
            Some(&user)
        );
        for email in [user.state().email.clone(), in_capitals(&user)] {
            assert_eq!(
                users.find_by_email(&email).await.unwrap().as_ref(),
                Some(&user)
            );
        }
        let nobody = a_user();
        assert_eq!(users.find(nobody.id()).await.unwrap(), None);
        assert_eq!(users.find_for_update(nobody.id()).await.unwrap(), None);
        assert_eq!(users.find_for_share(nobody.id()).await.unwrap(), None);
        assert_eq!(
            users.find_by_email(&nobody.state().email).await.unwrap(),
            None
        );
    }

    pub(super) async fn a_second_living_user_of_an_address_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let user = a_user_called("Ada");
        add_user(subject, &user).await;
        let second = User::restore(UserState {
            email: in_capitals(&user),
            ..a_user().state().clone()
        })
        .unwrap();

        let unit = begin(subject).await;
        let refused = unit.users().insert(&second).await;
        assert!(
            matches!(refused, Err(TenancyError::EmailTaken)),
            "{refused:?}"
        );
        let third = a_user();
        unit.users().insert(&third).await.unwrap();
        unit.commit().await.unwrap();

        let unit = begin(subject).await;
        assert_eq!(unit.users().find(third.id()).await.unwrap(), Some(third));
        assert_eq!(unit.users().find(second.id()).await.unwrap(), None);
    }

    pub(super) async fn the_address_of_a_deleted_user_is_free_and_the_user_is_not_found<
        S: Subject,
    >(
        subject: &S,
    ) {
        let user = a_user_called("Ada");
        add_user(subject, &user).await;

        let unit = begin(subject).await;
        unit.users()
            .update(&deleted(&user), Version::FIRST)
            .await
            .unwrap();
        let heir = User::restore(UserState {
            email: user.state().email.clone(),
            ..a_user().state().clone()
        })
        .unwrap();
        unit.users().insert(&heir).await.unwrap();
        unit.commit().await.unwrap();

        let unit = begin(subject).await;
        assert_eq!(unit.users().find(user.id()).await.unwrap(), None);
        assert_eq!(unit.users().find_for_update(user.id()).await.unwrap(), None);
        assert_eq!(unit.users().find_for_share(user.id()).await.unwrap(), None);
        let found = unit.users().find_by_email(&user.state().email).await;
        assert_eq!(found.unwrap(), Some(heir));
    }

    pub(super) async fn a_change_of_everything_about_a_user_is_found_again<S: Subject>(
        subject: &S,
    ) {
        let mut user = a_user_called("Ada");
        add_user(subject, &user).await;
        user.rename("Łódź".parse().unwrap(), NOW, Some(user.id()));
        user.change_password(
            crate::PasswordHash::from_phc("$argon2id$other".to_owned()),
            NOW,
            None,
        );
        user.change_status(UserStatus::Suspended, NOW, None);

        let unit = begin(subject).await;
        unit.users().update(&user, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();

        let unit = begin(subject).await;
        assert_eq!(unit.users().find(user.id()).await.unwrap(), Some(user));
    }

    pub(super) async fn a_stale_change_of_a_user_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let user = a_user();
        add_user(subject, &user).await;
        let mut changed = user.clone();
        changed.rename("Augusta".parse().unwrap(), NOW, None);

        let unit = begin(subject).await;
        for (user, expected) in [
            (&changed, Version::FIRST.next()),
            (&a_user(), Version::FIRST),
        ] {
            let refused = unit.users().update(user, expected).await;
            assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
        }
        unit.users().update(&changed, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn a_dropped_unit_leaves_no_user<S: Subject>(subject: &S) {
        let user = a_user();
        let unit = begin(subject).await;
        unit.users().insert(&user).await.unwrap();

        let other = begin(subject).await;
        assert_eq!(other.users().find(user.id()).await.unwrap(), None);
        drop(unit);

        let unit = begin(subject).await;
        assert_eq!(unit.users().find(user.id()).await.unwrap(), None);
    }

    pub(super) async fn users_are_listed_page_by_page_without_gap_or_repetition<S: Subject>(
        subject: &S,
    ) {
        let mut made = (0..5).map(|_| a_user()).collect::<Vec<_>>();
        for user in made.iter().rev() {
            add_user(subject, user).await;
        }
        made.sort_by_key(User::id);

        // Others are stored too, so the walk begins just before the first of these.
        let unit = begin(subject).await;
        let before = made[0].id().as_uuid().as_u128() - 1;
        let mut after = Some(kernel::Cursor::Id(uuid::Uuid::from_u128(before)));
        let mut seen = Vec::new();
        while seen.len() < made.len() {
            let page = PageRequest {
                limit: PageLimit::new(2).unwrap(),
                after,
            };
            let page = unit
                .users()
                .list(&UserFilter::default(), &page)
                .await
                .unwrap();
            assert!(page.items.len() <= 2);
            seen.extend(page.items.into_iter().filter(|user| made.contains(user)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, made);
    }

    pub(super) async fn users_are_listed_by_address_and_by_status<S: Subject>(subject: &S) {
        let (ada, mut bob) = (a_user_called("Ada"), a_user_called("Bob"));
        add_user(subject, &ada).await;
        add_user(subject, &bob).await;
        bob.change_status(UserStatus::Suspended, NOW, None);
        let unit = begin(subject).await;
        unit.users().update(&bob, Version::FIRST).await.unwrap();

        let list = async |email, status| {
            let filter = UserFilter {
                email: Some(email),
                status,
            };
            let page = unit.users().list(&filter, &PageRequest::first()).await;
            page.unwrap().items
        };
        assert_eq!(
            list(in_capitals(&ada), None).await,
            std::slice::from_ref(&ada)
        );
        assert_eq!(
            list(in_capitals(&ada), Some(UserStatus::Active)).await,
            std::slice::from_ref(&ada)
        );
        assert_eq!(
            list(in_capitals(&ada), Some(UserStatus::Suspended)).await,
            []
        );
        assert_eq!(
            list(in_capitals(&bob), Some(UserStatus::Suspended)).await,
            std::slice::from_ref(&bob)
        );
        unit.users()
            .update(&deleted(&bob), bob.state().stamps.version)
            .await
            .unwrap();
        assert_eq!(list(in_capitals(&bob), None).await, []);
    }

    pub(super) async fn users_are_listed_by_their_ids_deleted_ones_too<S: Subject>(subject: &S) {
        let (ada, bob) = (a_user(), a_user());
        add_user(subject, &ada).await;
        add_user(subject, &bob).await;
        let gone = deleted(&bob);

        let unit = begin(subject).await;
        unit.users().update(&gone, Version::FIRST).await.unwrap();
        let ids = [gone.id(), id(UserId::from_uuid), ada.id()];
        let mut expected = vec![ada, gone];
        expected.sort_by_key(User::id);
        assert_eq!(unit.users().list_by_ids(&ids).await.unwrap(), expected);
        assert_eq!(unit.users().list_by_ids(&[]).await.unwrap(), []);
    }

    pub(super) async fn inside_an_organization_its_present_and_former_members_are_found<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let (left, mut membership) = tenant.add_member(subject, RoleTemplate::Viewer).await;
        membership.end(NOW, None);
        let unit = tenant.begin(subject).await;
        unit.memberships()
            .update(&membership, Version::FIRST)
            .await
            .unwrap();

        for user in [&tenant.owner, &left] {
            assert_eq!(
                unit.users().find(user.id()).await.unwrap().as_ref(),
                Some(user)
            );
            let found = unit.users().find_by_email(&user.state().email).await;
            assert_eq!(found.unwrap().as_ref(), Some(user));
        }
        let listed = unit
            .users()
            .list(&UserFilter::default(), &PageRequest::first())
            .await
            .unwrap();
        assert_eq!(listed.items, [tenant.owner.clone(), left.clone()]);
        let ids = [tenant.owner.id(), left.id()];
        let by_ids = unit.users().list_by_ids(&ids).await.unwrap();
        assert_eq!(by_ids, [tenant.owner, left]);
    }

    pub(super) async fn inside_an_organization_nobody_else_is_found<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);

        let unit = tenant.begin(subject).await;
        let stranger = &other.owner;
        assert_eq!(unit.users().find(stranger.id()).await.unwrap(), None);
        let found = unit.users().find_by_email(&stranger.state().email).await;
        assert_eq!(found.unwrap(), None);
        assert_eq!(
            unit.users().list_by_ids(&[stranger.id()]).await.unwrap(),
            []
        );
        let listed = unit
            .users()
            .list(&UserFilter::default(), &PageRequest::first())
            .await
            .unwrap();
        assert_eq!(listed.items, [tenant.owner]);
    }

    pub(super) async fn inside_an_organization_no_user_is_added_or_changed<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let newcomer = a_user();
        let mut renamed = tenant.owner.clone();
        renamed.rename("Somebody else".parse().unwrap(), NOW, None);

        let unit = tenant.begin(subject).await;
        assert!(unit.users().insert(&newcomer).await.is_err());
        drop(unit);
        let unit = tenant.begin(subject).await;
        assert!(unit.users().update(&renamed, Version::FIRST).await.is_err());
        drop(unit);

        let unit = begin(subject).await;
        assert_eq!(unit.users().find(newcomer.id()).await.unwrap(), None);
        assert_eq!(
            unit.users().find(tenant.owner.id()).await.unwrap(),
            Some(tenant.owner)
        );
    }
}
