//! The entries of the audit log.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use compliance::ports::AuditDirectory;
use compliance::{AuditCount, AuditDetail, AuditFilter, AuditPosition, AuditRecord};
use kernel::{AuditAction, AuditEntryId, Page, PageRequest, StorageError, UserId};
use uuid::Uuid;

use crate::unit::MemoryUnit;

#[async_trait]
impl AuditDirectory for MemoryUnit {
    async fn search(
        &self,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditRecord>, StorageError> {
        let position = page.after.as_ref().and_then(AuditPosition::of);
        let found = self.newest_first(position, |record| filter.accepts(record));
        Ok(self.cut(found, page).map(|detail| detail.record))
    }

    async fn find(&self, id: AuditEntryId) -> Result<Option<AuditDetail>, StorageError> {
        Ok(self.read(|tenant| {
            let found = tenant.audit.iter().find(|entry| entry.id == id);
            found.map(AuditDetail::from)
        }))
    }

    async fn count(
        &self,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditCount>, StorageError> {
        let mut counts = BTreeMap::<(Uuid, String, &str), (AuditAction, u64)>::new();
        for AuditDetail { record, .. } in self.newest_first(None, |record| filter.accepts(record)) {
            let actor = record.actor.map_or(Uuid::nil(), UserId::as_uuid);
            let key = (actor, record.entity_type, record.action.as_str());
            counts.entry(key).or_insert((record.action, 0)).1 += 1;
        }

        let behind = page.after.as_ref().and_then(AuditCount::place_of);
        let mut rows = counts
            .into_iter()
            .filter(|((actor, kind, action), _)| {
                behind.is_none_or(|behind| (*actor, kind.as_str(), *action) > behind)
            })
            .map(|((actor, entity_type, _), (action, count))| AuditCount {
                actor: (!actor.is_nil()).then(|| UserId::from_uuid(actor)),
                entity_type,
                action,
                count,
            })
            .collect::<Vec<_>>();
        self.unsettle(&mut rows, page);
        Ok(Page::from_overfull(rows, page.limit, AuditCount::cursor))
    }

    async fn read(
        &self,
        filter: &AuditFilter,
        behind: Option<AuditPosition>,
        limit: u16,
    ) -> Result<Vec<AuditDetail>, StorageError> {
        let mut found = self.newest_first(behind, |record| filter.accepts(record));
        found.truncate(usize::from(limit));
        Ok(found)
    }

    async fn search_about_user(
        &self,
        user: UserId,
        page: &PageRequest,
    ) -> Result<Page<AuditDetail>, StorageError> {
        let position = page.after.as_ref().and_then(AuditPosition::of);
        let found = self.newest_first(position, |record| {
            record.actor == Some(user)
                || (record.entity_type == "user" && record.entity == Some(user.as_uuid()))
        });
        Ok(self.cut(found, page))
    }
}

impl MemoryUnit {
    /// The entries behind a position that are wanted, newest first.
    fn newest_first(
        &self,
        behind: Option<AuditPosition>,
        wanted: impl Fn(&AuditRecord) -> bool,
    ) -> Vec<AuditDetail> {
        let mut found = self.read(|tenant| {
            tenant
                .audit
                .iter()
                .map(AuditDetail::from)
                .filter(|detail| wanted(&detail.record))
                .filter(|detail| behind.is_none_or(|behind| detail.record.position() < behind))
                .collect::<Vec<_>>()
        });
        found.sort_by_key(|detail| Reverse(detail.record.position()));
        found
    }

    fn cut(&self, mut found: Vec<AuditDetail>, page: &PageRequest) -> Page<AuditDetail> {
        self.unsettle(&mut found, page);
        Page::from_overfull(found, page.limit, |detail| {
            detail.record.position().cursor()
        })
    }
}
