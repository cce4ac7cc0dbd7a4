//! One deed on every contact that a filter lets through.

mod dto;

use contacts::{BulkContacts, ContactBulkOperation};
use kernel::ContactListId;
use poem_openapi::OpenApi;
use tenancy::Permission;

use self::dto::{
    BulkOperationAnswer, MatchingContactsRequest, UpdateMatchingContactsRequest,
    change_of_matching, matching,
};
use crate::answer::{Accepted, Answer, Rendering};
use crate::input::{Body, OrganizationKey, Path};
use crate::problem::Failed;
use crate::{Caller, IdempotencyKey, Tag};

/// The operations on all contacts that a filter lets through.
pub struct BulkContactsApi {
    bulk: BulkContacts,
}

impl BulkContactsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(bulk: BulkContacts) -> Self {
        Self { bulk }
    }
}

#[OpenApi(tag = "Tag::Contacts")]
impl BulkContactsApi {
    /// Delete all contacts that fit a filter
    ///
    /// By a job, which tells how far it is and what became of them. Contacts are reached in the order in which they were
    /// made, each once at most, and deleted where they fit the filter then; those that are made after this request are
    /// left alone. They can be restored one by one for 90 days, or as many as the organization says in
    /// `retention.deleted_rows_days`, and go for good after that. Needs the permission `contact.delete`.
    #[oai(
        path = "/v1/organizations/:organization/contacts/delete-matching",
        method = "post",
        operation_id = "deleteMatchingContacts"
    )]
    async fn delete(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<MatchingContactsRequest>,
    ) -> Result<Accepted<BulkOperationAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactDelete)
            .await?;
        let filter = body.decode(matching)?;
        let rendering = accepted();
        let once = rendering.once(idempotency_key.request(member.scope(), &body)?);
        let done = self.bulk.delete(member.scope(), filter, &once).await?;
        Ok(rendering.answer(done)?)
    }

    /// Change all contacts that fit a filter
    ///
    /// By a job, which tells how far it is and what became of them. Contacts are reached in the order in which they were
    /// made, each once at most, and changed where they fit the filter then; those that are made after this request are
    /// left alone. Changes the fields that are mentioned of all of them alike; a contact that would have too many
    /// attributes stays as it is. Needs the permission `contact.update`.
    #[oai(
        path = "/v1/organizations/:organization/contacts/update-matching",
        method = "post",
        operation_id = "updateMatchingContacts"
    )]
    async fn update(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<UpdateMatchingContactsRequest>,
    ) -> Result<Accepted<BulkOperationAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactUpdate)
            .await?;
        let wanted = body.decode(change_of_matching)?;
        let rendering = accepted();
        let once = rendering.once(idempotency_key.request(member.scope(), &body)?);
        let done = self.bulk.update(member.scope(), wanted, &once).await?;
        Ok(rendering.answer(done)?)
    }

    /// Put all contacts that fit a filter on a list
    ///
    /// By a job, which tells how far it is and what became of them. Contacts are reached in the order in which they were
    /// made, each once at most, and put on the list where they fit the filter then; those that are made after this
    /// request are left alone. Needs the permission `contact_list.update`.
    #[oai(
        path = "/v1/organizations/:organization/contact-lists/:contact_list/members/add-matching",
        method = "post",
        operation_id = "addMatchingContactsToList"
    )]
    async fn add_to_list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact_list: Path<ContactListId>,
        idempotency_key: IdempotencyKey,
        body: Body<MatchingContactsRequest>,
    ) -> Result<Accepted<BulkOperationAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactListUpdate)
            .await?;
        let filter = body.decode(matching)?;
        let rendering = accepted();
        let once = rendering.once(idempotency_key.request(member.scope(), &body)?);
        let done = self
            .bulk
            .add_to_list(member.scope(), contact_list.0, filter, &once)
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// Take all contacts that fit a filter off a list
    ///
    /// By a job, which tells how far it is and what became of them. Contacts are reached in the order in which they were
    /// made, each once at most, and taken off the list where they fit the filter then; those that are made after this
    /// request are left alone. They stay contacts, and on other lists. Needs the permission `contact_list.update`.
    #[oai(
        path = "/v1/organizations/:organization/contact-lists/:contact_list/members/remove-matching",
        method = "post",
        operation_id = "removeMatchingContactsFromList"
    )]
    async fn remove_from_list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        contact_list: Path<ContactListId>,
        idempotency_key: IdempotencyKey,
        body: Body<MatchingContactsRequest>,
    ) -> Result<Accepted<BulkOperationAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::ContactListUpdate)
            .await?;
        let filter = body.decode(matching)?;
        let rendering = accepted();
        let once = rendering.once(idempotency_key.request(member.scope(), &body)?);
        let done = self
            .bulk
            .remove_from_list(member.scope(), contact_list.0, filter, &once)
            .await?;
        Ok(rendering.answer(done)?)
    }
}

/// An operation that was asked for, and where its job is.
fn accepted() -> Rendering<'static, ContactBulkOperation, BulkOperationAnswer, 202> {
    Accepted::rendering(|operation: &ContactBulkOperation| Answer {
        location: Some(format!(
            "/v1/organizations/{}/jobs/{}",
            operation.state().organization,
            operation.id()
        )),
        version: None,
        body: BulkOperationAnswer::from(operation),
    })
}
