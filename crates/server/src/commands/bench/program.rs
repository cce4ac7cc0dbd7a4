//! The program as a process of its own, with a private database.

use std::fmt;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use migration::role;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};
use tempfile::TempDir;

use crate::cli::Failure;

/// `canvass serve` on a folder that is thrown away.
pub(in crate::commands) struct Program {
    child: Mutex<Child>,
    url: String,
    folder: TempDir,
    pg_bin_dir: Option<PathBuf>,
    settings: &'static [&'static str],
}

/// What the database counted of a statement.
#[derive(Clone, Debug)]
pub(in crate::commands) struct Statement {
    /// Its beginning.
    pub(in crate::commands) text: String,
    pub(in crate::commands) calls: i64,
    pub(in crate::commands) seconds: f64,
}

impl Statement {
    /// The figures for a program.
    pub(in crate::commands) fn to_json(&self) -> Value {
        json!({ "statement": self.text, "calls": self.calls, "seconds": self.seconds })
    }

    /// A table for a person.
    pub(in crate::commands) fn write_all(
        statements: &[Self],
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        writeln!(f, "| statement | calls | s |")?;
        writeln!(f, "|---|---|---|")?;
        for statement in statements {
            let text = statement.text.replace('|', "/");
            let (calls, seconds) = (statement.calls, statement.seconds);
            writeln!(f, "| `{text}` | {calls} | {seconds:.2} |")?;
        }
        writeln!(f)
    }
}

/// How large a table with what is stored apart is, or an index.
#[derive(Clone, Debug)]
pub(in crate::commands) struct Size {
    pub(in crate::commands) relation: String,
    pub(in crate::commands) bytes: u64,
}

/// The tables that have what is known of contacts. Files, and what is noted of their rows, are not of the contacts.
const TABLES_OF_CONTACTS: [&str; 6] = [
    "contacts",
    "contact_list_members",
    "contact_list_counts",
    "contact_words",
    "suppressions",
    "validation_logs",
];

impl Program {
    /// Starts it, and waits until it serves.
    pub(in crate::commands) fn start(pg_bin_dir: Option<&Path>) -> Result<Self, Failure> {
        Self::start_with(pg_bin_dir, &[])
    }

    /// As [`Program::start`], with further settings.
    pub(in crate::commands) fn start_with(
        pg_bin_dir: Option<&Path>,
        settings: &'static [&'static str],
    ) -> Result<Self, Failure> {
        let folder = tempfile::tempdir().map_err(Failure::new)?;
        let (child, url) = launch(folder.path(), pg_bin_dir, "127.0.0.1:0", settings)?;
        Ok(Self {
            child: Mutex::new(child),
            url,
            folder,
            pg_bin_dir: pg_bin_dir.map(Path::to_owned),
            settings,
        })
    }

    /// Stops it with its database, and starts both again where they were: neither has anything in its memory then.
    pub(in crate::commands) fn restart(&self) -> Result<(), Failure> {
        let mut child = self.child();
        end(&mut child)?;
        let address = self.url.strip_prefix("http://").unwrap_or(&self.url);
        let (folder, binaries) = (self.folder.path(), self.pg_bin_dir.as_deref());
        let (next, _) = launch(folder, binaries, address, self.settings)?;
        *child = next;
        Ok(())
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where it serves.
    pub(in crate::commands) fn url(&self) -> &str {
        &self.url
    }

    /// Stops it, and removes what it wrote.
    pub(in crate::commands) fn stop(&self) -> Result<(), Failure> {
        end(&mut self.child())?;
        fs::remove_dir_all(self.folder.path()).map_err(Failure::new)
    }

    /// How many bytes of memory the process has, and the most it had since [`Program::forget_peak`].
    pub(in crate::commands) fn memory(&self) -> Result<(u64, u64), Failure> {
        let status = self.about("status")?;
        let bytes = |name: &str| {
            status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<u64>().ok())
                .map(|kilobytes| kilobytes * 1_024)
                .ok_or_else(|| Failure::new(format!("the process tells no {name}")))
        };
        Ok((bytes("VmRSS:")?, bytes("VmHWM:")?))
    }

    /// Begins to look for the most memory anew.
    pub(in crate::commands) fn forget_peak(&self) -> Result<(), Failure> {
        let process = self.child().id();
        fs::write(format!("/proc/{process}/clear_refs"), "5").map_err(Failure::new)
    }

    /// How much time of processors the process used until now, without its database.
    pub(in crate::commands) fn processor_time(&self) -> Result<Duration, Failure> {
        let stat = self.about("stat")?;
        // proc(5): the 14th and 15th fields; the second, in brackets, may have spaces.
        let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
        let ticks = fields
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse::<u64>().ok())
            .sum::<u64>();
        let per_second = rustix::param::clock_ticks_per_second();
        Ok(Duration::from_millis(ticks * 1_000 / per_second))
    }

    fn about(&self, name: &str) -> Result<String, Failure> {
        let process = self.child().id();
        fs::read_to_string(format!("/proc/{process}/{name}")).map_err(Failure::new)
    }

    async fn connect(&self, user: &str) -> Result<PgConnection, sqlx::Error> {
        let options = PgConnectOptions::new_without_pgpass()
            .socket(self.folder.path().join("data/postgres/socket"))
            .username(user)
            .database("canvass");
        PgConnection::connect_with(&options).await
    }

    /// A superuser's connection to its database.
    pub(in crate::commands) async fn administrator(&self) -> Result<PgConnection, sqlx::Error> {
        self.connect("postgres").await
    }

    /// A connection as the program has it.
    pub(in crate::commands) async fn login(&self) -> Result<PgConnection, sqlx::Error> {
        self.connect(role::LOGIN).await
    }

    /// Lets the database finish what it puts off, so that no measurement pays for the one before, and begins to count
    /// statements anew.
    pub(in crate::commands) async fn settle(&self) -> Result<(), sqlx::Error> {
        let mut database = self.administrator().await?;
        for statement in [
            "VACUUM (ANALYZE)",
            "CHECKPOINT",
            "CREATE EXTENSION IF NOT EXISTS pg_stat_statements",
            "SELECT pg_stat_statements_reset()",
        ] {
            database.execute(statement).await?;
        }
        database.close().await
    }

    /// The statements that took longest.
    pub(in crate::commands) async fn statements(&self) -> Result<Vec<Statement>, sqlx::Error> {
        let mut database = self.administrator().await?;
        let sql = "SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 70), sum(calls)::bigint, \
                       sum(total_exec_time + total_plan_time) / 1000 \
                   FROM pg_stat_statements \
                   WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) \
                   GROUP BY 1 ORDER BY 3 DESC LIMIT 12";
        let rows = database.fetch_all(sql).await?;
        let statement = |row: &PgRow| -> Result<Statement, sqlx::Error> {
            Ok(Statement {
                text: row.try_get(0)?,
                calls: row.try_get(1)?,
                seconds: row.try_get(2)?,
            })
        };
        rows.iter().map(statement).collect()
    }

    /// How large the tables are that have contacts and what is known of them, their partitions, and the indexes of all.
    pub(in crate::commands) async fn sizes(&self) -> Result<Vec<Size>, sqlx::Error> {
        let mut database = self.administrator().await?;
        let mut sizes = Vec::new();
        for table in TABLES_OF_CONTACTS {
            // A table that is not partitioned has no tree.
            let sql = "WITH tables AS ( \
                           SELECT $1::regclass AS id UNION SELECT t.relid FROM pg_partition_tree($1::regclass) t) \
                       SELECT id::text, pg_table_size(id) FROM tables \
                       UNION ALL \
                       SELECT i.indexrelid::regclass::text, pg_relation_size(i.indexrelid) \
                       FROM pg_index i JOIN tables t ON t.id = i.indrelid \
                       ORDER BY 1";
            let rows = sqlx::query(sql)
                .bind(table)
                .fetch_all(&mut database)
                .await?;
            for row in rows {
                let bytes: i64 = row.try_get(1)?;
                // A table that is partitioned has nothing of its own.
                if bytes == 0 {
                    continue;
                }
                sizes.push(Size {
                    relation: row.try_get(0)?,
                    bytes: bytes.unsigned_abs(),
                });
            }
        }
        Ok(sizes)
    }
}

/// Starts the program on a folder, and waits until it serves; tells where.
fn launch(
    folder: &Path,
    pg_bin_dir: Option<&Path>,
    address: &str,
    settings: &[&str],
) -> Result<(Child, String), Failure> {
    let program = std::env::current_exe().map_err(Failure::new)?;
    let mut command = Command::new(program);
    command
        .args(["serve", "--listen", address, "--log", "warn", "--data-dir"])
        .arg(folder.join("data"))
        .args(settings);
    if let Some(directory) = pg_bin_dir {
        command.arg("--pg-bin-dir").arg(directory);
    }
    let log = folder.join("log");
    let mut child = command
        // What is measured is the program as it comes, whatever is set for this one.
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(&log).map_err(Failure::new)?)
        .spawn()
        .map_err(Failure::new)?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        let mut output = BufReader::new(output);
        output.read_line(&mut line).map_err(Failure::new)?;
    }
    let url = line
        .strip_prefix("canvass serves on ")
        .and_then(|rest| rest.split(' ').next())
        .map(|url| url.trim().to_owned());
    let Some(url) = url else {
        // Dropped, it would live on.
        drop(child.kill());
        drop(child.wait());
        let log = fs::read_to_string(log).unwrap_or_default();
        let reason = log.lines().last().unwrap_or_default();
        return Err(Failure::new(format!("the program did not start: {reason}")));
    };
    Ok((child, url))
}

/// Tells a program to stop, and waits until it did.
fn end(child: &mut Child) -> Result<(), Failure> {
    let pid = i32::try_from(child.id()).ok();
    if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).map_err(Failure::new)?;
    }
    child.wait().map(drop).map_err(Failure::new)
}

impl Drop for Program {
    fn drop(&mut self) {
        // After a failure; its database ends with it.
        let child = self.child.get_mut();
        let child = child.unwrap_or_else(PoisonError::into_inner);
        if matches!(child.try_wait(), Ok(None)) {
            drop(child.kill());
            drop(child.wait());
        }
    }
}
