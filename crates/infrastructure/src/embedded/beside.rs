//! Reaching the private PostgreSQL of another process.

use std::path::Path;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::layout::Layout;
use super::socket::{PORT, places};

/// How to connect as `user` to `database` of the private PostgreSQL that another process runs in this data directory;
/// `None` where none listens. Its socket lets in its owner and root alone.
#[must_use]
pub fn options_beside(data_dir: &Path, user: &str, database: &str) -> Option<PgConnectOptions> {
    let layout = Layout::find(data_dir)?;
    let directory = places(&layout)
        .into_iter()
        .find(|place| place.join(format!(".s.PGSQL.{PORT}")).exists())?;
    Some(
        PgConnectOptions::new_without_pgpass()
            .socket(directory)
            .port(PORT)
            .ssl_mode(PgSslMode::Disable)
            .username(user)
            .database(database),
    )
}
