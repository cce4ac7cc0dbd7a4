//! Outgoing mail as a port.

use async_trait::async_trait;

use crate::EmailAddress;

/// A plain-text message to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailMessage {
    /// Names the message; sending one with the same id again MUST NOT make a second message.
    pub id: uuid::Uuid,
    /// The recipient.
    pub to: EmailAddress,
    /// The subject: one line.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// A message could not be handed over.
#[derive(Debug, thiserror::Error)]
#[error("the mail could not be handed over")]
pub struct MailerError(#[source] pub crate::error::BoxError);

/// Hands messages over for delivery.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands one message over. The same message twice is delivered once.
    async fn send(&self, message: &MailMessage) -> Result<(), MailerError>;
}
