//! How what happened comes into the log: judged, recorded once, and counted where a person did it.

mod burst;
mod recording;

pub use burst::{Click, ClickWindow};
pub(crate) use recording::{Recording, Traces, recipients};
