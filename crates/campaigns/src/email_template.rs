//! Templates of mails and their versions.

use kernel::{
    Changes, Description, EmailTemplateId, EmailTemplateVersionId, Name, OrganizationId, Patch,
    Stamps, Timestamp, UserId, Version,
};
use serde_json::{Value, json};

use crate::EmailContent;

/// All that a template is, but for its contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailTemplateState {
    /// The template's id.
    pub id: EmailTemplateId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// The version that campaigns get that name none.
    pub active_version: EmailTemplateVersionId,
    /// How many versions it has, which is the number of the last one.
    pub versions: Version,
    /// The key of the starter that it was copied from.
    pub template_key: Option<String>,
    /// Its history.
    pub stamps: Stamps,
}

/// A template of mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailTemplate(EmailTemplateState);

/// What it takes to make a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEmailTemplate {
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// What its first version says.
    pub content: EmailContent,
}

/// What it takes to make another version of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTemplateVersion {
    /// What it says.
    pub content: EmailContent,
    /// Whether campaigns that name none get it from now on.
    pub activate: bool,
}

/// A partial update of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmailTemplateChange {
    /// Its name.
    pub name: Patch<Name>,
    /// What it is for.
    pub description: Patch<Description>,
    /// The version that campaigns get that name none.
    pub active_version: Patch<EmailTemplateVersionId>,
}

/// What a template said at one time; it is never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailTemplateVersion {
    /// The version's own id.
    pub id: EmailTemplateVersionId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Of which template it is a version.
    pub template: EmailTemplateId,
    /// Which one of the template's versions, from 1.
    pub number: Version,
    /// What it says.
    pub content: EmailContent,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it; `None` for the program itself.
    pub created_by: Option<UserId>,
}

/// A version without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateVersionCard {
    /// The version's id.
    pub id: EmailTemplateVersionId,
    /// Which one of the template's versions, from 1.
    pub number: Version,
    /// Its subject.
    pub subject: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: Option<UserId>,
}

impl EmailTemplate {
    /// A new template and its first version.
    #[must_use]
    pub fn open(
        (id, version): (EmailTemplateId, EmailTemplateVersionId),
        organization: OrganizationId,
        new: NewEmailTemplate,
        template_key: Option<&str>,
        at: Timestamp,
        by: Option<UserId>,
    ) -> (Self, EmailTemplateVersion) {
        let template = Self(EmailTemplateState {
            id,
            organization,
            name: new.name,
            description: new.description,
            active_version: version,
            versions: Version::FIRST,
            template_key: template_key.map(str::to_owned),
            stamps: Stamps::new(at, by),
        });
        let version = template.version(version, Version::FIRST, new.content, at, by);
        (template, version)
    }

    /// A template as it was stored.
    #[must_use]
    pub const fn restore(state: EmailTemplateState) -> Self {
        Self(state)
    }

    /// All that it is, but for its contents.
    #[must_use]
    pub const fn state(&self) -> &EmailTemplateState {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> EmailTemplateId {
        self.0.id
    }

    /// Applies a partial update; that the active version is one of the template is up to the caller.
    pub fn change(&mut self, change: &EmailTemplateChange, at: Timestamp, by: Option<UserId>) {
        self.0.name = change.name.apply(&self.0.name);
        self.0.description = change.description.apply(&self.0.description);
        self.0.active_version = change.active_version.apply(&self.0.active_version);
        self.0.stamps.touch(at, by);
    }

    /// Makes another version.
    pub fn publish(
        &mut self,
        id: EmailTemplateVersionId,
        new: NewTemplateVersion,
        at: Timestamp,
        by: Option<UserId>,
    ) -> EmailTemplateVersion {
        self.0.versions = self.0.versions.next();
        if new.activate {
            self.0.active_version = id;
        }
        self.0.stamps.touch(at, by);
        self.version(id, self.0.versions, new.content, at, by)
    }

    fn version(
        &self,
        id: EmailTemplateVersionId,
        number: Version,
        content: EmailContent,
        at: Timestamp,
        by: Option<UserId>,
    ) -> EmailTemplateVersion {
        EmailTemplateVersion {
            id,
            organization: self.0.organization,
            template: self.0.id,
            number,
            content,
            created_at: at,
            created_by: by,
        }
    }

    /// Deletes it, restorably.
    pub const fn delete(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.stamps.delete(at, by);
    }

    /// Takes the deletion back.
    pub const fn undelete(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.stamps.restore(at, by);
    }

    /// How `self` differs from what it was before, field by field, as the audit log tells it.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>) -> Changes {
        let old = before.map(Self::state);
        let new = &self.0;
        Changes::none()
            .field(
                "name",
                json!(old.map(|it| it.name.as_str())),
                json!(new.name.as_str()),
            )
            .field(
                "description",
                json!(old.map(|it| it.description.as_str())),
                json!(new.description.as_str()),
            )
            .field(
                "active_version_id",
                json!(old.map(|it| it.active_version)),
                json!(new.active_version),
            )
            .field(
                "versions",
                json!(old.map(|it| it.versions.number())),
                json!(new.versions.number()),
            )
            .field(
                "template_key",
                json!(old.and_then(|it| it.template_key.as_deref())),
                json!(new.template_key),
            )
    }
}

impl EmailTemplateVersion {
    /// The version without what it says.
    #[must_use]
    pub fn card(&self) -> TemplateVersionCard {
        TemplateVersionCard {
            id: self.id,
            number: self.number,
            subject: self.content.subject().to_owned(),
            created_at: self.created_at,
            created_by: self.created_by,
        }
    }

    /// The version as the audit log tells it: bodies stay out, since the version itself keeps them for good.
    #[must_use]
    pub fn changes(&self) -> Changes {
        Changes::none()
            .field("template_id", Value::Null, json!(self.template))
            .field("version_number", Value::Null, self.number.number())
            .field("subject", Value::Null, self.content.subject())
            .field(
                "variables",
                Value::Null,
                self.content.variables().to_document(),
            )
    }
}
