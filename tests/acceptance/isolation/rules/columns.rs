//! The columns that every table has.

use migration::Placement;

use crate::isolation::catalogue::{Catalogue, Relation, TENANT_KEY};
use crate::isolation::exceptions::{WITHOUT_TENANT, WITHOUT_VERSION, is_listed};

pub(super) fn tenant_keys(catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    for table in catalogue.tables() {
        let placement = table.placement();
        match table.column(TENANT_KEY) {
            Some(key) => {
                if key.kind != "uuid" {
                    faults.push(format!("`{}`'s is of type `{}`", table.name, key.kind));
                }
                if !key.not_null && !is_listed(WITHOUT_TENANT, table.family()) {
                    faults.push(format!("`{}`'s may be null", table.name));
                }
                if placement == Some(Placement::Reference) {
                    faults.push(format!("`{}` has one and is the same for all", table.name));
                }
            }
            None if placement == Some(Placement::Distributed) => {
                faults.push(format!("`{}` has none and is distributed", table.name));
            }
            None => {}
        }
    }
    faults
}

pub(super) fn history(catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    for table in catalogue
        .tables()
        .filter(|table| table.name != "seaql_migrations")
    {
        let mut demand = |name: &str, kind: &str, not_null: bool| {
            if table
                .column(name)
                .is_none_or(|column| column.kind != kind || column.not_null != not_null)
            {
                faults.push(format!(
                    "`{}.{name}` is not what it is elsewhere",
                    table.name
                ));
            }
        };
        demand("created_at", "timestamp with time zone", true);
        if can_be_updated(catalogue, table) && !is_listed(WITHOUT_VERSION, table.family()) {
            demand("updated_at", "timestamp with time zone", true);
            demand("created_by", "uuid", false);
            demand("updated_by", "uuid", false);
            demand("version", "integer", true);
        }
    }
    faults
}

fn can_be_updated(catalogue: &Catalogue, table: &Relation) -> bool {
    catalogue.relation(table.family()).is_some_and(|parent| {
        parent
            .grants
            .iter()
            .any(|grant| grant.privilege == "UPDATE")
    })
}
