//! Who belongs to an organization, and in which role.

use kernel::{
    AuditAction, Expected, FieldErrors, FieldFault, MembershipId, PageRequest, Patch, RoleId,
    StoredAnswer, TeamMemberId, UserId, Version,
};
use serde_json::json;
use tenancy::ports::MemberFilter;
use tenancy::{
    AccountDeletion, KeyLimits, Member, MemberCard, MemberChange, MemberOutcome, Members,
    MembersChange, NewTeam, Organization, OrganizationChange, Organizations, Permission,
    PermissionSet, RoleTemplate, TeamMembers, Teams, TenancyError,
};

use crate::world::{Person, World, fresh, never_repeated, once};

struct Scene {
    world: World,
    organization: Organization,
    owner: Person,
    member: Member,
}

async fn an_organization() -> Scene {
    let world = World::new();
    let (organization, owner) = world.found().await;
    let member = world
        .member(&organization, &owner, Permission::MemberUpdate)
        .await;
    Scene {
        world,
        organization,
        owner,
        member,
    }
}

impl Scene {
    fn members(&self) -> Members {
        self.world.service(Members::new)
    }

    async fn join(&self, template: RoleTemplate) -> Person {
        self.world.join(&self.organization, template).await
    }

    async fn acting(&self, person: &Person) -> Member {
        self.world
            .member(&self.organization, person, Permission::OrganizationView)
            .await
    }

    async fn role(&self, template: RoleTemplate) -> RoleId {
        self.world.role(&self.organization, template).await
    }

    async fn change(
        &self,
        by: &Member,
        person: &Person,
        template: RoleTemplate,
    ) -> Result<MemberCard, TenancyError> {
        let role = Patch::Set(self.role(template).await);
        self.members()
            .update(by, id(person), &Expected::Any, Ok(MemberChange { role }))
            .await
    }

    async fn remove(&self, by: &Member, person: &Person) -> Result<(), TenancyError> {
        self.members().remove(by, id(person), &Expected::Any).await
    }

    /// The ids of the members.
    async fn present(&self) -> Vec<MembershipId> {
        let page = self
            .members()
            .list(
                &self.member,
                &MemberFilter::default(),
                &PageRequest::first(),
            )
            .await
            .unwrap();
        let ids = page.items.iter().map(|card| card.membership.state().id);
        ids.collect()
    }

    /// Puts somebody into a team of their own.
    async fn place(&self, person: &Person, name: &str) -> TeamMemberId {
        let new = NewTeam {
            name: name.parse().unwrap(),
            description: "".parse().unwrap(),
        };
        let team = self
            .world
            .service(Teams::new)
            .create(&self.member, Ok(new), &never_repeated())
            .await;
        let card = self
            .world
            .service(TeamMembers::new)
            .add(
                &self.member,
                fresh(team.unwrap()).id(),
                Ok(id(person)),
                &never_repeated(),
            )
            .await;
        fresh(card.unwrap()).member.id()
    }

    /// The ended places of the audit log, with their batches.
    fn ended_places(&self) -> Vec<(TeamMemberId, Option<uuid::Uuid>)> {
        let entries = self.world.entries(self.organization.id(), "team_member");
        entries
            .into_iter()
            .filter(|entry| entry.action == AuditAction::Delete)
            .map(|entry| (TeamMemberId::from_uuid(entry.entity.unwrap()), entry.batch))
            .collect()
    }

    async fn organizations_of(&self, user: UserId) -> usize {
        let unit = self
            .world
            .unit(&self.organization, &self.owner.principal)
            .await;
        let found = unit.directory().list_organizations_of(user).await;
        found.unwrap().len()
    }
}

fn id(person: &Person) -> MembershipId {
    person.membership.state().id
}

fn done(outcomes: &[MemberOutcome]) -> Vec<(MembershipId, String)> {
    let told = outcomes.iter().map(|(id, done)| {
        let told = match done {
            Ok(()) => "done".to_owned(),
            Err(error) => kernel::Classify::code(error).to_owned(),
        };
        (*id, told)
    });
    told.collect()
}

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

#[tokio::test]
async fn what_is_refused_to_one_member_does_not_keep_the_others_from_their_new_role() {
    let scene = an_organization().await;
    let (one, two) = (
        scene.join(RoleTemplate::Viewer).await,
        scene.join(RoleTemplate::Member).await,
    );
    let nobody = MembershipId::from_uuid(uuid::Uuid::max());
    let change = MembersChange {
        members: vec![id(&one), id(&scene.owner), nobody, id(&two)],
        role: scene.role(RoleTemplate::Manager).await,
    };

    let outcomes = scene
        .members()
        .update_all(&scene.member, Ok(change), &never_repeated())
        .await;

    let outcomes = fresh(outcomes.unwrap());
    assert_eq!(
        done(&outcomes),
        [
            (id(&one), "done".to_owned()),
            (id(&scene.owner), "last-owner".to_owned()),
            (nobody, "not-found".to_owned()),
            (id(&two), "done".to_owned()),
        ]
    );
    let of_role = MemberFilter {
        role: Some(scene.role(RoleTemplate::Manager).await),
    };
    let page = scene
        .members()
        .list(&scene.member, &of_role, &PageRequest::first())
        .await
        .unwrap();
    assert_eq!(page.items.len(), 2);
    let mut entries = scene.world.entries(scene.organization.id(), "membership");
    entries.retain(|entry| entry.action == AuditAction::Update);
    assert_eq!(entries.len(), 2);
    assert!(entries[0].batch.is_some());
    assert_eq!(entries[0].batch, entries[1].batch);
}

#[tokio::test]
async fn many_are_removed_once_however_often_it_is_asked() {
    let scene = an_organization().await;
    let (one, two) = (
        scene.join(RoleTemplate::Viewer).await,
        scene.join(RoleTemplate::Member).await,
    );
    let place = scene.place(&two, "North").await;
    let ids = vec![id(&one), id(&one), id(&scene.owner), id(&two)];
    let render = |outcomes: &Vec<MemberOutcome>| StoredAnswer::Withheld {
        id: outcomes[3].0.as_uuid(),
    };

    let first = scene
        .members()
        .remove_all(&scene.member, Ok(ids.clone()), &once(1, 1, &render))
        .await
        .unwrap();
    let second = scene
        .members()
        .remove_all(&scene.member, Ok(ids), &once(1, 1, &render))
        .await
        .unwrap();

    assert_eq!(
        done(&fresh(first)),
        [
            (id(&one), "done".to_owned()),
            (id(&one), "not-found".to_owned()),
            (id(&scene.owner), "last-owner".to_owned()),
            (id(&two), "done".to_owned()),
        ]
    );
    let kernel::Done::Replayed(StoredAnswer::Withheld { id: told }) = second else {
        panic!("done twice");
    };
    assert_eq!(told, id(&two).as_uuid());
    assert_eq!(scene.present().await, [id(&scene.owner)]);
    let mut entries = scene.world.entries(scene.organization.id(), "membership");
    entries.retain(|entry| entry.action == AuditAction::Delete);
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].batch, entries[1].batch);
    assert_eq!(scene.ended_places(), [(place, entries[0].batch)]);
}

#[tokio::test]
async fn a_role_that_cannot_be_given_is_refused_for_all_at_once() {
    let scene = an_organization().await;
    let (admin, viewer) = (
        scene.join(RoleTemplate::Admin).await,
        scene.join(RoleTemplate::Viewer).await,
    );
    let by = scene.acting(&admin).await;
    let change = |role| MembersChange {
        members: vec![id(&viewer)],
        role,
    };

    let owner = scene.role(RoleTemplate::Owner).await;
    let refused = scene
        .members()
        .update_all(&by, Ok(change(owner)), &never_repeated())
        .await;
    assert!(
        matches!(refused, Err(TenancyError::RightNotHeld(_))),
        "{refused:?}"
    );
    let unknown = RoleId::from_uuid(uuid::Uuid::max());
    let refused = scene
        .members()
        .update_all(&by, Ok(change(unknown)), &never_repeated())
        .await;
    assert!(
        matches!(refused, Err(TenancyError::Invalid(_))),
        "{refused:?}"
    );
}
