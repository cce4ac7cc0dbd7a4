//! The server's settings, given on its command line, where nothing in the cluster can override them.

use std::{ffi::OsString, path::Path};

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};

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

/// How much the server keeps in memory of what it reads and writes, in mebibytes, where there are so many bytes of memory: an
/// eighth of it, half of what PostgreSQL's documentation suggests for a machine of its own ("Resource Consumption"); at least
/// its default and at most 2 GiB. It is taken as it is used.
fn buffers_of(memory: u64) -> u64 {
    (memory / 8 / 1024 / 1024).clamp(128, 2048)
}

/// The memory of this machine, or what the control groups of the machine's root and of the program leave of it, in bytes; none
/// where nothing is known of it.
fn memory() -> u64 {
    let Ok(mut machine) = System::new() else {
        return 0;
    };
    machine.refresh_memory();
    let own = sysinfo::get_current_pid().ok();
    let only = own.as_slice();
    machine.refresh_processes_specifics(
        ProcessesToUpdate::Some(only),
        false,
        ProcessRefreshKind::nothing(),
    );
    let program = own.and_then(|pid| machine.process(pid)?.cgroup_limits());
    let limits = [machine.cgroup_limits(), program].into_iter().flatten();
    let memory = limits.map(|limits| limits.total_memory).min();
    memory.map_or(machine.total_memory(), |least| {
        least.min(machine.total_memory())
    })
}

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
    set("shared_buffers", &format!("{}MB", buffers_of(memory())));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_eighth_of_memory_is_for_buffers_within_bounds() {
        let gibibyte = 1024 * 1024 * 1024;

        for (memory, buffers) in [
            (0, 128),
            (gibibyte / 2, 128),
            (gibibyte, 128),
            (3 * gibibyte, 384),
            (16 * gibibyte, 2048),
            (1024 * gibibyte, 2048),
        ] {
            assert_eq!(buffers_of(memory), buffers, "{memory}");
        }
    }

    #[test]
    fn this_machine_has_memory() {
        assert!(memory() > 64 * 1024 * 1024);
    }
}
