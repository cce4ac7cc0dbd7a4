//! Contacts, their lists, and addresses that must not be mailed.

use serde_json::{Value, json};
use tenancy::Permission as P;

use crate::matrix::case::Case;
use crate::matrix::entry::{Entry, Thing};
use crate::stack::unique;

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::needs("createContact", &[P::ContactCreate])
        .with(addressed)
        .answers(201),
    Entry::needs("saveContacts", &[P::ContactImport])
        .with(|case| json!({ "items": [addressed(case), addressed(case)] })),
    Entry::needs("updateContacts", &[P::ContactUpdate])
        .using(&[Thing::Contact])
        .with(|case| json!({ "ids": case.used, "changes": { "company": "Analytical Engines" } })),
    Entry::needs("deleteContacts", &[P::ContactDelete])
        .using(&[Thing::Contact])
        .with(|case| json!({ "ids": case.used })),
    Entry::needs("restoreContacts", &[P::ContactDelete])
        .using(&[Thing::DeletedContact])
        .with(|case| json!({ "ids": case.used })),
    Entry::needs("deleteMatchingContacts", &[P::ContactDelete])
        .with(|_| json!({ "filter": nobody() }))
        .answers(202),
    Entry::needs("updateMatchingContacts", &[P::ContactUpdate])
        .with(|_| json!({ "filter": nobody(), "changes": { "display_name": "Ada Example" } }))
        .answers(202),
    Entry::needs("listContacts", &[P::ContactView]),
    Entry::needs("exportContacts", &[P::ContactExport]),
    Entry::needs("readContact", &[P::ContactView]).on(&[Thing::Contact]),
    Entry::needs("updateContact", &[P::ContactUpdate])
        .on(&[Thing::Contact])
        .with(|_| json!({ "last_name": "King", "attributes": { "city": "Berlin" } })),
    Entry::needs("deleteContact", &[P::ContactDelete])
        .on(&[Thing::Contact])
        .answers(204),
    Entry::needs("restoreContact", &[P::ContactDelete]).on(&[Thing::DeletedContact]),
    Entry::needs("listListsOfContact", &[P::ContactView]).on(&[Thing::Contact]),
    Entry::needs("createContactList", &[P::ContactListCreate])
        .with(named)
        .answers(201),
    Entry::needs("listContactLists", &[P::ContactListView]),
    Entry::needs("readContactList", &[P::ContactListView]).on(&[Thing::ContactList]),
    Entry::needs("updateContactList", &[P::ContactListUpdate])
        .on(&[Thing::ContactList])
        .with(named),
    Entry::needs("deleteContactList", &[P::ContactListDelete])
        .on(&[Thing::ContactList])
        .answers(204),
    Entry::needs("restoreContactList", &[P::ContactListDelete]).on(&[Thing::DeletedContactList]),
    Entry::needs("addContactsToList", &[P::ContactListUpdate])
        .on(&[Thing::ContactList])
        .using(&[Thing::Contact])
        .with(|case| json!({ "contact_ids": case.used })),
    Entry::needs("removeContactsFromList", &[P::ContactListUpdate])
        .on(&[Thing::ContactList])
        .using(&[Thing::ContactOnList])
        .with(|case| json!({ "contact_ids": case.used })),
    Entry::needs("addMatchingContactsToList", &[P::ContactListUpdate])
        .on(&[Thing::ContactList])
        .with(|_| json!({ "filter": nobody() }))
        .answers(202),
    Entry::needs("removeMatchingContactsFromList", &[P::ContactListUpdate])
        .on(&[Thing::ContactList])
        .with(|_| json!({ "filter": nobody() }))
        .answers(202),
    Entry::needs("suppressAddresses", &[P::SuppressionCreate])
        .with(|_| json!({ "emails": [format!("{}@example.com", unique())] })),
    Entry::needs("listSuppressions", &[P::SuppressionView]),
    Entry::needs("lookUpSuppressions", &[P::SuppressionView])
        .with(|_| json!({ "emails": ["ada@example.com"] })),
    Entry::needs("liftSuppression", &[P::SuppressionDelete])
        .on(&[Thing::Suppression])
        .answers(204),
];

fn addressed(_: &Case) -> Value {
    json!({ "email": format!("{}@example.com", unique()), "first_name": "Ada" })
}

/// A filter that lets nobody through, and names people all the same.
fn nobody() -> Value {
    json!({ "q": format!("{}@example.com", unique()), "attribute": ["name:Ada Example"] })
}

fn named(_: &Case) -> Value {
    json!({ "name": format!("List {}", unique()) })
}
