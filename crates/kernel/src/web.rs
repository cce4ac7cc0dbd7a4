//! Names and addresses on the web.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::FieldFault;

/// The name of a domain: lower case, two or more labels, at most 253 bytes (RFC 1123 section 2.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DomainName(String);

/// The text is no domain name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a domain name such as example.com")]
pub struct InvalidDomainName;

/// An address on the web that is reached over HTTPS: at most 2,000 characters, without user name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HttpsUrl(String);

/// The text is no `https` URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a URL such as https://example.com/privacy")]
pub struct InvalidHttpsUrl;

impl DomainName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DomainName {
    type Err = InvalidDomainName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().to_ascii_lowercase();
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let numeric = name
            .rsplit('.')
            .next()
            .is_some_and(|top| top.bytes().all(|b| b.is_ascii_digit()));
        if name.len() > 253 || !name.contains('.') || numeric || !name.split('.').all(label) {
            return Err(InvalidDomainName);
        }
        Ok(Self(name))
    }
}

impl HttpsUrl {
    /// The longest URL, in characters.
    pub const MAX_LEN: usize = 2_000;

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HttpsUrl {
    type Err = InvalidHttpsUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").ok_or(InvalidHttpsUrl)?;
        let (authority, _) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (host, port) = authority
            .split_once(':')
            .map_or((authority, None), |(host, port)| (host, Some(port)));
        let printable = text.len() <= Self::MAX_LEN
            && text.bytes().all(|b| {
                b.is_ascii_graphic()
                    && !matches!(
                        b,
                        b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
                    )
            });
        let port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
        if !scheme.eq_ignore_ascii_case("https")
            || !printable
            || !port
            || host.parse::<DomainName>().is_err()
        {
            return Err(InvalidHttpsUrl);
        }
        Ok(Self(format!("https://{rest}")))
    }
}

impl TryFrom<String> for DomainName {
    type Error = InvalidDomainName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl TryFrom<String> for HttpsUrl {
    type Error = InvalidHttpsUrl;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DomainName> for String {
    fn from(name: DomainName) -> Self {
        name.0
    }
}

impl From<HttpsUrl> for String {
    fn from(url: HttpsUrl) -> Self {
        url.0
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<InvalidDomainName> for FieldFault {
    fn from(error: InvalidDomainName) -> Self {
        Self::new("invalid-domain", error.to_string())
    }
}

impl From<InvalidHttpsUrl> for FieldFault {
    fn from(error: InvalidHttpsUrl) -> Self {
        Self::new("invalid-url", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_labels_and_is_lower_cased() {
        assert_eq!(
            "Example.COM".parse::<DomainName>().unwrap().as_str(),
            "example.com"
        );
        for bad in [
            "",
            "localhost",
            "a..b",
            "-a.example",
            "a b.example",
            "127.0.0.1",
            "exämple.com",
            "a.example.",
        ] {
            assert_eq!(bad.parse::<DomainName>(), Err(InvalidDomainName), "{bad}");
        }
    }

    #[test]
    fn only_https_urls_with_a_named_host_are_taken() {
        for good in ["https://example.com", "HTTPS://example.com:8443/p?a=b#c"] {
            assert!(good.parse::<HttpsUrl>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "http://example.com",
            "javascript:alert(1)",
            "https://",
            "https://a@example.com/",
            "https://example.com:0",
            "https://example.com/ \"x",
            "//example.com",
        ] {
            assert_eq!(bad.parse::<HttpsUrl>(), Err(InvalidHttpsUrl), "{bad}");
        }
    }
}
