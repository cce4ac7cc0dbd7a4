//! How much a run does: `scripts/soak` asks for more than a test run has time for.

/// The number in the variable, or this one where there is none.
#[expect(
    clippy::disallowed_methods,
    reason = "how long a soak takes is said by whoever starts it"
)]
fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).map_or(default, |number| {
        number.parse().expect("the variable is a number")
    })
}

/// How often something is killed.
pub(crate) fn kills(default: usize) -> usize {
    number("CANVASS_CRASH_ROUNDS", default)
}

/// How many rows a file has.
pub(crate) fn rows(default: usize) -> usize {
    number("CANVASS_CRASH_ROWS", default)
}
