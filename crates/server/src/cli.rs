//! The command line.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use uuid::Uuid;

use crate::commands;
use crate::settings::{InvalidSettings, Settings, SettingsSource};
use crate::telemetry::{note_panics, start_logging};

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
}

/// What is imported, and how.
#[derive(Args)]
pub(crate) struct Import {
    /// CSV file
    #[arg(required_unless_present = "waiting")]
    pub(crate) file: Option<PathBuf>,
    /// List that its contacts are put on, by name or id; it is made where there is none
    #[arg(long, value_name = "NAME", required_unless_present = "waiting")]
    pub(crate) list: Option<String>,
    /// Start this import, which waits to be told which column has the address, instead of sending a file
    #[arg(long, value_name = "ID", requires = "map", conflicts_with_all = ["file", "list", "repeat"])]
    pub(crate) waiting: Option<Uuid>,
    /// Organization that the list is of, by slug or id
    #[arg(long, env = "CANVASS_ORGANIZATION", value_name = "SLUG")]
    pub(crate) organization: String,
    /// API key with the scopes `contact.import`, `contact.view`, `contact_list.view` and `contact_list.create`
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
    /// What becomes of rows of contacts that are there already (default: `update`)
    #[arg(long, value_name = "HOW", value_parser = ["skip", "update", "fill_empty"])]
    pub(crate) on_duplicate: Option<String>,
    /// What becomes of rows whose address is none (default: `keep`)
    #[arg(long, value_name = "HOW", value_parser = ["keep", "reject"])]
    pub(crate) invalid: Option<String>,
    /// Meaning of a column, as `Receiver=email`; may be repeated
    #[arg(long, value_name = "COLUMN=MEANING", value_parser = column_meaning)]
    pub(crate) map: Vec<ColumnMeaning>,
    /// How the file's text is written in bytes (default: as it looks)
    #[arg(long, value_name = "NAME", value_parser = ["utf-8", "utf-16le", "utf-16be", "windows-1252"])]
    pub(crate) encoding: Option<String>,
    /// What stands between two cells (default: as it looks)
    #[arg(long, value_name = "SIGN", value_parser = [",", ";", "|", "tab"])]
    pub(crate) delimiter: Option<String>,
    /// Line at which the header begins, from 1; 0 where there is none (default: as it looks)
    #[arg(long, value_name = "LINE", value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    pub(crate) header_line: Option<u32>,
    /// Only tell what would become of the rows
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Import the file even if it was imported into the list before
    #[arg(long)]
    pub(crate) repeat: bool,
    /// File to write rejected rows into
    #[arg(long, value_name = "FILE")]
    pub(crate) rejections: Option<PathBuf>,
}

/// What somebody says of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ColumnMeaning {
    pub(crate) column: String,
    pub(crate) meaning: String,
}

fn column_meaning(text: &str) -> Result<ColumnMeaning, String> {
    let (column, meaning) = text
        .rsplit_once('=')
        .ok_or("say COLUMN=MEANING, as Receiver=email")?;
    match meaning.parse::<contacts::Meaning>() {
        Ok(meaning) => Ok(ColumnMeaning {
            column: column.to_owned(),
            meaning: meaning.as_str().to_owned(),
        }),
        Err(error) => Err(format!(
            "{error}; the meanings are {}",
            contacts::Meaning::ALL
                .iter()
                .map(|meaning| meaning.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        )),
    }
}

impl Import {
    /// Whether anything was said of how the file is to be read.
    pub(crate) const fn says_how_to_read(&self) -> bool {
        !self.map.is_empty()
            || self.encoding.is_some()
            || self.delimiter.is_some()
            || self.header_line.is_some()
    }

    /// What was said of rows, by the name under which the API takes it.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let words = [
            ("on_duplicate", &self.on_duplicate),
            ("invalid", &self.invalid),
        ];
        words
            .into_iter()
            .filter_map(|(name, word)| Some((name, word.as_deref()?)))
    }
}

/// The key is a secret.
impl std::fmt::Debug for Import {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Import")
            .field("list", &self.list)
            .field("dry_run", &self.dry_run)
            .finish_non_exhaustive()
    }
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

#[derive(Args, Debug)]
pub(crate) struct WorkerArguments {
    /// Address and port at which to tell `/health/live`, `/health/ready` and `/metrics`; nowhere without it
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) health_listen: Option<SocketAddr>,
}

#[derive(Debug, Subcommand)]
enum Job {
    /// List the latest jobs
    List(JobListArguments),
    /// Ask for the cancellation of a job
    Cancel(JobCancelArguments),
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
pub(crate) struct JobCancelArguments {
    /// The job's id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
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

#[derive(Debug, Subcommand)]
enum Bench {
    /// The cost of row-level security
    Rls(BenchRls),
    /// How fast a file of contacts comes in, and how fast contacts are found
    Import(BenchImport),
    /// How fast leads are found, and how fast contacts are assigned to a campaign
    Leads(BenchLeads),
}

#[derive(Args, Debug)]
pub(crate) struct BenchImport {
    /// Rows of each file
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..=10_000_000))]
    pub(crate) rows: u64,
    /// Searches of each kind
    #[arg(long, value_name = "N", default_value_t = 40)]
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
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub(crate) searches: u16,
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
            Command::Migrate(arguments) => commands::migrate::migrate(&settings, &arguments).await,
            Command::Admin(Admin::Create(arguments)) => {
                commands::admin::create(&settings, arguments).await
            }
            Command::Bench(Bench::Rls(arguments)) => {
                commands::bench_rls::run(&settings, &arguments).await
            }
            Command::Bench(Bench::Import(arguments)) => {
                commands::bench_import::run(&settings, &arguments).await
            }
            Command::Bench(Bench::Leads(arguments)) => {
                commands::bench_leads::run(&settings, &arguments).await
            }
            Command::Import(arguments) => commands::import::import(&settings, &arguments),
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
