//! Outgoing mail as a port.

use std::fmt;

use async_trait::async_trait;

use crate::EmailAddress;

/// A plain-text message to one person, with what only they may read: `Debug` shows the id alone.
#[derive(Clone, PartialEq, Eq)]
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

impl fmt::Debug for MailMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailMessage")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_does_not_show_its_recipient_or_its_text() {
        let message = MailMessage {
            id: uuid::Uuid::nil(),
            to: "ada@example.com".parse().unwrap(),
            subject: "For Ada".to_owned(),
            text: "the token".to_owned(),
        };

        let shown = format!("{message:?}");

        assert_eq!(shown, format!("MailMessage {{ id: {}, .. }}", message.id));
    }
}
