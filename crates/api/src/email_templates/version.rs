//! The shapes of versions of templates on the wire.

use campaigns::{
    ContentDiff, DiffLine, EmailTemplateVersion, LineChange, NewTemplateVersion, PreviewWith,
    RenderedMail, TemplateVersionCard, Values, VariableName, Variables,
};
use kernel::{EmailTemplateVersionId, Locale};
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use time::OffsetDateTime;
use uuid::Uuid;

use super::content::{VariableShape, read_content};
use crate::input::{Fields, flag, list, object, text, text_by};
use crate::schema::{LocaleText, MailHtml, MailSubject, MailText, VariableNameText};

/// What a version of a template is made from.
#[derive(Object)]
#[oai(example)]
pub(crate) struct PublishTemplateVersionRequest {
    /// The subject.
    subject: MailSubject,
    /// The HTML, with variables such as `{{ first_name | default: "there" }}`.
    html_content: MailHtml,
    /// The plain text; it is derived from the HTML where nothing is said.
    #[oai(nullable)]
    text_content: Option<MailText>,
    /// The variables that are neither built in nor attributes of contacts, and defaults of those that are.
    #[oai(nullable, validator(max_items = 100))]
    variables: Option<Vec<VariableShape>>,
    /// Whether campaigns that name no version get this one from now on; true where nothing is said.
    #[oai(nullable)]
    activate: Option<bool>,
}

/// The value of a variable.
#[derive(Clone, Debug, Object)]
pub(crate) struct ValueShape {
    /// The variable.
    name: VariableNameText,
    /// Its value.
    value: String,
}

/// What a preview is made with.
#[derive(Object)]
#[oai(example)]
pub(crate) struct PreviewRequest {
    /// Values in the place of the sample ones.
    #[oai(nullable)]
    values: Option<Vec<ValueShape>>,
    /// The language of what is added to the mail; English where nothing is said.
    #[oai(nullable)]
    locale: Option<LocaleText>,
}

/// A version of a template; it is never changed.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct TemplateVersionAnswer {
    /// Its id.
    id: Uuid,
    /// The template.
    template_id: Uuid,
    /// Which one of the template's versions, from 1.
    version_number: i32,
    /// The subject.
    subject: MailSubject,
    /// The HTML.
    html_content: MailHtml,
    /// The plain text.
    text_content: MailText,
    /// The variables that it declares.
    variables: Vec<VariableShape>,
    /// The variables that stand in it.
    used_variables: Vec<VariableNameText>,
    /// When it was made.
    created_at: OffsetDateTime,
}

/// A version of a template without what it says.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct TemplateVersionCardAnswer {
    /// Its id.
    id: Uuid,
    /// Which one of the template's versions, from 1.
    version_number: i32,
    /// The subject.
    subject: MailSubject,
    /// Whether campaigns get it that name none.
    is_active: bool,
    /// When it was made.
    created_at: OffsetDateTime,
}

/// A mail as a person would get it.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct PreviewAnswer {
    /// The subject.
    subject: String,
    /// The HTML.
    html_content: String,
    /// The plain text.
    text_content: String,
}

/// What happened to a line.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum LineChangeWord {
    /// It is in both versions.
    Same,
    /// It is only in the newer one.
    Added,
    /// It is only in the older one.
    Removed,
}

/// A line of either version.
#[derive(Clone, Debug, Object)]
pub(crate) struct DiffLineAnswer {
    /// What happened to it.
    change: LineChangeWord,
    /// Its number in the older version, from 1.
    old_line: Option<u64>,
    /// Its number in the newer version, from 1.
    new_line: Option<u64>,
    /// The line.
    text: String,
}

/// What changed from one version to another: the changed lines, with up to three of their neighbours.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct TemplateDiffAnswer {
    /// Of the subject.
    subject: Vec<DiffLineAnswer>,
    /// Of the HTML.
    html_content: Vec<DiffLineAnswer>,
    /// Of the plain text.
    text_content: Vec<DiffLineAnswer>,
    /// Of the variables, each as a line.
    variables: Vec<DiffLineAnswer>,
}

/// Reads what a version is made from.
pub(crate) fn new_version(fields: &mut Fields<'_>) -> Option<NewTemplateVersion> {
    let activate = fields.optional("activate", flag);
    let content = read_content(fields);
    Some(NewTemplateVersion {
        content: content?,
        activate: activate?.unwrap_or(true),
    })
}

/// Reads what a preview is made with.
pub(crate) fn preview_with(fields: &mut Fields<'_>) -> Option<PreviewWith> {
    let most = 2 * Variables::MAX;
    let values = fields.optional("values", list(0..=most, object(value)));
    let locale = fields.optional("locale", text::<Locale>);
    let mut given = Values::default();
    for (name, value) in values?.unwrap_or_default() {
        given.set(name, value);
    }
    Some(PreviewWith {
        values: given,
        locale: locale?.unwrap_or_else(Locale::english),
    })
}

fn value(fields: &mut Fields<'_>) -> Option<(VariableName, String)> {
    let name = fields.required("name", text::<VariableName>);
    let value = fields.required("value", text_by(|text| Ok(text.to_owned())));
    Some((name?, value?))
}

impl From<&EmailTemplateVersion> for TemplateVersionAnswer {
    fn from(version: &EmailTemplateVersion) -> Self {
        let content = &version.content;
        let variables = content.variables().as_slice();
        Self {
            id: version.id.as_uuid(),
            template_id: version.template.as_uuid(),
            version_number: version.number.number(),
            subject: MailSubject::new(content.subject()),
            html_content: MailHtml::new(content.html()),
            text_content: MailText::new(content.text()),
            variables: variables.iter().map(VariableShape::from).collect(),
            used_variables: content
                .used()
                .into_iter()
                .map(VariableNameText::new)
                .collect(),
            created_at: version.created_at,
        }
    }
}

impl TemplateVersionCardAnswer {
    pub(super) fn of(card: &TemplateVersionCard, active: EmailTemplateVersionId) -> Self {
        Self {
            id: card.id.as_uuid(),
            version_number: card.number.number(),
            subject: MailSubject::new(&card.subject),
            is_active: card.id == active,
            created_at: card.created_at,
        }
    }
}

impl From<RenderedMail> for PreviewAnswer {
    fn from(mail: RenderedMail) -> Self {
        Self {
            subject: mail.subject,
            html_content: mail.html,
            text_content: mail.text,
        }
    }
}

impl From<ContentDiff> for TemplateDiffAnswer {
    fn from(diff: ContentDiff) -> Self {
        let lines = |lines: Vec<DiffLine>| lines.into_iter().map(DiffLineAnswer::from).collect();
        Self {
            subject: lines(diff.subject),
            html_content: lines(diff.html),
            text_content: lines(diff.text),
            variables: lines(diff.variables),
        }
    }
}

impl From<DiffLine> for DiffLineAnswer {
    fn from(line: DiffLine) -> Self {
        let number = |line: Option<usize>| line.and_then(|line| u64::try_from(line).ok());
        Self {
            change: match line.change {
                LineChange::Same => LineChangeWord::Same,
                LineChange::Added => LineChangeWord::Added,
                LineChange::Removed => LineChangeWord::Removed,
            },
            old_line: number(line.old_line),
            new_line: number(line.new_line),
            text: line.text,
        }
    }
}

const HTML: &str = "<p>Hello {{ first_name }}, your code is {{ code }}.</p>";
const TEMPLATE: Uuid = Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0021);
const VERSION: Uuid = Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0022);

fn at() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454)
}

impl Example for PublishTemplateVersionRequest {
    fn example() -> Self {
        Self {
            subject: MailSubject::new("{{ first_name }}, summer is here"),
            html_content: MailHtml::new(HTML),
            text_content: None,
            variables: Some(vec![VariableShape::example()]),
            activate: Some(true),
        }
    }
}

impl Example for PreviewRequest {
    fn example() -> Self {
        Self {
            values: Some(vec![ValueShape {
                name: VariableNameText::new("first_name"),
                value: "Grace".to_owned(),
            }]),
            locale: None,
        }
    }
}

impl Example for TemplateVersionAnswer {
    fn example() -> Self {
        Self {
            id: VERSION,
            template_id: TEMPLATE,
            version_number: 2,
            subject: MailSubject::new("{{ first_name }}, summer is here"),
            html_content: MailHtml::new(HTML),
            text_content: MailText::new("Hello {{ first_name }}, your code is {{ code }}."),
            variables: vec![VariableShape::example()],
            used_variables: ["first_name", "code"].map(VariableNameText::new).into(),
            created_at: at(),
        }
    }
}

impl Example for TemplateVersionCardAnswer {
    fn example() -> Self {
        Self {
            id: VERSION,
            version_number: 2,
            subject: MailSubject::new("{{ first_name }}, summer is here"),
            is_active: true,
            created_at: at(),
        }
    }
}

impl Example for PreviewAnswer {
    fn example() -> Self {
        Self {
            subject: "Grace, summer is here".to_owned(),
            html_content: "<p>Hello Grace, your code is SPRING.</p>".to_owned(),
            text_content: "Hello Grace, your code is SPRING.".to_owned(),
        }
    }
}

impl Example for TemplateDiffAnswer {
    fn example() -> Self {
        let line = |change, old_line, new_line, text: &str| DiffLineAnswer {
            change,
            old_line,
            new_line,
            text: text.to_owned(),
        };
        Self {
            subject: vec![
                line(LineChangeWord::Removed, Some(1), None, "Spring is here"),
                line(LineChangeWord::Added, None, Some(1), "Summer is here"),
            ],
            html_content: Vec::new(),
            text_content: Vec::new(),
            variables: Vec::new(),
        }
    }
}
