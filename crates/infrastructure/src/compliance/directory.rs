//! `audit_logs` and `audit_payloads`, read.

use async_trait::async_trait;
use compliance::ports::AuditDirectory;
use compliance::{AuditCount, AuditDetail, AuditFilter, AuditPosition, AuditRecord};
use kernel::{AuditEntryId, Page, PageRequest, StorageError, UserId};

use super::conditions::Conditions;
use super::rows::{CountRow, DetailRow, PAYLOAD, RECORD, RecordRow, all};
use crate::unit::PostgresUnit;

/// The order of every listing of entries, which is that of the indexes read backwards.
const NEWEST_FIRST: &str = "ORDER BY l.created_at DESC, l.id DESC";

#[async_trait]
impl AuditDirectory for PostgresUnit {
    async fn search(
        &self,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditRecord>, StorageError> {
        let wanted = Conditions::of(self.organization())
            .filtered(filter)
            .behind(page.after.as_ref().and_then(AuditPosition::of));
        let sql = format!(
            "SELECT {RECORD} FROM audit_logs l WHERE {} {NEWEST_FIRST} LIMIT {}",
            wanted.sql(),
            overfull(page)
        );
        let rows = self.all::<RecordRow>(&sql, wanted.into_values()).await?;
        Ok(Page::from_overfull(
            all(rows)?,
            page.limit,
            |record: &AuditRecord| record.position().cursor(),
        ))
    }

    async fn find(&self, id: AuditEntryId) -> Result<Option<AuditDetail>, StorageError> {
        let mut wanted = Conditions::of(self.organization());
        wanted.and("l.id =", id.as_uuid());
        let sql = with_payloads(&format!(
            "SELECT {RECORD} FROM audit_logs l WHERE {} LIMIT 1",
            wanted.sql()
        ));
        let row = self.one::<DetailRow>(&sql, wanted.into_values()).await?;
        row.map(AuditDetail::try_from).transpose()
    }

    async fn count(
        &self,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditCount>, StorageError> {
        let mut wanted = Conditions::of(self.organization()).filtered(filter);
        // The nil id stands for no user, and the bytes of the texts are compared, as Rust does.
        let key = "(coalesce(l.user_id, '00000000-0000-0000-0000-000000000000'), \
                   l.entity_type COLLATE \"C\", l.action COLLATE \"C\")";
        let behind = match page.after.as_ref().and_then(AuditCount::place_of) {
            Some((actor, entity_type, action)) => {
                let places = [
                    wanted.bind(actor),
                    wanted.bind(entity_type),
                    wanted.bind(action),
                ];
                format!(" AND {key} > ({})", places.join(", "))
            }
            None => String::new(),
        };
        let sql = format!(
            "SELECT l.user_id, l.entity_type, l.action, count(*) AS count FROM audit_logs l \
             WHERE {}{behind} GROUP BY l.user_id, l.entity_type, l.action ORDER BY {} LIMIT {}",
            wanted.sql(),
            key.trim_matches(['(', ')']),
            overfull(page)
        );
        let rows = self.all::<CountRow>(&sql, wanted.into_values()).await?;
        Ok(Page::from_overfull(
            all(rows)?,
            page.limit,
            AuditCount::cursor,
        ))
    }

    async fn read(
        &self,
        filter: &AuditFilter,
        behind: Option<AuditPosition>,
        limit: u16,
    ) -> Result<Vec<AuditDetail>, StorageError> {
        let wanted = Conditions::of(self.organization())
            .filtered(filter)
            .behind(behind);
        let sql = with_payloads(&format!(
            "SELECT {RECORD} FROM audit_logs l WHERE {} {NEWEST_FIRST} LIMIT {limit}",
            wanted.sql()
        ));
        let rows = self.all::<DetailRow>(&sql, wanted.into_values()).await?;
        all(rows)
    }

    async fn search_about_user(
        &self,
        user: UserId,
        page: &PageRequest,
    ) -> Result<Page<AuditDetail>, StorageError> {
        let mut wanted = Conditions::of(self.organization())
            .behind(page.after.as_ref().and_then(AuditPosition::of));
        let user = wanted.bind(user.as_uuid());
        let limit = overfull(page);
        // Each half reads no more of its index than a page.
        let half = |whose: String| {
            format!(
                "(SELECT {RECORD} FROM audit_logs l WHERE {} AND {whose} {NEWEST_FIRST} LIMIT {limit})",
                wanted.sql()
            )
        };
        let sql = with_payloads(&format!(
            "SELECT * FROM ({} UNION {}) l {NEWEST_FIRST} LIMIT {limit}",
            half(format!("l.user_id = {user}")),
            half(format!("l.entity_type = 'user' AND l.entity_id = {user}")),
        ));
        let rows = self.all::<DetailRow>(&sql, wanted.into_values()).await?;
        Ok(Page::from_overfull(
            all(rows)?,
            page.limit,
            |detail: &AuditDetail| detail.record.position().cursor(),
        ))
    }
}

/// One more than fit on the page, to see whether there is another one.
fn overfull(page: &PageRequest) -> u16 {
    page.limit.get() + 1
}

/// The entries that `entries` selects, with their payloads, in the same order.
///
/// The payloads are looked up one by one: joined as a whole, those of all the organization's entries
/// would be read.
fn with_payloads(entries: &str) -> String {
    format!(
        "SELECT {RECORD}, p.* FROM ({entries}) l LEFT JOIN LATERAL (\
             SELECT {PAYLOAD} FROM audit_payloads p \
             WHERE p.organization_id = $1 AND p.id = l.id AND p.created_at = l.created_at LIMIT 1\
         ) p ON true {NEWEST_FIRST}"
    )
}
