//! Imports.

mod files;
mod records;
mod rows;
mod trace;
