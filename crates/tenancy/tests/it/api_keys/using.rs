//! What the bearer of a key gets, and what is noted of it.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{AuditAction, Secret, StorageError, TenantScope, Timestamp};
use tenancy::ports::{TenancyStore, TenancyUnit};
use tenancy::{
    ApiKeyAuthentication, ApiKeyToken, NewApiKey, Organizations, Permission, RoleTemplate,
    TenancyError, User, UserState, UserStatus,
};
use testkit::an_organization;
use time::Duration;

use super::{HOME, an_installation, wanted};
use crate::world::{fresh, never_repeated};

#[tokio::test]
async fn a_key_gives_its_scopes_but_never_more_than_its_user_holds_now() {
    let scene = an_installation().await;
    let person = scene.join(RoleTemplate::Manager).await;
    let scopes = [Permission::TeamView, Permission::TeamCreate];
    let issued = scene.issue(&person, scopes).await;
    let bearer = scene.authenticate(&issued.token, HOME).await.unwrap();

    let member = scene
        .authorize(&bearer, Permission::TeamCreate)
        .await
        .unwrap();
    assert_eq!(member.rights().keys(), ["team.view", "team.create"]);
    let beyond = scene.authorize(&bearer, Permission::TeamDelete).await;
    assert!(
        matches!(
            beyond,
            Err(TenancyError::PermissionMissing(Permission::TeamDelete))
        ),
        "{beyond:?}"
    );
    scene
        .world
        .change_role(&scene.organization, &person, RoleTemplate::Viewer)
        .await;
    let lost = scene.authorize(&bearer, Permission::TeamCreate).await;
    assert!(
        matches!(
            lost,
            Err(TenancyError::PermissionMissing(Permission::TeamCreate))
        ),
        "{lost:?}"
    );
    assert!(scene.authorize(&bearer, Permission::TeamView).await.is_ok());
}

#[tokio::test]
async fn a_key_opens_its_own_organization_only() {
    let scene = an_installation().await;
    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let bearer = scene.authenticate(&issued.token, HOME).await.unwrap();
    let new = an_organization().to_new();
    let organizations = scene.world.service(Organizations::new);
    let done = organizations
        .create(&scene.owner.principal, Ok(new.clone()), &never_repeated())
        .await;
    let other = fresh(done.unwrap());

    let refused = scene
        .world
        .access()
        .authorize(&bearer, &other.id().to_string(), Permission::TeamView)
        .await;

    assert!(
        matches!(refused, Err(TenancyError::NotAMember)),
        "{refused:?}"
    );
    let refused = organizations
        .create(&bearer, Ok(new), &never_repeated())
        .await;
    assert!(
        matches!(refused, Err(TenancyError::SessionRequired)),
        "{refused:?}"
    );
}

/// A storage that must not be asked.
struct Untouchable;

#[async_trait]
impl TenancyStore for Untouchable {
    async fn begin(&self, _: &TenantScope) -> Result<Box<dyn TenancyUnit>, StorageError> {
        panic!("the storage was asked");
    }
}

#[tokio::test]
async fn a_mistyped_token_is_refused_without_asking_the_storage() {
    let scene = an_installation().await;
    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let text = issued.token.expose();
    let mut ports = scene.world.ports();
    ports.store = Arc::new(Untouchable);
    let authentication = ApiKeyAuthentication::new(&ports);
    let last = if text.ends_with('0') { '1' } else { '0' };
    let mistyped = format!("{}{last}", &text[..text.len() - 1]);

    for bad in [mistyped.as_str(), "cvk_", "", &text[..40]] {
        let refused = authentication
            .authenticate(&Secret::new(bad.to_owned()), scene.world.origin(HOME))
            .await;
        assert!(matches!(refused, Err(TenancyError::Unauthenticated)));
    }
}

#[tokio::test]
async fn unknown_revoked_and_expired_keys_and_those_of_closed_accounts_prove_nothing() {
    let scene = an_installation().await;
    let unknown = ApiKeyToken::generate(&scene.random).secret().clone();
    let revoked = scene.issue(&scene.owner, [Permission::TeamView]).await;
    scene.revoke(&scene.owner, revoked.key.id()).await.unwrap();
    let member = scene.member(&scene.owner).await;
    let new = NewApiKey {
        expires_at: Some(testkit::FixedClock::START + Duration::HOUR),
        ..wanted([Permission::TeamView])
    };
    let done = scene
        .keys()
        .create(&member, Ok(new), &never_repeated())
        .await;
    let expiring = fresh(done.unwrap());
    let person = scene.join(RoleTemplate::Consultant).await;
    let closed = scene.issue(&person, [Permission::TeamView]).await;
    assert!(scene.authenticate(&expiring.token, HOME).await.is_ok());
    assert!(scene.authenticate(&closed.token, HOME).await.is_ok());

    scene.world.clock.advance(Duration::HOUR);
    let suspended = User::restore(UserState {
        status: UserStatus::Suspended,
        ..person.user.state().clone()
    });
    scene.world.database.add_user(&suspended.unwrap());

    for token in [unknown, revoked.token, expiring.token, closed.token] {
        let refused = scene.authenticate(&token, HOME).await;
        assert!(
            matches!(refused, Err(TenancyError::Unauthenticated)),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn who_left_the_organization_is_no_member_with_their_key_either() {
    let scene = an_installation().await;
    let person = scene.join(RoleTemplate::Consultant).await;
    let issued = scene.issue(&person, [Permission::TeamView]).await;
    scene.world.leave(&scene.organization, &person).await;

    let bearer = scene.authenticate(&issued.token, HOME).await.unwrap();
    let refused = scene.authorize(&bearer, Permission::TeamView).await;

    assert!(
        matches!(refused, Err(TenancyError::NotAMember)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn the_first_use_from_a_network_is_an_event_and_later_ones_are_not() {
    let scene = an_installation().await;
    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let key = Some(issued.key.id().as_uuid());

    for ip in ["198.51.100.7", "198.51.100.200", "198.51.100.7"] {
        scene.authenticate(&issued.token, ip).await.unwrap();
    }
    scene
        .authenticate(&issued.token, "2001:db8:1:2::7")
        .await
        .unwrap();

    assert_eq!(
        scene.events()[1..],
        [(AuditAction::Login, key), (AuditAction::Login, key)]
    );
    let entries = scene.world.entries(scene.organization.id(), "api_key");
    assert_eq!(entries[1].actor, Some(scene.owner.user.id()));
    assert_eq!(entries[1].actor_kind, "api_key");
    assert_eq!(entries[1].ip, Some("198.51.100.7".parse().unwrap()));
    assert_eq!(entries[1].reason.as_deref(), Some("new-network"));
}

#[tokio::test]
async fn a_use_without_an_address_is_no_event() {
    let scene = an_installation().await;
    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let origin = kernel::Origin {
        ip: None,
        ..scene.world.origin(HOME)
    };

    ApiKeyAuthentication::new(&scene.world.ports())
        .authenticate(&issued.token, origin)
        .await
        .unwrap();

    assert_eq!(scene.events().len(), 1);
}

#[tokio::test]
async fn the_last_use_is_kept_to_the_minute() {
    let scene = an_installation().await;
    let issued = scene.issue(&scene.owner, [Permission::TeamView]).await;
    let member = scene.member(&scene.owner).await;
    let start = testkit::FixedClock::START;

    for (seconds, kept) in [(0, 0), (59, 0), (60, 60), (90, 60), (120, 120)] {
        let at = |seconds: i64| -> Timestamp { start + Duration::seconds(seconds) };
        scene.world.clock.set(at(seconds));
        scene.authenticate(&issued.token, HOME).await.unwrap();
        let read = scene.keys().read(&member, issued.key.id()).await.unwrap();
        assert_eq!(read.state().last_used_at, Some(at(kept)));
        assert_eq!(read.state().stamps, issued.key.state().stamps);
    }
}
