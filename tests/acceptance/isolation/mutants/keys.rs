//! Keys without the tenant.

use super::{Mutant, Reach};
use crate::isolation::catalogue::{Catalogue, ForeignKey, Relation, TENANT_KEY};
use crate::isolation::journey::B;
use crate::isolation::rows::tenant_keys;

pub(super) fn add(catalogue: &Catalogue, mutants: &mut Vec<Mutant>) {
    for table in catalogue.tenant_tables() {
        unique_indexes(table, mutants);
        for key in tenant_keys(catalogue, table) {
            foreign_key(table, key, mutants);
        }
        if tenant_keys(catalogue, table).next().is_some() {
            let statement = format!("ALTER TABLE {} DISABLE TRIGGER ALL", table.name);
            mutants.push(Mutant::of_table(
                "foreign keys not enforced",
                table,
                statement,
            ));
        }
    }
}

fn unique_indexes(table: &Relation, mutants: &mut Vec<Mutant>) {
    for index in table.indexes.iter().filter(|index| index.unique) {
        let columns = without_tenant(&index.columns);
        if columns.is_empty() {
            continue;
        }
        let predicate = index
            .predicate
            .as_ref()
            .map(|predicate| format!("WHERE {predicate}"))
            .unwrap_or_default();
        let create = format!(
            "CREATE UNIQUE INDEX ON {} ({columns}) {predicate}",
            table.name
        );
        let statement = after_renaming(table, &index.columns, &create);
        // The row that is tried was made by people, and is not among those that came from a template.
        let of_templates = predicate.contains("template_key IS NOT NULL");
        mutants.push(
            Mutant::of_table("unique index without organization_id", table, statement)
                .on(&index.name)
                .hidden_if(of_templates),
        );
    }
}

/// The index cannot be made while both tenants have the same value, as they have of what every organization
/// starts with: then one of them is renamed first.
fn after_renaming(table: &Relation, columns: &[String], create: &str) -> String {
    let name = &table.name;
    let renamings = columns.iter().filter_map(|column| {
        let other = match table.column(column)?.kind.as_str() {
            "text" => format!("{column} || ' b'"),
            "integer" | "bigint" | "smallint" => format!("{column} + 1000"),
            _ => return None,
        };
        Some(format!(
            "BEGIN UPDATE {name} SET {column} = {other} WHERE {TENANT_KEY} = '{B}'; {create}; RETURN; \
             EXCEPTION WHEN unique_violation OR check_violation THEN NULL; END;"
        ))
    });
    let renamings = renamings.collect::<Vec<_>>().join(" ");
    format!(
        "DO $$ BEGIN \
         BEGIN {create}; RETURN; EXCEPTION WHEN unique_violation THEN NULL; END; \
         {renamings} RAISE 'no index on {name}'; END $$"
    )
}

fn foreign_key(table: &Relation, key: &ForeignKey, mutants: &mut Vec<Mutant>) {
    let (name, target) = (&table.name, &key.target);
    let columns = without_tenant(&key.columns);
    let target_columns = without_tenant(&key.target_columns);
    let drop = format!("ALTER TABLE {name} DROP CONSTRAINT {};", key.name);
    let mut add = |operator, statements| {
        mutants.push(Mutant {
            operator,
            target: format!("{name}.{}", key.name),
            statements,
            reach: Reach::Tables(vec![name.clone()]),
            shows: true,
        });
    };
    add(
        "foreign key without organization_id",
        format!(
            "CREATE UNIQUE INDEX ON {target} ({target_columns}); {drop} \
             ALTER TABLE {name} ADD FOREIGN KEY ({columns}) REFERENCES {target} ({target_columns})"
        ),
    );
    add("foreign key dropped", drop.clone());
    mutants.push(
        Mutant::of_table(
            "foreign key ON DELETE SET NULL",
            table,
            format!(
                "{drop} ALTER TABLE {name} ADD FOREIGN KEY ({}) REFERENCES {target} ({}) ON DELETE SET NULL",
                key.columns.join(", "),
                key.target_columns.join(", ")
            ),
        )
        .on(&key.name)
        .hidden_if(true),
    );
}

fn without_tenant(columns: &[String]) -> String {
    let others: Vec<&str> = columns
        .iter()
        .map(String::as_str)
        .filter(|column| *column != TENANT_KEY)
        .collect();
    others.join(", ")
}
