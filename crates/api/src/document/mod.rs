//! The OpenAPI document, generated from the code of the operations.
//!
//! poem-openapi writes the document; [`generate()`] finishes it: one entry per path, the statuses that
//! follow from an operation's form, the proper names of headers, what parameters are, where null can stand, which
//! objects are closed, what the events of a stream are, and the usual names of formats and media types. It needs no
//! instance of anything, so no database either.

mod closed;
mod events;
mod examples;
mod formats;
mod generate;
mod nullable;
mod parameters;
mod schemas;
mod statuses;

pub use generate::{generate, pretty};
