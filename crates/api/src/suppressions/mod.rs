//! Addresses that must not be mailed.

mod dto;

use contacts::{SuppressedAddress, SuppressionReason, Suppressions};
use kernel::SuppressionId;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use tenancy::Permission;

use self::dto::{
    CheckSuppressionsRequest, CheckedSuppressionsAnswer, SuppressRequest,
    SuppressedAddressesAnswer, SuppressionAnswer, addresses, new_suppressions,
};
use crate::answer::{Answer, Finished, NoContent};
use crate::input::{Body, OrganizationKey, Path, Query, parameters, text};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::schema::SuppressionReasonText;
use crate::{Caller, IdempotencyKey, Tag};

/// A thousand addresses.
const BULK: usize = 1024 * 1024;

/// The operations on suppressions.
pub struct SuppressionsApi {
    suppressions: Suppressions,
}

impl SuppressionsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(suppressions: Suppressions) -> Self {
        Self { suppressions }
    }
}

#[OpenApi(tag = "Tag::Suppressions")]
impl SuppressionsApi {
    /// Suppress addresses
    ///
    /// They are not mailed from now on, whatever list or import brings them back. Tells of each, in the order in
    /// which they were named, what became of it. Needs the permission `suppression.create`.
    #[oai(
        path = "/v1/organizations/:organization/suppressions",
        method = "post",
        operation_id = "suppressAddresses"
    )]
    async fn add(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<SuppressRequest, BULK>,
    ) -> Result<Finished<SuppressedAddressesAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::SuppressionCreate)
            .await?;
        let command = body.decode(new_suppressions)?;
        let rendering = Finished::rendering(|outcomes: &Vec<SuppressedAddress>| Answer {
            location: None,
            version: None,
            body: SuppressedAddressesAnswer::from(outcomes),
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .suppressions
            .add(member.scope(), command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List suppressions
    ///
    /// In the order in which they were made. Addresses are kept as hashes, so they cannot be told: look an address up
    /// instead. Needs the permission `suppression.view`.
    #[oai(
        path = "/v1/organizations/:organization/suppressions",
        method = "get",
        operation_id = "listSuppressions"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        /// Why the addresses must not be mailed.
        reason: Query<Option<SuppressionReasonText>>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<SuppressionAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::SuppressionView)
            .await?;
        let reason = parameters(|query| query.optional(&reason, text::<SuppressionReason>))?;
        let page = self
            .suppressions
            .list(member.scope(), reason, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |suppression| SuppressionAnswer::from(&suppression)))
    }

    /// Look up addresses
    ///
    /// Tells of each, in the order in which they were named, why it must not be mailed. Needs the permission
    /// `suppression.view`.
    #[oai(
        path = "/v1/organizations/:organization/suppressions/lookups",
        method = "post",
        operation_id = "lookUpSuppressions"
    )]
    async fn check(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        body: Body<CheckSuppressionsRequest, BULK>,
    ) -> Result<Json<CheckedSuppressionsAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::SuppressionView)
            .await?;
        let command = body.decode(addresses)?;
        let found = self.suppressions.check(member.scope(), command).await?;
        Ok(Json(CheckedSuppressionsAnswer::from(found)))
    }

    /// Lift a suppression
    ///
    /// The address can be mailed again where nothing else speaks against it. The suppression of a person who was
    /// erased stays. Needs the permission `suppression.delete`.
    #[oai(
        path = "/v1/organizations/:organization/suppressions/:suppression",
        method = "delete",
        operation_id = "liftSuppression"
    )]
    async fn lift(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        suppression: Path<SuppressionId>,
    ) -> Result<NoContent, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::SuppressionDelete)
            .await?;
        self.suppressions
            .lift(member.scope(), suppression.0)
            .await?;
        Ok(NoContent::Done)
    }
}
