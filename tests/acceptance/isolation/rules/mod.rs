//! The rules of isolation, as functions from the catalogue to what breaks them.

mod columns;
mod functions;
mod grants;
mod keys;
mod policies;
mod roles;
mod tables;

use std::fmt;

use super::catalogue::Catalogue;

/// One rule: what it demands, and how it finds what does not comply.
type Rule = (&'static str, fn(&Catalogue) -> Vec<String>);

/// All rules; one that is missing here is dead code, which the build refuses.
const RULES: &[Rule] = &[
    (
        "every table stands in the list of placements once",
        tables::are_listed,
    ),
    (
        "there is nothing but tables, partitions and views, in one schema",
        tables::are_of_known_kinds,
    ),
    (
        "everything belongs to the owner role",
        tables::belong_to_the_owner,
    ),
    (
        "views ask as their reader",
        tables::views_ask_as_their_reader,
    ),
    (
        "partitions are their parents' and cover no remainder",
        tables::partitions_follow,
    ),
    (
        "row-level security is enabled and forced",
        policies::enabled_and_forced,
    ),
    (
        "policies are exactly the expected ones",
        policies::are_exact,
    ),
    (
        "tables have a tenant key that is not null",
        columns::tenant_keys,
    ),
    (
        "rows tell when they were made and changed, and by whom",
        columns::history,
    ),
    (
        "keys and unique indexes begin with the tenant",
        keys::begin_with_the_tenant,
    ),
    (
        "foreign keys stay inside the tenant",
        keys::foreign_keys_stay_inside,
    ),
    ("foreign keys are enforced", keys::foreign_keys_are_enforced),
    ("tables cannot be truncated", tables::refuse_truncate),
    ("append-only tables are append-only", tables::append_only),
    (
        "no trigger is there that nobody expects",
        tables::triggers_are_known,
    ),
    ("grants are the expected ones", grants::are_expected),
    (
        "schema and database are closed",
        grants::schema_and_database_are_closed,
    ),
    (
        "definer functions are narrow",
        functions::definers_are_narrow,
    ),
    ("functions are not for everybody", functions::are_not_public),
    ("roles have no power of their own", roles::have_no_power),
    (
        "the login can be three roles, and is none",
        roles::login_is_nothing_by_itself,
    ),
];

/// Something in the catalogue that breaks a rule.
#[derive(Debug)]
pub(crate) struct Violation {
    /// The rule that is broken.
    pub(crate) rule: &'static str,
    what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.rule, self.what)
    }
}

/// What breaks the rules in a database.
pub(crate) fn violations(catalogue: &Catalogue) -> Vec<Violation> {
    RULES
        .iter()
        .flat_map(|(rule, check)| {
            check(catalogue)
                .into_iter()
                .map(|what| Violation { rule, what })
        })
        .collect()
}
