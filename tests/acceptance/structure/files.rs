//! How files are called, and what the files that only declare may hold.

use super::tokens::tokens_without_tests;
use super::workspace::{Source, assert_none, in_all, rust_sources};

/// Names that say nothing about what is inside.
const VAGUE: [&str; 8] = [
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "types",
    "misc",
    "shared_types",
];

fn vague_names(source: &Source) -> Vec<String> {
    source
        .path
        .trim_end_matches(".rs")
        .split('/')
        .filter(|part| VAGUE.contains(part))
        .map(|part| format!("{}: `{part}` does not say what is inside", source.path))
        .collect()
}

/// Items with logic at the top of a `lib.rs`, which declares modules and what of them is public.
fn logic_in_lib(source: &Source) -> Vec<String> {
    if !source.path.ends_with("/lib.rs") {
        return Vec::new();
    }
    let mut depth = 0_usize;
    let mut found = Vec::new();
    for token in tokens_without_tests(source) {
        match token.text.as_str() {
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" => depth -= 1,
            "fn" | "impl" | "struct" | "enum" | "trait" | "static" | "macro_rules"
                if depth == 0 =>
            {
                found.push(format!(
                    "{}:{}: `{}` belongs to a module",
                    source.path, token.line, token.text
                ));
            }
            _ => {}
        }
    }
    found
}

#[test]
fn names_of_files_say_what_is_inside() {
    assert_none(&in_all(&rust_sources(), vague_names));
}

#[test]
fn roots_of_crates_have_no_logic() {
    assert_none(&in_all(&rust_sources(), logic_in_lib));
}

#[test]
fn a_vague_name_is_found() {
    for path in [
        "crates/a/src/utils.rs",
        "crates/a/src/common/mod.rs",
        "tests/acceptance/helpers.rs",
    ] {
        assert_eq!(vague_names(&Source::sample(path, "")).len(), 1);
    }
    assert_none(&vague_names(&Source::sample(
        "crates/a/src/team_types.rs",
        "",
    )));
}

#[test]
fn logic_in_the_root_of_a_crate_is_found() {
    for text in [
        "fn f() {}",
        "pub struct A;",
        "impl A {}",
        "pub(crate) trait A {}",
    ] {
        assert_eq!(
            logic_in_lib(&Source::sample("crates/a/src/lib.rs", text)).len(),
            1
        );
        assert_none(&logic_in_lib(&Source::sample("crates/a/src/a.rs", text)));
    }
    let declares = "//! A crate of fn and impl.\n#![expect(dead_code)]\nmod a;\npub use a::{A, B};\n\
                    #[cfg(test)] mod tests { fn f() {} }";
    assert_none(&logic_in_lib(&Source::sample(
        "crates/a/src/lib.rs",
        declares,
    )));
}
