//! What is kept of what the domain name system said.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use contacts::{DomainFact, DomainLookup as _};
use infrastructure::{DatabaseSettings, DnsSettings, DomainNames, PostgresDatabase};
use testkit::{Answer, FixedClock, NameServer, TestDatabase};

const PATIENCE: Duration = Duration::from_mins(1);
/// How long one try at a question may take.
const TRY: Duration = Duration::from_millis(500);
/// The same where whoever asks has patience for one try and not for two: a busy machine takes less of it than the rest.
const LONG_TRY: Duration = Duration::from_secs(2);

struct World {
    /// Gone when it is dropped.
    _database: TestDatabase,
    database: PostgresDatabase,
    server: NameServer,
    clock: Arc<FixedClock>,
}

impl World {
    async fn new() -> Self {
        let database = TestDatabase::fresh().await;
        Self {
            database: PostgresDatabase::connect_lazy(database.login(), DatabaseSettings::default()),
            _database: database,
            server: NameServer::start().await,
            clock: Arc::new(FixedClock::default()),
        }
    }

    /// As in a process that was just started.
    fn names(&self) -> DomainNames {
        self.names_within(TRY)
    }

    /// The same, where one try may take so long.
    fn names_within(&self, timeout: Duration) -> DomainNames {
        let settings = DnsSettings {
            resolver: Some(self.server.address()),
            timeout,
            concurrency: 4,
        };
        DomainNames::new(self.database.clone(), self.clock.clone(), &settings)
            .expect("the resolver's address is right")
    }
}

fn domains(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[tokio::test]
async fn what_was_said_is_not_asked_again_by_this_process_or_another() {
    let world = World::new().await;
    let answers = [
        ("mail.test", Answer::Mail { ttl: 7_200 }, DomainFact::Mx),
        ("null.test", Answer::NullMail, DomainFact::NullMx),
        ("address.test", Answer::AddressOnly, DomainFact::AddressOnly),
        ("nothing.test", Answer::Nothing, DomainFact::NoMailServer),
        ("absent.test", Answer::Absent, DomainFact::NotFound),
        ("silent.test", Answer::Silent, DomainFact::Timeout),
    ];
    for (domain, answer, _) in answers {
        world.server.tell(domain, answer);
    }
    let asked = domains(&answers.map(|(domain, ..)| domain));
    let names = world.names();

    let first = names.look_up(&asked, PATIENCE).await;
    world.server.catch_up().await;
    let times = answers.map(|(domain, ..)| world.server.times_asked(domain));
    let again = names.look_up(&asked, PATIENCE).await;
    let elsewhere = world.names().look_up(&asked, PATIENCE).await;

    for (domain, _, fact) in answers {
        assert_eq!(first.get(domain), Some(&fact), "{domain}");
    }
    assert_eq!(again, first);
    assert_eq!(elsewhere, first);
    assert!(times.iter().all(|times| *times > 0));
    world.server.catch_up().await;
    assert_eq!(
        answers.map(|(domain, ..)| world.server.times_asked(domain)),
        times
    );
}

#[tokio::test]
async fn what_is_older_than_it_holds_is_asked_again() {
    let world = World::new().await;
    world.server.tell("silent.test", Answer::Silent);
    let asked = domains(&["silent.test"]);
    let names = world.names();
    names.look_up(&asked, PATIENCE).await;
    world.server.tell("silent.test", Answer::Mail { ttl: 60 });

    let soon = names.look_up(&asked, PATIENCE).await;
    world.clock.advance(time::Duration::minutes(4));
    let later = names.look_up(&asked, PATIENCE).await;

    assert_eq!(soon["silent.test"], DomainFact::Timeout);
    assert_eq!(later["silent.test"], DomainFact::Mx);
}

#[tokio::test]
async fn whoever_runs_out_of_patience_has_no_answer_and_can_ask_again() {
    let world = World::new().await;
    world.server.tell("mail.test", Answer::Mail { ttl: 60 });
    let asked = domains(&["mail.test"]);
    let names = world.names();

    let hurried = names.look_up(&asked, Duration::ZERO).await;
    let patient = names.look_up(&asked, PATIENCE).await;

    assert_eq!(hurried["mail.test"], DomainFact::Timeout);
    assert_eq!(patient["mail.test"], DomainFact::Mx);
}

#[tokio::test]
async fn silence_through_one_whole_try_is_kept_by_whoever_has_no_patience_for_another() {
    let world = World::new().await;
    world.server.tell("silent.test", Answer::Silent);
    let asked = domains(&["silent.test"]);
    let names = world.names_within(LONG_TRY);
    // Opens a connection, so that hardly any of the patience is lost with it.
    names.look_up(&domains(&["mail.test"]), PATIENCE).await;

    let hurried = names.look_up(&asked, LONG_TRY * 19 / 10).await;
    world.server.catch_up().await;
    let times = world.server.times_asked("silent.test");
    let elsewhere = world.names().look_up(&asked, PATIENCE).await;
    world.server.catch_up().await;

    assert_eq!(hurried["silent.test"], DomainFact::Timeout);
    assert_eq!(elsewhere, hurried);
    assert_eq!(world.server.times_asked("silent.test"), times);
}
