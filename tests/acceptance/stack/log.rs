//! What the server of this process writes into its log.

use std::io;
use std::sync::{Mutex, OnceLock, PoisonError};

use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

static KEPT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static LEVEL: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Begins the log, once in a process: a failed test shows the warnings.
pub(super) fn begin() {
    LEVEL.get_or_init(|| {
        let (level, handle) = reload::Layer::new(EnvFilter::new("off"));
        let kept = fmt::layer().with_ansi(false).with_writer(|| Keeping);
        let shown = fmt::layer().with_test_writer();
        tracing_subscriber::registry()
            .with(kept.with_filter(level))
            .with(shown.with_filter(EnvFilter::new("warn")))
            .init();
        handle
    });
}

/// Keeps from now on what is logged at this level, as the setting `log` names it.
pub(crate) fn keep(level: &str) {
    begin();
    let handle = LEVEL.get().expect("the log was begun");
    handle.reload(EnvFilter::new(level)).expect("the log lasts");
}

/// What was kept.
pub(crate) fn kept() -> String {
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&kept).into_owned()
}

struct Keeping;

impl io::Write for Keeping {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
