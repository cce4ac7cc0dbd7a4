//! What visitors do: looking at landing pages, answering them, opening mails, following links, and leaving.

mod error;
mod hits;
mod known;
mod landing;
mod leaving;
mod service;
mod session;
mod tracking;

pub use error::VisitError;
pub use hits::{Hit, HitRecorder, HitSink};
pub(crate) use known::answers as known_answers;
pub use landing::LandingView;
pub use service::Visits;
pub use session::VisitSession;
