//! The shapes of work on many contacts at once.

use std::collections::HashMap;

use contacts::{
    ContactChange, Contacts, DeletedContact, NewContact, ProfileChange, RestoredContact,
    SavedContact, UpdatedContact,
};
use kernel::ContactId;
use poem_openapi::types::{Example, MaybeUndefined};
use poem_openapi::{Enum, Object};
use serde_json::Value;
use uuid::Uuid;

use super::dto::{CreateContactRequest, contact, profile_change};
use crate::attribute_value::AttributeValue;
use crate::input::{Fields, id, list, object};
use crate::schema::{LineText, LocaleText, TimeZoneText};

/// Which contacts to make or change.
#[derive(Object)]
#[oai(example)]
pub(crate) struct SaveContactsRequest {
    /// The contacts; those whose address is known are changed, and keep what is not mentioned.
    #[oai(validator(min_items = 1, max_items = 1000))]
    items: Vec<CreateContactRequest>,
}

/// Which contacts to change, and how.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateContactsRequest {
    /// Their ids.
    #[oai(validator(min_items = 1, max_items = 1000))]
    ids: Vec<Uuid>,
    /// What changes about all of them.
    changes: ProfileChanges,
}

/// What changes about contacts; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct ProfileChanges {
    /// The first name, or names.
    #[oai(nullable)]
    first_name: MaybeUndefined<LineText>,
    /// The last name.
    #[oai(nullable)]
    last_name: MaybeUndefined<LineText>,
    /// The name as the person is called.
    #[oai(nullable)]
    display_name: MaybeUndefined<LineText>,
    /// A phone number.
    #[oai(nullable)]
    phone: MaybeUndefined<LineText>,
    /// For whom the person works.
    #[oai(nullable)]
    company: MaybeUndefined<LineText>,
    /// As what.
    #[oai(nullable)]
    job_title: MaybeUndefined<LineText>,
    /// The language to write in.
    #[oai(nullable)]
    locale: MaybeUndefined<LocaleText>,
    /// The time zone.
    #[oai(nullable)]
    timezone: MaybeUndefined<TimeZoneText>,
    /// What changes about everything else, by name: a value sets an attribute, null removes it.
    attributes: MaybeUndefined<HashMap<String, AttributeValue<true>>>,
}

/// What became of the wish to change a contact.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum UpdatedOutcome {
    /// It is changed now.
    Updated,
    /// All of that was known.
    Unchanged,
    /// It would have too many attributes.
    TooManyAttributes,
    /// There is no such contact.
    NotFound,
}

/// What became of the wish to change a contact.
#[derive(Clone, Debug, Object)]
pub(crate) struct UpdatedContactAnswer {
    /// The id that was named.
    id: Uuid,
    /// What became of it.
    outcome: UpdatedOutcome,
}

/// What became of each contact, in the order in which they were named.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct UpdatedContactsAnswer {
    /// One outcome per id.
    items: Vec<UpdatedContactAnswer>,
}

/// Which contacts to delete.
#[derive(Object)]
#[oai(example)]
pub(crate) struct DeleteContactsRequest {
    /// Their ids.
    #[oai(validator(min_items = 1, max_items = 1000))]
    ids: Vec<Uuid>,
}

/// What became of one contact.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum SavedOutcome {
    /// It was made.
    Created,
    /// It was changed.
    Updated,
    /// All of that was known.
    Unchanged,
    /// An item before it has the same address.
    Repeated,
    /// It is as it was: it would have too many attributes.
    TooManyAttributes,
}

/// What became of one contact.
#[derive(Clone, Debug, Object)]
pub(crate) struct SavedContactAnswer {
    /// The contact that has the address.
    id: Uuid,
    /// What became of it.
    outcome: SavedOutcome,
}

/// What became of each contact, in the order of the items.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct SavedContactsAnswer {
    /// One outcome per item.
    items: Vec<SavedContactAnswer>,
}

/// What became of the wish to delete a contact.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum DeletedOutcome {
    /// It is deleted now.
    Deleted,
    /// There is no such contact.
    NotFound,
}

/// What became of the wish to delete a contact.
#[derive(Clone, Debug, Object)]
pub(crate) struct DeletedContactAnswer {
    /// The id that was named.
    id: Uuid,
    /// What became of it.
    outcome: DeletedOutcome,
}

/// What became of each wish, in the order in which they were named.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct DeletedContactsAnswer {
    /// One outcome per id.
    items: Vec<DeletedContactAnswer>,
}

/// Which contacts to restore.
#[derive(Object)]
#[oai(example)]
pub(crate) struct RestoreContactsRequest {
    /// Their ids.
    #[oai(validator(min_items = 1, max_items = 1000))]
    ids: Vec<Uuid>,
}

/// What became of the wish to restore a contact.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum RestoredOutcome {
    /// It lives again.
    Restored,
    /// It was not deleted.
    NotDeleted,
    /// Another contact has the address since.
    EmailTaken,
    /// There is no such contact.
    NotFound,
}

/// What became of the wish to restore a contact.
#[derive(Clone, Debug, Object)]
pub(crate) struct RestoredContactAnswer {
    /// The id that was named.
    id: Uuid,
    /// What became of it.
    outcome: RestoredOutcome,
    /// The other contact that has the address, where one does.
    taken_by: Option<Uuid>,
}

/// What became of each wish, in the order in which they were named.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct RestoredContactsAnswer {
    /// One outcome per id.
    items: Vec<RestoredContactAnswer>,
}

/// Reads which contacts to make or change.
pub(crate) fn contacts_to_save(
    fields: &mut Fields<'_>,
) -> Option<Vec<(NewContact, ContactChange)>> {
    fields.required("items", list(1..=Contacts::MOST_AT_ONCE, object(contact)))
}

/// Reads which contacts to change, and how.
pub(crate) fn contacts_to_update(
    fields: &mut Fields<'_>,
) -> Option<(Vec<ContactId>, ProfileChange)> {
    let ids = fields.required("ids", list(1..=Contacts::MOST_AT_ONCE, id));
    let changes = fields.required("changes", object(profile_change));
    Some((ids?, changes?))
}

/// Reads which contacts to delete, or to restore.
pub(crate) fn contacts_named(fields: &mut Fields<'_>) -> Option<Vec<ContactId>> {
    fields.required("ids", list(1..=Contacts::MOST_AT_ONCE, id))
}

impl From<&Vec<SavedContact>> for SavedContactsAnswer {
    fn from(outcomes: &Vec<SavedContact>) -> Self {
        let items = outcomes.iter().map(|outcome| {
            let (id, outcome) = match outcome {
                SavedContact::Created(id) => (id, SavedOutcome::Created),
                SavedContact::Updated(id) => (id, SavedOutcome::Updated),
                SavedContact::Unchanged(id) => (id, SavedOutcome::Unchanged),
                SavedContact::Repeated(id) => (id, SavedOutcome::Repeated),
                SavedContact::TooManyAttributes(id) => (id, SavedOutcome::TooManyAttributes),
            };
            SavedContactAnswer {
                id: id.as_uuid(),
                outcome,
            }
        });
        Self {
            items: items.collect(),
        }
    }
}

impl From<Vec<(ContactId, UpdatedContact)>> for UpdatedContactsAnswer {
    fn from(outcomes: Vec<(ContactId, UpdatedContact)>) -> Self {
        let items = outcomes
            .into_iter()
            .map(|(id, outcome)| UpdatedContactAnswer {
                id: id.as_uuid(),
                outcome: match outcome {
                    UpdatedContact::Updated => UpdatedOutcome::Updated,
                    UpdatedContact::Unchanged => UpdatedOutcome::Unchanged,
                    UpdatedContact::TooManyAttributes => UpdatedOutcome::TooManyAttributes,
                    UpdatedContact::NotFound => UpdatedOutcome::NotFound,
                },
            });
        Self {
            items: items.collect(),
        }
    }
}

impl From<Vec<(ContactId, DeletedContact)>> for DeletedContactsAnswer {
    fn from(outcomes: Vec<(ContactId, DeletedContact)>) -> Self {
        let items = outcomes
            .into_iter()
            .map(|(id, outcome)| DeletedContactAnswer {
                id: id.as_uuid(),
                outcome: match outcome {
                    DeletedContact::Deleted => DeletedOutcome::Deleted,
                    DeletedContact::NotFound => DeletedOutcome::NotFound,
                },
            });
        Self {
            items: items.collect(),
        }
    }
}

impl From<Vec<(ContactId, RestoredContact)>> for RestoredContactsAnswer {
    fn from(outcomes: Vec<(ContactId, RestoredContact)>) -> Self {
        let items = outcomes.into_iter().map(|(id, outcome)| {
            let (outcome, taken_by) = match outcome {
                RestoredContact::Restored => (RestoredOutcome::Restored, None),
                RestoredContact::NotDeleted => (RestoredOutcome::NotDeleted, None),
                RestoredContact::EmailTaken(other) => (RestoredOutcome::EmailTaken, Some(other)),
                RestoredContact::NotFound => (RestoredOutcome::NotFound, None),
            };
            RestoredContactAnswer {
                id: id.as_uuid(),
                outcome,
                taken_by: taken_by.map(ContactId::as_uuid),
            }
        });
        Self {
            items: items.collect(),
        }
    }
}

const SOME: Uuid = Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0011);

impl Example for SaveContactsRequest {
    fn example() -> Self {
        Self {
            items: vec![CreateContactRequest::example()],
        }
    }
}

impl Example for UpdateContactsRequest {
    fn example() -> Self {
        Self {
            ids: vec![SOME],
            changes: ProfileChanges::example(),
        }
    }
}

impl Example for ProfileChanges {
    fn example() -> Self {
        Self {
            first_name: MaybeUndefined::Undefined,
            last_name: MaybeUndefined::Undefined,
            display_name: MaybeUndefined::Undefined,
            phone: MaybeUndefined::Null,
            company: MaybeUndefined::Value(LineText::new("Analytical Engines")),
            job_title: MaybeUndefined::Undefined,
            locale: MaybeUndefined::Undefined,
            timezone: MaybeUndefined::Undefined,
            attributes: MaybeUndefined::Value(HashMap::from([(
                "city".to_owned(),
                AttributeValue::new(Value::Null),
            )])),
        }
    }
}

impl Example for UpdatedContactsAnswer {
    fn example() -> Self {
        Self {
            items: vec![UpdatedContactAnswer {
                id: SOME,
                outcome: UpdatedOutcome::Updated,
            }],
        }
    }
}

impl Example for DeleteContactsRequest {
    fn example() -> Self {
        Self { ids: vec![SOME] }
    }
}

impl Example for SavedContactsAnswer {
    fn example() -> Self {
        Self {
            items: vec![SavedContactAnswer {
                id: SOME,
                outcome: SavedOutcome::Created,
            }],
        }
    }
}

impl Example for DeletedContactsAnswer {
    fn example() -> Self {
        Self {
            items: vec![DeletedContactAnswer {
                id: SOME,
                outcome: DeletedOutcome::Deleted,
            }],
        }
    }
}

impl Example for RestoreContactsRequest {
    fn example() -> Self {
        Self { ids: vec![SOME] }
    }
}

impl Example for RestoredContactsAnswer {
    fn example() -> Self {
        Self {
            items: vec![RestoredContactAnswer {
                id: SOME,
                outcome: RestoredOutcome::Restored,
                taken_by: None,
            }],
        }
    }
}
