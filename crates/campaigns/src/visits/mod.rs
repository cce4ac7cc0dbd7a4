//! What visitors do: looking at landing pages, answering them, opening mails, following links, and leaving.

mod error;
mod known;
mod landing;
mod leaving;
mod service;
mod tracking;

pub use error::VisitError;
pub use landing::LandingView;
pub use service::Visits;
