//! What is granted on the strength of a membership, while that membership ends.

use std::sync::Arc;

use infrastructure::SystemRandom;
use kernel::Expected;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tenancy::{
    AccountDeletion, AccountPorts, ApiKeys, Invitations, Member, Members, NewApiKey, NewInvitation,
    NewRole, Permission, RoleTemplate, Roles, TenancyError,
};
use testkit::TestKeys;
use tokio::task::JoinHandle;

use super::people::{Scene, add_user, never_repeated, service, session_of};

type Granting = JoinHandle<Result<(), TenancyError>>;

/// Starts the grant while nobody can write to `table`, and ends the member's membership meanwhile: the end has to wait
/// for the grant, which stands still halfway.
async fn end_while_granting(
    scene: &Scene,
    table: &str,
    grant: impl FnOnce(Member) -> Granting,
) -> Member {
    let admin = scene.join(RoleTemplate::Admin).await;
    let admin = scene.member(&admin).await;
    let owner = scene.member(&scene.owner).await;
    let mut gate = shut(scene, table).await;

    let granting = grant(admin.clone());
    while waiting(scene).await < 1 {}
    let members = service(&scene.database, Members::new);
    let membership = admin.membership();
    let ending =
        tokio::spawn(async move { members.remove(&owner, membership, &Expected::Any).await });
    while waiting(scene).await < 2 {
        assert!(
            !ending.is_finished(),
            "the end of a membership overtook a grant of {table}"
        );
    }
    gate.execute("COMMIT").await.expect("the table is free");

    granting.await.expect("no panic").expect("it is granted");
    ending
        .await
        .expect("no panic")
        .expect("the membership ends");
    admin
}

/// Keeps others from writing to the table until it is told to let them.
async fn shut(scene: &Scene, table: &str) -> PgConnection {
    let mut gate = PgConnection::connect_with(&scene.test.admin())
        .await
        .expect("the administrator connects");
    let lock = sqlx::AssertSqlSafe(format!("BEGIN; LOCK TABLE {table} IN SHARE MODE"));
    gate.execute(lock).await.expect("the table is locked");
    gate
}

async fn waiting(scene: &Scene) -> i64 {
    scene
        .count(
            "SELECT count(*) FROM pg_stat_activity \
             WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        .await
}

#[tokio::test]
async fn a_key_that_is_made_while_its_user_is_removed_is_revoked_with_the_others() {
    let scene = Scene::new().await;
    let keys = service(&scene.database, |store, clock, ids| {
        ApiKeys::new(store, clock, ids, Arc::new(SystemRandom))
    });

    end_while_granting(&scene, "api_keys", |admin| {
        tokio::spawn(async move {
            let new = NewApiKey {
                name: "Nightly".parse().expect("a name"),
                scopes: [Permission::TeamView].into_iter().collect(),
                expires_at: None,
            };
            keys.create(&admin, Ok(new), &never_repeated())
                .await
                .map(drop)
        })
    })
    .await;

    let made = "SELECT count(*) FROM api_keys";
    let living = "SELECT count(*) FROM api_keys WHERE revoked_at IS NULL";
    let leading = "SELECT count(*) FROM credentials WHERE kind = 'api_key'";
    assert_eq!(scene.count(made).await, 1);
    assert_eq!(scene.count(living).await, 0);
    assert_eq!(scene.count(leading).await, 0);
}

#[tokio::test]
async fn whoever_is_removed_makes_no_role_and_invites_nobody_afterwards() {
    let scene = Scene::new().await;
    let roles = service(&scene.database, Roles::new);
    let invitations = service(&scene.database, |store, clock, ids| {
        Invitations::new(store, clock, ids, Arc::new(TestKeys::default()))
    });
    let viewer = scene.role(RoleTemplate::Viewer).await;
    let new_role = |name: &str| NewRole {
        name: name.parse().expect("a name"),
        description: "".parse().expect("a description"),
        permissions: [Permission::TeamView].into_iter().collect(),
    };
    let guest = |email: &str| NewInvitation {
        email: email.parse().expect("an address"),
        role: viewer,
    };

    let (service, new) = (roles.clone(), new_role("In time"));
    let left = end_while_granting(&scene, "roles", |admin| {
        tokio::spawn(async move {
            service
                .create(&admin, Ok(new), &never_repeated())
                .await
                .map(drop)
        })
    })
    .await;
    let late = roles
        .create(&left, Ok(new_role("Late")), &never_repeated())
        .await;
    assert!(matches!(late, Err(TenancyError::NotAMember)), "{late:?}");

    let (service, new) = (invitations.clone(), guest("in-time@example.com"));
    let left = end_while_granting(&scene, "invitations", |admin| {
        tokio::spawn(async move {
            service
                .invite(&admin, Ok(new), &never_repeated())
                .await
                .map(drop)
        })
    })
    .await;
    let late = guest("late@example.com");
    let late = invitations.invite(&left, Ok(late), &never_repeated()).await;
    assert!(matches!(late, Err(TenancyError::NotAMember)), "{late:?}");
}

/// Somebody with an account and an invitation.
async fn invited(scene: &Scene) -> (tenancy::Principal, kernel::Secret) {
    let user = testkit::a_user().build();
    add_user(&scene.test, &user).await;
    let viewer = scene.role(RoleTemplate::Viewer).await;
    let token = scene.token_for(user.state().email.as_str(), viewer).await;
    (session_of(user.id()), token)
}

fn deletion(scene: &Scene) -> AccountDeletion {
    AccountDeletion::new(&AccountPorts {
        store: Arc::new(scene.database.clone()),
        clock: Arc::new(testkit::FixedClock::default()),
        ids: Arc::new(infrastructure::SystemIds::default()),
        keys: Arc::new(TestKeys::default()),
        hasher: Arc::new(testkit::PlainHasher::default()),
        limiter: Arc::new(scene.database.clone()),
    })
}

const ORPHANS: &str = "SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id \
                       WHERE m.deleted_at IS NULL AND u.deleted_at IS NOT NULL";

#[tokio::test]
async fn who_joins_while_they_delete_their_account_leaves_again() {
    let scene = Scene::new().await;
    let (principal, token) = invited(&scene).await;
    // Joining stands still after it found the account, and before it commits.
    let mut gate = shut(&scene, "invitations").await;

    let (acceptance, joiner) = (scene.acceptance(), principal.clone());
    let joining = tokio::spawn(async move {
        let once = never_repeated();
        acceptance.accept(&joiner, Ok(token), &once).await.map(drop)
    });
    while waiting(&scene).await < 1 {}
    let service = deletion(&scene);
    let deleting = tokio::spawn(async move { service.delete(&principal, &Expected::Any).await });
    while waiting(&scene).await < 2 {
        assert!(!deleting.is_finished(), "the deletion overtook the joining");
    }
    gate.execute("COMMIT").await.expect("the table is free");

    joining.await.expect("no panic").expect("they join");
    deleting.await.expect("no panic").expect("they are deleted");
    assert_eq!(scene.count(ORPHANS).await, 0);
    let known = "SELECT count(*) FROM user_organizations";
    assert_eq!(scene.count(known).await, 1, "the owner's");
}

#[tokio::test]
async fn nobody_joins_whose_account_is_just_deleted() {
    let scene = Scene::new().await;
    let (principal, token) = invited(&scene).await;
    // The deletion stands still after its last look.
    let mut gate = shut(&scene, "users").await;

    let (service, leaver) = (deletion(&scene), principal.clone());
    let deleting = tokio::spawn(async move { service.delete(&leaver, &Expected::Any).await });
    while waiting(&scene).await < 1 {}
    let acceptance = scene.acceptance();
    let joining = tokio::spawn(async move {
        let once = never_repeated();
        acceptance
            .accept(&principal, Ok(token), &once)
            .await
            .map(drop)
    });
    while waiting(&scene).await < 2 {
        assert!(!joining.is_finished(), "the joining overtook the deletion");
    }
    gate.execute("COMMIT").await.expect("the table is free");

    deleting.await.expect("no panic").expect("they are deleted");
    let refused = joining.await.expect("no panic");
    assert!(
        matches!(refused, Err(TenancyError::Unauthenticated)),
        "{refused:?}"
    );
    assert_eq!(scene.count(ORPHANS).await, 0);
}

#[tokio::test]
async fn what_a_request_waits_for_runs_no_longer_than_a_statement_of_a_request() {
    use kernel::{Quota, RateLimiter as _, StorageError};

    let test = testkit::TestDatabase::fresh().await;
    let settings = infrastructure::DatabaseSettings {
        request_timeout: std::time::Duration::from_millis(50),
        job_timeout: std::time::Duration::from_mins(10),
        ..infrastructure::DatabaseSettings::default()
    };
    let database = infrastructure::PostgresDatabase::connect_lazy(test.login(), settings);
    let mut gate = PgConnection::connect_with(&test.admin())
        .await
        .expect("the administrator connects");
    let lock = "BEGIN; SET LOCAL lock_timeout = 0; LOCK TABLE rate_limits";
    gate.execute(lock).await.expect("the table is locked");

    let quota = Quota {
        burst: 1,
        interval: time::Duration::MINUTE,
    };
    let taken = database
        .take([0; 32], quota, testkit::FixedClock::START)
        .await;

    assert!(
        matches!(taken, Err(StorageError::Unavailable(_))),
        "{taken:?}"
    );
}
