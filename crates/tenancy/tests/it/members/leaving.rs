//! Who leaves or is removed, and who has to stay.

use kernel::{AuditAction, Expected, Patch};
use tenancy::{
    AccountDeletion, KeyLimits, OrganizationChange, Organizations, PermissionSet, RoleTemplate,
    TenancyError,
};

use super::{an_organization, id};

#[tokio::test]
async fn the_last_owner_stays_an_owner() {
    let scene = an_organization().await;
    scene.join(RoleTemplate::Admin).await;

    let demoted = scene
        .change(&scene.member, &scene.owner, RoleTemplate::Admin)
        .await;
    let removed = scene.remove(&scene.member, &scene.owner).await;
    let left = scene.members().leave(&scene.member).await;

    for refused in [demoted.map(drop), removed, left] {
        assert!(
            matches!(refused, Err(TenancyError::LastOwner)),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn who_answers_for_the_organization_can_go_after_handing_it_over() {
    let scene = an_organization().await;
    let heir = scene.join(RoleTemplate::Owner).await;

    let demoted = scene
        .change(&scene.member, &scene.owner, RoleTemplate::Admin)
        .await;
    let removed = scene.remove(&scene.acting(&heir).await, &scene.owner).await;
    let left = scene.members().leave(&scene.member).await;
    for refused in [demoted.map(drop), removed, left] {
        assert!(
            matches!(refused, Err(TenancyError::OwnerNeedsOwnerRole)),
            "{refused:?}"
        );
    }

    let handing_over = OrganizationChange {
        owner: Patch::Set(heir.user.id()),
        ..OrganizationChange::default()
    };
    scene
        .world
        .service(Organizations::new)
        .update(&scene.member, &Expected::Any, Ok(handing_over))
        .await
        .unwrap();
    scene.members().leave(&scene.member).await.unwrap();
    let refused = scene.remove(&scene.acting(&heir).await, &heir).await;
    assert!(
        matches!(refused, Err(TenancyError::LastOwner)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn who_is_removed_loses_access_and_their_places_in_teams() {
    let scene = an_organization().await;
    let person = scene.join(RoleTemplate::Member).await;
    let places = [
        scene.place(&person, "North").await,
        scene.place(&person, "South").await,
    ];
    scene.place(&scene.owner, "East").await;

    scene.remove(&scene.member, &person).await.unwrap();

    assert_eq!(scene.present().await, [id(&scene.owner)]);
    assert_eq!(scene.organizations_of(person.user.id()).await, 0);
    let refused = scene
        .world
        .access()
        .authorize_member(&person.principal, &scene.organization.id().to_string())
        .await;
    assert!(
        matches!(refused, Err(TenancyError::NotAMember)),
        "{refused:?}"
    );

    let entries = scene.world.entries(scene.organization.id(), "membership");
    let entry = entries.last().unwrap();
    assert_eq!(entry.action, AuditAction::Delete);
    assert_eq!(entry.entity, Some(id(&person).as_uuid()));
    assert_eq!(entry.changes.names().collect::<Vec<_>>(), ["deleted_at"]);
    assert!(entry.batch.is_some());
    assert_eq!(
        scene.ended_places(),
        places.map(|place| (place, entry.batch))
    );
}

#[tokio::test]
async fn anybody_can_leave_but_not_by_an_api_key() {
    let scene = an_organization().await;
    let person = scene.join(RoleTemplate::Viewer).await;
    let place = scene.place(&person, "North").await;
    let mut by_key = person.principal.clone();
    by_key.credential = kernel::Credential::ApiKey(kernel::ApiKeyId::from_uuid(uuid::Uuid::nil()));
    by_key.limits = Some(KeyLimits {
        organization: scene.organization.id(),
        scopes: PermissionSet::all(),
    });
    let by_key = scene
        .world
        .access()
        .authorize_member(&by_key, &scene.organization.id().to_string())
        .await
        .unwrap();

    let refused = scene.members().leave(&by_key).await;
    assert!(
        matches!(refused, Err(TenancyError::SessionRequired)),
        "{refused:?}"
    );
    let leaving = scene.acting(&person).await;
    scene.members().leave(&leaving).await.unwrap();

    assert_eq!(scene.present().await, [id(&scene.owner)]);
    assert_eq!(scene.organizations_of(person.user.id()).await, 0);
    assert_eq!(scene.ended_places().len(), 1);
    assert_eq!(scene.ended_places()[0].0, place);
    let entries = scene.world.entries(scene.organization.id(), "membership");
    let entry = entries.last().unwrap();
    assert_eq!(entry.actor, Some(person.user.id()));
    assert_eq!(entry.reason.as_deref(), Some("left"));
}

#[tokio::test]
async fn who_deletes_their_account_loses_their_places_in_teams() {
    let scene = an_organization().await;
    let person = scene.join(RoleTemplate::Member).await;
    let place = scene.place(&person, "North").await;

    AccountDeletion::new(&scene.world.ports())
        .delete(&person.principal, &Expected::Any)
        .await
        .unwrap();

    assert_eq!(scene.present().await, [id(&scene.owner)]);
    let ended = scene.ended_places();
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].0, place);
}
