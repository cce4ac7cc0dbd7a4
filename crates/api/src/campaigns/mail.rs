//! The shape of a mail as one person gets it.

use campaigns::OutgoingMail;
use poem_openapi::Object;
use poem_openapi::types::Example;

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
