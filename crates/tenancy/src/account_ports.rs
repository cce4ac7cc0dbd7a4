//! What use cases on accounts and sessions are built from.

use std::sync::Arc;

use kernel::{Clock, IdGenerator, KeyRing, RateLimiter};

use crate::PasswordHasher;
use crate::ports::TenancyStore;
use crate::throttle::Throttle;
use crate::workbench::Workbench;

/// The ports that use cases on accounts and sessions need.
#[derive(Clone)]
pub struct AccountPorts {
    /// Where everything is kept.
    pub store: Arc<dyn TenancyStore>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Derives tokens and the names of limits.
    pub keys: Arc<dyn KeyRing>,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Counts tries.
    pub limiter: Arc<dyn RateLimiter>,
}

impl AccountPorts {
    pub(crate) fn bench(&self) -> Workbench {
        Workbench::new(
            Arc::clone(&self.store),
            Arc::clone(&self.clock),
            Arc::clone(&self.ids),
        )
    }

    pub(crate) fn throttle(&self) -> Throttle {
        Throttle::new(Arc::clone(&self.limiter), Arc::clone(&self.keys))
    }
}
