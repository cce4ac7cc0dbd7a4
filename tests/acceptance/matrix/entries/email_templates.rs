//! Templates of mails and their versions.

use serde_json::{Value, json};
use tenancy::Permission as P;

use crate::matrix::case::Case;
use crate::matrix::entry::{Entry, Thing};
use crate::stack::unique;

const VERSION: &[Thing] = &[Thing::EmailTemplate, Thing::EmailTemplateVersion];

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::needs("createEmailTemplate", &[P::EmailTemplateCreate])
        .with(|_| {
            json!({
                "name": format!("Template {}", unique()),
                "subject": "{{ code }} for {{ first_name }}",
                "html_content": "<p>{{ code }}</p>",
                "variables": [{ "name": "code", "default": "SPRING" }],
            })
        })
        .answers(201),
    Entry::needs("listEmailTemplates", &[P::EmailTemplateView]),
    Entry::needs("readEmailTemplate", &[P::EmailTemplateView]).on(&[Thing::EmailTemplate]),
    Entry::needs("updateEmailTemplate", &[P::EmailTemplateUpdate])
        .on(&[Thing::EmailTemplate])
        .with(|_| json!({ "name": format!("Template {}", unique()) })),
    Entry::needs("deleteEmailTemplate", &[P::EmailTemplateDelete])
        .on(&[Thing::EmailTemplate])
        .answers(204),
    Entry::needs("restoreEmailTemplate", &[P::EmailTemplateDelete])
        .on(&[Thing::DeletedEmailTemplate]),
    Entry::needs("publishEmailTemplateVersion", &[P::EmailTemplateUpdate])
        .on(&[Thing::EmailTemplate])
        .with(mail)
        .answers(201),
    Entry::needs("listEmailTemplateVersions", &[P::EmailTemplateView]).on(&[Thing::EmailTemplate]),
    Entry::needs("readEmailTemplateVersion", &[P::EmailTemplateView]).on(VERSION),
    Entry::needs("compareEmailTemplateVersions", &[P::EmailTemplateView]).on(&[
        Thing::EmailTemplate,
        Thing::EmailTemplateVersion,
        Thing::EmailTemplateVersion,
    ]),
    Entry::needs("previewEmailTemplateVersion", &[P::EmailTemplateView])
        .on(VERSION)
        .with(
            |_| json!({ "values": [{ "name": "first_name", "value": "Grace" }], "locale": "de" }),
        ),
    Entry::needs(
        "previewEmailTemplateVersionForContact",
        &[P::EmailTemplatePreview],
    )
    .on(&[
        Thing::EmailTemplate,
        Thing::EmailTemplateVersion,
        Thing::Contact,
    ]),
];

fn mail(_: &Case) -> Value {
    json!({ "subject": "Three", "html_content": "<p>Three</p>", "text_content": "Three" })
}
