//! One's own account.

use kernel::{AuditAction, Clock as _, Expected, FieldErrors, Patch, Version};
use serde_json::json;
use tenancy::{
    AccountChange, AccountDeletion, PasswordChange, PlatformRole, PreferencesChange, Principal,
    RoleTemplate, TenancyError,
};
use time::Duration;

use crate::identity::{PASSWORD, password, secret};
use crate::world::{World, fresh, once};

const EMAIL: &str = "ada@example.com";

async fn somebody(world: &World) -> Principal {
    world.sign_up(EMAIL).await;
    let opened = world.log_in(EMAIL).await;
    world.authenticate(&opened.tokens.access).await.unwrap()
}

fn new_password(current: &str) -> PasswordChange {
    PasswordChange {
        current: secret(current),
        new: password("four deaf cats slept"),
    }
}

fn deletion(world: &World) -> AccountDeletion {
    AccountDeletion::new(&world.ports())
}

#[tokio::test]
async fn a_sign_up_is_audited_without_the_password() {
    let world = World::new();
    let user = world.sign_up(EMAIL).await;

    let entry = world.last_entry();
    assert_eq!(entry.action, AuditAction::Create);
    assert_eq!(entry.actor_kind, "anonymous");
    assert_eq!(entry.entity, Some(user.id().as_uuid()));
    let changes = entry.changes.as_map();
    assert_eq!(changes["email"].new, json!(EMAIL));
    assert_eq!(changes["password_hash"].new, json!("set"));
    assert!(!format!("{entry:?}").contains(PASSWORD));
}

#[tokio::test]
async fn a_repeated_sign_up_takes_effect_once() {
    let world = World::new();
    let origin = world.origin("203.0.113.7");
    let sign_up = async |body: u8| {
        let new = tenancy::SignUp {
            email: EMAIL.parse().unwrap(),
            display_name: "Ada".parse().unwrap(),
            password: password(PASSWORD),
        };
        let render = |user: &tenancy::User| kernel::StoredAnswer::Withheld {
            id: user.id().as_uuid(),
        };
        world
            .accounts()
            .sign_up(&origin, Ok(new), &once(1, body, &render))
            .await
    };

    let user = fresh(sign_up(1).await.unwrap());
    let again = sign_up(1).await.unwrap();
    assert_eq!(
        again,
        kernel::Done::Replayed(kernel::StoredAnswer::Withheld {
            id: user.id().as_uuid()
        })
    );
    let other = sign_up(2).await;
    assert!(
        matches!(other, Err(TenancyError::Idempotency(_))),
        "{other:?}"
    );
    assert_eq!(world.platform_entries().len(), 1);
}

#[tokio::test]
async fn what_is_stale_is_told_before_what_is_invalid() {
    let world = World::new();
    let ada = somebody(&world).await;
    let stale = Expected::OneOf(vec![Version::FIRST.next()]);
    let accounts = world.accounts();

    let update = accounts.update(&ada, &stale, Err(FieldErrors::default()));
    assert!(matches!(update.await, Err(TenancyError::Stale)));
    let password = accounts.change_password(&ada, &stale, Err(FieldErrors::default()));
    assert!(matches!(password.await, Err(TenancyError::Stale)));
    let preferences = accounts.change_preferences(&ada, &stale, Err(FieldErrors::default()));
    assert!(matches!(preferences.await, Err(TenancyError::Stale)));
    let gone = deletion(&world).delete(&ada, &stale).await;
    assert!(matches!(gone, Err(TenancyError::Stale)));
    let update = accounts.update(&ada, &Expected::Any, Err(FieldErrors::default()));
    assert!(matches!(update.await, Err(TenancyError::Invalid(_))));
}

#[tokio::test]
async fn the_same_name_again_is_no_change() {
    let world = World::new();
    let ada = somebody(&world).await;
    let before = world.platform_entries().len();
    let change = AccountChange {
        display_name: Patch::Set("Ada Lovelace".parse().unwrap()),
    };

    let user = world
        .accounts()
        .update(&ada, &Expected::Any, Ok(change))
        .await
        .unwrap();

    assert_eq!(user.state().stamps.version, Version::FIRST);
    assert_eq!(world.platform_entries().len(), before);
}

#[tokio::test]
async fn guesses_of_the_present_password_are_audited_and_limited() {
    let world = World::new();
    let ada = somebody(&world).await;
    let accounts = world.accounts();

    for _ in 0..10 {
        let wrong = accounts
            .change_password(&ada, &Expected::Any, Ok(new_password("a guess")))
            .await;
        assert!(matches!(wrong, Err(TenancyError::Invalid(_))), "{wrong:?}");
        let entry = world.last_entry();
        assert_eq!(entry.action, AuditAction::LoginFailed);
        assert_eq!(entry.reason.as_deref(), Some("wrong-current-password"));
    }
    let limited = accounts
        .change_password(&ada, &Expected::Any, Ok(new_password(PASSWORD)))
        .await;
    assert!(
        matches!(limited, Err(TenancyError::Limited { .. })),
        "{limited:?}"
    );

    world.clock.advance(Duration::seconds(30));
    accounts
        .change_password(&ada, &Expected::Any, Ok(new_password(PASSWORD)))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_new_password_and_the_sessions_it_ends_are_audited_together() {
    let world = World::new();
    let ada = somebody(&world).await;
    let elsewhere = world.log_in(EMAIL).await;
    let before = world.platform_entries().len();

    world
        .accounts()
        .change_password(&ada, &Expected::Any, Ok(new_password(PASSWORD)))
        .await
        .unwrap();

    let entries = world.platform_entries().split_off(before);
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].action, AuditAction::Update);
    assert_eq!(
        entries[0].changes.as_map()["password_hash"].new,
        json!("changed")
    );
    assert_eq!(entries[1].action, AuditAction::Revoke);
    assert_eq!(entries[1].entity, Some(elsewhere.session.id().as_uuid()));
    assert!(entries[0].batch.is_some());
    assert_eq!(entries[0].batch, entries[1].batch);
}

#[tokio::test]
async fn first_preferences_are_audited_as_made_and_later_ones_as_changed() {
    let world = World::new();
    let ada = somebody(&world).await;
    let change = async |locale: &str| {
        let change = PreferencesChange {
            locale: Patch::Set(locale.parse().unwrap()),
            ..PreferencesChange::default()
        };
        world
            .accounts()
            .change_preferences(&ada, &Expected::Any, Ok(change))
            .await
            .unwrap()
    };

    let first = change("de").await;
    assert_eq!(first.state().stamps.version, Version::FIRST);
    let entry = world.last_entry();
    assert_eq!(entry.action, AuditAction::Create);
    assert_eq!(
        entry.changes.names().collect::<Vec<_>>(),
        ["locale", "preferences", "timezone"]
    );
    change("fr").await;
    let entry = world.last_entry();
    assert_eq!(entry.action, AuditAction::Update);
    assert_eq!(entry.changes.names().collect::<Vec<_>>(), ["locale"]);
    let before = world.platform_entries().len();
    change("fr").await;
    assert_eq!(world.platform_entries().len(), before);
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_that_tells_who_it_was() {
    let world = World::new();
    let (organization, _owner) = world.found().await;
    let member = world.join(&organization, RoleTemplate::Manager).await;
    let ada = member.principal.clone();
    let change = PreferencesChange {
        locale: Patch::Set("de".parse().unwrap()),
        preferences: Patch::Set(json!({"phone": "12345"}).as_object().unwrap().clone()),
        ..PreferencesChange::default()
    };
    world
        .accounts()
        .change_preferences(&ada, &Expected::Any, Ok(change))
        .await
        .unwrap();
    let admin = world.admin().await;
    world
        .platform_users()
        .grant(&admin, ada.user, PlatformRole::System)
        .await
        .unwrap();

    deletion(&world).delete(&ada, &Expected::Any).await.unwrap();

    let unit = world.ports().store.begin(&admin.scope()).await.unwrap();
    let user = unit
        .users()
        .list_by_ids(&[ada.user])
        .await
        .unwrap()
        .remove(0);
    let state = user.state();
    assert_eq!(
        state.email.as_str(),
        format!("erased-{}@erased.invalid", ada.user)
    );
    assert_eq!(state.display_name.as_str(), "Erased user");
    assert_eq!(state.password, None);
    assert_eq!(state.stamps.deleted_at, Some(world.clock.now()));
    let preferences = unit.preferences().find(ada.user).await.unwrap().unwrap();
    assert!(preferences.state().preferences.is_empty());
    assert_eq!(preferences.state().locale.as_str(), "en");
    assert_eq!(unit.platform_roles().list_of(ada.user).await.unwrap(), []);
    let led = unit.directory().list_organizations_of(ada.user);
    assert_eq!(led.await.unwrap(), []);

    let left = world.entries(organization.id(), "membership");
    let left = left.last().unwrap();
    assert_eq!(left.action, AuditAction::Delete);
    assert_eq!(left.entity, Some(member.membership.state().id.as_uuid()));
    assert_eq!(left.reason.as_deref(), Some("account-deleted"));
    let out = world
        .access()
        .authorize(
            &ada,
            &organization.id().to_string(),
            tenancy::Permission::OrganizationView,
        )
        .await;
    assert!(matches!(out, Err(TenancyError::NotAMember)), "{out:?}");
}

#[tokio::test]
async fn an_owner_who_is_needed_cannot_go_and_nothing_is_changed() {
    let world = World::new();
    let (organization, owner) = world.found().await;
    let (other, _) = world.found().await;
    let second = world.join(&organization, RoleTemplate::Owner).await;
    world.join_as(&other, &owner, RoleTemplate::Viewer).await;

    // Another owner is there, but it is this one who answers for the organization.
    let refused = deletion(&world)
        .delete(&owner.principal, &Expected::Any)
        .await;
    assert!(
        matches!(refused, Err(TenancyError::OwnerNeedsOwnerRole)),
        "{refused:?}"
    );
    deletion(&world)
        .delete(&second.principal, &Expected::Any)
        .await
        .unwrap();
    let refused = deletion(&world)
        .delete(&owner.principal, &Expected::Any)
        .await;
    assert!(
        matches!(refused, Err(TenancyError::LastOwner)),
        "{refused:?}"
    );
    for organization in [&organization, &other] {
        world
            .member(organization, &owner, tenancy::Permission::OrganizationView)
            .await;
    }
}

#[tokio::test]
async fn the_owner_of_a_deleted_organization_can_go() {
    let world = World::new();
    let (organization, owner) = world.found().await;
    let member = world
        .member(
            &organization,
            &owner,
            tenancy::Permission::OrganizationDelete,
        )
        .await;
    world
        .service(tenancy::Organizations::new)
        .delete(&member, &Expected::Any)
        .await
        .unwrap();

    deletion(&world)
        .delete(&owner.principal, &Expected::Any)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_api_key_reads_the_account_and_changes_nothing() {
    let world = World::new();
    let ada = somebody(&world).await;
    let key = world.api_key_of(ada.user);
    let accounts = world.accounts();

    assert_eq!(accounts.read(&key).await.unwrap().id(), ada.user);
    let any = Expected::Any;
    for outcome in [
        accounts
            .update(&key, &any, Ok(AccountChange::default()))
            .await
            .map(drop),
        accounts
            .change_password(&key, &any, Ok(new_password(PASSWORD)))
            .await,
        accounts.preferences(&key).await.map(drop),
        accounts
            .change_preferences(&key, &any, Ok(PreferencesChange::default()))
            .await
            .map(drop),
        deletion(&world).delete(&key, &any).await,
    ] {
        assert!(
            matches!(outcome, Err(TenancyError::SessionRequired)),
            "{outcome:?}"
        );
    }
}
