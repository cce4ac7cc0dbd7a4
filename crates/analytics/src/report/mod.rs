//! A report on a campaign that somebody would send to a client, as PDF.
//!
//! Charts are drawn as lines and boxes, letters come from fonts that are embedded, and all text can be extracted: what the
//! fonts have no letters for is shown as boxes and extracted as it is. The same content gives the same bytes.

mod content;
mod page;
mod pdf;

pub use content::ReportContent;
pub use pdf::ReportFault;
