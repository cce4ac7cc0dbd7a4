//! Analytics' ports.

mod aggregations;
mod figures;
mod rows;
mod store;
mod subjects;
