//! What a simulation is asked for, and what is played.

use kernel::{FieldFault, Timestamp};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Which run of the same chances a simulation is: a number from 0 to 2⁵³ − 1, which every client of the API tells exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SimulationSeed(i64);

/// The number is no seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a seed is a number from 0 to {}", SimulationSeed::MAX)]
pub struct InvalidSeed;

/// How likely everything is and how long it takes: a document of the simulator's, in which nothing is left out.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulationConfig {
    /// Which words it is written in.
    pub version: u16,
    /// The chances and delays.
    pub document: Map<String, Value>,
}

/// What somebody wants to be simulated. What is not said is as it is usual.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AskedSimulation {
    /// Chances and delays.
    pub config: Map<String, Value>,
    /// Which run of them; any where there is none.
    pub seed: Option<SimulationSeed>,
    /// How many times as fast as life it plays, from now on; all at once, in the past, where there is none.
    pub pace: Option<f64>,
    /// When the first mail goes out; as late as can be where there is none.
    pub start_at: Option<Timestamp>,
}

/// What is played: the same plan gives the same events.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulationPlan {
    /// Chances and delays.
    pub config: SimulationConfig,
    /// Which run of them.
    pub seed: SimulationSeed,
    /// How many times as fast as life it plays; all at once, in the past, where there is none.
    pub pace: Option<f64>,
    /// When the first mail goes out.
    pub start_at: Timestamp,
}

impl SimulationSeed {
    /// The largest seed.
    pub const MAX: i64 = (1 << 53) - 1;

    /// The seed of this number.
    pub const fn new(number: i64) -> Result<Self, InvalidSeed> {
        if number < 0 || number > Self::MAX {
            return Err(InvalidSeed);
        }
        Ok(Self(number))
    }

    /// A seed for somebody who does not care which, from the part of an id that is chance.
    #[must_use]
    pub fn drawn(unique: Uuid) -> Self {
        let (_, low) = unique.as_u64_pair();
        Self(i64::try_from(low & (u64::MAX >> 11)).unwrap_or(0))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl From<InvalidSeed> for FieldFault {
    fn from(error: InvalidSeed) -> Self {
        Self::new("out-of-range", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_seed_is_a_number_that_every_client_can_tell() {
        for good in [0, 42, SimulationSeed::MAX] {
            assert_eq!(SimulationSeed::new(good).map(SimulationSeed::get), Ok(good));
        }
        for bad in [-1, SimulationSeed::MAX + 1, i64::MIN, i64::MAX] {
            assert_eq!(SimulationSeed::new(bad), Err(InvalidSeed));
        }
    }

    proptest! {
        #[test]
        fn what_is_drawn_is_a_seed(bits in any::<u128>()) {
            let drawn = SimulationSeed::drawn(Uuid::from_u128(bits));

            prop_assert_eq!(SimulationSeed::new(drawn.get()), Ok(drawn));
            prop_assert_eq!(drawn.get() & 0xff, i64::try_from(bits & 0xff).unwrap());
        }
    }
}
