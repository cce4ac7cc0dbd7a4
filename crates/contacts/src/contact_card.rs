//! A contact as it is shown.

use crate::{Contact, Suppression, SuppressionReason};

/// A contact, and why its address must not be mailed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactCard {
    contact: Contact,
    suppressed: Vec<SuppressionReason>,
}

impl ContactCard {
    /// The contact with those of the suppressions that are its address's.
    #[must_use]
    pub fn new(contact: Contact, suppressions: &[Suppression]) -> Self {
        let mut suppressed = suppressions
            .iter()
            .filter(|suppression| suppression.state().address == contact.state().email_hash)
            .map(|suppression| suppression.state().reason)
            .collect::<Vec<_>>();
        suppressed.sort_unstable();
        suppressed.dedup();
        Self {
            contact,
            suppressed,
        }
    }

    /// The contact.
    #[must_use]
    pub const fn contact(&self) -> &Contact {
        &self.contact
    }

    /// Why its address must not be mailed; empty where it may.
    #[must_use]
    pub fn suppressed(&self) -> &[SuppressionReason] {
        &self.suppressed
    }
}
