//! Settings: what is in force, and where it comes from.

mod dns;

use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use infrastructure::{DatabaseSettings, MasterKeys};
use ipnet::IpNet;
use kernel::EmailAddress;
use serde::Deserialize;

pub(crate) use self::dns::Dns;
pub use self::dns::Switch;

/// One layer of settings: flags and environment, or a file; what is absent is left to the next layer.
///
/// `Debug` shows what holds no secret and no address of a person.
#[derive(Args, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SettingsSource {
    /// Where the embedded database, the keys and outgoing mail are kept
    #[arg(long, global = true, env = "CANVASS_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Address and port to listen on (default: `127.0.0.1:8080`)
    #[arg(long, global = true, env = "CANVASS_LISTEN", value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// Where people reach this installation; links are made from it (default: `http://<listen>`)
    #[arg(long, global = true, env = "CANVASS_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// PostgreSQL login that serves (`canvass_login`); without it a private PostgreSQL is started
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// PostgreSQL administrator or member of `canvass_owner`, for `migrate`
    #[arg(
        long,
        global = true,
        env = "DATABASE_OWNER_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_owner_url: Option<String>,
    /// Directory with PostgreSQL's server programs, for the private one
    #[arg(long, global = true, env = "CANVASS_PG_BIN_DIR", value_name = "DIR")]
    pub pg_bin_dir: Option<PathBuf>,
    /// Most connections to the database (default: `10`)
    #[arg(long, global = true, env = "CANVASS_POOL_SIZE", value_name = "N")]
    pub pool_size: Option<u32>,
    /// Seconds to wait for a free connection (default: `5`)
    #[arg(
        long,
        global = true,
        env = "CANVASS_ACQUIRE_TIMEOUT",
        value_name = "SECONDS"
    )]
    pub acquire_timeout: Option<u32>,
    /// Seconds that a statement of a request may run (default: `10`)
    #[arg(
        long,
        global = true,
        env = "CANVASS_REQUEST_STATEMENT_TIMEOUT",
        value_name = "SECONDS"
    )]
    pub request_statement_timeout: Option<u32>,
    /// Seconds that a statement of a job may run (default: `60`)
    #[arg(
        long,
        global = true,
        env = "CANVASS_JOB_STATEMENT_TIMEOUT",
        value_name = "SECONDS"
    )]
    pub job_statement_timeout: Option<u32>,
    /// How many jobs this process works on at once (default: `4`); none leaves them to `canvass worker`
    #[arg(long, global = true, env = "CANVASS_JOB_SLOTS", value_name = "N")]
    pub job_slots: Option<u32>,
    /// Whether a pooler in transaction mode (PgBouncer) stands before the database (default: `none`)
    #[arg(long, global = true, env = "CANVASS_POOLER", value_name = "MODE")]
    pub pooler: Option<Pooler>,
    /// Seconds that a request may take (default: `30`)
    #[arg(
        long,
        global = true,
        env = "CANVASS_REQUEST_TIMEOUT",
        value_name = "SECONDS"
    )]
    pub request_timeout: Option<u32>,
    /// Mebibytes that a file of contacts may have (default: `2048`)
    #[arg(long, global = true, env = "CANVASS_UPLOAD_SIZE", value_name = "MIB")]
    pub upload_size: Option<u32>,
    /// Networks of proxies whose word on the client's address is taken, comma-separated
    #[arg(
        long,
        global = true,
        env = "CANVASS_TRUSTED_PROXIES",
        value_name = "NETS",
        value_delimiter = ','
    )]
    pub trusted_proxies: Option<Vec<IpNet>>,
    /// Header in which trusted proxies name the client (default: `x-forwarded-for`)
    #[arg(
        long,
        global = true,
        env = "CANVASS_FORWARDED_HEADER",
        value_name = "HEADER"
    )]
    pub forwarded_header: Option<Forwarded>,
    /// Origins of web pages that may call the API, comma-separated
    #[arg(
        long,
        global = true,
        env = "CANVASS_CORS_ORIGINS",
        value_name = "ORIGINS",
        value_delimiter = ','
    )]
    pub cors_origins: Option<Vec<String>>,
    /// Address that mail comes from (default: `canvass@localhost.invalid`)
    #[arg(long, global = true, env = "CANVASS_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Whether name servers are asked if domains take mail (default: `on` with `--database-url`, else `off`)
    #[arg(long, global = true, env = "CANVASS_DNS", value_name = "SWITCH")]
    pub dns: Option<Switch>,
    /// Resolver that is asked, as `127.0.0.1:53` (default: the system's)
    #[arg(
        long,
        global = true,
        env = "CANVASS_DNS_RESOLVER",
        value_name = "ADDR:PORT"
    )]
    pub dns_resolver: Option<SocketAddr>,
    /// File with disposable domains, a line each, in place of the built-in list; read again when it changes
    #[arg(
        long,
        global = true,
        env = "CANVASS_DISPOSABLE_DOMAINS",
        value_name = "FILE"
    )]
    pub disposable_domains: Option<PathBuf>,
    /// Master keys, oldest first: `1:<64 hex digits>`, comma-separated; else made in the data directory
    #[arg(
        long,
        global = true,
        env = "CANVASS_MASTER_KEYS",
        value_name = "KEYS",
        hide_env_values = true
    )]
    pub master_keys: Option<String>,
    /// How logs are written (default: `text`)
    #[arg(long, global = true, env = "CANVASS_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// What is logged, as `info` or `canvass=debug,info` (default: `info`)
    #[arg(long, global = true, env = "CANVASS_LOG", value_name = "FILTER")]
    pub log: Option<String>,
}

/// Whether a pooler stands before the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Pooler {
    /// None, or one in session mode.
    #[default]
    None,
    /// One in transaction mode: statements stay unnamed.
    Transaction,
}

/// In which header trusted proxies name the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Forwarded {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// A line for people per event.
    #[default]
    Text,
    /// A JSON object per event.
    Json,
}

/// What is in force; `Debug` shows what holds no secret and no address of a person.
#[derive(Clone)]
pub struct Settings {
    /// Where the embedded database, the keys and outgoing mail are kept.
    pub data_dir: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where people reach this installation, without a final slash; `None` means where it listens.
    pub public_url: Option<String>,
    /// The login that serves.
    pub database_url: Option<String>,
    /// The administrator that migrates.
    pub database_owner_url: Option<String>,
    /// Where PostgreSQL's server programs are.
    pub pg_bin_dir: Option<PathBuf>,
    /// How the database is used.
    pub database: DatabaseSettings,
    /// How many jobs this process works on at once; 0 for none.
    pub job_slots: u16,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How many bytes a file of contacts may have.
    pub upload_size: u64,
    /// Whose word on the client's address is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// In which header they give it.
    pub forwarded_header: Forwarded,
    /// Which web pages may call the API.
    pub cors_origins: Vec<String>,
    /// Where mail comes from.
    pub mail_from: EmailAddress,
    /// Whether name servers are asked if domains take mail.
    pub dns: Dns,
    /// Where another list of disposable domains is.
    pub disposable_domains: Option<PathBuf>,
    /// The master keys, if they are configured.
    pub master_keys: Option<MasterKeys>,
    /// How logs are written.
    pub log_format: LogFormat,
    /// What is logged.
    pub log: String,
}

impl fmt::Debug for SettingsSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SettingsSource")
            .field("data_dir", &self.data_dir)
            .field("listen", &self.listen)
            .field("has_database_url", &self.database_url.is_some())
            .field("has_database_owner_url", &self.database_owner_url.is_some())
            .field("has_master_keys", &self.master_keys.is_some())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("data_dir", &self.data_dir)
            .field("listen", &self.listen)
            .field("has_database_url", &self.database_url.is_some())
            .field("has_database_owner_url", &self.database_owner_url.is_some())
            .field("database", &self.database)
            .field("has_master_keys", &self.master_keys.is_some())
            .finish_non_exhaustive()
    }
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSettings {
    /// The file cannot be read.
    #[error("cannot read the settings file {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML, or has a setting that does not exist.
    #[error("the settings file {path} is wrong: {reason}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What is wrong, without the values.
        reason: String,
    },
    /// One setting is wrong.
    #[error("the setting `{name}` is wrong: {reason}")]
    Value {
        /// The setting.
        name: &'static str,
        /// What is wrong, without the value.
        reason: String,
    },
    /// There is no home directory to put the data directory into.
    #[error("there is no home directory; say where to keep data with --data-dir")]
    NoHome,
}

impl SettingsSource {
    /// Reads the layer of a TOML file.
    pub fn from_file(path: &Path) -> Result<Self, InvalidSettings> {
        let text = std::fs::read_to_string(path).map_err(|source| InvalidSettings::File {
            path: path.to_owned(),
            source,
        })?;
        toml::from_str(&text).map_err(|error| InvalidSettings::Syntax {
            path: path.to_owned(),
            reason: error.message().to_owned(),
        })
    }

    /// This layer, and where it says nothing, the one below it.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            data_dir: self.data_dir.or(below.data_dir),
            listen: self.listen.or(below.listen),
            public_url: self.public_url.or(below.public_url),
            database_url: self.database_url.or(below.database_url),
            database_owner_url: self.database_owner_url.or(below.database_owner_url),
            pg_bin_dir: self.pg_bin_dir.or(below.pg_bin_dir),
            pool_size: self.pool_size.or(below.pool_size),
            acquire_timeout: self.acquire_timeout.or(below.acquire_timeout),
            request_statement_timeout: self
                .request_statement_timeout
                .or(below.request_statement_timeout),
            job_statement_timeout: self.job_statement_timeout.or(below.job_statement_timeout),
            job_slots: self.job_slots.or(below.job_slots),
            pooler: self.pooler.or(below.pooler),
            request_timeout: self.request_timeout.or(below.request_timeout),
            upload_size: self.upload_size.or(below.upload_size),
            trusted_proxies: self.trusted_proxies.or(below.trusted_proxies),
            forwarded_header: self.forwarded_header.or(below.forwarded_header),
            cors_origins: self.cors_origins.or(below.cors_origins),
            mail_from: self.mail_from.or(below.mail_from),
            dns: self.dns.or(below.dns),
            dns_resolver: self.dns_resolver.or(below.dns_resolver),
            disposable_domains: self.disposable_domains.or(below.disposable_domains),
            master_keys: self.master_keys.or(below.master_keys),
            log_format: self.log_format.or(below.log_format),
            log: self.log.or(below.log),
        }
    }

    /// Fills in the defaults and checks every value.
    ///
    /// `home` is the user's home directory, under which data is kept when nothing else is said.
    pub fn resolve(self, home: Option<&Path>) -> Result<Settings, InvalidSettings> {
        let data_dir = match self.data_dir {
            Some(directory) => directory,
            None => home
                .ok_or(InvalidSettings::NoHome)?
                .join(".local/share/canvass"),
        };
        let max_connections = within("pool-size", self.pool_size, POOL_SIZES)?;
        let defaults = DatabaseSettings::default();
        let dns = Dns::of(self.dns, self.dns_resolver, self.database_url.is_none());
        Ok(Settings {
            data_dir,
            listen: self
                .listen
                .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            public_url: self
                .public_url
                .as_deref()
                .map(parse_public_url)
                .transpose()?,
            database_url: self
                .database_url
                .map(|url| check_url("database-url", url))
                .transpose()?,
            database_owner_url: self
                .database_owner_url
                .map(|url| check_url("database-owner-url", url))
                .transpose()?,
            pg_bin_dir: self.pg_bin_dir,
            database: DatabaseSettings {
                max_connections: max_connections.unwrap_or(defaults.max_connections),
                acquire_timeout: seconds(
                    "acquire-timeout",
                    self.acquire_timeout,
                    defaults.acquire_timeout,
                )?,
                request_timeout: seconds(
                    "request-statement-timeout",
                    self.request_statement_timeout,
                    defaults.request_timeout,
                )?,
                job_timeout: seconds(
                    "job-statement-timeout",
                    self.job_statement_timeout,
                    defaults.job_timeout,
                )?,
                transaction_pooler: self.pooler.unwrap_or_default() == Pooler::Transaction,
            },
            job_slots: within("job-slots", self.job_slots, JOB_SLOTS)?
                .and_then(|slots| u16::try_from(slots).ok())
                .unwrap_or(4),
            request_timeout: seconds(
                "request-timeout",
                self.request_timeout,
                Duration::from_secs(30),
            )?,
            upload_size: within("upload-size", self.upload_size, MEBIBYTES)?
                .map_or(2048, u64::from)
                * 1024
                * 1024,
            trusted_proxies: self.trusted_proxies.unwrap_or_default(),
            forwarded_header: self.forwarded_header.unwrap_or_default(),
            cors_origins: self
                .cors_origins
                .unwrap_or_default()
                .into_iter()
                .map(check_origin)
                .collect::<Result<_, _>>()?,
            mail_from: parse_mail_from(self.mail_from.as_deref())?,
            dns,
            disposable_domains: self.disposable_domains,
            master_keys: self
                .master_keys
                .as_deref()
                .map(MasterKeys::parse)
                .transpose()
                .map_err(|error| invalid("master-keys", error))?,
            log_format: self.log_format.unwrap_or_default(),
            log: self.log.unwrap_or_else(|| "info".to_owned()),
        })
    }
}

fn invalid(name: &'static str, reason: impl fmt::Display) -> InvalidSettings {
    InvalidSettings::Value {
        name,
        reason: reason.to_string(),
    }
}

/// How many connections a pool can have; one alone could wait for itself.
const POOL_SIZES: RangeInclusive<u32> = 2..=1000;

const JOB_SLOTS: RangeInclusive<u32> = 0..=256;
/// How many mebibytes a file can have: at most a tebibyte.
const MEBIBYTES: RangeInclusive<u32> = 1..=1024 * 1024;

/// How many seconds a time limit can have: at most a day.
const SECONDS: RangeInclusive<u32> = 1..=86_400;

fn within(
    name: &'static str,
    value: Option<u32>,
    range: RangeInclusive<u32>,
) -> Result<Option<u32>, InvalidSettings> {
    match value {
        Some(value) if !range.contains(&value) => Err(invalid(
            name,
            format_args!("must be between {} and {}", range.start(), range.end()),
        )),
        value => Ok(value),
    }
}

fn seconds(
    name: &'static str,
    value: Option<u32>,
    default: Duration,
) -> Result<Duration, InvalidSettings> {
    let value = within(name, value, SECONDS)?;
    Ok(value.map_or(default, |seconds| Duration::from_secs(u64::from(seconds))))
}

/// An origin as browsers name it (RFC 6454): scheme, host and port, nothing else.
fn check_origin(origin: String) -> Result<String, InvalidSettings> {
    let host = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    let is_origin = host.is_some_and(|host| {
        !host.is_empty()
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'))
    });
    if is_origin {
        Ok(origin)
    } else {
        Err(invalid(
            "cors-origins",
            "not a list of origins such as https://app.example.com",
        ))
    }
}

fn check_url(name: &'static str, url: String) -> Result<String, InvalidSettings> {
    match url.parse::<sqlx::postgres::PgConnectOptions>() {
        Ok(_) if url.starts_with("postgres://") || url.starts_with("postgresql://") => Ok(url),
        _ => Err(invalid(
            name,
            "not a URL such as postgres://login:password@host:5432/database",
        )),
    }
}

fn parse_public_url(url: &str) -> Result<String, InvalidSettings> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let host = rest.map(|rest| rest.trim_end_matches('/')).filter(|host| {
        !host.is_empty()
            && host
                .bytes()
                .all(|b| b.is_ascii_graphic() && !matches!(b, b'?' | b'#' | b'"' | b'<' | b'>'))
    });
    if host.is_none() {
        return Err(invalid(
            "public-url",
            "not a URL such as https://canvass.example.com",
        ));
    }
    Ok(url.trim_end_matches('/').to_owned())
}

fn parse_mail_from(text: Option<&str>) -> Result<EmailAddress, InvalidSettings> {
    text.unwrap_or("canvass@localhost.invalid")
        .parse()
        .map_err(|error| invalid("mail-from", error))
}

impl Settings {
    /// Where people reach this installation, given where it listens.
    #[must_use]
    pub fn public_url(&self, listening: SocketAddr) -> String {
        self.public_url
            .clone()
            .unwrap_or_else(|| format!("http://{listening}"))
    }
}

/// What is in force, a line each, with secrets masked.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self
            .in_force()
            .map(|(name, value)| format!("{name:<25} {value}"));
        f.write_str(&lines.join("\n"))
    }
}

impl Settings {
    fn in_force(&self) -> [(&'static str, String); 23] {
        let seconds = |limit: Duration| format!("{} s", limit.as_secs());
        let list = |items: Vec<String>| {
            if items.is_empty() {
                "-".to_owned()
            } else {
                items.join(",")
            }
        };
        let private = || "private PostgreSQL in the data directory".to_owned();
        let url = self.database_url.as_deref();
        let owner = self.database_owner_url.as_deref();
        let binaries = self.pg_bin_dir.as_deref();
        let proxies = self.trusted_proxies.iter().map(ToString::to_string);
        let database = &self.database;
        let pooler = if database.transaction_pooler {
            "transaction"
        } else {
            "none"
        };
        let header = match self.forwarded_header {
            Forwarded::XForwardedFor => "x-forwarded-for",
            Forwarded::Forwarded => "forwarded",
        };
        let keys = if self.master_keys.is_some() {
            "configured"
        } else {
            "in the data directory"
        };
        let format = match self.log_format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        };
        let disposable = self
            .disposable_domains
            .as_ref()
            .map_or_else(|| "built in".to_owned(), |path| path.display().to_string());
        [
            ("data-dir", self.data_dir.display().to_string()),
            ("listen", self.listen.to_string()),
            ("public-url", self.public_url(self.listen)),
            ("database-url", url.map_or_else(private, mask_url)),
            (
                "database-owner-url",
                owner.map_or_else(|| "-".to_owned(), mask_url),
            ),
            (
                "pg-bin-dir",
                binaries.map_or_else(
                    || "searched for".to_owned(),
                    |path| path.display().to_string(),
                ),
            ),
            ("job-slots", self.job_slots.to_string()),
            ("pool-size", database.max_connections.to_string()),
            ("acquire-timeout", seconds(database.acquire_timeout)),
            (
                "request-statement-timeout",
                seconds(database.request_timeout),
            ),
            ("job-statement-timeout", seconds(database.job_timeout)),
            ("pooler", pooler.to_owned()),
            ("request-timeout", seconds(self.request_timeout)),
            (
                "upload-size",
                format!("{} MiB", self.upload_size / 1024 / 1024),
            ),
            ("trusted-proxies", list(proxies.collect())),
            ("forwarded-header", header.to_owned()),
            ("cors-origins", list(self.cors_origins.clone())),
            ("mail-from", self.mail_from.to_string()),
            ("dns", self.dns.to_string()),
            ("disposable-domains", disposable),
            ("master-keys", keys.to_owned()),
            ("log-format", format.to_owned()),
            ("log", self.log.clone()),
        ]
    }
}

/// A URL without its password.
fn mask_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return "***".to_owned();
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let path = path.split('?').next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((login, host)) => {
            let name = login.split(':').next().unwrap_or_default();
            format!("{scheme}://{name}:***@{host}{path}")
        }
        None => format!("{scheme}://{authority}{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(source: SettingsSource) -> Result<Settings, InvalidSettings> {
        source.resolve(Some(Path::new("/home/ada")))
    }

    #[test]
    fn without_any_setting_there_are_defaults() {
        let settings = resolve(SettingsSource::default()).unwrap();

        assert_eq!(
            settings.data_dir,
            Path::new("/home/ada/.local/share/canvass")
        );
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(
            settings.public_url(settings.listen),
            "http://127.0.0.1:8080"
        );
    }

    #[test]
    fn flags_win_over_the_file() {
        let flags = SettingsSource {
            pool_size: Some(3),
            ..SettingsSource::default()
        };
        let file = SettingsSource {
            pool_size: Some(5),
            request_timeout: Some(7),
            ..SettingsSource::default()
        };

        let settings = resolve(flags.over(file)).unwrap();

        assert_eq!(settings.database.max_connections, 3);
        assert_eq!(settings.request_timeout, Duration::from_secs(7));
    }

    #[test]
    fn settings_and_their_sources_show_no_secret_and_no_persons_address() {
        let key = "ab".repeat(32);
        let source = SettingsSource {
            database_url: Some("postgres://canvass_login:hunter2@db.example/canvass".to_owned()),
            database_owner_url: Some("postgres://postgres:hunter3@db.example/canvass".to_owned()),
            master_keys: Some(format!("1:{key}")),
            mail_from: Some("ada@example.com".to_owned()),
            ..SettingsSource::default()
        };

        let shown = format!("{source:?} {:?}", resolve(source.clone()).unwrap());

        for secret in ["hunter2", "hunter3", "ada@example.com", &key] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains("/home/ada") && shown.contains("has_master_keys: true"));
    }

    #[test]
    fn the_summary_masks_secrets() {
        let key = "ab".repeat(32);
        let settings = resolve(SettingsSource {
            database_url: Some(
                "postgres://canvass_login:hunter2@db.example/canvass?password=x".to_owned(),
            ),
            database_owner_url: Some("postgres://postgres:hunter3@db.example/canvass".to_owned()),
            master_keys: Some(format!("1:{key}")),
            ..SettingsSource::default()
        })
        .unwrap();
        let summary = settings.to_string();

        for secret in ["hunter2", "hunter3", "password=x", &key] {
            assert!(
                !summary.contains(secret)
                    && !format!("{:?}", settings.master_keys).contains(secret)
            );
        }
        assert!(summary.contains("postgres://canvass_login:***@db.example/canvass\n"));
    }

    #[test]
    fn a_number_out_of_its_range_is_refused_wherever_it_comes_from() {
        for (text, name) in [
            ("pool-size = 0", "pool-size"),
            ("pool-size = 4000000000", "pool-size"),
            ("acquire-timeout = 0", "acquire-timeout"),
            ("request-timeout = 0", "request-timeout"),
            (
                "job-statement-timeout = 4294967295",
                "job-statement-timeout",
            ),
            (
                "request-statement-timeout = 86401",
                "request-statement-timeout",
            ),
            ("cors-origins = ['*']", "cors-origins"),
            ("cors-origins = ['https://a.example/b']", "cors-origins"),
        ] {
            let error = resolve(toml::from_str(text).unwrap()).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
        let fits =
            "pool-size = 2\nacquire-timeout = 86400\ncors-origins = ['https://a.example:8443']";
        assert!(resolve(toml::from_str(fits).unwrap()).is_ok());
    }

    #[test]
    fn a_wrong_value_is_named_and_not_repeated() {
        for (source, name) in [
            (
                SettingsSource {
                    database_url: Some("mysql://hunter2".to_owned()),
                    ..SettingsSource::default()
                },
                "database-url",
            ),
            (
                SettingsSource {
                    master_keys: Some("hunter2".to_owned()),
                    ..SettingsSource::default()
                },
                "master-keys",
            ),
            (
                SettingsSource {
                    public_url: Some("hunter2".to_owned()),
                    ..SettingsSource::default()
                },
                "public-url",
            ),
            (
                SettingsSource {
                    mail_from: Some("hunter2".to_owned()),
                    ..SettingsSource::default()
                },
                "mail-from",
            ),
        ] {
            let error = resolve(source).unwrap_err().to_string();
            assert!(
                error.contains(name) && !error.contains("hunter2"),
                "{error}"
            );
        }
    }
}
