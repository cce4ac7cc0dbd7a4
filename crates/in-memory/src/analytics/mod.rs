//! Analytics' ports.

mod aggregations;
mod figures;
mod runs;
mod store;
mod subjects;

pub(crate) use aggregations::Aggregated;
