//! The store of durable jobs.

use async_trait::async_trait;
use infrastructure::{DatabaseSettings, PostgresDatabase};
use kernel::contract::jobs::JobSubject;
use kernel::{
    Actor, JobStore, NewJob, OrganizationId, Origin, RequestId, StorageError, TenantScope,
};
use tenancy::ports::TenancyStore as _;
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

    async fn enqueue(
        &self,
        organization: OrganizationId,
        jobs: &[NewJob],
        commit: bool,
    ) -> Result<(), StorageError> {
        let origin = Origin::internal(RequestId::from_uuid(testkit::a_unique_id()));
        let scope = TenantScope::for_principal(organization, Actor::Operator, origin);
        let unit = self.database.begin(&scope).await?;
        for job in jobs {
            unit.jobs().enqueue(job).await?;
        }
        if commit { unit.commit().await } else { Ok(()) }
    }
}

kernel::job_contract!(PostgresJobs);
