//! Members as they are listed, and who gives which role to whom.

use kernel::{
    AuditAction, Expected, FieldErrors, FieldFault, MembershipId, PageRequest, Patch, Version,
};
use serde_json::json;
use tenancy::ports::MemberFilter;
use tenancy::{MemberCard, MemberChange, Permission, RoleTemplate, TenancyError};

use super::{an_organization, id};

#[tokio::test]
async fn members_are_listed_with_name_address_and_role() {
    let scene = an_organization().await;
    let viewer = scene.join(RoleTemplate::Viewer).await;

    let of_role = MemberFilter {
        role: Some(scene.role(RoleTemplate::Viewer).await),
    };
    let page = scene
        .members()
        .list(&scene.member, &of_role, &PageRequest::first())
        .await
        .unwrap();

    let expected = MemberCard {
        membership: viewer.membership.clone(),
        display_name: viewer.user.state().display_name.clone(),
        email: viewer.user.state().email.clone(),
        role_name: "viewer".parse().unwrap(),
        role_template: Some(RoleTemplate::Viewer),
    };
    assert_eq!(page.items, std::slice::from_ref(&expected));
    let read = scene.members().read(&scene.member, id(&viewer)).await;
    assert_eq!(read.unwrap(), expected);
    assert_eq!(scene.present().await, [id(&scene.owner), id(&viewer)]);
}

#[tokio::test]
async fn a_member_gets_another_role_and_the_audit_log_tells_both() {
    let scene = an_organization().await;
    let person = scene.join(RoleTemplate::Viewer).await;

    let card = scene
        .change(&scene.member, &person, RoleTemplate::Manager)
        .await
        .unwrap();

    assert_eq!(card.role_template, Some(RoleTemplate::Manager));
    assert_eq!(card.membership.state().stamps.version.number(), 2);
    let entries = scene.world.entries(scene.organization.id(), "membership");
    let entry = entries.last().unwrap();
    assert_eq!(entry.action, AuditAction::Update);
    assert_eq!(entry.entity, Some(id(&person).as_uuid()));
    assert_eq!(
        json!(entry.changes),
        json!({"role_id": {
            "old": scene.role(RoleTemplate::Viewer).await,
            "new": scene.role(RoleTemplate::Manager).await,
        }})
    );
}

#[tokio::test]
async fn the_role_that_somebody_has_already_changes_nothing() {
    let scene = an_organization().await;
    let person = scene.join(RoleTemplate::Viewer).await;
    let before = scene.world.entries(scene.organization.id(), "membership");

    let card = scene
        .change(&scene.member, &person, RoleTemplate::Viewer)
        .await
        .unwrap();

    assert_eq!(card.membership, person.membership);
    let after = scene.world.entries(scene.organization.id(), "membership");
    assert_eq!(before, after);
}

#[tokio::test]
async fn absent_is_told_before_stale_and_stale_before_invalid() {
    let scene = an_organization().await;
    let person = scene.join(RoleTemplate::Viewer).await;
    let nobody = MembershipId::from_uuid(uuid::Uuid::max());
    let stale = Expected::OneOf(vec![Version::from_number(9)]);
    let invalid = || {
        let fault = FieldFault::new("required", "this field is required");
        Err(FieldErrors::one("#/role_id", fault))
    };
    let members = scene.members();

    let refused = members
        .update(&scene.member, nobody, &stale, invalid())
        .await;
    assert!(
        matches!(refused, Err(TenancyError::NotFound("member"))),
        "{refused:?}"
    );
    let refused = members
        .update(&scene.member, id(&person), &stale, invalid())
        .await;
    assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
    let refused = members
        .update(&scene.member, id(&person), &Expected::Any, invalid())
        .await;
    assert!(
        matches!(refused, Err(TenancyError::Invalid(_))),
        "{refused:?}"
    );
    let refused = members.remove(&scene.member, id(&person), &stale).await;
    assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
    let refused = members.read(&scene.member, nobody).await;
    assert!(
        matches!(refused, Err(TenancyError::NotFound("member"))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_role_of_another_organization_is_a_fault_of_the_field() {
    let scene = an_organization().await;
    let person = scene.join(RoleTemplate::Viewer).await;
    let (other, _) = scene.world.found().await;
    let role = Patch::Set(scene.world.role(&other, RoleTemplate::Viewer).await);

    let refused = scene
        .members()
        .update(
            &scene.member,
            id(&person),
            &Expected::Any,
            Ok(MemberChange { role }),
        )
        .await;

    let Err(TenancyError::Invalid(errors)) = refused else {
        panic!("{refused:?}");
    };
    let faults = errors.as_slice().iter();
    let told = faults.map(|fault| (fault.pointer.as_str(), fault.code));
    assert_eq!(told.collect::<Vec<_>>(), [("#/role_id", "unknown-role")]);
}

#[tokio::test]
async fn a_member_of_another_organization_is_not_found() {
    let scene = an_organization().await;
    let (other, _) = scene.world.found().await;
    let stranger = scene.world.join(&other, RoleTemplate::Viewer).await;

    let refused = scene.remove(&scene.member, &stranger).await;
    assert!(
        matches!(refused, Err(TenancyError::NotFound("member"))),
        "{refused:?}"
    );
    let refused = scene
        .change(&scene.member, &stranger, RoleTemplate::Admin)
        .await;
    assert!(
        matches!(refused, Err(TenancyError::NotFound("member"))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn nobody_gives_takes_or_ends_more_rights_than_they_hold() {
    let scene = an_organization().await;
    let admin = scene.join(RoleTemplate::Admin).await;
    let other_owner = scene.join(RoleTemplate::Owner).await;
    let viewer = scene.join(RoleTemplate::Viewer).await;
    let by = scene.acting(&admin).await;

    let promoted = scene.change(&by, &viewer, RoleTemplate::Owner).await;
    let demoted = scene.change(&by, &other_owner, RoleTemplate::Viewer).await;
    let removed = scene.remove(&by, &other_owner).await;

    for refused in [promoted.map(drop), demoted.map(drop), removed] {
        assert!(
            matches!(
                refused,
                Err(TenancyError::RightNotHeld(Permission::OrganizationDelete))
            ),
            "{refused:?}"
        );
    }
    scene
        .change(&by, &viewer, RoleTemplate::Admin)
        .await
        .unwrap();
}

#[tokio::test]
async fn rights_that_were_lost_since_authorization_do_not_count() {
    let scene = an_organization().await;
    let viewer = scene.join(RoleTemplate::Viewer).await;
    let (demoted, removed) = (
        scene.join(RoleTemplate::Admin).await,
        scene.join(RoleTemplate::Admin).await,
    );
    let (was_admin, was_member) = (scene.acting(&demoted).await, scene.acting(&removed).await);
    scene
        .change(&scene.member, &demoted, RoleTemplate::Member)
        .await
        .unwrap();
    scene.remove(&scene.member, &removed).await.unwrap();

    let refused = scene.remove(&was_admin, &viewer).await;
    assert!(
        matches!(
            refused,
            Err(TenancyError::PermissionMissing(Permission::MemberRemove))
        ),
        "{refused:?}"
    );
    let refused = scene.remove(&was_member, &viewer).await;
    assert!(
        matches!(refused, Err(TenancyError::NotAMember)),
        "{refused:?}"
    );
}
