//! The administration of all accounts.

use kernel::{AuditAction, Expected, FieldErrors, UserId, Version};
use serde_json::json;
use tenancy::{AccountDeletion, NewAdmin, PlatformRole, TenancyError, UserStatus};
use uuid::Uuid;

use crate::identity::{PASSWORD, password};
use crate::world::World;

const EMAIL: &str = "ada@example.com";

fn new_admin(email: &str) -> NewAdmin {
    NewAdmin {
        email: email.parse().unwrap(),
        display_name: "Somebody".parse().unwrap(),
        password: password("four deaf cats slept"),
    }
}

#[tokio::test]
async fn only_a_session_with_the_role_makes_an_administrator() {
    let world = World::new();
    let user = world.sign_up(EMAIL).await;
    let access = world.access();
    let principal = world.session_of(user.id());
    let refused = access.authorize_platform_admin(&principal).await;
    assert!(matches!(refused, Err(TenancyError::PlatformAdminRequired)));
    let entry = world.last_entry();
    assert_eq!(entry.action, AuditAction::Denied);
    assert_eq!(entry.reason.as_deref(), Some("platform_admin"));

    let admin = world.admin().await;
    let users = world.platform_users();
    users
        .grant(&admin, user.id(), PlatformRole::System)
        .await
        .unwrap();
    let refused = access.authorize_platform_admin(&principal).await;
    assert!(matches!(refused, Err(TenancyError::PlatformAdminRequired)));
    users
        .grant(&admin, user.id(), PlatformRole::PlatformAdmin)
        .await
        .unwrap();
    access.authorize_platform_admin(&principal).await.unwrap();
    let key = world.api_key_of(user.id());
    let refused = access.authorize_platform_admin(&key).await;
    assert!(matches!(refused, Err(TenancyError::PlatformAdminRequired)));
}

#[tokio::test]
async fn making_an_administrator_twice_is_the_same() {
    let world = World::new();

    let first = world
        .platform_users()
        .make_admin(new_admin(EMAIL))
        .await
        .unwrap();
    assert!(first.is_new);
    let entries = world.platform_entries();
    assert_eq!(entries.len(), 2);
    assert!(entries.iter().all(|entry| entry.actor_kind == "operator"));
    let second = world
        .platform_users()
        .make_admin(new_admin(EMAIL))
        .await
        .unwrap();

    assert!(!second.is_new);
    assert_eq!(second.user, first.user);
    assert_eq!(world.platform_entries().len(), 2);
}

#[tokio::test]
async fn somebody_with_an_account_becomes_administrator_with_their_own_password() {
    let world = World::new();
    let user = world.sign_up(EMAIL).await;
    world.set_status(user.id(), UserStatus::Suspended).await;

    let made = world
        .platform_users()
        .make_admin(new_admin(EMAIL))
        .await
        .unwrap();

    assert!(!made.is_new);
    assert_eq!(made.user.state().status, UserStatus::Active);
    let opened = world
        .try_log_in("203.0.113.7", EMAIL, PASSWORD)
        .await
        .unwrap();
    let principal = world.authenticate(&opened.tokens.access).await.unwrap();
    world
        .access()
        .authorize_platform_admin(&principal)
        .await
        .unwrap();
}

#[tokio::test]
async fn closing_an_account_is_audited_with_the_sessions_it_ends() {
    let world = World::new();
    let user = world.sign_up(EMAIL).await;
    let opened = world.log_in(EMAIL).await;
    let admin = world.admin().await;
    let before = world.platform_entries().len();

    let changed = world
        .platform_users()
        .change_status(
            &admin,
            user.id(),
            &Expected::OneOf(vec![Version::FIRST]),
            Ok(UserStatus::Suspended),
        )
        .await
        .unwrap();

    assert_eq!(changed.state().status, UserStatus::Suspended);
    let entries = world.platform_entries().split_off(before);
    assert_eq!(entries.len(), 2);
    let status = &entries[0].changes.as_map()["status"];
    assert_eq!(
        (&status.old, &status.new),
        (&json!("active"), &json!("suspended"))
    );
    assert_eq!(entries[1].action, AuditAction::Revoke);
    assert_eq!(entries[1].entity, Some(opened.session.id().as_uuid()));
    assert!(
        entries
            .iter()
            .all(|entry| entry.actor == Some(admin.user()))
    );
}

#[tokio::test]
async fn a_status_is_checked_after_the_user_and_the_version() {
    let world = World::new();
    let user = world.sign_up(EMAIL).await.id();
    let nobody = UserId::from_uuid(Uuid::nil());
    let admin = world.admin().await;
    let users = world.platform_users();
    let invalid = || Err(FieldErrors::default());

    let absent = users.change_status(&admin, nobody, &Expected::Any, invalid());
    assert!(matches!(absent.await, Err(TenancyError::NotFound("user"))));
    let stale = Expected::OneOf(vec![Version::FIRST.next()]);
    let changed = users.change_status(&admin, user, &stale, invalid());
    assert!(matches!(changed.await, Err(TenancyError::Stale)));
    let changed = users.change_status(&admin, user, &Expected::Any, Ok(UserStatus::Pending));
    assert!(matches!(changed.await, Err(TenancyError::Invalid(_))));
    for outcome in [
        users.read(&admin, nobody).await.map(drop),
        users.roles(&admin, nobody).await.map(drop),
        users.grant(&admin, nobody, PlatformRole::System).await,
        users.revoke(&admin, nobody, PlatformRole::System).await,
    ] {
        assert!(
            matches!(outcome, Err(TenancyError::NotFound("user"))),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_platform_role_is_audited_when_it_is_given_and_taken() {
    let world = World::new();
    let user = world.sign_up(EMAIL).await.id();
    let admin = world.admin().await;
    let users = world.platform_users();
    let before = world.platform_entries().len();

    for _ in 0..2 {
        users
            .grant(&admin, user, PlatformRole::System)
            .await
            .unwrap();
    }
    for _ in 0..2 {
        users
            .revoke(&admin, user, PlatformRole::System)
            .await
            .unwrap();
    }

    let entries = world.platform_entries().split_off(before);
    let actions = entries.iter().map(|entry| entry.action).collect::<Vec<_>>();
    assert_eq!(actions, [AuditAction::Grant, AuditAction::Revoke]);
    for entry in &entries {
        assert_eq!(entry.entity_type, "user_role");
        assert_eq!(entry.entity, Some(user.as_uuid()));
    }
    assert_eq!(entries[0].changes.as_map()["role"].new, json!("system"));
    assert_eq!(entries[1].changes.as_map()["role"].old, json!("system"));
}

#[tokio::test]
async fn the_last_administrator_who_can_act_is_neither_closed_nor_removed_and_cannot_go() {
    let world = World::new();
    let admin = world.admin().await;
    let last = admin.user();
    let (users, role) = (world.platform_users(), PlatformRole::PlatformAdmin);
    let other = world.sign_up(EMAIL).await.id();
    // Somebody with the role who cannot act does not count.
    users.grant(&admin, other, role).await.unwrap();
    let close = async |user, status| {
        let users = world.platform_users();
        let closed = users.change_status(&admin, user, &Expected::Any, Ok(status));
        closed.await.map(drop)
    };
    close(other, UserStatus::Suspended).await.unwrap();
    let deletion = AccountDeletion::new(&world.ports());
    let principal = world.session_of(last);
    let before = world.platform_entries().len();

    for refused in [
        close(last, UserStatus::Suspended).await,
        close(last, UserStatus::Inactive).await,
        users.revoke(&admin, last, role).await,
        deletion.delete(&principal, &Expected::Any).await,
    ] {
        assert!(
            matches!(refused, Err(TenancyError::LastPlatformAdmin)),
            "{refused:?}"
        );
    }
    assert_eq!(world.platform_entries().len(), before);

    close(other, UserStatus::Active).await.unwrap();
    users.revoke(&admin, last, role).await.unwrap();
    close(last, UserStatus::Suspended).await.unwrap();
}
