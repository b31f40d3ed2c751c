//! Where the private PostgreSQL lives: its folder under the data folder (or outside, behind a link), and the folder of its socket.

use std::fs::{self, DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use nix::unistd::Uid;
use sha2::{Digest, Sha256};

use super::account::{self, Account};
use super::binaries::Programs;
use super::error::EmbeddedError;

/// The name of PostgreSQL's folder, or of the link to it, in the data folder.
pub(super) const NAME: &str = "postgres";
/// Where root puts the folder when the server's account cannot reach the data folder.
const OUTSIDE: &str = "/var/lib/dis";
/// The shortest limit in use for a socket's address, its end mark taken off (macOS 104, Linux 108).
const SOCKET_PATH_LIMIT: usize = 103;

/// The data folder, made if it is absent: for us alone, and by root also a way through for the server's account.
/// It appears ready under its name, so that whoever starts at the same moment finds it so.
pub(super) fn data_folder(data_dir: &Path) -> Result<PathBuf, EmbeddedError> {
    let wanted = std::path::absolute(data_dir).map_err(EmbeddedError::io("find", data_dir))?;
    if let (false, Some(parent)) = (wanted.exists(), wanted.parent()) {
        let failed = EmbeddedError::io("create", &wanted);
        fs::create_dir_all(parent).map_err(EmbeddedError::io("create", parent))?;
        let made = tempfile::Builder::new()
            .prefix(".dis-")
            .permissions(Permissions::from_mode(0o700)) // without it, what the umask leaves
            .tempdir_in(parent)
            .map_err(EmbeddedError::io("create a folder in", parent))?;
        if Uid::effective().is_root() {
            account::choose(&wanted)?.let_through(made.path())?;
        }
        match fs::rename(made.path(), &wanted) {
            Err(error) if !wanted.is_dir() => return Err(failed(error)),
            _ => {} // ours, or that of somebody who was quicker
        }
    }
    wanted.canonicalize().map_err(EmbeddedError::io("find", &wanted))
}

/// PostgreSQL's folder, real and without links in its path.
pub(super) async fn find_or_make(
    data_dir: &Path,
    account: &Account,
    programs: &Programs,
) -> Result<PathBuf, EmbeddedError> {
    let home = data_dir.join(NAME);
    match home.symlink_metadata() {
        Ok(found) if found.is_symlink() => follow(&home, found.uid())?,
        Ok(_) => account.give(&home)?,
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(EmbeddedError::io("look at", &home)(error)),
        Err(_) if reaches(account, programs, data_dir).await => make_private(&home, account)?,
        Err(_) => make_outside(&home, account)?,
    }
    let home = home.canonicalize().map_err(EmbeddedError::io("find", &home))?;
    if !reaches(account, programs, &home).await {
        return Err(EmbeddedError::OutOfReach { path: home, account: account.name.clone() });
    }
    Ok(home)
}

/// A link counts only if root made it or the owner of what it leads to: nobody else sends us to other people's folders.
fn follow(link: &Path, made_by: u32) -> Result<(), EmbeddedError> {
    match link.metadata() {
        Ok(target) if made_by == 0 || made_by == target.uid() => Ok(()),
        Ok(_) => Err(EmbeddedError::LinkOfAnother(link.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let target = fs::read_link(link).map_err(EmbeddedError::io("read", link))?;
            Err(EmbeddedError::LinkToNowhere { link: link.to_owned(), target })
        }
        Err(error) => Err(EmbeddedError::io("look at", link)(error)),
    }
}

/// Lets the kernel decide, not a reading of the permission bits: runs a small command as the account in that folder.
async fn reaches(account: &Account, programs: &Programs, folder: &Path) -> bool {
    if !account.is_switched_to() {
        return true;
    }
    account
        .command(&programs.path("postgres"), folder)
        .arg("--version")
        .output()
        .await
        .is_ok_and(|output| output.status.success())
}

fn make_outside(link: &Path, account: &Account) -> Result<(), EmbeddedError> {
    let base = Path::new(OUTSIDE);
    DirBuilder::new().recursive(true).mode(0o755).create(base).map_err(EmbeddedError::io("create", base))?;
    let home = base.join(format!("{:016x}", rand::random::<u64>()));
    make_private(&home, account)?;
    symlink(&home, link).map_err(EmbeddedError::io("create the link", link))?;
    tracing::info!(
        "the account {}, which PostgreSQL runs as, cannot reach {}: the database is kept in {}, and a link in the data folder leads to it",
        account.name,
        link.parent().unwrap_or(link).display(),
        home.display()
    );
    Ok(())
}

/// The folder the socket is in: in PostgreSQL's own folder, or a short one where that path is too long for a socket.
/// It is the same for every process whatever its environment, so that they find each other (hence not `XDG_RUNTIME_DIR`).
pub(super) fn socket_folder(home: &Path, account: &Account) -> Result<PathBuf, EmbeddedError> {
    let inside = home.join("socket");
    let folder = if inside.to_str().is_some() && inside.join(".s.PGSQL.5432").as_os_str().len() <= SOCKET_PATH_LIMIT {
        inside
    } else {
        let digest = Sha256::digest(home.as_os_str().as_bytes());
        Path::new("/tmp").join(format!("dis-{}", hex::encode(&digest[..8])))
    };
    make_private(&folder, account)?;
    Ok(folder)
}

/// A folder nobody but the account (and root) can enter; one that is there already must be just that.
/// Whoever can reach the socket is let in without a password, so nothing is put right here silently.
fn make_private(folder: &Path, account: &Account) -> Result<(), EmbeddedError> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => account.give(folder)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(EmbeddedError::io("create", folder)(error)),
    }
    let look = || folder.symlink_metadata().map_err(EmbeddedError::io("look at", folder));
    let mut found = look()?;
    if account.is_switched_to() && found.is_dir() && found.uid() == 0 {
        // We were interrupted between making it and giving it away.
        account.give(folder)?;
        found = look()?;
    }
    if !found.is_dir() || found.uid() != account.uid || found.mode() & 0o077 != 0 {
        return Err(EmbeddedError::NotPrivate { path: folder.to_owned(), account: account.name.clone() });
    }
    Ok(())
}
