//! The store of durable jobs.

use async_trait::async_trait;
use infrastructure::{DatabaseSettings, PostgresDatabase};
use kernel::contract::jobs::{JobSubject, JobUnit};
use kernel::{
    Actor, JobQueue, JobStore, OrganizationId, Origin, RequestId, StorageError, TenantScope,
    UnitOfWork,
};
use tenancy::ports::{TenancyStore as _, TenancyUnit};
use testkit::TestDatabase;

struct PostgresJobs {
    database: PostgresDatabase,
    _test: TestDatabase,
}

#[async_trait]
impl JobSubject for PostgresJobs {
    async fn fresh() -> Self {
        // Workers see the jobs of all organizations, so each case has a database of its own.
        let test = TestDatabase::fresh().await;
        Self {
            database: PostgresDatabase::connect_lazy(test.login(), DatabaseSettings::default()),
            _test: test,
        }
    }

    fn store(&self) -> &dyn JobStore {
        &self.database
    }

    async fn begin(&self, organization: OrganizationId) -> Result<Box<dyn JobUnit>, StorageError> {
        let origin = Origin::internal(RequestId::from_uuid(testkit::a_unique_id()));
        let scope = TenantScope::for_principal(organization, Actor::Operator, origin);
        Ok(Box::new(Unit(self.database.begin(&scope).await?)))
    }
}

struct Unit(Box<dyn TenancyUnit>);

#[async_trait]
impl UnitOfWork for Unit {
    async fn commit(self: Box<Self>) -> Result<(), StorageError> {
        self.0.commit().await
    }
}

impl JobUnit for Unit {
    fn jobs(&self) -> &dyn JobQueue {
        self.0.jobs()
    }
}

kernel::job_contract!(PostgresJobs);
