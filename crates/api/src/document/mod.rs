//! The OpenAPI document, generated from the code of the operations.
//!
//! poem-openapi writes the document; [`generate()`] finishes it: one entry per path, the statuses that
//! follow from an operation's form, the proper names of headers, `nullable` where an answer can be null,
//! and plain media types. It needs no instance of anything, so no database either.

mod examples;
mod generate;
mod nullable;
mod statuses;

pub use generate::{generate, pretty};
