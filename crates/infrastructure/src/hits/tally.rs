//! What became of hits.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts hits by what became of them.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Those that wait to be recorded.
    waiting: AtomicU64,
    lost: AtomicU64,
}

impl Tally {
    pub(super) fn taken(&self) {
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed) + 1;
        count("taken", 1);
        show(waiting);
    }

    pub(super) fn recorded(&self, hits: usize) {
        self.settle("recorded", hits as u64);
    }

    pub(super) fn dropped(&self, hits: u64) {
        self.lost.fetch_add(hits, Ordering::Relaxed);
        self.settle("dropped", hits);
    }

    pub(super) fn refused(&self, hits: usize) {
        self.lost.fetch_add(hits as u64, Ordering::Relaxed);
        self.settle("refused", hits as u64);
    }

    /// How many wait to be recorded.
    pub(super) fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// How many were dropped or refused.
    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    fn settle(&self, outcome: &'static str, hits: u64) {
        let before = self.waiting.fetch_sub(hits, Ordering::Relaxed);
        count(outcome, hits);
        show(before.saturating_sub(hits));
    }
}

fn count(outcome: &'static str, hits: u64) {
    metrics::counter!("canvass_tracking_hits_total", "outcome" => outcome).increment(hits);
}

#[expect(clippy::cast_precision_loss, reason = "a queue has far less room")]
fn show(waiting: u64) {
    metrics::gauge!("canvass_tracking_queue_hits").set(waiting as f64);
}
