//! Hits of visitors, written down beside their requests.
//!
//! [`HitQueue`] takes a hit without waiting and a writer of its own records hits in groups: one unit of work for each
//! organization and group. While the database is out of reach the queue holds what comes, up to its room; what comes then
//! is counted and dropped, since nobody who opens a mail or follows a link should wait or be refused for it.
//!
//! `canvass_tracking_hits_total` counts them by `outcome`: `taken`, `recorded`, `dropped` (there was no room, or the
//! program ended first) and `refused` (the database did not take it); `canvass_tracking_queue_hits` says how many wait and
//! `canvass_tracking_delay_seconds` how long they did, which is what a killed process can lose.

mod queue;
mod tally;
mod writer;

pub use queue::{HitQueue, HitQueueSettings};
pub use writer::HitWriter;
