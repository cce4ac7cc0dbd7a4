//! What progenitor makes of the document of the API.
#![expect(
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::doc_lazy_continuation,
    clippy::map_err_ignore,
    clippy::pedantic,
    clippy::str_to_string,
    clippy::unwrap_used,
    reason = "it is written by a generator, which has ways of its own"
)]

include!(concat!(env!("OUT_DIR"), "/client.rs"));
