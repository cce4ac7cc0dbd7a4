//! Calls of sea-orm, from which it makes statements.

use super::super::tokens::{Token, find, tokens_without_tests};
use super::super::workspace::{Source, assert_none, in_all, program_sources};

const ENTITIES: &str = "crates/infrastructure/src/entities/";

/// How statements on an entity are begun that the rule understands.
const BEGINNINGS: [&str; 7] = [
    "find",
    "find_by_id",
    "update_many",
    "delete_many",
    "delete_by_id",
    "insert",
    "insert_many",
];

/// What makes statements in ways that the rule does not look through.
const OTHER_WAYS: [&[&str]; 10] = [
    &["find_related", "("],
    &["find_also_related", "("],
    &["find_with_related", "("],
    &["find_also", "("],
    &["inner_join", "("],
    &["left_join", "("],
    &["join_rev", "("],
    &["RelationTrait"],
    &["Query", "::"],
    &["into_active_model", "("],
];

const FILTER: [&str; 12] = [
    "Column",
    "::",
    "OrganizationId",
    ".",
    "eq",
    "(",
    "self",
    ".",
    "organization",
    "(",
    ")",
    ")",
];
const FIRST_OF_KEY: [&str; 7] = ["(", "(", "self", ".", "organization", "(", ")"];
const WHOLE_KEY: [&str; 7] = ["(", "self", ".", "organization", "(", ")", ")"];
const SETS: [&str; 10] = [
    "organization_id",
    ":",
    "Set",
    "(",
    "self",
    ".",
    "organization",
    "(",
    ")",
    ")",
];

/// Whether a source is an entity whose rows belong to organizations.
fn is_of_tenants(entity: &Source) -> bool {
    !find(&tokens_without_tests(entity), &["organization_id", ":"]).is_empty()
}

/// What a source does to entities of tenants without naming the organization.
fn unnamed(source: &Source, tenants: &[String]) -> Vec<String> {
    if source.path.starts_with(ENTITIES) {
        return Vec::new();
    }
    let tokens = tokens_without_tests(source);
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let bare = entity_in_scope(&tokens);
    let mut found = Vec::new();
    let mut report = |at: usize, what: &str| {
        found.push(format!("{}:{}: {what}", source.path, tokens[at].line));
    };
    for at in 0..tokens.len() {
        if text(at) == "Entity" && text(at + 1) == "::" {
            let entity = if at >= 2 && text(at - 1) == "::" {
                Some(text(at - 2))
            } else {
                bare.as_deref()
            };
            let is_known = entity.is_some_and(|entity| !tenants.iter().any(|it| it == entity));
            if is_known {
                continue;
            }
            let call = &tokens[at + 3..end_of_expression(&tokens, at)];
            let names_it = match text(at + 2) {
                "find" | "update_many" | "delete_many" => !find(call, &FILTER).is_empty(),
                "find_by_id" | "delete_by_id" => {
                    starts_with(call, &FIRST_OF_KEY) || starts_with(call, &WHOLE_KEY)
                }
                // Rows are looked at where they are made.
                "insert" | "insert_many" => true,
                other => {
                    debug_assert!(!BEGINNINGS.contains(&other));
                    false
                }
            };
            if !names_it {
                report(
                    at,
                    "a statement on an entity does not name the organization",
                );
            }
        }
        if text(at) == "ActiveModel" && text(at + 1) == "{" && text(at.wrapping_sub(1)) != ">" {
            let entity = if at >= 2 && text(at - 1) == "::" {
                Some(text(at - 2))
            } else {
                bare.as_deref()
            };
            let is_known = entity.is_some_and(|entity| !tenants.iter().any(|it| it == entity));
            let row = &tokens[at + 2..end_of_expression(&tokens, at + 2)];
            if !is_known && !starts_with(row, &SETS) && !takes_it_over(row) {
                report(
                    at,
                    "a row is made whose first field is not the unit's organization",
                );
            }
        }
        if OTHER_WAYS
            .iter()
            .any(|words| starts_with(&tokens[at..], words))
        {
            report(at, "a way to make statements that nobody looks through");
        }
    }
    found
}

/// Whether the rest of a row is that of another row, which is looked at where it is made.
fn takes_it_over(row: &[Token]) -> bool {
    row.windows(6).any(|window| {
        starts_with(window, &[".", ".", "self", "."])
            && window[4].text.ends_with("_row")
            && window[5].text == "("
    }) && find(row, &["organization_id"]).is_empty()
}

/// The entity whose `Entity` a source uses without saying which.
fn entity_in_scope(tokens: &[Token]) -> Option<String> {
    tokens
        .windows(5)
        .find(|window| {
            window[0].text == "entities"
                && window[1].text == "::"
                && window[3].text == "::"
                && window[4].text == "{"
        })
        .map(|window| window[2].text.clone())
}

/// The place of the `;` that ends the expression, or of the bracket that closes around it.
fn end_of_expression(tokens: &[Token], begin: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(begin) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" | ";" if depth == 0 => return at,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}

fn starts_with(tokens: &[Token], words: &[&str]) -> bool {
    tokens.len() >= words.len()
        && tokens
            .iter()
            .zip(words)
            .all(|(token, word)| token.text == *word)
}

fn adapter() -> Vec<Source> {
    program_sources()
        .into_iter()
        .filter(|source| source.path.starts_with("crates/infrastructure/") && !source.is_sql())
        .collect()
}

#[test]
fn every_call_of_an_entity_names_the_organization() {
    let sources = adapter();
    let tenants: Vec<_> = sources
        .iter()
        .filter_map(|source| {
            let name = source.path.strip_prefix(ENTITIES)?.strip_suffix(".rs")?;
            is_of_tenants(source).then(|| name.to_owned())
        })
        .collect();

    assert!(
        tenants.len() >= 5,
        "entities of tenants are found: {tenants:?}"
    );
    assert_none(&in_all(&sources, |source| unnamed(source, &tenants)));
}

fn sample(text: &str) -> Vec<String> {
    let text = format!(
        "use crate::entities::role::{{ActiveModel, Column, Entity}};\nuse crate::entities::{{team, user}};\n{text}"
    );
    let source = Source::sample("crates/infrastructure/src/a.rs", &text);
    unnamed(&source, &["role".to_owned(), "team".to_owned()])
}

#[test]
fn a_call_that_does_not_name_the_organization_is_found() {
    for text in [
        "fn f() { Entity::find().one(self); }",
        "fn f() { let a = Entity::find(); b.filter(Column::OrganizationId.eq(self.organization())); }",
        "fn f() { Entity::find().filter(Column::OrganizationId.eq(other)).one(self); }",
        "fn f() { Entity::find().filter(Column::OrganizationId.ne(self.organization())).one(self); }",
        "fn f() { team::Entity::find().all(self); }",
        "fn f() { Entity::find_by_id((other, id)).one(self); }",
        "fn f() { Entity::find_by_id(id).one(self); }",
        "fn f() { Entity::update_many().set(row).filter(Column::Id.eq(id)).exec(self); }",
        "fn f() { Entity::delete_many().exec(self); }",
        "fn f() { Entity::update(row).exec(self); }",
        "fn f() { Entity::find_by_name(name).one(self); }",
        "fn f() -> ActiveModel { ActiveModel { id: Set(id), ..default() } }",
        "fn f() -> ActiveModel { ActiveModel { organization_id: Set(other), id: Set(id) } }",
        "fn f() -> ActiveModel { ActiveModel { organization_id: Set(other), ..self.role_row(role) } }",
        "fn f() { role.find_related(a); }",
        "fn f() { Query::select().from(a); }",
    ] {
        assert_eq!(sample(text).len(), 1, "{text}: {:?}", sample(text));
    }
}

#[test]
fn a_call_that_names_the_organization_is_not_found() {
    for text in [
        "fn f() { Entity::find().filter(Column::OrganizationId.eq(self.organization())).one(self); }",
        "fn f() { team::Entity::find().filter(team::Column::OrganizationId.eq(self.organization())).one(self) }",
        "fn f() { Entity::find_by_id((self.organization(), id)).one(self); }",
        "fn f() { Entity::find_by_id(self.organization()).one(self); }",
        "fn f() -> ActiveModel { ActiveModel { organization_id: Set(self.organization()), id: Set(id) } }",
        "fn f() -> ActiveModel { ActiveModel { name: Set(name), ..self.role_row(role) } }",
        "fn f() { Entity::insert(row).exec_without_returning(self); }",
        "fn f() { user::Entity::find().one(self); }",
    ] {
        assert_none(&sample(text));
    }
}
