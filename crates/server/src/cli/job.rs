//! What `canvass job` and `canvass worker` are told.

use std::net::SocketAddr;

use clap::{Args, Subcommand};

#[derive(Args, Debug)]
pub(crate) struct WorkerArguments {
    /// Address and port at which to tell `/health/live`, `/health/ready` and `/metrics`; nowhere without it
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) health_listen: Option<SocketAddr>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Job {
    /// List the latest jobs
    List(JobListArguments),
    /// Ask for the cancellation of a job
    Cancel(JobCancelArguments),
    /// Run a periodic job now, and wait for its end
    Run(JobRunArguments),
}

#[derive(Args, Debug)]
pub(crate) struct JobListArguments {
    /// Those with this status only: `pending`, `running`, `completed`, `failed` or `cancelled`
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Option<String>,
    /// Those of this kind only
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: u16,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct JobRunArguments {
    /// The job's name: `aggregation`, `anonymisation`, `archive`, `partition-maintenance`, `purge` or `expiry`
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct JobCancelArguments {
    /// The job's id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}
