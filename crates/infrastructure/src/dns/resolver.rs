//! Questions to a recursive resolver, and what their answers mean for mail.

use std::net::SocketAddr;
use std::time::Duration;

use contacts::DomainFact;
use hickory_resolver::config::{
    ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig,
};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError, NoRecords};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{Resolver, TokioResolver};

/// How the domain name system is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DnsSettings {
    /// The resolver that is asked; the system's own where there is none.
    pub resolver: Option<SocketAddr>,
    /// How long one try at a question may take; there are two. Those who ask need patience for one at least, or else
    /// silence would not be kept and be waited for again.
    pub timeout: Duration,
    /// The most domains that are asked about at a time.
    pub concurrency: usize,
}

impl Default for DnsSettings {
    fn default() -> Self {
        Self {
            resolver: None,
            timeout: Duration::from_secs(2),
            concurrency: 64,
        }
    }
}

/// The system has no resolver that could be asked.
#[derive(Debug, thiserror::Error)]
#[error("the system's resolver cannot be found out")]
pub struct InvalidResolver(#[source] NetError);

/// What is said of a domain, and for how long whoever said it stands by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) said: DomainFact,
    pub(super) ttl: Option<Duration>,
}

impl Finding {
    pub(super) const SILENCE: Self = Self {
        said: DomainFact::Timeout,
        ttl: None,
    };
}

/// Asks about one domain at a time.
#[derive(Clone)]
pub(super) struct MailResolver(TokioResolver);

impl MailResolver {
    pub(super) fn new(settings: &DnsSettings) -> Result<Self, InvalidResolver> {
        let runtime = TokioRuntimeProvider::default();
        let mut builder = match settings.resolver {
            Some(address) => {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()]
                    .map(|mut connection| {
                        connection.port = address.port();
                        connection
                    })
                    .into();
                let server = NameServerConfig::new(address.ip(), true, connections);
                let config = ResolverConfig::from_name_servers(vec![server]);
                Resolver::builder_with_config(config, runtime)
            }
            None => Resolver::builder(runtime).map_err(InvalidResolver)?,
        };
        let options = builder.options_mut();
        options.timeout = settings.timeout;
        options.attempts = 1;
        options.ip_strategy = LookupIpStrategy::Ipv4thenIpv6;
        options.use_hosts_file = ResolveHosts::Never;
        // What was said is kept for all processes together, with bounds of its own.
        options.cache_size = 0;
        builder.build().map(Self).map_err(InvalidResolver)
    }

    /// Asks for the hosts that take the mail of `domain` (in ASCII), then for its own address.
    pub(super) async fn ask(&self, domain: &str) -> Finding {
        let Ok(mut name) = Name::from_ascii(domain) else {
            return Finding {
                said: DomainFact::NotFound,
                ttl: None,
            };
        };
        // Without it, the search list of the system would be tried as well.
        name.set_fqdn(true);
        match self.0.lookup(name.clone(), RecordType::MX).await {
            Ok(lookup) => match judge_exchangers(&lookup) {
                Some(finding) => finding,
                None => self.ask_for_address(name).await,
            },
            Err(error) => match judge_error(&error) {
                Refusal::NoSuchRecord(_) => self.ask_for_address(name).await,
                Refusal::NoSuchDomain(ttl) => Finding {
                    said: DomainFact::NotFound,
                    ttl,
                },
                Refusal::Nothing => Finding::SILENCE,
            },
        }
    }

    async fn ask_for_address(&self, name: Name) -> Finding {
        match self.0.lookup_ip(name).await {
            Ok(lookup) if lookup.iter().next().is_some() => Finding {
                said: DomainFact::AddressOnly,
                ttl: shortest_ttl(lookup.as_lookup()),
            },
            Ok(_) => Finding::SILENCE,
            Err(error) => match judge_error(&error) {
                Refusal::NoSuchRecord(ttl) => Finding {
                    said: DomainFact::NoMailServer,
                    ttl,
                },
                Refusal::NoSuchDomain(ttl) => Finding {
                    said: DomainFact::NotFound,
                    ttl,
                },
                Refusal::Nothing => Finding::SILENCE,
            },
        }
    }
}

/// `None` where no record names an exchanger, as where there is only an alias.
fn judge_exchangers(lookup: &Lookup) -> Option<Finding> {
    let mut exchangers = lookup
        .answers()
        .iter()
        .filter_map(|record| match &record.data {
            RData::MX(mx) => Some(&mx.exchange),
            _ => None,
        });
    let first = exchangers.next()?;
    let takes_mail = !first.is_root() || exchangers.any(|exchanger| !exchanger.is_root());
    Some(Finding {
        said: if takes_mail {
            DomainFact::Mx
        } else {
            DomainFact::NullMx
        },
        ttl: shortest_ttl(lookup),
    })
}

fn shortest_ttl(lookup: &Lookup) -> Option<Duration> {
    let shortest = lookup.answers().iter().map(|record| record.ttl).min()?;
    Some(Duration::from_secs(u64::from(shortest)))
}

/// What an error of the library says.
enum Refusal {
    NoSuchRecord(Option<Duration>),
    NoSuchDomain(Option<Duration>),
    Nothing,
}

fn judge_error(error: &NetError) -> Refusal {
    let NetError::Dns(DnsError::NoRecordsFound(NoRecords {
        response_code,
        negative_ttl,
        ..
    })) = error
    else {
        return Refusal::Nothing;
    };
    let ttl = negative_ttl.map(|seconds| Duration::from_secs(u64::from(seconds)));
    match *response_code {
        ResponseCode::NXDomain => Refusal::NoSuchDomain(ttl),
        ResponseCode::NoError => Refusal::NoSuchRecord(ttl),
        _ => Refusal::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use testkit::{Answer, NameServer};

    use super::*;

    fn resolver(server: &NameServer) -> MailResolver {
        MailResolver::new(&DnsSettings {
            resolver: Some(server.address()),
            timeout: Duration::from_millis(300),
            ..DnsSettings::default()
        })
        .unwrap()
    }

    async fn said(answer: Answer) -> DomainFact {
        let server = NameServer::start().await;
        server.tell("canvass.test", answer);
        resolver(&server).ask("canvass.test").await.said
    }

    #[tokio::test]
    async fn a_domain_with_mail_exchangers_takes_mail_for_as_long_as_it_is_said() {
        let server = NameServer::start().await;
        server.tell("canvass.test", Answer::Mail { ttl: 7_200 });

        let finding = resolver(&server).ask("canvass.test").await;

        assert_eq!(
            finding,
            Finding {
                said: DomainFact::Mx,
                ttl: Some(Duration::from_hours(2))
            }
        );
    }

    #[tokio::test]
    async fn a_domain_that_refuses_mail_is_told_from_one_that_says_nothing_of_it() {
        assert_eq!(said(Answer::NullMail).await, DomainFact::NullMx);
        assert_eq!(said(Answer::AddressOnly).await, DomainFact::AddressOnly);
        let v6 = said(Answer::AddressV6Only).await;
        assert_eq!(v6, DomainFact::AddressOnly);
    }

    #[tokio::test]
    async fn a_missing_domain_is_told_from_one_without_any_address() {
        assert_eq!(said(Answer::Absent).await, DomainFact::NotFound);
        assert_eq!(said(Answer::Nothing).await, DomainFact::NoMailServer);
    }

    #[tokio::test]
    async fn silence_and_failure_say_nothing() {
        assert_eq!(said(Answer::Silent).await, DomainFact::Timeout);
        assert_eq!(said(Answer::Failing).await, DomainFact::Timeout);
    }

    #[tokio::test]
    async fn a_resolver_that_is_not_there_says_nothing() {
        let server = NameServer::start().await;
        let resolver = resolver(&server);
        drop(server);

        let finding = resolver.ask("canvass.test").await;

        assert_eq!(finding, Finding::SILENCE);
    }

    #[tokio::test]
    async fn an_answer_that_was_cut_off_is_asked_for_again_over_tcp() {
        let server = NameServer::start().await;
        server.tell("canvass.test", Answer::LongMail);

        let finding = resolver(&server).ask("canvass.test").await;

        assert_eq!(finding.said, DomainFact::Mx);
        assert!(server.was_asked_over_tcp("canvass.test"));
    }
}
