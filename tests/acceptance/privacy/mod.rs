//! Personal data and secrets are nowhere but where they have to be.

mod canaries;
mod mischief;
mod search;
mod visit;
