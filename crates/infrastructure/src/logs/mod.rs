//! The access log and the error log in the database, written off the request's path.
//!
//! [`DatabaseLogs`] takes lines into two bounded queues without waiting, and a writer per queue puts
//! them into the database in batches: a batch is written when it is full or half a second old. While the
//! database is out of reach the writers try again and the queues fill up; a line that finds its queue
//! full is dropped, newest first, and counted. Access lines never take the place of error lines.
//!
//! What became of lines stands in the metric `canvass_log_lines_total`, by `log` (`access`, `error`) and
//! `outcome`: `written`, `dropped` (the queue was full, or the program ended) or `refused` (the
//! database said that trying again is no use).

mod line;
mod queue;
mod store;
mod writer;

pub use line::{AccessLine, ErrorLevel, ErrorLine, Queued};
pub use queue::{DatabaseLogs, LogSettings};
pub use store::LogStore;
