//! The storage of contacts.

mod imports;
mod lists;
mod members;
mod people;
mod store;
mod suppressions;
