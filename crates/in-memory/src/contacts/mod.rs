//! The storage of contacts.

mod lists;
mod members;
mod people;
mod store;
mod suppressions;
