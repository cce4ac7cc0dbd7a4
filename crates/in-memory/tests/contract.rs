//! The in-memory adapter keeps the contracts of the ports.

#[path = "contract/jobs.rs"]
mod job_contract;

use async_trait::async_trait;
use compliance::ports::AuditStore;
use in_memory::MemoryDatabase;
use kernel::RateLimiter;
use tenancy::contract::Subject;
use tenancy::ports::TenancyStore;

struct MemorySubject(MemoryDatabase);

#[async_trait]
impl Subject for MemorySubject {
    async fn fresh() -> Self {
        Self(MemoryDatabase::new())
    }

    fn store(&self) -> &dyn TenancyStore {
        &self.0
    }

    fn limiter(&self) -> &dyn RateLimiter {
        &self.0
    }
}

#[async_trait]
impl compliance::contract::Subject for MemorySubject {
    async fn fresh() -> Self {
        Self(MemoryDatabase::new())
    }

    fn store(&self) -> &dyn AuditStore {
        &self.0
    }
}

mod compliance_contract {
    use super::*;
    compliance::compliance_contract!(MemorySubject);
}

mod tenancy_contract {
    use super::*;
    tenancy::tenancy_contract!(MemorySubject);
}
