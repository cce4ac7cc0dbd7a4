//! Outgoing mail.

mod file;
mod simulated;
mod stop_list;

pub use file::{FileMailer, MailSender};
pub use simulated::SimulatedTransport;
pub use stop_list::SuppressionStopList;
