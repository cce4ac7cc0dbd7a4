//! The thread that owns the server: starts it, watches it, restarts it, sees it end.
//!
//! A thread of its own rather than a task: it outlives the runtime that started it (a test's, say),
//! and the kernel ties the server's life to the thread that spawned it.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::{EmbeddedError, EmbeddedOptions, EmbeddedState, cluster::Cluster, control::Control};

/// So many restarts within [`RESTART_WINDOW`] are tried before giving up.
const MOST_RESTARTS: usize = 5;
const RESTART_WINDOW: Duration = Duration::from_mins(5);

/// The pause before the second restart in a row; each further one doubles it.
const RESTART_PAUSE: Duration = Duration::from_millis(100);

/// How often a running server is looked at, and one that has been told to stop.
const WATCH_POLL: Duration = Duration::from_millis(200);
const STOP_POLL: Duration = Duration::from_millis(2);

/// How often the size of the log is looked at.
const LOG_CHECK: Duration = Duration::from_mins(1);

/// What the handle needs to know of a started cluster.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) socket_directory: PathBuf,
    pub(super) has_statistics: bool,
}

/// Runs the cluster until it is told to stop or cannot go on. The thread's body.
pub(super) fn run(
    options: EmbeddedOptions,
    control: &Control,
    started: oneshot::Sender<Result<Started, EmbeddedError>>,
) {
    let begin = Instant::now();
    let launched =
        Cluster::prepare(options).and_then(|mut cluster| cluster.launch(control).map(|()| cluster));
    let cluster = match launched {
        Ok(cluster) => cluster,
        Err(error) => {
            // Whoever waited may have given up; then nobody needs the reason.
            drop(started.send(Err(error)));
            return control.announce(EmbeddedState::Stopped);
        }
    };
    let facts = Started {
        socket_directory: cluster.socket_directory().to_owned(),
        has_statistics: cluster.has_statistics(),
    };
    tracing::info!(
        is_new = cluster.is_new(),
        duration_ms = begin.elapsed().as_millis(),
        "the embedded database is ready"
    );
    control.announce(EmbeddedState::Ready);
    if started.send(Ok(facts)).is_err() {
        control.request_stop();
    }
    let last = supervise(cluster, control);
    control.announce(last);
}

/// Consumes the cluster: its lock is free when the last state is announced.
fn supervise(mut cluster: Cluster, control: &Control) -> EmbeddedState {
    let mut restarts = VecDeque::new();
    let mut log_checked = Instant::now();
    loop {
        let ended = match control.reap() {
            Ok(ended) => ended,
            Err(source) => {
                let error = EmbeddedError::io("wait for", cluster.socket_directory())(source);
                return EmbeddedState::Failed(Arc::new(error));
            }
        };
        let Some(status) = ended else {
            control.pause(if control.is_stopping() {
                STOP_POLL
            } else {
                WATCH_POLL
            });
            if log_checked.elapsed() > LOG_CHECK {
                cluster.log().rotate_if_large();
                log_checked = Instant::now();
            }
            continue;
        };
        if control.is_stopping() {
            return EmbeddedState::Stopped;
        }
        control.announce(EmbeddedState::Starting);
        tracing::warn!(%status, "the database server ended unasked and is restarted");
        match restart(&mut cluster, control, &mut restarts) {
            Ok(()) => {
                tracing::info!("the database server is ready again");
                control.announce(EmbeddedState::Ready);
            }
            Err(_) if control.is_stopping() => return EmbeddedState::Stopped,
            Err(error) => {
                tracing::error!(error = %error, "the database server is given up");
                return EmbeddedState::Failed(Arc::new(error));
            }
        }
    }
}

/// Tries until it runs or the budget is spent; then the last reason is the answer.
fn restart(
    cluster: &mut Cluster,
    control: &Control,
    restarts: &mut VecDeque<Instant>,
) -> Result<(), EmbeddedError> {
    let mut reason = None;
    loop {
        let now = Instant::now();
        restarts.retain(|at| now.duration_since(*at) < RESTART_WINDOW);
        if restarts.len() >= MOST_RESTARTS {
            return Err(reason.unwrap_or(EmbeddedError::KeepsEnding(restarts.len() + 1)));
        }
        if let Some(before) = u32::try_from(restarts.len())
            .ok()
            .and_then(|n| n.checked_sub(1))
        {
            control.pause(RESTART_PAUSE * 2_u32.saturating_pow(before));
        }
        if control.is_stopping() {
            return Err(EmbeddedError::Interrupted);
        }
        restarts.push_back(now);
        match cluster.relaunch(control) {
            Ok(()) => return Ok(()),
            Err(error) => {
                tracing::warn!(error = %error, "the database server could not be restarted");
                reason = Some(error);
            }
        }
    }
}
