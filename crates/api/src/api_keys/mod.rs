//! API keys: what programs prove with who they work for.

mod dto;

use kernel::ApiKeyId;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use tenancy::{ApiKeys, IssuedApiKey, Permission};
use uuid::Uuid;

use self::dto::{
    ApiKeyAnswer, CreateApiKeyRequest, IssuedApiKeyAnswer, RevocationsAnswer, RevokeApiKeysRequest,
    UpdateApiKeyRequest, api_key_change, api_key_ids, new_api_key,
};
use crate::answer::{Answer, Changed, Created, Found, NoContent};
use crate::input::{Body, OrganizationKey, Path, Query, flag, id, parameters};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// Who may see keys: all of them, or their own.
const SEE: [Permission; 2] = [Permission::ApiKeyView, Permission::ApiKeyCreate];
/// Who may revoke keys: all of them, or their own.
const REVOKE: [Permission; 2] = [Permission::ApiKeyRevoke, Permission::ApiKeyCreate];

/// The operations on API keys.
pub struct ApiKeysApi {
    api_keys: ApiKeys,
}

impl ApiKeysApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(api_keys: ApiKeys) -> Self {
        Self { api_keys }
    }
}

#[OpenApi(tag = "Tag::ApiKeys")]
impl ApiKeysApi {
    /// Create an API key
    ///
    /// Makes a key for yourself, with permissions that you hold. Its token is shown in this answer and never again; a
    /// repetition under the same Idempotency-Key is answered with 409 and the key's id. Tokens match
    /// `\bcvk_[0-9A-Za-z]{57}\b`, for scanners of secrets. Needs a session and the permission `api_key.create`.
    #[oai(
        path = "/v1/organizations/:organization/api-keys",
        method = "post",
        operation_id = "createApiKey"
    )]
    async fn create(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<CreateApiKeyRequest>,
    ) -> Result<Created<IssuedApiKeyAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::ApiKeyCreate)
            .await?;
        let command = body.decode(new_api_key)?;
        let rendering = Created::rendering_secret(
            |issued: &IssuedApiKey| issued.key.id().as_uuid(),
            |issued: &IssuedApiKey| Answer {
                location: Some(format!(
                    "/v1/organizations/{}/api-keys/{}",
                    issued.key.state().organization,
                    issued.key.id()
                )),
                version: Some(issued.key.state().stamps.version),
                body: IssuedApiKeyAnswer::from(issued),
            },
        );
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .api_keys
            .create(&member, command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List the API keys
    ///
    /// Lists your own keys, or with the permission `api_key.view` everybody's, in the order in which they were made.
    /// Needs the permission `api_key.view`, or `api_key.create` for your own.
    #[oai(
        path = "/v1/organizations/:organization/api-keys",
        method = "get",
        operation_id = "listApiKeys"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        limit: Limit,
        cursor: After,
        /// List the keys of this user only.
        user_id: Query<Option<Uuid>>,
        /// List the keys that were revoked or ran out instead of those that can be used.
        ended: Query<Option<bool>>,
    ) -> Result<Listed<ApiKeyAnswer>, Failed<()>> {
        let member = caller.authorize_any(&organization.0, &SEE).await?;
        let (user, ended) = parameters(|query| {
            let user = query.optional(&user_id, id);
            let ended = query.optional(&ended, flag);
            Some((user?, ended?.unwrap_or_default()))
        })?;
        let page = self
            .api_keys
            .list(&member, user, ended, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |key| ApiKeyAnswer::from(&key)))
    }

    /// Read an API key
    ///
    /// Needs the permission `api_key.view`, or `api_key.create` for your own.
    #[oai(
        path = "/v1/organizations/:organization/api-keys/:api_key",
        method = "get",
        operation_id = "readApiKey"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        api_key: Path<ApiKeyId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<ApiKeyAnswer>, Failed<()>> {
        let member = caller.authorize_any(&organization.0, &SEE).await?;
        let key = self.api_keys.read(&member, api_key.0).await?;
        let version = key.state().stamps.version;
        Ok(Found::new(
            ApiKeyAnswer::from(&key),
            version,
            &if_none_match,
        )?)
    }

    /// Change an API key
    ///
    /// Changes the fields that are mentioned, of a key of your own that can still be used. Needs a session and the
    /// permission `api_key.create`.
    #[oai(
        path = "/v1/organizations/:organization/api-keys/:api_key",
        method = "patch",
        operation_id = "updateApiKey"
    )]
    async fn update(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        api_key: Path<ApiKeyId>,
        if_match: IfMatch,
        body: Body<UpdateApiKeyRequest>,
    ) -> Result<Changed<ApiKeyAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::ApiKeyCreate)
            .await?;
        let change = body.decode(api_key_change)?;
        let key = self
            .api_keys
            .update(&member, api_key.0, &if_match.expected()?, change)
            .await?;
        Ok(Changed::new(
            ApiKeyAnswer::from(&key),
            key.state().stamps.version,
        ))
    }

    /// Revoke an API key
    ///
    /// Its token proves nothing from now on, for good; the key stays in the list of ended keys. Revoking it again
    /// changes nothing. Needs the permission `api_key.revoke`, or `api_key.create` for your own.
    #[oai(
        path = "/v1/organizations/:organization/api-keys/:api_key",
        method = "delete",
        operation_id = "revokeApiKey"
    )]
    async fn revoke(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        api_key: Path<ApiKeyId>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<()>> {
        let member = caller.authorize_any(&organization.0, &REVOKE).await?;
        self.api_keys
            .revoke(&member, api_key.0, &if_match.expected()?)
            .await?;
        Ok(NoContent::Done)
    }

    /// Revoke several API keys
    ///
    /// Tells of each, in the order in which they were named, what became of it. Needs the permission `api_key.revoke`,
    /// or `api_key.create` for your own.
    #[oai(
        path = "/v1/organizations/:organization/api-keys/bulk-revoke",
        method = "post",
        operation_id = "revokeApiKeys"
    )]
    async fn revoke_all(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        body: Body<RevokeApiKeysRequest>,
    ) -> Result<Json<RevocationsAnswer>, Failed<()>> {
        let member = caller.authorize_any(&organization.0, &REVOKE).await?;
        let command = body.decode(api_key_ids)?;
        let outcomes = self.api_keys.revoke_all(&member, command).await?;
        Ok(Json(RevocationsAnswer::from(outcomes)))
    }
}
