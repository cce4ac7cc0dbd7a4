//! The HTTP server: connections, how long a client may keep one without using it, and how they end.
//!
//! HTTP/1.1 only: what speaks HTTP/2 to people is the proxy that ends TLS.

mod patience;
mod serve;
mod writing;

pub(crate) use patience::Patience;
pub(crate) use serve::serve;

#[cfg(test)]
mod tests;
