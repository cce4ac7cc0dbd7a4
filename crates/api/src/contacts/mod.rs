//! Contacts: the people that an organization may write to.

mod bulk;
mod dto;
mod filter;

pub(crate) use self::bulk::ProfileChanges;
pub(crate) use self::dto::profile_change;
pub(crate) use self::filter::{attribute as attribute_named, word};

use contacts::{ContactCard, Contacts, SavedContact};
use kernel::ContactId;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use tenancy::Permission;
use time::OffsetDateTime;
use uuid::Uuid;

use self::bulk::{
    DeleteContactsRequest, DeletedContactsAnswer, RestoreContactsRequest, RestoredContactsAnswer,
    SaveContactsRequest, SavedContactsAnswer, UpdateContactsRequest, UpdatedContactsAnswer,
    contacts_named, contacts_to_save, contacts_to_update,
};
use self::dto::{
    ContactAnswer, CreateContactRequest, UpdateContactRequest, contact_change, new_contact,
};
use self::filter::{Filter, order_of};
use crate::answer::{
    Answer, Changed, Created, CsvDownload, Finished, Found, NoContent, csv_download,
};
use crate::input::{Body, OrganizationKey, Path, Query};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::schema::{
    ClassificationText, ContactSortText, ContactSourceText, SearchText, ValidationStatusText,
};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// A thousand contacts with what is known of them.
const BULK: usize = 8 * 1024 * 1024;

/// The operations on contacts.
pub struct ContactsApi {
    contacts: Contacts,
}

impl ContactsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(contacts: Contacts) -> Self {
        Self { contacts }
    }
}

#[OpenApi(tag = "Tag::Contacts")]
impl ContactsApi {
    /// Create a contact
    ///
    /// Makes a contact and judges its address. Where a living contact has the address, the answer is 409 with that
    /// contact's id. Needs the permission `contact.create`.
    #[oai(
        path = "/v1/organizations/:organization/contacts",
        method = "post",
        operation_id = "createContact"
    )]
    async fn create(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<CreateContactRequest>,
    ) -> Result<Created<ContactAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactCreate)
            .await?;
        let command = body.decode(new_contact)?;
        let rendering = Created::rendering(|card: &ContactCard| {
            let state = card.contact().state();
            Answer {
                location: Some(format!(
                    "/v1/organizations/{}/contacts/{}",
                    state.organization, state.id
                )),
                version: Some(state.stamps.version),
                body: ContactAnswer::from(card),
            }
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .contacts
            .create(member.scope(), command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Create or change several contacts
    ///
    /// Makes the contacts whose address no living one has, and changes the others: what is mentioned is set, what is
    /// not stays. Tells of each, in the order of the items, what became of it. Needs the permission `contact.import`.
    #[oai(
        path = "/v1/organizations/:organization/contacts/bulk-save",
        method = "post",
        operation_id = "saveContacts"
    )]
    async fn save_all(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<SaveContactsRequest, BULK>,
    ) -> Result<Finished<SavedContactsAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactImport)
            .await?;
        let command = body.decode(contacts_to_save)?;
        let rendering = Finished::rendering(|outcomes: &Vec<SavedContact>| Answer {
            location: None,
            version: None,
            body: SavedContactsAnswer::from(outcomes),
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .contacts
            .save_many(member.scope(), command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Change several contacts
    ///
    /// Changes the fields that are mentioned of all of them alike; addresses cannot be changed like this. Tells of
    /// each, in the order in which they were named, what became of it. Needs the permission `contact.update`.
    #[oai(
        path = "/v1/organizations/:organization/contacts/bulk-update",
        method = "post",
        operation_id = "updateContacts"
    )]
    async fn update_all(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        body: Body<UpdateContactsRequest>,
    ) -> Result<Json<UpdatedContactsAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactUpdate)
            .await?;
        let command = body.decode(contacts_to_update)?;
        let outcomes = self.contacts.update_many(member.scope(), command).await?;
        Ok(Json(UpdatedContactsAnswer::from(outcomes)))
    }

    /// Delete several contacts
    ///
    /// They can be restored for 90 days, or as many as the organization says in `retention.deleted_rows_days`, and go for
    /// good after that. Tells of each, in the order in which they were named, what became of it. Needs the permission
    /// `contact.delete`.
    #[oai(
        path = "/v1/organizations/:organization/contacts/bulk-delete",
        method = "post",
        operation_id = "deleteContacts"
    )]
    async fn delete_all(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        body: Body<DeleteContactsRequest>,
    ) -> Result<Json<DeletedContactsAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactDelete)
            .await?;
        let command = body.decode(contacts_named)?;
        let outcomes = self.contacts.delete_many(member.scope(), command).await?;
        Ok(Json(DeletedContactsAnswer::from(outcomes)))
    }

    /// Restore several contacts
    ///
    /// Takes their deletion back: they are on the lists again that they were on. Tells of each, in the order in which they
    /// were named, what became of it; of several that had one address, the first is restored. Needs the permission
    /// `contact.delete`.
    #[oai(
        path = "/v1/organizations/:organization/contacts/bulk-restore",
        method = "post",
        operation_id = "restoreContacts"
    )]
    async fn restore_all(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        body: Body<RestoreContactsRequest>,
    ) -> Result<Json<RestoredContactsAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactDelete)
            .await?;
        let command = body.decode(contacts_named)?;
        let outcomes = self.contacts.restore_many(member.scope(), command).await?;
        Ok(Json(RestoredContactsAnswer::from(outcomes)))
    }

    /// List the contacts
    ///
    /// With several filters, what fits all of them; a parameter that is repeated fits where one of its values does,
    /// but for `attribute`, of which every one has to fit. Needs the permission `contact.view`.
    #[oai(
        path = "/v1/organizations/:organization/contacts",
        method = "get",
        operation_id = "listContacts"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the URL")]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        /// Words that a contact has in its names, its company or its address, in any order; a word may be the
        /// beginning of one, and in words of five letters and more one mistake is forgiven. `"words in a row"`
        /// stand like that, and what has a minus in front is not there. Case and diacritics make no difference.
        q: Query<Option<SearchText>>,
        /// List the deleted contacts instead of the living ones.
        deleted: Query<Option<bool>>,
        /// On this list.
        list_id: Query<Option<Uuid>>,
        /// What may be done with the address.
        status: Query<Vec<ValidationStatusText>>,
        /// Whose the address is.
        classification: Query<Vec<ClassificationText>>,
        /// Where the contact came from.
        source: Query<Option<ContactSourceText>>,
        /// Whether the address must not be mailed.
        suppressed: Query<Option<bool>>,
        /// Made from when on, included.
        created_since: Query<Option<OffsetDateTime>>,
        /// Made until when, excluded.
        created_until: Query<Option<OffsetDateTime>>,
        /// Judged from when on, included.
        validated_since: Query<Option<OffsetDateTime>>,
        /// Judged until when, excluded.
        validated_until: Query<Option<OffsetDateTime>>,
        /// An attribute as its name, a colon and its value, in any case: `city:Berlin`.
        attribute: Query<Vec<String>>,
        /// The order: by when they were made or by address, backwards with a minus. If none is asked for, those that
        /// fit a search best come first.
        sort: Query<Option<ContactSortText>>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<ContactAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactView)
            .await?;
        let filter = Filter {
            q,
            deleted,
            list_id,
            status,
            classification,
            source,
            suppressed,
            created_since,
            created_until,
            validated_since,
            validated_until,
            attribute,
        };
        let filter = filter.read()?;
        let sort = order_of(&sort, &filter)?;
        let page = self
            .contacts
            .list(member.scope(), &filter, sort, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |card| ContactAnswer::from(&card)))
    }

    /// Download contacts
    ///
    /// Gives the contacts that fit the filters as CSV (RFC 4180, UTF-8, with a header), in the order in which they were
    /// made. Every cell is quoted; one that begins like a formula has an apostrophe in front. The download is itself
    /// written into the audit log. Needs the permission `contact.export`.
    #[oai(
        path = "/v1/organizations/:organization/contacts/export",
        method = "get",
        operation_id = "exportContacts"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the URL")]
    async fn export(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        /// What they are searched for, as in the listing.
        q: Query<Option<SearchText>>,
        /// Download the deleted contacts instead of the living ones.
        deleted: Query<Option<bool>>,
        /// On this list.
        list_id: Query<Option<Uuid>>,
        /// What may be done with the address.
        status: Query<Vec<ValidationStatusText>>,
        /// Whose the address is.
        classification: Query<Vec<ClassificationText>>,
        /// Where the contact came from.
        source: Query<Option<ContactSourceText>>,
        /// Whether the address must not be mailed.
        suppressed: Query<Option<bool>>,
        /// Made from when on, included.
        created_since: Query<Option<OffsetDateTime>>,
        /// Made until when, excluded.
        created_until: Query<Option<OffsetDateTime>>,
        /// Judged from when on, included.
        validated_since: Query<Option<OffsetDateTime>>,
        /// Judged until when, excluded.
        validated_until: Query<Option<OffsetDateTime>>,
        /// An attribute as its name, a colon and its value, in any case: `city:Berlin`.
        attribute: Query<Vec<String>>,
    ) -> Result<CsvDownload, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactExport)
            .await?;
        let filter = Filter {
            q,
            deleted,
            list_id,
            status,
            classification,
            source,
            suppressed,
            created_since,
            created_until,
            validated_since,
            validated_until,
            attribute,
        };
        let export = self.contacts.export(member.scope(), filter.read()?).await?;
        Ok(csv_download("contacts.csv", export).await?)
    }

    /// Read a contact
    ///
    /// Needs the permission `contact.view`.
    #[oai(
        path = "/v1/organizations/:organization/contacts/:contact",
        method = "get",
        operation_id = "readContact"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact: Path<ContactId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<ContactAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactView)
            .await?;
        let card = self.contacts.read(member.scope(), contact.0).await?;
        let version = card.contact().state().stamps.version;
        Ok(Found::new(
            ContactAnswer::from(&card),
            version,
            &if_none_match,
        )?)
    }

    /// Change a contact
    ///
    /// Changes the fields that are mentioned; another address is judged anew. Where a living contact has it, the
    /// answer is 409 with that contact's id. Needs the permission `contact.update`.
    #[oai(
        path = "/v1/organizations/:organization/contacts/:contact",
        method = "patch",
        operation_id = "updateContact"
    )]
    async fn update(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact: Path<ContactId>,
        if_match: IfMatch,
        body: Body<UpdateContactRequest>,
    ) -> Result<Changed<ContactAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactUpdate)
            .await?;
        let change = body.decode(contact_change)?;
        let card = self
            .contacts
            .update(member.scope(), contact.0, &if_match.expected()?, change)
            .await?;
        Ok(Changed::new(
            ContactAnswer::from(&card),
            card.contact().state().stamps.version,
        ))
    }

    /// Delete a contact
    ///
    /// Its address is free for others. It can be restored for 90 days, or as many as the organization says in
    /// `retention.deleted_rows_days`, and is then on the lists on which it is now; it goes for good after that. What its
    /// address is suppressed for stays. Needs the permission `contact.delete`.
    #[oai(
        path = "/v1/organizations/:organization/contacts/:contact",
        method = "delete",
        operation_id = "deleteContact"
    )]
    async fn delete(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact: Path<ContactId>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactDelete)
            .await?;
        self.contacts
            .delete(member.scope(), contact.0, &if_match.expected()?)
            .await?;
        Ok(NoContent::Done)
    }

    /// Restore a deleted contact
    ///
    /// Takes the deletion back. Where another contact has the address by now, the answer is 409 with that contact's
    /// id. Needs the permission `contact.delete`.
    #[oai(
        path = "/v1/organizations/:organization/contacts/:contact/restore",
        method = "post",
        operation_id = "restoreContact"
    )]
    async fn restore(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact: Path<ContactId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<ContactAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactDelete)
            .await?;
        let rendering = Finished::rendering(|card: &ContactCard| Answer {
            location: None,
            version: Some(card.contact().state().stamps.version),
            body: ContactAnswer::from(card),
        });
        let request = idempotency_key.request(member.scope(), b"")?;
        let done = self
            .contacts
            .restore(member.scope(), contact.0, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }
}
