//! The list of migrations.

use std::hash::{DefaultHasher, Hash, Hasher};

use sea_orm_migration::prelude::*;

/// All migrations in order.
#[derive(Debug)]
pub struct Migrator;

/// One migration: the SQL that goes forward, and the SQL that takes it back.
#[derive(Clone, Copy, Hash)]
struct SqlMigration {
    name: &'static str,
    up: &'static str,
    down: &'static str,
}

macro_rules! sql_migrations {
    ($($name:literal),+ $(,)?) => {
        &[$(SqlMigration {
            name: $name,
            up: include_str!(concat!($name, "/up.sql")),
            down: include_str!(concat!($name, "/down.sql")),
        }),+]
    };
}

const MIGRATIONS: &[SqlMigration] = sql_migrations![
    "m20261121_000001_units_of_work",
    "m20261121_000002_identity",
    "m20261121_000003_directory",
    "m20261121_000004_organizations",
    "m20261121_000005_members",
    "m20261121_000006_audit",
    "m20261121_000007_platform",
    "m20261121_000008_long_jobs",
    "m20261121_000010_contacts",
    "m20261121_000011_imports",
    "m20261121_000012_validation",
    "m20261121_000013_contact_search",
    "m20261121_000014_purging",
    "m20261121_000015_mends",
    "m20261121_000016_bulk_operations",
    "m20261121_000017_words_by_organization",
    "m20261121_000018_smaller_contacts",
    "m20261121_000020_email_templates",
    "m20261121_000021_forms",
    "m20261121_000022_campaigns",
    "m20261121_000023_events",
    "m20261121_000024_leads",
    "m20261121_000025_more_indexes",
    "m20261121_000026_lead_views",
    "m20261121_000027_simulations",
    "m20261121_000028_aggregation",
    "m20261121_000030_scheduled_runs",
    "m20261121_000031_purges_in_parts",
    "m20261121_000032_rounds",
    "m20261121_000033_noted_events",
    "m20261121_000034_smaller_events",
    "m20261121_000035_figures",
    "m20261121_000036_purge",
    "m20261121_000038_smaller_rows",
    "m20261121_000039_purged_again",
];

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        MIGRATIONS
            .iter()
            .map(|migration| Box::new(*migration) as Box<dyn MigrationTrait>)
            .collect()
    }
}

/// A number that differs when the migrations do, for databases that are kept between runs of the tests.
#[must_use]
pub fn fingerprint() -> u64 {
    let mut hasher = DefaultHasher::new();
    MIGRATIONS.hash(&mut hasher);
    hasher.finish()
}

impl MigrationName for SqlMigration {
    fn name(&self) -> &str {
        self.name
    }
}

#[expect(
    elided_lifetimes_in_paths,
    reason = "async_trait must see the lifetimes as the trait spells them"
)]
#[async_trait::async_trait]
impl MigrationTrait for SqlMigration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared(self.up)
            .await
            .map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared(self.down)
            .await
            .map(drop)
    }
}
