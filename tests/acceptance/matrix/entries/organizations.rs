//! Organizations.

use serde_json::{Value, json};
use tenancy::Permission as P;

use crate::matrix::case::Case;
use crate::matrix::entry::{Entry, Place, Rule};
use crate::stack::unique;

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::new("createOrganization", Rule::Session)
        .with(new_organization)
        .answers(201),
    Entry::new("listOrganizations", Rule::Account),
    Entry::needs("readOrganization", &[P::OrganizationView]),
    Entry::needs("updateOrganization", &[P::OrganizationUpdate])
        .with(|_| json!({ "name": "Acme" })),
    Entry::needs("deleteOrganization", &[P::OrganizationDelete])
        .in_place(Place::Own)
        .answers(204),
    Entry::needs("restoreOrganization", &[P::OrganizationDelete]).in_place(Place::Deleted),
];

fn new_organization(_: &Case) -> Value {
    json!({ "name": "Acme", "slug": format!("o-{}", unique().simple()) })
}
