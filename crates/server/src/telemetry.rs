//! Logs of the process itself, and its metrics.

use std::sync::Arc;

use api::MetricsSource;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::time::UtcTime;

use crate::settings::{InvalidSettings, LogFormat, Settings};

/// Buckets of latencies, in seconds.
const LATENCIES: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// Begins to write logs to standard error; the second call in a process changes nothing.
pub(crate) fn start_logging(settings: &Settings) -> Result<(), InvalidSettings> {
    let filter = filter(&settings.log)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_timer(UtcTime::rfc_3339());
    let started = match settings.log_format {
        LogFormat::Text => builder
            .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
            .try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    // An error says that somebody else in this process logs already, as in tests.
    drop(started);
    Ok(())
}

/// Tells of panics by their place alone, and counts them: a message may hold what was sent.
pub(crate) fn note_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        metrics::counter!("canvass_panics_total").increment(1);
        tracing::error!(panic.location = place.as_deref(), "panicked");
    }));
}

/// What is asked for, less what PostgreSQL remarks on statements, such as that there is nothing to do for
/// one; whoever names that target gets it.
fn filter(log: &str) -> Result<EnvFilter, InvalidSettings> {
    EnvFilter::try_new(format!("sqlx::postgres::notice=warn,{log}")).map_err(|error| {
        InvalidSettings::Value {
            name: "log",
            reason: error.to_string(),
        }
    })
}

/// The metrics of the process.
#[derive(Clone)]
pub(crate) struct Metrics(PrometheusHandle);

impl Metrics {
    /// Begins to collect metrics; all servers of one process share them.
    pub(crate) fn start() -> Arc<Self> {
        static STARTED: std::sync::OnceLock<Arc<Metrics>> = std::sync::OnceLock::new();
        Arc::clone(STARTED.get_or_init(|| {
            let builder = PrometheusBuilder::new();
            let builder = match builder
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &LATENCIES)
            {
                Ok(builder) => builder,
                Err(_) => PrometheusBuilder::new(),
            };
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another recorder of metrics is in place");
            }
            Arc::new(Self(handle))
        }))
    }

    /// Drops samples that were read, so that memory stays flat.
    pub(crate) fn upkeep(&self) {
        self.0.run_upkeep();
    }
}

impl MetricsSource for Metrics {
    fn render(&self) -> String {
        self.0.render()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(text)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_is_told_by_its_place_and_not_in_its_words() {
        let told = written_while("info", || {
            note_panics();
            let secret = String::from("hunter2");
            let caught = std::panic::catch_unwind(|| panic!("it was {secret}"));
            drop(std::panic::take_hook());
            assert!(caught.is_err());
        });

        assert!(
            told.contains("panicked") && told.contains(file!()),
            "{told}"
        );
        assert!(!told.contains("hunter2"), "{told}");
    }

    fn logged(log: &str) -> String {
        written_while(log, || {
            tracing::info!(target: "sqlx::postgres::notice", "already exists, skipping");
            tracing::info!("the database is ready");
        })
    }

    fn written_while(log: &str, act: impl FnOnce()) -> String {
        let written = Written::default();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(filter(log).unwrap())
            .with_writer({
                let written = written.clone();
                move || written.clone()
            })
            .finish();
        tracing::subscriber::with_default(subscriber, act);
        let text = written.0.lock().unwrap().clone();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn remarks_of_the_database_are_logged_only_when_asked_for() {
        let by_default = logged("info");
        assert!(by_default.contains("ready") && !by_default.contains("skipping"));

        assert!(logged("info,sqlx::postgres::notice=info").contains("skipping"));
    }
}
