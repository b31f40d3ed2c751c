//! File locks the kernel lets go of when their process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use nix::fcntl::OFlag;

use super::account::Account;
use super::error::EmbeddedError;

/// Longer than a start or a stop may take (a cluster made on a slow disk, a minute of crash recovery).
const PATIENCE: Duration = Duration::from_secs(120);

pub(super) struct Lock(File);

impl Lock {
    pub async fn exclusive(path: &Path, account: &Account) -> Result<Self, EmbeddedError> {
        wait(path, open(path, account)?, File::try_lock).await
    }

    pub async fn shared(path: &Path, account: &Account) -> Result<Self, EmbeddedError> {
        wait(path, open(path, account)?, File::try_lock_shared).await
    }

    pub fn try_exclusive(path: &Path, account: &Account) -> Result<Option<Self>, EmbeddedError> {
        let file = open(path, account)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(EmbeddedError::io("lock", path)(error)),
        }
    }
}

impl Drop for Lock {
    /// Closing would do, but not while a child just forked still holds a copy.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

async fn wait(path: &Path, file: File, attempt: fn(&File) -> Result<(), TryLockError>) -> Result<Lock, EmbeddedError> {
    let locked = async {
        loop {
            match attempt(&file) {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(20)).await,
                Err(TryLockError::Error(error)) => return Err(EmbeddedError::io("lock", path)(error)),
            }
        }
    };
    match tokio::time::timeout(PATIENCE, locked).await {
        Ok(result) => result.map(|()| Lock(file)),
        Err(_) => Err(EmbeddedError::Locked { path: path.to_owned(), seconds: PATIENCE.as_secs() }),
    }
}

/// Made by root it goes to the account, so that the account can use it without root later. Links are never followed.
fn open(path: &Path, account: &Account) -> Result<File, EmbeddedError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600).custom_flags(OFlag::O_NOFOLLOW.bits());
    match options.clone().create_new(true).open(path) {
        Ok(file) => account.give_open(&file, path).map(|()| file),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            options.open(path).map_err(EmbeddedError::io("open", path))
        }
        Err(error) => Err(EmbeddedError::io("create", path)(error)),
    }
}
