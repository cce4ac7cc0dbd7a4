//! Versions of forms: making and reading them.

use campaigns::{FormVersion, Forms};
use kernel::{FormId, FormVersionId};
use poem_openapi::OpenApi;
use tenancy::Permission;

use super::DEFINITION;
use super::version::{
    FormVersionAnswer, FormVersionCardAnswer, PublishFormVersionRequest, read_definition,
};
use crate::answer::{Answer, Created, Found};
use crate::input::{Body, OrganizationKey, Path};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::{Caller, IdempotencyKey, IfNoneMatch, Tag};

/// The operations on versions of forms.
pub struct FormVersionsApi {
    forms: Forms,
}

impl FormVersionsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(forms: Forms) -> Self {
        Self { forms }
    }
}

#[OpenApi(tag = "Tag::Forms")]
impl FormVersionsApi {
    /// Publish a version of a form
    ///
    /// Versions are never changed; responses stay tied to the one that they answered. The last one is shown. Needs the
    /// permission `form.update`.
    #[oai(
        path = "/v1/organizations/:organization/forms/:form/versions",
        method = "post",
        operation_id = "publishFormVersion"
    )]
    async fn publish(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        form: Path<FormId>,
        idempotency_key: IdempotencyKey,
        body: Body<PublishFormVersionRequest, DEFINITION>,
    ) -> Result<Created<FormVersionAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::FormUpdate)
            .await?;
        let command = body.decode(read_definition)?;
        let rendering = Created::rendering(|version: &FormVersion| Answer {
            location: Some(format!(
                "/v1/organizations/{}/forms/{}/versions/{}",
                version.organization, version.form, version.id
            )),
            version: Some(version.number),
            body: FormVersionAnswer::from(version),
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let once = rendering.once(request);
        let done = self
            .forms
            .publish(member.scope(), form.0, command, &once)
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List the versions of a form
    ///
    /// In the order in which they were made. Needs the permission `form.view`.
    #[oai(
        path = "/v1/organizations/:organization/forms/:form/versions",
        method = "get",
        operation_id = "listFormVersions"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        form: Path<FormId>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<FormVersionCardAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::FormView)
            .await?;
        let page = self
            .forms
            .versions(member.scope(), form.0, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |card| FormVersionCardAnswer::from(&card)))
    }

    /// Read a version of a form
    ///
    /// Needs the permission `form.view`.
    #[oai(
        path = "/v1/organizations/:organization/forms/:form/versions/:form_version",
        method = "get",
        operation_id = "readFormVersion"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        form: Path<FormId>,
        form_version: Path<FormVersionId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<FormVersionAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::FormView)
            .await?;
        let (form, version) = (form.0, form_version.0);
        let version = self.forms.version(member.scope(), form, version).await?;
        Ok(Found::new(
            FormVersionAnswer::from(&version),
            version.number,
            &if_none_match,
        )?)
    }
}
