//! Killed at any moment: what was not answered leaves nothing, what was answered is there, once. Real processes, a
//! private server in a folder of its own, everything ended by the number of its process.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use dis::access::Role;
use dis::db::{self, Db};
use dis::embedded::{APP_ROLE, OWNER_ROLE, PrivateCluster};
use dis::facts::Actor;
use dis::imports::{self, Import, ImportError, Kind, Outcome};
use dis::kernel::Clock;
use dis::kernel::calendar::parse_instant;
use dis::kernel::ids::SYSTEM_ACCOUNT;
use dis::verify::verify;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

/// How often each is killed.
const ROUNDS: u32 = 20;
/// How many contributions an import that is killed brings.
const ROWS: i64 = 2_000;

/// A private server that is killed under us, and the pools to it.
pub struct House {
    folder: TempDir,
    cluster: Option<PrivateCluster>,
    pub db: Db,
}

impl House {
    pub async fn new(connections: u32) -> Self {
        let folder = tempfile::Builder::new().prefix("dis-test-").tempdir_in("/tmp").unwrap();
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let cluster = PrivateCluster::open(&folder.path().join("data"), None).await.unwrap();
        cluster.ensure_database("dis").await.unwrap();
        db::migrate(&cluster.options(OWNER_ROLE, "dis")).await.unwrap();
        let db = Db::open(&cluster.options(APP_ROLE, "dis"), connections, false).await.unwrap();
        House { folder, cluster: Some(cluster), db }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn postmaster(&self) -> Option<Pid> {
        let text = std::fs::read_to_string(self.data().join("postgres/cluster/postmaster.pid")).ok()?;
        let pid = text.lines().next()?.parse().ok()?;
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
        (name.trim() == "postgres").then_some(Pid::from_raw(pid))
    }

    /// A process of ours and those it started.
    pub fn processes(&self, first: Pid) -> Vec<Pid> {
        let children = std::fs::read_to_string(format!("/proc/{first}/task/{first}/children")).unwrap_or_default();
        let children = children.split_whitespace().map(|pid| Pid::from_raw(pid.parse().unwrap()));
        std::iter::once(first).chain(children).collect()
    }

    /// How the owner of the tables connects.
    pub fn owner(&self) -> sqlx::postgres::PgConnectOptions {
        self.cluster.as_ref().unwrap().options(OWNER_ROLE, "dis")
    }

    /// The binary itself, on this house's data.
    pub fn dis(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dis"));
        command.env("DIS_DATA_DIR", self.data()).env_remove("DATABASE_URL").args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    pub async fn load(&self, files: Vec<(Kind, PathBuf)>) -> Result<Outcome, ImportError> {
        load(&self.db, files).await
    }

    pub async fn count(&self, question: &'static str) -> i64 {
        sqlx::query_scalar(question).fetch_one(&self.db.pages).await.unwrap()
    }

    pub async fn broken(&self) -> Vec<String> {
        let mut tx = self.db.read().await.unwrap();
        let broken = verify(&mut tx, None).await.unwrap().broken;
        tx.end();
        broken
    }

    /// Two donors, a hundred pledges in two currencies, each of two instalments.
    pub async fn furnish(&self) {
        let mut pledges = "ref,donor,unit,fund,earmarking,currency,amount,pledged_on,signed_on\n".to_owned();
        let mut instalments = "pledge,number,due_on,amount\n".to_owned();
        for number in 0..100 {
            let (donor, currency) = if number % 2 == 0 { ("SWE", "SEK") } else { ("NOR", "USD") };
            let row = format!("P-{number},{donor},GSD,FEM,soft,{currency},60000,2020-01-01,2020-01-15\n");
            pledges.push_str(&row);
            instalments.push_str(&format!("P-{number},1,2020-06-30,20000\nP-{number},2,2021-06-30,40000\n"));
        }
        let files = vec![
            (Kind::Units, self.file("units.csv", "code,name,kind\nGSD,Global Solutions,division\n")),
            (Kind::Funds, self.file("funds.csv", "code,name,earmarking\nFEM,Foundation earmarked,earmarked\n")),
            (Kind::Donors, self.file("donors.csv", "code,name,kind,country\nSWE,Sweden,C01,SWE\nNOR,Norway,C01,NOR\n")),
            (Kind::Rates, self.file("rates.csv", "currency,valid_from,units_per_usd\nSEK,2020-01-01,9.1\n")),
            (Kind::Pledges, self.file("pledges.csv", &pledges)),
            (Kind::Instalments, self.file("instalments.csv", &instalments)),
        ];
        assert!(self.load(files).await.unwrap().accepted());
    }

    pub async fn close(mut self) {
        self.db.close().await;
        if let Some(cluster) = self.cluster.take() {
            cluster.close().await.unwrap();
        }
    }
}

impl Drop for House {
    /// After a test that failed: its server does not stay.
    fn drop(&mut self) {
        if let (Some(_), Some(pid)) = (&self.cluster, self.postmaster()) {
            let _ = kill(pid, Signal::SIGQUIT);
        }
    }
}

pub async fn load(db: &Db, files: Vec<(Kind, PathBuf)>) -> Result<Outcome, ImportError> {
    let clock = Clock::fixed(chrono_tz::Africa::Nairobi, parse_instant("2026-11-23T12:00:00Z").unwrap());
    let actor = Actor { account: SYSTEM_ACCOUNT, role: Role::System, os_user: None };
    imports::run(db, actor, &clock, &Import { files, ..Import::default() }).await
}

/// Contributions to the hundred pledges, some in another currency than theirs.
pub fn contributions(prefix: &str, rows: i64) -> String {
    let mut content = "ref,donor,currency,amount,received_on,fund,pledge\n".to_owned();
    for number in 0..rows {
        let pledge = number % 100;
        let donor = if pledge % 2 == 0 { "SWE" } else { "NOR" };
        let currency = if number % 3 == 0 { "SEK" } else { "USD" };
        let (amount, day) = (1 + number % 700, 1 + number % 28);
        content
            .push_str(&format!("{prefix}-{number},{donor},{currency},{amount}.25,2021-03-{day:02},FEM,P-{pledge}\n"));
    }
    content
}

fn kill_and_wait(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_killed_at_any_moment_leaves_all_of_it_or_nothing() {
    let house = House::new(3).await;
    house.furnish().await;
    let import = |path: &Path| house.dis(&["import", "contributions", path.to_str().unwrap()]).spawn().unwrap();
    // Once to its end, to know how long that takes.
    let begun = Instant::now();
    let path = house.file("whole.csv", &contributions("W", ROWS));
    assert!(import(&path).wait().unwrap().success());
    let whole = begun.elapsed();
    let mut expected = ROWS;
    let mut killed = 0;
    for round in 0..ROUNDS {
        let path = house.file("next.csv", &contributions(&format!("R{round}"), ROWS));
        let mut child = import(&path);
        tokio::time::sleep(whole.mul_f64(rand::random_range(0.0..1.0))).await;
        killed += u32::from(child.try_wait().unwrap().is_none());
        kill_and_wait(&mut child);
        // What its connection was doing ends when the server looks at it again.
        let others = "select count(*) from pg_stat_activity where application_name = 'dis' and state <> 'idle'
            and backend_type = 'client backend' and pid <> pg_backend_pid()";
        let begun = Instant::now();
        while house.count(others).await > 0 {
            assert!(begun.elapsed() < Duration::from_secs(20), "a killed import goes on");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let facts = house.count("select count(*) from contribution_facts").await;
        assert!(facts == expected || facts == expected + ROWS, "round {round}: {facts} of {expected} and {ROWS}");
        expected = facts;
        let labels = house.count("select count(*) from contributions").await;
        let changes = house.count("select count(*) - 2 from changes").await;
        assert_eq!((labels, changes), (facts, facts / ROWS - 1), "round {round}");
        assert!(house.dis(&["verify"]).status().unwrap().success(), "round {round}");
    }
    assert!(killed >= 5, "only {killed} were killed while they worked");
    house.close().await;
}

/// Imports single contributions until told to stop; returns what was answered.
async fn write_until(db: Db, folder: PathBuf, name: String, stop: Arc<AtomicBool>, all: Arc<AtomicU32>) -> Vec<String> {
    let mut answered = Vec::new();
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        let reference = format!("{name}-{number}");
        let path = folder.join(format!("{name}.csv"));
        std::fs::write(&path, contributions(&reference, 1)).unwrap();
        // An error answers nothing: it may have landed or not.
        if let Ok(outcome) = load(&db, vec![(Kind::Contributions, path)]).await {
            assert!(outcome.accepted());
            answered.push(format!("{reference}-0"));
            all.fetch_add(1, Ordering::Relaxed);
        }
    }
    answered
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_while_it_writes_loses_nothing_it_answered() {
    let house = House::new(4).await;
    house.furnish().await;
    let mut answered: Vec<String> = Vec::new();
    for round in 0..ROUNDS {
        let (stop, all) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let name = format!("K{round}-{writer}");
                let folder = house.folder.path().to_owned();
                tokio::spawn(write_until(house.db.clone(), folder, name, stop.clone(), all.clone()))
            })
            .collect();
        let (enough, begun) = (rand::random_range(2..8), Instant::now());
        while all.load(Ordering::Relaxed) < enough {
            assert!(begun.elapsed() < Duration::from_secs(30), "the writers do not write");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..60))).await;
        kill(house.postmaster().unwrap(), Signal::SIGKILL).unwrap();
        stop.store(true, Ordering::Relaxed);
        for writer in writers {
            answered.extend(writer.await.unwrap());
        }
        house.cluster.as_ref().unwrap().revive().await.unwrap();
        // The pool still holds connections to the server that is gone.
        let begun = Instant::now();
        while sqlx::query("select 1").execute(&house.db.pages).await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the server does not come back");
        }
        let mut found = None;
        while found.is_none() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the server does not answer");
            let question = "select count(*) from contribution_facts where key = any($1) and voided_at is null";
            found = sqlx::query_scalar::<_, i64>(question).bind(&answered).fetch_one(&house.db.pages).await.ok();
        }
        assert_eq!(found, i64::try_from(answered.len()).ok(), "round {round}");
        assert!(house.dis(&["verify"]).status().unwrap().success(), "round {round}");
    }
    assert!(answered.len() > ROUNDS as usize, "only {} were answered", answered.len());
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_known_at_an_instant_never_changes_while_others_write() {
    const OVERDUE: &str = "select c.change_id, c.recorded_at, count(*), sum(b.outstanding)
        from change_head c, instalment_balances b
        where b.overdue_during @> date '2022-01-01' and b.known @> coalesce($1, c.recorded_at) group by c.change_id, c.recorded_at";
    type Reading = (i64, chrono::DateTime<chrono::Utc>, i64, rust_decimal::Decimal);
    let house = House::new(12).await;
    house.furnish().await;
    let fixed: Reading =
        sqlx::query_as(OVERDUE).bind(None::<chrono::DateTime<chrono::Utc>>).fetch_one(&house.db.pages).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let (db, stop) = (house.db.clone(), stop.clone());
            tokio::spawn(async move {
                let mut last = fixed;
                let mut grew = 0;
                while !stop.load(Ordering::Relaxed) {
                    let then: Reading = sqlx::query_as(OVERDUE).bind(Some(fixed.1)).fetch_one(&db.pages).await.unwrap();
                    assert_eq!((then.2, then.3), (fixed.2, fixed.3), "what was known at {} changed", fixed.1);
                    let now: Reading = sqlx::query_as(OVERDUE)
                        .bind(None::<chrono::DateTime<chrono::Utc>>)
                        .fetch_one(&db.pages)
                        .await
                        .unwrap();
                    assert!((now.0, now.1) >= (last.0, last.1), "the latest reading went back");
                    assert!(now.0 > last.0 || now == last, "the same change reads differently");
                    assert!(now.3 <= last.3, "receipts only lower what is overdue");
                    grew += u32::from(now.0 > last.0);
                    last = now;
                }
                grew
            })
        })
        .collect();
    // Eight at once, a hundred in all.
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (db, folder) = (house.db.clone(), house.folder.path().to_owned());
            tokio::spawn(async move {
                for number in (writer..100).step_by(8) {
                    let path = folder.join(format!("one-{writer}.csv"));
                    std::fs::write(&path, contributions(&format!("N{number}"), 1)).unwrap();
                    assert_eq!(load(&db, vec![(Kind::Contributions, path)]).await.unwrap().added, 1);
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        assert!(reader.await.unwrap() > 1, "the readers saw no writing");
    }
    let rows = "select count(*) from contribution_facts where voided_at is null";
    assert_eq!(house.count(rows).await, 100);
    assert_eq!(house.count("select count(*) from changes where act = 'import'").await, 101);
    let disorder =
        "select count(*) from changes a join changes b on b.id = a.id + 1 where b.recorded_at <= a.recorded_at";
    assert_eq!(house.count(disorder).await, 0);
    assert_eq!(house.broken().await, Vec::<String>::new());
    house.close().await;
}
