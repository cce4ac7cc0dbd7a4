//! What each rule has to say of an address.

use super::disposable::DisposableDomains;
use super::facts::DomainFact;
use super::reason::Reason;
use super::rules::{Rule, Rules};
use super::status::Classification;
use super::syntax::Mailbox;
use super::verdict::RuleResult;
use super::{domain, providers, suggest};

/// What a rule thinks of the form of an address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Judgement {
    Fine,
    Doubted,
    Refused,
}

pub(super) fn judged_syntax(
    mailbox: &Mailbox<'_>,
    rules: &Rules,
    reasons: &mut Vec<Reason>,
) -> Judgement {
    let config = &rules.syntax.config;
    let mut judgement = Judgement::Fine;
    let doubts = [
        (
            mailbox.is_quoted,
            config.quoted_local_parts,
            Reason::QuotedLocalPart,
        ),
        (
            !mailbox.local.is_ascii(),
            config.non_ascii_local_parts,
            Reason::NonAsciiLocalPart,
        ),
    ];
    for (applies, is_allowed, reason) in doubts {
        if applies {
            reasons.push(reason);
            judgement = match judgement {
                Judgement::Refused => Judgement::Refused,
                _ if rules.syntax.enabled && !is_allowed => Judgement::Refused,
                _ => Judgement::Doubted,
            };
        }
    }
    judgement
}

/// What is known of a domain after its name and the DNS were looked at.
pub(super) struct Known {
    pub(super) exists: Option<bool>,
    pub(super) mx_found: Option<bool>,
    pub(super) admitted: bool,
    pub(super) result: RuleResult,
}

pub(super) fn judged_domain(
    domain: &str,
    fact: DomainFact,
    rules: &Rules,
    reasons: &mut Vec<Reason>,
) -> Known {
    let nothing = Known {
        exists: None,
        mx_found: None,
        admitted: false,
        result: RuleResult::Unknown,
    };
    let Rule {
        enabled, config, ..
    } = &rules.domain;
    if !enabled {
        return nothing;
    }
    if config.refuse.covers(domain) {
        reasons.push(Reason::DomainRefused);
        return Known {
            result: RuleResult::Fail,
            ..nothing
        };
    }
    if config.admit.covers(domain) {
        return Known {
            exists: Some(true),
            mx_found: (fact == DomainFact::Mx).then_some(true),
            admitted: true,
            result: RuleResult::Pass,
        };
    }
    let by_name = if domain::is_special_use(domain) {
        Some(Reason::SpecialUseDomain)
    } else if domain::has_known_top(domain) {
        None
    } else {
        Some(Reason::UnknownTopLevelDomain)
    };
    let (exists, mx_found, reason) = match (by_name, fact) {
        (Some(reason), _) => (Some(false), Some(false), Some(reason)),
        (None, DomainFact::NotAsked) => (None, None, None),
        (None, DomainFact::NotFound) => (Some(false), Some(false), Some(Reason::DomainNotFound)),
        (None, DomainFact::NullMx) => (Some(false), Some(false), Some(Reason::NullMx)),
        (None, DomainFact::NoMailServer) => (Some(false), Some(false), Some(Reason::NoMailServer)),
        (None, DomainFact::Mx) => (Some(true), Some(true), None),
        (None, DomainFact::AddressOnly) => (Some(true), Some(false), Some(Reason::ImplicitMx)),
        (None, DomainFact::Timeout) => (None, None, Some(Reason::DomainTimeout)),
    };
    reasons.extend(reason);
    Known {
        exists,
        mx_found,
        admitted: false,
        result: match exists {
            Some(true) => RuleResult::Pass,
            Some(false) => RuleResult::Fail,
            None => RuleResult::Unknown,
        },
    }
}

pub(super) fn classified(
    local: &str,
    domain: &str,
    disposable: &DisposableDomains,
    admitted: bool,
    rules: &Rules,
    reasons: &mut Vec<Reason>,
) -> (Classification, Option<String>) {
    let Rule {
        enabled, config, ..
    } = &rules.classification;
    if !enabled {
        return (Classification::Unknown, None);
    }
    let is_free_mail = providers::is_free_mail(domain);
    let is_role = config.role_accounts && providers::is_role(local);
    if is_role {
        reasons.push(Reason::RoleAccount);
    }
    if is_free_mail {
        let classification = if is_role {
            Classification::Role
        } else {
            Classification::Personal
        };
        return (classification, None);
    }
    let is_disposable = config.disposable && !admitted && disposable.covers(domain);
    if is_disposable {
        reasons.push(Reason::DisposableDomain);
    }
    let suggestion = (config.suggestions && !admitted)
        .then(|| suggest::suggestion(domain))
        .flatten();
    if suggestion.is_some() {
        reasons.push(Reason::LikelyTypo);
    }
    let classification = if is_disposable {
        Classification::Disposable
    } else if is_role {
        Classification::Role
    } else if reasons.iter().any(|reason| {
        matches!(
            reason,
            Reason::UnknownTopLevelDomain
                | Reason::SpecialUseDomain
                | Reason::DomainNotFound
                | Reason::NullMx
                | Reason::NoMailServer
        )
    }) {
        Classification::Unknown
    } else {
        Classification::Business
    };
    (classification, suggestion)
}
