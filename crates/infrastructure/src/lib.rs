//! Driven adapters.

pub mod embedded;
