//! The audit log.

use tenancy::Permission as P;

use crate::matrix::entry::{Entry, Rule, Thing};

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::needs("searchAuditEntries", &[P::AuditView]),
    Entry::needs("countAuditEntries", &[P::AuditView]),
    Entry::needs("exportAuditEntries", &[P::AuditExport]),
    Entry::needs("readAuditEntry", &[P::AuditView]).on(&[Thing::AuditEntry]),
    Entry::new("listOwnAuditEntries", Rule::Session),
    Entry::new("searchPlatformAuditEntries", Rule::PlatformAdmin),
    Entry::new("readPlatformAuditEntry", Rule::PlatformAdmin).on(&[Thing::PlatformAuditEntry]),
];
