//! The shape of the workspace: which crate may know which, and what stands where.
//!
//! Every rule is a function from text to findings, so that each is also tried on a sample that breaks it.

mod arrows;
mod calls;
mod codes;
mod contracts;
mod duplicates;
mod files;
mod invariants;
mod manifests;
mod migrations;
mod sqlstates;
mod statements;
mod tokens;
mod units;
mod workspace;
