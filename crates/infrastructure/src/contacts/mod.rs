//! The storage of contacts.

mod columns;
mod counts;
mod listing;
mod lists;
mod members;
mod people;
mod rows;
mod store;
mod suppressions;
