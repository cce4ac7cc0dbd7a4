//! Why a verdict is what it is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One reason of a verdict. The list is closed: codes are stored and published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nothing but white space.
    Empty,
    /// No `@` between a local part and a domain.
    MissingAt,
    /// More than 254 octets in all, or more than 64 before the `@`.
    TooLong,
    /// The part before the `@` is neither a dot-atom nor a quoted string.
    LocalPartSyntax,
    /// The part after the `@` is not a domain name.
    DomainSyntax,
    /// An IP address in place of a domain name.
    DomainLiteral,
    /// A domain of one label, which no mail from outside reaches.
    DotlessDomain,
    /// A name and an address in angle brackets, instead of the address alone.
    DisplayName,
    /// A local part in quotes, which many systems cannot deal with.
    QuotedLocalPart,
    /// A local part with letters beyond ASCII, which needs `SMTPUTF8` all the way.
    NonAsciiLocalPart,
    /// The organization refuses the domain.
    DomainRefused,
    /// The domain ends in no top-level domain that exists.
    UnknownTopLevelDomain,
    /// The domain is reserved and never delegated (RFC 6761 and its registry).
    SpecialUseDomain,
    /// The domain does not exist.
    DomainNotFound,
    /// The domain says that it takes no mail (RFC 7505).
    NullMx,
    /// The domain exists, but has neither a mail server nor an address.
    NoMailServer,
    /// The domain names no mail server; mail goes to the host itself (RFC 5321 section 5.1).
    ImplicitMx,
    /// The domain's name servers did not answer in time.
    DomainTimeout,
    /// The domain gives out mailboxes to throw away.
    DisposableDomain,
    /// The mailbox of a function rather than of a person.
    RoleAccount,
    /// Probably another domain was meant; see the suggestion.
    LikelyTypo,
}

impl Reason {
    /// Every reason.
    pub const ALL: &'static [Self] = &[
        Self::Empty,
        Self::MissingAt,
        Self::TooLong,
        Self::LocalPartSyntax,
        Self::DomainSyntax,
        Self::DomainLiteral,
        Self::DotlessDomain,
        Self::DisplayName,
        Self::QuotedLocalPart,
        Self::NonAsciiLocalPart,
        Self::DomainRefused,
        Self::UnknownTopLevelDomain,
        Self::SpecialUseDomain,
        Self::DomainNotFound,
        Self::NullMx,
        Self::NoMailServer,
        Self::ImplicitMx,
        Self::DomainTimeout,
        Self::DisposableDomain,
        Self::RoleAccount,
        Self::LikelyTypo,
    ];

    /// The code that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::MissingAt => "missing_at",
            Self::TooLong => "too_long",
            Self::LocalPartSyntax => "local_part_syntax",
            Self::DomainSyntax => "domain_syntax",
            Self::DomainLiteral => "domain_literal",
            Self::DotlessDomain => "dotless_domain",
            Self::DisplayName => "display_name",
            Self::QuotedLocalPart => "quoted_local_part",
            Self::NonAsciiLocalPart => "non_ascii_local_part",
            Self::DomainRefused => "domain_refused",
            Self::UnknownTopLevelDomain => "unknown_top_level_domain",
            Self::SpecialUseDomain => "special_use_domain",
            Self::DomainNotFound => "domain_not_found",
            Self::NullMx => "null_mx",
            Self::NoMailServer => "no_mail_server",
            Self::ImplicitMx => "implicit_mx",
            Self::DomainTimeout => "domain_timeout",
            Self::DisposableDomain => "disposable_domain",
            Self::RoleAccount => "role_account",
            Self::LikelyTypo => "likely_typo",
        }
    }

    /// What the reason adds to the risk score, which is their sum and at most 100.
    ///
    /// 100 are certainties, 50 and more make an address risky by themselves (with the default rules),
    /// what is less only counts together with others.
    #[must_use]
    pub const fn weight(self) -> u8 {
        match self {
            Self::Empty
            | Self::MissingAt
            | Self::TooLong
            | Self::LocalPartSyntax
            | Self::DomainSyntax
            | Self::DomainLiteral
            | Self::DotlessDomain
            | Self::DisplayName
            | Self::DomainRefused
            | Self::UnknownTopLevelDomain
            | Self::SpecialUseDomain
            | Self::DomainNotFound
            | Self::NullMx
            | Self::NoMailServer => 100,
            Self::DisposableDomain => 80,
            Self::QuotedLocalPart | Self::LikelyTypo => 60,
            Self::NonAsciiLocalPart => 50,
            Self::RoleAccount => 30,
            Self::DomainTimeout => 20,
            Self::ImplicitMx => 10,
        }
    }
}

/// The text is none of the codes of a [`Reason`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a reason of a verdict")]
pub struct UnknownReason;

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.as_str() == text)
            .ok_or(UnknownReason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_back_and_is_the_same_in_documents() {
        for reason in Reason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(*reason));
            assert_eq!(
                serde_json::to_value(reason).unwrap(),
                serde_json::Value::from(reason.as_str())
            );
        }
        assert_eq!("null-mx".parse::<Reason>(), Err(UnknownReason));
    }
}
