//! Handing mails over.

use std::fmt;

use async_trait::async_trait;
use kernel::{BoxError, ContactId};

use crate::{Campaign, Delivery};

/// A mail that is due.
#[derive(Clone, PartialEq, Eq)]
pub struct DueMail {
    /// To whom.
    pub contact: ContactId,
    /// The person's address, as it was given.
    pub address: String,
}

/// Addresses are nobody's to read in logs.
impl fmt::Debug for DueMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = f.debug_struct("DueMail");
        told.field("contact", &self.contact).finish_non_exhaustive()
    }
}

/// The mails could not be handed over; nothing is known of any of them.
#[derive(Debug, thiserror::Error)]
#[error("the mails could not be handed over")]
pub struct TransportError(#[source] pub BoxError);

/// Hands the mails of campaigns over for delivery.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Hands over these mails of a campaign, and tells what became of each, in the same order. The same mail can be
    /// handed over twice, when the program was killed before it could note that it was taken; it MUST be delivered
    /// once.
    async fn send(
        &self,
        campaign: &Campaign,
        mails: &[DueMail],
    ) -> Result<Vec<Delivery>, TransportError>;
}
