//! Every error that can leave the program has its codes in its `CODES`, and the HTTP adapter knows them.

use std::collections::BTreeSet;

use super::tokens::{Token, find, tokens_without_tests};
use super::units::braced;
use super::workspace::{Source, assert_none, in_all, read, rust_sources};

/// The types with `impl Classify for` in a source, with the bodies of those implementations.
fn classified(tokens: &[Token]) -> Vec<(&str, &[Token])> {
    let mut found = Vec::new();
    for (index, window) in tokens.windows(5).enumerate() {
        let [implementation, classify, for_, name, brace] = window else {
            continue;
        };
        if implementation.text == "impl"
            && classify.text == "Classify"
            && for_.text == "for"
            && brace.text == "{"
        {
            found.push((name.text.as_str(), braced(&tokens[index + 4..])));
        }
    }
    found
}

/// The string literals among the tokens that are at the place of a code: kebab-case words.
fn codes<'a>(tokens: impl IntoIterator<Item = &'a Token>) -> BTreeSet<&'a str> {
    tokens
        .into_iter()
        .filter_map(|token| token.text.strip_prefix('"')?.strip_suffix('"'))
        .filter(|text| {
            text.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        })
        .collect()
}

/// Codes that `fn code` answers and `CODES` lacks, or the other way round, and errors whose `CODES` the
/// HTTP adapter does not know.
fn uncounted(source: &Source, catalogue: &Source) -> Vec<String> {
    if source.is_for_tests() || source.path.starts_with("crates/api/") {
        return Vec::new();
    }
    let program = tokens_without_tests(source);
    let known = tokens_without_tests(catalogue);
    let mut found = Vec::new();
    for (name, body) in classified(&program) {
        let answered = body
            .windows(2)
            .position(|pair| pair[0].text == "fn" && pair[1].text == "code")
            .and_then(|start| {
                let brace = body[start..].iter().position(|token| token.text == "{")?;
                Some(codes(braced(&body[start + brace..])))
            })
            .unwrap_or_default();
        let listed = program
            .iter()
            .position(|token| token.text == "CODES")
            .map(|start| {
                let list = &program[start..];
                let end = list
                    .iter()
                    .position(|token| token.text == ";")
                    .unwrap_or(list.len());
                codes(&list[..end])
            })
            .unwrap_or_default();
        // A fault of ours has one code, whichever error it is part of.
        for code in answered
            .symmetric_difference(&listed)
            .filter(|code| **code != "internal")
        {
            found.push(format!(
                "{}: `{code}` stands either in the code() or in the CODES of {name}, not in both",
                source.path
            ));
        }
        if find(&known, &[name, "::", "CODES"]).is_empty() {
            found.push(format!(
                "{} does not know the CODES of {name}",
                catalogue.path
            ));
        }
    }
    found
}

#[test]
fn every_code_of_an_error_is_listed_and_known_to_the_http_adapter() {
    let catalogue = read("crates/api/src/problem/codes.rs");
    let sources = rust_sources();
    let errors: usize = sources
        .iter()
        .filter(|source| !source.is_for_tests())
        .map(|source| classified(&tokens_without_tests(source)).len())
        .sum();

    assert!(errors >= 4, "the errors are found");
    assert_none(&in_all(&sources, |source| uncounted(source, &catalogue)));
}

#[test]
fn a_code_that_is_not_listed_is_found() {
    let catalogue = Source::sample("codes.rs", "const C: &[u8] = &[TeamError::CODES];");
    let error = |codes: &str, name: &str| {
        let text = format!(
            "impl {name} {{ pub const CODES: &[(&str, &str)] = &[{codes}]; }} \
             impl Classify for {name} {{ fn kind(&self) {{ \"not-code\" }} \
             fn code(&self) -> &'static str {{ match self {{ Self::A => \"name-taken\" }} }} }}"
        );
        uncounted(
            &Source::sample("crates/tenancy/src/error.rs", &text),
            &catalogue,
        )
        .len()
    };

    assert_eq!(error("(\"name-taken\", \"Taken\")", "TeamError"), 0);
    assert_eq!(error("", "TeamError"), 1);
    assert_eq!(
        error("(\"name-taken\", \"Taken\"), (\"b\", \"B\")", "TeamError"),
        1
    );
    assert_eq!(error("(\"name-taken\", \"Taken\")", "LeadError"), 1);
}
