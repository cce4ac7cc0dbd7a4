//! What the architecture promises names the tests that hold it.

use std::collections::BTreeSet;

use super::tokens::tokens;
use super::workspace::{assert_none, read, rust_sources};

/// Promises without a test, and tests that do not exist.
fn unproved(page: &str, functions: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    for promise in page
        .split("\n\n")
        .filter(|part| part.starts_with("**Invariant:**"))
    {
        let names: Vec<_> = promise
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|word| is_test(word))
            .collect();
        if names.is_empty() {
            found.push(format!("no test holds: {promise}"));
        }
        for name in names.into_iter().filter(|name| !functions.contains(*name)) {
            found.push(format!("there is no test `{name}`"));
        }
    }
    found
}

/// Names of tests are sentences.
fn is_test(word: &str) -> bool {
    word.matches('_').count() >= 3
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[test]
fn every_invariant_names_tests_that_exist() {
    let page = read("docs/ARCHITECTURE.md").text;
    let functions: BTreeSet<_> = rust_sources()
        .iter()
        .flat_map(|source| {
            let tokens = tokens(source);
            let names = tokens.windows(2).filter(|pair| pair[0].text == "fn");
            names.map(|pair| pair[1].text.clone()).collect::<Vec<_>>()
        })
        .collect();

    assert!(
        page.matches("**Invariant:**").count() >= 10,
        "the promises are found"
    );
    assert_none(&unproved(&page, &functions));
}

#[test]
fn a_promise_without_a_test_is_found() {
    let functions = BTreeSet::from(["a_test_that_is_there".to_owned()]);

    assert_none(&unproved(
        "# Page\n\n**Invariant:** it holds.\n(`a_test_that_is_there`)",
        &functions,
    ));
    assert_eq!(
        unproved("**Invariant:** `serve` runs.\n\n**More**", &functions).len(),
        1
    );
    assert_eq!(
        unproved(
            "**Invariant:** it holds.\n(`a_test_that_is_gone`)",
            &functions
        )
        .len(),
        1
    );
}
