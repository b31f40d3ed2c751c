//! What can go wrong with the private PostgreSQL, each in a sentence the person who started the program can act on.

use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error(
        "PostgreSQL's server programs (initdb, pg_ctl, postgres) were not found: install the package postgresql (Debian, Ubuntu: apt-get install postgresql), \
         say where they are in DIS_PG_BIN, or name a PostgreSQL of your own in DATABASE_URL"
    )]
    ProgramsMissing,
    #[error("PostgreSQL's server programs (initdb, pg_ctl, postgres) are not in {}, which DIS_PG_BIN names: correct it, or leave it empty to have them looked for", .0.display())]
    ProgramsMissingIn(PathBuf),
    #[error("PostgreSQL's programs in {} do not run as the account {account}: {said}", dir.display())]
    ProgramsDoNotRun { dir: PathBuf, account: String, said: String },
    #[error("PostgreSQL {major} in {} is too old: install version {} or newer, or say where one is in DIS_PG_BIN", dir.display(), super::binaries::OLDEST_MAJOR)]
    TooOld { dir: PathBuf, major: u32 },
    #[error(
        "the private PostgreSQL was made by version {made_by}, and what was found is version {major} in {}: install PostgreSQL {made_by} beside it, or upgrade the cluster with pg_upgrade",
        dir.display()
    )]
    OtherVersion { made_by: u32, major: u32, dir: PathBuf },

    #[error("could not {doing} {}: {source}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    #[error(
        "PostgreSQL refuses to run as root, and there is no account to run it as: create one (useradd --system postgres), or start this program as an ordinary user"
    )]
    NoAccount,
    #[error("{} belongs to root, and PostgreSQL refuses to run as root: give it to the account it shall run as (chown -R postgres {})", .0.display(), .0.display())]
    OwnedByRoot(PathBuf),
    #[error("{} belongs to the account {owner}: start this program as {owner} or as root, or choose another folder in DIS_DATA_DIR", path.display())]
    OwnedByAnother { path: PathBuf, owner: String },
    #[error("the account {account}, which PostgreSQL runs as, cannot reach {}: let it enter the folders above (chmod a+x), or move the folder", path.display())]
    OutOfReach { path: PathBuf, account: String },
    #[error("{} leads to {}, which is not there: bring that folder back, or remove the link to begin with an empty database", link.display(), target.display())]
    LinkToNowhere { link: PathBuf, target: PathBuf },
    #[error("{} is a link made by somebody else than root or the owner of what it leads to: remove it, or give it to the right owner (chown -h)", .0.display())]
    LinkOfAnother(PathBuf),
    #[error("{} must be a folder of the account {account} that nobody else can enter (mode 0700), and is not: remove it or put that right", path.display())]
    NotPrivate { path: PathBuf, account: String },

    #[error("another process has been starting or stopping the private PostgreSQL for {seconds} s ({} is locked): look whether it hangs, and try again", path.display())]
    Locked { path: PathBuf, seconds: u64 },
    #[error("the private PostgreSQL could not be made: {said}")]
    NotMade { said: String },
    #[error("the private PostgreSQL does not start: {said} (more in {})", log.display())]
    NotStarted { said: String, log: PathBuf },
    #[error("the private PostgreSQL is running but not ready after {seconds} s, perhaps still recovering from a crash: try again in a while, or look into {}", log.display())]
    NotReady { seconds: u64, log: PathBuf },
    #[error("the private PostgreSQL does not stop: {said}")]
    NotStopped { said: String },
    #[error("another PostgreSQL, of the folder {found}, answers on the socket in {}: stop that one first", socket_dir.display())]
    AnotherAnswers { found: String, socket_dir: PathBuf },
    #[error("{0:?} cannot be the name of a database of ours: 1 to 63 bytes, and none of PostgreSQL's own")]
    DatabaseName(String),
    #[error("could not {doing}: {source}")]
    Sql { doing: &'static str, source: sqlx::Error },
}

impl EmbeddedError {
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }

    pub(super) fn sql(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Sql { doing, source }
    }
}
