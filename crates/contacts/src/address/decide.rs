//! The one function that decides.

use super::by_rule::{Judgement, classified, judged_domain, judged_syntax};
use super::facts::Facts;
use super::reason::Reason;
use super::rules::{Rule, RuleType, Rules};
use super::status::{Classification, ValidationStatus};
use super::syntax::{Mailbox, folded_text, trimmed};
use super::verdict::{RuleOutcome, RuleResult, Verdict};
use super::{domain, suggest};

/// Decides what is to be thought of an address, from its text, what is known of its domain, and the rules.
///
/// Reasons that make an address invalid go before those that make it nonexistent, these before those that make it risky.
/// A domain whose name servers were too slow leaves an address pending that is not risky already.
#[must_use]
pub fn decide(text: &str, facts: &Facts<'_>, rules: &Rules) -> Verdict {
    let text = trimmed(text);
    match Mailbox::parse(text) {
        Ok(mailbox) => of_mailbox(&mailbox, facts, rules),
        Err(reason) => of_anything_else(text, reason, rules),
    }
}

/// The form under which addresses are compared, see [`Verdict::normalized`].
#[must_use]
pub fn normalize(text: &str) -> String {
    let text = trimmed(text);
    match Mailbox::parse(text) {
        Ok(mailbox) => mailbox.normalized().0,
        Err(_) => normalized_text(text),
    }
}

/// Of a text that is no address; it may become one in lower case, which is shorter for some letters.
fn normalized_text(trimmed: &str) -> String {
    let folded = folded_text(trimmed);
    match Mailbox::parse(&folded) {
        Ok(mailbox) => mailbox.normalized().0,
        Err(_) => folded,
    }
}

fn of_anything_else(text: &str, reason: Reason, rules: &Rules) -> Verdict {
    let mut reasons = vec![reason];
    let suggestion = text
        .rsplit_once('@')
        .filter(|_| matches!(reason, Reason::DomainSyntax | Reason::DotlessDomain))
        .filter(|_| rules.classification.enabled && rules.classification.config.suggestions)
        .and_then(|(_, domain)| suggest::suggestion(domain))
        // Another end does not mend what is wrong before it.
        .filter(|better| domain::ascii_form(better).is_some());
    if suggestion.is_some() {
        reasons.push(Reason::LikelyTypo);
    }
    let normalized = normalized_text(text);
    Verdict {
        status: ValidationStatus::Invalid,
        classification: Classification::Unknown,
        domain_at: normalized.len(),
        normalized,
        unicode_domain: None,
        syntax_ok: false,
        domain_exists: None,
        mx_found: None,
        risk_score: 100,
        reasons,
        suggestion,
        outcomes: [
            outcome(RuleType::Syntax, &rules.syntax, RuleResult::Fail),
            outcome(RuleType::Domain, &rules.domain, RuleResult::Unknown),
            outcome(
                RuleType::Classification,
                &rules.classification,
                RuleResult::Unknown,
            ),
        ],
    }
}

fn of_mailbox(mailbox: &Mailbox<'_>, facts: &Facts<'_>, rules: &Rules) -> Verdict {
    let (normalized, domain_at) = mailbox.normalized();
    let mut reasons = Vec::new();

    let syntax = judged_syntax(mailbox, rules, &mut reasons);
    let known = judged_domain(&mailbox.domain, facts.domain, rules, &mut reasons);
    let (classification, suggestion) = classified(
        &normalized[..domain_at - 1],
        &mailbox.domain,
        facts.disposable,
        known.admitted,
        rules,
        &mut reasons,
    );

    let risk_score = reasons
        .iter()
        .fold(0_u8, |sum, reason| sum.saturating_add(reason.weight()))
        .min(100);
    let says_more = |reason: &Reason| {
        matches!(
            reason,
            Reason::DisposableDomain | Reason::RoleAccount | Reason::LikelyTypo
        )
    };
    let classified = if reasons.iter().any(says_more) {
        RuleResult::Fail
    } else {
        RuleResult::Pass
    };
    let status = if syntax == Judgement::Refused || reasons.contains(&Reason::DomainRefused) {
        ValidationStatus::Invalid
    } else if known.exists == Some(false) {
        ValidationStatus::Nonexistent
    } else if syntax == Judgement::Doubted || risk_score >= rules.classification.config.risky_from {
        ValidationStatus::Risky
    } else if reasons.contains(&Reason::DomainTimeout) {
        ValidationStatus::Pending
    } else {
        ValidationStatus::Valid
    };
    reasons.sort_unstable();

    Verdict {
        status,
        classification,
        unicode_domain: domain::unicode_form(&mailbox.domain),
        normalized,
        domain_at,
        syntax_ok: true,
        domain_exists: known.exists,
        mx_found: known.mx_found,
        risk_score,
        reasons,
        suggestion,
        outcomes: [
            outcome(
                RuleType::Syntax,
                &rules.syntax,
                match syntax {
                    Judgement::Fine => RuleResult::Pass,
                    Judgement::Doubted | Judgement::Refused => RuleResult::Fail,
                },
            ),
            outcome(RuleType::Domain, &rules.domain, known.result),
            outcome(RuleType::Classification, &rules.classification, classified),
        ],
    }
}

fn outcome<T>(rule: RuleType, of: &Rule<T>, result: RuleResult) -> RuleOutcome {
    let result = match (of.enabled, rule) {
        // What is no address is none, whoever switched the rule off.
        (false, RuleType::Syntax) if result == RuleResult::Fail => result,
        (false, _) => RuleResult::Unknown,
        (true, _) => result,
    };
    RuleOutcome {
        rule,
        version: of.version,
        result,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::DomainFact;

    fn offline(text: &str) -> Verdict {
        decide(text, &Facts::offline(), &Rules::default())
    }

    fn with_fact(text: &str, fact: DomainFact) -> Verdict {
        decide(text, &Facts::offline().with_domain(fact), &Rules::default())
    }

    #[test]
    fn each_kind_of_address_gets_its_verdict() {
        use Classification::{Business, Disposable, Personal, Role, Unknown};
        use ValidationStatus::{Invalid, Nonexistent, Risky, Valid};
        for (text, status, classification, score, reasons) in [
            (" Ada@Acme.de ", Valid, Business, 0, &[][..]),
            ("ada@gmail.com", Valid, Personal, 0, &[]),
            ("info+x@acme.de", Valid, Role, 30, &[Reason::RoleAccount]),
            (
                "ada@x.mailinator.com",
                Risky,
                Disposable,
                80,
                &[Reason::DisposableDomain],
            ),
            (
                "ada@hotmaill.nl",
                Risky,
                Business,
                60,
                &[Reason::LikelyTypo],
            ),
            (
                "дана@acme.de",
                Risky,
                Business,
                50,
                &[Reason::NonAsciiLocalPart],
            ),
            (
                "\"a b\"@acme.de",
                Risky,
                Business,
                60,
                &[Reason::QuotedLocalPart],
            ),
            (
                "ada@acme.cmx",
                Nonexistent,
                Unknown,
                100,
                &[Reason::UnknownTopLevelDomain],
            ),
            (
                "ada@example.com",
                Nonexistent,
                Unknown,
                100,
                &[Reason::SpecialUseDomain],
            ),
            (
                "ada@localhost",
                Invalid,
                Unknown,
                100,
                &[Reason::DotlessDomain],
            ),
            ("no address", Invalid, Unknown, 100, &[Reason::MissingAt]),
        ] {
            let verdict = offline(text);
            assert_eq!(verdict.status(), status, "{text}: {verdict:?}");
            if classification != Business || status == Valid {
                assert_eq!(verdict.classification(), classification, "{text}");
            }
            assert_eq!(verdict.risk_score(), score, "{text}: {verdict:?}");
            assert_eq!(verdict.reasons(), reasons, "{text}");
            assert_eq!(verdict.syntax_ok(), status != Invalid, "{text}");
        }
    }

    #[test]
    fn what_the_dns_says_decides_about_the_domain() {
        use ValidationStatus::{Nonexistent, Pending, Valid};
        for (fact, status, exists, mx_found) in [
            (DomainFact::NotAsked, Valid, None, None),
            (DomainFact::NotFound, Nonexistent, Some(false), Some(false)),
            (DomainFact::NullMx, Nonexistent, Some(false), Some(false)),
            (
                DomainFact::NoMailServer,
                Nonexistent,
                Some(false),
                Some(false),
            ),
            (DomainFact::Mx, Valid, Some(true), Some(true)),
            (DomainFact::AddressOnly, Valid, Some(true), Some(false)),
            (DomainFact::Timeout, Pending, None, None),
        ] {
            let verdict = with_fact("ada@acme.de", fact);
            assert_eq!(verdict.status(), status, "{fact:?}");
            assert_eq!(verdict.domain_exists(), exists, "{fact:?}");
            assert_eq!(verdict.mx_found(), mx_found, "{fact:?}");
        }
    }

    #[test]
    fn an_organization_can_admit_reserved_domains_and_refuse_others() {
        let mut rules = Rules::default();
        rules.domain.config = serde_json::from_str(
            r#"{"admit": ["example.com", "mailinator.com"], "refuse": ["rival.de", "bad.example.com"]}"#,
        )
        .unwrap();
        let status = |text: &str| decide(text, &Facts::offline(), &rules).status();

        assert_eq!(status("ada@example.com"), ValidationStatus::Valid);
        assert_eq!(status("ada@mailinator.com"), ValidationStatus::Valid);
        assert_eq!(status("ada@example.org"), ValidationStatus::Nonexistent);
        assert_eq!(status("ada@mail.rival.de"), ValidationStatus::Invalid);
        assert_eq!(status("ada@bad.example.com"), ValidationStatus::Invalid);
    }

    #[test]
    fn a_rule_that_is_switched_off_says_nothing_but_an_address_must_be_one() {
        let mut rules = Rules::default();
        rules.syntax.enabled = false;
        rules.domain.enabled = false;
        rules.classification.enabled = false;
        let verdict = decide("info@example.com", &Facts::offline(), &rules);

        assert_eq!(verdict.status(), ValidationStatus::Valid);
        assert_eq!(verdict.classification(), Classification::Unknown);
        assert!(
            verdict
                .outcomes()
                .iter()
                .all(|outcome| outcome.result == RuleResult::Unknown)
        );
        assert_eq!(
            decide("info@", &Facts::offline(), &rules).status(),
            ValidationStatus::Invalid
        );
    }

    #[test]
    fn the_outcome_of_each_rule_comes_with_its_version() {
        let mut rules = Rules::default();
        rules.domain.version = 7;
        let outcomes = *decide("info@acme.cmx", &Facts::offline(), &rules).outcomes();

        assert_eq!(
            outcomes.map(|outcome| (outcome.rule, outcome.version, outcome.result)),
            [
                (RuleType::Syntax, 1, RuleResult::Pass),
                (RuleType::Domain, 7, RuleResult::Fail),
                (RuleType::Classification, 1, RuleResult::Fail),
            ]
        );
    }

    #[test]
    fn an_organization_can_refuse_what_is_risky_by_its_form() {
        let mut rules = Rules::default();
        rules.syntax.config = serde_json::from_str(r#"{"quoted_local_parts": false}"#).unwrap();

        let verdict = decide("\"a b\"@acme.de", &Facts::offline(), &rules);

        assert_eq!(verdict.status(), ValidationStatus::Invalid);
    }

    #[test]
    fn what_would_be_no_domain_either_is_not_suggested() {
        let suggestion = |text| offline(text).suggestion().map(str::to_owned);

        assert_eq!(suggestion("ada@nx-.comk"), None);
        assert_eq!(suggestion("ada@gmail,com"), Some("gmail.com".to_owned()));
    }

    #[test]
    fn both_forms_of_a_domain_are_told() {
        let verdict = offline("Ada@BÜCHER.de");

        assert_eq!(verdict.normalized(), "ada@xn--bcher-kva.de");
        assert_eq!(verdict.ascii_domain(), Some("xn--bcher-kva.de"));
        assert_eq!(verdict.unicode_domain(), Some("bücher.de"));
        assert_eq!(offline("ada@acme.de").unicode_domain(), Some("acme.de"));
        assert_eq!(offline("ada@").ascii_domain(), None);
    }

    #[test]
    fn a_verdict_does_not_show_the_address_in_debug_output() {
        let shown = format!("{:?}", offline("ada@gmial.com"));

        assert!(
            !shown.contains("ada") && !shown.contains("gmial"),
            "{shown}"
        );
    }

    proptest! {
        #[test]
        fn normalizing_is_idempotent_and_nothing_panics(
            text in "\\PC{0,40}|[a-zA-ZÄßẞİΣéK\u{301}\". \\\\@-]{0,12}@[a-zA-ZİßΣ\u{301}ẞ.-]{1,12}\\.(com|DE|рф)|\\s?[\\x00-\\x7f]{0,20}",
        ) {
            let once = normalize(&text);
            prop_assert_eq!(normalize(&once), once.clone());
            let verdict = offline(&text);
            prop_assert_eq!(verdict.normalized(), once.as_str());
        }

        #[test]
        fn arbitrary_bytes_get_a_verdict(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let verdict = offline(&String::from_utf8_lossy(&bytes));
            prop_assert!(verdict.risk_score() <= 100);
        }
    }
}
