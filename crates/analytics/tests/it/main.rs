//! What the parts of analytics do together.

mod aggregation;
mod answers;
mod causality;
mod crowd;
mod dashboards;
mod metrics;
mod pdf;
mod report;
mod same_numbers;
mod simulation;
mod verdict;
mod world;
