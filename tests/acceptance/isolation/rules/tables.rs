//! Which tables there are, whose they are, and which triggers guard them.

use migration::role::{OWNER, SEARCH};
use migration::{PARTITIONED, TABLES};

use crate::isolation::catalogue::{Catalogue, Relation, Trigger};

pub(super) fn are_listed(catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    for (index, (name, _)) in TABLES.iter().enumerate() {
        if catalogue
            .relation(name)
            .is_none_or(|table| !table.is_table() || table.is_partition)
        {
            faults.push(format!("`{name}` is listed and no table"));
        }
        if TABLES[..index].iter().any(|(other, _)| other == name) {
            faults.push(format!("`{name}` is listed twice"));
        }
    }
    for table in catalogue.tables().filter(|table| !table.is_partition) {
        if table.placement().is_none() {
            faults.push(format!("`{}` is not listed", table.name));
        }
        let partitioned = table.kind == "p";
        if partitioned != PARTITIONED.contains(&table.name.as_str()) {
            faults.push(format!(
                "whether `{}` is partitioned is listed wrongly",
                table.name
            ));
        }
    }
    faults
}

pub(super) fn are_of_known_kinds(catalogue: &Catalogue) -> Vec<String> {
    catalogue
        .relations
        .iter()
        .filter(|relation| {
            !matches!(relation.kind.as_str(), "r" | "p" | "v")
                || relation.schema != "public"
                || relation.rules > 0
        })
        .map(|relation| {
            format!(
                "`{}.{}` is of kind `{}` and has {} rules",
                relation.schema, relation.name, relation.kind, relation.rules
            )
        })
        .collect()
}

pub(super) fn belong_to_the_owner(catalogue: &Catalogue) -> Vec<String> {
    let relations = catalogue.relations.iter().map(|it| (&it.name, &it.owner));
    let functions = catalogue
        .functions
        .iter()
        // What acts as the role that searches is its.
        .filter(|it| it.owner != SEARCH || !it.definer)
        .map(|it| (&it.signature, &it.owner));
    let schemas = catalogue.schemas.iter().map(|it| (&it.name, &it.owner));
    relations
        .chain(functions)
        .chain(schemas)
        .filter(|(_, owner)| *owner != OWNER)
        .map(|(name, owner)| format!("`{name}` belongs to `{owner}`"))
        .chain(
            (catalogue.database.owner != OWNER)
                .then(|| format!("the database belongs to `{}`", catalogue.database.owner)),
        )
        .collect()
}

pub(super) fn views_ask_as_their_reader(catalogue: &Catalogue) -> Vec<String> {
    catalogue
        .relations
        .iter()
        .filter(|relation| relation.kind == "v" && !relation.security_invoker)
        .map(|view| format!("`{}` is not `security_invoker`", view.name))
        .collect()
}

pub(super) fn partitions_follow(catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    for table in catalogue.tables() {
        if table.parent.is_some() != table.is_partition {
            faults.push(format!("`{}` inherits", table.name));
        }
        if table.bound.as_deref() == Some("DEFAULT") {
            faults.push(format!("`{}` is a default partition", table.name));
        }
    }
    for parent in PARTITIONED {
        if !catalogue
            .tables()
            .any(|table| table.parent.as_deref() == Some(*parent))
        {
            faults.push(format!("`{parent}` has no partition"));
        }
    }
    faults
}

pub(super) fn refuse_truncate(catalogue: &Catalogue) -> Vec<String> {
    catalogue
        .tables()
        .filter(|table| table.name != "seaql_migrations")
        .filter(|table| {
            !table.triggers.iter().any(|trigger| {
                trigger.function == "refuse_truncate"
                    && trigger.enabled
                    && trigger.before
                    && trigger.on_truncate
            })
        })
        .map(|table| format!("`{}` has no trigger that refuses", table.name))
        .collect()
}

/// The tables that are partitioned by month are those whose rows are never changed.
pub(super) fn append_only(catalogue: &Catalogue) -> Vec<String> {
    let guards = |trigger: &Trigger| {
        matches!(
            trigger.function.as_str(),
            "refuse_change" | "allow_only_nulling"
        ) && trigger.enabled
            && !trigger.conditional
            && trigger.before
            && trigger.for_each_row
            && trigger.on_update
            && trigger.on_delete
    };
    catalogue
        .tables()
        .filter(|table| PARTITIONED.contains(&table.family()))
        .flat_map(|table| {
            let unguarded = (!table.triggers.iter().any(guards))
                .then(|| format!("`{}` has no trigger that refuses changes", table.name));
            let rights = table
                .grants
                .iter()
                .filter(|grant| {
                    grant.privilege == "DELETE"
                        || (grant.privilege == "UPDATE" && grant.column.is_none())
                })
                .map(|grant| {
                    format!(
                        "`{}` grants {} to `{}`",
                        table.name,
                        grant.text(),
                        grant.grantee
                    )
                });
            unguarded.into_iter().chain(rights).collect::<Vec<_>>()
        })
        .collect()
}

pub(super) fn triggers_are_known(catalogue: &Catalogue) -> Vec<String> {
    const KNOWN: &[&str] = &[
        "allow_only_nulling",
        "note_event_changes",
        "refuse_change",
        "refuse_truncate",
    ];
    let own = |table: &Relation| -> Vec<String> {
        table
            .triggers
            .iter()
            .filter(|trigger| !trigger.internal && !KNOWN.contains(&trigger.function.as_str()))
            .map(|trigger| {
                format!(
                    "`{}` of `{}` calls `{}`",
                    trigger.name, table.name, trigger.function
                )
            })
            .collect()
    };
    catalogue.relations.iter().flat_map(own).collect()
}
