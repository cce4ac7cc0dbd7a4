//! The places of a worker, and who is asked to give one up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio_util::sync::CancellationToken;

/// How many places are taken, and whether somebody was asked to give up theirs.
#[derive(Debug, Default)]
pub(super) struct Places {
    taken: AtomicUsize,
    is_one_asked: AtomicBool,
}

/// A place that is taken until this is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    asked: CancellationToken,
}

impl Places {
    /// Takes one more.
    pub(super) fn take(places: &Arc<Self>) -> Place {
        places.taken.fetch_add(1, Ordering::Relaxed);
        Place {
            places: Arc::clone(places),
            asked: CancellationToken::new(),
        }
    }
}

impl Place {
    /// Whether all of so many places are taken, and nobody was asked to give up one yet.
    pub(super) fn is_wanted(&self, of: u16) -> bool {
        self.places.taken.load(Ordering::Relaxed) >= usize::from(of)
            && !self.places.is_one_asked.load(Ordering::Relaxed)
    }

    /// Asks whoever has it to give it up, unless another one was asked meanwhile.
    pub(super) fn ask_back(&self) {
        if !self.places.is_one_asked.swap(true, Ordering::Relaxed) {
            self.asked.cancel();
        }
    }

    /// Cancelled when it is to be given up.
    pub(super) const fn asked(&self) -> &CancellationToken {
        &self.asked
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken.fetch_sub(1, Ordering::Relaxed);
        if self.asked.is_cancelled() {
            self.places.is_one_asked.store(false, Ordering::Relaxed);
        }
    }
}
