//! What clients send, read so that nothing is refused before it is known who asks.
//!
//! [`Path`], [`Query`] and [`Body`] never fail when they are extracted. A handler authorizes first and
//! reads then: `body.decode(|fields| …)` gives a [`kernel::Checked`] command with all faults at once,
//! `parameters(|query| …)` the parameters. The type parameter of `Body` and `Query` is there for the
//! document alone: no value of it is ever made from what was sent.
//!
//! How one value is read is a *shape*: [`text`], [`id`], [`integer`], [`list`]`(…)`, [`object`]`(…)`.

mod body;
mod fields;
mod ids;
mod path;
mod pointer;
mod query;
mod shapes;
mod strict;

pub use body::Body;
pub use fields::{Fields, Input};
pub use ids::TypedId;
pub use path::{OrganizationKey, Path, Segment};
pub use query::{Parameters, Query, parameters};
pub(crate) use query::{pairs, values_of};
pub use shapes::{
    each, flag, id, instant, integer, json, json_object, list, object, secret, text, text_by, uuid,
};
