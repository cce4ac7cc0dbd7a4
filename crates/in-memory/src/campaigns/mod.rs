//! The storage of campaigns.

mod email_templates;
mod forms;
mod store;
