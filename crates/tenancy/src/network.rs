//! The networks that clients come from.

use std::net::IpAddr;

/// The network of an address as bytes: the /24 of an IPv4 address, the /64 of an IPv6 address.
///
/// Providers hand out addresses inside these, so that a client stays in its network for longer than at its address.
pub(crate) fn network_of(ip: IpAddr) -> Vec<u8> {
    match ip.to_canonical() {
        IpAddr::V4(ip) => [&[4], &ip.octets()[..3]].concat(),
        IpAddr::V6(ip) => [&[6], &ip.octets()[..8]].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<u8> {
        network_of(text.parse().unwrap())
    }

    #[test]
    fn neighbours_share_a_network_and_others_do_not() {
        assert_eq!(of("192.0.2.1"), of("192.0.2.254"));
        assert_ne!(of("192.0.2.1"), of("192.0.3.1"));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:0:0:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.9"), of("192.0.2.1"));
    }
}
