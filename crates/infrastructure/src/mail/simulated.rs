//! Mails of campaigns that go nowhere.

use async_trait::async_trait;
use campaigns::{Campaign, Delivery, Transport, TransportError};
use kernel::ContactId;

/// Takes every mail and delivers none: what becomes of them is simulated elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct SimulatedTransport;

#[async_trait]
impl Transport for SimulatedTransport {
    async fn send(
        &self,
        _campaign: &Campaign,
        recipients: &[ContactId],
    ) -> Result<Vec<Delivery>, TransportError> {
        Ok(vec![Delivery::Accepted; recipients.len()])
    }
}
