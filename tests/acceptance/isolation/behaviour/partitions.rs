//! Partitions, by name.

use migration::role::APP;

use super::{Trial, verbs};
use crate::isolation::catalogue::Relation;
use crate::isolation::journey::B;
use crate::isolation::probe::Actor;

impl Trial<'_, '_> {
    pub(super) async fn try_partition(&mut self, partition: &Relation) {
        for (_, statement) in verbs(partition) {
            let outcome = self
                .prober
                .change(Actor::Unit(APP, Some(B)), &statement)
                .await;
            let refused = outcome.is_not_granted();
            self.expect(
                "a partition cannot be reached past its parent",
                &partition.name,
                &outcome,
                refused,
            );
        }
    }
}
