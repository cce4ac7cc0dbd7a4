//! Forms and their versions.

use serde_json::{Value, json};
use tenancy::Permission as P;

use crate::matrix::case::Case;
use crate::matrix::entry::{Entry, Thing};
use crate::stack::unique;

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::needs("createForm", &[P::FormCreate])
        .with(|case| {
            let mut body = asked(case);
            body["name"] = json!(format!("Form {}", unique()));
            body
        })
        .answers(201),
    Entry::needs("listForms", &[P::FormView]),
    Entry::needs("readForm", &[P::FormView]).on(&[Thing::Form]),
    Entry::needs("updateForm", &[P::FormUpdate])
        .on(&[Thing::Form])
        .with(|_| json!({ "name": format!("Form {}", unique()) })),
    Entry::needs("deleteForm", &[P::FormDelete])
        .on(&[Thing::Form])
        .answers(204),
    Entry::needs("restoreForm", &[P::FormDelete]).on(&[Thing::DeletedForm]),
    Entry::needs("publishFormVersion", &[P::FormUpdate])
        .on(&[Thing::Form])
        .with(asked)
        .answers(201),
    Entry::needs("listFormVersions", &[P::FormView]).on(&[Thing::Form]),
    Entry::needs("readFormVersion", &[P::FormView]).on(&[Thing::Form, Thing::FormVersion]),
];

fn asked(_: &Case) -> Value {
    json!({
        "fields": [
            { "field_key": "email", "field_label": "Your address", "field_type": "email", "required": true },
            {
                "field_key": "plan",
                "field_label": "Plan",
                "field_type": "select",
                "validation_rules": { "options": [{ "value": "free" }, { "value": "paid", "label": "Paid" }] },
            },
            { "field_key": "terms", "field_label": "I agree.", "field_type": "consent", "required": true },
        ],
        "thank_you_message": "Thank you.",
        "redirect_url": "https://example.com/thanks",
    })
}
