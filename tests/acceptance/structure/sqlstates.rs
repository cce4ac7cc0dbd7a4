//! Codes of the database's errors stand in one file per crate that meets them.

use super::tokens::tokens_without_tests;
use super::workspace::{Source, assert_none, in_all, rust_sources};

/// The adapter's one place, and that of the migrations, which stand below the adapter.
const HOMES: [&str; 2] = [
    "crates/infrastructure/src/error.rs",
    "migration/src/sqlstate.rs",
];

/// The classes of SQLSTATEs that PostgreSQL has (manual, appendix A).
const CLASSES: [&str; 42] = [
    "01", "02", "03", "08", "09", "0A", "0B", "0F", "0L", "0P", "0Z", "20", "21", "22", "23", "24",
    "25", "26", "27", "28", "2B", "2D", "2F", "34", "38", "39", "3B", "3D", "3F", "40", "42", "44",
    "53", "54", "55", "57", "58", "72", "F0", "HV", "P0", "XX",
];

fn sqlstates(source: &Source) -> Vec<String> {
    if HOMES.contains(&source.path.as_str()) || source.is_for_tests() {
        return Vec::new();
    }
    tokens_without_tests(source)
        .iter()
        .filter(|token| is_sqlstate(&token.text))
        .map(|token| {
            format!(
                "{}:{}: {} is an SQLSTATE and belongs to {}",
                source.path,
                token.line,
                token.text,
                HOMES.join(" or ")
            )
        })
        .collect()
}

fn is_sqlstate(literal: &str) -> bool {
    let text = literal.trim_matches('"');
    literal.len() == 7
        && text.len() == 5
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && CLASSES.contains(&&text[..2])
}

#[test]
fn sqlstates_stand_in_their_files() {
    assert_none(&in_all(&rust_sources(), sqlstates));
}

#[test]
fn an_sqlstate_elsewhere_is_found() {
    let text = r#"fn f() { matches!(code, "23505" | "42P04"); g("12345", "hello", "2350"); }"#;
    let elsewhere = Source::sample("crates/infrastructure/src/tenancy/roles.rs", text);
    let home = Source::sample(HOMES[0], text);

    assert_eq!(sqlstates(&elsewhere).len(), 2);
    assert_none(&sqlstates(&home));
}
