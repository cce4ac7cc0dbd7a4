//! What a refused login costs tells nothing about the account: the same statements and the same work on passwords,
//! whatever is wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use infrastructure::{DatabaseSettings, PostgresDatabase, SystemIds};
use kernel::{
    Actor, Done, Once, Origin, RequestId, Secret, StorageError, StoredAnswer, TenantScope,
};
use tenancy::ports::TenancyStore as _;
use tenancy::{
    AccountPorts, Login, Opened, PasswordCheck, PasswordHash, PasswordHasher, Sessions,
    TenancyError, User, UserState, UserStatus,
};
use testkit::{FixedClock, PlainHasher, TestDatabase, TestKeys, a_unique_id, a_user, plans_of};
use uuid::Uuid;

const PASSWORD: &str = "three blind mice ran";

/// Counts what it hashes.
#[derive(Default)]
struct CountingHasher {
    hasher: PlainHasher,
    checked: AtomicUsize,
    hashed: AtomicUsize,
}

#[async_trait]
impl PasswordHasher for CountingHasher {
    async fn hash(&self, password: &Secret) -> Result<PasswordHash, StorageError> {
        self.hashed.fetch_add(1, Ordering::Relaxed);
        self.hasher.hash(password).await
    }

    async fn check(
        &self,
        password: &Secret,
        hash: Option<&PasswordHash>,
    ) -> Result<PasswordCheck, StorageError> {
        self.checked.fetch_add(1, Ordering::Relaxed);
        self.hasher.check(password, hash).await
    }
}

struct Scene {
    #[expect(dead_code, reason = "the database is there as long as this value")]
    test: TestDatabase,
    database: PostgresDatabase,
    hasher: Arc<CountingHasher>,
    sessions: Sessions,
}

/// All that a try to log in does that takes time.
#[derive(Debug, PartialEq, Eq)]
struct Work {
    checked: usize,
    hashed: usize,
    statements: Vec<String>,
}

impl Scene {
    async fn new() -> Self {
        let test = TestDatabase::fresh().await;
        test.tell_plans(true).await;
        let settings = DatabaseSettings {
            max_connections: 1,
            ..DatabaseSettings::default()
        };
        let database = PostgresDatabase::connect_lazy(test.login(), settings);
        let hasher = Arc::new(CountingHasher::default());
        let ports = AccountPorts {
            store: Arc::new(database.clone()),
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(SystemIds::default()),
            keys: Arc::new(TestKeys::default()),
            hasher: hasher.clone(),
            limiter: Arc::new(database.clone()),
        };
        Self {
            sessions: Sessions::new(&ports),
            test,
            database,
            hasher,
        }
    }

    /// An account; tells its address.
    async fn account(&self, status: UserStatus, password: Option<PasswordHash>) -> String {
        let state = UserState {
            status,
            password,
            ..a_user().build().state().clone()
        };
        let email = state.email.as_str().to_owned();
        let user = User::restore(state).expect("such an account can be");
        let origin = Origin::internal(RequestId::from_uuid(a_unique_id()));
        let scope = TenantScope::platform(Actor::Operator, origin);
        let unit = self.database.begin(&scope).await.expect("a unit opens");
        unit.users().insert(&user).await.expect("the user is added");
        unit.commit().await.expect("the unit commits");
        email
    }

    async fn active(&self) -> String {
        let hash = self.hasher.hasher.plain_hash(PASSWORD);
        self.account(UserStatus::Active, Some(hash)).await
    }

    async fn with_status(&self, status: UserStatus) -> String {
        let hash = self.hasher.hasher.plain_hash(PASSWORD);
        self.account(status, Some(hash)).await
    }

    async fn log_in(&self, email: &str, password: &str) -> (Result<Opened, TenancyError>, Work) {
        let login = Login {
            email: email.parse().expect("an address"),
            password: Secret::new(password.to_owned()),
        };
        let once = Once {
            request: None,
            render: &|_: &Opened| StoredAnswer::Withheld { id: Uuid::nil() },
        };
        let origin = Origin {
            ip: Some("203.0.113.7".parse().expect("an address")),
            ..Origin::internal(RequestId::from_uuid(a_unique_id()))
        };
        self.hasher.checked.store(0, Ordering::Relaxed);
        self.hasher.hashed.store(0, Ordering::Relaxed);

        let (done, plans) = plans_of(self.sessions.login(&origin, Ok(login), &once)).await;

        let opened = done.map(|done| match done {
            Done::Fresh(opened) => opened,
            Done::Replayed(_) => panic!("nothing was repeated"),
        });
        let work = Work {
            checked: self.hasher.checked.load(Ordering::Relaxed),
            hashed: self.hasher.hashed.load(Ordering::Relaxed),
            statements: plans
                .iter()
                .map(|plan| plan.statement().to_owned())
                .collect(),
        };
        (opened, work)
    }
}

fn nobody() -> String {
    format!("{}@example.com", a_unique_id().simple())
}

#[tokio::test]
async fn every_refused_login_runs_the_same_statements_and_checks_one_password() {
    let scene = Scene::new().await;
    let active = scene.active().await;
    let suspended = scene.with_status(UserStatus::Suspended).await;
    let inactive = scene.with_status(UserStatus::Inactive).await;
    let pending = scene.account(UserStatus::Pending, None).await;
    // The first statements of a connection are not those of a later one.
    scene.log_in(&active, PASSWORD).await.0.unwrap();

    let cases = [
        ("an unknown address", nobody(), PASSWORD),
        ("a wrong password", active.clone(), "another one altogether"),
        ("a suspended account", suspended.clone(), PASSWORD),
        ("a suspended account, a wrong password", suspended, "wrong"),
        ("an inactive account", inactive, PASSWORD),
        ("an account without a password", pending, PASSWORD),
    ];
    let mut works = Vec::new();
    for (what, email, password) in &cases {
        let (refused, work) = scene.log_in(email, password).await;
        assert!(
            matches!(refused, Err(TenancyError::LoginRefused)),
            "{what}: {refused:?}"
        );
        assert_eq!((work.checked, work.hashed), (1, 0), "{what}");
        works.push((what, work));
    }

    let (_, first) = &works[0];
    assert!(first.statements.len() > 3, "{first:#?}");
    for (what, work) in &works {
        assert_eq!(work, first, "{what}");
    }
    // The statements are told apart: a login that succeeds runs others.
    let (opened, work) = scene.log_in(&active, PASSWORD).await;
    opened.unwrap();
    assert_ne!(work.statements, first.statements);
}

#[tokio::test]
async fn an_address_that_is_locked_costs_the_same_whether_there_is_an_account_or_not() {
    let scene = Scene::new().await;
    let active = scene.active().await;
    let suspended = scene.with_status(UserStatus::Suspended).await;
    let mut costs = Vec::new();

    for email in [nobody(), active, suspended] {
        let guess = async || scene.log_in(&email, "another one altogether").await;
        for _ in 0..10 {
            let (refused, _) = guess().await;
            assert!(matches!(refused, Err(TenancyError::LoginRefused)));
        }
        // The first try that is refused so is noted in the audit log, and those after it are not.
        let mut works = Vec::new();
        for password in ["another one altogether", PASSWORD] {
            let (refused, work) = scene.log_in(&email, password).await;
            assert!(
                matches!(refused, Err(TenancyError::Limited { .. })),
                "{refused:?}"
            );
            // Nothing of the account is looked at, and no password is checked: guesses must not cost the server much.
            assert_eq!((work.checked, work.hashed), (0, 0));
            assert!(!work.statements.is_empty());
            works.push(work);
        }
        costs.push(works);
    }

    assert!(costs.iter().all(|works| *works == costs[0]), "{costs:#?}");
}
