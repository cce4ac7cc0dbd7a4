//! Roles and the catalogue of permissions.

use serde_json::{Value, json};
use tenancy::Permission as P;

use crate::matrix::case::Case;
use crate::matrix::entry::{Entry, Rule, Thing};
use crate::stack::unique;

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::new("listPermissions", Rule::Account),
    Entry::needs("createRole", &[P::RoleCreate])
        .with(named)
        .answers(201),
    Entry::needs("listRoles", &[P::RoleView]),
    Entry::needs("readRole", &[P::RoleView]).on(&[Thing::CustomRole]),
    Entry::needs("updateRole", &[P::RoleUpdate])
        .on(&[Thing::CustomRole])
        .with(|_| json!({ "name": format!("Role {}", unique()) })),
    Entry::needs("deleteRole", &[P::RoleDelete])
        .on(&[Thing::CustomRole])
        .answers(204),
];

fn named(_: &Case) -> Value {
    json!({ "name": format!("Role {}", unique()), "permissions": [] })
}
