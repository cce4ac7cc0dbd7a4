//! What every package's manifest says.

use toml::{Table, Value};

use super::workspace::{Source, assert_none, in_all, manifests};

/// What is taken from the workspace rather than said by each package.
fn own_ways(manifest: &Source) -> Vec<String> {
    let table: Table = manifest
        .text
        .parse()
        .unwrap_or_else(|error| panic!("{} is TOML: {error}", manifest.path));
    let mut found = Vec::new();

    if !is_inherited(table.get("lints")) {
        found.push(format!(
            "{}: [lints] must say workspace = true",
            manifest.path
        ));
    }
    for key in ["version", "edition", "rust-version", "license", "publish"] {
        if !is_inherited(table.get("package").and_then(|package| package.get(key))) {
            found.push(format!("{}: {key} must be the workspace's", manifest.path));
        }
    }
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let dependencies = table.get(section).and_then(Value::as_table);
        for (name, dependency) in dependencies.into_iter().flatten() {
            if !is_inherited(Some(dependency)) {
                found.push(format!("{}: {name} must be the workspace's", manifest.path));
            }
        }
    }
    found
}

fn is_inherited(value: Option<&Value>) -> bool {
    value
        .and_then(|value| value.get("workspace"))
        .and_then(Value::as_bool)
        == Some(true)
}

#[test]
fn every_package_takes_lints_versions_and_dependencies_from_the_workspace() {
    let manifests = manifests();

    assert!(manifests.len() > 12, "the manifests are found");
    assert_none(&in_all(&manifests, own_ways));
}

#[test]
fn a_package_with_ways_of_its_own_is_found() {
    let inherited = "[package]\nname = \"a\"\nversion.workspace = true\nedition.workspace = true\n\
                     rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\
                     [lints]\nworkspace = true\n[dependencies]\nb = { workspace = true, features = [\"c\"] }\n";
    let check = |text: &str| own_ways(&Source::sample("crates/a/Cargo.toml", text));

    assert_none(&check(inherited));
    for (line, instead) in [
        ("[lints]\nworkspace = true\n", ""),
        (
            "[lints]\nworkspace = true\n",
            "[lints.rust]\nunsafe_code = \"allow\"\n",
        ),
        ("edition.workspace = true", "edition = \"2021\""),
        ("b = { workspace = true, features = [\"c\"] }", "b = \"1\""),
        (
            "[dependencies]\nb = { workspace = true,",
            "[dev-dependencies]\nb = { version = \"1\",",
        ),
    ] {
        assert_eq!(
            check(&inherited.replace(line, instead)).len(),
            1,
            "{instead}"
        );
    }
}
