//! The client's address, as far as trusted proxies tell it.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;
use poem::http::{HeaderMap, HeaderName, header};

/// The networks of the proxies in front of this program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Trusts proxies with addresses in these networks.
    #[must_use]
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The header in which the trusted proxies give the client's address.
///
/// Only one is read: a proxy that writes one of them passes the other on as the client wrote it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl FromStr for ForwardedHeader {
    type Err = UnknownForwardedHeader;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "x-forwarded-for" => Ok(Self::XForwardedFor),
            "forwarded" => Ok(Self::Forwarded),
            _ => Err(UnknownForwardedHeader),
        }
    }
}

/// The name of a header that proxies do not give addresses in.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the forwarded header is `X-Forwarded-For` or `Forwarded`")]
pub struct UnknownForwardedHeader;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of the client behind `peer`: the last one that is not a trusted proxy's.
///
/// Every hop is believed only when the one that reports it is trusted, so that a client cannot choose
/// its address. Where a trusted proxy reports something that is no address, the proxy's own counts.
pub(super) fn client_address(
    peer: Option<IpAddr>,
    headers: &HeaderMap,
    trusted: &TrustedProxies,
    header: ForwardedHeader,
) -> Option<IpAddr> {
    let mut client = peer?.to_canonical();
    for hop in hops(headers, header).into_iter().rev() {
        if !trusted.trusts(client) {
            break;
        }
        match hop {
            Some(address) => client = address,
            None => break,
        }
    }
    Some(client)
}

/// The reported hops from the client's side to ours; `None` where one is no address.
fn hops(headers: &HeaderMap, header: ForwardedHeader) -> Vec<Option<IpAddr>> {
    let name = match header {
        ForwardedHeader::XForwardedFor => X_FORWARDED_FOR,
        ForwardedHeader::Forwarded => header::FORWARDED,
    };
    let read = match header {
        ForwardedHeader::XForwardedFor => address,
        ForwardedHeader::Forwarded => forwarded_for,
    };
    headers
        .get_all(name)
        .iter()
        .flat_map(|value| match value.to_str() {
            Ok(list) => list.split(',').map(read).collect(),
            Err(_) => vec![None],
        })
        .collect()
}

/// The `for` of one element of a `Forwarded` header.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let value = element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(value)
    })?;
    address(value.trim().trim_matches('"'))
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    bare.parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()))
        .ok()
        .map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use poem::http::HeaderValue;

    use super::*;

    fn seen(peer: &str, name: &HeaderName, values: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        let trusted = TrustedProxies::new(vec![
            "10.0.0.0/8".parse().unwrap(),
            "2001:db8:ffff::/48".parse().unwrap(),
        ]);
        let header = if name == header::FORWARDED {
            ForwardedHeader::Forwarded
        } else {
            ForwardedHeader::XForwardedFor
        };
        client_address(Some(peer.parse().unwrap()), &headers, &trusted, header)
            .unwrap()
            .to_string()
    }

    #[test]
    fn the_client_is_the_last_hop_that_is_no_trusted_proxy() {
        let table: &[(&str, &[&str], &str)] = &[
            // Nobody reports anything.
            ("203.0.113.9", &[], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            // A peer that is not trusted cannot choose its address.
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            // One proxy, two proxies, and a client that wrote the header itself.
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
            // All hops are trusted: the farthest is the client.
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            // Nonsense ends the chain at the proxy that passed it on.
            ("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["junk, 10.0.0.2"], "10.0.0.2"),
            // Ports, brackets, and IPv4 inside IPv6.
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1", &["[2001:db8::7]:80"], "2001:db8::7"),
            ("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
            ("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
            ("2001:db8:ffff::1", &["2001:db8::7"], "2001:db8::7"),
        ];
        for (peer, values, client) in table {
            assert_eq!(
                seen(peer, &X_FORWARDED_FOR, values),
                *client,
                "{peer} {values:?}"
            );
        }
    }

    #[test]
    fn the_standard_header_is_read_where_it_is_configured() {
        let table: &[(&[&str], &str)] = &[
            (&["for=198.51.100.1;proto=https"], "198.51.100.1"),
            (
                &["proto=http; For=\"[2001:db8::7]:80\", for=10.0.0.2"],
                "2001:db8::7",
            ),
            (&["for=_hidden"], "10.0.0.1"),
            (&["by=198.51.100.1"], "10.0.0.1"),
        ];
        for (values, client) in table {
            assert_eq!(
                seen("10.0.0.1", &header::FORWARDED, values),
                *client,
                "{values:?}"
            );
        }
    }
}
