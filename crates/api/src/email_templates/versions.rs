//! Versions of templates: making, reading, comparing and previewing them.

use campaigns::{EmailTemplateVersion, EmailTemplates};
use kernel::{ContactId, EmailTemplateId, EmailTemplateVersionId};
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use tenancy::Permission;

use super::CONTENT;
use super::version::{
    PreviewAnswer, PreviewRequest, PublishTemplateVersionRequest, TemplateDiffAnswer,
    TemplateVersionAnswer, TemplateVersionCardAnswer, new_version, preview_with,
};
use crate::answer::{Answer, Created, Found};
use crate::input::{Body, OrganizationKey, Path};
use crate::paging::{After, Limit, Listed};
use crate::problem::{Failed, St};
use crate::{Caller, IdempotencyKey, IfNoneMatch, Tag};

/// The operations on versions of templates.
pub struct EmailTemplateVersionsApi {
    templates: EmailTemplates,
}

impl EmailTemplateVersionsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(templates: EmailTemplates) -> Self {
        Self { templates }
    }
}

#[OpenApi(tag = "Tag::EmailTemplates")]
impl EmailTemplateVersionsApi {
    /// Publish a version of a template
    ///
    /// Versions are never changed. Variables that are unknown, and places where no value is harmless, are told with
    /// line and column. Needs the permission `email_template.update`.
    #[oai(
        path = "/v1/organizations/:organization/email-templates/:email_template/versions",
        method = "post",
        operation_id = "publishEmailTemplateVersion"
    )]
    async fn publish(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        email_template: Path<EmailTemplateId>,
        idempotency_key: IdempotencyKey,
        body: Body<PublishTemplateVersionRequest, CONTENT>,
    ) -> Result<Created<TemplateVersionAnswer>, Failed<St<409>>> {
        let member = caller
            .authorize(&organization.0, Permission::EmailTemplateUpdate)
            .await?;
        let command = body.decode(new_version)?;
        let rendering = Created::rendering(|version: &EmailTemplateVersion| Answer {
            location: Some(format!(
                "/v1/organizations/{}/email-templates/{}/versions/{}",
                version.organization, version.template, version.id
            )),
            version: Some(version.number),
            body: TemplateVersionAnswer::from(version),
        });
        let request = idempotency_key.request(member.scope(), &body)?;
        let once = rendering.once(request);
        let done = self
            .templates
            .publish(member.scope(), email_template.0, command, &once)
            .await?;
        Ok(rendering.answer(done)?)
    }

    /// List the versions of a template
    ///
    /// In the order in which they were made. Needs the permission `email_template.view`.
    #[oai(
        path = "/v1/organizations/:organization/email-templates/:email_template/versions",
        method = "get",
        operation_id = "listEmailTemplateVersions"
    )]
    async fn list(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        email_template: Path<EmailTemplateId>,
        limit: Limit,
        cursor: After,
    ) -> Result<Listed<TemplateVersionCardAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::EmailTemplateView)
            .await?;
        let (active, page) = self
            .templates
            .versions(member.scope(), email_template.0, &cursor.page(&limit)?)
            .await?;
        Ok(cursor.listed(page, |card| TemplateVersionCardAnswer::of(&card, active)))
    }

    /// Read a version of a template
    ///
    /// Needs the permission `email_template.view`.
    #[oai(
        path = "/v1/organizations/:organization/email-templates/:email_template/versions/:email_template_version",
        method = "get",
        operation_id = "readEmailTemplateVersion"
    )]
    async fn read(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        email_template: Path<EmailTemplateId>,
        email_template_version: Path<EmailTemplateVersionId>,
        if_none_match: IfNoneMatch,
    ) -> Result<Found<TemplateVersionAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::EmailTemplateView)
            .await?;
        let (template, version) = (email_template.0, email_template_version.0);
        let version = self
            .templates
            .version(member.scope(), template, version)
            .await?;
        Ok(Found::new(
            TemplateVersionAnswer::from(&version),
            version.number,
            &if_none_match,
        )?)
    }

    /// Compare two versions of a template
    ///
    /// Tells what changed from the version that is named last to the other one, line by line. Needs the permission
    /// `email_template.view`.
    #[oai(
        path = "/v1/organizations/:organization/email-templates/:email_template/versions/:email_template_version/changes-since/:older_version",
        method = "get",
        operation_id = "compareEmailTemplateVersions"
    )]
    async fn compare(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        email_template: Path<EmailTemplateId>,
        email_template_version: Path<EmailTemplateVersionId>,
        older_version: Path<EmailTemplateVersionId>,
    ) -> Result<Json<TemplateDiffAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::EmailTemplateView)
            .await?;
        let (template, version) = (email_template.0, email_template_version.0);
        let diff = self
            .templates
            .compare(member.scope(), template, version, older_version.0)
            .await?;
        Ok(Json(TemplateDiffAnswer::from(diff)))
    }

    /// Preview a version of a template
    ///
    /// Gives the mail with sample values, and with those that are sent in their place. A variable that the template
    /// declares has none, so it needs one here, or a default. Nothing is stored or sent. Needs the permission
    /// `email_template.view`.
    #[oai(
        path = "/v1/organizations/:organization/email-templates/:email_template/versions/:email_template_version/preview",
        method = "post",
        operation_id = "previewEmailTemplateVersion"
    )]
    async fn preview(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        email_template: Path<EmailTemplateId>,
        email_template_version: Path<EmailTemplateVersionId>,
        body: Body<PreviewRequest>,
    ) -> Result<Json<PreviewAnswer>, Failed<()>> {
        let member = caller
            .authorize(&organization.0, Permission::EmailTemplateView)
            .await?;
        let with = body.decode(preview_with)?;
        let (template, version) = (email_template.0, email_template_version.0);
        let mail = self
            .templates
            .preview(member.scope(), template, version, with)
            .await?;
        Ok(Json(PreviewAnswer::from(mail)))
    }

    /// Preview a version of a template for a contact
    ///
    /// Gives the mail as this contact would get it: with what is known of the contact and of the organization, and with
    /// defaults. Only the campaign's name and its links are sample ones. Where a variable needs a value and has none, the
    /// answer is 422. Needs the permission `email_template.preview`.
    #[oai(
        path = "/v1/organizations/:organization/email-templates/:email_template/versions/:email_template_version/preview-for/:contact",
        method = "get",
        operation_id = "previewEmailTemplateVersionForContact"
    )]
    async fn preview_for(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        email_template: Path<EmailTemplateId>,
        email_template_version: Path<EmailTemplateVersionId>,
        contact: Path<ContactId>,
    ) -> Result<Json<PreviewAnswer>, Failed<St<422>>> {
        let member = caller
            .authorize(&organization.0, Permission::EmailTemplatePreview)
            .await?;
        let (template, version) = (email_template.0, email_template_version.0);
        let mail = self
            .templates
            .preview_for(member.scope(), template, version, contact.0)
            .await?;
        Ok(Json(PreviewAnswer::from(mail)))
    }
}
