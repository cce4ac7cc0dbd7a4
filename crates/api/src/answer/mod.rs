//! What operations answer with when they succeed.

mod download;
mod found;
mod made;

pub(crate) use download::{CsvDownload, csv_download};
pub use found::{Changed, Found, NoContent};
pub use made::{Accepted, Answer, Created, Finished, Made, Rendering};
