//! Finding PostgreSQL's server programs.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::{EmbeddedError, account::Account};

/// The oldest major version that the schema works on.
const OLDEST: u32 = 15;

/// Where packages put the server programs: a directory, what its entries begin with, and where the
/// programs lie below such an entry.
const FAMILIES: [(&str, &str, &str); 5] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
];

/// Where they lie when somebody built them.
const SINGLES: [&str; 2] = ["/usr/local/pgsql/bin", "/opt/homebrew/bin"];

/// A directory with `initdb` and `postgres` of one version, which the cluster's user can run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binaries {
    directory: PathBuf,
    major: u32,
}

impl Binaries {
    /// Finds the programs for `cluster`: a directory and the major version that made it, if it
    /// exists already.
    ///
    /// Without an `explicit` directory the machine is searched; an existing cluster gets the version
    /// that it was made by, a new one what `PATH` offers, else the highest.
    pub(super) fn find(
        explicit: Option<&Path>,
        cluster: (&Path, Option<u32>),
        account: &Account,
    ) -> Result<Self, EmbeddedError> {
        if let Some(directory) = explicit {
            let found =
                Self::probe(directory, account).ok_or_else(|| EmbeddedError::NotABinDirectory {
                    directory: directory.to_owned(),
                    user: account.name().to_owned(),
                })?;
            return choose([found], cluster);
        }
        let found = candidates()
            .into_iter()
            .filter_map(|directory| Self::probe(&directory, account));
        choose(found, cluster)
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Asks for the version, as the cluster's user: that it may run them is worth knowing too.
    fn probe(directory: &Path, account: &Account) -> Option<Self> {
        let postgres = directory.join("postgres");
        if !postgres.is_file() || !directory.join("initdb").is_file() {
            return None;
        }
        let output = account.command(&postgres).arg("--version").output().ok()?;
        let major = parse_version(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self {
            directory: directory.to_owned(),
            major,
        })
    }
}

/// Takes the first that fits, or says why none does.
fn choose(
    found: impl IntoIterator<Item = Binaries>,
    (directory, made_by): (&Path, Option<u32>),
) -> Result<Binaries, EmbeddedError> {
    let mut misfit = None;
    for binaries in found {
        let fits = made_by.map_or(binaries.major >= OLDEST, |major| major == binaries.major);
        if fits && binaries.major >= OLDEST {
            return Ok(binaries);
        }
        misfit.get_or_insert(binaries);
    }
    Err(match (misfit, made_by) {
        (None, _) => EmbeddedError::BinariesMissing,
        (Some(other), Some(made_by)) if other.major != made_by => EmbeddedError::WrongVersion {
            directory: directory.to_owned(),
            made_by,
            found: other.major,
        },
        (Some(old), _) => EmbeddedError::TooOld {
            directory: old.directory,
            found: old.major,
        },
    })
}

fn candidates() -> Vec<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "PATH is how the machine names its programs, not configuration of ours"
    )]
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found: Vec<_> = env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .collect();

    for (parent, prefix, below) in FAMILIES {
        let Ok(entries) = fs::read_dir(parent) else {
            continue;
        };
        let mut versions: Vec<_> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name();
                let rest = name.to_str()?.strip_prefix(prefix)?;
                let version: u32 = rest.trim_start_matches('@').parse().unwrap_or(0);
                Some((version, entry.path().join(below)))
            })
            .collect();
        versions.sort_by(|one, other| other.cmp(one));
        found.extend(versions.into_iter().map(|(_, directory)| directory));
    }
    found.extend(SINGLES.map(PathBuf::from));
    found
}

/// Reads the major version from `postgres (PostgreSQL) 15.18 (Debian …)`.
fn parse_version(line: &str) -> Option<u32> {
    let (_, version) = line.split_once("(PostgreSQL) ")?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binaries(major: u32) -> Binaries {
        Binaries {
            directory: PathBuf::from(format!("/pg/{major}")),
            major,
        }
    }

    #[test]
    fn the_version_is_read_from_every_usual_form() {
        assert_eq!(
            parse_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0)"),
            Some(15)
        );
        assert_eq!(parse_version("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(parse_version("something else"), None);
    }

    #[test]
    fn a_new_cluster_takes_the_first_that_is_new_enough() {
        let found = choose(
            [binaries(13), binaries(16), binaries(17)],
            (Path::new("/d"), None),
        );

        assert_eq!(found.unwrap(), binaries(16));
    }

    #[test]
    fn an_existing_cluster_takes_the_version_that_made_it() {
        let found = choose([binaries(17), binaries(15)], (Path::new("/d"), Some(15)));

        assert_eq!(found.unwrap(), binaries(15));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let wrong = choose([binaries(17)], (Path::new("/d"), Some(15))).unwrap_err();
        let old = choose([binaries(13)], (Path::new("/d"), None)).unwrap_err();
        let none = choose([], (Path::new("/d"), Some(15))).unwrap_err();

        assert!(matches!(
            wrong,
            EmbeddedError::WrongVersion {
                made_by: 15,
                found: 17,
                ..
            }
        ));
        assert!(matches!(old, EmbeddedError::TooOld { found: 13, .. }));
        assert!(matches!(none, EmbeddedError::BinariesMissing));
    }
}
