//! What operations answer with when they succeed.

mod found;
mod made;

pub use found::{Changed, Found, NoContent};
pub use made::{Accepted, Answer, Created, Finished, Made, Rendering};
