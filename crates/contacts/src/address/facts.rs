//! What is known of a domain.

use super::disposable::DisposableDomains;

/// What the DNS said of a domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DomainFact {
    /// Nobody asked.
    #[default]
    NotAsked,
    /// There is no such domain.
    NotFound,
    /// It says that it takes no mail (RFC 7505).
    NullMx,
    /// It names mail servers.
    Mx,
    /// It names none, but has an address to which mail goes then (RFC 5321 section 5.1).
    AddressOnly,
    /// It exists, and has neither.
    NoMailServer,
    /// No answer in time, or a failure of its name servers.
    Timeout,
}

/// All that is known beside the address itself.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What the DNS said of the domain.
    pub domain: DomainFact,
    /// The list of disposable domains that is in use.
    pub disposable: &'a DisposableDomains,
}

impl Facts<'static> {
    /// What is known without asking anybody: the built-in list of disposable domains.
    #[must_use]
    pub fn offline() -> Self {
        Self {
            domain: DomainFact::NotAsked,
            disposable: DisposableDomains::built_in(),
        }
    }
}

impl<'a> Facts<'a> {
    /// The same with what the DNS said.
    #[must_use]
    pub fn with_domain(self, domain: DomainFact) -> Facts<'a> {
        Facts { domain, ..self }
    }
}
