//! What most tests begin with, made once and copied: a migrated database, and one filled with the demonstration. Each test
//! works on a copy of its own, on a server of its own.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dis::demo;
use dis::documents::Files;
use dis::kernel::Clock;
use dis::kernel::calendar::parse_instant;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::foundation::Ground;

/// The clock of a site in tests.
pub(crate) fn clock() -> Clock {
    Clock::fixed(chrono_tz::Africa::Nairobi, parse_instant("2026-11-23T12:00:00Z").unwrap())
}

/// A folder of a test's own, that PostgreSQL's account may pass through.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::Builder::new().prefix("dis-test-").tempdir_in("/tmp").unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

/// Where this run keeps what it copies from; what runs that have ended left behind is taken away.
fn shelf(name: &str) -> PathBuf {
    const PREFIX: &str = "dis-prepared-";
    for entry in std::fs::read_dir("/tmp").unwrap().flatten() {
        let left = entry.file_name().into_string().unwrap_or_default();
        let run = left.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()).map(str::to_owned);
        if run.is_some_and(|run| !Path::new("/proc").join(run).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    Path::new("/tmp").join(format!("{PREFIX}{}-{name}", std::process::id()))
}

fn copy(from: &Path, to: &Path) {
    // Owners and modes stay: PostgreSQL asks for both.
    let done = Command::new("cp").arg("-a").arg("--").arg(format!("{}/.", from.display())).arg(to).status().unwrap();
    assert!(done.success());
}

/// Keeps what was made for as long as this run lasts.
fn put_on(shelf: &Path, made: &TempDir) {
    std::fs::create_dir(shelf).unwrap();
    copy(made.path(), shelf);
    let until_we_end = "(while [ -d \"/proc/$0\" ]; do sleep 1; done; rm -rf -- \"$1\") &";
    let mut after = Command::new("sh");
    after.arg("-c").arg(until_we_end).arg(std::process::id().to_string()).arg(shelf);
    after.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(after.status().unwrap().success());
}

/// Fills a folder with a migrated database.
pub(crate) async fn migrated(folder: &Path) {
    static SHELF: OnceCell<PathBuf> = OnceCell::const_new();
    let made = async || {
        let shelf = shelf("migrated");
        put_on(&shelf, &Ground::made().await.left().await);
        shelf
    };
    copy(SHELF.get_or_init(made).await, folder);
}

/// Fills a folder with the demonstration, its documents too.
pub(crate) async fn filled(folder: &Path) {
    static SHELF: OnceCell<PathBuf> = OnceCell::const_new();
    let made = async || {
        let shelf = shelf("filled");
        let ground = Ground::new().await;
        let files = Files::open(&ground.folder().join("documents"), env!("CARGO_BIN_EXE_dis").into()).unwrap();
        demo::fill(&ground.db, &clock(), &files).await.unwrap();
        put_on(&shelf, &ground.left().await);
        shelf
    };
    copy(SHELF.get_or_init(made).await, folder);
}
