//! Forms.

mod dto;
mod version;
mod versions;

use campaigns::{Form, Forms};
use kernel::FormId;
use poem_openapi::OpenApi;
use tenancy::Permission;

pub(crate) use self::versions::FormVersionsApi;

use self::dto::{CreateFormRequest, FormAnswer, UpdateFormRequest, form_change, new_form};
use crate::answer::{Answer, Changed, Created, Finished, Found, NoContent};
use crate::input::{Body, OrganizationKey, Path, Query, flag, parameters};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// The most bytes of a body that says what a form asks.
pub(crate) const DEFINITION: usize = 2 << 20;

/// The operations on forms.
pub struct FormsApi {
    forms: Forms,
}

impl FormsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(forms: Forms) -> Self {
        Self { forms }
    }
}

#[OpenApi(tag = "Tag::Forms")]
impl FormsApi {
    /// Create a form
    ///
    /// Makes a form with its first version. Needs the permission `form.create`.
    #[oai(
        path = "/v1/organizations/:organization/forms",
        method = "post",
        operation_id = "createForm"
    )]
    async fn create(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<CreateFormRequest, DEFINITION>,
    ) -> Result<Created<FormAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::FormCreate)
            .await?;
        let command = body.decode(new_form)?;
        let rendering = Created::rendering(|form: &Form| {
            let state = form.state();
            Answer {
                location: Some(format!(
                    "/v1/organizations/{}/forms/{}",
                    state.organization, state.id
                )),
                version: Some(state.stamps.version),
                body: FormAnswer::from(form),
            }
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .forms
            .create(member.scope(), command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List the forms
    ///
    /// In the order in which they were made. Needs the permission `form.view`.
    #[oai(
        path = "/v1/organizations/:organization/forms",
        method = "get",
        operation_id = "listForms"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        limit: Limit,
        cursor: After,
        /// List the deleted forms instead of the living ones.
        deleted: Query<Option<bool>>,
    ) -> Result<Listed<FormAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::FormView)
            .await?;
        let deleted = parameters(|query| query.optional(&deleted, flag))?.unwrap_or_default();
        let page = self
            .forms
            .list(member.scope(), deleted, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |form| FormAnswer::from(&form)))
    }

    /// Read a form
    ///
    /// What it asks is in its versions. Needs the permission `form.view`.
    #[oai(
        path = "/v1/organizations/:organization/forms/:form",
        method = "get",
        operation_id = "readForm"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        form: Path<FormId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<FormAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::FormView)
            .await?;
        let form = self.forms.read(member.scope(), form.0).await?;
        Ok(Found::new(
            FormAnswer::from(&form),
            form.state().stamps.version,
            &if_none_match,
        )?)
    }

    /// Change a form
    ///
    /// Changes the fields that are mentioned. What it asks is changed by publishing another version. Needs the
    /// permission `form.update`.
    #[oai(
        path = "/v1/organizations/:organization/forms/:form",
        method = "patch",
        operation_id = "updateForm"
    )]
    async fn update(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        form: Path<FormId>,
        if_match: IfMatch,
        body: Body<UpdateFormRequest>,
    ) -> Result<Changed<FormAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::FormUpdate)
            .await?;
        let change = body.decode(form_change)?;
        let expected = if_match.expected()?;
        let form = self
            .forms
            .update(member.scope(), form.0, &expected, change)
            .await?;
        Ok(Changed::new(
            FormAnswer::from(&form),
            form.state().stamps.version,
        ))
    }

    /// Delete a form
    ///
    /// Its versions stay for the campaigns that have them. It can be restored for 90 days, or as many as
    /// the organization says in `retention.deleted_rows_days`; it goes for good after that, unless a campaign has one of
    /// them or a lead that is there answered one. Needs the permission `form.delete`.
    #[oai(
        path = "/v1/organizations/:organization/forms/:form",
        method = "delete",
        operation_id = "deleteForm"
    )]
    async fn delete(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        form: Path<FormId>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::FormDelete)
            .await?;
        let expected = if_match.expected()?;
        self.forms.delete(member.scope(), form.0, &expected).await?;
        Ok(NoContent::Done)
    }

    /// Restore a deleted form
    ///
    /// Takes the deletion back. Needs the permission `form.delete`.
    #[oai(
        path = "/v1/organizations/:organization/forms/:form/restore",
        method = "post",
        operation_id = "restoreForm"
    )]
    async fn restore(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        form: Path<FormId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<FormAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::FormDelete)
            .await?;
        let rendering = Finished::rendering(|form: &Form| Answer {
            location: None,
            version: Some(form.state().stamps.version),
            body: FormAnswer::from(form),
        });
        let request = idempotency_key.request(member.scope(), b"")?;
        let done = self
            .forms
            .restore(member.scope(), form.0, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }
}
