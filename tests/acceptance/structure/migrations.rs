//! Migrations go forward and back, and all of them are listed.

use std::collections::BTreeMap;
use std::fs;

use super::workspace::{assert_none, read, root};

/// The files of a migration's folder, by name, with their texts.
type Folder = BTreeMap<String, String>;

/// What is wrong with the folders, or with the list of them.
fn faults(folders: &BTreeMap<String, Folder>, listed: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, files) in folders {
        for file in ["up.sql", "down.sql"] {
            let says_something = files.get(file).is_some_and(|text| {
                text.lines()
                    .any(|line| !line.trim().is_empty() && !line.starts_with("--"))
            });
            if !says_something {
                found.push(format!("{name} has no {file}"));
            }
        }
        if files.len() > 2 {
            found.push(format!("{name} has more than up.sql and down.sql"));
        }
    }
    let in_order: Vec<_> = folders.keys().cloned().collect();
    if in_order != listed {
        found.push(format!(
            "the list {listed:?} is not that of the folders {in_order:?}"
        ));
    }
    found
}

/// The names that the migrator lists.
fn listed(migrator: &str) -> Vec<String> {
    migrator
        .lines()
        .filter_map(|line| line.trim().strip_prefix("\"m")?.split('"').next())
        .map(|rest| format!("m{rest}"))
        .collect()
}

fn present() -> BTreeMap<String, Folder> {
    let entries = fs::read_dir(root().join("migration/src")).expect("the migrations are listed");
    entries
        .map(|entry| entry.expect("an entry can be read"))
        .filter(|entry| entry.path().is_dir())
        .map(|folder| {
            let files = fs::read_dir(folder.path()).expect("a migration is listed");
            let files = files.map(|file| {
                let file = file.expect("an entry can be read");
                let text = fs::read_to_string(file.path()).expect("a migration can be read");
                (
                    file.file_name().into_string().expect("names are UTF-8"),
                    text,
                )
            });
            let name = folder.file_name().into_string().expect("names are UTF-8");
            (name, files.collect())
        })
        .collect()
}

#[test]
fn every_migration_has_both_directions_and_is_listed() {
    let listed = listed(&read("migration/src/migrator.rs").text);

    assert!(listed.len() >= 7, "the migrations are found");
    assert_none(&faults(&present(), &listed));
}

#[test]
fn a_migration_without_a_way_back_or_without_a_line_in_the_list_is_found() {
    let folder = |files: &[(&str, &str)]| -> Folder {
        files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect()
    };
    let whole = folder(&[
        ("up.sql", "CREATE TABLE a ();"),
        ("down.sql", "DROP TABLE a;"),
    ]);
    let name = "m1_a".to_owned();
    let one = |files: Folder| BTreeMap::from([(name.clone(), files)]);
    let list = std::slice::from_ref(&name);

    assert_none(&faults(&one(whole.clone()), list));
    assert_eq!(faults(&one(whole), &[]).len(), 1);
    for broken in [
        folder(&[("up.sql", "CREATE TABLE a ();")]),
        folder(&[("down.sql", "DROP TABLE a;")]),
        folder(&[
            ("up.sql", "CREATE TABLE a ();"),
            ("down.sql", "-- nothing\n"),
        ]),
        folder(&[
            ("up.sql", "SELECT 1;"),
            ("down.sql", "SELECT 1;"),
            ("more.sql", "SELECT 1;"),
        ]),
    ] {
        assert_eq!(faults(&one(broken), list).len(), 1);
    }
}
