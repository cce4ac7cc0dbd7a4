//! Compliance's ports.

mod conditions;
mod directory;
mod rows;
mod store;
