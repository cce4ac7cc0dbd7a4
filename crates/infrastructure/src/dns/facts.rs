//! What was said of domains, kept for as long as it holds.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use contacts::{DomainFact, DomainLookup};
use futures_util::{StreamExt as _, stream};
use kernel::{Clock, StorageError, Timestamp};
use sea_orm::FromQueryResult;
use time::OffsetDateTime;
use tokio::time::Instant;

use super::resolver::{DnsSettings, Finding, InvalidResolver, MailResolver};
use crate::PostgresDatabase;
use crate::error::corrupt;

/// That a domain takes mail is believed for so long, at least and at most.
const TAKES_MAIL: (Duration, Duration) = (Duration::from_hours(1), Duration::from_hours(24));
/// That it takes none is believed for so long: somebody may be setting it up.
const TAKES_NONE: (Duration, Duration) = (Duration::from_mins(5), Duration::from_hours(1));
/// A domain of which nothing is said is left in peace for so long.
const SILENT: (Duration, Duration) = (Duration::from_mins(3), Duration::from_mins(3));

/// The most domains that are kept in memory.
const IN_MEMORY: usize = 20_000;

/// Asks the domain name system, and keeps what it said in the database, for all organizations and processes
/// together, and a part of it in memory.
pub struct DomainNames {
    database: PostgresDatabase,
    resolver: MailResolver,
    clock: Arc<dyn Clock>,
    concurrency: usize,
    timeout: Duration,
    memory: Mutex<HashMap<String, Kept>>,
}

/// What was said, and until when it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kept {
    fact: DomainFact,
    until: Timestamp,
}

impl DomainNames {
    /// Asks as the settings say.
    pub fn new(
        database: PostgresDatabase,
        clock: Arc<dyn Clock>,
        settings: &DnsSettings,
    ) -> Result<Self, InvalidResolver> {
        Ok(Self {
            database,
            resolver: MailResolver::new(settings)?,
            clock,
            concurrency: settings.concurrency.max(1),
            timeout: settings.timeout,
            memory: Mutex::default(),
        })
    }

    fn memory(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, facts: impl IntoIterator<Item = (String, Kept)>, now: Timestamp) {
        let mut memory = self.memory();
        memory.extend(facts);
        if memory.len() > IN_MEMORY {
            memory.retain(|_, kept| kept.until > now);
        }
        if memory.len() > IN_MEMORY {
            memory.clear();
        }
    }

    /// Asks about these domains until `deadline`; those of which nothing was heard by then are missing, unless a whole
    /// try went by without an answer: that is silence, which is kept, so that the next one to ask does not wait as well.
    async fn ask(&self, domains: Vec<String>, deadline: Instant) -> Vec<(String, Finding)> {
        stream::iter(domains)
            .map(|domain| async move {
                let begun = Instant::now();
                if begun >= deadline {
                    return None;
                }
                let answer = tokio::time::timeout_at(deadline, self.resolver.ask(&domain));
                match answer.await {
                    Ok(finding) => Some((domain, finding)),
                    Err(_) if begun.elapsed() >= self.timeout => Some((domain, Finding::SILENCE)),
                    Err(_) => None,
                }
            })
            .buffer_unordered(self.concurrency)
            .filter_map(std::future::ready)
            .collect()
            .await
    }

    async fn read(
        &self,
        domains: &[String],
        now: Timestamp,
    ) -> Result<Vec<(String, Kept)>, StorageError> {
        #[derive(FromQueryResult)]
        struct Row {
            domain: String,
            fact: String,
            expires_at: OffsetDateTime,
        }
        let unit = self.database.begin_platform().await?;
        let sql = "SELECT domain, fact, expires_at FROM domain_facts WHERE domain = ANY ($1) AND expires_at > $2";
        let rows = unit
            .all::<Row>(sql, [domains.to_vec().into(), now.into()])
            .await?;
        unit.finish().await?;
        rows.into_iter()
            .map(|row| {
                let kept = Kept {
                    fact: fact_named(&row.fact).ok_or_else(|| corrupt("domain_facts.fact"))?,
                    until: row.expires_at,
                };
                Ok((row.domain, kept))
            })
            .collect()
    }

    async fn write(&self, facts: &[(String, Kept)], now: Timestamp) -> Result<(), StorageError> {
        let (mut domains, mut names, mut until) = (Vec::new(), Vec::new(), Vec::new());
        for (domain, kept) in facts {
            if let Some(name) = name_of(kept.fact) {
                domains.push(domain.clone());
                names.push(name.to_owned());
                until.push(kept.until);
            }
        }
        let unit = self.database.begin_platform().await?;
        // In one order everywhere, so that two that write the same domains wait in a row.
        let sql = "INSERT INTO domain_facts (domain, fact, checked_at, expires_at, created_at) \
                   SELECT n.domain, n.fact, $4, n.until, $4 \
                   FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS n (domain, fact, until) \
                   ORDER BY n.domain COLLATE \"C\" \
                   ON CONFLICT (domain) DO UPDATE SET fact = excluded.fact, checked_at = excluded.checked_at, \
                   expires_at = excluded.expires_at WHERE domain_facts.checked_at <= excluded.checked_at";
        unit.execute_sql(
            sql,
            [domains.into(), names.into(), until.into(), now.into()],
        )
        .await?;
        unit.finish().await
    }
}

#[async_trait]
impl DomainLookup for DomainNames {
    async fn look_up(
        &self,
        domains: &BTreeSet<String>,
        patience: Duration,
    ) -> HashMap<String, DomainFact> {
        let deadline = Instant::now() + patience;
        let now = self.clock.now();
        let mut known = HashMap::with_capacity(domains.len());
        let mut unknown = Vec::new();
        {
            let memory = self.memory();
            for domain in domains {
                match memory.get(domain).filter(|kept| kept.until > now) {
                    Some(kept) => drop(known.insert(domain.clone(), kept.fact)),
                    None => unknown.push(domain.clone()),
                }
            }
        }
        if unknown.is_empty() {
            return known;
        }

        // What is kept saves questions; without it, the questions are asked.
        match self.read(&unknown, now).await {
            Ok(kept) => {
                known.extend(
                    kept.iter()
                        .map(|(domain, kept)| (domain.clone(), kept.fact)),
                );
                self.remember(kept, now);
                unknown.retain(|domain| !known.contains_key(domain));
            }
            Err(error) => {
                tracing::warn!(error = %error, "what is known of domains cannot be read");
            }
        }
        let asked = unknown.len();
        let found = self.ask(unknown, deadline).await;
        tracing::debug!(asked, answered = found.len(), "asked about domains");
        let now = self.clock.now();
        let found = found
            .into_iter()
            .map(|(domain, finding)| (domain, kept(finding, now)))
            .collect::<Vec<_>>();
        if !found.is_empty()
            && let Err(error) = self.write(&found, now).await
        {
            tracing::warn!(error = %error, "what is known of domains cannot be kept");
        }
        known.extend(
            found
                .iter()
                .map(|(domain, kept)| (domain.clone(), kept.fact)),
        );
        self.remember(found, now);
        for domain in domains {
            known.entry(domain.clone()).or_insert(DomainFact::Timeout);
        }
        known
    }

    fn is_on(&self) -> bool {
        true
    }
}

/// For how long a finding is believed: as long as whoever said it stands by it, within bounds of ours.
fn kept(finding: Finding, now: Timestamp) -> Kept {
    let (least, most) = match finding.said {
        DomainFact::Mx | DomainFact::AddressOnly => TAKES_MAIL,
        DomainFact::NotFound | DomainFact::NullMx | DomainFact::NoMailServer => TAKES_NONE,
        DomainFact::Timeout | DomainFact::NotAsked => SILENT,
    };
    let ttl = finding.ttl.unwrap_or(most).clamp(least, most);
    Kept {
        fact: finding.said,
        until: now + ttl,
    }
}

/// The words under which facts are stored.
const NAMES: [(DomainFact, &str); 6] = [
    (DomainFact::Mx, "mx"),
    (DomainFact::AddressOnly, "address_only"),
    (DomainFact::NullMx, "null_mx"),
    (DomainFact::NotFound, "not_found"),
    (DomainFact::NoMailServer, "no_mail_server"),
    (DomainFact::Timeout, "timeout"),
];

fn name_of(fact: DomainFact) -> Option<&'static str> {
    let named = NAMES.iter().find(|(named, _)| *named == fact)?;
    Some(named.1)
}

fn fact_named(name: &str) -> Option<DomainFact> {
    let named = NAMES.iter().find(|(_, known)| *known == name)?;
    Some(named.0)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: Timestamp = datetime!(2026-01-15 12:00 UTC);

    fn lives(said: DomainFact, ttl: Option<u64>) -> u64 {
        let ttl = ttl.map(Duration::from_secs);
        let kept = kept(Finding { said, ttl }, NOW);
        (kept.until - NOW).unsigned_abs().as_secs()
    }

    #[test]
    fn an_answer_is_believed_for_its_time_within_bounds() {
        assert_eq!(lives(DomainFact::Mx, Some(7_200)), 7_200);
        assert_eq!(lives(DomainFact::Mx, Some(10)), 3_600);
        assert_eq!(lives(DomainFact::Mx, Some(1_000_000)), 86_400);
        assert_eq!(lives(DomainFact::NotFound, Some(900)), 900);
        assert_eq!(lives(DomainFact::NotFound, Some(86_400)), 3_600);
        assert_eq!(lives(DomainFact::NullMx, None), 3_600);
        assert_eq!(lives(DomainFact::Timeout, None), 180);
    }
}
