//! The workspace's own files.

use std::fs;
use std::path::{Path, PathBuf};

/// A file, by its path below the workspace's root.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
}

impl Source {
    /// A file that only a test of a rule knows.
    pub(super) fn sample(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// Whether it is SQL.
    pub(super) fn is_sql(&self) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|it| it == "sql")
    }

    /// Whether it is part of tests, or of what only tests use.
    pub(super) fn is_for_tests(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.starts_with("crates/testkit/")
            || self.path.contains("/tests/")
            || self.path.contains("/contract/")
            || self.path.ends_with("/contract.rs")
    }
}

/// The folder of the workspace.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// One file of the workspace.
pub(super) fn read(path: &str) -> Source {
    let text = fs::read_to_string(root().join(path))
        .unwrap_or_else(|error| panic!("{path} can be read: {error}"));
    Source::sample(path, &text)
}

/// All Rust sources.
pub(super) fn rust_sources() -> Vec<Source> {
    let sources = files_with("rs");
    assert!(sources.len() > 100, "the sources are found");
    sources
}

/// Rust and SQL of the program itself, without its migrations and what is for tests.
pub(super) fn program_sources() -> Vec<Source> {
    let mut sources = files_with("rs");
    sources.extend(files_with("sql"));
    sources.retain(|source| source.path.starts_with("crates/") && !source.is_for_tests());
    sources
}

/// The manifests of all packages.
pub(super) fn manifests() -> Vec<Source> {
    files_with("toml")
        .into_iter()
        .filter(|file| file.path.ends_with("/Cargo.toml"))
        .collect()
}

/// All files of the packages with this extension, in the order of their paths.
fn files_with(extension: &str) -> Vec<Source> {
    let mut found = Vec::new();
    for folder in ["crates", "migration", "tests"] {
        walk(&root().join(folder), folder, &mut |path| {
            if Path::new(path)
                .extension()
                .is_some_and(|it| it == extension)
            {
                found.push(read(path));
            }
        });
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn walk(folder: &Path, name: &str, visit: &mut impl FnMut(&str)) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{name} is listed: {error}"));
    for entry in entries {
        let entry = entry.expect("an entry can be read");
        let file_name = entry.file_name();
        let file_name = file_name.to_str().expect("names are UTF-8");
        if file_name == "target" || file_name.starts_with('.') {
            continue;
        }
        let path = format!("{name}/{file_name}");
        if entry.file_type().expect("an entry has a type").is_dir() {
            walk(&entry.path(), &path, visit);
        } else {
            visit(&path);
        }
    }
}

/// Fails with all findings of a rule.
#[track_caller]
pub(super) fn assert_none(findings: &[String]) {
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

/// The findings of a rule in all files.
pub(super) fn in_all(files: &[Source], rule: impl Fn(&Source) -> Vec<String>) -> Vec<String> {
    files.iter().flat_map(rule).collect()
}
