//! Who may do what: every operation of the document, tried by everybody.
//!
//! [`entries`] says of each operation who may call it and how a call that holds looks; an operation
//! without an entry fails the build, and so does an entry without an operation. Everything else follows:
//!
//! - `coverage`: the entries are the document's operations;
//! - `credentials`: what proves nothing opens nothing (401);
//! - `strangers`: an organization that is not one's own looks like one that does not exist (403);
//! - `roles`: every role of every template gets exactly what the catalogue of permissions gives it;
//! - `keys`: an API key gives no more than its scopes, and not what only a person may do;
//! - `foreign`: what belongs to others looks like what does not exist (404);
//! - `foreign_uses`: the same of what is named in a body;
//! - `foreign_texts`: the same of ids that stand in a query or a body where none is meant, for contacts and their jobs;
//! - `order`: of several reasons to refuse a call, which one is told.
//!
//! After the refused calls of an operation, all rows are what they were.

pub(crate) mod case;
pub(crate) mod document;
mod entries;
pub(crate) mod entry;
mod things;
pub(crate) mod world;

mod coverage;
mod credentials;
mod foreign;
mod foreign_texts;
mod foreign_uses;
mod keys;
mod order;
mod roles;
mod strangers;

pub(crate) use case::{Attempt, Bearing, Case};
pub(crate) use document::Operation;
pub(crate) use entry::{Entry, Rule};
pub(crate) use world::World;
