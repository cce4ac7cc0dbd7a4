//! Compliance's ports.

mod directory;
mod store;
