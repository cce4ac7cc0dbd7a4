//! The command line.

mod bench;
mod import;
mod job;
mod simulate;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use self::bench::Bench;
use self::job::Job;
use crate::commands;
use crate::settings::{InvalidSettings, Settings, SettingsSource};
use crate::telemetry::{note_panics, start_logging};

pub(crate) use bench::{
    BenchAll, BenchAnalytics, BenchEvents, BenchImport, BenchLeads, BenchRls, BenchScale,
    BenchSimulation, BenchTracking,
};
pub(crate) use import::Import;
pub(crate) use job::{JobCancelArguments, JobListArguments, JobRunArguments, WorkerArguments};
pub(crate) use simulate::Simulate;

/// Canvass: campaigns, landing pages and leads for brokers and the agencies that serve them.
///
/// Without any configuration it starts a private PostgreSQL of its own and keeps everything in its
/// data directory.
#[derive(Debug, Parser)]
#[command(name = "canvass", version, propagate_version = true)]
struct Cli {
    /// TOML file with settings, named as the flags are; flags and environment win over it
    #[arg(long, global = true, env = "CANVASS_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten, next_help_heading = "Settings")]
    settings: SettingsSource,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API
    Serve,
    /// Work on jobs, and on nothing else, beside a server on the same database
    Worker(WorkerArguments),
    /// See and end the jobs of all organizations
    #[command(subcommand)]
    Job(Job),
    /// Bring the database up to date, and make its roles where they are missing
    Migrate(Migrate),
    /// Compare what is kept with what it was made from
    #[command(subcommand)]
    Verify(Verify),
    /// Print the OpenAPI document
    Openapi,
    /// Measure, beside a yardstick from the same run
    #[command(subcommand)]
    Bench(Bench),
    /// Make a demonstration organization with its people, and serve
    Demo(Demo),
    /// Administer the installation
    #[command(subcommand)]
    Admin(Admin),
    /// Import a file of contacts into a list, through a server that runs
    Import(Box<Import>),
    /// Simulate a campaign, through a server that runs
    Simulate(Box<Simulate>),
}

#[derive(Args, Debug)]
pub(crate) struct Migrate {
    /// Take back this many migrations instead; drops what they made, with all data in it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) down: Option<u32>,
    /// Do not ask whether data may be lost
    #[arg(long, requires = "down")]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
enum Verify {
    /// The sums of an organization's events; ends with 1 where one is wrong
    Aggregates(VerifyArguments),
}

#[derive(Args, Debug)]
pub(crate) struct VerifyArguments {
    /// Organization, by slug or id
    #[arg(long, env = "CANVASS_ORGANIZATION", value_name = "SLUG")]
    pub(crate) organization: String,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
enum Admin {
    /// Make an account that administers the platform
    Create(AdminCreate),
}

#[derive(Args, Debug)]
pub(crate) struct AdminCreate {
    /// Address to log in with
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: String,
    /// Name to be called by
    #[arg(long, value_name = "NAME", default_value = "Administrator")]
    pub(crate) name: String,
    /// Read the password from standard input instead of making one and printing it
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Make everything, print what to open, and end without serving
    #[arg(long)]
    pub(crate) no_serve: bool,
}

/// Why a command ended without success.
#[derive(Debug)]
pub(crate) struct Failure {
    /// One line for a person.
    pub(crate) message: String,
    /// The exit code: 1 for a failure, 2 for wrong use.
    pub(crate) code: u8,
}

impl Failure {
    /// A failure of the command itself.
    pub(crate) fn new(message: impl std::fmt::Display) -> Self {
        Self {
            message: message.to_string(),
            code: 1,
        }
    }

    /// Wrong use of the command.
    pub(crate) fn usage(message: impl std::fmt::Display) -> Self {
        Self {
            message: message.to_string(),
            code: 2,
        }
    }
}

/// Runs the program: reads the command line and carries it out.
///
/// Exit codes: 0 for success, 1 for a failure, 2 for wrong use.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match execute(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("canvass: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

fn execute(cli: Cli) -> Result<(), Failure> {
    if matches!(cli.command, Command::Openapi) {
        return commands::openapi::print();
    }
    let settings = resolve(cli.settings, cli.config.as_deref()).map_err(Failure::usage)?;
    start_logging(&settings).map_err(Failure::usage)?;
    note_panics();

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::new)?;
    let ended = runtime.block_on(async {
        match cli.command {
            Command::Serve => commands::serve::serve(settings).await,
            Command::Worker(arguments) => commands::worker::work(settings, &arguments).await,
            Command::Job(Job::List(arguments)) => commands::job::list(&settings, arguments).await,
            Command::Job(Job::Cancel(arguments)) => {
                commands::job::cancel(&settings, arguments).await
            }
            Command::Job(Job::Run(arguments)) => commands::job::run(&settings, arguments).await,
            Command::Migrate(arguments) => commands::migrate::migrate(&settings, &arguments).await,
            Command::Verify(Verify::Aggregates(arguments)) => {
                commands::verify::aggregates(&settings, &arguments).await
            }
            Command::Admin(Admin::Create(arguments)) => {
                commands::admin::create(&settings, arguments).await
            }
            Command::Bench(Bench::All(arguments)) => {
                commands::bench::all::run(&settings, &arguments)
            }
            Command::Bench(Bench::Rls(arguments)) => {
                commands::bench::rls::run(&settings, &arguments).await
            }
            Command::Bench(Bench::Import(arguments)) => {
                commands::bench::import::run(&settings, &arguments).await
            }
            Command::Bench(Bench::Events(arguments)) => {
                commands::bench::events::run(&settings, &arguments).await
            }
            Command::Bench(Bench::Tracking(arguments)) => {
                commands::bench::tracking::run(&settings, &arguments).await
            }
            Command::Bench(Bench::Leads(arguments)) => {
                commands::bench::leads::run(&settings, &arguments).await
            }
            Command::Bench(Bench::Analytics(arguments)) => {
                commands::bench::analytics::run(&settings, &arguments).await
            }
            Command::Bench(Bench::Simulation(arguments)) => {
                commands::bench::simulation::run(&settings, &arguments).await
            }
            Command::Import(arguments) => commands::import::import(&settings, &arguments),
            Command::Simulate(arguments) => commands::simulate::simulate(&settings, &arguments),
            Command::Demo(arguments) => commands::demo::demo(settings, &arguments).await,
            Command::Openapi => Ok(()),
        }
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    ended
}

#[expect(
    clippy::disallowed_methods,
    reason = "the environment is read here and nowhere else"
)]
fn resolve(flags: SettingsSource, file: Option<&Path>) -> Result<Settings, InvalidSettings> {
    let file = file
        .map(SettingsSource::from_file)
        .transpose()?
        .unwrap_or_default();
    let home = std::env::var_os("HOME").map(PathBuf::from);
    flags.over(file).resolve(home.as_deref())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn searches_are_measured_or_not_asked_for() {
        for bench in ["import", "leads"] {
            let parsed =
                |searches| Cli::try_parse_from(["canvass", "bench", bench, "--searches", searches]);
            assert!(parsed("0").is_err(), "{bench}");
            assert!(parsed("1").is_ok(), "{bench}");
        }
    }

    #[test]
    fn an_import_that_waits_is_started_with_whatever_is_said_of_it() {
        let waiting = [
            "canvass",
            "import",
            "--waiting",
            "019b6c3c-6a00-7000-8000-000000000011",
        ];
        let known = ["--organization", "acme", "--api-key", "key"];
        let parsed = |more: &[&str]| Cli::try_parse_from([&waiting[..], &known, more].concat());
        for more in [
            &[][..],
            &["--header-line", "2"],
            &["--encoding", "utf-8", "--delimiter", ";"],
            &["--map", "Receiver=email", "--repeat"],
        ] {
            assert!(parsed(more).is_ok(), "{more:?}");
        }
        assert!(parsed(&["--list", "Leads"]).is_err());
    }

    /// Flag, variable and, where the help of the flag tells it, default.
    type Row = (String, String, Option<String>);

    fn settings() -> Vec<Row> {
        let command = SettingsSource::augment_args(clap::Command::new("settings"));
        let row = |argument: &clap::Arg| {
            let help = argument.get_help().unwrap().to_string();
            let default = help.split_once("(default: `").map(|(_, rest)| {
                let (default, _) = rest.split_once('`').unwrap();
                default.to_owned()
            });
            (
                format!("--{}", argument.get_long().unwrap()),
                argument.get_env().unwrap().to_str().unwrap().to_owned(),
                default,
            )
        };
        command.get_arguments().map(row).collect()
    }

    /// The table of settings, its defaults without their units and alternatives.
    fn published(readme: &str) -> Vec<Row> {
        let rows = readme.lines().filter(|line| line.starts_with("| `--"));
        rows.map(|line| {
            let cells = line.split('|').map(str::trim).collect::<Vec<_>>();
            let default = cells[3].split([' ', ',']).next().unwrap();
            let bare = |cell: &str| cell.trim_matches('`').to_owned();
            (bare(cells[1]), bare(cells[2]), Some(bare(default)))
        })
        .collect()
    }

    #[test]
    fn the_readme_lists_the_settings_there_are() {
        let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
        let published = published(&std::fs::read_to_string(readme).unwrap());
        let settings = settings();

        let names = |rows: &[Row]| -> Vec<(String, String)> {
            let mut names = rows
                .iter()
                .map(|(flag, variable, _)| (flag.clone(), variable.clone()))
                .collect::<Vec<_>>();
            names.sort_unstable();
            names
        };
        assert_eq!(names(&published), names(&settings));
        let told = settings.iter().filter(|(_, _, default)| default.is_some());
        assert!(told.clone().count() > 8, "defaults are found in the help");
        for row in told {
            assert!(
                published.contains(row),
                "{row:?} is not what the README says"
            );
        }
    }
}
