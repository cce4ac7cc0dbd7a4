//! What was judged in the unit's organization.

use std::collections::BTreeMap;

use async_trait::async_trait;
use contacts::ports::ValidationLog;
use contacts::{Contact, Judgement, RuleCount};
use kernel::{ContactId, ContactListId, Cursor, Page, PageRequest, StorageError};

use crate::state::TenantState;
use crate::unit::MemoryUnit;

#[async_trait]
impl ValidationLog for MemoryUnit {
    async fn append(&self, judgements: &[Judgement]) -> Result<(), StorageError> {
        self.write(|tenant| {
            for judgement in judgements {
                tenant
                    .judgements
                    .entry((judgement.contact, judgement.at))
                    .or_insert_with(|| judgement.clone());
            }
        });
        Ok(())
    }

    async fn list_of(
        &self,
        contact: ContactId,
        page: &PageRequest,
    ) -> Result<Page<Judgement>, StorageError> {
        let before = match &page.after {
            Some(Cursor::Time(at, _)) => Some(*at),
            _ => None,
        };
        let mut found = self.read(|tenant| {
            tenant
                .judgements
                .values()
                .rev()
                .filter(|judgement| judgement.contact == contact)
                .filter(|judgement| before.is_none_or(|before| judgement.at < before))
                .take(usize::from(page.limit.get()) + 1)
                .cloned()
                .collect::<Vec<_>>()
        });
        self.unsettle(&mut found, page);
        Ok(Page::from_overfull(found, page.limit, |judgement| {
            Cursor::Time(judgement.at, contact.as_uuid())
        }))
    }

    async fn summary_of(&self, list: ContactListId) -> Result<Vec<RuleCount>, StorageError> {
        let counts = self.read(|tenant| {
            let mut counts = BTreeMap::new();
            for contact in members_of(tenant, list) {
                let judged = contact.state().validation.at;
                let judgement = judged.and_then(|at| tenant.judgements.get(&(contact.id(), at)));
                for outcome in judgement.iter().flat_map(|judgement| judgement.outcomes) {
                    let key = (outcome.rule, outcome.version, outcome.result);
                    *counts.entry(key).or_insert(0) += 1;
                }
            }
            counts
        });
        Ok(counts
            .into_iter()
            .map(|((rule, version, result), contacts)| RuleCount {
                rule,
                version,
                result,
                contacts,
            })
            .collect())
    }
}

/// The living members of a list.
fn members_of(tenant: &TenantState, list: ContactListId) -> impl Iterator<Item = &Contact> {
    tenant
        .list_members
        .iter()
        .filter(move |(of, _)| *of == list)
        .filter_map(|(_, contact)| tenant.contacts.get(contact))
        .filter(|contact| !contact.state().stamps.is_deleted())
}
