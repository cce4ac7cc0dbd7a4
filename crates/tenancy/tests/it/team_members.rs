//! Who is in which team.

use kernel::{
    AuditAction, Expected, FieldErrors, FieldFault, MembershipId, PageRequest, StoredAnswer,
    TeamId, TeamMemberId, Version,
};
use serde_json::json;
use tenancy::{
    Departure, Member, NewTeam, Organization, Permission, Placement, RoleTemplate, TeamMemberCard,
    TeamMembers, Teams, TenancyError,
};

use crate::world::{Person, World, fresh, never_repeated, once};

struct Scene {
    world: World,
    organization: Organization,
    owner: Person,
    member: Member,
    team: TeamId,
}

async fn a_team() -> Scene {
    let world = World::new();
    let (organization, owner) = world.found().await;
    let member = world
        .member(&organization, &owner, Permission::TeamUpdate)
        .await;
    let team = make(&world, &member, "North").await;
    Scene {
        world,
        organization,
        owner,
        member,
        team,
    }
}

async fn make(world: &World, member: &Member, name: &str) -> TeamId {
    let new = NewTeam {
        name: name.parse().unwrap(),
        description: "".parse().unwrap(),
    };
    let done = world
        .service(Teams::new)
        .create(member, Ok(new), &never_repeated())
        .await;
    fresh(done.unwrap()).id()
}

impl Scene {
    fn team_members(&self) -> TeamMembers {
        self.world.service(TeamMembers::new)
    }

    async fn add(&self, person: &Person) -> Result<TeamMemberCard, TenancyError> {
        let membership = person.membership.state().id;
        self.team_members()
            .add(&self.member, self.team, Ok(membership), &never_repeated())
            .await
            .map(fresh)
    }

    async fn join(&self) -> Person {
        self.world
            .join(&self.organization, RoleTemplate::Member)
            .await
    }

    async fn ids(&self) -> Vec<TeamMemberId> {
        let page = self
            .team_members()
            .list(&self.member, self.team, &PageRequest::first())
            .await
            .unwrap();
        page.items.iter().map(|card| card.member.id()).collect()
    }
}

#[tokio::test]
async fn a_member_is_put_into_a_team_and_shown_with_name_and_address() {
    let scene = a_team().await;
    let person = scene.join().await;

    let card = scene.add(&person).await.unwrap();

    assert_eq!(card.user, person.user.id());
    assert_eq!(card.email, person.user.state().email);
    assert_eq!(card.display_name, person.user.state().display_name);
    let service = scene.team_members();
    let id = card.member.id();
    let read = service.read(&scene.member, scene.team, id).await.unwrap();
    assert_eq!(read, card);
    let [entry] = &scene.world.entries(scene.organization.id(), "team_member")[..] else {
        panic!("one entry");
    };
    assert_eq!((entry.action, entry.batch), (AuditAction::Create, None));
    assert_eq!(entry.entity, Some(id.as_uuid()));
    assert_eq!(
        serde_json::to_value(&entry.changes).unwrap(),
        json!({
            "team_id": {"old": null, "new": scene.team},
            "membership_id": {"old": null, "new": person.membership.state().id},
            "joined_at": {"old": null, "new": "2026-01-15T12:00:00Z"},
        })
    );
}

#[tokio::test]
async fn only_living_members_come_into_a_team_and_only_once() {
    let scene = a_team().await;
    let (_, stranger) = scene.world.found().await;
    let gone = scene.join().await;
    scene.world.leave(&scene.organization, &gone).await;
    scene.add(&scene.owner).await.unwrap();

    let twice = scene.add(&scene.owner).await;
    assert!(matches!(twice, Err(TenancyError::AlreadyInTeam)));
    for nobody in [&stranger, &gone] {
        let refused = scene.add(nobody).await;
        assert!(
            matches!(refused, Err(TenancyError::NotFound("member"))),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn many_are_put_into_a_team_at_once_with_one_outcome_each_and_a_common_batch() {
    let scene = a_team().await;
    let (first, second, present) = (scene.join().await, scene.join().await, scene.join().await);
    scene.add(&present).await.unwrap();
    let nobody = MembershipId::from_uuid(testkit::a_unique_id());
    let id = |person: &Person| person.membership.state().id;
    let wishes = vec![id(&first), nobody, id(&present), id(&second), id(&first)];

    let done = scene
        .team_members()
        .add_all(
            &scene.member,
            scene.team,
            Ok(wishes.clone()),
            &never_repeated(),
        )
        .await;
    let told = fresh(done.unwrap());

    assert_eq!(told.iter().map(|(id, _)| *id).collect::<Vec<_>>(), wishes);
    assert!(matches!(
        told.iter()
            .map(|(_, placement)| *placement)
            .collect::<Vec<_>>()[..],
        [
            Placement::Added(_),
            Placement::NoSuchMember,
            Placement::AlreadyIn,
            Placement::Added(_),
            Placement::AlreadyIn
        ]
    ));
    assert_eq!(scene.ids().await.len(), 3);
    let entries = scene.world.entries(scene.organization.id(), "team_member");
    assert_eq!(entries.len(), 3);
    assert!(entries[1].batch.is_some());
    assert_eq!(entries[1].batch, entries[2].batch);
}

#[tokio::test]
async fn a_repeated_wish_is_carried_out_once() {
    let scene = a_team().await;
    let person = scene.join().await;
    let service = scene.team_members();
    let render = |card: &TeamMemberCard| StoredAnswer::Withheld {
        id: card.member.id().as_uuid(),
    };
    let wish = Ok(person.membership.state().id);

    let done = service
        .add(
            &scene.member,
            scene.team,
            wish.clone(),
            &once(1, 1, &render),
        )
        .await;
    let card = fresh(done.unwrap());
    let again = service
        .add(&scene.member, scene.team, wish, &once(1, 1, &render))
        .await
        .unwrap();

    assert_eq!(again, kernel::Done::Replayed(render(&card)));
    assert_eq!(scene.ids().await, [card.member.id()]);
}

#[tokio::test]
async fn somebody_is_taken_out_of_a_team_and_can_come_back() {
    let scene = a_team().await;
    let person = scene.join().await;
    let first = scene.add(&person).await.unwrap().member.id();
    let service = scene.team_members();
    let stale = Expected::OneOf(vec![Version::from_number(2)]);

    let refused = service
        .remove(&scene.member, scene.team, first, &stale)
        .await;
    assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
    service
        .remove(&scene.member, scene.team, first, &Expected::Any)
        .await
        .unwrap();
    let again = service
        .remove(&scene.member, scene.team, first, &Expected::Any)
        .await;
    assert!(
        matches!(again, Err(TenancyError::NotFound("team member"))),
        "{again:?}"
    );
    let second = scene.add(&person).await.unwrap().member.id();

    assert_eq!(scene.ids().await, [second]);
    let entries = scene.world.entries(scene.organization.id(), "team_member");
    assert_eq!(entries[1].action, AuditAction::Delete);
    assert_eq!(
        serde_json::to_value(&entries[1].changes).unwrap(),
        json!({"deleted_at": {"old": null, "new": "2026-01-15T12:00:00Z"}})
    );
}

#[tokio::test]
async fn many_are_taken_out_at_once_with_one_outcome_each() {
    let scene = a_team().await;
    let mut places = Vec::new();
    for _ in 0..3 {
        let person = scene.join().await;
        places.push(scene.add(&person).await.unwrap().member.id());
    }
    let other_team = make(&scene.world, &scene.member, "South").await;
    let done = scene
        .team_members()
        .add(
            &scene.member,
            other_team,
            Ok(scene.owner.membership.state().id),
            &never_repeated(),
        )
        .await;
    let elsewhere = fresh(done.unwrap()).member.id();
    let wishes = vec![places[0], elsewhere, places[2], places[0]];

    let told = scene
        .team_members()
        .remove_all(&scene.member, scene.team, Ok(wishes.clone()))
        .await
        .unwrap();

    let outcomes = [
        Departure::Removed,
        Departure::NoSuchPlace,
        Departure::Removed,
        Departure::NoSuchPlace,
    ];
    assert_eq!(told, wishes.into_iter().zip(outcomes).collect::<Vec<_>>());
    assert_eq!(scene.ids().await, [places[1]]);
    let entries = scene.world.entries(scene.organization.id(), "team_member");
    let deletions = entries
        .iter()
        .filter(|entry| entry.action == AuditAction::Delete)
        .collect::<Vec<_>>();
    assert_eq!(deletions.len(), 2);
    assert!(deletions[0].batch.is_some());
    assert_eq!(deletions[0].batch, deletions[1].batch);
}

#[tokio::test]
async fn a_deleted_team_has_nobody_and_a_restored_one_has_whom_it_had() {
    let scene = a_team().await;
    let place = scene.add(&scene.owner).await.unwrap().member.id();
    let teams = scene.world.service(Teams::new);

    teams
        .delete(&scene.member, scene.team, &Expected::Any)
        .await
        .unwrap();
    let page = PageRequest::first();
    let service = scene.team_members();
    let outcomes = [
        service
            .list(&scene.member, scene.team, &page)
            .await
            .map(drop),
        service
            .read(&scene.member, scene.team, place)
            .await
            .map(drop),
        service
            .remove(&scene.member, scene.team, place, &Expected::Any)
            .await,
        scene.add(&scene.owner).await.map(drop),
    ];
    for outcome in outcomes {
        assert!(
            matches!(outcome, Err(TenancyError::NotFound("team"))),
            "{outcome:?}"
        );
    }
    teams
        .restore(&scene.member, scene.team, &never_repeated())
        .await
        .unwrap();

    assert_eq!(scene.ids().await, [place]);
}

#[tokio::test]
async fn that_a_team_is_absent_is_told_before_that_the_input_is_invalid() {
    let scene = a_team().await;
    let nobody = TeamId::from_uuid(testkit::a_unique_id());
    let nonsense = || FieldErrors::one("#", FieldFault::new("required", "nonsense"));
    let service = scene.team_members();

    for (team, is_absent) in [(nobody, true), (scene.team, false)] {
        let outcomes = [
            service
                .add(&scene.member, team, Err(nonsense()), &never_repeated())
                .await
                .map(drop),
            service
                .add_all(&scene.member, team, Err(nonsense()), &never_repeated())
                .await
                .map(drop),
            service
                .remove_all(&scene.member, team, Err(nonsense()))
                .await
                .map(drop),
        ];
        for outcome in outcomes {
            match outcome {
                Err(TenancyError::NotFound("team")) => assert!(is_absent),
                Err(TenancyError::Invalid(_)) => assert!(!is_absent),
                other => panic!("{other:?}"),
            }
        }
    }
}
