//! The storage of campaigns.

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
mod stops;
mod store;
