//! `contacts`

use async_trait::async_trait;
use contacts::ports::ContactRepository;
use contacts::{Contact, ContactError, ContactFilter, ContactSort};
use kernel::{ContactId, Page, PageRequest, StorageError, UserId, Version};
use sea_orm::{FromQueryResult, Value};
use sqlx::Row as _;
use sqlx::postgres::PgArguments;
use uuid::Uuid;

use super::columns;
use super::rows::{COLUMNS, ContactRow, contacts_of};
use crate::binds::Binder;
use crate::error::translate_sqlx;
use crate::unit::PostgresUnit;

const INSERT: &str = include_str!("insert_contacts.sql");
const UPDATE: &str = include_str!("update_contacts.sql");

#[derive(FromQueryResult)]
struct Found {
    id: Uuid,
}

#[async_trait]
impl ContactRepository for PostgresUnit {
    async fn insert(&self, contact: &Contact) -> Result<(), ContactError> {
        let added = ContactRepository::insert_many(self, std::slice::from_ref(contact)).await?;
        if !added.is_empty() {
            return Ok(());
        }
        // Whoever had the address at that moment may have let it go since.
        let other = self.find_other_contact(contact).await?;
        Err(other.map_or(
            StorageError::Contended(None).into(),
            ContactError::EmailTaken,
        ))
    }

    async fn insert_many(&self, contacts: &[Contact]) -> Result<Vec<ContactId>, StorageError> {
        let Some(values) = self.bind_contacts(contacts)? else {
            return Ok(Vec::new());
        };
        let rows = self.all_bound(INSERT, values).await?;
        self.note_words(contacts);
        rows.iter()
            .map(|row| row.try_get(0).map(ContactId::from_uuid))
            .collect::<Result<_, _>>()
            .map_err(translate_sqlx)
    }

    async fn find(&self, id: ContactId) -> Result<Option<Contact>, StorageError> {
        let sql =
            format!("SELECT {COLUMNS} FROM contacts c WHERE c.organization_id = $1 AND c.id = $2");
        let values = [self.organization().into(), id.as_uuid().into()];
        let row = self.one::<ContactRow>(&sql, values).await?;
        row.map(Contact::try_from).transpose()
    }

    async fn find_many(&self, ids: &[ContactId]) -> Result<Vec<Contact>, StorageError> {
        self.look_up_contacts_by_id(ids, "c.deleted_at IS NULL")
            .await
    }

    async fn find_deleted(&self, ids: &[ContactId]) -> Result<Vec<Contact>, StorageError> {
        self.look_up_contacts_by_id(ids, "c.deleted_at IS NOT NULL")
            .await
    }

    async fn lock(&self, ids: &[ContactId]) -> Result<(), StorageError> {
        if ids.is_empty() {
            return Ok(());
        }
        // Each is looked up by itself, whatever the planner believes of a table that has just begun to grow.
        let sql = "SELECT c.id FROM (SELECT DISTINCT n.id FROM unnest($2::uuid[]) AS n (id) ORDER BY n.id) AS wanted \
                   CROSS JOIN LATERAL (SELECT c.id FROM contacts c \
                       WHERE c.organization_id = $1 AND c.id = wanted.id AND c.deleted_at IS NULL \
                       FOR NO KEY UPDATE) AS c";
        let ids = ids.iter().map(|id| id.as_uuid()).collect::<Vec<_>>();
        let values = [self.organization().into(), ids.into()];
        self.all::<Found>(sql, values).await.map(|_| ())
    }

    async fn find_by_emails(&self, normalized: &[String]) -> Result<Vec<Contact>, StorageError> {
        // The index of addresses has the living alone.
        let is_it = "c.email_normalized = wanted.key AND c.deleted_at IS NULL";
        self.look_up_contacts("text", is_it, "true", normalized.to_vec().into())
            .await
    }

    async fn update(&self, contact: &Contact, expected: Version) -> Result<(), ContactError> {
        // Taking the row first makes a concurrent update of the same contact wait here.
        let sql = "SELECT c.id FROM contacts c \
                   WHERE c.organization_id = $1 AND c.id = $2 AND c.version = $3 FOR NO KEY UPDATE";
        let values = [
            self.organization().into(),
            contact.id().as_uuid().into(),
            expected.number().into(),
        ];
        let is_next = contact.state().stamps.version == expected.next();
        if !is_next || self.one::<Found>(sql, values).await?.is_none() {
            return Err(ContactError::Stale);
        }
        if !contact.state().stamps.is_deleted()
            && let Some(other) = self.find_other_contact(contact).await?
        {
            return Err(ContactError::EmailTaken(other));
        }
        self.write_contacts(std::slice::from_ref(contact)).await?;
        Ok(())
    }

    async fn update_many(&self, contacts: &[Contact]) -> Result<Vec<ContactId>, StorageError> {
        // Rows are taken in a statement of their own: the one that follows sees the memberships that others
        // added before they let go of the contacts.
        // Each is looked up by itself, whatever the planner believes of a table that has just begun to grow.
        let sql = "SELECT c.id FROM (SELECT n.id, n.version FROM unnest($2::uuid[], $3::integer[]) AS n (id, version) \
                       ORDER BY n.id OFFSET 0) AS wanted \
                   CROSS JOIN LATERAL (SELECT c.id FROM contacts c \
                       WHERE c.organization_id = $1 AND c.id = wanted.id AND c.version = wanted.version - 1 \
                       FOR NO KEY UPDATE) AS c";
        let ids = contacts.iter().map(|c| c.id().as_uuid());
        let versions = contacts.iter().map(|c| c.state().stamps.version.number());
        let values = [
            self.organization().into(),
            ids.collect::<Vec<_>>().into(),
            versions.collect::<Vec<_>>().into(),
        ];
        if self.all::<Found>(sql, values).await?.is_empty() {
            return Ok(Vec::new());
        }
        self.write_contacts(contacts).await
    }

    async fn list(
        &self,
        filter: &ContactFilter,
        sort: ContactSort,
        page: &PageRequest,
    ) -> Result<Page<Contact>, StorageError> {
        self.list_contacts(filter, sort, page).await
    }

    async fn ids_behind(
        &self,
        filter: &ContactFilter,
        after: Option<ContactId>,
        until: ContactId,
        limit: u16,
    ) -> Result<Vec<ContactId>, StorageError> {
        let after = after.map(ContactId::as_uuid);
        let ids = self
            .contact_ids_behind(filter, after, until.as_uuid(), limit)
            .await?;
        Ok(ids.into_iter().map(ContactId::from_uuid).collect())
    }
}

impl PostgresUnit {
    /// The contacts that have one of these keys, by a condition on the key, and meet another one.
    ///
    /// Each key is looked up by itself, whatever the planner believes of a table that has just begun to grow: for
    /// a list of keys it would read the whole table. There it also believes that next to no contact is living, so that any
    /// index of the living is as good as the one that has the key: the other condition is met afterwards.
    ///
    /// The organization comes from the row that is looked up. Compared with a value that statistics do not know yet, it is
    /// believed to have one row, so that any index which begins with it is as good as the one that has the key, and better
    /// where that has a level more: the contacts of a new organization would all be read for each key. Of a column it is
    /// believed that it has as many rows as others on average.
    async fn look_up_contacts(
        &self,
        kind: &str,
        is_it: &str,
        passes: &str,
        keys: Value,
    ) -> Result<Vec<Contact>, StorageError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM (SELECT DISTINCT $1::uuid AS organization_id, n.key \
                 FROM unnest($2::{kind}[]) AS n (key)) AS wanted \
             CROSS JOIN LATERAL (SELECT {COLUMNS} FROM contacts c \
                 WHERE c.organization_id = wanted.organization_id AND {is_it} OFFSET 0) AS c \
             WHERE {passes} ORDER BY c.id"
        );
        let rows = self
            .all::<ContactRow>(&sql, [self.organization().into(), keys])
            .await?;
        contacts_of(rows)
    }

    async fn look_up_contacts_by_id(
        &self,
        ids: &[ContactId],
        passes: &str,
    ) -> Result<Vec<Contact>, StorageError> {
        let ids = ids.iter().map(|id| id.as_uuid()).collect::<Vec<_>>();
        self.look_up_contacts("uuid", "c.id = wanted.key", passes, ids.into())
            .await
    }

    /// The other living contact that has the contact's address.
    async fn find_other_contact(
        &self,
        contact: &Contact,
    ) -> Result<Option<ContactId>, StorageError> {
        let sql = "SELECT c.id FROM contacts c WHERE c.organization_id = $1 AND c.email_normalized = $2 \
                   AND c.id <> $3 AND c.deleted_at IS NULL";
        let values = [
            self.organization().into(),
            contact.state().email_normalized.as_str().into(),
            contact.id().as_uuid().into(),
        ];
        let found = self.one::<Found>(sql, values).await?;
        Ok(found.map(|found| ContactId::from_uuid(found.id)))
    }

    /// The values of a statement that writes these contacts; `None` where there are none.
    fn bind_contacts(&self, contacts: &[Contact]) -> Result<Option<PgArguments>, StorageError> {
        let Some(first) = contacts.first().map(|contact| &contact.state().stamps) else {
            return Ok(None);
        };
        let common = |contact: &Contact| {
            let stamps = &contact.state().stamps;
            (stamps.updated_at, stamps.updated_by) == (first.updated_at, first.updated_by)
        };
        if !contacts.iter().all(common) {
            return Err(StorageError::Unexpected(
                "contacts of several instants or authors".into(),
            ));
        }
        let mut values = PgArguments::default();
        Binder(&mut values).add(self.organization())?;
        columns::append(&mut values, contacts)?;
        Binder(&mut values).add_stamp(first.updated_at, first.updated_by.map(UserId::as_uuid))?;
        Ok(Some(values))
    }

    /// Writes contacts whose rows were taken.
    async fn write_contacts(&self, contacts: &[Contact]) -> Result<Vec<ContactId>, StorageError> {
        let Some(values) = self.bind_contacts(contacts)? else {
            return Ok(Vec::new());
        };
        let rows = self.all_bound_contended(UPDATE, values).await?;
        self.note_words(contacts);
        let mut changed = Vec::new();
        let mut counted = Vec::<Uuid>::new();
        for row in rows {
            let read = |index| {
                row.try_get::<Option<Uuid>, _>(index)
                    .map_err(translate_sqlx)
            };
            changed.extend(read(0)?.map(ContactId::from_uuid));
            counted.extend(read(1)?);
        }
        self.sum_up_counts(&counted).await?;
        Ok(changed)
    }
}
