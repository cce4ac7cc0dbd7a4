//! `canvass openapi`

use std::io::Write as _;

use crate::cli::Failure;

/// Prints the OpenAPI document; needs no database.
pub(crate) fn print() -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(&api::openapi_document()).map_err(Failure::new)?;
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}") {
        // The reader has seen enough, as `head` does.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Failure::new),
    }
}
