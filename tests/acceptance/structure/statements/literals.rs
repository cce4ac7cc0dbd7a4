//! SQL in the sources.

use std::collections::BTreeSet;

use super::super::tokens::{Token, tokens_without_tests};
use super::super::workspace::{Source, assert_none};
use super::sql::untied;
use super::{ACROSS, INTRODUCTIONS, sources, tables};

/// A text of the program that names tables of tenants.
#[derive(Clone, Debug)]
pub(super) struct Sql {
    pub(super) place: String,
    path: String,
    /// With single blanks.
    pub(super) text: String,
    /// Whether it is a statement as it stands, and not a part or a template of one.
    pub(super) is_whole: bool,
}

const VERBS: [&str; 5] = ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"];

/// The SQL in these sources that names tables of tenants.
pub(super) fn all(sources: &[Source], tables: &BTreeSet<&str>) -> Vec<Sql> {
    sources
        .iter()
        .flat_map(|source| {
            let texts = if source.is_sql() {
                vec![(1, source.text.clone())]
            } else {
                strings(&tokens_without_tests(source))
            };
            texts.into_iter().filter_map(|(line, text)| {
                let words = words(&text);
                let is_whole = words
                    .first()
                    .is_some_and(|word| VERBS.contains(&word.to_uppercase().as_str()))
                    && !text.contains('{');
                // What introduces a table that is not there stands before one that is put in.
                let is_open = words
                    .last()
                    .is_some_and(|word| INTRODUCTIONS.contains(word));
                let names_tables = words.windows(2).any(|pair| {
                    let introduces = INTRODUCTIONS.contains(&pair[0])
                        || is_whole && INTRODUCTIONS.contains(&pair[0].to_uppercase().as_str());
                    let table = pair[1].trim_matches('"').to_lowercase();
                    introduces && (tables.contains(table.as_str()) || pair[1].starts_with('{'))
                });
                (names_tables || is_open).then(|| Sql {
                    place: format!("{}:{line}", source.path),
                    path: source.path.clone(),
                    is_whole: is_whole && !is_open,
                    text: if source.is_sql() {
                        text.clone()
                    } else {
                        text.split_whitespace().collect::<Vec<_>>().join(" ")
                    },
                })
            })
        })
        .collect()
}

/// The words of a text, where a placeholder such as `{table}` is one.
fn words(text: &str) -> Vec<&str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || "_{}\"".contains(letter)))
        .filter(|word| !word.is_empty())
        .collect()
}

/// The texts in string literals, but for documentation.
fn strings(tokens: &[Token]) -> Vec<(usize, String)> {
    let is = |at: Option<usize>, text| at.is_some_and(|at| tokens[at].text == text);
    tokens
        .iter()
        .enumerate()
        .filter(|(at, _)| !(is(at.checked_sub(1), "=") && is(at.checked_sub(2), "doc")))
        .filter_map(|(_, token)| Some((token.line, unquote(&token.text)?)))
        .collect()
}

fn unquote(literal: &str) -> Option<String> {
    if let Some(raw) = literal.strip_prefix('r') {
        let text = raw.trim_matches('#').strip_prefix('"')?.strip_suffix('"')?;
        return Some(text.to_owned());
    }
    let quoted = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::new();
    let mut letters = quoted.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        match letters.next()? {
            'n' | 'r' | 't' => text.push(' '),
            '\n' => while letters.next_if(|next| next.is_whitespace()).is_some() {},
            other => text.push(other),
        }
    }
    Some(text)
}

/// What is wrong with the whole statements among these.
pub(super) fn untied_in(
    all: &[Sql],
    tables: &BTreeSet<&str>,
    across: &[(&str, &str, &str)],
) -> Vec<String> {
    all.iter()
        .filter(|sql| sql.is_whole)
        .flat_map(|sql| {
            untied(&sql.text, tables)
                .into_iter()
                .filter(|finding| {
                    !across.iter().any(|(path, table, _)| {
                        *path == sql.path && finding.table.as_deref() == Some(table)
                    })
                })
                .map(|finding| format!("{}: {}", sql.place, finding.text))
        })
        .collect()
}

#[test]
fn every_statement_in_the_sources_names_the_organization() {
    let tables = tables();
    let all = all(&sources(), &tables);

    assert!(all.iter().filter(|sql| sql.is_whole).count() > 20);
    assert_none(&untied_in(&all, &tables, ACROSS));
}

fn sample(text: &str) -> Vec<Sql> {
    let tables = BTreeSet::from(["roles"]);
    all(&[Source::sample("crates/a/src/a.rs", text)], &tables)
}

#[test]
fn a_bad_statement_in_a_source_is_found() {
    let tables = BTreeSet::from(["roles"]);
    for text in [
        "const A: &str = \"SELECT id\\n FROM roles\";",
        "fn f() { unit.all(\"SELECT id \\\n          FROM roles r\", []); }",
        "fn f() { unit.all(r#\"SELECT id FROM \"roles\"\"#, []); }",
    ] {
        let found = sample(text);
        assert_eq!(untied_in(&found, &tables, &[]).len(), 1, "{text}");
        let excused = [("crates/a/src/a.rs", "roles", "")];
        assert_none(&untied_in(&found, &tables, &excused));
    }
}

#[test]
fn a_part_of_a_statement_is_told_from_a_whole_one() {
    for (text, is_whole) in [
        ("fn f() { g(\"SELECT id FROM roles\"); }", true),
        ("fn f() { format!(\"SELECT {A} FROM roles\"); }", false),
        ("fn f() { format!(\"DELETE FROM {table}\"); }", false),
        ("const A: &str = \"JOIN roles r ON true\";", false),
    ] {
        let found = sample(text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].is_whole, is_whole, "{text}");
    }
    assert!(sample("/// UPDATE roles\nfn f() { g(\"the roles\"); }").is_empty());
}
