//! What use cases on accounts need, in memory.

use std::sync::Arc;

use in_memory::MemoryDatabase;
use kernel::{Clock, IdGenerator};
use tenancy::AccountPorts;

use crate::{PlainHasher, TestKeys};

/// Ports whose storage and limits are `database`, whose keys everybody knows, and whose hasher is
/// the first edition of [`PlainHasher`].
#[must_use]
pub fn accounts_in_memory(
    database: &MemoryDatabase,
    clock: impl Clock + 'static,
    ids: impl IdGenerator + 'static,
) -> AccountPorts {
    AccountPorts {
        store: Arc::new(database.clone()),
        clock: Arc::new(clock),
        ids: Arc::new(ids),
        keys: Arc::new(TestKeys::default()),
        hasher: Arc::new(PlainHasher::default()),
        limiter: Arc::new(database.clone()),
    }
}
