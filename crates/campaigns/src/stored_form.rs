//! Forms and their versions, as an organization has them.

use kernel::{
    Changes, Description, FormId, FormVersionId, HttpsUrl, Name, OrganizationId, Patch, Stamps,
    Timestamp, UserId, Version,
};
use serde_json::{Value, json};

use crate::FormDefinition;

/// All that a form is, but for what its versions ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormState {
    /// The form's id.
    pub id: FormId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// The last version, which is the one that is shown.
    pub current_version: FormVersionId,
    /// How many versions it has, which is the number of the last one.
    pub versions: Version,
    /// Its history.
    pub stamps: Stamps,
}

/// A form, which several campaigns can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form(FormState);

/// What it takes to make a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewForm {
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// What its first version asks.
    pub definition: FormDefinition,
}

/// A partial update of a form; what it asks changes by another version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormChange {
    /// Its name.
    pub name: Patch<Name>,
    /// What it is for.
    pub description: Patch<Description>,
}

/// What a form asked at one time; it is never changed, and responses stay tied to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormVersion {
    /// The version's own id.
    pub id: FormVersionId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Of which form it is a version.
    pub form: FormId,
    /// Which one of the form's versions, from 1.
    pub number: Version,
    /// What it asks.
    pub definition: FormDefinition,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it; `None` for the program itself.
    pub created_by: Option<UserId>,
}

/// A version without what it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormVersionCard {
    /// The version's id.
    pub id: FormVersionId,
    /// Which one of the form's versions, from 1.
    pub number: Version,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: Option<UserId>,
}

impl Form {
    /// A new form and its first version.
    #[must_use]
    pub fn open(
        (id, version): (FormId, FormVersionId),
        organization: OrganizationId,
        new: NewForm,
        at: Timestamp,
        by: Option<UserId>,
    ) -> (Self, FormVersion) {
        let form = Self(FormState {
            id,
            organization,
            name: new.name,
            description: new.description,
            current_version: version,
            versions: Version::FIRST,
            stamps: Stamps::new(at, by),
        });
        let version = form.version(new.definition, at, by);
        (form, version)
    }

    /// A form as it was stored.
    #[must_use]
    pub const fn restore(state: FormState) -> Self {
        Self(state)
    }

    /// All that it is, but for what its versions ask.
    #[must_use]
    pub const fn state(&self) -> &FormState {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> FormId {
        self.0.id
    }

    /// Applies a partial update.
    pub fn change(&mut self, change: &FormChange, at: Timestamp, by: Option<UserId>) {
        self.0.name = change.name.apply(&self.0.name);
        self.0.description = change.description.apply(&self.0.description);
        self.0.stamps.touch(at, by);
    }

    /// Makes another version, which is the current one from now on.
    pub fn publish(
        &mut self,
        id: FormVersionId,
        definition: FormDefinition,
        at: Timestamp,
        by: Option<UserId>,
    ) -> FormVersion {
        self.0.versions = self.0.versions.next();
        self.0.current_version = id;
        self.0.stamps.touch(at, by);
        self.version(definition, at, by)
    }

    fn version(
        &self,
        definition: FormDefinition,
        at: Timestamp,
        by: Option<UserId>,
    ) -> FormVersion {
        FormVersion {
            id: self.0.current_version,
            organization: self.0.organization,
            form: self.0.id,
            number: self.0.versions,
            definition,
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
                "current_version_id",
                json!(old.map(|it| it.current_version)),
                json!(new.current_version),
            )
            .field(
                "versions",
                json!(old.map(|it| it.versions.number())),
                json!(new.versions.number()),
            )
    }
}

impl FormVersion {
    /// The version without what it asks.
    #[must_use]
    pub const fn card(&self) -> FormVersionCard {
        FormVersionCard {
            id: self.id,
            number: self.number,
            created_at: self.created_at,
            created_by: self.created_by,
        }
    }

    /// The version as the audit log tells it: its fields stay out, since the version itself keeps them for good.
    #[must_use]
    pub fn changes(&self) -> Changes {
        let redirect = self.definition.redirect().map(HttpsUrl::as_str);
        Changes::none()
            .field("form_id", Value::Null, json!(self.form))
            .field("version_number", Value::Null, self.number.number())
            .field(
                "thank_you_message",
                Value::Null,
                self.definition.thank_you().as_str(),
            )
            .field("redirect_url", Value::Null, json!(redirect))
    }
}
