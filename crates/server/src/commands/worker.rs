//! `canvass worker`

use crate::cli::{Failure, WorkerArguments};
use crate::commands::serve::Signals;
use crate::settings::Settings;
use crate::working::Working;

/// Works on jobs until it is told to stop.
pub(crate) async fn work(settings: Settings, arguments: &WorkerArguments) -> Result<(), Failure> {
    if settings.job_slots == 0 {
        return Err(Failure::usage(
            "a worker without job slots would do nothing; say --job-slots 1 or more",
        ));
    }
    if settings.database_url.is_none() {
        return Err(Failure::usage(
            "a worker shares its database with the server, and a private one is that server's alone; \
             say which database with DATABASE_URL, or give the server more --job-slots",
        ));
    }
    eprintln!("{settings}");
    let mut signals = Signals::watch()?;
    let working = tokio::select! {
        started = Working::start(settings, arguments.health_listen) => started.map_err(Failure::new)?,
        () = signals.stop() => return Ok(()),
    };
    match working.address() {
        Some(address) => println!("canvass works (health: http://{address})"),
        None => println!("canvass works"),
    }
    signals.stop().await;
    working.stop().await;
    Ok(())
}
