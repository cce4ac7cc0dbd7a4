//! What mails cause.

use std::sync::Arc;

use campaigns::Simulator;
use infrastructure::JourneySimulator;

/// The program's own simulator: it calculates and nothing else, so that tests need no other one.
#[must_use]
pub fn a_simulator() -> Arc<dyn Simulator> {
    Arc::new(JourneySimulator)
}
