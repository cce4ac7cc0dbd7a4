//! The storage of campaigns.

mod assignments;
mod audience;
mod campaign_rows;
mod email_templates;
mod events;
mod forms;
mod lead_views;
mod leads;
mod simulations;
mod store;
