//! Lists of contacts, and who is on them.

mod dto;

use contacts::{ContactLists, Contacts, CountedList, MemberOutcome};
use kernel::{ContactId, ContactListId};
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use tenancy::Permission;

use self::dto::{
    ContactListAnswer, CreateContactListRequest, ListMembersAnswer, ListMembersRequest,
    ListsOfContactAnswer, UpdateContactListRequest, list_change, members, new_list,
};
use crate::answer::{Answer, Changed, Created, Finished, Found, NoContent};
use crate::input::{Body, OrganizationKey, Path, Query, flag, parameters};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// The operations on lists.
pub struct ContactListsApi {
    lists: ContactLists,
    contacts: Contacts,
}

impl ContactListsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(lists: ContactLists, contacts: Contacts) -> Self {
        Self { lists, contacts }
    }
}

#[OpenApi(tag = "Tag::ContactLists")]
impl ContactListsApi {
    /// Create a list
    ///
    /// Makes a list with nobody on it. Where a living list has the name, the answer is 409 with that list's id. Needs
    /// the permission `contact_list.create`.
    #[oai(
        path = "/v1/organizations/:organization/contact-lists",
        method = "post",
        operation_id = "createContactList"
    )]
    async fn create(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<CreateContactListRequest>,
    ) -> Result<Created<ContactListAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactListCreate)
            .await?;
        let command = body.decode(new_list)?;
        let rendering = Created::rendering(|counted: &CountedList| {
            let state = counted.list.state();
            Answer {
                location: Some(format!(
                    "/v1/organizations/{}/contact-lists/{}",
                    state.organization, state.id
                )),
                version: Some(state.stamps.version),
                body: ContactListAnswer::from(counted),
            }
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .lists
            .create(member.scope(), command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List the lists
    ///
    /// In the order in which they were made, with exact counts. Needs the permission `contact_list.view`.
    #[oai(
        path = "/v1/organizations/:organization/contact-lists",
        method = "get",
        operation_id = "listContactLists"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        limit: Limit,
        cursor: After,
        /// List the deleted lists instead of the living ones.
        deleted: Query<Option<bool>>,
    ) -> Result<Listed<ContactListAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactListView)
            .await?;
        let deleted = parameters(|query| query.optional(&deleted, flag))?.unwrap_or_default();
        let page = self
            .lists
            .list(member.scope(), deleted, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |counted| ContactListAnswer::from(&counted)))
    }

    /// Read a list
    ///
    /// Its version is that of name and description, and stays while contacts come and go. Needs the permission
    /// `contact_list.view`.
    #[oai(
        path = "/v1/organizations/:organization/contact-lists/:contact_list",
        method = "get",
        operation_id = "readContactList"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact_list: Path<ContactListId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<ContactListAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactListView)
            .await?;
        let counted = self.lists.read(member.scope(), contact_list.0).await?;
        let version = counted.list.state().stamps.version;
        Ok(Found::new(
            ContactListAnswer::from(&counted),
            version,
            &if_none_match,
        )?)
    }

    /// Change a list
    ///
    /// Changes the fields that are mentioned. Needs the permission `contact_list.update`.
    #[oai(
        path = "/v1/organizations/:organization/contact-lists/:contact_list",
        method = "patch",
        operation_id = "updateContactList"
    )]
    async fn update(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact_list: Path<ContactListId>,
        if_match: IfMatch,
        body: Body<UpdateContactListRequest>,
    ) -> Result<Changed<ContactListAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactListUpdate)
            .await?;
        let change = body.decode(list_change)?;
        let counted = self
            .lists
            .update(
                member.scope(),
                contact_list.0,
                &if_match.expected()?,
                change,
            )
            .await?;
        Ok(Changed::new(
            ContactListAnswer::from(&counted),
            counted.list.state().stamps.version,
        ))
    }

    /// Delete a list
    ///
    /// Who is on it stays a contact. It can be restored for 90 days, or as many as the organization says in
    /// `retention.deleted_rows_days`, and has then the contacts on it that it has now; unless a campaign has it, it goes
    /// for good after that. Needs the permission `contact_list.delete`.
    #[oai(
        path = "/v1/organizations/:organization/contact-lists/:contact_list",
        method = "delete",
        operation_id = "deleteContactList"
    )]
    async fn delete(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact_list: Path<ContactListId>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactListDelete)
            .await?;
        self.lists
            .delete(member.scope(), contact_list.0, &if_match.expected()?)
            .await?;
        Ok(NoContent::Done)
    }

    /// Restore a deleted list
    ///
    /// Takes the deletion back. Where another list has the name by now, the answer is 409 with that list's id. Needs
    /// the permission `contact_list.delete`.
    #[oai(
        path = "/v1/organizations/:organization/contact-lists/:contact_list/restore",
        method = "post",
        operation_id = "restoreContactList"
    )]
    async fn restore(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact_list: Path<ContactListId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<ContactListAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactListDelete)
            .await?;
        let rendering = Finished::rendering(|counted: &CountedList| Answer {
            location: None,
            version: Some(counted.list.state().stamps.version),
            body: ContactListAnswer::from(counted),
        });
        let request = idempotency_key.request(member.scope(), b"")?;
        let done = self
            .lists
            .restore(member.scope(), contact_list.0, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Put contacts on a list
    ///
    /// Tells of each, in the order in which they were named, what became of it. Needs the permission
    /// `contact_list.update`.
    #[oai(
        path = "/v1/organizations/:organization/contact-lists/:contact_list/members/bulk-add",
        method = "post",
        operation_id = "addContactsToList"
    )]
    async fn add_members(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact_list: Path<ContactListId>,
        idempotency_key: IdempotencyKey,
        body: Body<ListMembersRequest>,
    ) -> Result<Finished<ListMembersAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactListUpdate)
            .await?;
        let command = body.decode(members)?;
        let rendering = Finished::rendering(|outcomes: &Vec<(ContactId, MemberOutcome)>| Answer {
            location: None,
            version: None,
            body: ListMembersAnswer::from(outcomes.as_slice()),
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .lists
            .add_members(
                member.scope(),
                contact_list.0,
                command,
                &rendering.once(request),
            )
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Take contacts off a list
    ///
    /// They stay contacts, and on other lists. Tells of each, in the order in which they were named, what became of
    /// it. Needs the permission `contact_list.update`.
    #[oai(
        path = "/v1/organizations/:organization/contact-lists/:contact_list/members/bulk-remove",
        method = "post",
        operation_id = "removeContactsFromList"
    )]
    async fn remove_members(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact_list: Path<ContactListId>,
        body: Body<ListMembersRequest>,
    ) -> Result<Json<ListMembersAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactListUpdate)
            .await?;
        let command = body.decode(members)?;
        let outcomes = self
            .lists
            .remove_members(member.scope(), contact_list.0, command)
            .await?;
        Ok(Json(ListMembersAnswer::from(outcomes.as_slice())))
    }

    /// List the lists that a contact is on
    ///
    /// Needs the permission `contact.view`.
    #[oai(
        path = "/v1/organizations/:organization/contacts/:contact/lists",
        method = "get",
        operation_id = "listListsOfContact"
    )]
    async fn of_contact(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact: Path<ContactId>,
    ) -> Result<Json<ListsOfContactAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactView)
            .await?;
        let lists = self.contacts.lists_of(member.scope(), contact.0).await?;
        Ok(Json(ListsOfContactAnswer::from(lists)))
    }
}
