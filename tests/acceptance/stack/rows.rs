//! What stands in all tables.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

/// A row as PostgreSQL prints it in JSON, by column.
pub(crate) type Columns = Map<String, Value>;

/// All rows of all tables at one moment, by table and primary key; of partitioned tables the parents.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rows(BTreeMap<(String, String), Columns>);

/// A row that came, went or changed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) table: String,
    pub(crate) old: Option<Columns>,
    pub(crate) new: Option<Columns>,
}

impl Rows {
    /// Reads them, as a superuser.
    pub(crate) async fn read(admin: &mut PgConnection) -> Self {
        let tables = sqlx::query(
            "SELECT c.relname::text, \
                 'jsonb_build_array(' || string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum) || ')' \
             FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) \
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition \
             GROUP BY c.oid ORDER BY 1",
        )
        .fetch_all(&mut *admin)
        .await
        .expect("the tables can be listed");
        let selects = tables.iter().map(|row| {
            let (table, key) = (row.get::<String, _>(0), row.get::<String, _>(1));
            format!("SELECT '{table}', {key}::text, to_jsonb(t) FROM public.{table} t")
        });
        let statement = selects.collect::<Vec<_>>().join(" UNION ALL ");

        let rows = sqlx::query(AssertSqlSafe(statement))
            .fetch_all(admin)
            .await
            .expect("the tables can be read");
        let rows = rows.iter().map(|row| {
            let Json(columns) = row.get::<Json<Columns>, _>(2);
            ((row.get(0), row.get(1)), columns)
        });
        Self(rows.collect())
    }

    /// How the rows differ from what they were before, in the order of tables and keys.
    pub(crate) fn since(&self, before: &Self) -> Vec<Change> {
        let mut keys = self.0.keys().chain(before.0.keys()).collect::<Vec<_>>();
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter()
            .filter(|key| self.0.get(*key) != before.0.get(*key))
            .map(|key| Change {
                table: key.0.clone(),
                old: before.0.get(key).cloned(),
                new: self.0.get(key).cloned(),
            })
            .collect()
    }

    /// The rows of all tables with their table's name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Columns)> {
        self.0
            .iter()
            .map(|((table, _), columns)| (table.as_str(), columns))
    }

    /// Changes the rows of a table in this picture of it; those for which `change` says no are left out.
    pub(crate) fn tamper(&mut self, table: &str, change: impl Fn(&mut Columns) -> bool) {
        self.0
            .retain(|(name, _), columns| name != table || change(columns));
    }

    /// How many rows the table has.
    pub(crate) fn count(&self, table: &str) -> usize {
        self.0.keys().filter(|(name, _)| name == table).count()
    }
}
