//! Who sees, changes and revokes keys.

use kernel::{
    ApiKeyId, AuditAction, Expected, FieldErrors, FieldFault, PageRequest, Patch, Version,
};
use serde_json::json;
use tenancy::{ApiKeyChange, Permission, Revocation, RoleTemplate, TenancyError};
use time::Duration;

use super::{HOME, an_installation};

#[tokio::test]
async fn people_see_their_own_keys_and_with_the_right_everybodys() {
    let scene = an_installation().await;
    let person = scene.join(RoleTemplate::Consultant).await;
    let other = scene.join(RoleTemplate::Consultant).await;
    let mine = scene.issue(&person, [Permission::TeamView]).await.key.id();
    let others = scene.issue(&other, [Permission::TeamView]).await.key.id();
    let (consultant, owner) = (
        scene.member(&person).await,
        scene.member(&scene.owner).await,
    );
    let page = PageRequest::first();
    let table = [
        (&consultant, None, vec![mine]),
        (&consultant, Some(person.user.id()), vec![mine]),
        (&consultant, Some(other.user.id()), vec![]),
        (&owner, None, vec![mine, others]),
        (&owner, Some(other.user.id()), vec![others]),
    ];

    for (member, user, expected) in table {
        let listed = scene.keys().list(member, user, false, &page).await.unwrap();
        let ids = listed.items.iter().map(tenancy::ApiKey::id);
        assert_eq!(ids.collect::<Vec<_>>(), expected);
    }
    let hidden = scene.keys().read(&consultant, others).await;
    assert!(matches!(hidden, Err(TenancyError::NotFound("API key"))));
    assert!(scene.keys().read(&owner, others).await.is_ok());
    scene.revoke(&person, mine).await.unwrap();
    let ended = scene.keys().list(&owner, None, true, &page).await.unwrap();
    assert_eq!(ended.items.len(), 1);
    assert_eq!(ended.items[0].id(), mine);
}

#[tokio::test]
async fn only_its_user_changes_a_key_and_only_while_it_can_be_used() {
    let scene = an_installation().await;
    let person = scene.join(RoleTemplate::Consultant).await;
    let key = scene.issue(&person, [Permission::TeamView]).await.key;
    let (member, owner) = (
        scene.member(&person).await,
        scene.member(&scene.owner).await,
    );
    let keys = scene.keys();
    let change = || {
        Ok(ApiKeyChange {
            name: Patch::Set("Weekly".parse().unwrap()),
            scopes: Patch::Set([Permission::MemberView].into_iter().collect()),
            expires_at: Patch::Set(Some(testkit::FixedClock::START + Duration::DAY)),
        })
    };

    let others = keys
        .update(&owner, key.id(), &Expected::Any, change())
        .await;
    assert!(matches!(others, Err(TenancyError::ApiKeyOfAnother)));
    let changed = keys
        .update(&member, key.id(), &Expected::Any, change())
        .await
        .unwrap();
    assert_eq!(changed.state().scopes.keys(), ["member.view"]);
    let stale = Expected::OneOf(vec![Version::FIRST]);
    let nonsense = FieldErrors::one("#/name", FieldFault::new("required", "nonsense"));
    let old = keys.update(&member, key.id(), &stale, Err(nonsense)).await;
    assert!(matches!(old, Err(TenancyError::Stale)), "{old:?}");
    let same = keys
        .update(&member, key.id(), &Expected::Any, change())
        .await
        .unwrap();
    assert_eq!(same, changed);

    let entries = scene.world.entries(scene.organization.id(), "api_key");
    let actions: Vec<_> = entries.iter().map(|entry| entry.action).collect();
    let expected = [
        AuditAction::Create,
        AuditAction::Denied,
        AuditAction::Update,
    ];
    assert_eq!(actions, expected);
    assert_eq!(
        serde_json::to_value(&entries[2].changes).unwrap(),
        json!({
            "name": {"old": "Nightly export", "new": "Weekly"},
            "scopes": {"old": ["team.view"], "new": ["member.view"]},
            "expires_at": {"old": null, "new": "2026-01-16T12:00:00Z"},
        })
    );
    scene.world.clock.advance(Duration::DAY);
    let ended = keys
        .update(&member, key.id(), &Expected::Any, change())
        .await;
    assert!(matches!(ended, Err(TenancyError::ApiKeyEnded)), "{ended:?}");
}

#[tokio::test]
async fn a_key_is_revoked_by_its_user_or_with_the_right_to() {
    let scene = an_installation().await;
    let person = scene.join(RoleTemplate::Consultant).await;
    let stranger = scene.join(RoleTemplate::Consultant).await;
    let manager = scene.join(RoleTemplate::Manager).await;
    let first = scene.issue(&person, [Permission::TeamView]).await.key.id();
    let second = scene.issue(&person, [Permission::TeamView]).await.key.id();

    let hidden = scene.revoke(&stranger, first).await;
    assert!(matches!(hidden, Err(TenancyError::NotFound("API key"))));
    let seen = scene.revoke(&manager, first).await;
    assert!(
        matches!(
            seen,
            Err(TenancyError::PermissionMissing(Permission::ApiKeyRevoke))
        ),
        "{seen:?}"
    );
    scene.revoke(&person, first).await.unwrap();
    scene.revoke(&person, first).await.unwrap();
    scene.revoke(&scene.owner, second).await.unwrap();

    let events = scene.events();
    assert_eq!(
        events[2..],
        [
            (AuditAction::Denied, Some(first.as_uuid())),
            (AuditAction::Revoke, Some(first.as_uuid())),
            (AuditAction::Revoke, Some(second.as_uuid())),
        ]
    );
    let entries = scene.world.entries(scene.organization.id(), "api_key");
    assert_eq!(entries[2].reason.as_deref(), Some("api_key.revoke"));
    assert_eq!(
        serde_json::to_value(&entries[3].changes).unwrap(),
        json!({"revoked_at": {"old": null, "new": "2026-01-15T12:00:00Z"}})
    );
}

#[tokio::test]
async fn a_stale_revocation_is_refused() {
    let scene = an_installation().await;
    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let member = scene.member(&scene.owner).await;
    let stale = Expected::OneOf(vec![Version::from_number(3)]);

    let refused = scene.keys().revoke(&member, issued.key.id(), &stale).await;

    assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
    assert!(scene.authenticate(&issued.token, HOME).await.is_ok());
}

#[tokio::test]
async fn many_keys_are_revoked_at_once_with_one_outcome_each() {
    let scene = an_installation().await;
    let manager = scene.join(RoleTemplate::Manager).await;
    let mine = scene.issue(&manager, [Permission::TeamView]).await;
    let ended = scene.issue(&manager, [Permission::TeamView]).await.key.id();
    scene.revoke(&manager, ended).await.unwrap();
    let others = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let nobody = ApiKeyId::from_uuid(testkit::a_unique_id());
    let wishes = vec![others.key.id(), mine.key.id(), nobody, ended, mine.key.id()];
    let member = scene.member(&manager).await;

    let told = scene
        .keys()
        .revoke_all(&member, Ok(wishes.clone()))
        .await
        .unwrap();

    let outcomes = [
        Revocation::NotAllowed,
        Revocation::Revoked,
        Revocation::NoSuchKey,
        Revocation::AlreadyRevoked,
        Revocation::AlreadyRevoked,
    ];
    assert_eq!(told, wishes.into_iter().zip(outcomes).collect::<Vec<_>>());
    assert!(scene.authenticate(&mine.token, HOME).await.is_err());
    assert!(scene.authenticate(&others.token, HOME).await.is_ok());
    let entries = scene.world.entries(scene.organization.id(), "api_key");
    let bulk = entries
        .iter()
        .filter(|entry| entry.batch.is_some())
        .collect::<Vec<_>>();
    let told = bulk.iter().map(|entry| (entry.action, entry.entity));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (AuditAction::Revoke, Some(mine.key.id().as_uuid())),
            (AuditAction::Denied, Some(others.key.id().as_uuid())),
        ]
    );
    assert_eq!(bulk[0].batch, bulk[1].batch);
}
