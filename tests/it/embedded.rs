//! The private PostgreSQL, with real servers: each test has a data folder of its own and leaves neither server nor folder.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dis::embedded::{APP_ROLE, EmbeddedError, OWNER_ROLE, PrivateCluster, Stopped};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

/// Where a helper process finds its data folder.
const FOLDER_FOR_HELPER: &str = "DIS_TEST_EMBEDDED_FOLDER";

struct Scratch {
    folder: TempDir,
    data: PathBuf,
}

impl Scratch {
    /// A data folder every account can reach.
    fn new() -> Self {
        let scratch = Self::closed();
        fs::set_permissions(scratch.folder.path(), Permissions::from_mode(0o755)).unwrap();
        scratch
    }

    /// One in a folder only we can enter.
    fn closed() -> Self {
        let ours = Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix("dis-test-").permissions(ours).tempdir_in("/tmp").unwrap();
        let data = folder.path().join("data");
        Self { folder, data }
    }

    fn below(mut self, name: &str) -> Self {
        self.data = self.folder.path().join(name);
        self
    }

    async fn open(&self) -> PrivateCluster {
        PrivateCluster::open(&self.data, None).await.unwrap()
    }

    fn postmaster_pid(&self) -> Option<Pid> {
        let text = fs::read_to_string(self.data.join("postgres/cluster/postmaster.pid")).ok()?;
        Some(Pid::from_raw(text.lines().next()?.parse().ok()?))
    }

    fn server_runs(&self) -> bool {
        self.postmaster_pid().is_some_and(|pid| kill(pid, None) != Err(Errno::ESRCH) && is_postgres(pid))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(pid) = self.postmaster_pid().filter(|pid| is_postgres(*pid)) {
            let _ = kill(pid, Signal::SIGQUIT);
            wait_until_gone(pid);
        }
        if let Ok(outside) = fs::read_link(self.data.join("postgres"))
            && outside.starts_with("/var/lib/dis")
        {
            let _ = fs::remove_dir_all(&outside);
            let _ = fs::remove_dir("/var/lib/dis");
        }
    }
}

fn is_postgres(pid: Pid) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "postgres")
}

fn wait_until_gone(pid: Pid) {
    let begun = Instant::now();
    // A process nobody waits for has no folder any more, though its number is still taken.
    while fs::read_link(format!("/proc/{pid}/cwd")).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(20), "process {pid} does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}

async fn ask(cluster: &PrivateCluster, role: &str, database: &str, question: &'static str) -> String {
    let mut connection = PgConnection::connect_with(&cluster.options(role, database)).await.unwrap();
    let answer = sqlx::query_scalar(question).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    answer
}

#[tokio::test]
async fn a_cluster_is_made_once_and_opened_quickly_after() {
    let scratch = Scratch::new();
    let cold = Instant::now();
    let cluster = scratch.open().await;
    println!("cold: {:?}", cold.elapsed());
    cluster.ensure_database("dis").await.unwrap();
    assert_eq!(ask(&cluster, OWNER_ROLE, "dis", "SELECT current_user::text").await, OWNER_ROLE);
    assert_eq!(ask(&cluster, APP_ROLE, "dis", "SELECT current_user::text").await, APP_ROLE);
    let owner = "SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = 'dis'";
    assert_eq!(ask(&cluster, APP_ROLE, "dis", owner).await, OWNER_ROLE);
    let above = "SELECT count(*)::text FROM pg_roles WHERE rolname LIKE 'dis%' AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication)";
    assert_eq!(ask(&cluster, APP_ROLE, "dis", above).await, "0");
    for (setting, value) in [
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
        ("unix_socket_permissions", "0700"),
    ] {
        let mut connection = PgConnection::connect_with(&cluster.options(APP_ROLE, "dis")).await.unwrap();
        let found: String =
            sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(&mut connection).await.unwrap();
        assert_eq!(found, value, "{setting}");
    }
    let mode = |folder: &Path| folder.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(cluster.socket_dir()), 0o700);
    assert_eq!(mode(&scratch.data), if Uid::effective().is_root() { 0o710 } else { 0o700 });
    assert!(cluster.bin_dir().join("pg_dump").exists());
    assert_eq!(cluster.close().await.unwrap(), Stopped::Yes);
    assert!(!scratch.server_runs());

    let warm = Instant::now();
    let again = scratch.open().await;
    println!("warm: {:?}", warm.elapsed());
    let adopting = Instant::now();
    let second = scratch.open().await;
    println!("adopted: {:?}", adopting.elapsed());
    again.ensure_database("dis").await.unwrap();
    assert_eq!(second.close().await.unwrap(), Stopped::OthersRemain);
    let stopping = Instant::now();
    assert_eq!(again.close().await.unwrap(), Stopped::Yes);
    println!("stop: {:?}", stopping.elapsed());
}

#[tokio::test]
async fn two_who_open_at_once_share_it_and_the_last_stops_it() {
    let scratch = Scratch::new();
    let (one, other) = tokio::join!(scratch.open(), scratch.open());
    assert_eq!(one.socket_dir(), other.socket_dir());
    let made = tokio::join!(one.ensure_database("dis"), other.ensure_database("dis"), one.ensure_database("dis \"'$x"));
    assert!(made.0.is_ok() && made.1.is_ok() && made.2.is_ok(), "{made:?}");
    assert_eq!(one.close().await.unwrap(), Stopped::OthersRemain);
    assert_eq!(ask(&other, APP_ROLE, "dis \"'$x", "SELECT 'there'").await, "there");
    other.drop_database("dis \"'$x").await.unwrap();
    assert!(PgConnection::connect_with(&other.options(APP_ROLE, "dis \"'$x")).await.is_err());
    for name in ["postgres", "template1", ""] {
        assert!(matches!(other.drop_database(name).await, Err(EmbeddedError::DatabaseName(_))), "{name}");
    }
    assert_eq!(other.close().await.unwrap(), Stopped::Yes);
    assert!(!scratch.server_runs());
}

#[tokio::test]
async fn what_was_answered_is_there_after_the_server_was_killed() {
    let scratch = Scratch::new();
    let cluster = scratch.open().await;
    cluster.ensure_database("dis").await.unwrap();
    let mut connection = PgConnection::connect_with(&cluster.options(OWNER_ROLE, "dis")).await.unwrap();
    sqlx::raw_sql("CREATE TABLE kept (what text); INSERT INTO kept VALUES ('kept')")
        .execute(&mut connection)
        .await
        .unwrap();
    kill(scratch.postmaster_pid().unwrap(), Signal::SIGKILL).unwrap();
    cluster.revive().await.unwrap();
    assert_eq!(ask(&cluster, OWNER_ROLE, "dis", "SELECT what FROM kept").await, "kept");

    let killed = scratch.postmaster_pid().unwrap();
    kill(killed, Signal::SIGKILL).unwrap();
    drop(cluster);
    let again = scratch.open().await;
    assert_ne!(scratch.postmaster_pid().unwrap(), killed);
    assert_eq!(ask(&again, OWNER_ROLE, "dis", "SELECT what FROM kept").await, "kept");
    assert_eq!(again.close().await.unwrap(), Stopped::Yes);
}

#[tokio::test]
async fn a_server_left_running_is_adopted() {
    let scratch = Scratch::new();
    drop(scratch.open().await);
    let left = scratch.postmaster_pid().unwrap();
    assert!(scratch.server_runs());
    let cluster = scratch.open().await;
    assert_eq!(scratch.postmaster_pid(), Some(left));
    assert_eq!(cluster.close().await.unwrap(), Stopped::Yes);
    assert!(!scratch.server_runs());
}

/// Not a test of its own: the other process of the tests below.
#[tokio::test]
#[ignore = "started by other tests as a second process"]
async fn helper_process_that_holds_a_share() {
    let Some(folder) = std::env::var_os(FOLDER_FOR_HELPER) else { return };
    let _cluster = PrivateCluster::open(Path::new(&folder), None).await.unwrap();
    println!("\nholding");
    let _ = std::io::stdin().read_line(&mut String::new());
    std::process::abort();
}

fn start_helper(scratch: &Scratch) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "embedded::helper_process_that_holds_a_share", "--ignored", "--nocapture"])
        .env(FOLDER_FOR_HELPER, &scratch.data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn wait_until_it_holds(helper: &mut Child) {
    let output = BufReader::new(helper.stdout.take().unwrap());
    assert!(output.lines().any(|line| line.unwrap() == "holding"), "the helper did not open the cluster");
}

#[tokio::test]
async fn processes_that_start_at_once_share_it_and_one_that_is_killed_gives_its_share_back() {
    let scratch = Scratch::new();
    let mut helpers: Vec<Child> = (0..3).map(|_| start_helper(&scratch)).collect();
    helpers.iter_mut().for_each(wait_until_it_holds);
    let cluster = scratch.open().await;
    let pid = scratch.postmaster_pid();
    for mut helper in helpers {
        let another = scratch.open().await;
        assert_eq!(another.close().await.unwrap(), Stopped::OthersRemain);
        helper.kill().unwrap();
        helper.wait().unwrap();
    }
    assert_eq!(scratch.postmaster_pid(), pid);
    assert_eq!(cluster.close().await.unwrap(), Stopped::Yes);
    assert!(!scratch.server_runs());
}

#[tokio::test]
async fn lock_files_that_name_a_living_stranger_are_survived() {
    let scratch = Scratch::new();
    let cluster = scratch.open().await;
    let socket_lock = cluster.socket_dir().join(".s.PGSQL.5432.lock");
    let pid_file = scratch.data.join("postgres/cluster/postmaster.pid");
    let (pid_text, lock_text) = (fs::read_to_string(&pid_file).unwrap(), fs::read_to_string(&socket_lock).unwrap());
    let pid = scratch.postmaster_pid().unwrap();
    kill(pid, Signal::SIGKILL).unwrap();
    drop(cluster);
    wait_until_gone(pid);

    // A process of the server's own account: PostgreSQL itself would take it for a server.
    let mut stranger = stranger_as_owner_of(&scratch.data.join("postgres/cluster"));
    let renamed = |text: &str| text.replacen(&pid.to_string(), &stranger.id().to_string(), 1);
    fs::write(&pid_file, renamed(&pid_text)).unwrap();
    fs::write(&socket_lock, renamed(&lock_text)).unwrap();
    let again = scratch.open().await;
    assert_ne!(scratch.postmaster_pid().unwrap().as_raw(), stranger.id() as i32);
    assert_eq!(again.close().await.unwrap(), Stopped::Yes);

    fs::write(&pid_file, "").unwrap();
    let again = scratch.open().await;
    assert_eq!(again.close().await.unwrap(), Stopped::Yes);
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

fn stranger_as_owner_of(path: &Path) -> Child {
    use std::os::unix::{fs::MetadataExt, process::CommandExt};
    let mut command = Command::new("sleep");
    command.arg("300").current_dir("/");
    if Uid::effective().is_root() {
        command.uid(path.metadata().unwrap().uid());
    }
    command.spawn().unwrap()
}

#[tokio::test]
async fn an_interrupted_making_is_begun_anew() {
    let scratch = Scratch::new();
    let home = scratch.data.join("postgres");
    fs::create_dir_all(home.join("cluster.new-0123/base")).unwrap();
    fs::set_permissions(&home, Permissions::from_mode(0o700)).unwrap();
    let cluster = scratch.open().await;
    assert!(!home.join("cluster.new-0123").exists());
    assert_eq!(cluster.close().await.unwrap(), Stopped::Yes);
}

#[tokio::test]
async fn missing_and_wrong_programs_are_told_in_a_sentence() {
    let scratch = Scratch::new();
    let nothing_there = scratch.folder.path().join("empty");
    fs::create_dir(&nothing_there).unwrap();
    let error = PrivateCluster::open(&scratch.data, Some(&nothing_there)).await.err().unwrap();
    assert!(matches!(error, EmbeddedError::ProgramsMissingIn(_)));
    assert!(error.to_string().contains("DIS_PG_BIN"), "{error}");
    assert!(EmbeddedError::ProgramsMissing.to_string().contains("apt-get install postgresql"));

    for program in ["initdb", "pg_ctl", "postgres"] {
        fs::write(nothing_there.join(program), "#!/bin/sh\necho 'postgres (PostgreSQL) 13.4'\n").unwrap();
        fs::set_permissions(nothing_there.join(program), Permissions::from_mode(0o755)).unwrap();
    }
    let error = PrivateCluster::open(&scratch.data, Some(&nothing_there)).await.err().unwrap();
    assert!(error.to_string().starts_with("PostgreSQL 13 in"), "{error}");
    assert!(!scratch.data.join("postgres").exists());

    fs::create_dir_all(scratch.data.join("postgres/cluster")).unwrap();
    fs::write(scratch.data.join("postgres/cluster/PG_VERSION"), "12\n").unwrap();
    if Uid::effective().is_root() {
        let error = PrivateCluster::open(&scratch.data, None).await.err().unwrap();
        assert!(matches!(error, EmbeddedError::OwnedByRoot(_)), "{error}");
        std::os::unix::fs::chown(scratch.data.join("postgres/cluster"), Some(65534), Some(65534)).unwrap();
    }
    let error = PrivateCluster::open(&scratch.data, None).await.err().unwrap();
    assert!(matches!(error, EmbeddedError::OtherVersion { made_by: 12, .. }), "{error}");
}

#[tokio::test]
async fn a_settings_file_postgresql_cannot_read_is_told_with_its_words() {
    let scratch = Scratch::new();
    scratch.open().await.close().await.unwrap();
    let settings = scratch.data.join("postgres/cluster/postgresql.conf");
    fs::write(&settings, fs::read_to_string(&settings).unwrap() + "\nno_such_setting = 1\n").unwrap();
    let error = PrivateCluster::open(&scratch.data, None).await.err().unwrap();
    assert!(error.to_string().starts_with("the private PostgreSQL does not start: "), "{error}");
    assert!(error.to_string().contains("\"no_such_setting\""), "{error}");
}

#[tokio::test]
async fn a_data_folder_too_long_for_a_socket_works() {
    let long = format!(
        "{}/{}",
        "long".repeat(30),
        "and longer, with a comma, \"quotes\", a $sign and an ' apostrophe".repeat(2)
    );
    let scratch = Scratch::new().below(&long);
    let cluster = scratch.open().await;
    let socket_dir = cluster.socket_dir().to_owned();
    assert!(socket_dir.starts_with("/tmp"), "{}", socket_dir.display());
    assert_eq!(ask(&cluster, APP_ROLE, "postgres", "SELECT 'there'").await, "there");
    drop(cluster);

    // Somebody tidied /tmp: nobody can reach the server, so it is started again.
    fs::remove_dir_all(&socket_dir).unwrap();
    let again = scratch.open().await;
    assert_eq!(ask(&again, APP_ROLE, "postgres", "SELECT 'there'").await, "there");
    assert_eq!(again.close().await.unwrap(), Stopped::Yes);
    assert!(!socket_dir.exists());

    symlink(scratch.folder.path(), &socket_dir).unwrap();
    let error = PrivateCluster::open(&scratch.data, None).await.err().unwrap();
    fs::remove_file(&socket_dir).unwrap();
    assert!(matches!(error, EmbeddedError::NotPrivate { .. }), "{error}");
    fs::create_dir(&socket_dir).unwrap();
    fs::set_permissions(&socket_dir, Permissions::from_mode(0o755)).unwrap();
    let error = PrivateCluster::open(&scratch.data, None).await.err().unwrap();
    fs::remove_dir(&socket_dir).unwrap();
    assert!(matches!(error, EmbeddedError::NotPrivate { .. }), "{error}");
}

#[tokio::test]
async fn a_data_folder_with_odd_characters_works() {
    let scratch = Scratch::new().below("a, \"b\" $c 'd'");
    let cluster = scratch.open().await;
    assert!(cluster.socket_dir().starts_with(scratch.folder.path()));
    assert_eq!(ask(&cluster, APP_ROLE, "postgres", "SELECT 'there'").await, "there");
    assert_eq!(cluster.close().await.unwrap(), Stopped::Yes);
}

#[tokio::test]
async fn a_folder_only_root_can_enter_works() {
    let scratch = Scratch::closed();
    let cluster = scratch.open().await;
    assert_eq!(ask(&cluster, APP_ROLE, "postgres", "SELECT 'there'").await, "there");
    assert_eq!(cluster.close().await.unwrap(), Stopped::Yes);
    if !Uid::effective().is_root() {
        return;
    }
    let outside = fs::read_link(scratch.data.join("postgres")).unwrap();
    assert!(outside.starts_with("/var/lib/dis"));
    let again = scratch.open().await;
    assert_eq!(again.close().await.unwrap(), Stopped::Yes);
    assert_eq!(fs::read_link(scratch.data.join("postgres")).unwrap(), outside);

    fs::remove_dir_all(&outside).unwrap();
    let error = PrivateCluster::open(&scratch.data, None).await.err().unwrap();
    assert!(matches!(error, EmbeddedError::LinkToNowhere { .. }), "{error}");
}

#[tokio::test]
async fn nobody_else_can_reach_the_socket() {
    let scratch = Scratch::new();
    let cluster = scratch.open().await;
    if Uid::effective().is_root() {
        use std::os::unix::process::CommandExt;
        let psql = cluster.bin_dir().join("psql");
        let output = Command::new(psql)
            .args(["-U", "postgres", "-h"])
            .arg(cluster.socket_dir())
            .args(["-c", "SELECT 1"])
            .current_dir("/")
            .uid(65534)
            .output()
            .unwrap();
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("Permission denied"));
    }
    assert_eq!(cluster.close().await.unwrap(), Stopped::Yes);
}
