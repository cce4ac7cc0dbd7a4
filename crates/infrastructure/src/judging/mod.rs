//! The storage of rules by which addresses are judged, and of what was judged.

mod log;
mod rules;
