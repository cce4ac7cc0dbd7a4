//! The same rows once more, by bare statements.

use std::time::{Duration, Instant};

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::types::time::OffsetDateTime;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Postgres, Row as _};
use uuid::Uuid;

use crate::cli::Failure;
use crate::commands::bench::program::Program;
use crate::commands::bench::tenant::Tenant;

/// Rows per statement, and per transaction: the most that the import writes at a time; it writes fewer where that takes it
/// longer than some tenths of a second.
const BATCH: i64 = 5_000;

/// The tables that an import fills with a row per contact, and by what their rows are told apart, in the order of writing.
const TABLES: [(&str, &str); 3] = [
    ("contacts", "id"),
    ("contact_list_members", "contact_id"),
    ("validation_logs", "contact_id"),
];

/// What the bare statements took.
#[derive(Clone, Debug)]
pub(super) struct Bare {
    pub(super) contacts: u64,
    pub(super) elapsed: Duration,
    /// Of each table, without opening and committing.
    pub(super) tables: Vec<(&'static str, Duration)>,
}

impl Bare {
    /// Contacts per second.
    pub(super) fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "nobody loads 2^52 contacts")]
        let contacts = self.contacts as f64;
        contacts / self.elapsed.as_secs_f64()
    }
}

/// A table as it is copied.
struct Table {
    name: &'static str,
    key: &'static str,
    columns: Vec<Column>,
}

/// A column, and how its values travel.
struct Column {
    name: String,
    travels: Travels,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Travels {
    Uuid,
    Text,
    Bytes,
    Bool,
    Small,
    Integer,
    Time,
    /// As text that the statement reads as JSON.
    Json,
    /// As text with commas that the statement cuts.
    List,
}

/// The values of a column in a batch.
enum Values {
    Uuids(Vec<Option<Uuid>>),
    Texts(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Bools(Vec<Option<bool>>),
    Smalls(Vec<Option<i16>>),
    Integers(Vec<Option<i32>>),
    Times(Vec<Option<OffsetDateTime>>),
}

/// Writes what one organization has for another one, and tells how long the writing alone took.
pub(super) async fn load(program: &Program, from: &Tenant, to: &Tenant) -> Result<Bare, Failure> {
    let from = from.id.parse::<Uuid>().map_err(Failure::new)?;
    let list = to.list.parse::<Uuid>().map_err(Failure::new)?;
    let to = to.id.parse::<Uuid>().map_err(Failure::new)?;
    // The reader sees all organizations; the writer is the application, and sees one.
    let mut reader = program.administrator().await.map_err(Failure::new)?;
    let mut writer = program.login().await.map_err(Failure::new)?;
    let mut tables = Vec::new();
    for (name, key) in TABLES {
        tables.push(Table::read(&mut reader, name, key).await?);
    }
    let mut bare = Bare {
        contacts: 0,
        elapsed: Duration::ZERO,
        tables: TABLES.map(|(name, _)| (name, Duration::ZERO)).to_vec(),
    };
    let mut behind = Uuid::nil();
    loop {
        let ids = batch(&mut reader, from, behind)
            .await
            .map_err(Failure::new)?;
        let Some(end) = ids.last() else { break };
        behind = *end;
        let mut prepared = Vec::new();
        for table in &tables {
            let values = table.values(&mut reader, from, &ids, list).await?;
            prepared.push((table.statement(), values));
        }
        write(&mut writer, to, prepared, ids.len() as u64, &mut bare).await?;
    }
    writer.close().await.map_err(Failure::new)?;
    reader.close().await.map_err(Failure::new)?;
    Ok(bare)
}

/// Writes the rows of so many contacts in one transaction.
async fn write(
    writer: &mut PgConnection,
    to: Uuid,
    prepared: Vec<(String, Vec<Values>)>,
    contacts: u64,
    bare: &mut Bare,
) -> Result<(), Failure> {
    let opening = format!(
        "BEGIN; SELECT unit('canvass_app', '{}', 600000)",
        to.hyphenated()
    );
    let begun = Instant::now();
    writer
        .execute(AssertSqlSafe(opening))
        .await
        .map_err(Failure::new)?;
    for ((statement, values), (_, time)) in prepared.into_iter().zip(&mut bare.tables) {
        let started = Instant::now();
        let mut query = sqlx::query(AssertSqlSafe(statement)).bind(to);
        for column in values {
            query = column.bind(query);
        }
        let written = query.execute(&mut *writer).await.map_err(Failure::new)?;
        if written.rows_affected() != contacts {
            return Err(Failure::new("a bare statement did not write every row"));
        }
        *time += started.elapsed();
    }
    writer.execute("COMMIT").await.map_err(Failure::new)?;
    bare.elapsed += begun.elapsed();
    bare.contacts += contacts;
    Ok(())
}

async fn batch(
    database: &mut PgConnection,
    from: Uuid,
    behind: Uuid,
) -> Result<Vec<Uuid>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id FROM contacts WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3",
    )
    .bind(from)
    .bind(behind)
    .bind(BATCH)
    .fetch_all(database)
    .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

impl Table {
    async fn read(
        database: &mut PgConnection,
        name: &'static str,
        key: &'static str,
    ) -> Result<Self, Failure> {
        let rows = sqlx::query(
            "SELECT column_name::text, udt_name::text FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = $1 AND column_name <> 'organization_id' \
             ORDER BY ordinal_position",
        )
        .bind(name)
        .fetch_all(database)
        .await
        .map_err(Failure::new)?;
        let mut columns = Vec::new();
        for row in rows {
            let kind: String = row.try_get(1).map_err(Failure::new)?;
            columns.push(Column {
                name: row.try_get(0).map_err(Failure::new)?,
                travels: Travels::of(&kind)
                    .ok_or_else(|| Failure::new(format!("no way to copy values of type {kind}")))?,
            });
        }
        if columns.is_empty() {
            return Err(Failure::new(format!("there is no table `{name}`")));
        }
        Ok(Self { name, key, columns })
    }

    /// The statement that writes a batch.
    fn statement(&self) -> String {
        let names = self.names(|column| column.name.clone());
        let read = self.names(|column| match column.travels {
            Travels::Json => format!("n.{}::jsonb", column.name),
            Travels::List => format!("string_to_array(n.{}, ',')", column.name),
            _ => format!("n.{}", column.name),
        });
        let arrays = self
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| format!("${}::{}[]", index + 2, column.travels.array_of()))
            .collect::<Vec<_>>()
            .join(", ");
        format!(
            "INSERT INTO {} (organization_id, {names}) SELECT $1, {read} FROM unnest({arrays}) AS n ({names})",
            self.name
        )
    }

    fn names(&self, of: impl Fn(&Column) -> String) -> String {
        self.columns.iter().map(of).collect::<Vec<_>>().join(", ")
    }

    /// The rows of these contacts, in their order; those of a list are put on the other list.
    async fn values(
        &self,
        database: &mut PgConnection,
        from: Uuid,
        ids: &[Uuid],
        list: Uuid,
    ) -> Result<Vec<Values>, Failure> {
        let read = self.names(|column| match (column.travels, column.name.as_str()) {
            (_, "list_id") => "$3::uuid".to_owned(),
            (Travels::Json, name) => format!("t.{name}::text"),
            (Travels::List, name) => format!("array_to_string(t.{name}, ',')"),
            (_, name) => format!("t.{name}"),
        });
        let sql = format!(
            "SELECT {read} FROM {} t WHERE t.organization_id = $1 AND t.{key} = ANY ($2) AND $3::uuid IS NOT NULL \
             ORDER BY t.{key}",
            self.name,
            key = self.key,
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(from)
            .bind(ids)
            .bind(list)
            .fetch_all(database)
            .await
            .map_err(Failure::new)?;
        if rows.len() != ids.len() {
            return Err(Failure::new(format!(
                "{} contacts have {} rows in `{}`",
                ids.len(),
                rows.len(),
                self.name
            )));
        }
        self.columns
            .iter()
            .enumerate()
            .map(|(index, column)| Values::read(&rows, index, column.travels).map_err(Failure::new))
            .collect()
    }
}

impl Travels {
    fn of(udt: &str) -> Option<Self> {
        Some(match udt {
            "uuid" => Self::Uuid,
            "text" => Self::Text,
            "bytea" => Self::Bytes,
            "bool" => Self::Bool,
            "int2" => Self::Small,
            "int4" => Self::Integer,
            "timestamptz" => Self::Time,
            "jsonb" => Self::Json,
            "_text" => Self::List,
            _ => return None,
        })
    }

    const fn array_of(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Text | Self::Json | Self::List => "text",
            Self::Bytes => "bytea",
            Self::Bool => "boolean",
            Self::Small => "smallint",
            Self::Integer => "integer",
            Self::Time => "timestamptz",
        }
    }
}

impl Values {
    fn read(
        rows: &[sqlx::postgres::PgRow],
        index: usize,
        travels: Travels,
    ) -> Result<Self, sqlx::Error> {
        macro_rules! all {
            () => {
                rows.iter()
                    .map(|row| row.try_get(index))
                    .collect::<Result<Vec<_>, _>>()?
            };
        }
        Ok(match travels {
            Travels::Uuid => Self::Uuids(all!()),
            Travels::Text | Travels::Json | Travels::List => Self::Texts(all!()),
            Travels::Bytes => Self::Bytes(all!()),
            Travels::Bool => Self::Bools(all!()),
            Travels::Small => Self::Smalls(all!()),
            Travels::Integer => Self::Integers(all!()),
            Travels::Time => Self::Times(all!()),
        })
    }

    fn bind(self, query: Query<'_, Postgres, PgArguments>) -> Query<'_, Postgres, PgArguments> {
        match self {
            Self::Uuids(values) => query.bind(values),
            Self::Texts(values) => query.bind(values),
            Self::Bytes(values) => query.bind(values),
            Self::Bools(values) => query.bind(values),
            Self::Smalls(values) => query.bind(values),
            Self::Integers(values) => query.bind(values),
            Self::Times(values) => query.bind(values),
        }
    }
}
