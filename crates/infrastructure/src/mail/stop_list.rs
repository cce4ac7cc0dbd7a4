//! Who must not be mailed, as the suppressions of contacts have it.

use async_trait::async_trait;
use campaigns::StopList;
use contacts::{ContactEmail, ContactError, Suppressions};
use kernel::{EmailAddress, StorageError, TenantScope};

/// Asks the suppressions, which outlive the contacts that had the addresses.
#[derive(Clone)]
pub struct SuppressionStopList {
    suppressions: Suppressions,
}

impl SuppressionStopList {
    /// The list that these suppressions make.
    #[must_use]
    pub const fn new(suppressions: Suppressions) -> Self {
        Self { suppressions }
    }
}

#[async_trait]
impl StopList for SuppressionStopList {
    async fn stopped(
        &self,
        scope: &TenantScope,
        addresses: &[EmailAddress],
    ) -> Result<Vec<bool>, StorageError> {
        let emails = addresses.iter().map(|address| {
            let email = address.as_str().parse::<ContactEmail>();
            email.map_err(|error| StorageError::Unexpected(Box::new(error)))
        });
        let emails = emails.collect::<Result<Vec<_>, _>>()?;
        let found = self.suppressions.check(scope, Ok(emails)).await;
        let found = found.map_err(|error| match error {
            ContactError::Storage(error) => error,
            other => StorageError::Unexpected(Box::new(other)),
        })?;
        Ok(found.iter().map(|reasons| !reasons.is_empty()).collect())
    }
}
