//! One module per subcommand.

pub(crate) mod admin;
pub(crate) mod bench;
pub(crate) mod demo;
pub(crate) mod import;
pub(crate) mod job;
pub(crate) mod migrate;
pub(crate) mod openapi;
mod output;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod verify;
pub(crate) mod worker;
