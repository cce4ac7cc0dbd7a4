//! Making a cluster: aside, and put in place whole.

use std::{fs, fs::File, io, path::Path};

use super::{
    EmbeddedError,
    account::Account,
    binaries::Binaries,
    handed::HandedDirectory,
    layout::{Layout, make_private_directory},
    log,
    postgres::ADMINISTRATOR,
    tied::Tie,
};

/// Locales by preference. The first, under either name, sorts by code point and never changes with
/// the machine's libraries; the last, which every machine has, knows no letters beyond ASCII (there,
/// `lower('É')` is `É`).
const LOCALES: [&str; 4] = ["C.UTF-8", "C.utf8", "en_US.UTF-8", "C"];

/// The major version of the cluster in `data`, or `None` where there is none yet.
pub(super) fn version(data: &Path) -> Result<Option<u32>, EmbeddedError> {
    let file = data.join("PG_VERSION");
    match fs::read_to_string(&file) {
        Ok(text) => {
            let major = text.trim().parse().ok();
            let major = major.ok_or_else(|| EmbeddedError::NotADatabase(data.to_owned()))?;
            Ok(Some(major))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let is_empty = fs::read_dir(data).map_or(true, |mut entries| entries.next().is_none());
            if is_empty {
                Ok(None)
            } else {
                Err(EmbeddedError::NotADatabase(data.to_owned()))
            }
        }
        Err(error) => Err(EmbeddedError::io("read", file)(error)),
    }
}

/// Makes the cluster. A run that is killed on the way leaves nothing that looks like one.
pub(super) fn create(
    layout: &Layout,
    account: &Account,
    binaries: &Binaries,
    tie: &Tie,
) -> Result<(), EmbeddedError> {
    let made = LOCALES
        .iter()
        .find_map(|locale| try_locale(locale, layout, account, binaries, tie).transpose())
        .unwrap_or_else(|| Err(EmbeddedError::Initdb("no locale is accepted".to_owned())));
    let in_place = made.and_then(|()| put_in_place(layout));
    if in_place.is_err() {
        // Gives the room back where it ran out; the next try would remove it anyway.
        let _best_effort = fs::remove_dir_all(layout.new_data());
    }
    in_place
}

/// `Ok(None)` where the machine lacks the locale.
fn try_locale(
    locale: &str,
    layout: &Layout,
    account: &Account,
    binaries: &Binaries,
    tie: &Tie,
) -> Result<Option<()>, EmbeddedError> {
    let directory = layout.new_data();
    match fs::remove_dir_all(&directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(EmbeddedError::io("remove", directory)(error));
        }
        _ => {}
    }
    make_private_directory(&directory)?;
    account.take(&directory)?;

    let program = binaries.program("initdb");
    let handed = HandedDirectory::open(&directory, account)?;
    let output = tie
        .command(account, &program, "KILL")
        .arg("--pgdata")
        .arg(handed.path())
        .args(["--username", ADMINISTRATOR, "--encoding", "UTF8"])
        .args(["--auth-local", "trust", "--auth-host", "reject"])
        .args(["--data-checksums", "--no-sync", "--no-instructions"])
        .arg(format!("--locale={locale}"))
        .output()
        .map_err(EmbeddedError::io("run", &program))?;
    if output.status.success() {
        if locale == "C" {
            tracing::warn!(
                "this machine has no UTF-8 locale: case is ignored for ASCII letters only"
            );
        }
        return Ok(Some(()));
    }

    let complaint = String::from_utf8_lossy(&output.stderr);
    if complaint.contains("invalid locale name") {
        Ok(None)
    } else if log::tells_of_a_full_disk(&complaint) {
        Err(EmbeddedError::DiskFull(layout.data_dir().to_owned()))
    } else {
        Err(EmbeddedError::Initdb(log::reason(&complaint)))
    }
}

/// Makes the new cluster durable with one call (`initdb` would sync file by file), then renames it.
fn put_in_place(layout: &Layout) -> Result<(), EmbeddedError> {
    let (new, home) = (layout.new_data(), layout.home());
    sync_file_system(&new)?;
    fs::rename(&new, layout.data()).map_err(EmbeddedError::io("rename", &new))?;
    File::open(home)
        .and_then(|directory| directory.sync_all())
        .map_err(EmbeddedError::io("sync", home))
}

#[cfg(target_os = "linux")]
fn sync_file_system(path: &Path) -> Result<(), EmbeddedError> {
    let directory = File::open(path).map_err(EmbeddedError::io("open", path))?;
    rustix::fs::syncfs(&directory).map_err(|errno| EmbeddedError::io("sync", path)(errno.into()))
}

#[cfg(not(target_os = "linux"))]
fn sync_file_system(_path: &Path) -> Result<(), EmbeddedError> {
    rustix::fs::sync();
    Ok(())
}
