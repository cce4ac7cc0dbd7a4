//! The addresses that the unit's organization must not mail.

use async_trait::async_trait;
use contacts::ports::SuppressionRepository;
use contacts::{AddressHash, Suppression, SuppressionReason};
use kernel::{Page, PageRequest, StorageError, SuppressionId};

use crate::unit::MemoryUnit;

#[async_trait]
impl SuppressionRepository for MemoryUnit {
    async fn insert_many(
        &self,
        suppressions: &[Suppression],
    ) -> Result<Vec<SuppressionId>, StorageError> {
        Ok(self.write(|tenant| {
            let mut added = Vec::new();
            for new in suppressions {
                let key = |suppression: &Suppression| {
                    let state = suppression.state();
                    (state.address, state.reason, state.source)
                };
                let is_there = tenant
                    .suppressions
                    .values()
                    .any(|suppression| key(suppression) == key(new));
                if !is_there {
                    tenant.suppressions.insert(new.id(), new.clone());
                    added.push(new.id());
                }
            }
            added
        }))
    }

    async fn find(&self, id: SuppressionId) -> Result<Option<Suppression>, StorageError> {
        Ok(self.read(|tenant| tenant.suppressions.get(&id).cloned()))
    }

    async fn list(
        &self,
        reason: Option<SuppressionReason>,
        page: &PageRequest,
    ) -> Result<Page<Suppression>, StorageError> {
        Ok(self.read(|tenant| {
            let wanted = tenant.suppressions.values().filter(|suppression| {
                reason.is_none_or(|reason| suppression.state().reason == reason)
            });
            self.page(wanted.cloned(), page, |suppression| {
                suppression.id().as_uuid()
            })
        }))
    }

    async fn find_by_addresses(
        &self,
        addresses: &[AddressHash],
    ) -> Result<Vec<Suppression>, StorageError> {
        Ok(self.read(|tenant| {
            tenant
                .suppressions
                .values()
                .filter(|suppression| addresses.contains(&suppression.state().address))
                .cloned()
                .collect()
        }))
    }

    async fn remove(&self, id: SuppressionId) -> Result<bool, StorageError> {
        Ok(self.write(|tenant| tenant.suppressions.remove(&id).is_some()))
    }
}
