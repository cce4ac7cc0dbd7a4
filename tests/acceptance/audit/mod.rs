//! The audit log: what is in it, who reads it, and how.
//!
//! - [`deed`] is one call, and whether the log tells what it did;
//! - [`ledger`] reads what changed in all tables, and what entries say;
//! - [`exceptions`] says what the log does not tell, and why;
//! - `proof` does so for every operation of the document, `refusals` for calls that are refused, `rights` for use cases that refuse a right;
//! - `reading` is about those who read the log.

mod deed;
mod exceptions;
mod ledger;

mod proof;
mod reading;
mod refusals;
mod rights;
