//! What is known of domains when addresses are judged, and where it comes from.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::{DisposableDomains, DomainFact, Facts, normalize};

/// What the domain name system says of domains.
#[async_trait]
pub trait DomainLookup: Send + Sync {
    /// What it says of each of these domains, which are in ASCII and lower case.
    ///
    /// A domain of which nothing was said by the end of `patience` is told as [`DomainFact::Timeout`], and can be
    /// asked about again; an empty answer means that nobody is asked. It MUST NOT be called inside a unit of work,
    /// which would keep its connection waiting for name servers.
    async fn look_up(
        &self,
        domains: &BTreeSet<String>,
        patience: Duration,
    ) -> HashMap<String, DomainFact>;

    /// Whether anybody is asked.
    fn is_on(&self) -> bool;
}

/// Nobody is asked about domains.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLookup;

#[async_trait]
impl DomainLookup for NoLookup {
    async fn look_up(&self, _: &BTreeSet<String>, _: Duration) -> HashMap<String, DomainFact> {
        HashMap::new()
    }

    fn is_on(&self) -> bool {
        false
    }
}

/// The list of disposable domains that is in use at the moment.
pub trait DisposableSource: Send + Sync {
    /// The list; it may be another one the next time.
    fn current(&self) -> DisposableList;
}

/// A list of disposable domains in use.
#[derive(Clone, Debug, Default)]
pub enum DisposableList {
    /// The one that the program comes with.
    #[default]
    BuiltIn,
    /// Another one in its place.
    Own(Arc<DisposableDomains>),
}

impl DisposableList {
    /// The domains.
    #[must_use]
    pub fn domains(&self) -> &DisposableDomains {
        match self {
            Self::BuiltIn => DisposableDomains::built_in(),
            Self::Own(domains) => domains,
        }
    }
}

/// The list that the program comes with, always.
impl DisposableSource for DisposableList {
    fn current(&self) -> DisposableList {
        self.clone()
    }
}

/// All that is known beside the addresses themselves, for a number of them.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    domains: HashMap<String, DomainFact>,
    disposable: DisposableList,
}

impl Knowledge {
    /// What was said of domains, and a list of disposable ones.
    #[must_use]
    pub const fn new(domains: HashMap<String, DomainFact>, disposable: DisposableList) -> Self {
        Self {
            domains,
            disposable,
        }
    }

    /// What is known of a text that may be an address.
    #[must_use]
    pub fn of_text(&self, text: &str) -> Facts<'_> {
        if self.domains.is_empty() {
            return self.of("");
        }
        self.of(&normalize(text))
    }

    /// What is known of an address in its normalised form.
    #[must_use]
    pub fn of(&self, normalized: &str) -> Facts<'_> {
        let domain = domain_of(normalized)
            .and_then(|domain| self.domains.get(domain))
            .copied()
            .unwrap_or_default();
        Facts {
            domain,
            disposable: self.disposable.domains(),
        }
    }
}

/// The domain of an address in its normalised form, if it looks like a name that can be asked about.
#[must_use]
pub(crate) fn domain_of(normalized: &str) -> Option<&str> {
    let (_, domain) = normalized.rsplit_once('@')?;
    let is_name = domain.len() <= 253
        && domain.contains('.')
        && domain
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    is_name.then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_of_a_domain_is_known_of_its_addresses_only() {
        let said = HashMap::from([("example.de".to_owned(), DomainFact::Mx)]);
        let known = Knowledge::new(said, DisposableList::BuiltIn);

        assert_eq!(known.of("ada@example.de").domain, DomainFact::Mx);
        assert_eq!(known.of("ada@a.example.de").domain, DomainFact::NotAsked);
        assert_eq!(known.of("example.de").domain, DomainFact::NotAsked);
    }

    #[test]
    fn only_what_can_be_a_name_is_asked_about() {
        assert_eq!(domain_of("a@b@example.de"), Some("example.de"));
        for text in [
            "example.de",
            "a@localhost",
            "a@ex ample.de",
            "a@[1.2.3.4]",
            "",
        ] {
            assert_eq!(domain_of(text), None, "{text}");
        }
    }

    #[test]
    fn another_list_of_disposable_domains_takes_the_place_of_the_built_in_one() {
        let own = DisposableDomains::parse("throwaway.example").unwrap();
        let own = DisposableList::Own(Arc::new(own)).current();

        assert!(own.domains().covers("throwaway.example"));
        assert!(
            !DisposableList::default()
                .domains()
                .covers("throwaway.example")
        );
    }
}
