//! Who PostgreSQL runs as. It refuses root; started by root it runs as an account of its own.

use std::fs::{File, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown, lchown};
use std::path::Path;

use nix::unistd::{Gid, Uid, User};
use tokio::process::Command;

use super::error::EmbeddedError;
use super::home;

#[derive(Clone, Debug)]
pub(super) struct Account {
    pub uid: u32,
    gid: u32,
    pub name: String,
    /// We are root and become this account for every program of PostgreSQL's.
    switch: bool,
}

/// The owner of the cluster that is there; else the owner of the data folder; else `postgres`; else `nobody`.
pub(super) fn choose(data_dir: &Path) -> Result<Account, EmbeddedError> {
    let home = data_dir.join(home::NAME);
    let cluster = home.join("cluster");
    let me = Uid::effective();
    if !me.is_root() {
        // The cluster itself is out of sight where the folder around it is somebody else's.
        return match owner(&home)? {
            Some((uid, _)) if uid != me.as_raw() => {
                Err(EmbeddedError::OwnedByAnother { path: home, owner: name_of(uid) })
            }
            _ => Ok(Account {
                uid: me.as_raw(),
                gid: Gid::effective().as_raw(),
                name: name_of(me.as_raw()),
                switch: false,
            }),
        };
    }
    if let Some((uid, gid)) = owner(&cluster)? {
        return if uid == 0 { Err(EmbeddedError::OwnedByRoot(cluster)) } else { Ok(to_become(uid, gid)) };
    }
    for folder in [&home, data_dir] {
        // initdb wants an account that has a name.
        if let Some((uid, gid)) = owner(folder)?
            && uid != 0
            && user(uid).is_some()
        {
            return Ok(to_become(uid, gid));
        }
    }
    if let Some(postgres) = User::from_name("postgres").ok().flatten() {
        return Ok(to_become(postgres.uid.as_raw(), postgres.gid.as_raw()));
    }
    let nobody = User::from_name("nobody").ok().flatten().ok_or(EmbeddedError::NoAccount)?;
    tracing::warn!(
        "there is no account postgres: the private PostgreSQL runs as nobody, which other services may share"
    );
    Ok(to_become(nobody.uid.as_raw(), nobody.gid.as_raw()))
}

fn to_become(uid: u32, gid_of_folder: u32) -> Account {
    let user = user(uid);
    Account { uid, gid: user.map_or(gid_of_folder, |user| user.gid.as_raw()), name: name_of(uid), switch: true }
}

fn user(uid: u32) -> Option<User> {
    User::from_uid(Uid::from_raw(uid)).ok().flatten()
}

fn name_of(uid: u32) -> String {
    user(uid).map_or_else(|| format!("number {uid}"), |user| user.name)
}

fn owner(path: &Path) -> Result<Option<(u32, u32)>, EmbeddedError> {
    match path.metadata() {
        Ok(metadata) => Ok(Some((metadata.uid(), metadata.gid()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EmbeddedError::io("look at", path)(error)),
    }
}

impl Account {
    /// A command run as this account, without our environment (which holds secrets) and out of reach of a Ctrl-C meant for us.
    pub fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").stdin(std::process::Stdio::null()).current_dir(folder).process_group(0);
        for kept in ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        if self.switch {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Whether we act for this account as root.
    pub fn is_switched_to(&self) -> bool {
        self.switch
    }

    /// Gives it what we, as root, made for it; its own already where we are not root.
    pub fn give(&self, path: &Path) -> Result<(), EmbeddedError> {
        if !self.switch {
            return Ok(());
        }
        lchown(path, Some(self.uid), Some(self.gid)).map_err(EmbeddedError::io("change the owner of", path))
    }

    /// The same for a file we have open: it cannot be exchanged for another meanwhile.
    pub fn give_open(&self, file: &File, path: &Path) -> Result<(), EmbeddedError> {
        if !self.switch {
            return Ok(());
        }
        fchown(file, Some(self.uid), Some(self.gid)).map_err(EmbeddedError::io("change the owner of", path))
    }

    /// Lets this account pass through a folder of root's, without listing it.
    pub fn let_through(&self, folder: &Path) -> Result<(), EmbeddedError> {
        lchown(folder, None, Some(self.gid)).map_err(EmbeddedError::io("change the group of", folder))?;
        std::fs::set_permissions(folder, Permissions::from_mode(0o710))
            .map_err(EmbeddedError::io("change the mode of", folder))
    }
}
