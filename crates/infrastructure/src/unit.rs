//! A transaction that is a unit of work, and sea-orm's connection, and every repository.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use kernel::{OrganizationId, StorageError, UnitOfWork};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, FromQueryResult, QueryResult, Statement, Value,
    Values,
};
use sea_query_sqlx::SqlxValues;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{AssertSqlSafe, Executor, Postgres, Transaction};
use time::OffsetDateTime;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::calls::Call;
use crate::committed::{Counted, Deeds};
use crate::error::{conflict, translate, translate_sqlx, wrap};

/// An open transaction with its role and its tenant.
///
/// It owns the sqlx transaction, so that it can open in one round trip and send unnamed statements
/// behind a pooler, and implements sea-orm's connection over it.
#[derive(Debug)]
pub(crate) struct PostgresUnit {
    transaction: Mutex<Transaction<'static, Postgres>>,
    organization: OrganizationId,
    named_statements: bool,
    failed: AtomicBool,
    port: std::sync::Mutex<&'static str>,
    words: std::sync::Mutex<BTreeMap<String, OffsetDateTime>>,
    deeds: std::sync::Mutex<Deeds>,
}

impl PostgresUnit {
    pub(crate) fn new(
        transaction: Transaction<'static, Postgres>,
        organization: OrganizationId,
        named_statements: bool,
    ) -> Self {
        Self {
            transaction: Mutex::new(transaction),
            organization,
            named_statements,
            failed: AtomicBool::new(false),
            port: std::sync::Mutex::new("unit"),
            words: std::sync::Mutex::default(),
            deeds: std::sync::Mutex::default(),
        }
    }

    /// The unit, whose statements count as those of this port from now on.
    pub(crate) fn port(&self, name: &'static str) -> &Self {
        *self.port.lock().unwrap_or_else(PoisonError::into_inner) = name;
        self
    }

    /// Notes a word of a contact that was written at an instant.
    pub(crate) fn note_word(&self, word: &str, at: OffsetDateTime) {
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        if !words.contains_key(word) {
            words.insert(word.to_owned(), at);
        }
    }

    /// The words that were noted, which are forgotten.
    pub(crate) fn take_words(&self) -> BTreeMap<String, OffsetDateTime> {
        std::mem::take(&mut *self.words.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Begins to measure a statement.
    fn call(&self, sql: &str) -> Call {
        let port = *self.port.lock().unwrap_or_else(PoisonError::into_inner);
        Call::start(port, sql)
    }

    /// The tenant key that every statement names.
    pub(crate) const fn organization(&self) -> Uuid {
        self.organization.as_uuid()
    }

    /// The organization of the unit.
    pub(crate) const fn organization_id(&self) -> OrganizationId {
        self.organization
    }

    /// Runs a statement and tells how many rows it touched.
    pub(crate) async fn execute_sql(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> Result<u64, StorageError> {
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        self.execute_raw(statement)
            .await
            .map(|done| done.rows_affected())
            .map_err(translate)
    }

    /// As [`Self::execute_sql`], where somebody else may take a unique key since it was looked for: that is contention, and
    /// the next try finds who has it. The unit is aborted by it.
    pub(crate) async fn execute_contended(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> Result<u64, StorageError> {
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        self.execute_raw(statement)
            .await
            .map(|done| done.rows_affected())
            .map_err(conflict(StorageError::Contended(None)))
    }

    /// Runs a query and reads all of its rows.
    pub(crate) async fn all<R: FromQueryResult>(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> Result<Vec<R>, StorageError> {
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        let rows = self.query_all_raw(statement).await.map_err(translate)?;
        rows.iter()
            .map(|row| R::from_query_result(row, "").map_err(translate))
            .collect()
    }

    /// Runs a query and reads its first row.
    pub(crate) async fn one<R: FromQueryResult>(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> Result<Option<R>, StorageError> {
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        let row = self.query_one_raw(statement).await.map_err(translate)?;
        row.map(|row| R::from_query_result(&row, "").map_err(translate))
            .transpose()
    }

    /// Runs a statement whose values sea-orm cannot bind, such as arrays with nulls in them, and reads all of
    /// its rows.
    pub(crate) async fn all_bound(
        &self,
        sql: &str,
        values: PgArguments,
    ) -> Result<Vec<PgRow>, StorageError> {
        self.fetch_bound(sql, values).await.map_err(translate)
    }

    /// As [`Self::all_bound`], where somebody else may take a unique key since it was looked for: that is contention, as it is
    /// of [`Self::execute_contended`].
    pub(crate) async fn all_bound_contended(
        &self,
        sql: &str,
        values: PgArguments,
    ) -> Result<Vec<PgRow>, StorageError> {
        let fetched = self.fetch_bound(sql, values).await;
        fetched.map_err(conflict(StorageError::Contended(None)))
    }

    async fn fetch_bound(&self, sql: &str, values: PgArguments) -> Result<Vec<PgRow>, DbErr> {
        let call = self.call(sql);
        let query = sqlx::query_with(AssertSqlSafe(sql.to_owned()), values)
            .persistent(self.named_statements);
        let mut transaction = self.transaction.lock().await;
        self.note(call, query.fetch_all(&mut **transaction).await)
    }

    /// Counts the call, and notes that the transaction is aborted: PostgreSQL would answer a commit of it with success.
    fn note<T>(&self, call: Call, result: Result<T, sqlx::Error>) -> Result<T, DbErr> {
        call.end(&result);
        result.map_err(|error| {
            self.failed.store(true, Ordering::Relaxed);
            wrap(error)
        })
    }

    /// Commits, unless a statement failed.
    pub(crate) async fn finish(self) -> Result<(), StorageError> {
        self.write_words().await?;
        if self.failed.load(Ordering::Relaxed) {
            return Err(StorageError::Unexpected(
                "a unit in which a statement failed cannot be committed".into(),
            ));
        }
        self.transaction
            .into_inner()
            .commit()
            .await
            .map_err(translate_sqlx)?;
        let deeds = self.deeds.into_inner();
        deeds.unwrap_or_else(PoisonError::into_inner).count();
        Ok(())
    }

    /// Counts something so often once the unit commits.
    pub(crate) fn note_deed(&self, what: Counted, times: u64) {
        let mut deeds = self.deeds.lock().unwrap_or_else(PoisonError::into_inner);
        deeds.add(what, times);
    }
}

#[async_trait]
impl UnitOfWork for PostgresUnit {
    async fn commit(self: Box<Self>) -> Result<(), StorageError> {
        self.finish().await
    }
}

#[async_trait]
impl ConnectionTrait for PostgresUnit {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let call = self.call(&statement.sql);
        let values = SqlxValues(statement.values.unwrap_or(Values(Vec::new())));
        let query = sqlx::query_with(AssertSqlSafe(statement.sql), values)
            .persistent(self.named_statements);
        let mut transaction = self.transaction.lock().await;
        self.note(call, query.execute(&mut **transaction).await)
            .map(Into::into)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let call = self.call(sql);
        let mut transaction = self.transaction.lock().await;
        self.note(
            call,
            (&mut **transaction)
                .execute(AssertSqlSafe(sql.to_owned()))
                .await,
        )
        .map(Into::into)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let call = self.call(&statement.sql);
        let values = SqlxValues(statement.values.unwrap_or(Values(Vec::new())));
        let query = sqlx::query_with(AssertSqlSafe(statement.sql), values)
            .persistent(self.named_statements);
        let mut transaction = self.transaction.lock().await;
        self.note(call, query.fetch_optional(&mut **transaction).await)
            .map(|row| row.map(Into::into))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let call = self.call(&statement.sql);
        let values = SqlxValues(statement.values.unwrap_or(Values(Vec::new())));
        let query = sqlx::query_with(AssertSqlSafe(statement.sql), values)
            .persistent(self.named_statements);
        let mut transaction = self.transaction.lock().await;
        self.note(call, query.fetch_all(&mut **transaction).await)
            .map(|rows| rows.into_iter().map(Into::into).collect())
    }
}
