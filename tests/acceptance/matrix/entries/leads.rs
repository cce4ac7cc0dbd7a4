//! Leads and what they answered.

use serde_json::json;
use tenancy::Permission as P;

use crate::matrix::entry::{Entry, Thing};
use crate::stack::unique;

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::needs("createLead", &[P::LeadCreate])
        .using(&[Thing::Form, Thing::Campaign])
        .with(|case| json!({ "form_id": case.used[0], "campaign_id": case.used[1], "answers": {} }))
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
    Entry::needs("assignLeads", &[P::LeadUpdate])
        .using(&[Thing::Lead, Thing::Team])
        .with(|case| json!({ "ids": [case.used[0]], "assigned_team_id": case.used[1] })),
    Entry::needs("deleteLeads", &[P::LeadDelete])
        .using(&[Thing::Lead])
        .with(|case| json!({ "ids": case.used })),
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
    Entry::needs("createLeadView", &[P::LeadUpdate])
        .with(|_| {
            json!({
                "name": format!("View {}", unique()),
                "query": "status=new&field=email:exists:true&sort=-created_at",
            })
        })
        .answers(201),
    Entry::needs("listLeadViews", &[P::LeadView]),
    Entry::needs("readLeadView", &[P::LeadView]).on(&[Thing::LeadView]),
    Entry::needs("updateLeadView", &[P::LeadUpdate])
        .on(&[Thing::LeadView])
        .with(|_| json!({ "query": "unassigned=true" })),
    Entry::needs("deleteLeadView", &[P::LeadUpdate])
        .on(&[Thing::LeadView])
        .answers(204),
    Entry::needs("listLeadStatusChanges", &[P::LeadView]).on(&[Thing::Lead]),
];
