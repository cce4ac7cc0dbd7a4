//! Templates that every organization starts with.

use kernel::{
    AuditAction, AuditDraft, EmailTemplateId, EmailTemplateVersionId, IdGenerator, OrganizationId,
    Timestamp, UserId,
};

use crate::{
    EmailContent, EmailTemplate, EmailTemplateVersion, NewEmailTemplate, Variable, Variables,
};

/// A template in the code.
struct Starter {
    key: &'static str,
    name: &'static str,
    description: &'static str,
    subject: &'static str,
    html: &'static str,
    /// Its variables, each with what stands there without a value.
    variables: &'static [(&'static str, &'static str)],
}

const STARTERS: &[Starter] = &[
    Starter {
        key: "announcement",
        name: "Announcement",
        description: "News in a few words, and a link to read on.",
        subject: "{{ headline }}",
        html: include_str!("starter/announcement.html"),
        variables: &[
            ("headline", "News from us"),
            ("text", "We have something new for you."),
        ],
    },
    Starter {
        key: "invitation",
        name: "Invitation",
        description: "Asks a person to fill in the form of the campaign.",
        subject: "{{ first_name | default: \"Hello\" }}, may we ask you something?",
        html: include_str!("starter/invitation.html"),
        variables: &[(
            "request",
            "We would like to know what you need. It takes two minutes.",
        )],
    },
];

/// Copies of all templates in the code, each with its first version.
#[must_use]
pub fn starter_templates(
    organization: OrganizationId,
    ids: &dyn IdGenerator,
    at: Timestamp,
    by: Option<UserId>,
) -> Vec<(EmailTemplate, EmailTemplateVersion)> {
    let copy = |starter: &Starter| {
        let ids = (
            EmailTemplateId::from_uuid(ids.next()),
            EmailTemplateVersionId::from_uuid(ids.next()),
        );
        let new = starter.read()?;
        let key = Some(starter.key);
        Some(EmailTemplate::open(ids, organization, new, key, at, by))
    };
    STARTERS.iter().filter_map(copy).collect()
}

/// What the audit log says of a template that was made together with its first version.
#[must_use]
pub fn template_creation(
    template: &EmailTemplate,
    version: &EmailTemplateVersion,
) -> [AuditDraft; 2] {
    [
        AuditDraft::new(
            "email_template",
            template.id().as_uuid(),
            AuditAction::Create,
            template.changes_since(None),
        ),
        version_creation(version),
    ]
}

/// What the audit log says of a version that was made.
pub(crate) fn version_creation(version: &EmailTemplateVersion) -> AuditDraft {
    AuditDraft::new(
        "email_template_version",
        version.id.as_uuid(),
        AuditAction::Create,
        version.changes(),
    )
}

impl Starter {
    /// The template, if the code has no mistake, which a test sees to.
    fn read(&self) -> Option<NewEmailTemplate> {
        let variable = |(name, default): &(&str, &str)| {
            Some(Variable {
                name: name.parse().ok()?,
                default: Some((*default).to_owned()),
                required: true,
            })
        };
        let variables = self.variables.iter().map(variable);
        let variables = Variables::new(variables.collect::<Option<_>>()?).ok()?;
        Some(NewEmailTemplate {
            name: self.name.parse().ok()?,
            description: self.description.parse().ok()?,
            content: EmailContent::new(self.subject, self.html, None, variables).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::Locale;

    use super::*;
    use crate::Values;

    #[test]
    fn every_starter_is_a_mail_with_sample_values() {
        for starter in STARTERS {
            let new = starter.read().unwrap();
            let mail = new.content.render(&Values::sample(), &Locale::english());
            let mail = mail.unwrap();

            assert!(mail.html.contains("https://example.com/u/sample"));
            assert!(mail.text.contains("https://example.com/p/sample"));
            assert!(!mail.subject.is_empty());
        }
    }
}
