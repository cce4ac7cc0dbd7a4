//! Contacts as they are written: a statement takes all rows at once, one array for each column.

use contacts::{Contact, ContactText, Profile};
use kernel::{ContactImportId, Locale, StorageError, TimeZoneName};
use sqlx::postgres::PgArguments;

use crate::binds::Binder;

/// The texts of a profile, in the order in which they are bound.
const TEXTS: [fn(&Profile) -> &Option<ContactText>; 6] = [
    |profile| &profile.first_name,
    |profile| &profile.last_name,
    |profile| &profile.display_name,
    |profile| &profile.phone,
    |profile| &profile.company,
    |profile| &profile.job_title,
];

struct Columns<'a> {
    contacts: &'a [Contact],
}

impl<'a> Columns<'a> {
    fn of<T>(&self, read: impl Fn(&'a Contact) -> Option<T>) -> Vec<Option<T>> {
        self.contacts.iter().map(read).collect()
    }
}

/// Binds the columns of these contacts, the relation `n` of the statements that write them, from `$2` on.
pub(super) fn append(values: &mut PgArguments, contacts: &[Contact]) -> Result<(), StorageError> {
    let attributes = contacts
        .iter()
        .map(|contact| serde_json::to_string(contact.state().profile.attributes.as_map()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| StorageError::Unexpected(Box::new(error)))?;
    let columns = Columns { contacts };
    let mut bind = Binder(values);
    bind.add(columns.of(|c| Some(c.id().as_uuid())))?;
    bind.add(columns.of(|c| Some(c.state().email.as_str())))?;
    bind.add(columns.of(|c| Some(c.state().email_normalized.as_str())))?;
    bind.add(columns.of(|c| Some(c.state().email_hash.as_bytes().as_slice())))?;
    for read in TEXTS {
        bind.add(columns.of(|c| read(&c.state().profile).as_ref().map(ContactText::as_str)))?;
    }
    bind.add(columns.of(|c| c.state().profile.locale.as_ref().map(Locale::as_str)))?;
    bind.add(columns.of(|c| {
        c.state()
            .profile
            .timezone
            .as_ref()
            .map(TimeZoneName::as_str)
    }))?;
    bind.add(attributes)?;
    bind.add(columns.of(|c| Some(c.state().source.as_str())))?;
    bind.add(columns.of(|c| c.state().import.map(ContactImportId::as_uuid)))?;
    bind.add(columns.of(|c| Some(c.state().validation.status.as_str())))?;
    bind.add(columns.of(|c| Some(c.state().validation.classification.as_str())))?;
    bind.add(columns.of(|c| c.state().validation.syntax_ok))?;
    bind.add(columns.of(|c| c.state().validation.domain_exists))?;
    bind.add(columns.of(|c| c.state().validation.mx_found))?;
    bind.add(columns.of(|c| Some(i16::from(c.state().validation.risk_score))))?;
    bind.add(columns.of(|c| {
        let reasons = &c.state().validation.reasons;
        let codes = || reasons.iter().map(|reason| reason.as_str());
        (!reasons.is_empty()).then(|| codes().collect::<Vec<_>>().join(","))
    }))?;
    bind.add(columns.of(|c| c.state().validation.suggestion.as_deref()))?;
    bind.add(columns.of(|c| c.state().validation.at))?;
    bind.add(columns.of(|c| Some(c.search_text())))?;
    bind.add(columns.of(|c| Some(c.state().stamps.version.number())))?;
    bind.add(columns.of(|c| c.state().stamps.deleted_at))?;
    bind.add(columns.of(|c| c.state().edited_at))
}
