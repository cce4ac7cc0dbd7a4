//! Units of work are opened and committed in one function, so that a reader sees both.

use super::tokens::{Token, find, tokens_without_tests};
use super::workspace::{Source, assert_none, in_all, root, rust_sources};

const DOMAINS: [&str; 5] = [
    "crates/analytics/src/",
    "crates/campaigns/src/",
    "crates/compliance/src/",
    "crates/contacts/src/",
    "crates/tenancy/src/",
];

/// Functions of the domains that open a unit and do not commit it.
///
/// A function called `begin` only passes the call on.
fn half_units(source: &Source) -> Vec<String> {
    if source.is_for_tests() || !DOMAINS.iter().any(|folder| source.path.starts_with(folder)) {
        return Vec::new();
    }
    functions(&tokens_without_tests(source))
        .into_iter()
        .filter(|(name, body)| {
            name.text != "begin"
                && !find(body, &[".", "begin", "("]).is_empty()
                && find(body, &[".", "commit", "("]).is_empty()
        })
        .map(|(name, _)| {
            format!(
                "{}:{}: `{}` opens a unit of work and does not commit it",
                source.path, name.line, name.text
            )
        })
        .collect()
}

/// The functions, each with its name and body.
fn functions(tokens: &[Token]) -> Vec<(&Token, &[Token])> {
    let mut found = Vec::new();
    for (index, pair) in tokens.windows(2).enumerate() {
        if pair[0].text != "fn" || pair[1].text == "(" {
            continue;
        }
        let rest = &tokens[index..];
        let Some(start) = rest
            .iter()
            .position(|token| matches!(token.text.as_str(), "{" | ";"))
        else {
            continue;
        };
        if rest[start].text == "{" {
            found.push((&pair[1], braced(&rest[start..])));
        }
    }
    found
}

/// The tokens up to the brace that closes the first one.
pub(super) fn braced(tokens: &[Token]) -> &[Token] {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &tokens[..=index];
        }
    }
    tokens
}

#[test]
fn who_opens_a_unit_of_work_commits_it() {
    assert_none(&in_all(&rust_sources(), half_units));
}

#[test]
fn a_unit_that_is_opened_and_not_committed_is_found() {
    let open = "impl A { async fn a(&self) { let unit = self.bench.begin(&scope).await?; } \
                async fn b(&self) { unit.commit().await } }";
    let whole = "async fn a() { let unit = store.begin(&scope).await?; unit.commit().await } \
                 fn begin() { store.begin() }";

    assert_eq!(
        half_units(&Source::sample("crates/tenancy/src/a.rs", open)),
        ["crates/tenancy/src/a.rs:1: `a` opens a unit of work and does not commit it"]
    );
    assert_none(&half_units(&Source::sample(
        "crates/tenancy/src/a.rs",
        whole,
    )));
}

/// Every accessor of a unit says which port the statements that follow count as.
#[test]
fn every_port_of_a_unit_is_measured_under_its_name() {
    let infrastructure = root().join("crates/infrastructure/src");
    let mut accessors = 0;
    for context in std::fs::read_dir(infrastructure).unwrap() {
        let store = context.unwrap().path().join("store.rs");
        let Ok(text) = std::fs::read_to_string(&store) else {
            continue;
        };
        for accessor in text.split("(&self) -> &dyn ").skip(1) {
            let body = accessor.split('}').next().unwrap_or_default();
            accessors += 1;
            assert!(body.contains("self.port(\""), "{}: {body}", store.display());
        }
    }
    assert!(accessors > 10);
}
