//! Settings: what is in force, and where it comes from.

mod dns;
mod resolving;
mod source;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use infrastructure::{DatabaseSettings, MasterKeys};
use ipnet::IpNet;
use kernel::EmailAddress;
use serde::Deserialize;

pub(crate) use self::dns::Dns;
pub use self::dns::Switch;
pub use self::source::SettingsSource;

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
    /// How often this process looks for events to count ahead; `None` for never.
    pub count_events_every: Option<Duration>,
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
    fn in_force(&self) -> [(&'static str, String); 24] {
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
            (
                "count-events-every",
                self.count_events_every
                    .map_or_else(|| "never".to_owned(), seconds),
            ),
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
    use std::path::Path;

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
    fn events_are_counted_soon_or_never() {
        for (text, every) in [
            ("", Some(Duration::from_secs(2))),
            ("count-events-every = 30", Some(Duration::from_secs(30))),
            ("count-events-every = 0", None),
        ] {
            let settings = resolve(toml::from_str(text).unwrap()).unwrap();
            assert_eq!(settings.count_events_every, every, "{text}");
        }
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
            ("count-events-every = 86401", "count-events-every"),
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
