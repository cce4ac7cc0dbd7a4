//! Having campaigns begin, and carrying them out.

mod assigning;
mod begin;
mod courses;
mod handing_over;
mod send;
mod settle;
mod transport;

pub use begin::BeginJob;
pub(crate) use begin::begin_job;
pub use courses::CampaignCourses;
pub use send::SendJob;
pub use transport::{Transport, TransportError};
