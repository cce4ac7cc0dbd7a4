//! Whether each kind of job is killed somewhere.

use std::collections::BTreeSet;

use crate::program::Program;
use crate::{asking, changing, counting, importing, revalidating, sending, simulating, undoing};

/// The kinds of jobs that tests kill at least twice in the midst of their work, and count afterwards.
///
/// `send_invitation` is killed at random by `killing`, with the program in `stopping` and with its worker in `workers`.
const KILLED: [&str; 10] = [
    changing::KIND,
    importing::KIND,
    undoing::KIND,
    revalidating::KIND,
    asking::KIND,
    "send_invitation",
    sending::KINDS[0],
    sending::KINDS[1],
    simulating::KIND,
    counting::KIND,
];

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_job_that_the_program_works_on_is_killed_by_a_test() {
    let directory = tempfile::tempdir().unwrap();
    let program = Program::start(&directory.path().join("data"));

    let metrics = reqwest::get(format!("{}/metrics", program.url()))
        .await
        .unwrap();
    let metrics = metrics.text().await.unwrap();
    let known = metrics
        .lines()
        .filter_map(|line| line.strip_prefix("canvass_jobs_running{kind=\""))
        .filter_map(|rest| Some(rest.split_once('"')?.0))
        .collect::<BTreeSet<_>>();

    assert_eq!(
        known,
        BTreeSet::from(KILLED),
        "the program works on the kinds of jobs to the left, and tests kill those to the right: give a new kind a test \
         beside `undoing` that kills the program at least twice while such a job runs and counts what it did against \
         what it was given, and name it here"
    );
    program.stop();
}
