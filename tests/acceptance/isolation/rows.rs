//! Rows to try, made from those that the tenants left.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use uuid::Uuid;

use super::catalogue::{Catalogue, ForeignKey, Index, Relation, TENANT_KEY};
use super::journey::Columns;

/// The statement that inserts a row as it is.
pub(crate) fn insert(table: &str, row: &Columns) -> String {
    let columns: Vec<_> = row.keys().map(|name| format!("\"{name}\"")).collect();
    let columns = columns.join(", ");
    let row = Value::Object(row.clone()).to_string().replace('\'', "''");
    format!(
        "INSERT INTO public.{table} ({columns}) \
         SELECT {columns} FROM jsonb_populate_record(NULL::public.{table}, '{row}')"
    )
}

/// The row in another organization.
pub(crate) fn moved(row: &Columns, organization: Uuid) -> Columns {
    let mut row = row.clone();
    row.insert(TENANT_KEY.to_owned(), organization.to_string().into());
    row
}

/// The row with some of its columns taken from another.
pub(crate) fn with<'a>(
    row: &Columns,
    columns: impl IntoIterator<Item = &'a String>,
    other: &Columns,
) -> Columns {
    let mut row = row.clone();
    for column in columns {
        row.insert(column.clone(), other[column].clone());
    }
    row
}

/// The row with values in these columns that no row has.
pub(crate) fn unheard<'a>(
    table: &Relation,
    row: &Columns,
    columns: impl IntoIterator<Item = &'a String>,
) -> Columns {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let mut row = row.clone();
    for name in columns {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let column = table.column(name).expect("a key has columns of its table");
        let value = match (column.kind.as_str(), &row[name]) {
            ("uuid", Value::String(_)) => Uuid::from_u128(0xd0d0 << 112 | u128::from(number))
                .to_string()
                .into(),
            ("text", Value::String(old)) if !column.checked => format!("{old} {number}").into(),
            ("smallint" | "integer" | "bigint", Value::Number(_)) => (1_000 + number).into(),
            ("bytea", Value::String(old)) => {
                format!("\\x{number:0>width$x}", width = old.len() - 2).into()
            }
            _ => continue,
        };
        row.insert(name.clone(), value);
    }
    row
}

/// The columns by which a row is told from others, but for those that point elsewhere.
pub(crate) fn identity(table: &Relation) -> Vec<&String> {
    table
        .indexes
        .iter()
        .filter(|index| index.unique)
        .flat_map(|index| chosen(table, index))
        .collect()
}

/// An index's columns that a tenant can choose: not the tenant, not what points elsewhere.
pub(crate) fn chosen<'a>(table: &Relation, index: &'a Index) -> Vec<&'a String> {
    let points = |column| {
        table
            .foreign_keys
            .iter()
            .any(|key| key.columns.contains(column))
    };
    index
        .columns
        .iter()
        .filter(|column| *column != TENANT_KEY && !points(column))
        .filter(|column| table.column(column).is_some())
        .collect()
}

/// A new row of a tenant that already has one, and points where that does. Where rows are told apart
/// by what they point at outside all tenants, it points where another tenant's row does.
pub(crate) fn fresh(
    catalogue: &Catalogue,
    table: &Relation,
    own: &Columns,
    other: &Columns,
) -> Columns {
    let global = table
        .foreign_keys
        .iter()
        .filter(|key| !tenant_keys(catalogue, table).any(|it| it.name == key.name))
        .flat_map(|key| &key.columns)
        .filter(|column| *column != TENANT_KEY)
        .filter(|column| {
            table
                .indexes
                .iter()
                .any(|index| index.unique && index.columns.contains(column))
        });
    unheard(table, &with(own, global, other), identity(table))
}

/// A table's foreign keys to tenant tables.
pub(crate) fn tenant_keys<'a>(
    catalogue: &'a Catalogue,
    table: &'a Relation,
) -> impl Iterator<Item = &'a ForeignKey> {
    table.foreign_keys.iter().filter(|key| {
        catalogue
            .relation(&key.target)
            .is_some_and(Relation::is_tenants)
            && key.columns != [TENANT_KEY]
    })
}

/// The row pointing, by this key, at another.
pub(crate) fn pointing_at(row: &Columns, key: &ForeignKey, target: &Columns) -> Columns {
    let mut row = row.clone();
    for (column, target_column) in key.columns.iter().zip(&key.target_columns) {
        if column != TENANT_KEY {
            row.insert(column.clone(), target[target_column].clone());
        }
    }
    row
}
