//! Two tenants who left rows in every table.

use std::collections::BTreeMap;

use infrastructure::SystemClock;
use kernel::Clock as _;
use serde_json::{Map, Value};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use testkit::TestDatabase;
use uuid::Uuid;

use super::catalogue::{Catalogue, Relation};
use super::travellers::travel;

/// A row as PostgreSQL prints it in JSON, by column.
pub(crate) type Columns = Map<String, Value>;

/// The organization whose rows are tried.
pub(crate) const A: Uuid = Uuid::from_u128(0x0a0a_0a0a_0a0a_7a0a_8a0a_0a0a_0a0a_0a0a);
/// The organization that tries.
pub(crate) const B: Uuid = Uuid::from_u128(0x0b0b_0b0b_0b0b_7b0b_8b0b_0b0b_0b0b_0b0b);
/// An organization that never was.
pub(crate) const ABSENT: Uuid = Uuid::from_u128(0x0c0c_0c0c_0c0c_7c0c_8c0c_0c0c_0c0c_0c0c);

/// What the two tenants left: one row each in every tenant table and partition, and others elsewhere.
#[derive(Debug)]
pub(crate) struct Footprint {
    tenants: BTreeMap<String, (Columns, Columns)>,
    any: BTreeMap<String, Columns>,
    counts: BTreeMap<String, Counts>,
}

/// How many rows a table has: of everybody, of B, and of the platform's own scope.
#[derive(Clone, Copy, Debug)]
struct Counts {
    all: i64,
    own: i64,
    platform: i64,
}

/// A database in which both tenants left their rows.
///
/// It is migrated here: the partitions that the shared databases have besides would be tried too,
/// and only repeat those that the migrations made.
pub(crate) async fn two_tenants() -> (TestDatabase, Footprint) {
    let database = TestDatabase::empty().await;
    migration::migrate(&database.admin(), "unused")
        .await
        .expect("the migrations apply");
    infrastructure::sync_permissions(&database.admin(), SystemClock.now())
        .await
        .expect("the catalogue of permissions is copied");
    let database = travel(database).await;
    let footprint = Footprint::read(&database).await;
    (database, footprint)
}

impl Footprint {
    /// Collects what both tenants left.
    ///
    /// # Panics
    ///
    /// If a tenant table, be it one that this code was never told of, has no row of each.
    async fn read(database: &TestDatabase) -> Self {
        let mut admin = connect(database).await;
        let catalogue = Catalogue::read(&mut admin).await;
        for partition in catalogue.tables().filter(|table| table.is_partition) {
            copy_into(&mut admin, partition).await;
        }
        let mut footprint = Self {
            tenants: BTreeMap::new(),
            any: BTreeMap::new(),
            counts: BTreeMap::new(),
        };
        for table in catalogue.tables() {
            footprint.collect(&mut admin, table).await;
        }
        footprint
    }

    async fn collect(&mut self, admin: &mut PgConnection, table: &Relation) {
        let name = &table.name;
        let Some(any) = row_where(admin, name, "true").await else {
            panic!("the journey leaves no row in `{name}`");
        };
        self.any.insert(name.clone(), any);
        let (mut own, mut platform) = (0, 0);
        if table.is_tenants() {
            let of = |organization| format!("organization_id = '{organization}'");
            let (a, b) = (
                row_where(admin, name, &of(A)).await,
                row_where(admin, name, &of(B)).await,
            );
            let (Some(a), Some(b)) = (a, b) else {
                panic!("the journey leaves no row of each tenant in `{name}`");
            };
            self.tenants.insert(name.clone(), (a, b));
            own = count_where(admin, name, &of(B)).await;
            platform = count_where(admin, name, &of(Uuid::nil())).await;
        }
        let all = count_where(admin, name, "true").await;
        let counts = Counts { all, own, platform };
        self.counts.insert(name.clone(), counts);
    }

    /// A's row of a tenant table.
    pub(crate) fn a(&self, table: &str) -> &Columns {
        &self.tenants[table].0
    }

    /// B's row of a tenant table.
    pub(crate) fn b(&self, table: &str) -> &Columns {
        &self.tenants[table].1
    }

    /// Some row of any table.
    pub(crate) fn any(&self, table: &str) -> &Columns {
        &self.any[table]
    }

    /// How many rows a table has.
    pub(crate) fn all_rows(&self, table: &str) -> i64 {
        self.counts[table].all
    }

    /// How many rows of a tenant table are B's.
    pub(crate) fn own_rows(&self, table: &str) -> i64 {
        self.counts[table].own
    }

    /// How many rows of a tenant table belong to no tenant but to the platform: those of accounts.
    pub(crate) fn platform_rows(&self, table: &str) -> i64 {
        self.counts[table].platform
    }
}

/// Journeys happen in one month; the partitions of the others get copies.
async fn copy_into(admin: &mut PgConnection, partition: &Relation) {
    let key = partition.indexes.iter().find(|index| index.primary);
    let columns = &key.expect("a partition has a primary key").columns;
    // Primary keys end with what rows are divided by, or begin with their id, where that is when they were made.
    let time = columns
        .iter()
        .find(|column| *column == "timestamp")
        .map_or("created_at", String::as_str);
    let thing = columns
        .iter()
        .map(String::as_str)
        .filter(|column| *column != time)
        .collect::<Vec<_>>()
        .join(", ");
    let statement = format!(
        "INSERT INTO {part} SELECT (jsonb_populate_record(parent, jsonb_build_object('{time}', \
           substring(pg_get_expr(c.relpartbound, c.oid) FROM '\\(''(.*?)''\\)')))).* \
         FROM (SELECT DISTINCT ON ({thing}) {parent} AS parent FROM {parent} ORDER BY {thing}, {time}) AS rows, pg_class c \
         WHERE c.oid = '{part}'::regclass AND NOT EXISTS (SELECT FROM {part})",
        part = partition.name,
        parent = partition.family(),
    );
    run(admin, &statement).await;
}

async fn row_where(admin: &mut PgConnection, table: &str, condition: &str) -> Option<Columns> {
    // What people made themselves comes after what every organization begins with.
    // A column that the database computes is nobody's to write.
    let statement = format!(
        "SELECT to_jsonb(t) - ARRAY(SELECT a.attname::text FROM pg_attribute a \
             WHERE a.attrelid = 'public.{table}'::regclass AND a.attgenerated <> '') \
         FROM public.{table} t WHERE {condition} \
         ORDER BY to_jsonb(t) ->> 'created_at' DESC, to_jsonb(t) ->> 'id' DESC LIMIT 1"
    );
    admin
        .fetch_optional(AssertSqlSafe(statement))
        .await
        .expect("an administrator reads every table")
        .map(|row| row.get::<Json<Columns>, _>(0).0)
}

async fn count_where(admin: &mut PgConnection, table: &str, condition: &str) -> i64 {
    let statement = format!("SELECT count(*) FROM public.{table} WHERE {condition}");
    admin
        .fetch_one(AssertSqlSafe(statement))
        .await
        .expect("an administrator reads every table")
        .get(0)
}

pub(crate) async fn connect(database: &TestDatabase) -> PgConnection {
    PgConnection::connect_with(&database.admin())
        .await
        .expect("the administrator connects")
}

/// Runs statements, one string for all.
pub(crate) async fn run(connection: &mut PgConnection, statements: &str) {
    if let Err(error) = connection.execute(AssertSqlSafe(statements)).await {
        panic!("refused: {error}\n{statements}");
    }
}
