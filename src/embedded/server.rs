//! Starting, finding and stopping the server of a cluster that is there.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions, Connection};
use tokio::time::{sleep, timeout};

use super::account::Account;
use super::binaries::Programs;
use super::cluster::last_lines;
use super::error::EmbeddedError;

const PORT: u16 = 5432;
/// How long a server that says "starting up" (recovering from a crash) is waited for.
const RECOVERY: Duration = Duration::from_secs(60);
/// How long a server whose process lives is waited for when its socket does not answer at all.
const SILENCE: Duration = Duration::from_secs(10);
/// How long one that takes the connection may say nothing: it is there, only slow. Shorter than `SILENCE`, so as not to be taken for it.
const SLOW: Duration = Duration::from_secs(4);
/// Pauses before trying to start once more: what a killed server leaves behind takes a moment to go.
const PAUSES: [Duration; 3] = [Duration::from_millis(300), Duration::from_millis(700), Duration::from_millis(1500)];

pub(super) struct Server {
    pub programs: Programs,
    pub account: Account,
    /// Holds the cluster, and this program's marks.
    pub home: PathBuf,
    pub socket_dir: PathBuf,
}

enum Answer {
    Ready(PgConnection),
    /// It is starting, recovering or stopping.
    NotYet,
    Nobody,
}

impl Server {
    fn cluster(&self) -> PathBuf {
        self.home.join("cluster")
    }

    pub fn options(&self, role: &str, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.socket_dir)
            .port(PORT)
            .ssl_mode(PgSslMode::Disable)
            .username(role)
            .database(database)
    }

    /// A connection as the superuser, for setting things up.
    pub async fn connect(&self, database: &str) -> sqlx::Result<PgConnection> {
        PgConnection::connect_with(&self.options("postgres", database).disable_statement_logging()).await
    }

    /// Adopts the server that runs or starts it, and connects. Call it with the startup lock held; `alone` says that nobody
    /// else has a share: only then may what looks left over be removed (the others may see processes that we do not).
    pub async fn up(&self, alone: bool) -> Result<PgConnection, EmbeddedError> {
        let mut said = String::new();
        for pause in [Duration::ZERO].into_iter().chain(PAUSES) {
            sleep(pause).await;
            if let Some(connection) = self.answering().await? {
                return Ok(connection);
            }
            if alone {
                self.clear_leftovers()?;
            }
            match self.start().await {
                Ok(()) => {
                    if let Some(connection) = self.answering().await? {
                        return Ok(connection);
                    }
                }
                Err(words) => {
                    tracing::debug!("PostgreSQL did not start: {words}");
                    said = words;
                }
            }
        }
        Err(EmbeddedError::NotStarted { said, log: self.log() })
    }

    /// Waits while a server is there and not ready; `None` when there is none.
    async fn answering(&self) -> Result<Option<PgConnection>, EmbeddedError> {
        let waited_for = async {
            loop {
                match self.ask().await? {
                    Answer::NotYet => sleep(Duration::from_millis(50)).await,
                    answer => return Ok(answer),
                }
            }
        };
        let silent_for = async {
            loop {
                match self.ask().await? {
                    Answer::Nobody if self.is_running() => sleep(Duration::from_millis(50)).await,
                    answer => return Ok::<_, EmbeddedError>(answer),
                }
            }
        };
        let answer = match timeout(SILENCE, silent_for).await {
            Ok(Ok(Answer::NotYet)) => timeout(RECOVERY, waited_for)
                .await
                .unwrap_or(Err(EmbeddedError::NotReady { seconds: RECOVERY.as_secs(), log: self.log() }))?,
            Ok(answer) => answer?,
            Err(_) => {
                // It lives, but its socket is gone (somebody tidied /tmp): nobody can reach it any more.
                self.stop().await?;
                Answer::Nobody
            }
        };
        let Answer::Ready(mut connection) = answer else {
            return Ok(None);
        };
        if !self.socket_dir.starts_with(&self.home) {
            self.check_folder(&mut connection).await?;
        }
        Ok(Some(connection))
    }

    async fn ask(&self) -> Result<Answer, EmbeddedError> {
        match timeout(SLOW, self.connect("postgres")).await {
            Ok(Ok(connection)) => Ok(Answer::Ready(connection)),
            Ok(Err(sqlx::Error::Io(_))) => Ok(Answer::Nobody),
            Ok(Err(sqlx::Error::Database(error))) if error.code().as_deref() == Some("57P03") => Ok(Answer::NotYet),
            Ok(Err(error)) => Err(EmbeddedError::sql("reach the private PostgreSQL")(error)),
            Err(_) => Ok(Answer::NotYet),
        }
    }

    /// A socket outside the cluster's folder could be that of a cluster that was here before.
    async fn check_folder(&self, connection: &mut PgConnection) -> Result<(), EmbeddedError> {
        let found: String = sqlx::query_scalar("SELECT current_setting('data_directory')")
            .fetch_one(connection)
            .await
            .map_err(EmbeddedError::sql("ask PostgreSQL for its folder"))?;
        if Path::new(&found) == self.cluster() {
            return Ok(());
        }
        Err(EmbeddedError::AnotherAnswers { found, socket_dir: self.socket_dir.clone() })
    }

    /// What keeps others out is said on the command line, which goes before any file.
    async fn start(&self) -> Result<(), String> {
        let start_log = self.home.join("start.log");
        let _ = fs::remove_file(&start_log);
        let options = format!(
            "-c listen_addresses='' -c port={PORT} -c unix_socket_permissions=0700 -c unix_socket_directories={}",
            quoted_for_shell(&quoted_in_list(&self.socket_dir.to_string_lossy()))
        );
        let output = self.pg_ctl(&["start", "-w", "-s", "-t", "60", "-l", "start.log", "-o", &options]).await?;
        if output.status.success() {
            return Ok(());
        }
        // It complains where it started, or in its own log once that is open; else pg_ctl says what it knows.
        let started = fs::read_to_string(&start_log).unwrap_or_default();
        if started.contains("FATAL:") {
            return Err(last_lines(&started));
        }
        let logged = fs::read_to_string(self.log()).unwrap_or_default();
        let complaint = logged.lines().rfind(|line| line.contains("FATAL:") || line.contains("PANIC:"));
        Err(complaint.map_or_else(|| last_lines(&String::from_utf8_lossy(&output.stderr)), str::to_owned))
    }

    /// Stops the server, cutting connections, after a last checkpoint. One that is not running is stopped already.
    pub async fn stop(&self) -> Result<(), EmbeddedError> {
        let said = match self.pg_ctl(&["stop", "-m", "fast", "-w", "-s", "-t", "60"]).await {
            Ok(output) if output.status.success() => return Ok(()),
            Ok(output) => last_lines(&String::from_utf8_lossy(&output.stderr)),
            Err(said) => said,
        };
        if self.is_running() { Err(EmbeddedError::NotStopped { said }) } else { Ok(()) }
    }

    /// The cluster's folder goes by the environment, for pg_ctl does not quote the one it is given as an argument.
    async fn pg_ctl(&self, arguments: &[&str]) -> Result<std::process::Output, String> {
        let mut command = self.account.command(&self.programs.path("pg_ctl"), &self.home);
        command.env("PGDATA", self.cluster()).args(arguments);
        command.output().await.map_err(|error| error.to_string())
    }

    /// A folder for the socket outside the cluster's is not left lying about.
    pub fn leave_socket_folder(&self) {
        if !self.socket_dir.starts_with(&self.home) {
            let _ = fs::remove_dir(&self.socket_dir);
        }
    }

    /// The file to look into: the newest of the server's log, else what it said while starting.
    fn log(&self) -> PathBuf {
        let entries = fs::read_dir(self.cluster().join("log")).into_iter().flatten().flatten();
        let newest = entries.max_by_key(|entry| entry.metadata().and_then(|metadata| metadata.modified()).ok());
        newest.map_or_else(|| self.home.join("start.log"), |entry| entry.path())
    }

    fn is_running(&self) -> bool {
        matches!(pid_in(&self.cluster().join("postmaster.pid")), PidFile::Names(pid) if is_server_of(pid, &self.cluster()))
    }

    /// PostgreSQL sees for itself that the process of a lock file is gone, but not that its number now is another's,
    /// nor what to make of an empty file; both happen when a machine loses power.
    fn clear_leftovers(&self) -> Result<(), EmbeddedError> {
        for path in [self.cluster().join("postmaster.pid"), self.socket_dir.join(format!(".s.PGSQL.{PORT}.lock"))] {
            let left_over = match pid_in(&path) {
                PidFile::Absent => false,
                PidFile::Unreadable => true,
                PidFile::Names(pid) => is_alive(pid) && !is_server_of(pid, &self.cluster()),
            };
            if left_over {
                tracing::warn!("removing {}, left by a server that is gone", path.display());
                fs::remove_file(&path).map_err(EmbeddedError::io("remove", &path))?;
            }
        }
        Ok(())
    }
}

enum PidFile {
    Absent,
    Unreadable,
    Names(i32),
}

fn pid_in(path: &Path) -> PidFile {
    match fs::read_to_string(path) {
        // A negative number is that of a server in single-user mode.
        Ok(text) => text
            .lines()
            .next()
            .and_then(|line| line.trim().parse().ok())
            .map_or(PidFile::Unreadable, |pid: i32| PidFile::Names(pid.saturating_abs())),
        Err(error) if error.kind() == ErrorKind::NotFound => PidFile::Absent,
        Err(_) => PidFile::Unreadable,
    }
}

fn is_alive(pid: i32) -> bool {
    pid > 0 && !matches!(kill(Pid::from_raw(pid), None), Err(Errno::ESRCH))
}

/// Whether the process is a PostgreSQL working in this cluster's folder. Where it cannot be seen, one that lives counts.
fn is_server_of(pid: i32, cluster: &Path) -> bool {
    if !is_alive(pid) || !Path::new("/proc/self/cwd").exists() {
        return is_alive(pid);
    }
    let process = PathBuf::from(format!("/proc/{pid}"));
    let is_postgres =
        fs::read_to_string(process.join("comm")).is_ok_and(|name| matches!(name.trim(), "postgres" | "postmaster"));
    is_postgres
        && match process.join("cwd").read_link() {
            Ok(folder) => folder == cluster,
            Err(error) if error.kind() == ErrorKind::PermissionDenied => same_owner(&process, cluster),
            Err(_) => false, // it ended, and nobody has waited for it
        }
}

/// Root in a container may not look into the processes of others.
fn same_owner(process: &Path, cluster: &Path) -> bool {
    match (process.metadata(), cluster.metadata()) {
        (Ok(process), Ok(cluster)) => process.uid() == cluster.uid(),
        _ => false,
    }
}

fn quoted_for_shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// As PostgreSQL wants a name in a list of names: a comma or a blank in it is part of it.
fn quoted_in_list(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
