//! Saved searches of leads.

use campaigns::{CampaignError, LeadView, LeadViewChange, NewLeadView};
use kernel::{
    Actor, Credential, Expected, Origin, PageRequest, Patch, RequestId, SessionId, TenantScope,
    UserId, Version,
};
use testkit::a_unique_id;

use crate::world::{World, fresh, once};

fn new(name: &str, is_shared: bool) -> NewLeadView {
    NewLeadView {
        name: name.parse().unwrap(),
        query: "status=new&sort=-created_at".parse().unwrap(),
        is_shared,
    }
}

impl World {
    /// The scope of somebody else of the organization.
    fn colleague(&self) -> TenantScope {
        let session = Credential::Session(SessionId::from_uuid(a_unique_id()));
        TenantScope::for_principal(
            self.scope.organization(),
            Actor::User(UserId::from_uuid(a_unique_id()), session),
            Origin::internal(RequestId::from_uuid(a_unique_id())),
        )
    }

    async fn saved(&self, scope: &TenantScope, new: NewLeadView) -> LeadView {
        let made = self.lead_views.create(scope, Ok(new), &once()).await;
        fresh(made.unwrap())
    }

    async fn views(&self, scope: &TenantScope) -> Vec<LeadView> {
        let page = PageRequest::first();
        self.lead_views.list(scope, &page).await.unwrap().items
    }
}

#[tokio::test]
async fn who_does_not_share_a_view_has_it_alone() {
    let world = World::new();
    let colleague = world.colleague();
    let own = world.saved(&world.scope, new("Mine", false)).await;
    let shared = world.saved(&world.scope, new("Ours", true)).await;

    assert_eq!(
        world.views(&world.scope).await,
        [own.clone(), shared.clone()]
    );
    assert_eq!(world.views(&colleague).await, std::slice::from_ref(&shared));
    let any = &Expected::Any;
    let hidden = world.lead_views.read(&colleague, own.id()).await;
    assert!(matches!(hidden, Err(CampaignError::NotFound(_))));
    let hidden = world.lead_views.delete(&colleague, own.id(), any).await;
    assert!(matches!(hidden, Err(CampaignError::NotFound(_))));

    let change = LeadViewChange {
        is_shared: Patch::Set(false),
        ..LeadViewChange::default()
    };
    let refused = world
        .lead_views
        .update(&colleague, shared.id(), any, Ok(change.clone()))
        .await;
    let Err(CampaignError::Invalid(errors)) = refused else {
        panic!("{refused:?}");
    };
    let fault = &errors.as_slice()[0];
    assert_eq!(
        (fault.pointer.as_str(), fault.code),
        ("#/is_shared", "not-applicable")
    );
    assert_eq!(world.views(&colleague).await, std::slice::from_ref(&shared));
    let changed = world
        .lead_views
        .update(&world.scope, shared.id(), any, Ok(change))
        .await
        .unwrap();
    assert_eq!(world.views(&colleague).await, []);
    assert_eq!(world.views(&world.scope).await, [own, changed]);
}

#[tokio::test]
async fn a_colleague_renames_what_is_shared_and_hears_of_no_view_that_they_have_not() {
    let world = World::new();
    let colleague = world.colleague();
    let hidden = world.saved(&world.scope, new("Mine", false)).await;
    let ours = world.saved(&world.scope, new("Ours", true)).await;
    let rename = |name: &str| LeadViewChange {
        name: Patch::Set(name.parse().unwrap()),
        // What it is already changes nothing.
        is_shared: Patch::Set(true),
        ..LeadViewChange::default()
    };

    let theirs = &world.lead_views;
    let any = &Expected::Any;
    let renamed = theirs.update(&colleague, ours.id(), any, Ok(rename("All of us")));
    let renamed = renamed.await.unwrap();
    let blind = theirs.update(&colleague, ours.id(), any, Ok(rename("MINE")));
    let blind = blind.await;
    let seen = theirs.update(&world.scope, ours.id(), any, Ok(rename("MINE")));
    let seen = seen.await;

    assert_eq!(renamed.state().owner, ours.state().owner);
    assert!(
        matches!(blind, Err(CampaignError::ViewNameTaken(None))),
        "{blind:?}"
    );
    assert!(
        matches!(seen, Err(CampaignError::ViewNameTaken(id)) if id == Some(hidden.id())),
        "{seen:?}"
    );
}

#[tokio::test]
async fn a_name_is_free_again_when_its_view_is_deleted_and_all_is_told() {
    let world = World::new();
    let scope = &world.scope;
    let first = world.saved(scope, new("Hot", false)).await;
    let refused = world
        .lead_views
        .create(scope, Ok(new("HOT", true)), &once())
        .await;
    assert!(
        matches!(refused, Err(CampaignError::ViewNameTaken(id)) if id == Some(first.id())),
        "{refused:?}"
    );

    let stale = Expected::OneOf(vec![Version::from_number(7)]);
    let refused = world.lead_views.delete(scope, first.id(), &stale).await;
    assert!(matches!(refused, Err(CampaignError::Stale)), "{refused:?}");
    let deleting = world.lead_views.delete(scope, first.id(), &Expected::Any);
    deleting.await.unwrap();
    let second = world.saved(scope, new("HOT", true)).await;
    let nothing = LeadViewChange {
        name: Patch::Set("HOT".parse().unwrap()),
        ..LeadViewChange::default()
    };
    let same = world
        .lead_views
        .update(scope, second.id(), &Expected::Any, Ok(nothing))
        .await;

    assert_eq!(same.unwrap(), second);
    let deeds = world.deeds();
    let deeds: Vec<_> = deeds
        .iter()
        .map(|(kind, action)| (kind.as_str(), *action))
        .collect();
    assert_eq!(
        deeds,
        [
            ("lead_view", "create"),
            ("lead_view", "delete"),
            ("lead_view", "create"),
        ]
    );
}
