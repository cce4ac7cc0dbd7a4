//! Accounts and sessions that several processes work on at once.

use std::sync::Arc;

use infrastructure::{DatabaseSettings, PostgresDatabase, SystemIds};
use kernel::{
    Credential, Done, Expected, Once, Origin, RequestId, Secret, SessionId, StoredAnswer,
};
use tenancy::{
    Access, AccountDeletion, AccountPorts, Accounts, Login, NewAdmin, NewPassword, Opened,
    PlatformAdmin, PlatformRole, PlatformUsers, Principal, Sessions, SignUp, TenancyError, User,
    UserStatus,
};
use testkit::{FixedClock, PlainHasher, TestDatabase, TestKeys, a_unique_id};
use tokio::task::JoinSet;
use uuid::Uuid;

const PASSWORD: &str = "three blind mice ran";

fn never_repeated<T: ?Sized>() -> Once<'static, T> {
    Once {
        request: None,
        render: &|_| StoredAnswer::Withheld { id: Uuid::nil() },
    }
}

fn fresh<T>(done: Done<T>) -> T {
    match done {
        Done::Fresh(value) => value,
        Done::Replayed(_) => panic!("nothing was repeated"),
    }
}

fn origin() -> Origin {
    Origin::internal(RequestId::from_uuid(a_unique_id()))
}

/// What a process of its own has: a pool, and the keys that all of them have.
fn a_process(test: &TestDatabase, clock: &FixedClock) -> AccountPorts {
    let settings = DatabaseSettings {
        max_connections: 6,
        ..DatabaseSettings::default()
    };
    let database = Arc::new(PostgresDatabase::connect_lazy(test.login(), settings));
    AccountPorts {
        store: database.clone(),
        clock: Arc::new(clock.clone()),
        ids: Arc::new(SystemIds::default()),
        keys: Arc::new(TestKeys::default()),
        hasher: Arc::new(PlainHasher::default()),
        limiter: database,
    }
}

/// Two processes on one database.
async fn two_processes() -> [AccountPorts; 2] {
    let test = TestDatabase::shared().await;
    let clock = FixedClock::default();
    [a_process(&test, &clock), a_process(&test, &clock)]
}

fn an_address() -> String {
    format!("{}@example.com", a_unique_id().simple())
}

async fn sign_up(ports: &AccountPorts, email: &str) -> Result<User, TenancyError> {
    let new = SignUp {
        email: email.parse().expect("an address"),
        display_name: "Ada Lovelace".parse().expect("a name"),
        password: NewPassword::parse(PASSWORD.to_owned()).expect("a password"),
    };
    let once = never_repeated();
    let accounts = Accounts::new(ports);
    let done = accounts.sign_up(&origin(), Ok(new), &once).await;
    done.map(fresh)
}

async fn log_in(ports: &AccountPorts, email: &str, password: &str) -> Result<Opened, TenancyError> {
    let login = Login {
        email: email.parse().expect("an address"),
        password: Secret::new(password.to_owned()),
    };
    let once = never_repeated();
    let sessions = Sessions::new(ports);
    let done = sessions.login(&origin(), Ok(login), &once).await;
    done.map(fresh)
}

async fn refresh(ports: &AccountPorts, token: &Secret) -> Result<Opened, TenancyError> {
    let sessions = Sessions::new(ports);
    sessions.refresh(&origin(), Ok(token.clone())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_that_refresh_at_once_all_get_the_same_tokens_whichever_process_answers() {
    let processes = two_processes().await;
    let email = an_address();
    sign_up(&processes[0], &email).await.unwrap();
    let mut opened = log_in(&processes[0], &email, PASSWORD).await.unwrap();

    for generation in 2..12 {
        let mut refreshing = JoinSet::new();
        for tab in 0..3 {
            let ports = processes[tab % 2].clone();
            let token = opened.tokens.refresh.clone();
            refreshing.spawn(async move { refresh(&ports, &token).await });
        }
        let answers = refreshing.join_all().await;

        let successors = answers.into_iter().map(Result::unwrap).collect::<Vec<_>>();
        for successor in &successors {
            assert_eq!(successor.tokens, successors[0].tokens);
            assert_eq!(successor.session.state().generation, generation);
        }
        assert_ne!(successors[0].tokens, opened.tokens);
        opened = successors.into_iter().next().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_from_before_the_last_ends_the_session_even_beside_the_present_one() {
    let processes = two_processes().await;
    let email = an_address();
    sign_up(&processes[0], &email).await.unwrap();
    let mut refreshed_first = 0;

    for _ in 0..16 {
        let first = log_in(&processes[0], &email, PASSWORD).await.unwrap();
        let second = refresh(&processes[0], &first.tokens.refresh).await.unwrap();
        let third = refresh(&processes[0], &second.tokens.refresh)
            .await
            .unwrap();

        let (replayed, present) = tokio::join!(
            refresh(&processes[0], &first.tokens.refresh),
            refresh(&processes[1], &third.tokens.refresh),
        );

        assert!(
            matches!(replayed, Err(TenancyError::RefreshRefused)),
            "{replayed:?}"
        );
        let mut tokens = vec![first.tokens, second.tokens, third.tokens];
        match present {
            Ok(fourth) => {
                refreshed_first += 1;
                tokens.push(fourth.tokens);
            }
            Err(TenancyError::RefreshRefused) => {}
            other => panic!("{other:?}"),
        }
        for pair in tokens {
            for ports in &processes {
                let refused = refresh(ports, &pair.refresh).await;
                assert!(
                    matches!(refused, Err(TenancyError::RefreshRefused)),
                    "{refused:?}"
                );
                let sessions = Sessions::new(ports);
                let refused = sessions.authenticate(&pair.access, origin()).await;
                assert!(
                    matches!(refused, Err(TenancyError::Unauthenticated)),
                    "{refused:?}"
                );
            }
        }
    }

    // Either order is right; that both can happen is up to the scheduler, so that it is told and not asserted.
    println!("the present token was faster {refreshed_first} times of 16");
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_of_a_password_are_counted_by_all_processes_together() {
    let processes = two_processes().await;
    let email = an_address();
    sign_up(&processes[0], &email).await.unwrap();

    let mut guessing = JoinSet::new();
    for n in 0..24 {
        let (ports, email) = (processes[n % 2].clone(), email.clone());
        guessing.spawn(async move { log_in(&ports, &email, "a wrong guess at it").await });
    }
    let guesses = guessing.join_all().await;
    let right = log_in(&processes[0], &email, PASSWORD).await;
    let right_elsewhere = log_in(&processes[1], &email, PASSWORD).await;

    let judged = guesses
        .iter()
        .filter(|guess| matches!(guess, Err(TenancyError::LoginRefused)));
    assert_eq!(judged.count(), 10, "{guesses:?}");
    let limited = |guess: &Result<Opened, TenancyError>| {
        matches!(
            guess,
            Err(TenancyError::Limited {
                retry_after: 1..=30
            })
        )
    };
    assert_eq!(guesses.iter().filter(|guess| limited(guess)).count(), 14);
    assert!(limited(&right), "{right:?}");
    assert!(limited(&right_elsewhere), "{right_elsewhere:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_accounts_that_are_made_at_once_with_one_address_there_is_one() {
    let processes = two_processes().await;
    let email = an_address();

    let mut making = JoinSet::new();
    for n in 0..10 {
        let ports = processes[n % 2].clone();
        let email = if n < 5 {
            email.clone()
        } else {
            email.to_uppercase()
        };
        making.spawn(async move { sign_up(&ports, &email).await });
    }
    let results = making.join_all().await;

    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for refused in results.iter().filter_map(|result| result.as_ref().err()) {
        assert!(matches!(refused, TenancyError::EmailTaken), "{refused:?}");
    }
}

/// An administrator of the platform, who logged in.
async fn an_admin(ports: &AccountPorts) -> (Principal, PlatformAdmin) {
    let new = NewAdmin {
        email: an_address().parse().expect("an address"),
        display_name: "Grace Hopper".parse().expect("a name"),
        password: NewPassword::parse(PASSWORD.to_owned()).expect("a password"),
    };
    let made = PlatformUsers::new(ports).make_admin(new).await;
    let principal = Principal {
        user: made.expect("an administrator is made").user.id(),
        credential: Credential::Session(SessionId::from_uuid(a_unique_id())),
        origin: origin(),
        limits: None,
    };
    let access = Access::new(
        Arc::clone(&ports.store),
        Arc::clone(&ports.clock),
        Arc::clone(&ports.ids),
    );
    let admin = access.authorize_platform_admin(&principal).await;
    (principal, admin.expect("they are an administrator"))
}

#[tokio::test(flavor = "multi_thread")]
async fn of_administrators_who_close_and_remove_each_other_at_once_one_is_left() {
    let test = TestDatabase::fresh().await;
    let clock = FixedClock::default();
    let processes = [a_process(&test, &clock), a_process(&test, &clock)];
    let (mut ada, mut admin_ada) = an_admin(&processes[0]).await;

    for round in 0..12 {
        let (bob, admin_bob) = an_admin(&processes[1]).await;
        let one = async {
            let users = PlatformUsers::new(&processes[0]);
            let closed = Ok(UserStatus::Suspended);
            match round % 3 {
                0 => {
                    AccountDeletion::new(&processes[0])
                        .delete(&ada, &Expected::Any)
                        .await
                }
                1 => users
                    .change_status(&admin_ada, bob.user, &Expected::Any, closed)
                    .await
                    .map(drop),
                _ => {
                    let role = PlatformRole::PlatformAdmin;
                    users.revoke(&admin_ada, bob.user, role).await
                }
            }
        };
        let other = async {
            let users = PlatformUsers::new(&processes[1]);
            if round % 3 == 0 {
                // Both leave: one of them can.
                let deletion = AccountDeletion::new(&processes[1]);
                return deletion.delete(&bob, &Expected::Any).await;
            }
            let closed = Ok(UserStatus::Inactive);
            users
                .change_status(&admin_bob, ada.user, &Expected::Any, closed)
                .await
                .map(drop)
        };
        let (one, other) = tokio::join!(one, other);

        let bob_is_left = match (&one, &other) {
            (Ok(()), Err(TenancyError::LastPlatformAdmin)) => round % 3 == 0,
            (Err(TenancyError::LastPlatformAdmin), Ok(())) => round % 3 != 0,
            both => panic!("round {round}: {both:?}"),
        };
        if bob_is_left {
            (ada, admin_ada) = (bob, admin_bob);
        }
    }
}
