//! Handing mails over.

use async_trait::async_trait;
use kernel::{BoxError, ContactId};

use crate::{Campaign, Delivery};

/// The mails could not be handed over; nothing is known of any of them.
#[derive(Debug, thiserror::Error)]
#[error("the mails could not be handed over")]
pub struct TransportError(#[source] pub BoxError);

/// Hands the mails of campaigns over for delivery.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Hands over the mails of a campaign to these people, and tells what became of each, in the same order. The same mail
    /// can be handed over twice, when the program was killed before it could note that it was taken; it MUST be delivered
    /// once.
    async fn send(
        &self,
        campaign: &Campaign,
        recipients: &[ContactId],
    ) -> Result<Vec<Delivery>, TransportError>;
}
