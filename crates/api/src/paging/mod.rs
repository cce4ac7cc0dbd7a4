//! Pages of listings: the parameters `limit` and `cursor`, and the answer.

mod seal;
mod take;

pub use take::{After, Limit, Listed, PageAnswer};
