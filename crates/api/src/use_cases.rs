//! The use cases behind the operations.

use tenancy::Organizations;

use crate::app::Operations;
use crate::organizations::OrganizationsApi;

/// Every use case that an operation calls; the composition root fills it in once.
#[derive(Clone)]
pub struct UseCases {
    /// Making, reading, changing, deleting and restoring organizations.
    pub organizations: Organizations,
}

/// All operations over these use cases.
#[must_use]
pub fn operations(use_cases: UseCases) -> Operations {
    (OrganizationsApi::new(use_cases.organizations), ())
}
