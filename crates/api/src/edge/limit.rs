//! How often one network may call what needs no credentials.

use std::net::IpAddr;

use kernel::{KeyPurpose, KeyRing, Quota, RateDecision, RateLimiter, StorageError, Timestamp};

use crate::problem::{ApiError, Refusal};

/// Counts one call of `operation` from the network of `client`, or refuses it.
///
/// A client without an address (a Unix socket) shares one count with all others like it.
pub(super) async fn count(
    limiter: &dyn RateLimiter,
    keys: &dyn KeyRing,
    quota: Quota,
    operation: &str,
    client: Option<IpAddr>,
    now: Timestamp,
) -> Result<(), ApiError> {
    let decision = take(limiter, keys, quota, operation, client, now).await?;
    match decision.retry_after() {
        None => Ok(()),
        Some(seconds) => Err(ApiError::from(Refusal::TooManyRequests).retry_after(seconds)),
    }
}

/// Counts one use of `what` by the network of `client`, if its quota allows.
pub(crate) async fn take(
    limiter: &dyn RateLimiter,
    keys: &dyn KeyRing,
    quota: Quota,
    what: &str,
    client: Option<IpAddr>,
    now: Timestamp,
) -> Result<RateDecision, StorageError> {
    let name = format!("http:{what}:{}", network(client));
    let key = keys.lasting_mac(KeyPurpose::RateLimit, name.as_bytes()).tag;
    limiter.take(key, quota, now).await
}

/// The /24 or /64 of an address: what one customer of an access provider has.
fn network(client: Option<IpAddr>) -> String {
    match client {
        Some(IpAddr::V4(ip)) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Some(IpAddr::V6(ip)) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        None => "local".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_network() {
        let network = |ip: &str| network(Some(ip.parse().unwrap()));

        assert_eq!(network("198.51.100.1"), network("198.51.100.254"));
        assert_ne!(network("198.51.100.1"), network("198.51.101.1"));
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
    }
}
