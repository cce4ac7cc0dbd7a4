//! The links of mails, which tell whose they are.

mod claim;
mod mail_links;
mod page;

pub use claim::{InvalidLinkTarget, LinkClaim, LinkKind, LinkTarget};
pub use mail_links::{MailLinks, OutgoingMail};
pub(crate) use page::PageClaim;
