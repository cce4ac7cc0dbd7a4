//! Many members at once.

use kernel::{AuditAction, MembershipId, PageRequest, RoleId, StoredAnswer};
use tenancy::ports::MemberFilter;
use tenancy::{MemberOutcome, MembersChange, RoleTemplate, TenancyError};

use super::{an_organization, id};
use crate::world::{fresh, never_repeated, once};

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
