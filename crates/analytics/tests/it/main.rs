//! What the parts of analytics do together.

mod answers;
mod causality;
mod crowd;
mod metrics;
mod report;
mod simulation;
mod verdict;
