//! Who may call what: scopes are made by tenancy, and the HTTP adapter knows no storage.

use super::tokens::{Token, find, tokens, tokens_without_tests};
use super::workspace::{Source, assert_none, in_all, rust_sources};

/// Words that may stand only where somebody is responsible for them.
struct Reserved {
    words: &'static [&'static str],
    /// Folders in whose program code they may stand.
    folders: &'static [&'static str],
    /// Whether tests may use them as well.
    in_tests: bool,
}

const RESERVED: &[Reserved] = &[
    Reserved {
        words: &["TenantScope", "::", "for_principal"],
        folders: &["crates/tenancy/src/"],
        in_tests: true,
    },
    Reserved {
        words: &["TenantScope", "::", "platform"],
        folders: &["crates/tenancy/src/"],
        in_tests: true,
    },
    Reserved {
        words: &["TenantScope", "::", "for_job"],
        folders: &["crates/infrastructure/src/jobs/"],
        in_tests: true,
    },
    Reserved {
        words: &["TenantScope", "::", "for_visitor"],
        folders: &["crates/campaigns/src/visits/"],
        in_tests: true,
    },
    // Another name would hide a scope from the rules above.
    Reserved {
        words: &["TenantScope", "as"],
        folders: &[],
        in_tests: false,
    },
    Reserved {
        words: &["=", "TenantScope", ";"],
        folders: &[],
        in_tests: false,
    },
    // An exception from a lint says why, and ends when the lint is silent: `expect`.
    Reserved {
        words: &["[", "allow", "("],
        folders: &[],
        in_tests: false,
    },
];

fn misplaced(source: &Source) -> Vec<String> {
    let all = tokens(source);
    let program = tokens_without_tests(source);
    let mut found = Vec::new();
    for reserved in RESERVED {
        let at_home = reserved
            .folders
            .iter()
            .any(|folder| source.path.starts_with(folder));
        if at_home || (reserved.in_tests && source.is_for_tests()) {
            continue;
        }
        let looked_at = if reserved.in_tests { &program } else { &all };
        for line in find(looked_at, reserved.words) {
            found.push(format!(
                "{}:{line}: `{}` may not stand here",
                source.path,
                reserved.words.concat()
            ));
        }
    }
    found
}

/// What the HTTP adapter and the composition root must not name: units of work, and for the
/// adapter also the ports behind which storage stands.
fn storage_at_the_door(source: &Source) -> Vec<String> {
    let in_api = source.path.starts_with("crates/api/src/");
    if !in_api && !source.path.starts_with("crates/server/src/") {
        return Vec::new();
    }
    let program = tokens_without_tests(source);
    let mut found: Vec<_> = find(&program, &[".", "begin", "("])
        .into_iter()
        .map(|line| {
            format!(
                "{}:{line}: units of work are opened by use cases",
                source.path
            )
        })
        .collect();
    if in_api {
        found.extend(
            program
                .iter()
                .filter(|token| names_storage(token))
                .map(|token| {
                    format!(
                        "{}:{}: `{}` is storage",
                        source.path, token.line, token.text
                    )
                }),
        );
    }
    found
}

fn names_storage(token: &Token) -> bool {
    ["Repository", "Store", "Unit", "UnitOfWork", "AuditTrail"]
        .iter()
        .any(|ending| token.text.ends_with(ending))
        && token
            .text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric())
}

#[test]
fn scopes_are_made_by_tenancy_and_for_jobs_where_they_run() {
    assert_none(&in_all(&rust_sources(), misplaced));
}

#[test]
fn the_http_adapter_knows_no_storage_and_opens_no_unit() {
    assert_none(&in_all(&rust_sources(), storage_at_the_door));
}

#[test]
fn a_misplaced_word_is_found() {
    for (path, text) in [
        (
            "crates/api/src/a.rs",
            "fn f() { let s = TenantScope::for_principal(o, a, g); }",
        ),
        (
            "crates/server/src/a.rs",
            "fn f() { kernel::TenantScope::platform(a, g); }",
        ),
        (
            "crates/tenancy/src/a.rs",
            "fn f() { TenantScope::for_job(o, k, j, r); }",
        ),
        (
            "crates/infrastructure/src/unit.rs",
            "fn f() { TenantScope :: for_job(o, k, j, r); }",
        ),
        (
            "crates/api/src/a.rs",
            "fn f() { TenantScope::for_visitor(o, g); }",
        ),
        (
            "crates/tenancy/src/a.rs",
            "use kernel::TenantScope as Scope;",
        ),
        ("crates/tenancy/src/a.rs", "type Scope = TenantScope;"),
        ("tests/acceptance/a.rs", "#[allow(dead_code)] fn f() {}"),
        ("crates/kernel/src/a.rs", "#![allow(dead_code)]"),
    ] {
        assert_eq!(misplaced(&Source::sample(path, text)).len(), 1, "{text}");
    }
}

#[test]
fn a_word_at_home_or_in_tests_is_not_found() {
    for (path, text) in [
        (
            "crates/tenancy/src/access.rs",
            "fn f() { TenantScope::for_principal(o, a, g); }",
        ),
        (
            "crates/infrastructure/src/jobs/worker.rs",
            "fn f() { TenantScope::for_job(o, k, j, r); }",
        ),
        (
            "crates/infrastructure/tests/a.rs",
            "fn f() { TenantScope::platform(a, g); }",
        ),
        (
            "crates/api/src/a.rs",
            "#[cfg(test)] mod tests { fn f() { TenantScope::platform(a, g); } }",
        ),
        (
            "crates/api/src/a.rs",
            "/// Not with [`TenantScope::platform`].\nfn f() {}",
        ),
        ("crates/api/src/a.rs", "#[expect(dead_code)] fn f() {}"),
    ] {
        assert_none(&misplaced(&Source::sample(path, text)));
    }
}

#[test]
fn storage_in_the_http_adapter_is_found() {
    for text in [
        "fn f() { self.store.begin(&scope); }",
        "use tenancy::ports::TenancyStore;",
        "fn f(teams: &dyn TeamRepository) {}",
        "fn f(unit: &dyn TenancyUnit) {}",
    ] {
        let found = storage_at_the_door(&Source::sample("crates/api/src/a.rs", text));
        assert_eq!(found.len(), 1, "{text}");
    }
    let begins = "fn f() { store.begin(&scope); }";
    assert_eq!(
        storage_at_the_door(&Source::sample("crates/server/src/a.rs", begins)).len(),
        1
    );
    assert_none(&storage_at_the_door(&Source::sample(
        "crates/tenancy/src/a.rs",
        begins,
    )));
}
