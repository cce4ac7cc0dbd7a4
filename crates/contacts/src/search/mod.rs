//! Search: what is asked for, and how well a contact fits it.

mod parse;
mod query;
mod typos;

pub use parse::InvalidContactSearch;
pub use query::{ContactSearch, Fit, Sequence, Term};
pub use typos::{forgives, guessable_words};
