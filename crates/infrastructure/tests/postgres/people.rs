//! Members, invitations and roles under concurrency.

use std::sync::Arc;

use infrastructure::{DatabaseSettings, PostgresDatabase, SystemIds};
use kernel::{
    Credential, Done, Expected, JobStore as _, Once, Origin, PageRequest, RequestId, RoleId,
    Secret, SessionId, StoredAnswer, TenantScope, UserId,
};
use sqlx::{Connection as _, PgConnection};
use tenancy::ports::{MemberFilter, TenancyStore as _};
use tenancy::{
    Access, InvitationAcceptance, InvitationDelivery, Invitations, Member, MemberChange, Members,
    NewInvitation, NewOrganization, NewRole, NewTeam, Organization, OrganizationChange,
    Organizations, Permission, Principal, RoleTemplate, Roles, Teams, TenancyError, User,
};
use testkit::{FixedClock, Outbox, TestDatabase, TestKeys, a_unique_id, a_user, an_organization};
use tokio::task::JoinSet;
use uuid::Uuid;

/// An organization in a database of its own.
pub(super) struct Scene {
    pub(super) test: TestDatabase,
    pub(super) database: PostgresDatabase,
    organization: Organization,
    pub(super) owner: Principal,
}

pub(super) fn never_repeated<T: ?Sized>() -> Once<'static, T> {
    Once {
        request: None,
        render: &|_| StoredAnswer::Withheld { id: Uuid::nil() },
    }
}

pub(super) fn fresh<T>(done: Done<T>) -> T {
    match done {
        Done::Fresh(value) => value,
        Done::Replayed(_) => panic!("nothing was repeated"),
    }
}

fn with_role(role: RoleId) -> MemberChange {
    MemberChange {
        role: kernel::Patch::Set(role),
    }
}

pub(super) fn session_of(user: UserId) -> Principal {
    Principal {
        user,
        credential: Credential::Session(SessionId::from_uuid(a_unique_id())),
        origin: Origin::internal(RequestId::from_uuid(a_unique_id())),
        limits: None,
    }
}

impl Scene {
    pub(super) async fn new() -> Self {
        let test = TestDatabase::fresh().await;
        let settings = DatabaseSettings {
            max_connections: 20,
            ..DatabaseSettings::default()
        };
        let database = PostgresDatabase::connect_lazy(test.login(), settings);
        let user = a_user().build();
        add_user(&test, &user).await;
        let owner = session_of(user.id());
        let made = service(&database, Organizations::new)
            .create(&owner, Ok(an_organization().to_new()), &never_repeated())
            .await
            .expect("the organization is made");
        Self {
            organization: fresh(made),
            test,
            database,
            owner,
        }
    }

    pub(super) async fn member(&self, principal: &Principal) -> Member {
        let organization = self.organization.id().to_string();
        service(&self.database, Access::new)
            .authorize_member(principal, &organization)
            .await
            .expect("they are a member")
    }

    pub(super) async fn role(&self, template: RoleTemplate) -> RoleId {
        let owner = self.member(&self.owner).await;
        let roles = service(&self.database, Roles::new)
            .list(&owner, &PageRequest::first())
            .await
            .expect("roles are listed");
        let role = roles
            .items
            .iter()
            .find(|role| role.state().template == Some(template));
        role.expect("every template was copied").state().id
    }

    /// Invites the address, and reads the token in the mail.
    pub(super) async fn token_for(&self, email: &str, role: RoleId) -> Secret {
        let owner = self.member(&self.owner).await;
        let wish = NewInvitation {
            email: email.parse().expect("an address"),
            role,
        };
        let keys = Arc::new(TestKeys::default());
        let outbox = Arc::new(Outbox::default());
        service(&self.database, |store, clock, ids| {
            Invitations::new(store, clock, ids, keys.clone())
        })
        .invite(&owner, Ok(wish), &never_repeated())
        .await
        .expect("they are invited");
        let delivery = service(&self.database, |store, clock, ids| {
            let url = "https://canvass.example".to_owned();
            InvitationDelivery::new(store, clock, ids, keys, outbox.clone(), url)
        });
        let jobs = self
            .database
            .claim(&kernel::JobClaim {
                worker: Uuid::nil(),
                now: FixedClock::START,
                lease: time::Duration::HOUR,
                limit: 10,
                reserved: 0,
            })
            .await
            .expect("jobs are claimed");
        for job in jobs {
            let run = RequestId::from_uuid(a_unique_id());
            let kind = kernel::Job::kind(&delivery);
            let scope = TenantScope::for_job(job.organization, kind, job.id, run);
            let work = testkit::StagedWork::new(job.id, Uuid::nil());
            kernel::Job::run(&delivery, &job, &scope, &work)
                .await
                .expect("the mail is sent");
        }
        let sent = outbox.sent();
        let text = &sent.last().expect("a mail").text;
        let token = text
            .split_whitespace()
            .find(|word| word.starts_with("cvi_"));
        Secret::new(token.expect("a token in the mail").to_owned())
    }

    pub(super) async fn join(&self, template: RoleTemplate) -> Principal {
        let user = a_user().build();
        add_user(&self.test, &user).await;
        let principal = session_of(user.id());
        let role = self.role(template).await;
        let token = self.token_for(user.state().email.as_str(), role).await;
        self.acceptance()
            .accept(&principal, Ok(token), &never_repeated())
            .await
            .expect("they accept");
        principal
    }

    pub(super) fn acceptance(&self) -> InvitationAcceptance {
        service(&self.database, |store, clock, ids| {
            InvitationAcceptance::new(store, clock, ids, Arc::new(TestKeys::default()))
        })
    }

    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        let mut admin = PgConnection::connect_with(&self.test.admin())
            .await
            .expect("the administrator connects");
        sqlx::query_scalar(sql)
            .fetch_one(&mut admin)
            .await
            .expect("rows are counted")
    }
}

pub(super) fn service<S>(
    database: &PostgresDatabase,
    new: impl FnOnce(
        Arc<dyn tenancy::ports::TenancyStore>,
        Arc<dyn kernel::Clock>,
        Arc<dyn kernel::IdGenerator>,
    ) -> S,
) -> S {
    let ids = Arc::new(SystemIds::default());
    new(
        Arc::new(database.clone()),
        Arc::new(FixedClock::default()),
        ids,
    )
}

pub(super) async fn add_user(test: &TestDatabase, user: &User) {
    let login = PostgresDatabase::connect_lazy(test.login(), DatabaseSettings::default());
    let origin = Origin::internal(RequestId::from_uuid(a_unique_id()));
    let scope = TenantScope::platform(kernel::Actor::Operator, origin);
    let unit = login.begin(&scope).await.expect("a unit opens");
    unit.users().insert(user).await.expect("the user is added");
    unit.commit().await.expect("the unit commits");
}

#[tokio::test]
async fn an_invitation_that_is_accepted_many_times_at_once_makes_one_member() {
    let scene = Scene::new().await;
    let ada = a_user().email("ada@example.com").build();
    add_user(&scene.test, &ada).await;
    let role = scene.role(RoleTemplate::Viewer).await;
    let token = scene.token_for("ada@example.com", role).await;

    let mut accepting = JoinSet::new();
    for _ in 0..10 {
        let (acceptance, token) = (scene.acceptance(), token.clone());
        let principal = session_of(ada.id());
        accepting.spawn(async move {
            acceptance
                .accept(&principal, Ok(token), &never_repeated())
                .await
        });
    }
    let results = accepting.join_all().await;

    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for refused in results.iter().filter(|result| result.is_err()) {
        assert!(
            matches!(refused, Err(TenancyError::InvitationNotOpen)),
            "{refused:?}"
        );
    }
    assert_eq!(scene.count("SELECT count(*) FROM memberships").await, 2);
    assert_eq!(
        scene.count("SELECT count(*) FROM user_organizations").await,
        2
    );
    let accepted =
        "SELECT count(*) FROM audit_logs WHERE entity_type = 'invitation' AND action = 'update'";
    assert_eq!(scene.count(accepted).await, 1);
}

#[tokio::test]
async fn an_address_that_is_invited_many_times_at_once_is_invited_once() {
    let scene = Scene::new().await;
    let role = scene.role(RoleTemplate::Viewer).await;
    let owner = scene.member(&scene.owner).await;

    let mut inviting = JoinSet::new();
    for _ in 0..10 {
        let keys = Arc::new(TestKeys::default());
        let invitations = service(&scene.database, |store, clock, ids| {
            Invitations::new(store, clock, ids, keys)
        });
        let owner = owner.clone();
        let wish = NewInvitation {
            email: "ada@example.com".parse().unwrap(),
            role,
        };
        inviting.spawn(async move {
            invitations
                .invite(&owner, Ok(wish), &never_repeated())
                .await
        });
    }
    let results = inviting.join_all().await;

    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for refused in results.iter().filter(|result| result.is_err()) {
        assert!(
            matches!(refused, Err(TenancyError::AlreadyInvited)),
            "{refused:?}"
        );
    }
    assert_eq!(scene.count("SELECT count(*) FROM invitations").await, 1);
    assert_eq!(scene.count("SELECT count(*) FROM job_queue").await, 1);
    assert_eq!(
        scene
            .count("SELECT count(*) FROM credentials WHERE kind = 'invitation'")
            .await,
        1
    );
}

#[tokio::test]
async fn of_owners_who_remove_and_demote_each_other_at_once_one_is_left() {
    let scene = Scene::new().await;
    let admin = scene.role(RoleTemplate::Admin).await;
    let mut owners = vec![scene.owner.clone()];
    for _ in 0..3 {
        owners.push(scene.join(RoleTemplate::Owner).await);
    }
    // The organization names somebody who left since, so that nobody is kept for that reason.
    let founder = scene.member(&scene.owner).await;
    let other = owners[3].user;
    let change = OrganizationChange {
        owner: kernel::Patch::Set(other),
        ..OrganizationChange::default()
    };
    service(&scene.database, Organizations::new)
        .update(&founder, &Expected::Any, Ok(change))
        .await
        .unwrap();

    let mut members = Vec::new();
    for owner in &owners {
        members.push(scene.member(owner).await);
    }
    let mut fighting = JoinSet::new();
    for (index, attacker) in members.iter().enumerate() {
        for victim in members.iter().filter(|v| v.user() != attacker.user()) {
            let service = service(&scene.database, Members::new);
            let (attacker, victim) = (attacker.clone(), victim.membership());
            fighting.spawn(async move {
                if index % 2 == 0 {
                    service.remove(&attacker, victim, &Expected::Any).await
                } else {
                    service
                        .update(&attacker, victim, &Expected::Any, Ok(with_role(admin)))
                        .await
                        .map(drop)
                }
            });
        }
    }
    for result in fighting.join_all().await {
        assert!(
            matches!(
                result,
                Ok(())
                    | Err(TenancyError::LastOwner
                        | TenancyError::OwnerNeedsOwnerRole
                        | TenancyError::Stale
                        // Who attacks may have been removed or put down meanwhile.
                        | TenancyError::NotAMember
                        | TenancyError::PermissionMissing(_)
                        | TenancyError::RightNotHeld(_)
                        | TenancyError::NotFound("member"))
            ),
            "{result:?}"
        );
    }

    let left = "SELECT count(*) FROM memberships m JOIN roles r ON r.id = m.role_id \
                WHERE m.deleted_at IS NULL AND r.template_key = 'owner'";
    assert_eq!(scene.count(left).await, 1);
}

#[tokio::test]
async fn a_role_that_is_given_while_it_is_deleted_is_either_given_or_deleted() {
    let scene = Scene::new().await;
    let owner = scene.member(&scene.owner).await;
    let viewer = scene.join(RoleTemplate::Viewer).await;
    let viewer = scene.member(&viewer).await.membership();
    let back = scene.role(RoleTemplate::Viewer).await;
    let roles = service(&scene.database, Roles::new);
    let members = service(&scene.database, Members::new);

    for round in 0..20 {
        let new = NewRole {
            name: format!("Role {round}").parse().unwrap(),
            description: "".parse().unwrap(),
            permissions: [Permission::TeamView].into_iter().collect(),
        };
        let made = roles.create(&owner, Ok(new), &never_repeated()).await;
        let role = fresh(made.unwrap()).state().id;

        let (deleted, given) = tokio::join!(
            roles.delete(&owner, role, &Expected::Any),
            members.update(&owner, viewer, &Expected::Any, Ok(with_role(role)))
        );

        match (&deleted, &given) {
            (Ok(()), Err(TenancyError::Invalid(_))) | (Err(TenancyError::RoleInUse), Ok(_)) => {}
            _ => panic!("{deleted:?} {given:?}"),
        }
        members
            .update(&owner, viewer, &Expected::Any, Ok(with_role(back)))
            .await
            .unwrap();
    }
    let orphans = "SELECT count(*) FROM memberships m JOIN roles r ON r.id = m.role_id \
                   WHERE m.deleted_at IS NULL AND r.deleted_at IS NOT NULL";
    assert_eq!(scene.count(orphans).await, 0);
}

#[tokio::test]
async fn an_invitation_and_the_deletion_of_its_role_at_once_leave_no_invitation_to_nothing() {
    let scene = Scene::new().await;
    let owner = scene.member(&scene.owner).await;
    let roles = service(&scene.database, Roles::new);
    let keys = Arc::new(TestKeys::default());
    let invitations = service(&scene.database, |store, clock, ids| {
        Invitations::new(store, clock, ids, keys)
    });

    for round in 0..20 {
        let new = NewRole {
            name: format!("Role {round}").parse().unwrap(),
            description: "".parse().unwrap(),
            permissions: [Permission::TeamView].into_iter().collect(),
        };
        let made = roles.create(&owner, Ok(new), &never_repeated()).await;
        let role = fresh(made.unwrap()).state().id;
        let wish = NewInvitation {
            email: format!("ada{round}@example.com").parse().unwrap(),
            role,
        };
        let once = never_repeated();

        let (deleted, invited) = tokio::join!(
            roles.delete(&owner, role, &Expected::Any),
            invitations.invite(&owner, Ok(wish), &once)
        );

        match (&deleted, &invited) {
            (Ok(()), Err(TenancyError::Invalid(_))) | (Err(TenancyError::RoleInUse), Ok(_)) => {}
            _ => panic!("{deleted:?} {invited:?}"),
        }
    }
}

#[tokio::test]
async fn many_members_are_removed_in_one_request() {
    let scene = Scene::new().await;
    let owner = scene.member(&scene.owner).await;
    for _ in 0..12 {
        scene.join(RoleTemplate::Member).await;
    }
    let members = service(&scene.database, Members::new);
    let filter = MemberFilter {
        role: Some(scene.role(RoleTemplate::Member).await),
    };
    let listed = members
        .list(&owner, &filter, &PageRequest::first())
        .await
        .unwrap();
    let ids = listed
        .items
        .iter()
        .map(|card| card.membership.state().id)
        .collect::<Vec<_>>();
    assert_eq!(ids.len(), 12);

    let removed = members
        .remove_all(&owner, Ok(ids), &never_repeated())
        .await
        .unwrap();

    assert!(fresh(removed).iter().all(|(_, outcome)| outcome.is_ok()));
    let left = "SELECT count(*) FROM memberships WHERE deleted_at IS NULL";
    assert_eq!(scene.count(left).await, 1);
    let batches = "SELECT count(DISTINCT batch_id) FROM audit_logs WHERE action = 'delete'";
    assert_eq!(scene.count(batches).await, 1);
}

/// Fails unless exactly one of the results is a success, and all others are as `is_refusal` says.
#[track_caller]
fn assert_one_succeeds<T: std::fmt::Debug>(
    results: &[Result<T, TenancyError>],
    is_refusal: impl Fn(&TenancyError) -> bool,
) {
    let made = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(made, 1, "{results:?}");
    let refused = results.iter().filter_map(|result| result.as_ref().err());
    for error in refused {
        assert!(is_refusal(error), "{error:?}");
    }
}

#[tokio::test]
async fn of_organizations_that_are_made_at_once_with_one_slug_or_domain_there_is_one() {
    let scene = Scene::new().await;
    let model = an_organization().to_new();
    let slug = |_: usize| NewOrganization {
        domain: None,
        ..model.clone()
    };
    let domain = |_: usize| NewOrganization {
        domain: Some("acme.example".parse().unwrap()),
        ..an_organization().to_new()
    };

    let make = async |new: &dyn Fn(usize) -> NewOrganization| {
        let mut making = JoinSet::new();
        for n in 0..10 {
            let organizations = service(&scene.database, Organizations::new);
            let (owner, new) = (scene.owner.clone(), new(n));
            making.spawn(async move {
                let once = never_repeated();
                organizations.create(&owner, Ok(new), &once).await
            });
        }
        making.join_all().await
    };
    let by_slug = make(&slug).await;
    let by_domain = make(&domain).await;

    assert_one_succeeds(&by_slug, |error| matches!(error, TenancyError::SlugTaken));
    assert_one_succeeds(&by_domain, |error| {
        matches!(error, TenancyError::DomainTaken)
    });
    assert_eq!(scene.count("SELECT count(*) FROM organizations").await, 3);
    assert_eq!(
        scene.count("SELECT count(*) FROM user_organizations").await,
        3
    );
}

#[tokio::test]
async fn of_teams_and_roles_that_are_made_at_once_with_one_name_there_is_one() {
    let scene = Scene::new().await;
    let owner = scene.member(&scene.owner).await;

    let (mut teams, mut roles) = (JoinSet::new(), JoinSet::new());
    for n in 0..10 {
        // Names are the same in any case.
        let name = if n % 2 == 0 { "North" } else { "NORTH" };
        let (member, service_of_teams) = (owner.clone(), service(&scene.database, Teams::new));
        let new = NewTeam {
            name: name.parse().unwrap(),
            description: "".parse().unwrap(),
        };
        teams.spawn(async move {
            let once = never_repeated();
            service_of_teams.create(&member, Ok(new), &once).await
        });
        let (member, service_of_roles) = (owner.clone(), service(&scene.database, Roles::new));
        let new = NewRole {
            name: name.parse().unwrap(),
            description: "".parse().unwrap(),
            permissions: [Permission::TeamView].into_iter().collect(),
        };
        roles.spawn(async move {
            let once = never_repeated();
            service_of_roles.create(&member, Ok(new), &once).await
        });
    }

    assert_one_succeeds(&teams.join_all().await, |error| {
        matches!(error, TenancyError::TeamNameTaken(_))
    });
    assert_one_succeeds(&roles.join_all().await, |error| {
        matches!(error, TenancyError::RoleNameTaken)
    });
}

#[tokio::test]
async fn a_deleted_team_is_not_restored_while_another_takes_its_name() {
    let scene = Scene::new().await;
    let owner = scene.member(&scene.owner).await;
    let teams = service(&scene.database, Teams::new);

    for round in 0..20 {
        let new = NewTeam {
            name: format!("Team {round}").parse().unwrap(),
            description: "".parse().unwrap(),
        };
        let once = never_repeated();
        let team = fresh(teams.create(&owner, Ok(new.clone()), &once).await.unwrap());
        teams
            .delete(&owner, team.id(), &Expected::Any)
            .await
            .unwrap();

        let (made, restored) = tokio::join!(
            teams.create(&owner, Ok(new), &once),
            teams.restore(&owner, team.id(), &once),
        );

        match (&made, &restored) {
            (Ok(_), Err(TenancyError::TeamNameTaken(_)))
            | (Err(TenancyError::TeamNameTaken(_)), Ok(_)) => {}
            _ => panic!("{made:?} {restored:?}"),
        }
    }
}
