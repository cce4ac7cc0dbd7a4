//! How addresses are judged.

use serde_json::json;
use tenancy::Permission as P;

use crate::matrix::entry::{Entry, Thing};

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::needs("checkEmails", &[P::ContactValidate])
        .with(|_| json!({ "addresses": ["ada@example.de"] })),
    Entry::needs("listContactValidations", &[P::ContactView]).on(&[Thing::Contact]),
    Entry::needs("validateContact", &[P::ContactValidate]).on(&[Thing::Contact]),
    Entry::needs("validateContactList", &[P::ContactValidate])
        .on(&[Thing::ContactList])
        .answers(202),
    Entry::needs("readContactListValidationSummary", &[P::ContactListView])
        .on(&[Thing::ContactList]),
    Entry::needs("readValidationRules", &[P::ValidationRuleView]),
    Entry::needs("listValidationRuleVersions", &[P::ValidationRuleView]),
    Entry::needs("readSyntaxRule", &[P::ValidationRuleView]),
    Entry::needs("updateSyntaxRule", &[P::ValidationRuleUpdate])
        .with(|_| json!({ "quoted_local_parts": false })),
    Entry::needs("readDomainRule", &[P::ValidationRuleView]),
    Entry::needs("updateDomainRule", &[P::ValidationRuleUpdate])
        .with(|_| json!({ "admit": ["example.com"] })),
    Entry::needs("readClassificationRule", &[P::ValidationRuleView]),
    Entry::needs("updateClassificationRule", &[P::ValidationRuleUpdate])
        .with(|_| json!({ "risky_from": 40 })),
];
