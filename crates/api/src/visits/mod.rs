//! The doors for people who came by a link or a landing page: `/p/…`, `/t/o/…`, `/t/c/…` and `/u/…`.
//!
//! They answer with pages (`crate::pages`) and need no credentials; a token in the address says who came. They are
//! described in `docs/public-pages.md` and not in the OpenAPI document, since no program is meant to call them.

mod answer;
mod doors;
mod landing;
mod leaving;
mod tracking;
mod typed;

pub(crate) use answer::SpeaksForItself;
pub(crate) use doors::{ADDRESSES, Doors};
