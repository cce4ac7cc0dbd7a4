//! The published list of permissions is the catalogue.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use tenancy::{Permission, RoleTemplate};

const INTRODUCTION: &str = "# Permissions

What a role can allow, and what an API key can be limited to. Written by `just permissions`; a test compares it with the code.

| permission | category | what it allows |
|---|---|---|
";

const TEMPLATES: &str = "
## What the roles start with

Every organization starts with a copy of each of these roles.

";

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for permission in Permission::ALL {
        let (key, category) = (permission.key(), permission.category());
        let description = permission.description();
        writeln!(page, "| `{key}` | {category} | {description} |").unwrap();
    }
    page.push_str(TEMPLATES);
    let row = |first: &str, cells: Vec<&str>| format!("| {first} | {} |\n", cells.join(" | "));
    let templates = RoleTemplate::ALL.iter();
    page.push_str(&row(
        "permission",
        templates.clone().map(|it| it.key()).collect(),
    ));
    page.push_str(&row("---", templates.clone().map(|_| "---").collect()));
    for permission in Permission::ALL {
        let held = templates.clone().map(|template| {
            if template.permissions().contains(*permission) {
                "yes"
            } else {
                ""
            }
        });
        page.push_str(&row(&format!("`{}`", permission.key()), held.collect()));
    }
    page
}

#[test]
fn the_page_of_permissions_is_that_of_the_catalogue() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/permissions.md");
    if rewrites() {
        fs::write(&path, page()).unwrap();
    }

    let committed = fs::read_to_string(&path).unwrap();
    assert!(
        committed == page(),
        "docs/permissions.md is not what the code says; `just permissions` writes it anew"
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "`just permissions` asks for the page to be written through the environment"
)]
fn rewrites() -> bool {
    std::env::var_os("UPDATE_PERMISSIONS").is_some()
}
