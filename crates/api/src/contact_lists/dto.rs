//! The shapes of lists on the wire.

use contacts::{
    ContactList, ContactListChange, ContactLists, ContactSource, CountedList, ListCounts,
    MemberOutcome, NewContactList,
};
use kernel::{ContactId, Description};
use poem_openapi::types::{Example, MaybeUndefined};
use poem_openapi::{Enum, Object};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, id, list, text};
use crate::schema::{ContactSourceText, DescriptionText, ListStatusText, NameText};

/// What a list is made from.
#[derive(Object)]
#[oai(example)]
pub(crate) struct CreateContactListRequest {
    /// Its name, unique among the living lists of the organization without regard to case.
    name: NameText,
    /// What it is for.
    #[oai(nullable)]
    description: Option<DescriptionText>,
    /// Where it comes from; `api` where nothing is said.
    #[oai(nullable)]
    source: Option<ContactSourceText>,
}

/// What changes about a list; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateContactListRequest {
    /// Its name.
    name: MaybeUndefined<NameText>,
    /// What it is for; it may be empty.
    description: MaybeUndefined<DescriptionText>,
}

/// Whom to put on a list, or take off it.
#[derive(Object)]
#[oai(example)]
pub(crate) struct ListMembersRequest {
    /// The contacts.
    #[oai(validator(min_items = 1, max_items = 1000))]
    contact_ids: Vec<Uuid>,
}

/// How many contacts a list has, by what may be done with their address.
#[derive(Clone, Debug, Object)]
pub(crate) struct ListCountsAnswer {
    /// All of them.
    total: u64,
    /// Not judged yet.
    pending: u64,
    /// With nothing against them.
    valid: u64,
    /// That are no addresses.
    invalid: u64,
    /// With reasons to think twice.
    risky: u64,
    /// Whose domain takes no mail.
    nonexistent: u64,
}

/// A list of contacts.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct ContactListAnswer {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: NameText,
    /// What it is for.
    description: DescriptionText,
    /// Where it came from.
    source: ContactSourceText,
    /// How far the validation of its addresses is.
    status: ListStatusText,
    /// How many contacts it has; exact.
    counts: ListCountsAnswer,
    /// When it was made.
    created_at: OffsetDateTime,
    /// When it was last changed.
    updated_at: OffsetDateTime,
    /// When it was deleted.
    deleted_at: Option<OffsetDateTime>,
}

/// A list that a contact is on.
#[derive(Clone, Debug, Object)]
pub(crate) struct ListOfContact {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: NameText,
}

/// The lists that a contact is on.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct ListsOfContactAnswer {
    /// The lists, in the order in which they were made.
    items: Vec<ListOfContact>,
}

/// What became of the wish to have a contact on a list, or off it.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum ListMemberOutcome {
    /// It was put on the list.
    Added,
    /// It was on it already.
    AlreadyOnList,
    /// It was taken off the list.
    Removed,
    /// It was not on it.
    NotOnList,
    /// There is no such contact.
    NotFound,
}

/// What became of one contact.
#[derive(Clone, Debug, Object)]
pub(crate) struct ListMemberAnswer {
    /// The contact that was named.
    contact_id: Uuid,
    /// What became of it.
    outcome: ListMemberOutcome,
}

/// What became of each contact, in the order in which they were named.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct ListMembersAnswer {
    /// One outcome per contact.
    items: Vec<ListMemberAnswer>,
}

/// Reads what a list is made from.
pub(crate) fn new_list(fields: &mut Fields<'_>) -> Option<NewContactList> {
    let name = fields.required("name", text);
    let description = fields.optional("description", text);
    let source = fields.optional("source", text::<ContactSource>);
    Some(NewContactList {
        name: name?,
        description: description?.unwrap_or_else(Description::empty),
        source: source?.unwrap_or(ContactSource::Api),
    })
}

/// Reads what changes about a list.
pub(crate) fn list_change(fields: &mut Fields<'_>) -> Option<ContactListChange> {
    let name = fields.patch("name", text);
    let description = fields.patch("description", text);
    Some(ContactListChange {
        name: name?,
        description: description?,
    })
}

/// Reads whom to put on a list, or take off it.
pub(crate) fn members(fields: &mut Fields<'_>) -> Option<Vec<ContactId>> {
    fields.required("contact_ids", list(1..=ContactLists::MOST_AT_ONCE, id))
}

impl From<&CountedList> for ContactListAnswer {
    fn from(counted: &CountedList) -> Self {
        let state = counted.list.state();
        let ListCounts {
            pending,
            valid,
            invalid,
            risky,
            nonexistent,
        } = counted.counts;
        Self {
            id: state.id.as_uuid(),
            name: NameText::new(&state.name),
            description: DescriptionText::new(&state.description),
            source: ContactSourceText::new(state.source.as_str()),
            status: ListStatusText::new(state.status.as_str()),
            counts: ListCountsAnswer {
                total: counted.counts.total(),
                pending,
                valid,
                invalid,
                risky,
                nonexistent,
            },
            created_at: state.stamps.created_at,
            updated_at: state.stamps.updated_at,
            deleted_at: state.stamps.deleted_at,
        }
    }
}

impl From<Vec<ContactList>> for ListsOfContactAnswer {
    fn from(lists: Vec<ContactList>) -> Self {
        let items = lists.iter().map(|list| ListOfContact {
            id: list.id().as_uuid(),
            name: NameText::new(&list.state().name),
        });
        Self {
            items: items.collect(),
        }
    }
}

impl From<&[(ContactId, MemberOutcome)]> for ListMembersAnswer {
    fn from(outcomes: &[(ContactId, MemberOutcome)]) -> Self {
        let items = outcomes.iter().map(|(contact, outcome)| ListMemberAnswer {
            contact_id: contact.as_uuid(),
            outcome: match outcome {
                MemberOutcome::Added => ListMemberOutcome::Added,
                MemberOutcome::AlreadyOnList => ListMemberOutcome::AlreadyOnList,
                MemberOutcome::Removed => ListMemberOutcome::Removed,
                MemberOutcome::NotOnList => ListMemberOutcome::NotOnList,
                MemberOutcome::NotFound => ListMemberOutcome::NotFound,
            },
        });
        Self {
            items: items.collect(),
        }
    }
}

const CONTACT: Uuid = Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0011);
const LIST: Uuid = Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0012);

impl Example for CreateContactListRequest {
    fn example() -> Self {
        Self {
            name: NameText::new("Fair 2026"),
            description: Some(DescriptionText::new("Met at the fair.")),
            source: None,
        }
    }
}

impl Example for UpdateContactListRequest {
    fn example() -> Self {
        Self {
            name: MaybeUndefined::Value(NameText::new("Spring fair 2026")),
            description: MaybeUndefined::Undefined,
        }
    }
}

impl Example for ListMembersRequest {
    fn example() -> Self {
        Self {
            contact_ids: vec![CONTACT],
        }
    }
}

impl Example for ContactListAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
        Self {
            id: LIST,
            name: NameText::new("Fair 2026"),
            description: DescriptionText::new("Met at the fair."),
            source: ContactSourceText::new("api"),
            status: ListStatusText::new("pending"),
            counts: ListCountsAnswer {
                total: 12,
                pending: 0,
                valid: 10,
                invalid: 1,
                risky: 1,
                nonexistent: 0,
            },
            created_at: at,
            updated_at: at,
            deleted_at: None,
        }
    }
}

impl Example for ListsOfContactAnswer {
    fn example() -> Self {
        Self {
            items: vec![ListOfContact {
                id: LIST,
                name: NameText::new("Fair 2026"),
            }],
        }
    }
}

impl Example for ListMembersAnswer {
    fn example() -> Self {
        Self {
            items: vec![ListMemberAnswer {
                contact_id: CONTACT,
                outcome: ListMemberOutcome::Added,
            }],
        }
    }
}
