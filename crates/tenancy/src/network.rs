//! The networks that clients come from.

use std::net::IpAddr;

/// The /24 or /64 of an address: what one customer of an access provider has.
pub(crate) fn network_of(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_network_however_their_address_is_written() {
        let network = |ip: &str| network_of(ip.parse().unwrap());

        assert_eq!(network("198.51.100.1"), network("198.51.100.254"));
        assert_eq!(network("198.51.100.1"), network("::ffff:198.51.100.9"));
        assert_ne!(network("198.51.100.1"), network("198.51.101.1"));
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
    }
}
