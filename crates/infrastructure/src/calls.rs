//! Counting and timing what is asked of the database.
//!
//! - `canvass_database_calls_total` and `canvass_database_call_duration_seconds`, by `port` (`tenancy.teams`),
//!   `statement` (`insert`) and, the count, `outcome` (`ok`, `error`);
//! - `canvass_database_unit_opening_seconds`: waiting for a connection of the pool, and the round trip that
//!   opens the unit on it;
//! - `canvass_database_pool_connections{state="waiting"}`: units that are being opened at this moment.

use std::time::Instant;

/// A statement on its way.
pub(crate) struct Call {
    port: &'static str,
    statement: &'static str,
    started: Instant,
}

impl Call {
    pub(crate) fn start(port: &'static str, sql: &str) -> Self {
        Self {
            port,
            statement: kind_of(sql),
            started: Instant::now(),
        }
    }

    pub(crate) fn end<T, E>(self, result: &Result<T, E>) {
        let (port, statement) = (self.port, self.statement);
        let outcome = if result.is_ok() { "ok" } else { "error" };
        metrics::counter!(
            "canvass_database_calls_total",
            "port" => port, "statement" => statement, "outcome" => outcome
        )
        .increment(1);
        metrics::histogram!(
            "canvass_database_call_duration_seconds",
            "port" => port, "statement" => statement
        )
        .record(self.started.elapsed().as_secs_f64());
    }
}

/// What a statement does; of one that begins with `WITH`, what it writes.
fn kind_of(sql: &str) -> &'static str {
    let mut words = sql.split_ascii_whitespace();
    let first = words.next().unwrap_or_default();
    let kinds = [
        ("INSERT", "insert"),
        ("UPDATE", "update"),
        ("DELETE", "delete"),
    ];
    let known = |word: &str| {
        let found = kinds
            .iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name));
        found.map(|(_, kind)| *kind)
    };
    if !first.eq_ignore_ascii_case("WITH") {
        return known(first).unwrap_or("select");
    }
    let mut before = first;
    for word in words {
        // A lock is no change.
        if !before.eq_ignore_ascii_case("FOR")
            && let Some(kind) = known(word.trim_start_matches('('))
        {
            return kind;
        }
        before = word;
    }
    "select"
}

/// A unit that is being opened.
pub(crate) struct Opening(Instant);

impl Opening {
    pub(crate) fn start() -> Self {
        waiting().increment(1.0);
        Self(Instant::now())
    }
}

/// Also when nobody waits for it any more.
impl Drop for Opening {
    fn drop(&mut self) {
        waiting().decrement(1.0);
        metrics::histogram!("canvass_database_unit_opening_seconds")
            .record(self.0.elapsed().as_secs_f64());
    }
}

fn waiting() -> metrics::Gauge {
    metrics::gauge!("canvass_database_pool_connections", "state" => "waiting")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_statement_is_what_it_writes() {
        for (sql, kind) in [
            ("SELECT 1", "select"),
            ("\n    UPDATE job_queue SET status = $1", "update"),
            ("insert into teams", "insert"),
            ("DELETE FROM rate_limits", "delete"),
            (
                "WITH a AS (SELECT 1 FROM b FOR UPDATE SKIP LOCKED) SELECT * FROM a",
                "select",
            ),
            (
                "WITH a AS (SELECT 1 FROM b FOR UPDATE SKIP LOCKED) UPDATE c SET d = 1",
                "update",
            ),
            ("WITH a AS (INSERT INTO b VALUES (1)) SELECT 1", "insert"),
            ("", "select"),
        ] {
            assert_eq!(kind_of(sql), kind, "{sql}");
        }
    }
}
