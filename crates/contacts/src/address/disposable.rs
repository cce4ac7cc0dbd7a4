//! Domains that give out mailboxes to throw away.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::providers;

/// A list of disposable domains, each with everything below it.
///
/// A program has one in use and may take another at any time; verdicts are given the one to use. Providers of
/// ordinary mailboxes are never disposable, whatever a list says.
pub struct DisposableDomains {
    domains: HashSet<&'static str>,
    /// Those of a list that came at run time.
    own: HashSet<Box<str>>,
}

/// Why a text is no list of disposable domains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDisposableDomains {
    /// A line that is neither a domain name nor a comment.
    #[error("line {0} is not a domain name")]
    NotADomain(usize),
    /// No domain at all, which is more likely a mishap than meant.
    #[error("the list is empty")]
    Empty,
}

impl DisposableDomains {
    /// The list that the program comes with.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static BUILT_IN: OnceLock<DisposableDomains> = OnceLock::new();
        BUILT_IN.get_or_init(|| Self {
            domains: lines(include_str!("disposable_domains.txt"))
                .map(|(_, domain)| domain)
                .collect(),
            own: HashSet::new(),
        })
    }

    /// Reads a list: a domain per line, `#` begins a comment, empty lines do not count.
    pub fn parse(text: &str) -> Result<Self, InvalidDisposableDomains> {
        let own = lines(text)
            .map(|(line, domain)| {
                super::domain::ascii_form(domain.trim_start_matches("*."))
                    .map(String::into_boxed_str)
                    .ok_or(InvalidDisposableDomains::NotADomain(line))
            })
            .collect::<Result<HashSet<_>, _>>()?;
        if own.is_empty() {
            return Err(InvalidDisposableDomains::Empty);
        }
        Ok(Self {
            domains: HashSet::new(),
            own,
        })
    }

    /// How many domains the list has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.domains.len() + self.own.len()
    }

    /// Whether the list has no domain.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a domain, in ASCII and lower case, or one that it is below of, is on the list.
    #[must_use]
    pub fn covers(&self, domain: &str) -> bool {
        !providers::is_free_mail(domain)
            && super::rules::suffixes(domain)
                .take_while(|suffix| suffix.contains('.'))
                .any(|suffix| self.domains.contains(suffix) || self.own.contains(suffix))
    }
}

impl std::fmt::Debug for DisposableDomains {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DisposableDomains({} domains)", self.len())
    }
}

/// The lines that say something, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().filter_map(|(at, line)| {
        let line = line.split('#').next().unwrap_or_default().trim();
        (!line.is_empty()).then_some((at + 1, line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_list_knows_disposable_domains_and_what_is_below_them() {
        let list = DisposableDomains::built_in();

        for domain in ["mailinator.com", "a.mailinator.com", "10minutemail.com"] {
            assert!(list.covers(domain), "{domain}");
        }
        for domain in ["gmail.com", "gmx.de", "bund.de", "amailinator.com", "com"] {
            assert!(!list.covers(domain), "{domain}");
        }
        assert!(list.len() > 50_000);
    }

    #[test]
    fn every_domain_of_the_built_in_list_is_in_the_form_of_the_dns() {
        for (line, domain) in lines(include_str!("disposable_domains.txt")) {
            let form = super::super::domain::ascii_form(domain);
            assert_eq!(form.as_deref(), Some(domain), "line {line}");
            assert!(domain.contains('.'), "line {line}");
        }
    }

    #[test]
    fn another_list_takes_the_place_of_the_built_in_one() {
        let list = DisposableDomains::parse(
            "# ours\nThrowaway.example\n\n*.bücher.example # too\ngmail.com\n",
        )
        .unwrap();

        assert!(list.covers("a.throwaway.example") && list.covers("xn--bcher-kva.example"));
        assert!(!list.covers("mailinator.com") && !list.covers("gmail.com"));
        assert_eq!(
            DisposableDomains::parse("a.example\nnot a domain").unwrap_err(),
            InvalidDisposableDomains::NotADomain(2)
        );
        assert_eq!(
            DisposableDomains::parse("# nothing").unwrap_err(),
            InvalidDisposableDomains::Empty
        );
    }
}
