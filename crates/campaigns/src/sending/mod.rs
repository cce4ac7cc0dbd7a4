//! Having campaigns begin, and carrying them out.

mod assigning;
mod begin;
mod courses;
mod handing_over;
mod pace;
mod send;
mod settle;
mod transport;

pub use begin::BeginJob;
pub(crate) use begin::begin_job;
pub use courses::CampaignCourses;
pub(crate) use courses::{ATTEMPTS, readiness};
pub use send::SendJob;
pub(crate) use send::is_active;
pub(crate) use settle::{Bounces, failure};
pub use transport::{DueMail, Transport, TransportError};
