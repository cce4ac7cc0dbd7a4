//! What is in force: values that are checked, and defaults.

use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use infrastructure::{DatabaseSettings, MasterKeys};
use kernel::EmailAddress;

use super::{Dns, InvalidSettings, Pooler, Settings, SettingsSource};

impl SettingsSource {
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
            count_events_every: pause(
                "count-events-every",
                self.count_events_every,
                Duration::from_secs(2),
            )?,
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

/// A pause of some seconds between two times, where none says never.
fn pause(
    name: &'static str,
    value: Option<u32>,
    default: Duration,
) -> Result<Option<Duration>, InvalidSettings> {
    match value {
        Some(0) => Ok(None),
        value => seconds(name, value, default).map(Some),
    }
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
