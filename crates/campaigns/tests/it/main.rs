//! What campaigns promise, seen from outside.
#![expect(
    clippy::unwrap_used,
    reason = "tests fail where something unexpected happens"
)]

mod bursts;
mod courses;
mod derived_text;
mod email_templates;
mod escaping;
mod forms;
mod lead_views;
mod leads;
mod stored_forms;
mod template_rules;
mod world;
