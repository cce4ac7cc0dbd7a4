//! `contact_list_members`

use async_trait::async_trait;
use contacts::ports::ListMemberRepository;
use contacts::{Contact, ContactList, ValidationStatus};
use kernel::{ContactId, ContactImportId, ContactListId, StorageError, Timestamp};
use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use crate::entities::contact_list::Model;
use crate::unit::PostgresUnit;

const ADD: &str = include_str!("add_members.sql");
const ADD_NEW: &str = include_str!("add_new_members.sql");
const IDS_AFTER: &str = include_str!("member_ids.sql");
const REMOVE: &str = include_str!("remove_members.sql");

#[derive(FromQueryResult)]
struct Moved {
    contact_id: Uuid,
}

#[async_trait]
impl ListMemberRepository for PostgresUnit {
    async fn add(
        &self,
        list: ContactListId,
        contacts: &[ContactId],
        import: Option<ContactImportId>,
        at: Timestamp,
    ) -> Result<Vec<ContactId>, StorageError> {
        let values = [import.map(ContactImportId::as_uuid).into()];
        self.move_members(ADD, list, contacts, at, values).await
    }

    async fn add_new(
        &self,
        list: ContactListId,
        contacts: &[Contact],
        import: Option<ContactImportId>,
        at: Timestamp,
    ) -> Result<(), StorageError> {
        if contacts.is_empty() {
            return Ok(());
        }
        let ids = contacts.iter().map(|contact| contact.id().as_uuid());
        let statuses = contacts
            .iter()
            .map(|contact| contact.state().validation.status.as_str().to_owned());
        let values = [
            self.organization().into(),
            list.as_uuid().into(),
            ids.collect::<Vec<_>>().into(),
            statuses.collect::<Vec<_>>().into(),
            at.into(),
            import.map(ContactImportId::as_uuid).into(),
        ];
        self.execute_sql(ADD_NEW, values).await?;
        self.sum_up_counts(&[list.as_uuid()]).await
    }

    async fn remove(
        &self,
        list: ContactListId,
        contacts: &[ContactId],
        import: Option<ContactImportId>,
        at: Timestamp,
    ) -> Result<Vec<ContactId>, StorageError> {
        let values = [import.map(ContactImportId::as_uuid).into()];
        self.move_members(REMOVE, list, contacts, at, values).await
    }

    async fn ids_after(
        &self,
        list: ContactListId,
        status: Option<ValidationStatus>,
        after: Option<ContactId>,
        limit: u16,
    ) -> Result<Vec<ContactId>, StorageError> {
        let statuses = match &status {
            Some(status) => std::slice::from_ref(status),
            None => ValidationStatus::ALL,
        };
        let statuses = statuses.iter().map(|status| status.as_str().to_owned());
        let values = [
            self.organization().into(),
            list.as_uuid().into(),
            after.map_or(Uuid::nil(), ContactId::as_uuid).into(),
            i64::from(limit).into(),
            statuses.collect::<Vec<_>>().into(),
        ];
        let rows = self.all::<Moved>(IDS_AFTER, values).await?;
        Ok(rows
            .into_iter()
            .map(|row| ContactId::from_uuid(row.contact_id))
            .collect())
    }

    async fn lists_of(&self, contact: ContactId) -> Result<Vec<ContactList>, StorageError> {
        let sql = "SELECT l.* FROM contact_list_members m \
                   JOIN contact_lists l ON l.organization_id = m.organization_id AND l.id = m.list_id \
                   WHERE m.organization_id = $1 AND l.organization_id = $1 AND m.contact_id = $2 \
                   AND m.deleted_at IS NULL AND l.deleted_at IS NULL ORDER BY l.id";
        let values = [self.organization().into(), contact.as_uuid().into()];
        let rows = self.all::<Model>(sql, values).await?;
        rows.into_iter().map(ContactList::try_from).collect()
    }
}

impl PostgresUnit {
    async fn move_members(
        &self,
        sql: &str,
        list: ContactListId,
        contacts: &[ContactId],
        at: Timestamp,
        more: impl IntoIterator<Item = Value> + Send,
    ) -> Result<Vec<ContactId>, StorageError> {
        if contacts.is_empty() {
            return Ok(Vec::new());
        }
        let ids = contacts.iter().map(|id| id.as_uuid()).collect::<Vec<_>>();
        let values = [
            self.organization().into(),
            list.as_uuid().into(),
            ids.into(),
            at.into(),
        ];
        let moved = self
            .all::<Moved>(sql, values.into_iter().chain(more).collect::<Vec<_>>())
            .await?;
        if !moved.is_empty() {
            self.sum_up_counts(&[list.as_uuid()]).await?;
        }
        Ok(moved
            .into_iter()
            .map(|row| ContactId::from_uuid(row.contact_id))
            .collect())
    }
}
