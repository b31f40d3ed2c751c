//! What is kept in the database but must not be readable from a copy of it: sealed with a key in a file of its own.
//!
//! The key is made when it is first needed, lies beside the data and is readable by the program's user alone. Servers
//! on one database share it: without it, second factors cannot be checked, and recovery codes or an administrator help.

use std::io::Write;
use std::path::PathBuf;

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// Sealing failed: the key file cannot be read or made, or what was sealed was sealed with another key.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key file cannot be read or made.
    #[error("the key {0} cannot be read or made: {1}")]
    Key(PathBuf, std::io::Error),
    /// The key file holds no key.
    #[error("the key {0} is not one: it must be 32 bytes")]
    NoKey(PathBuf),
    /// It was sealed with another key, or for another account, or altered.
    #[error("it was sealed with another key")]
    Other,
}

/// Where the key lies.
#[derive(Debug, Clone)]
pub struct Seal {
    path: PathBuf,
}

impl Seal {
    /// With the key in that file.
    pub fn at(path: PathBuf) -> Self {
        Seal { path }
    }

    /// Seals a secret for an account: it opens for no other.
    ///
    /// # Errors
    /// Where there is no key and none can be made.
    pub fn close(&self, account: i64, secret: &[u8]) -> Result<Vec<u8>, SealError> {
        let key = self.key(true)?;
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut sealed = secret.to_vec();
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(account.to_be_bytes()),
            &mut sealed,
        )
        .map_err(|_| SealError::Other)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for an account.
    ///
    /// # Errors
    /// Where there is no key, or another one.
    pub fn open(&self, account: i64, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Other)?;
        let key = self.key(false)?;
        let mut rest = rest.to_vec();
        let opened = key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(account.to_be_bytes()), &mut rest)
            .map_err(|_| SealError::Other)?;
        Ok(opened.to_vec())
    }

    fn key(&self, make: bool) -> Result<LessSafeKey, SealError> {
        let failed = |error| SealError::Key(self.path.clone(), error);
        let bytes = match std::fs::read(&self.path) {
            Err(error) if make && error.kind() == std::io::ErrorKind::NotFound => {
                self.make().map_err(failed)?;
                std::fs::read(&self.path).map_err(failed)?
            }
            read => read.map_err(failed)?,
        };
        let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes).map_err(|_| SealError::NoKey(self.path.clone()))?;
        Ok(LessSafeKey::new(key))
    }

    /// Written beside, then given its name: whole or not there; another server's that came first stays.
    fn make(&self) -> std::io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(std::path::Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new().prefix(".dis-key-").tempfile_in(folder)?;
        file.write_all(&rand::random::<[u8; 32]>())?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(&self.path) {
            Err(error) if error.error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.error),
            _ => std::fs::File::open(folder)?.sync_all(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_and_for_its_account_alone() {
        let folder = tempfile::tempdir().unwrap();
        let seal = Seal::at(folder.path().join("new/key"));
        let sealed = seal.close(7, b"a secret").unwrap();
        assert!(!sealed.windows(8).any(|window| window == b"a secret"));
        assert_eq!(seal.open(7, &sealed).unwrap(), b"a secret");
        assert!(matches!(seal.open(8, &sealed), Err(SealError::Other)));
        let mut altered = sealed.clone();
        altered[14] ^= 1;
        assert!(matches!(seal.open(7, &altered), Err(SealError::Other)));
        let elsewhere = Seal::at(folder.path().join("other"));
        assert!(matches!(elsewhere.open(7, &sealed), Err(SealError::Key(..))), "no key is made to open with");
        elsewhere.close(7, b"x").unwrap();
        assert!(matches!(elsewhere.open(7, &sealed), Err(SealError::Other)));
    }

    #[test]
    fn the_key_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        Seal::at(path.clone()).close(1, b"x").unwrap();
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
