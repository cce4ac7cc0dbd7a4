//! The bodies of functions in the database, as the committed schema has them.

use std::collections::BTreeSet;

use super::super::workspace::{assert_none, read};
use super::sql::untied;
use super::{ACROSS, INTRODUCTIONS, tables};

/// A function in PL/pgSQL.
struct Function {
    name: String,
    arguments: Vec<String>,
    body: String,
}

const VERBS: [&str; 5] = ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"];

/// The functions that a schema makes.
fn functions(schema: &str) -> Vec<Function> {
    schema
        .split("CREATE FUNCTION ")
        .skip(1)
        .map(|text| {
            let mut parts = text.split("$$");
            let head = parts.next().unwrap_or_default();
            let body = parts.next().unwrap_or_default();
            let (name, rest) = head.split_once('(').unwrap_or((head, ""));
            let arguments = rest.split_once(')').map_or("", |(arguments, _)| arguments);
            Function {
                name: name.trim_start_matches("public.").to_owned(),
                arguments: arguments
                    .split(',')
                    .filter(|argument| !argument.trim().starts_with("OUT "))
                    .filter_map(|argument| argument.split_whitespace().next())
                    .map(str::to_owned)
                    .collect(),
                body: body.to_owned(),
            }
        })
        .collect()
}

impl Function {
    /// Its statements on these tables, with `$n` for its arguments.
    fn statements(&self, tables: &BTreeSet<&str>) -> Vec<String> {
        let body: Vec<_> = self
            .body
            .lines()
            .map(|line| line.split_once("--").map_or(line, |(code, _)| code))
            .collect();
        body.join("\n")
            .split(';')
            .map(words)
            .filter(|words| {
                words.windows(2).any(|pair| {
                    INTRODUCTIONS.contains(&pair[0].to_uppercase().as_str())
                        && tables.contains(pair[1].trim_start_matches("public."))
                })
            })
            .map(|words| self.statement(&words))
            .collect()
    }

    fn statement(&self, words: &[String]) -> String {
        let is_verb = |word: &String| VERBS.contains(&word.as_str());
        let begin = match words
            .iter()
            .position(|word| word == "PERFORM" || is_verb(word))
        {
            // The brackets around a query end somewhere: it stays a part of an expression.
            Some(verb) if verb > 0 && words[..verb].iter().any(|word| word == "(") => words
                .iter()
                .position(|word| word == "RETURN" || word == "IF")
                .map_or(0, |at| at + 1),
            Some(verb) => verb,
            None => 0,
        };
        let end = words
            .iter()
            .rposition(|word| word == "THEN" || word == "LOOP")
            .filter(|end| *end > begin)
            .unwrap_or(words.len());
        let mut sql = String::new();
        if !is_verb(&words[begin]) {
            sql.push_str("SELECT ");
        }
        for word in words[begin..end].iter().filter(|word| *word != "PERFORM") {
            match self.arguments.iter().position(|argument| argument == word) {
                Some(place) => sql.extend(["$".to_owned(), (place + 1).to_string()]),
                None => sql.push_str(word),
            }
            sql.push(' ');
        }
        sql
    }
}

/// Words, qualified names, and signs.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in text.chars() {
        quoted ^= letter == '\'';
        let after_sign = words
            .last()
            .is_some_and(|word| word.ends_with(|sign| "=<>:|+-*/".contains(sign)));
        if after_sign && letter.is_alphanumeric() {
            words.push(letter.to_string());
        } else if quoted || letter.is_alphanumeric() || "_.\"'".contains(letter) {
            if let Some(word) = words.last_mut() {
                word.push(letter);
            }
        } else if letter.is_whitespace() {
            words.push(String::new());
        } else if "(),".contains(letter) {
            words.extend([letter.to_string(), String::new()]);
        } else {
            // Signs such as `::` and `<=` stay together.
            match words.last_mut() {
                Some(word) if word.chars().all(|sign| !sign.is_alphanumeric()) => word.push(letter),
                _ => words.push(letter.to_string()),
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What is wrong in the functions of a schema.
pub(super) fn untied_in(
    schema: &str,
    tables: &BTreeSet<&str>,
    across: &[(&str, &str, &str)],
) -> Vec<String> {
    let mut found = Vec::new();
    for function in functions(schema) {
        for statement in function.statements(tables) {
            for finding in untied(&statement, tables) {
                let is_excused = across.iter().any(|(name, table, _)| {
                    *name == function.name && finding.table.as_deref() == Some(table)
                });
                if !is_excused {
                    found.push(format!("{}: {}: {statement}", function.name, finding.text));
                }
            }
        }
    }
    found
}

#[test]
fn every_function_of_the_database_names_the_organization() {
    let schema = read("docs/schema.sql").text;

    assert!(functions(&schema).len() > 10, "functions are found");
    assert_none(&untied_in(&schema, &tables(), ACROSS));
}

#[test]
fn a_function_that_does_not_name_the_organization_is_found() {
    let tables = BTreeSet::from(["roles", "slugs"]);
    let excused = [("f", "roles", "")];
    for body in [
        "RETURN QUERY SELECT id FROM roles r WHERE r.id = wanted;",
        "RETURN (SELECT id FROM roles r WHERE r.id = wanted);",
        "RETURN EXISTS (SELECT FROM public.roles r WHERE r.id=wanted);",
        "IF EXISTS (SELECT FROM roles r WHERE r.id = wanted) THEN RETURN; END IF;",
        "PERFORM FROM roles;",
        "DELETE FROM roles r -- WHERE r.organization_id = organization\n WHERE r.id = wanted;",
        "UPDATE roles SET name = 'a' WHERE organization_id = nullif(current_setting('a'), '')::uuid;",
        "INSERT INTO slugs (a) VALUES (organization) ON CONFLICT DO NOTHING;",
    ] {
        let schema = format!(
            "CREATE FUNCTION public.f(organization uuid, wanted uuid) AS $$\nBEGIN\n{body}\nEND\n$$;"
        );
        let found = untied_in(&schema, &tables, &[]);
        assert_eq!(found.len(), 1, "{body}: {found:?}");
        if body.contains("roles") {
            assert_none(&untied_in(&schema, &tables, &excused));
        }
    }
}

#[test]
fn a_function_that_names_the_organization_is_not_found() {
    let tables = BTreeSet::from(["roles"]);
    for body in [
        "RETURN QUERY SELECT id FROM roles r WHERE r.organization_id = organization AND r.id = wanted;",
        "RETURN EXISTS (SELECT FROM roles r WHERE r.organization_id = organization);",
        "IF EXISTS (SELECT FROM roles r WHERE r.organization_id=organization) THEN RETURN; END IF;",
        "INSERT INTO roles (organization_id, id) VALUES (organization, wanted) ON CONFLICT (organization_id, id) DO NOTHING;",
        "INSERT INTO slugs (id) VALUES (wanted); RAISE 'roles';",
    ] {
        let schema = format!(
            "CREATE FUNCTION public.f(organization uuid, wanted uuid) AS $$\nBEGIN\n{body}\nEND\n$$;"
        );
        assert_none(&untied_in(&schema, &tables, &[]));
    }
}
