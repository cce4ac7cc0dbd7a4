//! Templates of mails.

mod content;
mod dto;
mod version;
mod versions;

use campaigns::{EmailTemplate, EmailTemplates};
use kernel::EmailTemplateId;
use poem_openapi::OpenApi;
use tenancy::Permission;

pub(crate) use self::versions::EmailTemplateVersionsApi;

use self::dto::{
    CreateEmailTemplateRequest, EmailTemplateAnswer, UpdateEmailTemplateRequest, new_template,
    template_change,
};
use crate::answer::{Answer, Changed, Created, Finished, Found, NoContent};
use crate::input::{Body, OrganizationKey, Path, Query, flag, parameters};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::{Caller, IdempotencyKey, IfMatch, IfNoneMatch, Tag};

/// The most bytes of a body that says what a mail says.
pub(crate) const CONTENT: usize = 2 << 20;

/// The operations on templates.
pub struct EmailTemplatesApi {
    templates: EmailTemplates,
}

impl EmailTemplatesApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(templates: EmailTemplates) -> Self {
        Self { templates }
    }
}

#[OpenApi(tag = "Tag::EmailTemplates")]
impl EmailTemplatesApi {
    /// Create a template
    ///
    /// Makes a template with its first version, which is active. Variables that are unknown, and places where no value
    /// is harmless, are told with line and column. Needs the permission `email_template.create`.
    #[oai(
        path = "/v1/organizations/:organization/email-templates",
        method = "post",
        operation_id = "createEmailTemplate"
    )]
    async fn create(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        idempotency_key: IdempotencyKey,
        body: Body<CreateEmailTemplateRequest, CONTENT>,
    ) -> Result<Created<EmailTemplateAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::EmailTemplateCreate)
            .await?;
        let command = body.decode(new_template)?;
        let rendering = Created::rendering(|template: &EmailTemplate| {
            let state = template.state();
            Answer {
                location: Some(format!(
                    "/v1/organizations/{}/email-templates/{}",
                    state.organization, state.id
                )),
                version: Some(state.stamps.version),
                body: EmailTemplateAnswer::from(template),
            }
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let done = self
            .templates
            .create(member.scope(), command, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List the templates
    ///
    /// In the order in which they were made. Needs the permission `email_template.view`.
    #[oai(
        path = "/v1/organizations/:organization/email-templates",
        method = "get",
        operation_id = "listEmailTemplates"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        limit: Limit,
        cursor: After,
        /// List the deleted templates instead of the living ones.
        deleted: Query<Option<bool>>,
    ) -> Result<Listed<EmailTemplateAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::EmailTemplateView)
            .await?;
        let deleted = parameters(|query| query.optional(&deleted, flag))?.unwrap_or_default();
        let page = self
            .templates
            .list(member.scope(), deleted, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |template| EmailTemplateAnswer::from(&template)))
    }

    /// Read a template
    ///
    /// What it says is in its versions. Needs the permission `email_template.view`.
    #[oai(
        path = "/v1/organizations/:organization/email-templates/:email_template",
        method = "get",
        operation_id = "readEmailTemplate"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        email_template: Path<EmailTemplateId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<EmailTemplateAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::EmailTemplateView)
            .await?;
        let template = self
            .templates
            .read(member.scope(), email_template.0)
            .await?;
        Ok(Found::new(
            EmailTemplateAnswer::from(&template),
            template.state().stamps.version,
            &if_none_match,
        )?)
    }

    /// Change a template
    ///
    /// Changes the fields that are mentioned; which version is active is one of them. Needs the permission
    /// `email_template.update`.
    #[oai(
        path = "/v1/organizations/:organization/email-templates/:email_template",
        method = "patch",
        operation_id = "updateEmailTemplate"
    )]
    async fn update(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        email_template: Path<EmailTemplateId>,
        if_match: IfMatch,
        body: Body<UpdateEmailTemplateRequest>,
    ) -> Result<Changed<EmailTemplateAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::EmailTemplateUpdate)
            .await?;
        let change = body.decode(template_change)?;
        let expected = if_match.expected()?;
        let template = self
            .templates
            .update(member.scope(), email_template.0, &expected, change)
            .await?;
        Ok(Changed::new(
            EmailTemplateAnswer::from(&template),
            template.state().stamps.version,
        ))
    }

    /// Delete a template
    ///
    /// Its versions stay for the campaigns that have them. It can be restored for 90 days, or as many as
    /// the organization says in `retention.deleted_rows_days`; it goes for good after that, unless a campaign has one of
    /// them. One that was copied when the organization was made, which has a `template_key`, stays and can always be
    /// restored. Needs the permission `email_template.delete`.
    #[oai(
        path = "/v1/organizations/:organization/email-templates/:email_template",
        method = "delete",
        operation_id = "deleteEmailTemplate"
    )]
    async fn delete(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        email_template: Path<EmailTemplateId>,
        if_match: IfMatch,
    ) -> Result<NoContent, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::EmailTemplateDelete)
            .await?;
        let expected = if_match.expected()?;
        self.templates
            .delete(member.scope(), email_template.0, &expected)
            .await?;
        Ok(NoContent::Done)
    }

    /// Restore a deleted template
    ///
    /// Takes the deletion back. Needs the permission `email_template.delete`.
    #[oai(
        path = "/v1/organizations/:organization/email-templates/:email_template/restore",
        method = "post",
        operation_id = "restoreEmailTemplate"
    )]
    async fn restore(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        email_template: Path<EmailTemplateId>,
        idempotency_key: IdempotencyKey,
    ) -> Result<Finished<EmailTemplateAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::EmailTemplateDelete)
            .await?;
        let rendering = Finished::rendering(|template: &EmailTemplate| Answer {
            location: None,
            version: Some(template.state().stamps.version),
            body: EmailTemplateAnswer::from(template),
        });
        let request = idempotency_key.request(member.scope(), b"")?;
        let done = self
            .templates
            .restore(member.scope(), email_template.0, &rendering.once(request))
            .await?;
        Ok(rendering.answer(done)?)
    }
}
