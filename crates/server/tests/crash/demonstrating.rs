//! Killed by force, and told to stop, while it makes the demonstration.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::program::{administrator, canvass, try_administrator};

/// How long it may take to get on.
const PATIENCE: Duration = Duration::from_mins(6);

/// People come in.
const IMPORTING: &str =
    "SELECT EXISTS (SELECT FROM contact_imports WHERE status IN ('pending', 'running'))";

/// Their campaign is simulated.
const SIMULATING: &str = "SELECT EXISTS (SELECT FROM campaigns WHERE status = 'active')";

/// What there is afterwards.
const MADE: &str = "SELECT jsonb_build_object( \
        'lists', (SELECT count(*) FROM contact_lists WHERE name = 'Newsletter readers'), \
        'imports', (SELECT count(*) FROM contact_imports WHERE status = 'completed'), \
        'people', (SELECT count(*) FROM contact_list_members), \
        'templates', (SELECT count(*) FROM email_templates WHERE name = 'Autumn offer'), \
        'forms', (SELECT count(*) FROM forms WHERE name = 'Ask for an offer'), \
        'campaigns', (SELECT count(*) FROM campaigns WHERE status = 'completed'), \
        'simulations', (SELECT count(*) FROM email_send_simulations), \
        'sent', (SELECT count(*) FROM events WHERE event_type = 'SENT'), \
        'events', (SELECT count(*) FROM events), \
        'strangers', (SELECT count(*) FROM leads WHERE source = 'direct_form'), \
        'leads', (SELECT count(*) FROM leads), \
        'responses', (SELECT count(*) FROM form_responses), \
        'submissions', (SELECT count(*) FROM events WHERE event_type = 'FORM_SUBMIT' AND origin = 'tracking'), \
        'written', (SELECT count(*) FROM form_responses \
            WHERE response_data ->> 'message' = 'Please call me in the afternoon.'), \
        'recipients', (SELECT count(DISTINCT l.contact_id) FROM form_responses r \
            JOIN leads l ON l.organization_id = r.organization_id AND l.id = r.lead_id \
            JOIN campaign_contact_assignments a ON a.organization_id = l.organization_id \
                AND a.campaign_id = l.campaign_id AND a.contact_id = l.contact_id \
            WHERE r.response_data ->> 'message' = 'Please call me in the afternoon.') \
    )";

/// `canvass demo`, which serves when it has made everything.
struct Demo(Child);

impl Demo {
    fn start(data_dir: &Path) -> Self {
        let log = File::options()
            .create(true)
            .append(true)
            .open(data_dir.with_extension("log"))
            .unwrap();
        let mut command = canvass(
            &["demo", "--listen", "127.0.0.1:0", "--dns", "off"],
            data_dir,
        );
        command.stdout(Stdio::piped()).stderr(log);
        Self(command.spawn().unwrap())
    }

    /// Ends it by this signal once this is so.
    async fn end_when(
        mut self,
        data_dir: &Path,
        moment: &'static str,
        signal: Signal,
    ) -> ExitStatus {
        let begun = Instant::now();
        while !is_so(data_dir, moment).await {
            let ended = self.0.try_wait().unwrap();
            assert_eq!(ended, None, "it ended before {moment}");
            assert!(begun.elapsed() < PATIENCE, "it does not get on to {moment}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.end(signal)
    }

    fn end(&mut self, signal: Signal) -> ExitStatus {
        let pid = i32::try_from(self.0.id()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
        tokio::task::block_in_place(|| self.0.wait().unwrap())
    }

    /// Waits until everything is made, tells what that is, and has it stop.
    async fn whole(mut self, data_dir: &Path) -> Value {
        let output = BufReader::new(self.0.stdout.take().unwrap());
        let mut lines = output.lines().map_while(Result::ok);
        let told: Vec<_> = tokio::task::block_in_place(|| {
            // It is the last thing that is told.
            let told = lines.by_ref();
            told.take_while(|line| !line.starts_with("Log in with"))
                .collect()
        });
        let command = told.iter().find(|line| line.starts_with("  curl "));
        let command = command.unwrap_or_else(|| panic!("{:?}: {told:?}", self.0.wait()));
        let mut admin = administrator(data_dir).await;
        let made = sqlx::query_scalar::<_, Value>(MADE);
        let made = made.fetch_one(&mut admin).await.unwrap();
        let figures = tokio::task::block_in_place(|| json_of(command));
        let sent = &figures["figures"]["counts"]["sent"]["events"];
        assert_eq!(*sent, made["sent"], "{figures}");
        let status = self.end(Signal::TERM);
        assert!(status.success(), "{status}");
        made
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // After a failed test; its database ends with it.
        if matches!(self.0.try_wait(), Ok(None)) {
            drop(self.0.kill());
            drop(self.0.wait());
        }
    }
}

/// What a command for a shell prints.
fn json_of(command: &str) -> Value {
    let mut shell = Command::new("sh");
    shell.env_clear().env("PATH", "/usr/bin:/bin");
    let output = shell.args(["-c", command]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// Whether this is so; it is not while the database is not there yet.
async fn is_so(data_dir: &Path, sql: &'static str) -> bool {
    let Ok(mut admin) = try_administrator(data_dir).await else {
        return false;
    };
    let is_so = sqlx::query_scalar::<_, bool>(sql);
    is_so.fetch_one(&mut admin).await.unwrap_or(false)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demonstration_that_is_killed_or_stopped_while_it_is_made_is_whole_after_the_next_start()
{
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let killed = Demo::start(&data_dir).end_when(&data_dir, IMPORTING, Signal::KILL);
    killed.await;
    let stopped = Demo::start(&data_dir).end_when(&data_dir, SIMULATING, Signal::TERM);
    let stopped = stopped.await;
    assert!(stopped.success(), "{stopped}");

    let made = Demo::start(&data_dir).whole(&data_dir).await;

    for (once, expected) in [
        ("lists", 1),
        ("imports", 1),
        ("templates", 1),
        ("forms", 1),
        ("campaigns", 1),
        ("simulations", 1),
        ("strangers", 1),
        ("submissions", 3),
        ("written", 3),
        ("recipients", 2),
    ] {
        assert_eq!(made[once], expected, "{once}: {made}");
    }
    let count = |what: &str| made[what].as_u64().unwrap();
    assert!(count("people") > 1_900, "{made}");
    assert!(count("sent") > 1_000, "{made}");
    assert!(count("events") > count("sent"), "{made}");
    assert!(count("leads") >= 3, "{made}");
    assert!(count("responses") > count("written"), "{made}");
    let again = Demo::start(&data_dir).whole(&data_dir).await;
    assert_eq!(again, made, "what is there is left alone");
}
