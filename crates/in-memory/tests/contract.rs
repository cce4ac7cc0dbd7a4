//! The in-memory adapter keeps the contracts of the ports.

use async_trait::async_trait;
use in_memory::MemoryDatabase;
use tenancy::User;
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

    async fn add_user(&self, user: &User) {
        self.0.add_user(user);
    }
}

mod tenancy_contract {
    use super::*;
    tenancy::tenancy_contract!(MemorySubject);
}
