//! The storage of contacts.

mod bulk_operations;
mod imports;
mod lists;
mod members;
mod people;
mod store;
mod suppressions;
