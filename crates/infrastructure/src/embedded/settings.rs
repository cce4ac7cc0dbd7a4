//! The server's settings, given on its command line, where nothing in the cluster can override them.

use std::{ffi::OsString, path::Path};

use super::EmbeddedOptions;

/// The library that counts statements.
const STATISTICS_LIBRARY: &str = "pg_stat_statements";

/// How pages in the write-ahead log are compressed.
const WAL_COMPRESSION: &str = "wal_compression";

/// What a PostgreSQL may have been built or packaged without, and is done without then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extras {
    /// Statements are counted.
    pub(super) statistics: bool,
    /// Pages in the write-ahead log are compressed with LZ4, which takes a fraction of the time of PostgreSQL's own method.
    pub(super) lz4: bool,
}

impl Extras {
    pub(super) const ALL: Self = Self {
        statistics: true,
        lz4: true,
    };

    /// Without the one that kept a server from starting, which gave this reason; `None` if it was none of them.
    pub(super) fn without_what(self, reason: &str) -> Option<Self> {
        if self.statistics && reason.contains(STATISTICS_LIBRARY) {
            tracing::warn!(
                "this PostgreSQL lacks the library {STATISTICS_LIBRARY}: statements are not counted"
            );
            Some(Self {
                statistics: false,
                ..self
            })
        } else if self.lz4 && reason.contains(WAL_COMPRESSION) {
            tracing::info!("this PostgreSQL does not compress its log with LZ4");
            Some(Self { lz4: false, ..self })
        } else {
            None
        }
    }
}

/// Keep personal data out of the server's log; nothing may override these.
///
/// `log_min_messages = log` leaves errors and warnings out altogether: the message of an error may
/// quote a value (`invalid input syntax for type uuid: "…"`), and the client is told anyway. The
/// others keep statements of failures, parameters and DETAIL lines (`Key (email)=(…) already
/// exists`) out of what is left. A slow statement is logged with its text, which holds no values:
/// the program sends all of them as bound parameters.
const PRIVACY: &[(&str, &str)] = &[
    ("log_min_messages", "log"),
    ("log_min_error_statement", "panic"),
    ("log_error_verbosity", "terse"),
    ("log_parameter_max_length", "0"),
    ("log_parameter_max_length_on_error", "0"),
    ("log_statement", "none"),
    ("log_duration", "off"),
    ("debug_print_parse", "off"),
    ("debug_print_rewritten", "off"),
    ("debug_print_plan", "off"),
    // Utility statements are counted with their literals, passwords among them.
    ("pg_stat_statements.track_utility", "off"),
];

/// For one machine with one program on it. `jit` costs more than it gains on short statements.
const COMMON: &[(&str, &str)] = &[
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("log_line_prefix", "%m [%p] "),
    ("logging_collector", "off"),
    ("log_destination", "stderr"),
    ("restart_after_crash", "on"),
    ("jit", "off"),
    ("checkpoint_timeout", "15min"),
    ("max_wal_size", "1GB"),
    // Twice the default, which the days of a million people with their index are too large for. It is taken as it is used.
    ("shared_buffers", "256 MB"),
    // Of an organization that statistics do not know yet the planner believes that it has no rows to speak of.
    ("autovacuum_naptime", "15s"),
];

/// `wal_level = replica`, so that a base backup can be taken from the running server; `minimal` would
/// only speed up loads into tables made in the same transaction, which the program does not do.
const DURABLE: &[(&str, &str)] = &[
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    ("wal_level", "replica"),
    ("max_wal_senders", "2"),
];

/// Committing stays synchronous: without `fsync` that is one cheap write, and it lets tests kill
/// the server and find what was acknowledged.
const DISPOSABLE: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "off"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
];

/// The arguments for `postgres`, without the data directory.
pub(super) fn arguments(
    options: &EmbeddedOptions,
    cluster_name: &str,
    socket: &Path,
    extras: Extras,
) -> Vec<OsString> {
    let mut arguments = Vec::new();
    let mut set = |name: &str, value: &str| {
        arguments.push(OsString::from("-c"));
        arguments.push(OsString::from(format!("{name}={value}")));
    };

    let durability = if options.is_durable() {
        DURABLE
    } else {
        DISPOSABLE
    };
    for (name, value) in COMMON.iter().chain(durability) {
        set(name, value);
    }
    if cfg!(target_os = "linux") {
        // A start after a crash takes one call instead of opening every file.
        set("recovery_init_sync_method", "syncfs");
    }
    set("max_connections", &options.connections().to_string());
    set(
        "log_min_duration_statement",
        &format!("{}ms", options.slow_statement_ms()),
    );
    set(WAL_COMPRESSION, if extras.lz4 { "lz4" } else { "on" });
    if extras.statistics {
        set("shared_preload_libraries", STATISTICS_LIBRARY);
    }
    for (name, value) in options.extra_settings() {
        set(name, value);
    }
    for (name, value) in PRIVACY {
        set(name, value);
    }
    set("cluster_name", cluster_name);

    arguments.push(OsString::from("-c"));
    arguments.push(directory_list(socket));
    arguments
}

/// `unix_socket_directories` is a list: one quoted item, so that commas and blanks are no matter.
fn directory_list(directory: &Path) -> OsString {
    let mut value = OsString::from("unix_socket_directories=\"");
    match directory.to_str() {
        Some(text) => value.push(text.replace('"', "\"\"")),
        None => value.push(directory),
    }
    value.push("\"");
    value
}
