//! `canvass serve`

use crate::cli::Failure;
use crate::running::Running;
use crate::settings::Settings;

/// Serves until it is told to stop, or the private database is lost.
pub(crate) async fn serve(settings: Settings) -> Result<(), Failure> {
    eprintln!("{settings}");
    let running = Running::start(settings).await.map_err(Failure::new)?;
    println!(
        "canvass serves on {} (API documentation: {}/docs)",
        running.url(),
        running.url()
    );
    until_stopped(running).await
}

/// Waits for SIGINT or SIGTERM, or for the end of the private database, and stops.
pub(crate) async fn until_stopped(running: Running) -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::new)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::new)?;
    let lost = tokio::select! {
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
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
