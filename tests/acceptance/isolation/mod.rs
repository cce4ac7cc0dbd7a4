//! Isolation of tenants in the database: shown by the catalogue, by trying, and by breaking it.

mod behaviour;
mod catalogue;
mod exceptions;
mod journey;
mod leads;
mod mutants;
mod probe;
mod rows;
mod rules;
mod travellers;

mod mutation;
mod structure;
mod units;
mod verbs;
