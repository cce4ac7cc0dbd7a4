//! Periodic jobs: asked for when they have their turn, and carried out by one process at a time.
//!
//! A [`Scheduler`] runs in every process. The one that holds the lease asks for the runs whose turn it is and carries out
//! what is open, be it asked for by the schedule, by the start of a program or by somebody; the others look from time to
//! time whether the lease has ended. A job has turns only where there is a [`PeriodicTask`] for it. Beside the scheduler that
//! acts, an [`EventFollower`] counts events soon after they were recorded.

mod act;
mod following;
mod ledger;
mod retention;
mod store;
mod tasks;

pub use act::{Scheduler, SchedulerSettings};
pub use following::{EventFollower, Passes};
pub use retention::DeletionPurge;
pub use tasks::{EventAggregation, Expiry, PartitionMaintenance, PeriodicTask, TaskFailure};
