//! Ids and chance that are the same in every run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel::{IdGenerator, RandomBytes};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Ids in order, the same in every run; clones share the count.
///
/// They are UUIDv7 in form. Two tests make the same ones, so tests that share a database cannot use them.
#[derive(Clone, Debug, Default)]
pub struct SequentialIds(Arc<AtomicU64>);

impl SequentialIds {
    /// The `n`th id, counted from 1.
    #[must_use]
    pub const fn nth(n: u64) -> Uuid {
        let milliseconds = FIRST_MILLISECOND.to_be_bytes();
        let count = n.to_be_bytes();
        Uuid::from_bytes([
            milliseconds[2],
            milliseconds[3],
            milliseconds[4],
            milliseconds[5],
            milliseconds[6],
            milliseconds[7],
            0x70,
            0x00,
            0x80,
            count[1],
            count[2],
            count[3],
            count[4],
            count[5],
            count[6],
            count[7],
        ])
    }
}

/// Noon of 15 January 2026, where [`crate::FixedClock`] starts.
const FIRST_MILLISECOND: u64 = 1_768_478_400_000;

impl IdGenerator for SequentialIds {
    fn next(&self) -> Uuid {
        Self::nth(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// Bytes that look like chance, differ at each call, and are the same in every run.
#[derive(Clone, Debug, Default)]
pub struct SequentialRandom(Arc<AtomicU64>);

impl RandomBytes for SequentialRandom {
    fn bytes(&self) -> [u8; 32] {
        let call = self.0.fetch_add(1, Ordering::Relaxed);
        Sha256::digest(call.to_be_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_and_have_the_form_of_version_seven() {
        let ids = SequentialIds::default();
        let made = (0..300).map(|_| ids.next()).collect::<Vec<_>>();

        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(made[0], SequentialIds::nth(1));
        assert!(made.iter().all(|id| id.get_version_num() == 7));
        assert!(
            made.iter()
                .all(|id| id.get_variant() == uuid::Variant::RFC4122)
        );
    }

    #[test]
    fn bytes_differ_at_each_call_but_not_between_runs() {
        let (one, other) = (SequentialRandom::default(), SequentialRandom::default());

        assert_eq!(one.bytes(), other.bytes());
        assert_ne!(one.bytes(), one.bytes());
    }
}
