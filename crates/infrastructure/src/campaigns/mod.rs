//! The storage of campaigns.

mod actors;
mod assignments;
mod audience;
mod campaign_rows;
mod consents;
mod email_templates;
mod events;
mod forms;
mod landing_pages;
mod lead_views;
mod leads;
mod recipient_rows;
mod simulations;
mod stops;
mod store;

pub use actors::EvidenceJudge;
