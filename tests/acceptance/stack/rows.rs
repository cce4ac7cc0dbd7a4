//! What stands in all tables.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::{Map, Value};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

/// A row as PostgreSQL prints it in JSON, by column.
pub(crate) type Columns = Map<String, Value>;

/// All rows of all tables at one moment, by table; of partitioned tables the parents.
#[derive(Clone, Debug)]
pub(crate) struct Rows(BTreeMap<String, Arc<Table>>);

/// The rows of a table, by primary key.
#[derive(Clone, Debug)]
struct Table {
    /// What versions of rows there are. Where it is the same, so are the rows.
    versions: (i64, i64),
    rows: BTreeMap<String, Row>,
}

/// What was read last of each database, so that only tables that changed are read again.
static LAST: Mutex<BTreeMap<String, Rows>> = Mutex::new(BTreeMap::new());

/// A row as PostgreSQL prints it. Most are only compared, so that it is read when somebody asks for a column.
#[derive(Clone, Debug)]
struct Row {
    printed: String,
    columns: OnceLock<Columns>,
}

impl Row {
    fn columns(&self) -> &Columns {
        let read = || serde_json::from_str(&self.printed).expect("PostgreSQL prints JSON");
        self.columns.get_or_init(read)
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.printed == other.printed
    }
}

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
        run(admin, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await;
        let (database, parts) = parts(admin).await;
        let last = LAST.lock().expect("no reader failed").remove(&database);
        let last = last.unwrap_or_else(|| Self(BTreeMap::new()));
        let mut tables = BTreeMap::new();
        for (table, versions) in versions(admin, &parts).await {
            let known = last.0.get(&table);
            let known = known.filter(|known| known.versions == versions);
            let read = match known {
                Some(known) => Arc::clone(known),
                None => Arc::new(Table {
                    versions,
                    rows: rows(admin, &table, &parts).await,
                }),
            };
            tables.insert(table, read);
        }
        run(admin, "COMMIT").await;
        let rows = Self(tables);
        let mut last = LAST.lock().expect("no reader failed");
        last.insert(database, rows.clone());
        rows
    }

    /// How the rows differ from what they were before, in the order of tables and keys.
    pub(crate) fn since(&self, before: &Self) -> Vec<Change> {
        let none = Table {
            versions: (0, 0),
            rows: BTreeMap::new(),
        };
        let names: BTreeSet<_> = self.0.keys().chain(before.0.keys()).collect();
        let mut changes = Vec::new();
        for name in names {
            let (old, new) = (before.0.get(name), self.0.get(name));
            if let (Some(old), Some(new)) = (old, new)
                && Arc::ptr_eq(old, new)
            {
                continue;
            }
            let old = old.map_or(&none, |table| table);
            let new = new.map_or(&none, |table| table);
            let keys: BTreeSet<_> = old.rows.keys().chain(new.rows.keys()).collect();
            for key in keys {
                let (old, new) = (old.rows.get(key), new.rows.get(key));
                if old != new {
                    changes.push(Change {
                        table: name.clone(),
                        old: old.map(|row| row.columns().clone()),
                        new: new.map(|row| row.columns().clone()),
                    });
                }
            }
        }
        changes
    }

    /// The rows of all tables with their table's name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Columns)> {
        self.within(|_| true)
    }

    /// The rows of these tables with their table's name.
    pub(crate) fn within(
        &self,
        tables: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = (&str, &Columns)> {
        let tables = self.0.iter().filter(move |(name, _)| tables(name));
        tables.flat_map(|(name, table)| {
            let rows = table.rows.values();
            rows.map(|row| (name.as_str(), row.columns()))
        })
    }

    /// Changes the rows of a table in this picture of it; those for which `change` says no are left out.
    pub(crate) fn tamper(&mut self, table: &str, change: impl Fn(&mut Columns) -> bool) {
        let Some(table) = self.0.get_mut(table) else {
            return;
        };
        Arc::make_mut(table).rows.retain(|_, row| {
            let mut columns = row.columns().clone();
            let stays = change(&mut columns);
            if columns != *row.columns() {
                row.printed = Value::Object(columns.clone()).to_string();
                row.columns = columns.into();
            }
            stays
        });
    }

    /// How many rows the table has.
    pub(crate) fn count(&self, table: &str) -> usize {
        self.0.get(table).map_or(0, |table| table.rows.len())
    }
}

async fn run(admin: &mut PgConnection, sql: &'static str) {
    let done = sqlx::raw_sql(sql).execute(admin).await;
    done.expect("the administrator may read");
}

/// A table, or a partition of one, in which there may be rows.
struct Part {
    /// The table's name, which is that of all of its partitions.
    table: String,
    /// Its own.
    name: String,
    /// How its primary key is printed.
    key: String,
}

/// The database's name, and where there may be rows in it. Most partitions are of months in which nothing happened.
async fn parts(admin: &mut PgConnection) -> (String, Vec<Part>) {
    let parts = sqlx::query(
        "SELECT current_database()::text, coalesce(pg_partition_root(c.oid), c.oid)::regclass::text, \
             c.oid::regclass::text, \
             'jsonb_build_array(' || string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum) || ')' \
         FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) \
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0 \
         GROUP BY c.oid ORDER BY 2, 3",
    )
    .fetch_all(admin)
    .await
    .expect("the tables can be listed");
    let database = parts.first().expect("there are rows").get(0);
    let parts = parts.iter().map(|row| Part {
        table: row.get(1),
        name: row.get(2),
        key: row.get(3),
    });
    (database, parts.collect())
}

/// What versions of rows there are in each table: where a row comes, goes or changes, so does its place or who made it.
async fn versions(admin: &mut PgConnection, parts: &[Part]) -> Vec<(String, (i64, i64))> {
    let selects = parts.iter().map(|part| {
        let Part { table, name, .. } = part;
        format!(
            "SELECT '{table}' AS name, count(*) AS rows, \
             bit_xor(hash_record_extended(ROW (t.tableoid, t.ctid, t.xmin), 0)) AS versions FROM public.{name} t"
        )
    });
    let selects = selects.collect::<Vec<_>>().join(" UNION ALL ");
    let statement = format!(
        "SELECT part.name, sum(part.rows)::bigint, coalesce(bit_xor(part.versions), 0) FROM ({selects}) AS part \
         GROUP BY part.name"
    );
    let versions = sqlx::query(AssertSqlSafe(statement))
        .fetch_all(admin)
        .await
        .expect("the tables can be read");
    let versions = versions
        .iter()
        .map(|row| (row.get(0), (row.get(1), row.get(2))));
    versions.collect()
}

async fn rows(admin: &mut PgConnection, table: &str, parts: &[Part]) -> BTreeMap<String, Row> {
    let parts = parts.iter().filter(|part| part.table == table);
    let selects = parts.map(|Part { name, key, .. }| {
        format!("SELECT {key}::text, row_to_json(t)::text FROM public.{name} t")
    });
    let statement = selects.collect::<Vec<_>>().join(" UNION ALL ");
    let rows = sqlx::query(AssertSqlSafe(statement))
        .fetch_all(admin)
        .await
        .expect("the table can be read");
    let rows = rows.iter().map(|row| {
        let printed = row.get(1);
        let columns = OnceLock::new();
        (row.get(0), Row { printed, columns })
    });
    rows.collect()
}
