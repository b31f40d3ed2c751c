//! Passwords: Argon2id, at most two at a time, so that a flood of sign-ins cannot take the machine's memory.

use argon2::Argon2;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

/// How many passwords are hashed at once.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// The shortest password that is taken.
pub const SHORTEST: usize = 12;
/// The longest: more is no safer, and hashing it costs.
pub const LONGEST: usize = 1024;

/// Hashing failed, which it does only where the machine is out of memory.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashError;

/// Hashes a password with a salt of its own.
///
/// # Errors
/// Where the machine cannot give the memory it takes.
pub async fn hash(password: SecretString) -> Result<String, HashError> {
    let _turn = AT_ONCE.acquire().await.map_err(|_| HashError)?;
    tokio::task::spawn_blocking(move || {
        let salt = SaltString::generate(&mut OsRng);
        let hash = Argon2::default().hash_password(password.expose_secret().as_bytes(), &salt);
        hash.map(|hash| hash.to_string()).map_err(|_| HashError)
    })
    .await
    .map_err(|_| HashError)?
}

/// Whether the password is the one that was hashed.
///
/// # Errors
/// Where the machine cannot give the memory it takes.
pub async fn matches(password: SecretString, hash: String) -> Result<bool, HashError> {
    let _turn = AT_ONCE.acquire().await.map_err(|_| HashError)?;
    tokio::task::spawn_blocking(move || {
        let hash = PasswordHash::new(&hash).map_err(|_| HashError)?;
        Ok(Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok())
    })
    .await
    .map_err(|_| HashError)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_and_no_other() {
        let hashed = hash("correct horse battery".to_owned().into()).await.unwrap();
        assert!(hashed.starts_with("$argon2id$"));
        assert!(matches("correct horse battery".to_owned().into(), hashed.clone()).await.unwrap());
        assert!(!matches("correct horse batterie".to_owned().into(), hashed).await.unwrap());
    }
}
