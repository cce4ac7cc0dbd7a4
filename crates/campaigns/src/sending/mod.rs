//! Having campaigns begin, and carrying them out.

mod begin;
mod courses;
mod send;
mod settle;
mod transport;

pub use begin::BeginJob;
pub use courses::CampaignCourses;
pub use send::SendJob;
pub use transport::{Transport, TransportError};
