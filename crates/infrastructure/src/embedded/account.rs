//! The user that the cluster runs as.

use std::{
    fs, io,
    os::unix::{
        fs::{MetadataExt, lchown},
        process::CommandExt,
    },
    path::Path,
    process::{Command, Stdio},
};

use super::EmbeddedError;

/// Who to run as when the program is root: the system's own database user, else nobody at all.
const DEFAULT_USERS: [&str; 2] = ["postgres", "nobody"];

/// The user that owns the cluster's files and runs its processes.
#[derive(Clone, Debug)]
pub(super) struct Account {
    name: String,
    uid: u32,
    gid: u32,
    switch: bool,
}

impl Account {
    /// Finds the user for the cluster in `data`, which need not exist yet.
    ///
    /// An existing cluster decides for itself: whoever owns it runs it. (The user `postgres` may have
    /// come to the machine after `nobody` had made the cluster.)
    pub(super) fn choose(data: &Path, wanted: Option<&str>) -> Result<Self, EmbeddedError> {
        let uid = rustix::process::geteuid().as_raw();
        let owner = match fs::metadata(data) {
            Ok(metadata) => Some((metadata.uid(), metadata.gid())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(EmbeddedError::io("open", data)(error)),
        };

        if uid != 0 {
            return match owner {
                Some((owner, _)) if owner != uid => Err(EmbeddedError::ForeignCluster {
                    directory: data.to_owned(),
                    owner,
                }),
                _ => Ok(Self {
                    name: format!("uid {uid}"),
                    uid,
                    gid: rustix::process::getegid().as_raw(),
                    switch: false,
                }),
            };
        }
        if let Some((uid, gid)) = owner
            && uid != 0
        {
            return Ok(Self {
                name: format!("uid {uid}"),
                uid,
                gid,
                switch: true,
            });
        }
        Self::from_password_file(wanted)
    }

    /// Looks the user up in `/etc/passwd`.
    ///
    /// System accounts live there and nowhere else; asking the C library, which would also ask a
    /// directory server, needs a crate around unsafe calls and gains nothing.
    fn from_password_file(wanted: Option<&str>) -> Result<Self, EmbeddedError> {
        let path = "/etc/passwd";
        let file = fs::read(path).map_err(EmbeddedError::io("read", path))?;
        let file = String::from_utf8_lossy(&file);
        let names = wanted.map_or_else(|| DEFAULT_USERS.to_vec(), |name| vec![name]);

        names
            .iter()
            .find_map(|name| find_user(&file, name))
            .ok_or_else(|| EmbeddedError::NoAccount(quoted_choice(&names)))
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn uid(&self) -> u32 {
        self.uid
    }

    /// Whether the cluster's user is another one than the program's.
    pub(super) fn is_other(&self) -> bool {
        self.switch
    }

    /// Gives `path` to the cluster's user.
    pub(super) fn take(&self, path: &Path) -> Result<(), EmbeddedError> {
        if self.switch {
            lchown(path, Some(self.uid), Some(self.gid))
                .map_err(EmbeddedError::io("change the owner of", path))?;
        }
        Ok(())
    }

    /// A command that runs as the cluster's user, with nothing of the program's environment: locale,
    /// `PG*` variables and secrets are none of the server's business.
    ///
    /// The standard library drops root's supplementary groups along with the user.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(Stdio::null())
            // A Ctrl-C at the terminal is for the program alone, which then stops the server in order.
            .process_group(0);
        if self.switch {
            command.gid(self.gid).uid(self.uid);
        }
        command
    }
}

fn find_user(password_file: &str, name: &str) -> Option<Account> {
    password_file.lines().find_map(|line| {
        let mut fields = line.split(':');
        let found = fields.next()?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (found == name && uid != 0).then(|| Account {
            name: name.to_owned(),
            uid,
            gid,
            switch: true,
        })
    })
}

fn quoted_choice(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "root:x:0:0:root:/root:/bin/sh\n\
        nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin\n\
        broken\n\
        toor:x:0:0::/root:/bin/sh\n";

    #[test]
    fn a_user_is_found_with_its_group() {
        let account = find_user(FILE, "nobody").unwrap();

        assert_eq!((account.uid, account.gid), (65534, 65533));
    }

    #[test]
    fn a_user_that_is_absent_or_root_by_another_name_is_not_found() {
        assert!(find_user(FILE, "postgres").is_none());
        assert!(find_user(FILE, "broken").is_none());
        assert!(find_user(FILE, "toor").is_none());
    }
}
