//! What `canvass simulate` is told.

use std::path::PathBuf;

use clap::Args;

/// Which campaign is simulated, and how.
#[derive(Args)]
pub(crate) struct Simulate {
    /// Campaign, by name or id; it must not have begun, and have all that it needs to begin
    pub(crate) campaign: String,
    /// Organization that the campaign is of, by slug or id
    #[arg(long, env = "CANVASS_ORGANIZATION", value_name = "SLUG")]
    pub(crate) organization: String,
    /// API key with the scopes `campaign.view`, `campaign.launch` and `job.view`
    #[arg(
        long,
        env = "CANVASS_API_KEY",
        value_name = "KEY",
        hide_env_values = true
    )]
    pub(crate) api_key: String,
    /// Server (default: the public URL, or where it would listen)
    #[arg(long, env = "CANVASS_URL", value_name = "URL")]
    pub(crate) url: Option<String>,
    /// JSON file that says how likely everything is and how long it takes (default: as it is usual)
    #[arg(long, value_name = "FILE")]
    pub(crate) rates: Option<PathBuf>,
    /// Which run of these chances: the same seed gives the same events (default: any)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=9_007_199_254_740_991))]
    pub(crate) seed: Option<u64>,
    /// Play so many times as fast as life, from now on (default: all at once, in the past)
    #[arg(long, value_name = "FACTOR", conflicts_with = "start_at")]
    pub(crate) pace: Option<f64>,
    /// When the first mail goes out, as 2026-01-31T09:00:00Z (default: as late as can be)
    #[arg(long, value_name = "TIME")]
    pub(crate) start_at: Option<String>,
    /// Print what came of it as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// The key is a secret.
impl std::fmt::Debug for Simulate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulate")
            .field("campaign", &self.campaign)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
