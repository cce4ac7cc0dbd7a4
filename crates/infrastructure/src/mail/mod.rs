//! Outgoing mail.

mod file;
mod simulated;

pub use file::{FileMailer, MailSender};
pub use simulated::SimulatedTransport;
