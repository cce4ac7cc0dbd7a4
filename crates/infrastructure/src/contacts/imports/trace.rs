//! `contact_import_rejections`, `contact_import_touches`, `contact_import_left` and `contact_import_seen`

use std::collections::BTreeSet;

use async_trait::async_trait;
use contacts::ports::ImportTraceRepository;
use contacts::{AddressHash, Contact, LeftContact, Rejection, RejectionCode, Touch};
use kernel::{
    Changes, ContactId, ContactImportId, Cursor, Page, PageRequest, StorageError, Timestamp,
};
use sea_orm::{FromQueryResult, Value};
use serde_json::Value as Json;
use sqlx::Row as _;
use sqlx::postgres::{PgArguments, PgRow};
use uuid::Uuid;

use crate::binds::Binder;
use crate::contacts::rows::{self, ContactRow, address_hash, contacts_of, parsed};
use crate::error::{corrupt, translate_sqlx};
use crate::page::bounds;
use crate::unit::PostgresUnit;

const REJECT: &str = "INSERT INTO contact_import_rejections \
         (organization_id, import_id, line, column_name, code, original, created_at) \
     SELECT $1, $2, n.line, n.column_name, n.code, n.original, $7 \
     FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[]) AS n (line, column_name, code, original) \
     ON CONFLICT (organization_id, import_id, line) DO NOTHING";

const TOUCH: &str = "INSERT INTO contact_import_touches \
         (organization_id, import_id, contact_id, outcome, changes, joined, created_at) \
     SELECT $1, $2, n.contact_id, n.outcome, n.changes::jsonb, n.joined, $7 \
     FROM unnest($3::uuid[], $4::text[], $5::text[], $6::boolean[]) AS n (contact_id, outcome, changes, joined) \
     ON CONFLICT (organization_id, import_id, contact_id) DO NOTHING";

const MEET: &str = "INSERT INTO contact_import_seen (organization_id, import_id, address_hash, created_at) \
     SELECT $1, $2, n.address_hash, $4 FROM unnest($3::bytea[]) AS n (address_hash) ORDER BY n.address_hash \
     ON CONFLICT (organization_id, import_id, address_hash, stopped) DO NOTHING RETURNING address_hash";

const STOP: &str = "INSERT INTO contact_import_seen (organization_id, import_id, address_hash, stopped, created_at) \
     SELECT $1, $2, n.address_hash, true, $4 FROM unnest($3::bytea[]) AS n (address_hash) ORDER BY n.address_hash \
     ON CONFLICT (organization_id, import_id, address_hash, stopped) DO NOTHING";

const STOPPED: &str = "SELECT s.address_hash FROM unnest($3::bytea[]) AS n (address_hash) \
     CROSS JOIN LATERAL (SELECT s.address_hash FROM contact_import_seen s \
         WHERE s.organization_id = $1 AND s.import_id = $2 AND s.address_hash = n.address_hash AND s.stopped \
         OFFSET 0) AS s";

const LEAVE: &str = "INSERT INTO contact_import_left (organization_id, import_id, contact_id, reason, fields, created_at) \
     SELECT $1, $2, n.contact_id, n.reason, n.fields::jsonb, $6 \
     FROM unnest($3::uuid[], $4::text[], $5::text[]) AS n (contact_id, reason, fields) \
     ON CONFLICT (organization_id, import_id, contact_id) DO NOTHING";

#[derive(FromQueryResult)]
struct RejectionRow {
    line: i64,
    column_name: Option<String>,
    code: String,
    original: String,
}

#[derive(FromQueryResult)]
struct TouchRow {
    contact_id: Uuid,
    outcome: String,
    changes: Option<Json>,
    joined: bool,
}

#[derive(FromQueryResult)]
struct LeftRow {
    contact_id: Uuid,
    reason: String,
    fields: Json,
}

#[derive(FromQueryResult)]
struct Named {
    contact_id: Uuid,
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|error| StorageError::Unexpected(Box::new(error)))
}

fn behind(contact: Option<ContactId>) -> Value {
    contact.map_or(Uuid::nil(), ContactId::as_uuid).into()
}

fn ids(contacts: &[ContactId]) -> Value {
    let ids = contacts.iter().map(|id| id.as_uuid());
    ids.collect::<Vec<_>>().into()
}

#[async_trait]
impl ImportTraceRepository for PostgresUnit {
    async fn reject(
        &self,
        import: ContactImportId,
        rejections: &[Rejection],
        at: Timestamp,
    ) -> Result<(), StorageError> {
        if rejections.is_empty() {
            return Ok(());
        }
        let mut values = self.of_import(import)?;
        let mut bind = Binder(&mut values);
        let lines = rejections.iter().map(|row| i64::try_from(row.line));
        let lines = lines.map(|line| line.unwrap_or(i64::MAX));
        bind.add(lines.collect::<Vec<_>>())?;
        let columns = rejections.iter().map(|row| row.column.as_deref());
        bind.add(columns.collect::<Vec<_>>())?;
        let codes = rejections.iter().map(|row| row.code.as_str());
        bind.add(codes.collect::<Vec<_>>())?;
        let originals = rejections.iter().map(|row| row.original.as_str());
        bind.add(originals.collect::<Vec<_>>())?;
        bind.add(at)?;
        self.all_bound(REJECT, values).await.map(|_| ())
    }

    async fn rejections_behind(
        &self,
        import: ContactImportId,
        line: u64,
        limit: u16,
        bytes: u32,
    ) -> Result<Vec<Rejection>, StorageError> {
        // How long a text is, is known without its being read.
        let sql = "SELECT n.line, n.column_name, n.code, n.original \
                   FROM (SELECT r.line, r.column_name, r.code, r.original, \
                             sum(octet_length(r.original)) OVER (ORDER BY r.line) - octet_length(r.original) AS before \
                         FROM contact_import_rejections r \
                         WHERE r.organization_id = $1 AND r.import_id = $2 AND r.line > $3 \
                         ORDER BY r.line LIMIT $4) AS n \
                   WHERE n.before < $5 ORDER BY n.line";
        self.rejections(sql, import, line, limit, bytes.into())
            .await
    }

    async fn rejections_in_short(
        &self,
        import: ContactImportId,
        line: u64,
        limit: u16,
        characters: u16,
    ) -> Result<Vec<Rejection>, StorageError> {
        let sql = "SELECT r.line, r.column_name, r.code, left(r.original, $5::integer) AS original \
                   FROM contact_import_rejections r \
                   WHERE r.organization_id = $1 AND r.import_id = $2 AND r.line > $3 ORDER BY r.line LIMIT $4";
        self.rejections(sql, import, line, limit, characters.into())
            .await
    }

    async fn touch(
        &self,
        import: ContactImportId,
        touches: &[Touch],
        at: Timestamp,
    ) -> Result<(), StorageError> {
        if touches.is_empty() {
            return Ok(());
        }
        let mut values = self.of_import(import)?;
        let mut bind = Binder(&mut values);
        let contacts = touches.iter().map(|touch| touch.contact.as_uuid());
        bind.add(contacts.collect::<Vec<_>>())?;
        let outcomes = touches.iter().map(|touch| touch.outcome.as_str());
        bind.add(outcomes.collect::<Vec<_>>())?;
        let changes = touches
            .iter()
            .map(|touch| {
                (!touch.changes.is_empty())
                    .then(|| json(&touch.changes))
                    .transpose()
            })
            .collect::<Result<Vec<_>, _>>()?;
        bind.add(changes)?;
        bind.add(touches.iter().map(|touch| touch.joined).collect::<Vec<_>>())?;
        bind.add(at)?;
        self.all_bound(TOUCH, values).await.map(|_| ())
    }

    async fn touched(
        &self,
        import: ContactImportId,
        contacts: &[ContactId],
    ) -> Result<BTreeSet<ContactId>, StorageError> {
        if contacts.is_empty() {
            return Ok(BTreeSet::new());
        }
        // Each is looked up by itself, whatever the planner believes of a table that the import fills.
        let sql = "SELECT t.contact_id FROM unnest($3::uuid[]) AS n (id) \
                   CROSS JOIN LATERAL (SELECT t.contact_id FROM contact_import_touches t \
                       WHERE t.organization_id = $1 AND t.import_id = $2 AND t.contact_id = n.id OFFSET 0) AS t";
        self.named(sql, import, contacts).await
    }

    async fn touches_behind(
        &self,
        import: ContactImportId,
        contact: Option<ContactId>,
        limit: u16,
    ) -> Result<Vec<Touch>, StorageError> {
        let sql = "SELECT t.contact_id, t.outcome, t.changes, t.joined FROM contact_import_touches t \
                   WHERE t.organization_id = $1 AND t.import_id = $2 AND t.contact_id > $3 \
                   ORDER BY t.contact_id LIMIT $4";
        let values = [
            self.organization().into(),
            import.as_uuid().into(),
            behind(contact),
            i64::from(limit).into(),
        ];
        let rows = self.all::<TouchRow>(sql, values).await?;
        rows.into_iter()
            .map(|row| {
                Ok(Touch {
                    contact: ContactId::from_uuid(row.contact_id),
                    outcome: parsed(&row.outcome, "contact_import_touches.outcome")?,
                    changes: row
                        .changes
                        .map(serde_json::from_value::<Changes>)
                        .transpose()
                        .ok()
                        .ok_or_else(|| corrupt("contact_import_touches.changes"))?
                        .unwrap_or_default(),
                    joined: row.joined,
                })
            })
            .collect()
    }

    async fn made_behind(
        &self,
        import: ContactImportId,
        contact: Option<ContactId>,
        limit: u16,
    ) -> Result<Vec<Contact>, StorageError> {
        let sql = format!(
            "SELECT {} FROM contacts c WHERE c.organization_id = $1 AND c.import_id = $2 AND c.id > $3 \
             AND c.deleted_at IS NULL ORDER BY c.id LIMIT $4",
            rows::COLUMNS
        );
        let values = [
            self.organization().into(),
            import.as_uuid().into(),
            behind(contact),
            i64::from(limit).into(),
        ];
        contacts_of(self.all::<ContactRow>(&sql, values).await?)
    }

    async fn on_other_lists(
        &self,
        import: ContactImportId,
        contacts: &[ContactId],
    ) -> Result<BTreeSet<ContactId>, StorageError> {
        if contacts.is_empty() {
            return Ok(BTreeSet::new());
        }
        let sql = "SELECT n.id AS contact_id FROM unnest($3::uuid[]) AS n (id) \
                   CROSS JOIN LATERAL (SELECT m.list_id FROM contact_list_members m \
                       WHERE m.organization_id = $1 AND m.contact_id = n.id AND m.import_id IS DISTINCT FROM $2 \
                       AND m.deleted_at IS NULL LIMIT 1) AS m";
        self.named(sql, import, contacts).await
    }

    async fn meet(
        &self,
        import: ContactImportId,
        addresses: &[AddressHash],
        at: Timestamp,
    ) -> Result<BTreeSet<AddressHash>, StorageError> {
        if addresses.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut values = self.of_addresses(import, addresses)?;
        Binder(&mut values).add(at)?;
        hashes_of(&self.all_bound(MEET, values).await?)
    }

    async fn stop(
        &self,
        import: ContactImportId,
        addresses: &[AddressHash],
        at: Timestamp,
    ) -> Result<(), StorageError> {
        if addresses.is_empty() {
            return Ok(());
        }
        let mut values = self.of_addresses(import, addresses)?;
        Binder(&mut values).add(at)?;
        self.all_bound(STOP, values).await.map(|_| ())
    }

    async fn stopped(
        &self,
        import: ContactImportId,
        addresses: &[AddressHash],
    ) -> Result<BTreeSet<AddressHash>, StorageError> {
        if addresses.is_empty() {
            return Ok(BTreeSet::new());
        }
        let values = self.of_addresses(import, addresses)?;
        hashes_of(&self.all_bound(STOPPED, values).await?)
    }

    async fn forget_rejections(
        &self,
        import: ContactImportId,
        limit: u16,
    ) -> Result<u64, StorageError> {
        let sql = "DELETE FROM contact_import_rejections r WHERE r.organization_id = $1 AND r.import_id = $2 \
                   AND r.line IN (SELECT s.line FROM contact_import_rejections s \
                       WHERE s.organization_id = $1 AND s.import_id = $2 ORDER BY s.line LIMIT $3)";
        self.forget(sql, import, limit).await
    }

    async fn forget_met(&self, import: ContactImportId, limit: u16) -> Result<u64, StorageError> {
        let sql = "DELETE FROM contact_import_seen m WHERE m.organization_id = $1 AND m.import_id = $2 \
                   AND (m.address_hash, m.stopped) IN (SELECT s.address_hash, s.stopped FROM contact_import_seen s \
                       WHERE s.organization_id = $1 AND s.import_id = $2 ORDER BY s.address_hash, s.stopped LIMIT $3)";
        self.forget(sql, import, limit).await
    }

    async fn forget_left(&self, import: ContactImportId, limit: u16) -> Result<u64, StorageError> {
        let sql = "DELETE FROM contact_import_left l WHERE l.organization_id = $1 AND l.import_id = $2 \
                   AND l.contact_id IN (SELECT s.contact_id FROM contact_import_left s \
                       WHERE s.organization_id = $1 AND s.import_id = $2 ORDER BY s.contact_id LIMIT $3)";
        self.forget(sql, import, limit).await
    }

    async fn leave(
        &self,
        import: ContactImportId,
        left: &[LeftContact],
        at: Timestamp,
    ) -> Result<(), StorageError> {
        if left.is_empty() {
            return Ok(());
        }
        let mut values = self.of_import(import)?;
        let mut bind = Binder(&mut values);
        let contacts = left.iter().map(|left| left.contact.as_uuid());
        bind.add(contacts.collect::<Vec<_>>())?;
        let reasons = left.iter().map(|left| left.reason.as_str());
        bind.add(reasons.collect::<Vec<_>>())?;
        let fields = left.iter().map(|left| json(&left.fields));
        bind.add(fields.collect::<Result<Vec<_>, _>>()?)?;
        bind.add(at)?;
        self.all_bound(LEAVE, values).await.map(|_| ())
    }

    async fn left(
        &self,
        import: ContactImportId,
        page: &PageRequest,
    ) -> Result<Page<LeftContact>, StorageError> {
        let (after, most) = bounds(page);
        let sql = "SELECT l.contact_id, l.reason, l.fields FROM contact_import_left l \
                   WHERE l.organization_id = $1 AND l.import_id = $2 AND l.contact_id > $3 \
                   ORDER BY l.contact_id LIMIT $4";
        let values = [
            self.organization().into(),
            import.as_uuid().into(),
            after.into(),
            most.into(),
        ];
        let rows = self.all::<LeftRow>(sql, values).await?;
        let left = rows
            .into_iter()
            .map(|row| {
                Ok(LeftContact {
                    contact: ContactId::from_uuid(row.contact_id),
                    reason: parsed(&row.reason, "contact_import_left.reason")?,
                    fields: serde_json::from_value(row.fields)
                        .ok()
                        .ok_or_else(|| corrupt("contact_import_left.fields"))?,
                })
            })
            .collect::<Result<Vec<_>, StorageError>>()?;
        Ok(Page::from_overfull(left, page.limit, |left| {
            Cursor::Id(left.contact.as_uuid())
        }))
    }
}

fn hashes_of(rows: &[PgRow]) -> Result<BTreeSet<AddressHash>, StorageError> {
    rows.iter()
        .map(|row| {
            let bytes = row.try_get::<Vec<u8>, _>(0).map_err(translate_sqlx)?;
            address_hash(bytes, "contact_import_seen.address_hash")
        })
        .collect()
}

fn rejection(row: RejectionRow) -> Result<Rejection, StorageError> {
    let code = RejectionCode::ALL
        .iter()
        .copied()
        .find(|code| code.as_str() == row.code);
    Ok(Rejection {
        line: u64::try_from(row.line)
            .ok()
            .ok_or_else(|| corrupt("contact_import_rejections.line"))?,
        column: row.column_name,
        code: code.ok_or_else(|| corrupt("contact_import_rejections.code"))?,
        original: row.original,
    })
}

impl PostgresUnit {
    /// Rejections behind a line, as many as `limit` and `most` let through.
    async fn rejections(
        &self,
        sql: &str,
        import: ContactImportId,
        line: u64,
        limit: u16,
        most: i64,
    ) -> Result<Vec<Rejection>, StorageError> {
        let values = [
            self.organization().into(),
            import.as_uuid().into(),
            i64::try_from(line).unwrap_or(i64::MAX).into(),
            i64::from(limit).into(),
            most.into(),
        ];
        let rows = self.all::<RejectionRow>(sql, values).await?;
        rows.into_iter().map(rejection).collect()
    }

    async fn forget(
        &self,
        sql: &str,
        import: ContactImportId,
        limit: u16,
    ) -> Result<u64, StorageError> {
        let values = [
            self.organization().into(),
            import.as_uuid().into(),
            i64::from(limit).into(),
        ];
        self.execute_sql(sql, values).await
    }

    fn of_import(&self, import: ContactImportId) -> Result<PgArguments, StorageError> {
        let mut values = PgArguments::default();
        let mut bind = Binder(&mut values);
        bind.add(self.organization())?;
        bind.add(import.as_uuid())?;
        Ok(values)
    }

    fn of_addresses(
        &self,
        import: ContactImportId,
        addresses: &[AddressHash],
    ) -> Result<PgArguments, StorageError> {
        let mut values = self.of_import(import)?;
        let hashes = addresses.iter().map(|hash| hash.as_bytes().as_slice());
        Binder(&mut values).add(hashes.collect::<Vec<_>>())?;
        Ok(values)
    }

    async fn named(
        &self,
        sql: &str,
        import: ContactImportId,
        contacts: &[ContactId],
    ) -> Result<BTreeSet<ContactId>, StorageError> {
        let values = [
            self.organization().into(),
            import.as_uuid().into(),
            ids(contacts),
        ];
        let rows = self.all::<Named>(sql, values).await?;
        Ok(rows
            .into_iter()
            .map(|row| ContactId::from_uuid(row.contact_id))
            .collect())
    }
}
