//! Outgoing mail as a port.

use std::fmt;

use async_trait::async_trait;

use crate::EmailAddress;

/// A message to one person, with what only they may read: `Debug` shows the id alone.
#[derive(Clone, PartialEq, Eq)]
pub struct MailMessage {
    /// Names the message; sending one with the same id again MUST NOT make a second message.
    pub id: uuid::Uuid,
    /// The recipient.
    pub to: EmailAddress,
    /// The subject: one line.
    pub subject: String,
    /// The message as plain text.
    pub text: String,
    /// The same as HTML, where there is a choice.
    pub html: Option<String>,
    /// Further headers, by name.
    pub headers: Vec<(&'static str, String)>,
}

impl MailMessage {
    /// A message of plain text.
    #[must_use]
    pub fn plain(id: uuid::Uuid, to: EmailAddress, subject: String, text: String) -> Self {
        Self {
            id,
            to,
            subject,
            text,
            html: None,
            headers: Vec::new(),
        }
    }
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
        let to = "ada@example.com".parse().unwrap();
        let message = MailMessage::plain(
            uuid::Uuid::nil(),
            to,
            "For Ada".to_owned(),
            "the token".to_owned(),
        );

        let shown = format!("{message:?}");

        assert_eq!(shown, format!("MailMessage {{ id: {}, .. }}", message.id));
    }
}
