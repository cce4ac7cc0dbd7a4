//! Keys: what makes it impossible to point at another tenant's row, or to learn of it from a clash.

use migration::PARTITIONED;

use crate::isolation::catalogue::{Catalogue, ForeignKey, Relation, TENANT_KEY};
use crate::isolation::exceptions::PSEUDONYMS;

pub(super) fn begin_with_the_tenant(catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    for table in catalogue.tenant_tables() {
        if !table.indexes.iter().any(|index| index.primary) {
            faults.push(format!("`{}` has no primary key", table.name));
        }
        for index in table.indexes.iter().filter(|index| index.unique) {
            if index.columns.first().map(String::as_str) != Some(TENANT_KEY) {
                faults.push(format!(
                    "`{}` begins with {:?}",
                    index.name,
                    index.columns.first()
                ));
            }
        }
    }
    for table in catalogue.tables() {
        for index in table.indexes.iter().filter(|index| !index.valid) {
            faults.push(format!("`{}` is not valid", index.name));
        }
    }
    faults
}

pub(super) fn foreign_keys_stay_inside(catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    for table in catalogue.tables() {
        for key in &table.foreign_keys {
            if let Some(fault) = fault_of(catalogue, table, key) {
                faults.push(format!("`{}` of `{}` {fault}", key.name, table.name));
            }
        }
    }
    faults
}

fn fault_of(catalogue: &Catalogue, table: &Relation, key: &ForeignKey) -> Option<&'static str> {
    let target = catalogue.relation(&key.target)?;
    if target.is_partition {
        return Some("leads to a partition");
    }
    let leads_to_tenants = target.is_tenants();
    if PARTITIONED.contains(&table.family()) {
        return Some("leads out of an append-only table");
    }
    if !table.is_tenants() {
        return leads_to_tenants.then_some("leads from what belongs to no tenant into one");
    }
    if !leads_to_tenants {
        return (key.columns.len() > 1 || key.columns[0] == TENANT_KEY)
            .then_some("leads to a global table by more than the id");
    }
    if key.columns[0] != TENANT_KEY || key.target_columns[0] != TENANT_KEY {
        return Some("does not begin with the tenant on both sides");
    }
    // `c`: CASCADE, `n`: SET NULL, `d`: SET DEFAULT; the latter two would write the tenant key too.
    (matches!(key.on_delete.as_str(), "n" | "d")
        || matches!(key.on_update.as_str(), "c" | "n" | "d"))
    .then_some("changes the tenant key")
}

pub(super) fn foreign_keys_are_enforced(catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    for table in catalogue.tables() {
        for key in table.foreign_keys.iter().filter(|key| !key.validated) {
            faults.push(format!("`{}` is not validated", key.name));
        }
        for trigger in table.triggers.iter().filter(|trigger| !trigger.enabled) {
            faults.push(format!(
                "`{}` of `{}` is disabled",
                trigger.name, table.name
            ));
        }
        // Inside a tenant, a column named after a tenant table's row points at it.
        for column in table.columns.iter().filter(|_| table.is_tenants()) {
            let Some(noun) = column.name.strip_suffix("_id") else {
                continue;
            };
            let plural = if let Some(stem) = noun.strip_suffix('y') {
                format!("{stem}ies")
            } else {
                format!("{noun}s")
            };
            let pointed_at = catalogue.relation(&plural).is_some_and(|target| {
                target.is_table()
                    && target.name != table.name
                    && target.is_tenants()
                    && target.kind == "r"
            });
            let has_key = table
                .foreign_keys
                .iter()
                .any(|key| key.columns.contains(&column.name));
            if pointed_at
                && !has_key
                && !PARTITIONED.contains(&table.family())
                && !is_pseudonym(&table.name, &column.name)
                && table.column(TENANT_KEY).is_some()
                && column.name != TENANT_KEY
            {
                faults.push(format!(
                    "`{}.{}` has no foreign key to `{plural}`",
                    table.name, column.name
                ));
            }
        }
    }
    faults
}

fn is_pseudonym(table: &str, column: &str) -> bool {
    PSEUDONYMS
        .iter()
        .any(|(of, name, _)| *of == table && *name == column)
}
