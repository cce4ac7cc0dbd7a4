//! Leads and what they answered.

use serde_json::json;
use tenancy::Permission as P;

use crate::matrix::entry::{Entry, Thing};

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::needs("createLead", &[P::LeadCreate])
        .using(&[Thing::Form])
        .with(|case| json!({ "form_id": case.used[0], "answers": {} }))
        .answers(201),
    Entry::needs("listLeads", &[P::LeadView]),
    Entry::needs("exportLeads", &[P::LeadExport]),
    Entry::needs("readLeadFunnel", &[P::LeadView]),
    Entry::needs("readLead", &[P::LeadView]).on(&[Thing::Lead]),
    Entry::needs("updateLead", &[P::LeadUpdate])
        .on(&[Thing::Lead])
        .with(|_| json!({ "status": "qualified", "status_reason": "Has a budget.", "notes": "Called." })),
    Entry::needs("setStatusOfLeads", &[P::LeadUpdate])
        .using(&[Thing::Lead])
        .with(|case| json!({ "ids": case.used, "status": "contacted" })),
    Entry::needs("deleteLead", &[P::LeadDelete])
        .on(&[Thing::Lead])
        .answers(204),
    Entry::needs("restoreLead", &[P::LeadDelete]).on(&[Thing::DeletedLead]),
    Entry::needs("addLeadResponse", &[P::LeadUpdate])
        .on(&[Thing::Lead])
        .using(&[Thing::Form])
        .with(|case| json!({ "form_id": case.used[0], "answers": {} }))
        .answers(201),
    Entry::needs("listLeadResponses", &[P::LeadView]).on(&[Thing::Lead]),
    Entry::needs("listLeadStatusChanges", &[P::LeadView]).on(&[Thing::Lead]),
];
