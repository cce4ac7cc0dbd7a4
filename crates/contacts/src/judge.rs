//! The one door through which every address is judged.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use kernel::{ContactId, KeyRing, Timestamp, UserId};

use crate::judging::domain_of;
use crate::{
    AddressHash, ContactEmail, DisposableList, DisposableSource, DomainLookup, Facts, Judgement,
    Knowledge, NoLookup, Rules, Validation, Verdict, decide, normalize,
};

/// An address that was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The form under which contacts are compared.
    pub normalized: String,
    /// What it would be suppressed under.
    pub hash: AddressHash,
    /// What was found out about it.
    pub validation: Validation,
    /// The verdict itself.
    pub verdict: Verdict,
    /// When it was judged.
    pub at: Timestamp,
}

impl Judged {
    /// What is written into the log of validations when the address becomes a contact's. It MUST be written in the
    /// unit of work that writes the contact.
    #[must_use]
    pub fn judgement(&self, contact: ContactId, by: Option<UserId>) -> Judgement {
        Judgement::of(contact, &self.verdict, self.at, by)
    }
}

/// Judges addresses. Whatever an address comes from, it goes through here.
///
/// First [`Judge::look_up`], outside of units of work, because it may wait for name servers; then, with the rules that
/// the unit has in force, [`Judge::judge`].
#[derive(Clone)]
pub struct Judge {
    keys: Arc<dyn KeyRing>,
    domains: Arc<dyn DomainLookup>,
    disposable: Arc<dyn DisposableSource>,
}

impl Judge {
    /// How long a request may wait for name servers; what is unanswered by then is pending.
    pub const PATIENCE_OF_REQUESTS: Duration = Duration::from_secs(5);

    /// How long a batch of a job may wait for name servers.
    pub const PATIENCE_OF_JOBS: Duration = Duration::from_secs(30);

    /// A judge who asks these.
    #[must_use]
    pub fn new(
        keys: Arc<dyn KeyRing>,
        domains: Arc<dyn DomainLookup>,
        disposable: Arc<dyn DisposableSource>,
    ) -> Self {
        Self {
            keys,
            domains,
            disposable,
        }
    }

    /// A judge who asks nobody and knows the built-in list of disposable domains.
    #[must_use]
    pub fn offline(keys: Arc<dyn KeyRing>) -> Self {
        Self::new(
            keys,
            Arc::new(NoLookup),
            Arc::new(DisposableList::default()),
        )
    }

    /// Finds out what there is to know of these addresses. It MUST NOT be called inside a unit of work.
    pub async fn look_up<'a>(
        &self,
        addresses: impl IntoIterator<Item = &'a str> + Send,
        patience: Duration,
    ) -> Knowledge {
        let disposable = self.disposable.current();
        if !self.domains.is_on() {
            return Knowledge::new(HashMap::default(), disposable);
        }
        let domains = addresses
            .into_iter()
            .filter_map(|address| domain_of(&normalize(address)).map(str::to_owned))
            .collect::<BTreeSet<_>>();
        let said = if domains.is_empty() {
            HashMap::default()
        } else {
            self.domains.look_up(&domains, patience).await
        };
        Knowledge::new(said, disposable)
    }

    /// Whether name servers are asked.
    #[must_use]
    pub fn asks_name_servers(&self) -> bool {
        self.domains.is_on()
    }

    /// What is to be thought of any text that may be an address.
    #[must_use]
    pub fn verdict(&self, text: &str, known: &Knowledge, rules: &Rules) -> Verdict {
        decide(text, &known.of_text(text), rules)
    }

    /// Judges an address.
    #[must_use]
    pub fn judge(
        &self,
        email: &ContactEmail,
        known: &Knowledge,
        rules: &Rules,
        at: Timestamp,
    ) -> Judged {
        judge(
            &*self.keys,
            email,
            &known.of_text(email.as_str()),
            rules,
            at,
        )
    }

    /// The form under which an address is compared, and what it would be suppressed under.
    #[must_use]
    pub fn identify(&self, address: &str) -> (String, AddressHash) {
        let normalized = normalize(address);
        let hash = AddressHash::of(&*self.keys, &normalized);
        (normalized, hash)
    }
}

/// Judges an address by facts that were found out before.
#[must_use]
pub fn judge(
    keys: &dyn KeyRing,
    email: &ContactEmail,
    facts: &Facts<'_>,
    rules: &Rules,
    at: Timestamp,
) -> Judged {
    let verdict = decide(email.as_str(), facts, rules);
    Judged {
        normalized: verdict.normalized().to_owned(),
        hash: AddressHash::of(keys, verdict.normalized()),
        validation: Validation::of(&verdict, at),
        verdict,
        at,
    }
}

/// Reads an address where nothing but that is asked: tells the form under which it is compared, or nothing of a text that is
/// no address. That is the same in every organization and whatever is known of its domain, so that nobody has to be asked.
#[must_use]
pub fn read_address(text: &str) -> Option<String> {
    let email = text.parse::<ContactEmail>().ok()?;
    let verdict = decide(email.as_str(), &Facts::offline(), &Rules::default());
    verdict.syntax_ok().then(|| verdict.into_normalized())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::DomainFact;

    #[test]
    fn an_address_is_read_in_the_form_under_which_it_is_compared() {
        let long = format!("{}@acme.de", "a".repeat(65));
        for (text, read) in [
            (" Ada@ACME.de ", Some("ada@acme.de")),
            ("\"Ada\"@acme.de", Some("ada@acme.de")),
            ("дана@bücher.de", Some("дана@xn--bcher-kva.de")),
            ("ada@xn--0.de", None),
            ("ada@acme.de\0", None),
            ("", None),
            (long.as_str(), None),
        ] {
            assert_eq!(read_address(text).as_deref(), read, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_rule_and_nothing_that_is_known_decides_whether_a_text_is_an_address(
            text in "\\PC{0,40}|[a-zä\". \\\\@-]{0,12}@[a-zA-ZİßΣ.-]{1,12}\\.(com|DE|рф)",
            enabled in any::<bool>(),
            fact in prop::sample::select(vec![
                DomainFact::NotAsked,
                DomainFact::NotFound,
                DomainFact::Mx,
                DomainFact::Timeout,
            ]),
        ) {
            let mut rules = Rules::default();
            rules.syntax.enabled = enabled;
            rules.syntax.config.quoted_local_parts = false;
            rules.syntax.config.non_ascii_local_parts = false;
            rules.domain.enabled = enabled;
            let verdict = decide(&text, &Facts::offline().with_domain(fact), &rules);

            let is_address = verdict.syntax_ok();
            let read = is_address.then(|| verdict.into_normalized());
            prop_assert_eq!(read_address(&text), read);
        }
    }
}
