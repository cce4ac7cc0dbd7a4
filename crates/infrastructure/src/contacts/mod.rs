//! The storage of contacts.

mod bulk_operations;
mod columns;
mod counts;
mod imports;
mod lexemes;
mod listing;
mod lists;
mod members;
mod people;
mod rows;
mod searching;
mod store;
mod suppressions;
mod test;
mod words;
