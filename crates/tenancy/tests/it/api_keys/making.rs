//! What a new key is, and what it may be given.

use kernel::{AuditAction, Credential, Done, Expected, Patch, StoredAnswer};
use serde_json::json;
use tenancy::{ApiKeyChange, IssuedApiKey, NewApiKey, Permission, RoleTemplate, TenancyError};

use super::{HOME, an_installation, wanted};
use crate::world::{fresh, never_repeated, once};

#[tokio::test]
async fn the_token_of_a_new_key_proves_who_its_bearer_works_for() {
    let scene = an_installation().await;

    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let principal = scene.authenticate(&issued.token, HOME).await.unwrap();

    assert_eq!(principal.user, scene.owner.user.id());
    assert_eq!(principal.credential, Credential::ApiKey(issued.key.id()));
    let limits = principal.limits.clone().unwrap();
    assert_eq!(limits.organization, scene.organization.id());
    assert_eq!(limits.scopes.keys(), ["team.view"]);
    let state = issued.key.state();
    assert!(issued.token.expose().starts_with(&state.prefix));
    assert_eq!(state.prefix.len(), 12);
}

#[tokio::test]
async fn the_audit_log_tells_of_a_new_key_without_its_secret() {
    let scene = an_installation().await;

    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;

    let [entry] = &scene.world.entries(scene.organization.id(), "api_key")[..] else {
        panic!("one entry");
    };
    assert_eq!(entry.action, AuditAction::Create);
    assert_eq!(
        serde_json::to_value(&entry.changes).unwrap(),
        json!({
            "user_id": {"old": null, "new": scene.owner.user.id()},
            "name": {"old": null, "new": "Nightly export"},
            "scopes": {"old": null, "new": ["team.view"]},
            "prefix": {"old": null, "new": issued.key.state().prefix},
            "key_hash": {"old": null, "new": "set"},
        })
    );
    assert!(!format!("{entry:?}").contains(issued.token.expose()));
    assert!(!format!("{issued:?}").contains(issued.token.expose()));
}

#[tokio::test]
async fn nobody_gives_a_key_what_they_do_not_hold() {
    let scene = an_installation().await;
    let person = scene.join(RoleTemplate::Consultant).await;
    let member = scene.member(&person).await;
    let scopes = [Permission::TeamView, Permission::AuditView];

    let refused = scene
        .keys()
        .create(&member, Ok(wanted(scopes)), &never_repeated())
        .await;

    assert!(
        matches!(
            refused,
            Err(TenancyError::RightNotHeld(Permission::AuditView))
        ),
        "{refused:?}"
    );
    let key = scene.issue(&person, [Permission::TeamView]).await.key;
    let change = ApiKeyChange {
        scopes: Patch::Set(scopes.into_iter().collect()),
        ..ApiKeyChange::default()
    };
    let refused = scene
        .keys()
        .update(&member, key.id(), &Expected::Any, Ok(change))
        .await;
    assert!(
        matches!(
            refused,
            Err(TenancyError::RightNotHeld(Permission::AuditView))
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_key_can_neither_make_nor_change_keys() {
    let scene = an_installation().await;
    let scopes = [Permission::ApiKeyCreate, Permission::ApiKeyView];
    let issued = scene.issue(&scene.owner, scopes).await;
    let bearer = scene.authenticate(&issued.token, HOME).await.unwrap();
    let member = scene
        .authorize(&bearer, Permission::ApiKeyCreate)
        .await
        .unwrap();
    let keys = scene.keys();

    let made = keys
        .create(&member, Ok(wanted(scopes)), &never_repeated())
        .await;
    let changed = keys
        .update(
            &member,
            issued.key.id(),
            &Expected::Any,
            Ok(ApiKeyChange::default()),
        )
        .await;

    assert!(matches!(made, Err(TenancyError::SessionRequired)));
    assert!(matches!(changed, Err(TenancyError::SessionRequired)));
    assert!(keys.read(&member, issued.key.id()).await.is_ok());
}

#[tokio::test]
async fn all_that_is_wrong_with_a_new_key_is_told_at_once() {
    let scene = an_installation().await;
    let member = scene.member(&scene.owner).await;
    let new = NewApiKey {
        expires_at: Some(testkit::FixedClock::START),
        ..wanted([])
    };

    let refused = scene
        .keys()
        .create(&member, Ok(new), &never_repeated())
        .await;

    let Err(TenancyError::Invalid(errors)) = refused else {
        panic!("{refused:?}");
    };
    let told = errors
        .as_slice()
        .iter()
        .map(|error| (error.pointer.as_str(), error.code))
        .collect::<Vec<_>>();
    assert_eq!(
        told,
        [("#/scopes", "required"), ("#/expires_at", "in-the-past")]
    );
}

#[tokio::test]
async fn a_repetition_does_not_show_the_token_again() {
    let scene = an_installation().await;
    let member = scene.member(&scene.owner).await;
    let render = |issued: &IssuedApiKey| StoredAnswer::Withheld {
        id: issued.key.id().as_uuid(),
    };
    let keys = scene.keys();
    let new = || Ok(wanted([Permission::TeamView]));

    let done = keys
        .create(&member, new(), &once(1, 1, &render))
        .await
        .unwrap();
    let issued = fresh(done);
    let again = keys
        .create(&member, new(), &once(1, 1, &render))
        .await
        .unwrap();

    assert_eq!(again, Done::Replayed(render(&issued)));
    assert_eq!(scene.events().len(), 1);
}
