//! Migrations in order over data, not over an empty database.
//!
//! `tests/data/migrations/NNNN.sql` is what a program of level NNNN had written: the hand-made set, then a receipt
//! corrected and a donor renamed. It is put in after migration NNNN, and every later migration runs over it, one at a
//! time. `DIS_WRITE_MIGRATION_DATA=1 cargo test --test it migrations::` writes the file of the newest level.

use std::path::PathBuf;
use std::process::Command;

use chrono::{DateTime, NaiveDate, Utc};
use dis::db::{Db, MIGRATOR};
use dis::embedded::{APP_ROLE, OWNER_ROLE, PrivateCluster};
use dis::imports::{self, Import, Kind, Outcome};
use dis::l10n::L10n;
use rust_decimal::Decimal;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::foundation::{Ground, actor};
use crate::loading::{clock, hand_set};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/migrations")
}

/// The levels there is data of, in order.
fn levels() -> Vec<(i64, PathBuf)> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut levels: Vec<(i64, PathBuf)> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().parse().unwrap(), path))
        .collect();
    levels.sort_unstable();
    levels
}

fn newest() -> i64 {
    MIGRATOR.iter().map(|migration| migration.version).max().unwrap()
}

async fn load(db: &Db, kind: Kind, rows: &str, correct: Option<&str>) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    std::fs::write(&path, rows).unwrap();
    let import = Import { files: vec![(kind, path)], correct: correct.map(str::to_owned), ..Import::default() };
    let outcome = imports::run(db, actor(), &clock(), &import).await.unwrap();
    assert!(outcome.accepted(), "{:?}", outcome.lines(&outcome.errors, L10n::ENGLISH));
    outcome
}

/// What stands in the file of a level: facts, a fact voided, a label changed.
async fn write_newest() {
    let ground = Ground::new().await;
    let import = Import { files: hand_set(), ..Import::default() };
    assert!(imports::run(&ground.db, actor(), &clock(), &import).await.unwrap().accepted());
    let corrected =
        "ref,donor,currency,amount,received_on,fund,kind,pledge\nHC-0101,SWE,USD,2600.00,2020-03-15,FE,cash,HP-01\n";
    let outcome = load(&ground.db, Kind::Contributions, corrected, Some("the bank's advice says 2,600")).await;
    assert_eq!(outcome.changed, 1);
    let renamed = "code,name,kind,country,member_state\nNOR,Kingdom of Norway,C01,NOR,yes\n";
    assert_eq!(load(&ground.db, Kind::Donors, renamed, None).await.changed, 1);
    let dump = Command::new(ground.cluster.bin_dir().join("pg_dump"))
        .args([
            "--data-only",
            "--inserts",
            "--rows-per-insert=200",
            "--exclude-table=_sqlx_migrations",
            // Made from the other tables, as they are put in.
            "--exclude-table=search_*",
            "--enable-row-security",
        ])
        .args(["--username", OWNER_ROLE, "--host"])
        .arg(ground.cluster.socket_dir())
        .arg("dis")
        .output()
        .unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    // The lines psql alone understands, and those of one version of PostgreSQL, are not data.
    let text = String::from_utf8(dump.stdout).unwrap();
    let data: Vec<&str> = text
        .lines()
        .filter(|line| !(line.starts_with(['\\', '-']) || line.starts_with("SET ") || line.is_empty()))
        .collect();
    std::fs::write(folder().join(format!("{:04}.sql", newest())), data.join("\n") + "\n").unwrap();
    ground.close().await;
}

/// Rows overdue on a day as known at an instant, and their sum in US dollars.
async fn overdue(connection: &mut PgConnection, day: NaiveDate, known_at: DateTime<Utc>) -> (i64, Decimal) {
    sqlx::query_as(
        "select count(*), coalesce(sum(usd_of(b.outstanding, r.units_per_usd)), 0) from instalment_balances b
         left join rates_in_force($1, $2) r on r.currency = b.currency
         where b.overdue_during @> $1 and b.known @> $2",
    )
    .bind(day)
    .bind(known_at)
    .fetch_one(connection)
    .await
    .unwrap()
}

/// The figures worked out by hand, as known before the correction, and the corrected one after it.
async fn assert_figures(connection: &mut PgConnection, level: i64) {
    let instants: Vec<DateTime<Utc>> =
        sqlx::query_scalar("select recorded_at from changes order by id").fetch_all(&mut *connection).await.unwrap();
    let (first, last) = (instants[0], *instants.last().unwrap());
    let mut expected = csv::Reader::from_path(hand_set()[0].1.with_file_name("expected-totals.csv")).unwrap();
    for row in expected.deserialize() {
        let (day, rows, usd, _allowance): (NaiveDate, i64, Decimal, Decimal) = row.unwrap();
        assert_eq!(overdue(connection, day, first).await, (rows, usd), "from level {level}, as of {day}");
    }
    let day = "2020-03-31".parse().unwrap();
    let (_, before) = overdue(connection, day, first).await;
    assert_eq!(overdue(connection, day, last).await.1, before - Decimal::from(100), "from level {level}");
}

#[tokio::test]
async fn every_migration_runs_over_what_earlier_programs_wrote() {
    if std::env::var_os("DIS_WRITE_MIGRATION_DATA").is_some() {
        write_newest().await;
    }
    let levels = levels();
    assert_eq!(levels.first().map(|(level, _)| *level), Some(1), "there is data of the first level");
    let (_folder, cluster) = Ground::server().await;
    for (level, path) in levels {
        let name = format!("level_{level}");
        cluster.ensure_database(&name).await.unwrap();
        let mut owner = PgConnection::connect_with(&cluster.options(OWNER_ROLE, &name)).await.unwrap();
        MIGRATOR.run_to(level, &mut owner).await.unwrap();
        put_in(&mut owner, &std::fs::read_to_string(&path).unwrap()).await;
        if level == newest() {
            assert_figures(&mut owner, level).await;
        }
        for later in MIGRATOR.iter().filter(|migration| migration.version > level) {
            MIGRATOR.run_to(later.version, &mut owner).await.unwrap_or_else(|error| {
                panic!("migration {} does not run over data of level {level}: {error}", later.version)
            });
        }
        MIGRATOR.run(&mut owner).await.unwrap();
        assert_figures(&mut owner, level).await;
        owner.close().await.unwrap();
        assert_usable(&cluster, &name, level).await;
    }
    cluster.close().await.unwrap();
}

/// What migrations made themselves gives way to the data, which holds it too.
async fn put_in(owner: &mut PgConnection, data: &str) {
    let tables: Vec<String> = sqlx::query_scalar(
        "select quote_ident(relname) from pg_class
         where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> '_sqlx_migrations'",
    )
    .fetch_all(&mut *owner)
    .await
    .unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("truncate {}", tables.join(", ")))).execute(&mut *owner).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(data)).execute(&mut *owner).await.unwrap();
    sqlx::query("select set_config('search_path', '\"$user\", public', false)").execute(owner).await.unwrap();
}

/// The chain and every balance hold, what was loaded then is known now, and writing goes on.
async fn assert_usable(cluster: &PrivateCluster, name: &str, level: i64) {
    let db = Db::open(&cluster.options(APP_ROLE, name), 4, false).await.unwrap();
    let broken = async || {
        let mut tx = db.read().await.unwrap();
        dis::verify::verify(&mut tx, None).await.unwrap().broken
    };
    assert_eq!(broken().await, Vec::<String>::new(), "from level {level}");
    let files = hand_set().into_iter().filter(|(kind, _)| !matches!(kind, Kind::Contributions | Kind::Donors));
    // Projects came with the ninth level: earlier programs wrote none.
    let files = files.filter(|(kind, _)| level >= 9 || !matches!(kind, Kind::Projects | Kind::Expenditures)).collect();
    let again = imports::run(&db, actor(), &clock(), &Import { files, ..Import::default() }).await.unwrap();
    assert!(again.accepted() && (again.added, again.changed) == (0, 0), "from level {level}");
    let receipt =
        "ref,donor,currency,amount,received_on,fund,kind,pledge\nHC-9999,SWE,USD,1.00,2020-03-16,FE,cash,HP-01\n";
    assert_eq!(load(&db, Kind::Contributions, receipt, None).await.added, 1, "from level {level}");
    assert_eq!(broken().await, Vec::<String>::new(), "from level {level}, after a receipt");
    db.close().await;
}
