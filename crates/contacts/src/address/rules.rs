//! What an organization can set about the judging of addresses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The three kinds of rules. Each is versioned by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleType {
    /// Whether the text is an address.
    Syntax,
    /// Whether its domain takes mail.
    Domain,
    /// Whose address it is, and what makes it risky.
    Classification,
}

impl RuleType {
    /// Every kind, in the order in which rules are applied.
    pub const ALL: &'static [Self] = &[Self::Syntax, Self::Domain, Self::Classification];

    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Domain => "domain",
            Self::Classification => "classification",
        }
    }
}

/// The text is no kind of rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of validation rule")]
pub struct UnknownRuleType;

impl FromStr for RuleType {
    type Err = UnknownRuleType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|rule| rule.as_str() == text)
            .ok_or(UnknownRuleType)
    }
}

impl fmt::Display for RuleType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One version of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule<T> {
    /// Counts from 1, one more with every change.
    pub version: u32,
    /// A rule that is switched off says nothing. What is no address stays none all the same.
    pub enabled: bool,
    /// What is set.
    pub config: T,
}

impl<T: Default> Default for Rule<T> {
    fn default() -> Self {
        Self {
            version: 1,
            enabled: true,
            config: T::default(),
        }
    }
}

/// The rules of one organization. The default is what every organization starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// What is an address.
    pub syntax: Rule<SyntaxConfig>,
    /// What domains are taken for existing.
    pub domain: Rule<DomainConfig>,
    /// What an address is and how much speaks against it.
    pub classification: Rule<ClassificationConfig>,
}

/// What can be set about the syntax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SyntaxConfig {
    /// Whether quoted local parts are risky rather than invalid. They are never valid.
    pub quoted_local_parts: bool,
    /// Whether local parts with letters beyond ASCII are risky rather than invalid.
    pub non_ascii_local_parts: bool,
}

impl Default for SyntaxConfig {
    fn default() -> Self {
        Self {
            quoted_local_parts: true,
            non_ascii_local_parts: true,
        }
    }
}

/// What can be set about domains.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DomainConfig {
    /// Domains, with everything below them, that are taken for existing whatever else is known.
    pub admit: DomainList,
    /// Domains, with everything below them, that are never mailed to. Goes before `admit`.
    pub refuse: DomainList,
}

/// What can be set about classification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClassificationConfig {
    /// Whether disposable domains are told.
    pub disposable: bool,
    /// Whether role accounts are told.
    pub role_accounts: bool,
    /// Whether likely typos get a suggestion.
    pub suggestions: bool,
    /// From which risk score on an address is risky, 1 to 100.
    pub risky_from: u8,
}

impl Default for ClassificationConfig {
    fn default() -> Self {
        Self {
            disposable: true,
            role_accounts: true,
            suggestions: true,
            risky_from: 50,
        }
    }
}

impl ClassificationConfig {
    /// Whether the numbers are within their bounds; `false` is a fault of who set them.
    #[must_use]
    pub fn is_within_bounds(&self) -> bool {
        (1..=100).contains(&self.risky_from)
    }
}

/// Domains, each meaning itself and everything below it; at most [`DomainList::MAX_LEN`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct DomainList(Vec<String>);

/// Why texts are no [`DomainList`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDomainList {
    /// More domains than a list holds.
    #[error("a list has at most {} domains", DomainList::MAX_LEN)]
    TooMany,
    /// An entry that is no domain name.
    #[error("entry {0} of the list, counted from 0, is not a domain name")]
    NotADomain(usize),
}

impl DomainList {
    /// The most domains that a list holds.
    pub const MAX_LEN: usize = 10_000;

    /// Whether the list has `domain`, or a domain that it is below of.
    #[must_use]
    pub fn covers(&self, domain: &str) -> bool {
        !self.0.is_empty()
            && suffixes(domain).any(|suffix| {
                self.0
                    .binary_search_by(|entry| entry.as_str().cmp(suffix))
                    .is_ok()
            })
    }
}

impl TryFrom<Vec<String>> for DomainList {
    type Error = InvalidDomainList;

    fn try_from(entries: Vec<String>) -> Result<Self, Self::Error> {
        if entries.len() > Self::MAX_LEN {
            return Err(InvalidDomainList::TooMany);
        }
        let mut domains = Vec::with_capacity(entries.len());
        for (at, entry) in entries.iter().enumerate() {
            let domain = super::domain::ascii_form(entry.trim().trim_start_matches('.'))
                .ok_or(InvalidDomainList::NotADomain(at))?;
            domains.push(domain);
        }
        domains.sort_unstable();
        domains.dedup();
        Ok(Self(domains))
    }
}

impl From<DomainList> for Vec<String> {
    fn from(list: DomainList) -> Self {
        list.0
    }
}

/// The domain and all that it is below of, from the longest to the top-level domain.
pub(super) fn suffixes(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(domain), |rest| {
        rest.split_once('.').map(|(_, above)| above)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> Result<DomainList, InvalidDomainList> {
        entries
            .iter()
            .map(|&entry| entry.to_owned())
            .collect::<Vec<_>>()
            .try_into()
    }

    #[test]
    fn a_list_covers_its_domains_and_what_is_below_them() {
        let list = list(&["Example.COM", "münchen.example", ".b.test"]).unwrap();

        for inside in [
            "example.com",
            "a.example.com",
            "xn--mnchen-3ya.example",
            "a.b.test",
        ] {
            assert!(list.covers(inside), "{inside}");
        }
        for outside in ["com", "anexample.com", "example.com.test", "test", ""] {
            assert!(!list.covers(outside), "{outside}");
        }
    }

    #[test]
    fn what_is_no_domain_cannot_stand_in_a_list() {
        assert_eq!(
            list(&["example.com", "a b"]),
            Err(InvalidDomainList::NotADomain(1))
        );
        assert_eq!(
            DomainList::try_from(vec!["a.de".to_owned(); DomainList::MAX_LEN + 1]),
            Err(InvalidDomainList::TooMany)
        );
    }

    #[test]
    fn a_configuration_says_only_what_differs_and_knows_no_other_fields() {
        let config: DomainConfig = serde_json::from_str(r#"{"admit":["example.com"]}"#).unwrap();

        assert!(config.admit.covers("example.com"));
        assert_eq!(config.refuse, DomainList::default());
        assert!(serde_json::from_str::<SyntaxConfig>(r#"{"quoted":true}"#).is_err());
    }
}
