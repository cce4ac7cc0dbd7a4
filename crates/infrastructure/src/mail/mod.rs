//! Outgoing mail.

mod file;

pub use file::{FileMailer, MailSender};
