//! Measurements, one module each.

pub(crate) mod all;
pub(crate) mod analytics;
pub(crate) mod events;
mod file;
mod following;
pub(crate) mod import;
pub(crate) mod leads;
mod measuring;
mod people;
mod program;
pub(crate) mod rls;
mod searches;
pub(crate) mod simulation;
mod tenant;
pub(crate) mod tracking;
