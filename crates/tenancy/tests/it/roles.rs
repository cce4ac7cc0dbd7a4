//! Roles.

use kernel::{
    AuditAction, Expected, FieldErrors, FieldFault, PageRequest, Patch, RoleId, StoredAnswer,
    Version,
};
use serde_json::json;
use tenancy::{
    Member, NewInvitation, NewRole, Permission, PermissionSet, Role, RoleChange, RoleTemplate,
    Roles, TenancyError,
};
use uuid::Uuid;

use crate::invitations::{Scene, an_organization};
use crate::world::{Person, fresh, never_repeated, once};

fn a_role(name: &str, permissions: impl IntoIterator<Item = Permission>) -> NewRole {
    NewRole {
        name: name.parse().unwrap(),
        description: "".parse().unwrap(),
        permissions: permissions.into_iter().collect(),
    }
}

fn rights(permissions: impl IntoIterator<Item = Permission>) -> RoleChange {
    RoleChange {
        permissions: Patch::Set(permissions.into_iter().collect()),
        ..RoleChange::default()
    }
}

impl Scene {
    fn roles(&self) -> Roles {
        self.world.service(Roles::new)
    }

    async fn role_admin(&self, person: &Person) -> Member {
        self.world
            .member(&self.organization, person, Permission::RoleCreate)
            .await
    }

    async fn make_role(&self, name: &str) -> Role {
        let member = self.role_admin(&self.owner).await;
        let new = a_role(name, [Permission::TeamView]);
        fresh(
            self.roles()
                .create(&member, Ok(new), &never_repeated())
                .await
                .unwrap(),
        )
    }

    /// Somebody with a custom role that has these rights.
    async fn somebody_with(
        &self,
        name: &str,
        permissions: impl IntoIterator<Item = Permission>,
    ) -> Person {
        let owner = self.role_admin(&self.owner).await;
        let role = self
            .roles()
            .create(&owner, Ok(a_role(name, permissions)), &never_repeated())
            .await;
        let role = fresh(role.unwrap()).state().id;
        let person = self
            .world
            .join(&self.organization, RoleTemplate::Viewer)
            .await;
        self.world
            .give_role(&self.organization, &person, role)
            .await;
        person
    }
}

#[tokio::test]
async fn a_role_is_made_with_an_entry_in_the_audit_log() {
    let scene = an_organization().await;

    let role = scene.make_role("Closer").await;

    let member = scene.role_admin(&scene.owner).await;
    let read = scene.roles().read(&member, role.state().id).await.unwrap();
    assert_eq!(read, role);
    let entries = scene.world.entries(scene.organization.id(), "role");
    let entry = entries.last().unwrap();
    assert_eq!(entry.action, AuditAction::Create);
    assert_eq!(
        serde_json::to_value(&entry.changes).unwrap(),
        json!({
            "name": {"old": null, "new": "Closer"},
            "description": {"old": null, "new": ""},
            "permissions": {"old": null, "new": ["team.view"]},
        })
    );
}

#[tokio::test]
async fn nobody_makes_a_role_with_a_right_that_they_do_not_hold() {
    let scene = an_organization().await;
    let person = scene
        .somebody_with("Maker", [Permission::RoleCreate, Permission::TeamView])
        .await;
    let member = scene.role_admin(&person).await;

    let new = a_role("Mighty", [Permission::TeamView, Permission::AuditView]);
    let refused = scene
        .roles()
        .create(&member, Ok(new), &never_repeated())
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
async fn a_name_is_taken_in_any_case() {
    let scene = an_organization().await;
    scene.make_role("Closer").await;
    let member = scene.role_admin(&scene.owner).await;

    for name in ["CLOSER", "Viewer"] {
        let refused = scene
            .roles()
            .create(&member, Ok(a_role(name, [])), &never_repeated())
            .await;
        assert!(
            matches!(refused, Err(TenancyError::RoleNameTaken)),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_repeated_request_makes_one_role() {
    let scene = an_organization().await;
    let member = scene.role_admin(&scene.owner).await;
    let render = |role: &Role| StoredAnswer::Withheld {
        id: role.state().id.as_uuid(),
    };
    let create = async || {
        let once = once(1, 1, &render);
        let new = a_role("Closer", []);
        scene.roles().create(&member, Ok(new), &once).await.unwrap()
    };

    let first = fresh(create().await);

    assert_eq!(create().await, kernel::Done::Replayed(render(&first)));
}

#[tokio::test]
async fn a_change_is_written_down_and_takes_effect_for_who_has_the_role() {
    let scene = an_organization().await;
    let person = scene.somebody_with("Closer", [Permission::TeamView]).await;
    let member = scene.role_admin(&scene.owner).await;
    let listed = scene.roles().list(&member, &PageRequest::first()).await;
    let role = listed.unwrap().items.pop().unwrap();

    let change = rights([Permission::TeamView, Permission::AuditView]);
    let changed = scene
        .roles()
        .update(&member, role.state().id, &Expected::Any, Ok(change.clone()))
        .await
        .unwrap();
    let again = scene
        .roles()
        .update(&member, role.state().id, &Expected::Any, Ok(change))
        .await
        .unwrap();

    assert_eq!(changed.state().stamps.version, Version::from_number(2));
    assert_eq!(again, changed);
    scene
        .world
        .member(&scene.organization, &person, Permission::AuditView)
        .await;
    let entries = scene.world.entries(scene.organization.id(), "role");
    assert_eq!(
        serde_json::to_value(&entries.last().unwrap().changes).unwrap(),
        json!({"permissions": {"old": ["team.view"], "new": ["team.view", "audit.view"]}})
    );
}

#[tokio::test]
async fn rights_are_added_and_taken_only_by_who_holds_them() {
    let scene = an_organization().await;
    let person = scene
        .somebody_with(
            "Maker",
            RoleTemplate::Viewer
                .permissions()
                .iter()
                .chain([Permission::RoleCreate, Permission::RoleUpdate]),
        )
        .await;
    let member = scene.role_admin(&person).await;
    let viewer = scene
        .world
        .role(&scene.organization, RoleTemplate::Viewer)
        .await;
    let consultant = scene
        .world
        .role(&scene.organization, RoleTemplate::Consultant)
        .await;
    let update = async |role, change| {
        scene
            .roles()
            .update(&member, role, &Expected::Any, Ok(change))
            .await
    };

    let added = update(viewer, rights([Permission::AuditView])).await;
    assert!(
        matches!(
            added,
            Err(TenancyError::RightNotHeld(Permission::AuditView))
        ),
        "{added:?}"
    );
    let taken = update(consultant, rights([Permission::TeamView])).await;
    assert!(
        matches!(
            taken,
            Err(TenancyError::RightNotHeld(
                Permission::RoleView | Permission::ApiKeyCreate
            ))
        ),
        "{taken:?}"
    );
    update(viewer, rights([Permission::TeamView]))
        .await
        .unwrap();
    let renamed = RoleChange {
        name: Patch::Set("Adviser".parse().unwrap()),
        ..RoleChange::default()
    };
    update(consultant, renamed).await.unwrap();
}

#[tokio::test]
async fn the_owner_role_cannot_be_changed_and_no_template_be_deleted() {
    let scene = an_organization().await;
    let member = scene.role_admin(&scene.owner).await;
    let owner = scene
        .world
        .role(&scene.organization, RoleTemplate::Owner)
        .await;
    let viewer = scene
        .world
        .role(&scene.organization, RoleTemplate::Viewer)
        .await;
    let roles = scene.roles();

    let changed = roles
        .update(&member, owner, &Expected::Any, Ok(rights([])))
        .await;
    assert!(
        matches!(changed, Err(TenancyError::OwnerRoleIsFixed)),
        "{changed:?}"
    );
    roles
        .update(&member, viewer, &Expected::Any, Ok(rights([])))
        .await
        .unwrap();
    for role in [owner, viewer] {
        let deleted = roles.delete(&member, role, &Expected::Any).await;
        assert!(
            matches!(deleted, Err(TenancyError::TemplateRoleStays)),
            "{deleted:?}"
        );
    }
}

#[tokio::test]
async fn a_role_is_deleted_once_nobody_has_it_and_nobody_is_invited_to_it() {
    let scene = an_organization().await;
    let role = scene.make_role("Closer").await;
    let id = role.state().id;
    let member = scene.role_admin(&scene.owner).await;
    let delete = async || scene.roles().delete(&member, id, &Expected::Any).await;
    let person = scene
        .world
        .join(&scene.organization, RoleTemplate::Viewer)
        .await;

    scene
        .world
        .give_role(&scene.organization, &person, id)
        .await;
    let refused = delete().await;
    assert!(
        matches!(refused, Err(TenancyError::RoleInUse)),
        "{refused:?}"
    );

    let other = scene.make_role("Opener").await;
    let wish = NewInvitation {
        email: "ada@example.com".parse().unwrap(),
        role: other.state().id,
    };
    let by = scene.inviter(&scene.owner).await;
    let invited = scene
        .invitations()
        .invite(&by, Ok(wish), &never_repeated())
        .await;
    let invited = fresh(invited.unwrap());
    let delete_other = async || {
        let id = other.state().id;
        scene.roles().delete(&member, id, &Expected::Any).await
    };
    let refused = delete_other().await;
    assert!(
        matches!(refused, Err(TenancyError::RoleInUse)),
        "{refused:?}"
    );
    scene
        .invitations()
        .revoke(&by, invited.id(), &Expected::Any)
        .await
        .unwrap();
    delete_other().await.unwrap();

    let gone = scene.roles().read(&member, other.state().id).await;
    assert!(
        matches!(gone, Err(TenancyError::NotFound("role"))),
        "{gone:?}"
    );
    let entries = scene.world.entries(scene.organization.id(), "role");
    let entry = entries.last().unwrap();
    assert_eq!(entry.action, AuditAction::Delete);
    assert_eq!(entry.changes.names().collect::<Vec<_>>(), ["deleted_at"]);
}

#[tokio::test]
async fn absent_comes_before_stale_and_stale_before_invalid() {
    let scene = an_organization().await;
    let role = scene.make_role("Closer").await;
    let member = scene.role_admin(&scene.owner).await;
    let nonsense = || FieldErrors::one("#/name", FieldFault::new("required", "nonsense"));
    let stale = Expected::OneOf(vec![Version::from_number(7)]);
    let absent = RoleId::from_uuid(Uuid::from_u128(7));
    let update = async |id, expected| {
        scene
            .roles()
            .update(&member, id, expected, Err(nonsense()))
            .await
    };

    let one = update(absent, &stale).await;
    let two = update(role.state().id, &stale).await;
    let three = update(role.state().id, &Expected::Any).await;

    assert!(
        matches!(one, Err(TenancyError::NotFound("role"))),
        "{one:?}"
    );
    assert!(matches!(two, Err(TenancyError::Stale)), "{two:?}");
    assert!(matches!(three, Err(TenancyError::Invalid(_))), "{three:?}");
}

#[tokio::test]
async fn the_rights_of_an_owner_include_all_of_the_catalogue() {
    let scene = an_organization().await;
    let member = scene.role_admin(&scene.owner).await;

    assert_eq!(member.rights(), &PermissionSet::all());
}
