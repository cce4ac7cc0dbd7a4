//! Teams.

use kernel::{
    AuditAction, Expected, FieldErrors, FieldFault, IdempotencyError, PageRequest, Patch,
    StoredAnswer, TeamId, Version,
};
use serde_json::json;
use tenancy::{Member, NewTeam, Organization, Permission, Team, TeamChange, Teams, TenancyError};
use time::Duration;

use crate::world::{World, fresh, never_repeated, once};

fn named(name: &str) -> NewTeam {
    NewTeam {
        name: name.parse().unwrap(),
        description: "".parse().unwrap(),
    }
}

fn rename(name: &str) -> TeamChange {
    TeamChange {
        name: Patch::Set(name.parse().unwrap()),
        ..TeamChange::default()
    }
}

fn nonsense() -> FieldErrors {
    FieldErrors::one("#/name", FieldFault::new("required", "nonsense"))
}

async fn a_member(world: &World) -> (Organization, Member) {
    let (organization, owner) = world.found().await;
    let member = world
        .member(&organization, &owner, Permission::TeamCreate)
        .await;
    (organization, member)
}

async fn make(world: &World, member: &Member, name: &str) -> Team {
    let done = world
        .service(Teams::new)
        .create(member, Ok(named(name)), &never_repeated())
        .await;
    fresh(done.unwrap())
}

#[tokio::test]
async fn a_team_is_made_with_an_entry_in_the_audit_log() {
    let world = World::new();
    let (organization, member) = a_member(&world).await;

    let team = make(&world, &member, "North").await;

    let read = world.service(Teams::new).read(&member, team.id()).await;
    assert_eq!(read.unwrap(), team);
    let [entry] = &world.entries(organization.id(), "team")[..] else {
        panic!("one entry");
    };
    assert_eq!(entry.action, AuditAction::Create);
    assert_eq!(entry.entity, Some(team.id().as_uuid()));
    assert_eq!(entry.actor, Some(member.user()));
    assert_eq!(
        serde_json::to_value(&entry.changes).unwrap(),
        json!({
            "name": {"old": null, "new": "North"},
            "description": {"old": null, "new": ""},
        })
    );
}

#[tokio::test]
async fn a_change_is_written_down_with_old_and_new_and_no_change_is_not() {
    let world = World::new();
    let (organization, member) = a_member(&world).await;
    let teams = world.service(Teams::new);
    let team = make(&world, &member, "North").await;
    world.clock.advance(Duration::HOUR);

    let same = teams
        .update(&member, team.id(), &Expected::Any, Ok(rename("North")))
        .await
        .unwrap();
    let changed = teams
        .update(&member, team.id(), &Expected::Any, Ok(rename("north")))
        .await
        .unwrap();

    assert_eq!(same, team);
    assert_eq!(changed.state().stamps.version, Version::from_number(2));
    assert_eq!(
        changed.state().stamps.updated_at - team.state().stamps.updated_at,
        Duration::HOUR
    );
    let entries = world.entries(organization.id(), "team");
    assert_eq!(entries.len(), 2);
    assert_eq!(
        serde_json::to_value(&entries[1].changes).unwrap(),
        json!({"name": {"old": "North", "new": "north"}})
    );
}

#[tokio::test]
async fn what_is_absent_is_told_before_what_is_stale_and_that_before_what_is_invalid() {
    let world = World::new();
    let (_, member) = a_member(&world).await;
    let teams = world.service(Teams::new);
    let team = make(&world, &member, "North").await;
    let nobody = TeamId::from_uuid(testkit::a_unique_id());
    let stale = Expected::OneOf(vec![Version::from_number(7)]);

    let absent = teams.update(&member, nobody, &stale, Err(nonsense())).await;
    let old = teams
        .update(&member, team.id(), &stale, Err(nonsense()))
        .await;
    let invalid = teams
        .update(&member, team.id(), &Expected::Any, Err(nonsense()))
        .await;

    assert!(matches!(absent, Err(TenancyError::NotFound("team"))));
    assert!(matches!(old, Err(TenancyError::Stale)));
    assert!(matches!(invalid, Err(TenancyError::Invalid(_))));
    let deletion = teams.delete(&member, team.id(), &stale).await;
    assert!(matches!(deletion, Err(TenancyError::Stale)));
}

#[tokio::test]
async fn a_taken_name_is_refused_by_naming_the_team_that_has_it() {
    let world = World::new();
    let (_, member) = a_member(&world).await;
    let teams = world.service(Teams::new);
    let north = make(&world, &member, "North").await;
    let south = make(&world, &member, "South").await;

    let second = teams
        .create(&member, Ok(named("NORTH")), &never_repeated())
        .await;
    let renamed = teams
        .update(&member, south.id(), &Expected::Any, Ok(rename("north")))
        .await;

    for refused in [second.map(drop), renamed.map(drop)] {
        assert!(
            matches!(refused, Err(TenancyError::TeamNameTaken(id)) if id == north.id()),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_deleted_team_is_gone_its_name_free_and_it_comes_back_when_the_name_is_free_again() {
    let world = World::new();
    let (organization, member) = a_member(&world).await;
    let teams = world.service(Teams::new);
    let old = make(&world, &member, "North").await;

    teams
        .delete(&member, old.id(), &Expected::Any)
        .await
        .unwrap();
    let read = teams.read(&member, old.id()).await;
    assert!(matches!(read, Err(TenancyError::NotFound("team"))));
    let new = make(&world, &member, "north").await;
    let refused = teams.restore(&member, old.id(), &never_repeated()).await;
    assert!(
        matches!(refused, Err(TenancyError::TeamNameTaken(id)) if id == new.id()),
        "{refused:?}"
    );
    let alive = teams.restore(&member, new.id(), &never_repeated()).await;
    assert!(matches!(alive, Err(TenancyError::NotDeleted)), "{alive:?}");
    teams
        .delete(&member, new.id(), &Expected::Any)
        .await
        .unwrap();
    let done = teams.restore(&member, old.id(), &never_repeated()).await;
    let back = fresh(done.unwrap());

    assert_eq!(back.state().name, old.state().name);
    let page = PageRequest::first();
    let living = teams.list(&member, false, &page).await.unwrap();
    assert_eq!(living.items, [back]);
    let deleted = teams.list(&member, true, &page).await.unwrap();
    assert_eq!(
        deleted.items.iter().map(Team::id).collect::<Vec<_>>(),
        [new.id()]
    );
    let entries = world.entries(organization.id(), "team");
    let of_old = entries
        .iter()
        .filter(|entry| entry.entity == Some(old.id().as_uuid()))
        .map(|entry| (entry.action, serde_json::to_value(&entry.changes).unwrap()))
        .collect::<Vec<_>>();
    let at = "2026-01-15T12:00:00Z";
    assert_eq!(
        of_old[1..],
        [
            (
                AuditAction::Delete,
                json!({"deleted_at": {"old": null, "new": at}})
            ),
            (
                AuditAction::Restore,
                json!({"deleted_at": {"old": at, "new": null}})
            ),
        ]
    );
}

#[tokio::test]
async fn a_repeated_request_makes_one_team() {
    let world = World::new();
    let (organization, member) = a_member(&world).await;
    let teams = world.service(Teams::new);
    let render = |team: &Team| StoredAnswer::Withheld {
        id: team.id().as_uuid(),
    };

    let done = teams
        .create(&member, Ok(named("North")), &once(1, 1, &render))
        .await;
    let made = fresh(done.unwrap());
    let again = teams
        .create(&member, Ok(named("North")), &once(1, 1, &render))
        .await
        .unwrap();
    let other = teams
        .create(&member, Ok(named("South")), &once(1, 2, &render))
        .await;

    assert_eq!(again, kernel::Done::Replayed(render(&made)));
    assert!(
        matches!(
            other,
            Err(TenancyError::Idempotency(IdempotencyError::Reused))
        ),
        "{other:?}"
    );
    assert_eq!(world.entries(organization.id(), "team").len(), 1);
}

#[tokio::test]
async fn a_refused_request_does_not_use_its_key_up() {
    let world = World::new();
    let (_, member) = a_member(&world).await;
    let teams = world.service(Teams::new);
    let render = |team: &Team| StoredAnswer::Withheld {
        id: team.id().as_uuid(),
    };

    let refused = teams
        .create(&member, Err(nonsense()), &once(1, 1, &render))
        .await;
    let made = teams
        .create(&member, Ok(named("North")), &once(1, 2, &render))
        .await;

    assert!(matches!(refused, Err(TenancyError::Invalid(_))));
    fresh(made.unwrap());
}

#[tokio::test]
async fn a_team_of_another_organization_is_absent() {
    let world = World::new();
    let (_, member) = a_member(&world).await;
    let (_, stranger) = a_member(&world).await;
    let teams = world.service(Teams::new);
    let team = make(&world, &member, "North").await;

    let outcomes = [
        teams.read(&stranger, team.id()).await.map(drop),
        teams
            .update(&stranger, team.id(), &Expected::Any, Ok(rename("Mine")))
            .await
            .map(drop),
        teams.delete(&stranger, team.id(), &Expected::Any).await,
        teams
            .restore(&stranger, team.id(), &never_repeated())
            .await
            .map(drop),
    ];

    for outcome in outcomes {
        assert!(
            matches!(outcome, Err(TenancyError::NotFound("team"))),
            "{outcome:?}"
        );
    }
}
