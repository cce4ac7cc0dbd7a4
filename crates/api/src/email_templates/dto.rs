//! The shapes of templates on the wire.

use campaigns::{EmailTemplate, EmailTemplateChange, NewEmailTemplate};
use kernel::Description;
use poem_openapi::Object;
use poem_openapi::types::{Example, MaybeUndefined};
use time::OffsetDateTime;
use uuid::Uuid;

use super::content::{VariableShape, read_content};
use crate::input::{Fields, id, text};
use crate::schema::{DescriptionText, MailHtml, MailSubject, MailText, NameText};

/// What a template is made from.
#[derive(Object)]
#[oai(example)]
pub(crate) struct CreateEmailTemplateRequest {
    /// Its name.
    name: NameText,
    /// What it is for.
    #[oai(nullable)]
    description: Option<DescriptionText>,
    /// The subject of its first version.
    subject: MailSubject,
    /// The HTML of its first version, with variables such as `{{ first_name | default: "there" }}`.
    html_content: MailHtml,
    /// The plain text; it is derived from the HTML where nothing is said.
    #[oai(nullable)]
    text_content: Option<MailText>,
    /// The variables that are neither built in nor attributes of contacts, and defaults of those that are.
    #[oai(nullable, validator(max_items = 100))]
    variables: Option<Vec<VariableShape>>,
}

/// What changes about a template; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateEmailTemplateRequest {
    /// Its name.
    name: MaybeUndefined<NameText>,
    /// What it is for; it may be empty.
    description: MaybeUndefined<DescriptionText>,
    /// The version of it that campaigns get that name none.
    active_version_id: MaybeUndefined<Uuid>,
}

/// A template of mails.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct EmailTemplateAnswer {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: NameText,
    /// What it is for.
    description: DescriptionText,
    /// The version that campaigns get that name none.
    active_version_id: Uuid,
    /// How many versions it has.
    versions: i32,
    /// What it was copied from when the organization was made.
    template_key: Option<String>,
    /// When it was made.
    created_at: OffsetDateTime,
    /// When it was last changed.
    updated_at: OffsetDateTime,
    /// When it was deleted.
    deleted_at: Option<OffsetDateTime>,
}

/// Reads what a template is made from.
pub(crate) fn new_template(fields: &mut Fields<'_>) -> Option<NewEmailTemplate> {
    let name = fields.required("name", text);
    let description = fields.optional("description", text);
    let content = read_content(fields);
    Some(NewEmailTemplate {
        name: name?,
        description: description?.unwrap_or_else(Description::empty),
        content: content?,
    })
}

/// Reads what changes about a template.
pub(crate) fn template_change(fields: &mut Fields<'_>) -> Option<EmailTemplateChange> {
    let name = fields.patch("name", text);
    let description = fields.patch("description", text);
    let active_version = fields.patch("active_version_id", id);
    Some(EmailTemplateChange {
        name: name?,
        description: description?,
        active_version: active_version?,
    })
}

impl From<&EmailTemplate> for EmailTemplateAnswer {
    fn from(template: &EmailTemplate) -> Self {
        let state = template.state();
        Self {
            id: state.id.as_uuid(),
            name: NameText::new(&state.name),
            description: DescriptionText::new(&state.description),
            active_version_id: state.active_version.as_uuid(),
            versions: state.versions.number(),
            template_key: state.template_key.clone(),
            created_at: state.stamps.created_at,
            updated_at: state.stamps.updated_at,
            deleted_at: state.stamps.deleted_at,
        }
    }
}

impl Example for CreateEmailTemplateRequest {
    fn example() -> Self {
        Self {
            name: NameText::new("Spring news"),
            description: None,
            subject: MailSubject::new("{{ first_name }}, spring is here"),
            html_content: MailHtml::new(
                "<p>Hello {{ first_name | default: \"there\" }}, your code is {{ code }}.</p>\
                 <p><a href=\"{{ link.unsubscribe }}\">Unsubscribe</a></p>",
            ),
            text_content: None,
            variables: Some(vec![VariableShape::example()]),
        }
    }
}

impl Example for UpdateEmailTemplateRequest {
    fn example() -> Self {
        Self {
            name: MaybeUndefined::Value(NameText::new("Summer news")),
            description: MaybeUndefined::Undefined,
            active_version_id: MaybeUndefined::Undefined,
        }
    }
}

impl Example for EmailTemplateAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0021),
            name: NameText::new("Spring news"),
            description: DescriptionText::new(""),
            active_version_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0022),
            versions: 2,
            template_key: None,
            created_at: at,
            updated_at: at,
            deleted_at: None,
        }
    }
}
