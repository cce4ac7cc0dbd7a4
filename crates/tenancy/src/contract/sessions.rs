//! `SessionRepository`

use kernel::{Origin, PageLimit, PageRequest, RequestId, Secret, SessionId, UserId, Version};
use time::Duration;

use super::Subject;
use super::tenant::{NOW, Tenant, a_user, add_user, id, platform_scope};
use crate::ports::TenancyUnit;
use crate::{Session, TokenPair, User, UserStatus};

/// The cases of sessions.
#[macro_export]
macro_rules! for_each_session_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_session_is_found_as_it_was_inserted,
            a_rotated_and_revoked_session_is_found_as_it_was_written,
            the_status_of_the_user_is_told_with_the_session,
            a_session_that_is_not_there_is_neither_found_nor_written,
            living_sessions_of_a_user_are_listed_page_by_page,
            all_living_sessions_but_one_are_revoked_and_told,
            a_dropped_unit_leaves_no_session,
            inside_an_organization_there_are_no_sessions,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_session_case!([kernel::dispatch_contract_case] name subject);
}

async fn begin<S: Subject>(subject: &S) -> Box<dyn TenancyUnit> {
    subject.store().begin(&platform_scope()).await.unwrap()
}

async fn a_stored_user<S: Subject>(subject: &S) -> User {
    let user = a_user();
    add_user(subject, &user).await;
    user
}

fn tokens() -> TokenPair {
    TokenPair {
        access: Secret::new(format!("access {}", id(RequestId::from_uuid))),
        refresh: Secret::new(format!("refresh {}", id(RequestId::from_uuid))),
    }
}

/// A session that is not stored yet, begun some days after [`NOW`].
fn a_session(user: UserId, days: i64) -> Session {
    let origin = Origin {
        request: id(RequestId::from_uuid),
        ip: Some("2001:db8::7".parse().unwrap()),
        user_agent: Some("Browser/1.0 (Łódź)".to_owned()),
    };
    let at = NOW + Duration::days(days);
    Session::open(id(SessionId::from_uuid), user, &tokens(), 3, &origin, at)
}

async fn insert<S: Subject>(subject: &S, sessions: &[&Session]) {
    let unit = begin(subject).await;
    for session in sessions {
        unit.sessions().insert(session).await.unwrap();
    }
    unit.commit().await.unwrap();
}

async fn find<S: Subject>(subject: &S, id: SessionId) -> Option<Session> {
    let unit = begin(subject).await;
    let bearing = unit.sessions().find_bearing(id).await.unwrap();
    let locked = unit.sessions().find_bearing_for_update(id).await.unwrap();
    assert_eq!(bearing, locked);
    bearing.map(|bearing| bearing.session)
}

mod cases {
    use super::{
        Duration, NOW, Origin, PageLimit, PageRequest, RequestId, Session, SessionId, Subject,
        Tenant, UserStatus, Version, a_session, a_stored_user, begin, find, id, insert, tokens,
    };

    pub(super) async fn a_session_is_found_as_it_was_inserted<S: Subject>(subject: &S) {
        let user = a_stored_user(subject).await.id();
        let session = a_session(user, 0);
        let origin = Origin::internal(id(RequestId::from_uuid));
        let bare = Session::open(id(SessionId::from_uuid), user, &tokens(), 1, &origin, NOW);
        insert(subject, &[&session, &bare]).await;

        assert_eq!(find(subject, session.id()).await, Some(session));
        assert_eq!(find(subject, bare.id()).await, Some(bare));
    }

    pub(super) async fn a_rotated_and_revoked_session_is_found_as_it_was_written<S: Subject>(
        subject: &S,
    ) {
        let user = a_stored_user(subject).await.id();
        let mut session = a_session(user, 0);
        insert(subject, &[&session]).await;

        for step in 1..=2 {
            let unit = begin(subject).await;
            unit.sessions()
                .find_bearing_for_update(session.id())
                .await
                .unwrap();
            session.rotate(&tokens(), 255, NOW + Duration::minutes(step));
            if step == 2 {
                session.revoke(NOW + Duration::hours(1));
            }
            unit.sessions().update(&session).await.unwrap();
            unit.commit().await.unwrap();
            assert_eq!(find(subject, session.id()).await.as_ref(), Some(&session));
        }
    }

    pub(super) async fn the_status_of_the_user_is_told_with_the_session<S: Subject>(subject: &S) {
        let user = a_stored_user(subject).await;
        let session = a_session(user.id(), 0);
        insert(subject, &[&session]).await;
        let bearing = async || {
            let unit = begin(subject).await;
            let found = unit.sessions().find_bearing(session.id()).await;
            found.unwrap().unwrap()
        };

        let told = bearing().await;
        assert_eq!(
            (told.user_status, told.user_deleted),
            (UserStatus::Active, false)
        );
        let mut erased = user.clone();
        erased.erase(NOW, None).unwrap();
        let unit = begin(subject).await;
        unit.users().update(&erased, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();

        let told = bearing().await;
        assert_eq!(
            (told.user_status, told.user_deleted),
            (UserStatus::Inactive, true)
        );
    }

    pub(super) async fn a_session_that_is_not_there_is_neither_found_nor_written<S: Subject>(
        subject: &S,
    ) {
        let session = a_session(a_stored_user(subject).await.id(), 0);

        assert_eq!(find(subject, session.id()).await, None);
        let unit = begin(subject).await;
        assert!(unit.sessions().update(&session).await.is_err());
    }

    pub(super) async fn living_sessions_of_a_user_are_listed_page_by_page<S: Subject>(subject: &S) {
        let user = a_stored_user(subject).await.id();
        let living = [a_session(user, 1), a_session(user, 2), a_session(user, 3)];
        let expired = a_session(user, -30);
        let mut revoked = a_session(user, 0);
        revoked.revoke(NOW);
        let foreign = a_session(a_stored_user(subject).await.id(), 1);
        let mut all = living.iter().rev().collect::<Vec<_>>();
        all.extend([&expired, &revoked, &foreign]);
        insert(subject, &all).await;

        let unit = begin(subject).await;
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = PageRequest {
                limit: PageLimit::new(2).unwrap(),
                after,
            };
            let listed = unit.sessions().list_living(user, NOW, &page).await.unwrap();
            seen.extend(listed.items);
            after = listed.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, living);
    }

    pub(super) async fn all_living_sessions_but_one_are_revoked_and_told<S: Subject>(subject: &S) {
        let user = a_stored_user(subject).await.id();
        let sessions = [a_session(user, 1), a_session(user, 2), a_session(user, 3)];
        let expired = a_session(user, -30);
        let mut revoked = a_session(user, 0);
        revoked.revoke(NOW);
        let foreign = a_session(a_stored_user(subject).await.id(), 1);
        let mut all = sessions.iter().rev().collect::<Vec<_>>();
        all.extend([&expired, &revoked, &foreign]);
        insert(subject, &all).await;

        let at = NOW + Duration::hours(1);
        let unit = begin(subject).await;
        let ended = unit
            .sessions()
            .revoke_all(user, Some(sessions[1].id()), at)
            .await
            .unwrap();
        unit.commit().await.unwrap();
        assert_eq!(ended, [sessions[0].id(), sessions[2].id()]);

        let mut first = sessions[0].clone();
        first.revoke(at);
        assert_eq!(find(subject, first.id()).await, Some(first));
        for untouched in [&sessions[1], &expired, &revoked, &foreign] {
            assert_eq!(
                find(subject, untouched.id()).await.as_ref(),
                Some(untouched)
            );
        }
        let unit = begin(subject).await;
        let ended = unit.sessions().revoke_all(user, None, at).await.unwrap();
        assert_eq!(ended, [sessions[1].id()]);
    }

    pub(super) async fn a_dropped_unit_leaves_no_session<S: Subject>(subject: &S) {
        let session = a_session(a_stored_user(subject).await.id(), 0);
        let unit = begin(subject).await;
        unit.sessions().insert(&session).await.unwrap();

        assert_eq!(find(subject, session.id()).await, None);
        drop(unit);

        assert_eq!(find(subject, session.id()).await, None);
    }

    pub(super) async fn inside_an_organization_there_are_no_sessions<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let owner = tenant.owner.id();
        let session = a_session(owner, 0);
        insert(subject, &[&session]).await;

        let unit = tenant.begin(subject).await;
        let sessions = unit.sessions();
        assert_eq!(sessions.find_bearing(session.id()).await.unwrap(), None);
        let listed = sessions
            .list_living(owner, NOW, &PageRequest::first())
            .await;
        assert_eq!(listed.unwrap().items, []);
        assert_eq!(sessions.revoke_all(owner, None, NOW).await.unwrap(), []);
        unit.commit().await.unwrap();
        let unit = tenant.begin(subject).await;
        assert!(unit.sessions().update(&session).await.is_err());
        let unit = tenant.begin(subject).await;
        assert!(unit.sessions().insert(&a_session(owner, 0)).await.is_err());

        assert_eq!(find(subject, session.id()).await, Some(session));
    }
}
