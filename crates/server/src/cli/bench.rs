//! What `canvass bench` is told.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(super) enum Bench {
    /// Every figure that the program is to reach, in one table
    All(BenchAll),
    /// The cost of row-level security
    Rls(BenchRls),
    /// How fast a file of contacts comes in, and how fast contacts are found
    Import(BenchImport),
    /// How fast leads are found, and how fast contacts are assigned to a campaign
    Leads(BenchLeads),
    /// How fast dashboards are, and how fast events are counted ahead
    Analytics(BenchAnalytics),
    /// How fast a campaign is simulated
    Simulation(BenchSimulation),
    /// How fast events come in that others tell
    Events(BenchEvents),
    /// Hits of readers at a steady rate, and whether one is lost
    Tracking(BenchTracking),
}

#[derive(Args, Debug)]
pub(crate) struct BenchAll {
    /// How much is measured with
    #[arg(long, value_enum, default_value_t = BenchScale::Standard)]
    pub(crate) scale: BenchScale,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

/// How much measurements are done with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum BenchScale {
    /// Little: to try the measurements out, not to measure
    Small,
    /// What the bars are said for; about an hour
    Standard,
    /// The same, and dashboards beside 100,000,000 events
    Full,
}

#[derive(Args, Debug)]
pub(crate) struct BenchEvents {
    /// How many events are told
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    pub(crate) events: u32,
    /// Rows of the file of people whose mails they happen to
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1_000..=1_000_000))]
    pub(crate) contacts: u64,
    /// How many batches are sent at a time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) senders: u8,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct BenchTracking {
    /// Hits per second
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) rate: u32,
    /// For how long
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub(crate) seconds: u32,
    /// How many connections the readers have
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u8).range(1..=255))]
    pub(crate) connections: u8,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct BenchImport {
    /// Rows of each file
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..=10_000_000))]
    pub(crate) rows: u64,
    /// Searches of each kind
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) searches: u16,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct BenchLeads {
    /// Leads of the organization
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(10_000..=10_000_000))]
    pub(crate) leads: u32,
    /// Rows of the file whose contacts are assigned to a campaign
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1_000..=1_000_000))]
    pub(crate) contacts: u64,
    /// Searches of each kind
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) searches: u16,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct BenchAnalytics {
    /// Events of the organization
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(10_000..=100_000_000))]
    pub(crate) events: u32,
    /// Events that come on one more day, at most as many
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    pub(crate) nightly: u32,
    /// Dashboards of each kind
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) reads: u16,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct BenchSimulation {
    /// Rows of the file whose contacts the campaign goes to
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1_000..=1_000_000))]
    pub(crate) contacts: u64,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct BenchRls {
    /// Rows per organization
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    pub(crate) rows: u32,
    /// Repetitions of each statement; of the slow ones a tenth
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    pub(crate) repeat: u32,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}
