//! What campaigns promise, seen from outside.
#![expect(
    clippy::unwrap_used,
    reason = "tests fail where something unexpected happens"
)]

mod derived_text;
mod escaping;
mod forms;
mod template_rules;
