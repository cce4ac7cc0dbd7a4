//! Measurements, one module each.

pub(crate) mod all;
pub(crate) mod analytics;
pub(crate) mod events;
pub(crate) mod import;
pub(crate) mod leads;
mod measuring;
pub(crate) mod rls;
mod searches;
pub(crate) mod simulation;
pub(crate) mod tracking;
