//! The shapes of a mail as one person gets it, and of trying it out.

use campaigns::{OutgoingMail, TestSend};
use poem_openapi::Object;
use poem_openapi::types::Example;
use uuid::Uuid;

use crate::input::{Fields, id, list, text};
use crate::schema::EmailText;

/// Whom to try a mail out on.
#[derive(Object)]
#[oai(rename = "SendTestMailRequest", example)]
pub(super) struct SendTestMailRequest {
    /// The mailboxes that get it, at once.
    #[oai(validator(min_items = 1, max_items = 10))]
    addresses: Vec<EmailText>,
    /// The contact in whose place they read it; without one, sample values stand in the mail.
    #[oai(nullable)]
    contact_id: Option<Uuid>,
}

/// What came of a test.
#[derive(Clone, Debug, Object)]
#[oai(rename = "TestMailSent", example)]
pub(super) struct TestMailSentAnswer {
    /// To how many mailboxes the mail was handed over.
    sent: u16,
}

/// Reads whom to try a mail out on.
pub(super) fn test_send(fields: &mut Fields<'_>) -> Option<TestSend> {
    let addresses = fields.required("addresses", list(1..=TestSend::MOST_ADDRESSES, text));
    let like = fields.optional("contact_id", id);
    Some(TestSend {
        addresses: addresses?,
        like: like?,
    })
}

impl From<usize> for TestMailSentAnswer {
    fn from(sent: usize) -> Self {
        Self {
            sent: u16::try_from(sent).unwrap_or(u16::MAX),
        }
    }
}

impl Example for SendTestMailRequest {
    fn example() -> Self {
        Self {
            addresses: vec![EmailText::new("ada@example.com")],
            contact_id: None,
        }
    }
}

impl Example for TestMailSentAnswer {
    fn example() -> Self {
        Self { sent: 1 }
    }
}

/// A mail of a campaign as one contact gets it.
#[derive(Clone, Debug, Object)]
#[oai(rename = "RecipientMail", example)]
pub(super) struct RecipientMailAnswer {
    /// The subject: one line.
    subject: String,
    /// The mail as HTML, with links that tell who followed them.
    html_content: String,
    /// The mail as plain text.
    text_content: String,
    /// Further headers, such as those by which mail programs let their users leave with one click (RFC 8058).
    headers: Vec<MailHeaderAnswer>,
}

/// A header of a mail.
#[derive(Clone, Debug, Object)]
#[oai(rename = "MailHeader", example)]
pub(super) struct MailHeaderAnswer {
    /// Its name, e.g. `List-Unsubscribe`.
    name: String,
    /// Its value.
    value: String,
}

impl From<OutgoingMail> for RecipientMailAnswer {
    fn from(mail: OutgoingMail) -> Self {
        let headers = mail.headers.into_iter();
        Self {
            subject: mail.subject,
            html_content: mail.html,
            text_content: mail.text,
            headers: headers
                .map(|(name, value)| MailHeaderAnswer {
                    name: name.to_owned(),
                    value,
                })
                .collect(),
        }
    }
}

impl Example for RecipientMailAnswer {
    fn example() -> Self {
        Self {
            subject: "Grace, summer is here".to_owned(),
            html_content: "<p>Hello Grace</p>".to_owned(),
            text_content: "Hello Grace".to_owned(),
            headers: vec![MailHeaderAnswer::example()],
        }
    }
}

impl Example for MailHeaderAnswer {
    fn example() -> Self {
        Self {
            name: "List-Unsubscribe-Post".to_owned(),
            value: "List-Unsubscribe=One-Click".to_owned(),
        }
    }
}
