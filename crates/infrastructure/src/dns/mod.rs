//! The domain name system: whether a domain takes mail.

mod facts;
mod resolver;

pub use facts::DomainNames;
pub use resolver::{DnsSettings, InvalidResolver};
