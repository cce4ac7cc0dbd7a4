//! One version of every crate, but for those that are not ours to choose.

use std::collections::BTreeMap;

use toml::Table;

use super::workspace::{assert_none, read};

/// Crates of which several versions are locked, and why. Those marked "not built" are in the lock file for
/// other systems or for features that are off.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "atoi",
        "not built: the newer one belongs to Arrow, which sea-orm only offers",
    ),
    (
        "base64",
        "poem-openapi, sqlx and the exporter of metrics are one release behind lettre and us",
    ),
    ("block-buffer", "comes with the two versions of digest"),
    ("core-foundation", "not built: for another system"),
    (
        "cpufeatures",
        "comes with the two versions of sha1 and sha2",
    ),
    ("crypto-common", "comes with the two versions of digest"),
    (
        "digest",
        "sqlx-core and the headers crate hash with the older generation",
    ),
    (
        "getrandom",
        "ring, ahash and rand each hold to a generation",
    ),
    (
        "hashbrown",
        "sqlx and the metrics crates are one release behind indexmap",
    ),
    ("heck", "sea-query's macros are one release behind clap's"),
    (
        "nix",
        "not built: the newer one belongs to a feature of uuid that is off",
    ),
    (
        "num-bigint",
        "not built: both belong to number types of sea-orm that are off",
    ),
    ("r-efi", "not built: for another system"),
    (
        "rand",
        "the metrics crates are one generation behind sqlx and proptest",
    ),
    ("rand_chacha", "comes with the versions of rand"),
    ("rand_core", "comes with the versions of rand"),
    ("sha1", "the headers crate hashes with the older generation"),
    ("sha2", "sqlx-core hashes with the older generation"),
    (
        "syn",
        "the makers of macros are moving to the newer one; nothing of it is in the program",
    ),
    (
        "cookie",
        "webdriver, by which the tests drive a browser, is some releases behind; it is not in the program",
    ),
    (
        "http",
        "comes with webdriver, by which the tests drive a browser",
    ),
    (
        "icu_collections",
        "comes with webdriver, by which the tests drive a browser",
    ),
    (
        "icu_provider",
        "comes with webdriver, by which the tests drive a browser",
    ),
    (
        "litemap",
        "comes with webdriver, by which the tests drive a browser",
    ),
    (
        "synstructure",
        "comes with webdriver, by which the tests drive a browser",
    ),
    (
        "thiserror",
        "comes with webdriver, by which the tests drive a browser",
    ),
    (
        "thiserror-impl",
        "comes with webdriver, by which the tests drive a browser",
    ),
    (
        "tinystr",
        "comes with webdriver, by which the tests drive a browser",
    ),
    (
        "writeable",
        "comes with webdriver, by which the tests drive a browser",
    ),
    (
        "yoke",
        "comes with webdriver, by which the tests drive a browser",
    ),
    (
        "yoke-derive",
        "comes with webdriver, by which the tests drive a browser",
    ),
    (
        "zerovec",
        "comes with webdriver, by which the tests drive a browser",
    ),
    (
        "zerovec-derive",
        "comes with webdriver, by which the tests drive a browser",
    ),
    ("windows-sys", "not built: for another system"),
];

/// Crates with several versions and no reason, and reasons without several versions.
fn unexplained(lock: &str, exceptions: &[(&str, &str)]) -> Vec<String> {
    let lock: Table = lock.parse().expect("the lock file is TOML");
    let mut versions = BTreeMap::<&str, Vec<&str>>::new();
    for package in lock["package"].as_array().into_iter().flatten() {
        if let (Some(name), Some(version)) = (package["name"].as_str(), package["version"].as_str())
        {
            versions.entry(name).or_default().push(version);
        }
    }
    let mut found = Vec::new();
    for (name, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
        if !exceptions.iter().any(|(exception, _)| exception == name) {
            found.push(format!(
                "{name} is locked in {} versions: {}",
                versions.len(),
                versions.join(", ")
            ));
        }
    }
    for (name, _) in exceptions {
        if versions.get(name).is_none_or(|versions| versions.len() < 2) {
            found.push(format!("{name} needs no exception any more"));
        }
    }
    found
}

#[test]
fn one_version_of_each_crate_is_locked() {
    assert_none(&unexplained(&read("Cargo.lock").text, EXCEPTIONS));
}

#[test]
fn a_second_version_without_a_reason_is_found() {
    let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"a\"\nversion = \"2.0.0\"\n\n\
                [[package]]\nname = \"b\"\nversion = \"1.0.0\"\n";

    assert_eq!(
        unexplained(lock, &[]),
        ["a is locked in 2 versions: 1.0.0, 2.0.0"]
    );
    assert_none(&unexplained(lock, &[("a", "of two makers")]));
    assert_eq!(
        unexplained(lock, &[("a", "of two makers"), ("b", "no more")]),
        ["b needs no exception any more"]
    );
}
