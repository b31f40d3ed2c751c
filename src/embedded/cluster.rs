//! Making the cluster, once: initdb, our settings, the two roles.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::OFlag;
use sqlx::postgres::PgConnection;

use super::account::Account;
use super::binaries::Programs;
use super::error::EmbeddedError;
use super::{APP_ROLE, OWNER_ROLE};

/// Made under such a name and renamed when whole: an interrupted initdb never leaves half a cluster in its place.
const UNFINISHED: &str = "cluster.new-";

/// Appended to postgresql.conf when the cluster is made; an operator may change it there. What keeps others out
/// (no TCP, the socket's folder) is not left to the file: see [`super::server`].
const SETTINGS: &str = "
# Settings of the Donor Information System
fsync = on
full_page_writes = on
synchronous_commit = on
max_connections = 100
shared_buffers = 256MB
# An import of a hundred thousand rows writes more than a gigabyte: it need not wait for checkpoints of its own making.
max_wal_size = 3GB
timezone = 'UTC'
log_timezone = 'UTC'
cluster_name = 'dis'
# One file a weekday, begun anew after a week. Terse: the details of an error quote rows, and rows may be classified.
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_error_verbosity = terse
log_checkpoints = off
";

/// The major version that made the cluster in this folder, if there is one.
pub(super) fn made_by(home: &Path) -> Result<Option<u32>, EmbeddedError> {
    let path = home.join("cluster/PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.trim().parse().ok()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EmbeddedError::io("read", &path)(error)),
    }
}

/// Call it with the startup lock held.
pub(super) async fn make_if_absent(home: &Path, account: &Account, programs: &Programs) -> Result<(), EmbeddedError> {
    let cluster = home.join("cluster");
    if cluster.exists() {
        return Ok(());
    }
    for leftover in fs::read_dir(home).map_err(EmbeddedError::io("list", home))?.flatten() {
        if leftover.file_name().to_string_lossy().starts_with(UNFINISHED)
            && let Err(error) = fs::remove_dir_all(leftover.path())
        {
            // The initdb of a process that was killed may still be writing there. It is in nobody's way.
            tracing::warn!("could not remove {}: {error}", leftover.path().display());
        }
    }
    tracing::info!("making a private PostgreSQL {} in {}", programs.major, cluster.display());
    let unfinished = home.join(format!("{UNFINISHED}{:016x}", rand::random::<u64>()));
    let made = match initdb(&unfinished, home, account, programs, "C.UTF-8").await {
        Err(said) if said.contains("locale") => initdb(&unfinished, home, account, programs, "C").await,
        result => result,
    };
    made.map_err(|said| EmbeddedError::NotMade { said })?;
    append_settings(&unfinished.join("postgresql.conf"))?;
    fs::rename(&unfinished, &cluster).map_err(EmbeddedError::io("rename to", &cluster))?;
    File::open(home).and_then(|folder| folder.sync_all()).map_err(EmbeddedError::io("sync", home))
}

/// Trust on the socket, for only its owner and root can reach it; nothing over the network.
async fn initdb(
    folder: &Path,
    home: &Path,
    account: &Account,
    programs: &Programs,
    locale: &str,
) -> Result<(), String> {
    let mut command = account.command(&programs.path("initdb"), home);
    command.kill_on_drop(true);
    command.arg("-D").arg(folder).args(["-U", "postgres", "-E", "UTF8", "--data-checksums", "--no-instructions"]);
    command.args(["--auth-local=trust", "--auth-host=reject", &format!("--locale={locale}")]);
    let output = command.output().await.map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(last_lines(&String::from_utf8_lossy(&output.stderr))) }
}

fn append_settings(file: &Path) -> Result<(), EmbeddedError> {
    let failed = || EmbeddedError::io("write", file);
    let mut open =
        OpenOptions::new().append(true).custom_flags(OFlag::O_NOFOLLOW.bits()).open(file).map_err(failed())?;
    open.write_all(SETTINGS.as_bytes()).map_err(failed())?;
    open.sync_all().map_err(failed())
}

/// What a program said last, on one line.
pub(super) fn last_lines(said: &str) -> String {
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(4)..].join("; ")
}

/// Call it with the startup lock held; a role that is there is left as it is.
pub(super) async fn ensure_roles(connection: &mut PgConnection) -> Result<(), EmbeddedError> {
    let there: Vec<String> = sqlx::query_scalar("SELECT rolname::text FROM pg_roles WHERE rolname IN ($1, $2)")
        .bind(OWNER_ROLE)
        .bind(APP_ROLE)
        .fetch_all(&mut *connection)
        .await
        .map_err(EmbeddedError::sql("list the roles"))?;
    for role in [OWNER_ROLE, APP_ROLE] {
        if there.iter().any(|name| name == role) {
            continue;
        }
        let create = format!("CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS");
        super::unless_there_already(super::run(connection, create).await)
            .map_err(EmbeddedError::sql("create the roles"))?;
    }
    Ok(())
}
