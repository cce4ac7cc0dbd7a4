//! What black-box tests stand on: a whole server on a real database, people, and a client.
//!
//! - [`Stack`] is the server, and hands out people, organizations and the administrator's connection;
//! - [`Session`] is a person who logged in;
//! - [`Call`] and [`Answer`] are one request; every refusal is checked to be a problem document;
//! - [`log`] is what the server says meanwhile;
//! - [`Rows`] is what stands in all tables at one moment, and tells what changed.

mod background;
mod client;
pub(crate) mod log;
mod people;
mod rows;
mod server;

mod standing;

pub(crate) use client::{Answer, Call};
pub(crate) use people::{PASSWORD, Session, unique};
pub(crate) use rows::{Change, Columns, Rows};
pub(crate) use server::Stack;
