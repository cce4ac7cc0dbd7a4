//! `leads` and what belongs to them

mod finding;
mod listing;
mod people;
mod repository;
mod rows;
mod several;
