//! Three processes of one installation through ten days, which pass in no time.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use analytics::schedule::PeriodicJob;
use infrastructure::SystemClock;
use kernel::{Clock as _, Timestamp};
use sqlx::{Connection as _, PgConnection};
use testkit::TestDatabase;
use time::Time;
use time::macros::time;

use crate::killing::a_random_while;
use crate::program::{Program, canvass};
use crate::stopping::{count, execute};
use crate::writer::PATIENCE;

/// How many days pass.
const DAYS: i32 = 10;

/// The jobs that there are tasks for; the first two have their turn once a day, the others each hour.
const JOBS: [PeriodicJob; 4] = [
    PeriodicJob::Aggregation,
    PeriodicJob::Purge,
    PeriodicJob::Expiry,
    PeriodicJob::PartitionMaintenance,
];

/// What the clock says at the beginning: so long before the next turn of any job that the test is over by then.
const BEGIN: Time = time!(12:10);

/// How long the processes have to do what they should not: they look every two seconds.
const LONG_ENOUGH: Duration = Duration::from_secs(5);

/// A wall clock that goes on by days when it is told to. What lasts is not touched: a second is one.
struct Calendar {
    /// What the library reads: by how many seconds another time is told.
    ahead: PathBuf,
    /// By how many it is on the first day.
    first: i64,
}

impl Calendar {
    fn begin(directory: &Path) -> Self {
        let now = SystemClock.now();
        let calendar = Self {
            ahead: directory.join("ahead"),
            first: (now.replace_time(BEGIN) - now).whole_seconds(),
        };
        calendar.turn_to(0);
        calendar
    }

    fn ahead_on(&self, day: i32) -> i64 {
        self.first + time::Duration::days(day.into()).whole_seconds()
    }

    /// Lets it be so many days later than at the beginning.
    fn turn_to(&self, day: i32) {
        // Whoever reads it sees one number or the other.
        let next = self.ahead.with_extension("next");
        fs::write(&next, format!("{:+}", self.ahead_on(day))).unwrap();
        fs::rename(next, &self.ahead).unwrap();
    }

    /// What the clock says then.
    fn now(&self, day: i32) -> Timestamp {
        SystemClock.now() + time::Duration::seconds(self.ahead_on(day))
    }

    /// A process that goes by this clock.
    fn start(&self, data_dir: &Path, database_url: &str) -> Program {
        let mut command = canvass(&["serve", "--listen", "127.0.0.1:0"], data_dir);
        command
            .env("DATABASE_URL", database_url)
            .env("LD_PRELOAD", library())
            .env("FAKETIME_TIMESTAMP_FILE", &self.ahead)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        Program::start_as(command, data_dir)
    }
}

/// The library that tells programs another time, for programs with threads: where distributions put it.
fn library() -> PathBuf {
    let own = format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    let folders = [own.as_str(), "/usr/lib", "/usr/lib64", "/usr/local/lib"];
    let mut libraries = folders
        .map(|folder| Path::new(folder).join("faketime/libfaketimeMT.so.1"))
        .into_iter();
    let library = libraries.find(|library| library.is_file());
    library.expect("libfaketime is installed: scripts/setup --check")
}

/// Ends the program by force, and removes what the library then leaves.
fn kill(program: Program) {
    let id = program.id();
    program.kill();
    for left in [
        format!("faketime_shm_{id}"),
        format!("sem.faketime_sem_{id}"),
    ] {
        // Some versions leave nothing.
        drop(fs::remove_file(Path::new("/dev/shm").join(left)));
    }
}

/// Which of the processes acts, as they tell themselves: all but one look whether somebody does.
async fn acting(programs: &[Program]) -> usize {
    let begun = Instant::now();
    loop {
        let mut acting = Vec::new();
        for (number, program) in programs.iter().enumerate() {
            let metrics = reqwest::get(format!("{}/metrics", program.url())).await;
            let metrics = metrics.unwrap().text().await.unwrap();
            if metrics
                .lines()
                .any(|line| line == "canvass_scheduler_acting 1")
            {
                acting.push(number);
            }
        }
        if let [acting] = acting[..] {
            return acting;
        }
        assert!(begun.elapsed() < PATIENCE, "these act: {acting:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until every job ran for the turn that it had last.
async fn wait_for_the_turns(admin: &mut PgConnection, calendar: &Calendar, day: i32) {
    let begun = Instant::now();
    for job in JOBS {
        let turn = job.rhythm().latest(calendar.now(day));
        let sql = "SELECT count(*) FROM scheduled_runs WHERE name = $1 AND turn = $2 AND finished_at IS NOT NULL";
        loop {
            let ran = sqlx::query_scalar::<_, i64>(sql)
                .bind(job.as_str())
                .bind(turn);
            if ran.fetch_one(&mut *admin).await.unwrap() > 0 {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "{} of day {day}", job.as_str());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Waits until a run is about to end.
async fn wait_for_a_run(admin: &mut PgConnection) {
    let begun = Instant::now();
    let ending = "SELECT count(*) FROM pg_stat_activity \
                  WHERE datname = current_database() AND wait_event = 'PgSleep'";
    while count(admin, ending).await == 0 {
        assert!(begun.elapsed() < PATIENCE, "nothing runs");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_turn_of_ten_days_is_run_once_though_the_process_that_acts_is_killed_each_day() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let test = TestDatabase::fresh().await;
    let calendar = Calendar::begin(directory.path());
    let start = || calendar.start(&data_dir, &test.login_url());
    let mut programs = vec![start(), start(), start()];
    let mut admin = PgConnection::connect_with(&test.admin()).await.unwrap();
    wait_for_the_turns(&mut admin, &calendar, 0).await;
    let linger = "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS \
                      'BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END'; \
                  CREATE TRIGGER linger BEFORE UPDATE ON scheduled_runs FOR EACH ROW \
                      WHEN (NEW.finished_at IS NOT NULL) EXECUTE FUNCTION linger()";
    execute(&mut admin, linger).await;

    for day in 1..=DAYS {
        calendar.turn_to(day);
        if day % 2 == 0 {
            wait_for_a_run(&mut admin).await;
        } else {
            tokio::time::sleep(a_random_while()).await;
        }
        let killed = acting(&programs).await;
        kill(programs.remove(killed));
        // Else the others wait for half a minute.
        let lapse = "UPDATE scheduler_leases SET lease_until = clock_timestamp()";
        execute(&mut admin, lapse).await;
        programs.push(start());
        wait_for_the_turns(&mut admin, &calendar, day).await;
        if day == DAYS / 2 {
            let runs = "SELECT count(*) FROM scheduled_runs WHERE trigger = 'schedule'";
            let before = count(&mut admin, runs).await;
            calendar.turn_to(day - 2);
            tokio::time::sleep(LONG_ENOUGH).await;
            assert_eq!(count(&mut admin, runs).await, before, "it is earlier again");
        }
    }
    // Whoever began to act last may have asked for what runs at a start.
    let begun = Instant::now();
    let open = "SELECT count(*) FROM scheduled_runs WHERE finished_at IS NULL";
    while count(&mut admin, open).await > 0 {
        assert!(begun.elapsed() < PATIENCE, "a run does not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    programs.into_iter().for_each(Program::stop);

    let unended =
        "SELECT count(*) FROM scheduled_runs WHERE finished_at IS NULL OR error IS NOT NULL";
    assert_eq!(
        count(&mut admin, unended).await,
        0,
        "runs without a good end"
    );
    // That of the first start, and one for each day: of the hours that went by between two days the last is caught up.
    let whole = "SELECT count(*) FROM (\
                     SELECT FROM scheduled_runs WHERE trigger = 'schedule' GROUP BY name \
                     HAVING count(*) = 11 AND max(turn) - min(turn) = make_interval(days => 10)\
                 ) AS whole";
    assert_eq!(
        count(&mut admin, whole).await,
        4,
        "a turn that is not there"
    );
    // A kill breaks off one run at most; whoever ran a turn besides would count here as well.
    let tries = "SELECT sum(tries - 1) FROM scheduled_runs";
    let broken_off = count(&mut admin, tries).await;
    assert!(
        (1..=i64::from(DAYS)).contains(&broken_off),
        "{broken_off} more tries"
    );
    println!("days={DAYS} kills={DAYS} inside={broken_off} lost=0 doubled=0");
}
