//! The PostgreSQL adapter keeps the contracts of the ports.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

#[path = "contract/jobs.rs"]
mod job_contract;

use async_trait::async_trait;
use compliance::ports::AuditStore;
use infrastructure::{DatabaseSettings, PostgresDatabase};
use tenancy::User;
use tenancy::contract::Subject;
use tenancy::ports::TenancyStore;
use testkit::TestDatabase;

struct PostgresSubject {
    database: PostgresDatabase,
    test: TestDatabase,
}

#[async_trait]
impl Subject for PostgresSubject {
    async fn fresh() -> Self {
        let test = TestDatabase::shared().await;
        let settings = DatabaseSettings {
            max_connections: 4,
            ..DatabaseSettings::default()
        };
        Self {
            database: PostgresDatabase::connect_lazy(test.login(), settings),
            test,
        }
    }

    fn store(&self) -> &dyn TenancyStore {
        &self.database
    }

    async fn add_user(&self, user: &User) {
        use sqlx::Connection as _;
        let mut admin = sqlx::PgConnection::connect_with(&self.test.admin())
            .await
            .unwrap();
        let state = user.state();
        sqlx::query(
            "INSERT INTO users (id, email, email_folded, display_name, password_hash, status, created_at, updated_at, version) \
             VALUES ($1, $2, $2, $3, $4, $5, $6, $6, 1)",
        )
        .bind(state.id.as_uuid())
        .bind(state.email.as_str())
        .bind(state.display_name.as_str())
        .bind(state.password.as_ref().map(tenancy::PasswordHash::as_phc))
        .bind(state.status.as_str())
        .bind(state.stamps.created_at)
        .execute(&mut admin)
        .await
        .unwrap();
    }
}

#[async_trait]
impl compliance::contract::Subject for PostgresSubject {
    async fn fresh() -> Self {
        Subject::fresh().await
    }

    fn store(&self) -> &dyn AuditStore {
        &self.database
    }
}

mod compliance_contract {
    use super::*;
    compliance::compliance_contract!(PostgresSubject);
}

mod tenancy_contract {
    use super::*;
    tenancy::tenancy_contract!(PostgresSubject);
}
