//! What is done, in the database.

use std::collections::BTreeSet;

use async_trait::async_trait;
use kernel::{StorageError, Timestamp};
use migration::{BACK_DATED, MONTHS_BEHIND, PARTITIONED};
use sea_orm::{FromQueryResult, Value};
use time::{Date, Duration};

use super::months;
use crate::PostgresDatabase;

/// How many months ahead partitions are made.
const AHEAD: u8 = 3;

/// After which time an upload of which nothing more came counts as abandoned.
const ABANDONED: Duration = Duration::DAY;

/// For how long files wait that somebody has to do something with, or can import after a dry run.
const WAITING: Duration = Duration::days(7);

/// For how long a word counts as one that a contact has, without being looked for.
const NOTED: Duration = Duration::days(2);

/// How many words are looked for in one unit: whoever writes a contact that has one of them waits for its end.
const MOST_WORDS: i64 = 200;

/// In how many units, at most.
const UNITS: usize = 50;

/// Keeps the database usable.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// Makes the partitions of the month of `at` and of the next three, where they are missing, and of the last three where
    /// rows tell of the past. Tells which ones it made, as `audit_logs_2026_01`.
    async fn make_partitions(&self, at: Timestamp) -> Result<Vec<String>, StorageError>;

    /// Removes what ran out before `at` and serves no purpose any more.
    async fn purge_expired(&self, at: Timestamp) -> Result<Purged, StorageError>;

    /// Removes files that were on their way at `at` and of which nothing more came for a day; tells how many.
    async fn purge_uploads(&self, at: Timestamp) -> Result<i64, StorageError>;

    /// Ends bulk operations on contacts whose job ended without having been able to, and removes what they were asked
    /// for; tells how many.
    async fn end_bulk_operations(&self) -> Result<i64, StorageError>;

    /// Removes the files of imports that nobody touched and nothing worked on for 7 days at `at`; tells how many.
    /// What still waited for somebody to say how its file is read has failed with that.
    async fn purge_import_files(&self, at: Timestamp) -> Result<i64, StorageError>;

    /// Removes words for the search that no living contact has any more, some of those that were not looked for since
    /// the day before yesterday. Tells whether there were any.
    async fn purge_contact_words(&self, at: Timestamp) -> Result<bool, StorageError>;
}

/// How many rows were removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Purged {
    /// Sessions that ran out 30 days ago or more.
    #[sea_orm(from_alias = "sessions_purged")]
    pub sessions: i64,
    /// Answers to requests that could have been sent twice.
    #[sea_orm(from_alias = "keys_purged")]
    pub idempotency_keys: i64,
    /// Rate limits that limit nobody any more.
    #[sea_orm(from_alias = "limits_purged")]
    pub rate_limits: i64,
    /// Answers of the domain name system that are believed no more.
    #[sea_orm(skip)]
    pub domain_facts: u64,
    /// Invitations that nobody accepted and that ran out 30 days ago or more, with the tokens that led to them.
    #[sea_orm(from_alias = "invitations_purged")]
    pub invitations: i64,
}

#[async_trait]
impl Upkeep for PostgresDatabase {
    async fn make_partitions(&self, at: Timestamp) -> Result<Vec<String>, StorageError> {
        let mut made = Vec::new();
        for parent in PARTITIONED {
            let is_back_dated = BACK_DATED.contains(parent);
            let behind = if is_back_dated { MONTHS_BEHIND } else { 0 };
            for month in months::around(at, behind, AHEAD) {
                if self.make_partition(parent, month).await? {
                    let (year, month) = (month.year(), u8::from(month.month()));
                    made.push(format!("{parent}_{year:04}_{month:02}"));
                }
            }
        }
        Ok(made)
    }

    async fn purge_expired(&self, at: Timestamp) -> Result<Purged, StorageError> {
        let unit = self.begin_platform().await?;
        unit.port("maintenance");
        let purged = unit
            .one::<Purged>("SELECT * FROM purge_expired($1)", [at.into()])
            .await?;
        let sql = "DELETE FROM domain_facts WHERE expires_at < $1";
        let domain_facts = unit.execute_sql(sql, [at.into()]).await?;
        unit.finish().await?;
        Ok(Purged {
            domain_facts,
            ..purged.unwrap_or_default()
        })
    }

    async fn purge_uploads(&self, at: Timestamp) -> Result<i64, StorageError> {
        let values = [(at - ABANDONED).into()];
        self.count_in_parts("SELECT purge_uploads($1) AS purged", &values)
            .await
    }

    async fn purge_import_files(&self, at: Timestamp) -> Result<i64, StorageError> {
        let values = [(at - WAITING).into(), at.into()];
        self.count_in_parts("SELECT purge_import_files($1, $2) AS purged", &values)
            .await
    }

    async fn purge_contact_words(&self, at: Timestamp) -> Result<bool, StorageError> {
        #[derive(FromQueryResult)]
        struct Answer {
            purged: bool,
        }
        let sql = "SELECT purge_contact_words($1, $2, $3) AS purged";
        let mut purged = false;
        for _ in 0..UNITS {
            let unit = self.begin_platform().await?;
            unit.port("maintenance");
            let values = [(at - NOTED).into(), at.into(), MOST_WORDS.into()];
            let row = unit.one::<Answer>(sql, values).await?;
            unit.finish().await?;
            purged |= row.is_some_and(|row| row.purged);
        }
        Ok(purged)
    }

    async fn end_bulk_operations(&self) -> Result<i64, StorageError> {
        self.count("SELECT end_bulk_operations() AS purged", [])
            .await
    }
}

impl PostgresDatabase {
    /// What a function says that it purged that leaves something for the next time where there is much, called until there is
    /// nothing left: what was purged until then stays so where a later part fails.
    async fn count_in_parts<const N: usize>(
        &self,
        sql: &str,
        values: &[Value; N],
    ) -> Result<i64, StorageError> {
        let mut purged = 0;
        loop {
            match self.count(sql, values.clone()).await? {
                0 => return Ok(purged),
                part => purged += part,
            }
        }
    }

    /// What a function says that it purged.
    async fn count<const N: usize>(
        &self,
        sql: &str,
        values: [Value; N],
    ) -> Result<i64, StorageError> {
        #[derive(FromQueryResult)]
        struct Count {
            purged: i64,
        }
        let unit = self.begin_platform().await?;
        unit.port("maintenance");
        let row = unit.one::<Count>(sql, values).await?;
        unit.finish().await?;
        Ok(row.map_or(0, |row| row.purged))
    }

    /// Makes the partitions of a table for these months, each named by any of its days, where they are missing.
    pub(crate) async fn make_partitions_of(
        &self,
        parent: &'static str,
        days: &BTreeSet<Date>,
    ) -> Result<(), StorageError> {
        let months: BTreeSet<_> = days.iter().map(|day| months::first_day(*day)).collect();
        for month in months {
            let is_known = self.known_partitions().contains(&(parent, month));
            if !is_known {
                self.make_partition(parent, month).await?;
                self.known_partitions().insert((parent, month));
            }
        }
        Ok(())
    }

    /// One transaction each, so that no lock is held for longer than one takes.
    async fn make_partition(&self, parent: &str, month: Date) -> Result<bool, StorageError> {
        #[derive(FromQueryResult)]
        struct Made {
            made: bool,
        }
        let unit = self.begin_platform().await?;
        unit.port("maintenance");
        let sql = "SELECT make_partition($1, $2) AS made";
        let row = unit.one::<Made>(sql, [parent.into(), month.into()]).await?;
        unit.finish().await?;
        Ok(row.is_some_and(|row| row.made))
    }
}
