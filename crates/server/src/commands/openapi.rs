//! `canvass openapi`

use super::output::say;
use crate::cli::Failure;

/// Prints the OpenAPI document; needs no database.
pub(crate) fn print() -> Result<(), Failure> {
    say(serde_json::to_string_pretty(&api::openapi_document()).map_err(Failure::new)?)
}
