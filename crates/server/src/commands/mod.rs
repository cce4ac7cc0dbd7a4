//! One module per subcommand.

pub(crate) mod admin;
pub(crate) mod bench_import;
pub(crate) mod bench_leads;
pub(crate) mod bench_rls;
pub(crate) mod demo;
pub(crate) mod import;
pub(crate) mod job;
pub(crate) mod migrate;
pub(crate) mod openapi;
pub(crate) mod serve;
pub(crate) mod worker;
