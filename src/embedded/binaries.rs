//! Where PostgreSQL's server programs are.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::account::Account;
use super::error::EmbeddedError;

/// What the migrations are written for.
pub(super) const OLDEST_MAJOR: u32 = 15;

const NEEDED: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

#[derive(Clone, Debug)]
pub(super) struct Programs {
    pub dir: PathBuf,
    pub major: u32,
}

impl Programs {
    pub fn path(&self, program: &str) -> PathBuf {
        self.dir.join(program)
    }
}

/// The newest PostgreSQL there is; of the version that made the cluster, where there is one already.
pub(super) async fn find(
    pg_bin: Option<&Path>,
    account: &Account,
    made_by: Option<u32>,
) -> Result<Programs, EmbeddedError> {
    let named = pg_bin.filter(|dir| !dir.as_os_str().is_empty());
    let places = match named {
        Some(dir) => vec![std::path::absolute(dir).map_err(EmbeddedError::io("find", dir))?],
        None => usual_places(),
    };
    let mut unsuitable = None;
    for dir in places {
        if !NEEDED.iter().all(|program| dir.join(program).is_file()) {
            continue;
        }
        match version_of(&dir, account).await {
            Ok(major) if made_by.map_or(major >= OLDEST_MAJOR, |wanted| wanted == major) => {
                return Ok(Programs { dir, major });
            }
            Ok(major) => unsuitable = unsuitable.or(Some(unsuited(dir, major, made_by))),
            Err(error) => unsuitable = unsuitable.or(Some(error)),
        }
    }
    Err(match (unsuitable, named) {
        (Some(error), _) => error,
        (None, Some(dir)) => EmbeddedError::ProgramsMissingIn(dir.to_owned()),
        (None, None) => EmbeddedError::ProgramsMissing,
    })
}

fn unsuited(dir: PathBuf, major: u32, made_by: Option<u32>) -> EmbeddedError {
    match made_by {
        Some(made_by) => EmbeddedError::OtherVersion { made_by, major, dir },
        None => EmbeddedError::TooOld { dir, major },
    }
}

/// Asks the program itself, as the account that will run it.
async fn version_of(dir: &Path, account: &Account) -> Result<u32, EmbeddedError> {
    let failed =
        |said: String| EmbeddedError::ProgramsDoNotRun { dir: dir.to_owned(), account: account.name.clone(), said };
    let output = account
        .command(&dir.join("postgres"), Path::new("/"))
        .arg("--version")
        .output()
        .await
        .map_err(|error| failed(error.to_string()))?;
    let said = String::from_utf8_lossy(&output.stdout);
    major_in(&said)
        .ok_or_else(|| failed(format!("{said}{}", String::from_utf8_lossy(&output.stderr)).trim().to_owned()))
}

/// 15 of `postgres (PostgreSQL) 15.8 (Debian 15.8-1)`, 17 of `postgres (PostgreSQL) 17beta1`.
fn major_in(said: &str) -> Option<u32> {
    let version = said.strip_prefix("postgres (PostgreSQL) ")?;
    let digits = version.find(|c: char| !c.is_ascii_digit()).map_or(version, |end| &version[..end]);
    digits.parse().ok()
}

fn usual_places() -> Vec<PathBuf> {
    let mut places = numbered("/usr/lib/postgresql", "", "bin");
    if let Some(path) = std::env::var_os("PATH") {
        places.extend(std::env::split_paths(&path).filter(|dir| dir.is_absolute()));
    }
    places.extend(numbered("/usr", "pgsql-", "bin")); // Fedora and its kin, from postgresql.org
    places.extend(numbered("/usr/libexec", "postgresql", "")); // Alpine
    places.extend(numbered("/usr/lib64", "postgresql-", "bin")); // Gentoo
    places.extend(numbered("/opt/homebrew/opt", "postgresql@", "bin"));
    places.extend(numbered("/usr/local/opt", "postgresql@", "bin"));
    places.extend(numbered("/Applications/Postgres.app/Contents/Versions", "", "bin"));
    places.extend(["/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin"].map(PathBuf::from));
    places
}

/// Folders such as `/usr/lib/postgresql/15/bin`, the newest version first.
fn numbered(parent: &str, prefix: &str, below: &str) -> Vec<PathBuf> {
    let Ok(entries) = Path::new(parent).read_dir() else {
        return Vec::new();
    };
    let mut found: Vec<(Vec<u32>, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| Some((version_in(&entry.file_name(), prefix)?, entry.path().join(below))))
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, dir)| dir).collect()
}

fn version_in(name: &OsStr, prefix: &str) -> Option<Vec<u32>> {
    name.to_str()?.strip_prefix(prefix)?.split('.').map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_numbers() {
        assert_eq!(major_in("postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)\n"), Some(15));
        assert_eq!(major_in("postgres (PostgreSQL) 17beta1\n"), Some(17));
        assert_eq!(major_in("postgres (PostgreSQL) 18\n"), Some(18));
        assert_eq!(major_in("bash: postgres: not found"), None);
        assert!(version_in(OsStr::new("pgsql-10"), "pgsql-") > version_in(OsStr::new("pgsql-9.6"), "pgsql-"));
        assert_eq!(version_in(OsStr::new("share"), ""), None);
    }

    #[test]
    fn the_newest_version_comes_first() {
        let parent = tempfile::tempdir().unwrap();
        for version in ["9.6", "15", "100", "16", "common"] {
            std::fs::create_dir(parent.path().join(version)).unwrap();
        }
        let found = numbered(parent.path().to_str().unwrap(), "", "bin");
        let names: Vec<_> =
            found.iter().map(|dir| dir.strip_prefix(parent.path()).unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["100/bin", "16/bin", "15/bin", "9.6/bin"]);
    }
}
