//! Contacts: people as one organization knows them.

use kernel::{
    Changes, ContactId, ContactImportId, OrganizationId, Patch, Stamps, Timestamp, UserId,
};
use serde_json::{Value, json};

use crate::{
    AddressHash, ContactEmail, ContactSource, InvalidAttributes, Judged, Profile, ProfileChange,
    Validation,
};

/// All that a contact is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactState {
    /// The contact's id.
    pub id: ContactId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// The address as it was given.
    pub email: ContactEmail,
    /// The form under which it is compared, unique in its organization among the living.
    pub email_normalized: String,
    /// What the address would be suppressed under.
    pub email_hash: AddressHash,
    /// What is known of the person.
    pub profile: Profile,
    /// Where the contact came from.
    pub source: ContactSource,
    /// The import that made it.
    pub import: Option<ContactImportId>,
    /// What was found out about the address.
    pub validation: Validation,
    /// When it was last changed other than by a new judgement of its address, or its deletion; `None` where it is as
    /// it was made.
    pub edited_at: Option<Timestamp>,
    /// Its history.
    pub stamps: Stamps,
}

/// A person as an organization knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact(ContactState);

/// What it takes to make a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewContact {
    /// The address as given.
    pub email: ContactEmail,
    /// What is known of the person.
    pub profile: Profile,
    /// Where the contact comes from.
    pub source: ContactSource,
}

/// A partial update of a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactChange {
    /// The address.
    pub email: Patch<ContactEmail>,
    /// What is known of the person.
    pub profile: ProfileChange,
}

impl Contact {
    /// A new contact, whose address was judged.
    #[must_use]
    pub fn register(
        id: ContactId,
        organization: OrganizationId,
        new: NewContact,
        judged: Judged,
        import: Option<ContactImportId>,
        stamps: Stamps,
    ) -> Self {
        Self(ContactState {
            id,
            organization,
            email: new.email,
            email_normalized: judged.normalized,
            email_hash: judged.hash,
            profile: new.profile,
            source: new.source,
            import,
            validation: judged.validation,
            edited_at: None,
            stamps,
        })
    }

    /// A contact as it was stored.
    #[must_use]
    pub const fn restore(state: ContactState) -> Self {
        Self(state)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &ContactState {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> ContactId {
        self.0.id
    }

    /// The words that it is found by, one space between them and around the whole.
    #[must_use]
    pub fn search_text(&self) -> String {
        self.0.profile.search_text(&self.0.email_normalized)
    }

    /// Changes what is known of the person; refused where there would be too many attributes.
    pub fn change_profile(
        &mut self,
        change: &ProfileChange,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Result<(), InvalidAttributes> {
        let profile = self.0.profile.changed(change)?;
        self.replace_profile(profile, at, by);
        Ok(())
    }

    /// Puts another profile into the place of the present one.
    pub fn replace_profile(&mut self, profile: Profile, at: Timestamp, by: Option<UserId>) {
        self.0.profile = profile;
        self.edit(at, by);
    }

    /// Puts an earlier profile back, with the instant at which it was last changed before, so that it counts as it did then.
    pub(crate) fn put_back(
        &mut self,
        profile: Profile,
        edited_at: Option<Timestamp>,
        at: Timestamp,
        by: Option<UserId>,
    ) {
        self.replace_profile(profile, at, by);
        self.0.edited_at = edited_at;
    }

    /// Gives it another address, which was judged, and another profile.
    pub fn readdress(
        &mut self,
        email: ContactEmail,
        judged: Judged,
        profile: Profile,
        at: Timestamp,
        by: Option<UserId>,
    ) {
        self.0.email = email;
        self.0.profile = profile;
        self.0.email_normalized = judged.normalized;
        self.0.email_hash = judged.hash;
        self.0.validation = judged.validation;
        self.edit(at, by);
    }

    const fn edit(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.edited_at = Some(at);
        self.0.stamps.touch(at, by);
    }

    /// Notes what was found out about the address since.
    pub fn validate(&mut self, validation: Validation, at: Timestamp, by: Option<UserId>) {
        self.0.validation = validation;
        self.0.stamps.touch(at, by);
    }

    /// Deletes it, restorably.
    pub const fn delete(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.stamps.delete(at, by);
    }

    /// Takes the deletion back.
    pub const fn undelete(&mut self, at: Timestamp, by: Option<UserId>) {
        self.0.stamps.restore(at, by);
        self.0.edited_at = Some(at);
    }

    /// How `self` differs from what it was before, field by field, as the audit log tells it.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>) -> Changes {
        let old = before.map(Self::state);
        let new = &self.0;
        let changes = Changes::none()
            .field(
                "email",
                json!(old.map(|c| c.email.as_str())),
                json!(new.email.as_str()),
            )
            .field(
                "email_normalized",
                json!(old.map(|c| &c.email_normalized)),
                json!(new.email_normalized),
            )
            .field(
                "source",
                json!(old.map(|c| c.source.as_str())),
                json!(new.source.as_str()),
            )
            .field(
                "import_id",
                json!(old.and_then(|c| c.import)),
                json!(new.import),
            );
        let changes = new.profile.changes_since(old.map(|c| &c.profile), changes);
        validation_changes(old.map(|c| &c.validation), &new.validation, changes)
    }
}

fn validation_changes(old: Option<&Validation>, new: &Validation, changes: Changes) -> Changes {
    let columns = |v: &Validation| -> [(&'static str, Value); 9] {
        [
            ("validation_status", json!(v.status.as_str())),
            ("classification", json!(v.classification.as_str())),
            ("syntax_ok", json!(v.syntax_ok)),
            ("domain_exists", json!(v.domain_exists)),
            ("mx_found", json!(v.mx_found)),
            ("risk_score", json!(v.risk_score)),
            (
                "reasons",
                if v.reasons.is_empty() {
                    Value::Null
                } else {
                    json!(v.reasons)
                },
            ),
            ("suggestion", json!(v.suggestion)),
            (
                "last_validated_at",
                json!(v.at.and_then(|at| {
                    at.format(&time::format_description::well_known::Rfc3339)
                        .ok()
                })),
            ),
        ]
    };
    let before = old.map(columns);
    columns(new)
        .into_iter()
        .enumerate()
        .fold(changes, |changes, (index, (name, value))| {
            let old = before
                .as_ref()
                .map_or(Value::Null, |before| before[index].1.clone());
            changes.field(name, old, value)
        })
}
