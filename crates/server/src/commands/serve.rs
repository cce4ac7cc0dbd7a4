//! `canvass serve`

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::Failure;
use crate::running::Running;
use crate::settings::Settings;

/// Serves until it is told to stop, or the private database is lost.
pub(crate) async fn serve(settings: Settings) -> Result<(), Failure> {
    if settings.job_slots == 0 && settings.database_url.is_none() {
        return Err(Failure::usage(
            "without job slots nobody works on jobs: no worker reaches a private database; \
             say --job-slots 1 or more, or which database with DATABASE_URL",
        ));
    }
    eprintln!("{settings}");
    let mut signals = Signals::watch()?;
    let Some(running) = start(settings, &mut signals).await? else {
        return Ok(());
    };
    println!(
        "canvass serves on {} (API documentation: {}/docs)",
        running.url(),
        running.url()
    );
    until_stopped(running, signals).await
}

/// What tells the program to stop. Watched from the beginning: whoever is told before that would end at once,
/// and leave its database to itself.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Begins to watch.
    pub(crate) fn watch() -> Result<Self, Failure> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(Failure::new)?,
            terminate: signal(SignalKind::terminate()).map_err(Failure::new)?,
        })
    }

    /// Waits for SIGINT or SIGTERM.
    pub(crate) async fn stop(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Starts the server; `None` when it was told to stop meanwhile.
pub(crate) async fn start(
    settings: Settings,
    signals: &mut Signals,
) -> Result<Option<Running>, Failure> {
    tokio::select! {
        started = Running::start(settings) => started.map(Some).map_err(Failure::new),
        () = signals.stop() => Ok(None),
    }
}

/// Waits for the word to stop, or for the end of the private database, and stops.
pub(crate) async fn until_stopped(running: Running, mut signals: Signals) -> Result<(), Failure> {
    let lost = tokio::select! {
        () = signals.stop() => None,
        reason = running.database_lost() => Some(reason),
    };
    running.stop().await;
    match lost {
        None => Ok(()),
        Some(reason) => Err(Failure::new(format!(
            "the private database was lost: {reason}"
        ))),
    }
}
