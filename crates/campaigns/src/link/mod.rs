//! The links of mails, which tell whose they are, and the tokens of landing pages, which tell which showing it is.

mod claim;
mod first_byte;
mod mail_links;
mod page;

pub use claim::{InvalidLinkTarget, LinkClaim, LinkKind, LinkTarget};
pub use mail_links::{MailLinks, OutgoingMail};
pub(crate) use page::PageClaim;
