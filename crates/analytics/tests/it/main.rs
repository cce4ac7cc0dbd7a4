//! What the parts of analytics do together.

mod aggregation;
mod answers;
mod causality;
mod crowd;
mod dashboards;
mod metrics;
mod report;
mod simulation;
mod verdict;
mod world;
