//! Members who are changed by several people at once.

use std::sync::Arc;

use infrastructure::{DatabaseSettings, PostgresDatabase, SystemClock, SystemIds};
use kernel::{
    Actor, Clock, Credential, Done, Expected, Once, OrganizationId, Origin, PageRequest, RequestId,
    SessionId, StoredAnswer, TenantScope,
};
use tenancy::ports::{MemberFilter, TenancyStore};
use tenancy::{
    Access, Member, Members, Membership, Organizations, Permission, Principal, RoleTemplate,
    TenancyError, User,
};
use testkit::{TestDatabase, a_membership, a_unique_id, a_user, an_organization};

fn session_of(user: &User) -> Principal {
    Principal {
        user: user.id(),
        credential: Credential::Session(SessionId::from_uuid(a_unique_id())),
        origin: Origin::internal(RequestId::from_uuid(a_unique_id())),
        limits: None,
    }
}

struct Scene {
    store: Arc<dyn TenancyStore>,
    organization: OrganizationId,
    founder: Principal,
}

impl Scene {
    /// An organization on the run's own server.
    async fn new() -> Self {
        let test = TestDatabase::shared().await;
        let settings = DatabaseSettings {
            max_connections: 4,
            ..DatabaseSettings::default()
        };
        let store: Arc<dyn TenancyStore> =
            Arc::new(PostgresDatabase::connect_lazy(test.login(), settings));
        let founder = sign_up(&*store).await;
        let principal = session_of(&founder);
        let never_repeated = Once {
            request: None,
            render: &|_| StoredAnswer::Withheld { id: a_unique_id() },
        };
        let organizations = Organizations::new(
            Arc::clone(&store),
            Arc::new(SystemClock),
            Arc::new(SystemIds::default()),
        );
        let done = organizations
            .create(&principal, Ok(an_organization().to_new()), &never_repeated)
            .await
            .expect("the organization is made");
        let Done::Fresh(organization) = done else {
            panic!("the organization is new");
        };
        Self {
            store,
            organization: organization.id(),
            founder: principal,
        }
    }

    /// One more owner, who is about to remove members.
    async fn an_owner(&self) -> (Member, Membership) {
        let user = sign_up(&*self.store).await;
        let scope = TenantScope::for_principal(
            self.organization,
            self.founder.actor(),
            self.founder.origin.clone(),
        );
        let unit = self.store.begin(&scope).await.expect("a unit");
        let roles = unit.roles().list(&PageRequest::first()).await;
        let roles = roles.expect("the roles").items;
        let owner = roles
            .iter()
            .find(|role| role.state().template == Some(RoleTemplate::Owner))
            .expect("the owner role");
        let membership = a_membership(self.organization, user.id(), owner.state().id).build();
        unit.memberships()
            .insert(&membership)
            .await
            .expect("the membership is new");
        unit.commit().await.expect("the unit commits");

        let access = Access::new(
            Arc::clone(&self.store),
            Arc::new(SystemClock),
            Arc::new(SystemIds::default()),
        );
        let member = access
            .authorize(
                &session_of(&user),
                &self.organization.to_string(),
                Permission::MemberRemove,
            )
            .await
            .expect("an owner may remove members");
        (member, membership)
    }

    fn members(&self) -> Members {
        Members::new(
            Arc::clone(&self.store),
            Arc::new(SystemClock),
            Arc::new(SystemIds::default()),
        )
    }
}

async fn sign_up(store: &dyn TenancyStore) -> User {
    let user = a_user().made_at(SystemClock.now()).build();
    let scope = TenantScope::platform(
        Actor::Anonymous,
        Origin::internal(RequestId::from_uuid(a_unique_id())),
    );
    let unit = store.begin(&scope).await.expect("a unit");
    unit.users().insert(&user).await.expect("the user is new");
    unit.commit().await.expect("the unit commits");
    user
}

#[tokio::test]
async fn of_two_owners_who_remove_each_other_at_once_exactly_one_succeeds() {
    let scene = Scene::new().await;
    let members = scene.members();

    for _ in 0..8 {
        let ((ada, hers), (bob, his)) = (scene.an_owner().await, scene.an_owner().await);
        let (one, other) = tokio::join!(
            members.remove(&ada, his.state().id, &Expected::Any),
            members.remove(&bob, hers.state().id, &Expected::Any),
        );

        let refused = match (one, other) {
            (Ok(()), Err(refused)) | (Err(refused), Ok(())) => refused,
            both => panic!("not exactly one of them: {both:?}"),
        };
        assert!(matches!(refused, TenancyError::NotAMember), "{refused:?}");
    }
}

#[tokio::test]
async fn owners_who_leave_at_once_leave_one_behind() {
    let scene = Scene::new().await;
    let members = scene.members();
    let (ada, _) = scene.an_owner().await;
    let (bob, _) = scene.an_owner().await;

    let (one, other) = tokio::join!(members.leave(&ada), members.leave(&bob));

    one.unwrap();
    other.unwrap();
    let (last, _) = scene.an_owner().await;
    let page = members
        .list(&last, &MemberFilter::default(), &PageRequest::first())
        .await
        .unwrap();
    let users = page.items.iter().map(|card| card.membership.state().user);
    assert_eq!(users.collect::<Vec<_>>(), [scene.founder.user, last.user()]);
}
