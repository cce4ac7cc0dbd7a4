//! Logging in, staying logged in, and logging out.

use std::sync::Arc;

use kernel::{AuditAction, Clock as _, Credential, Expected, PageLimit, PageRequest, SessionId};
use serde_json::json;
use tenancy::{AccountPorts, Opened, Session, Sessions, TenancyError, TokenHash, UserStatus};
use testkit::{PlainHasher, TestKeys};
use time::Duration;
use uuid::Uuid;

use crate::identity::{PASSWORD, secret};
use crate::world::{World, never_repeated};

const EMAIL: &str = "ada@example.com";

async fn a_login(world: &World) -> Opened {
    world.sign_up(EMAIL).await;
    world.log_in(EMAIL).await
}

/// What a refresh gives, which works.
async fn refreshed(world: &World, opened: &Opened) -> Opened {
    world.try_refresh(&opened.tokens.refresh).await.unwrap()
}

#[track_caller]
#[expect(
    clippy::needless_pass_by_value,
    reason = "callers hand over what a call answered"
)]
fn assert_refused<T: std::fmt::Debug>(outcome: Result<T, TenancyError>) {
    assert!(
        matches!(outcome, Err(TenancyError::RefreshRefused)),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_login_is_a_session_with_tokens_that_are_kept_as_hashes() {
    let world = World::new();
    let user = world.sign_up(EMAIL).await;
    let opened = world.log_in("ADA@example.com").await;

    let state = opened.session.state();
    let now = world.clock.now();
    assert_eq!(state.user, user.id());
    assert_eq!(state.access_expires_at, now + Session::ACCESS_LIFETIME);
    assert_eq!(state.expires_at, now + Session::IDLE_LIFETIME);
    assert_eq!(state.access_hash, TokenHash::of(&opened.tokens.access));
    assert_eq!(state.refresh_hash, TokenHash::of(&opened.tokens.refresh));
    let shown = format!("{opened:?}");
    assert!(!shown.contains(opened.tokens.access.expose()));
    assert!(!shown.contains(opened.tokens.refresh.expose()));

    let principal = world.authenticate(&opened.tokens.access).await.unwrap();
    assert_eq!(principal.user, user.id());
    assert_eq!(
        principal.credential,
        Credential::Session(opened.session.id())
    );
    assert_eq!(principal.limits, None);
}

#[tokio::test]
async fn a_login_is_written_to_the_audit_log_without_its_tokens() {
    let world = World::new();
    let opened = a_login(&world).await;

    let entry = world.last_entry();
    assert_eq!(entry.action, AuditAction::Login);
    assert_eq!(entry.entity_type, "session");
    assert_eq!(entry.entity, Some(opened.session.id().as_uuid()));
    assert_eq!(entry.actor, Some(opened.session.state().user));
    assert_eq!(entry.ip, Some("203.0.113.7".parse().unwrap()));
    let changes = entry.changes.as_map();
    assert_eq!(changes["refresh_hash"].new, json!("set"));
    assert_eq!(changes["access_hash"].new, json!("set"));
    assert_eq!(changes["ip"].new, json!("203.0.113.7"));
    let told = format!("{entry:?}");
    assert!(!told.contains(opened.tokens.access.expose()));
    assert!(!told.contains(opened.tokens.refresh.expose()));
}

#[tokio::test]
async fn every_refused_login_is_audited_with_its_reason_and_without_the_address() {
    let world = World::new();
    let ada = world.sign_up(EMAIL).await;
    let bob = world.sign_up("bob@example.com").await;
    let cid = world.sign_up("cid@example.com").await;
    world.set_status(bob.id(), UserStatus::Suspended).await;
    world.set_status(cid.id(), UserStatus::Inactive).await;

    for (email, password, user, reason) in [
        ("nobody@example.com", PASSWORD, None, "unknown-account"),
        (EMAIL, "something else", Some(ada.id()), "wrong-password"),
        (
            "bob@example.com",
            PASSWORD,
            Some(bob.id()),
            "account-suspended",
        ),
        ("bob@example.com", "x", Some(bob.id()), "wrong-password"),
        (
            "cid@example.com",
            PASSWORD,
            Some(cid.id()),
            "account-inactive",
        ),
    ] {
        let before = world.platform_entries().len();
        let refused = world.try_log_in("203.0.113.7", email, password).await;

        assert!(
            matches!(refused, Err(TenancyError::LoginRefused)),
            "{refused:?}"
        );
        assert_eq!(world.platform_entries().len(), before + 1);
        let entry = world.last_entry();
        assert_eq!(entry.action, AuditAction::LoginFailed);
        assert_eq!(entry.actor, None);
        assert_eq!(entry.entity, user.map(kernel::UserId::as_uuid));
        assert_eq!(entry.reason.as_deref(), Some(reason));
        assert!(!format!("{entry:?}").contains(email));
    }
}

#[tokio::test]
async fn a_hash_of_old_parameters_is_renewed_at_the_next_login() {
    let world = World::new();
    world.sign_up(EMAIL).await;
    let newer = PlainHasher::of_edition(2);
    let sessions = Sessions::new(&AccountPorts {
        hasher: Arc::new(newer),
        ..world.ports()
    });
    let log_in = async || {
        let login = tenancy::Login {
            email: EMAIL.parse().unwrap(),
            password: secret(PASSWORD),
        };
        let origin = world.origin("203.0.113.7");
        let done = sessions.login(&origin, Ok(login), &never_repeated()).await;
        crate::world::fresh(done.unwrap())
    };

    let opened = log_in().await;

    let principal = world.authenticate(&opened.tokens.access).await.unwrap();
    let user = world.accounts().read(&principal).await.unwrap();
    assert_eq!(user.state().password, Some(newer.plain_hash(PASSWORD)));
    let entries = world.platform_entries();
    let renewal = &entries[entries.len() - 1];
    assert_eq!(renewal.reason.as_deref(), Some("outdated-hash"));
    assert_eq!(
        renewal.changes.names().collect::<Vec<_>>(),
        ["password_hash"]
    );
    log_in().await;
    assert_eq!(world.platform_entries().len(), entries.len() + 1);
}

#[tokio::test]
async fn tries_at_one_address_are_limited_whether_there_is_an_account_or_not() {
    let world = World::new();
    world.sign_up(EMAIL).await;

    for email in [EMAIL, "nobody@example.com"] {
        for network in 0..10 {
            let ip = format!("198.51.{network}.1");
            let refused = world.try_log_in(&ip, email, "something else").await;
            assert!(
                matches!(refused, Err(TenancyError::LoginRefused)),
                "{refused:?}"
            );
        }
        let limited = world.try_log_in("198.51.99.1", email, PASSWORD).await;
        assert!(
            matches!(limited, Err(TenancyError::Limited { retry_after: 30 })),
            "{limited:?}"
        );
    }
}

#[tokio::test]
async fn a_login_forgets_the_tries_before_it() {
    let world = World::new();
    world.sign_up(EMAIL).await;

    for _ in 0..5 {
        for _ in 0..9 {
            let refused = world.try_log_in("198.51.100.1", EMAIL, "wrong").await;
            assert!(matches!(refused, Err(TenancyError::LoginRefused)));
        }
        world.log_in(EMAIL).await;
    }
}

#[tokio::test]
async fn tries_from_one_network_are_limited_whatever_the_addresses() {
    let world = World::new();
    for n in 0..100 {
        let ip = format!("198.51.100.{n}");
        let email = format!("nobody{n}@example.com");
        let refused = world.try_log_in(&ip, &email, "wrong").await;
        assert!(matches!(refused, Err(TenancyError::LoginRefused)));
    }

    let limited = world.try_log_in("198.51.100.200", EMAIL, "wrong").await;
    assert!(
        matches!(limited, Err(TenancyError::Limited { retry_after: 2 })),
        "{limited:?}"
    );
    let elsewhere = world.try_log_in("198.51.101.1", EMAIL, "wrong").await;
    assert!(matches!(elsewhere, Err(TenancyError::LoginRefused)));
}

#[tokio::test]
async fn three_refreshes_with_one_token_get_the_same_tokens() {
    let world = World::new();
    let opened = a_login(&world).await;

    let first = refreshed(&world, &opened).await;
    world.clock.advance(Session::GRACE);
    let second = refreshed(&world, &opened).await;
    let third = refreshed(&world, &opened).await;

    assert_ne!(first.tokens, opened.tokens);
    assert_eq!(second, first);
    assert_eq!(third, first);
    refreshed(&world, &first).await;
}

#[tokio::test]
async fn the_token_before_the_present_one_ends_the_session_when_it_comes_late() {
    let world = World::new();
    let opened = a_login(&world).await;
    let second = refreshed(&world, &opened).await;
    world
        .clock
        .advance(Session::GRACE + Duration::microseconds(1));

    assert_refused(world.try_refresh(&opened.tokens.refresh).await);

    let entry = world.last_entry();
    assert_eq!(entry.action, AuditAction::Revoke);
    assert_eq!(entry.entity, Some(opened.session.id().as_uuid()));
    assert_eq!(entry.reason.as_deref(), Some("refresh-token-replayed"));
    assert_refused(world.try_refresh(&second.tokens.refresh).await);
    let out = world.authenticate(&second.tokens.access).await;
    assert!(matches!(out, Err(TenancyError::Unauthenticated)));
}

#[tokio::test]
async fn an_older_token_ends_the_session_at_once_and_no_other_one() {
    let world = World::new();
    let opened = a_login(&world).await;
    let elsewhere = world.log_in(EMAIL).await;
    let second = refreshed(&world, &opened).await;
    let third = refreshed(&world, &second).await;

    assert_refused(world.try_refresh(&opened.tokens.refresh).await);

    assert_refused(world.try_refresh(&second.tokens.refresh).await);
    assert_refused(world.try_refresh(&third.tokens.refresh).await);
    refreshed(&world, &elsewhere).await;
}

#[tokio::test]
async fn an_access_token_lives_for_its_time_and_after_one_refresh() {
    let world = World::new();
    let opened = a_login(&world).await;
    let opens = async |opened: &Opened| world.authenticate(&opened.tokens.access).await.is_ok();

    world.clock.advance(Duration::minutes(5));
    let second = refreshed(&world, &opened).await;
    assert!(opens(&opened).await && opens(&second).await);
    let third = refreshed(&world, &second).await;
    assert!(!opens(&opened).await);
    assert!(opens(&second).await && opens(&third).await);

    world
        .clock
        .advance(Session::ACCESS_LIFETIME - Duration::microseconds(1));
    assert!(opens(&third).await);
    world.clock.advance(Duration::microseconds(1));
    assert!(!opens(&third).await);
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_refreshed_and_at_the_latest_after_its_lifetime() {
    let world = World::new();
    let idle = a_login(&world).await;
    let mut kept = world.log_in(EMAIL).await;
    let begin = world.clock.now();

    world.clock.advance(Session::IDLE_LIFETIME);
    assert_refused(world.try_refresh(&idle.tokens.refresh).await);
    assert_refused(world.try_refresh(&kept.tokens.refresh).await);

    kept = world.log_in(EMAIL).await;
    let begin = begin + Session::IDLE_LIFETIME;
    for _ in 0..4 {
        world.clock.advance(Duration::days(20));
        kept = refreshed(&world, &kept).await;
    }
    assert_eq!(kept.session.state().expires_at, begin + Session::LIFETIME);
    world
        .clock
        .set(begin + Session::LIFETIME - Duration::minutes(1));
    kept = refreshed(&world, &kept).await;
    assert_eq!(
        kept.session.state().access_expires_at,
        begin + Session::LIFETIME
    );
    world.clock.set(begin + Session::LIFETIME);
    assert_refused(world.try_refresh(&kept.tokens.refresh).await);
}

#[tokio::test]
async fn tokens_of_an_older_key_go_on_after_the_keys_were_rotated() {
    let world = World::new();
    let opened = a_login(&world).await;
    let rotated = Sessions::new(&AccountPorts {
        keys: Arc::new(TestKeys::rotated_to(2)),
        ..world.ports()
    });
    let refresh = async |token| {
        rotated
            .refresh(&world.origin("203.0.113.8"), Ok(token))
            .await
    };

    let origin = world.origin("203.0.113.8");
    rotated
        .authenticate(&opened.tokens.access, origin)
        .await
        .unwrap();
    let second = refresh(opened.tokens.refresh.clone()).await.unwrap();
    assert_eq!(second.session.state().key_id, 2);
    let again = refresh(opened.tokens.refresh.clone()).await.unwrap();
    assert_eq!(again, second);

    // A program that does not know the new key yet refuses, and revokes nothing.
    assert_refused(world.try_refresh(&second.tokens.refresh).await);
    assert_refused(world.try_refresh(&opened.tokens.refresh).await);
    refresh(second.tokens.refresh).await.unwrap();
}

#[tokio::test]
async fn who_may_not_act_any_more_is_out_at_once() {
    let world = World::new();
    let opened = a_login(&world).await;
    let user = opened.session.state().user;

    world.set_status(user, UserStatus::Suspended).await;

    let out = world.authenticate(&opened.tokens.access).await;
    assert!(matches!(out, Err(TenancyError::Unauthenticated)));
    assert_refused(world.try_refresh(&opened.tokens.refresh).await);
    world.set_status(user, UserStatus::Active).await;
    assert_refused(world.try_refresh(&opened.tokens.refresh).await);
}

#[tokio::test]
async fn a_logout_ends_the_session_and_is_audited() {
    let world = World::new();
    let opened = a_login(&world).await;
    let principal = world.authenticate(&opened.tokens.access).await.unwrap();

    world.sessions().logout(&principal).await.unwrap();

    let entry = world.last_entry();
    assert_eq!(entry.action, AuditAction::Logout);
    assert_eq!(entry.entity, Some(opened.session.id().as_uuid()));
    assert_eq!(
        entry.changes.as_map()["revoked_at"].new,
        json!("2026-01-15T12:00:00Z")
    );
    let out = world.authenticate(&opened.tokens.access).await;
    assert!(matches!(out, Err(TenancyError::Unauthenticated)));
    let again = world.sessions().logout(&principal).await;
    assert!(matches!(again, Err(TenancyError::NotFound("session"))));
}

#[tokio::test]
async fn the_other_sessions_are_ended_together() {
    let world = World::new();
    let opened = a_login(&world).await;
    let others = [world.log_in(EMAIL).await, world.log_in(EMAIL).await];
    let principal = world.authenticate(&opened.tokens.access).await.unwrap();
    let before = world.platform_entries().len();

    let ended = world.sessions().revoke_others(&principal).await.unwrap();

    assert_eq!(ended, others.map(|other| other.session.id()));
    let entries = world.platform_entries().split_off(before);
    assert_eq!(entries.len(), 2);
    assert!(entries[0].batch.is_some());
    assert_eq!(entries[0].batch, entries[1].batch);
    let page = PageRequest {
        limit: PageLimit::DEFAULT,
        after: None,
    };
    let left = world.sessions().list(&principal, &page).await.unwrap();
    assert_eq!(left.items, [opened.session]);
    let none = world.sessions().revoke_others(&principal).await.unwrap();
    assert_eq!(none, []);
}

#[tokio::test]
async fn an_api_key_does_nothing_with_sessions() {
    let world = World::new();
    let opened = a_login(&world).await;
    let key = world.api_key_of(opened.session.state().user);
    let sessions = world.sessions();
    let nowhere = SessionId::from_uuid(Uuid::nil());

    for outcome in [
        sessions.logout(&key).await,
        sessions
            .revoke(&key, opened.session.id(), &Expected::Any)
            .await,
        sessions.read(&key, nowhere).await.map(drop),
        sessions.revoke_others(&key).await.map(drop),
        sessions.list(&key, &PageRequest::first()).await.map(drop),
    ] {
        assert!(
            matches!(outcome, Err(TenancyError::SessionRequired)),
            "{outcome:?}"
        );
    }
    world.authenticate(&opened.tokens.access).await.unwrap();
}
