//! Where settings come from, layer by layer.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use ipnet::IpNet;
use serde::Deserialize;

use super::{Forwarded, InvalidSettings, LogFormat, Pooler, Switch};

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
    /// Seconds after which events that were recorded are counted ahead (default: `2`); `0` leaves them to the night
    #[arg(
        long,
        global = true,
        env = "CANVASS_COUNT_EVENTS_EVERY",
        value_name = "SECONDS"
    )]
    pub count_events_every: Option<u32>,
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
            count_events_every: self.count_events_every.or(below.count_events_every),
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
}
