//! Loading files on a real database: the hand-made set gives the figures worked out by hand, in whatever order.

use std::path::PathBuf;

use chrono::{NaiveDate, TimeDelta};
use dis::arrears::Arrears;
use dis::imports::{self, Import, Kind, Outcome};
use dis::kernel::calendar::parse_instant;
use dis::kernel::{AsOf, Clock, KnownAt};
use dis::l10n::L10n;
use dis::lists::export::{csv_header, csv_row};
use dis::lists::query::{Stretch, sort_named};
use dis::lists::{self, Scope};
use rust_decimal::Decimal;

use crate::foundation::Ground;

fn clock() -> Clock {
    Clock::fixed(chrono_tz::Africa::Nairobi, parse_instant("2026-11-23T12:00:00Z").unwrap())
}

fn hand_set() -> Vec<(Kind, PathBuf)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/hand");
    Kind::ALL.into_iter().map(|kind| (kind, folder.join(format!("{kind}.csv")))).collect()
}

async fn load(ground: &Ground, import: Import) -> Outcome {
    imports::run(&ground.db, ground.actor(), &clock(), &import).await.unwrap()
}

async fn assert_expected_totals(ground: &Ground) {
    let mut expected = csv::Reader::from_path(hand_set()[0].1.with_file_name("expected-totals.csv")).unwrap();
    let mut days = 0;
    for row in expected.deserialize() {
        let (as_of, rows, usd, _allowance): (NaiveDate, i64, Decimal, Decimal) = row.unwrap();
        let found: (i64, Option<Decimal>) = sqlx::query_as(
            "select count(*), sum(usd_of(b.outstanding, r.units_per_usd)) from instalment_balances b
             left join rates_in_force($1, 'infinity') r on r.currency = b.currency
             where b.overdue_during @> $1 and upper_inf(b.known)",
        )
        .bind(as_of)
        .fetch_one(&ground.db.pages)
        .await
        .unwrap();
        assert_eq!((found.0, found.1.unwrap_or_default()), (rows, usd), "as of {as_of}");
        days += 1;
    }
    assert!(days >= 8);
}

#[tokio::test]
async fn the_hand_made_set_gives_its_arrears_and_loads_twice_without_a_change() {
    let ground = Ground::new().await;
    let outcome = load(&ground, Import { files: hand_set(), ..Import::default() }).await;
    assert!(outcome.accepted(), "{:?}", outcome.lines(&outcome.errors, L10n::ENGLISH));
    assert_expected_totals(&ground).await;
    assert_expected_arrears(&ground).await;
    let mut backwards = hand_set();
    backwards.reverse();
    let again = load(&ground, Import { files: backwards, ..Import::default() }).await;
    assert_eq!((again.added, again.changed, again.unchanged), (0, 0, outcome.added));
    assert_eq!(ground.broken(None).await, Vec::<String>::new());
    ground.close().await;
}

/// Every cell of every day worked out by hand, in the contract's columns and order.
async fn assert_expected_arrears(ground: &Ground) {
    let path = hand_set()[0].1.with_file_name("expected-arrears.csv");
    let expected: Vec<Vec<String>> = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_path(path)
        .unwrap()
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect();
    let mut days: Vec<&str> = expected[1..].iter().map(|row| row[0].as_str()).collect();
    days.dedup();
    for day in days {
        let as_of = AsOf(day.parse().unwrap());
        let mut tx = ground.db.read().await.unwrap();
        let scope = Scope::new(as_of, KnownAt(clock().now() + TimeDelta::days(3650)));
        let (sort, reversed) = sort_named::<Arrears>(None).unwrap();
        let stretch = Stretch { sort, reversed, after: None, most: None };
        let rows = lists::query::rows::<Arrears>(&mut tx, &scope, &stretch).await.unwrap();
        tx.rollback().await.unwrap();
        let mut written = Vec::new();
        csv_header::<Arrears>(&mut written);
        for placed in &rows {
            csv_row::<Arrears>(&placed.row, &mut written);
        }
        let found: Vec<Vec<String>> = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(written.as_slice())
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        let wanted: Vec<Vec<String>> = expected
            .iter()
            .enumerate()
            .filter(|(at, row)| *at == 0 || row[0] == day)
            .map(|(_, row)| row.clone())
            .collect();
        assert_eq!(found, wanted, "as of {day}");
    }
}

#[tokio::test]
async fn the_order_of_loading_never_matters() {
    let ground = Ground::new().await;
    let set = hand_set();
    let of = |kind: Kind| set.iter().filter(move |(k, _)| *k == kind).cloned().collect::<Vec<_>>();
    let order =
        [Kind::Units, Kind::Funds, Kind::Donors, Kind::Pledges, Kind::Contributions, Kind::Instalments, Kind::Rates];
    for kind in order {
        let outcome = load(&ground, Import { files: of(kind), ..Import::default() }).await;
        assert!(outcome.accepted(), "{kind}: {:?}", outcome.lines(&outcome.errors, L10n::ENGLISH));
    }
    assert_expected_totals(&ground).await;
    assert_eq!(ground.broken(None).await, Vec::<String>::new());
    ground.close().await;
}

#[tokio::test]
async fn one_bad_row_and_nothing_lands_and_every_bad_cell_is_named() {
    let ground = Ground::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rates.csv");
    std::fs::write(
        &path,
        "currency,valid_from,units_per_usd\nEUR,2021-01-01,0.8\nXXX,2021-01-01,1\nEUR,20211-01-01,-1\n\nEUR,2021-01-01,0.9\nSEK,2021-02-01\n",
    )
    .unwrap();
    let files = vec![(Kind::Rates, path.clone())];
    let outcome = load(&ground, Import { files: files.clone(), ..Import::default() }).await;
    let told: Vec<(i32, String, String)> =
        outcome.errors.iter().map(|one| (one.line, one.col.clone(), one.key.clone())).collect();
    let expected = [
        (3, "currency", "currency-unknown"),
        (4, "units_per_usd", "not-above-zero"),
        (4, "valid_from", "not-a-day"),
        (6, "currency", "key-twice"),
        (7, "", "row-width"),
    ];
    assert_eq!(told, expected.map(|(line, col, key)| (line, col.to_owned(), key.to_owned())));
    assert_eq!(outcome.rejected, 4);
    let landed: i64 =
        sqlx::query_scalar("select count(*) from exchange_rates").fetch_one(&ground.db.pages).await.unwrap();
    assert_eq!(landed, 0);

    std::fs::write(&path, "currency,valid_from,units_per_usd\nEUR,2021-01-01,0.80\n").unwrap();
    assert_eq!(load(&ground, Import { files: files.clone(), ..Import::default() }).await.added, 1);
    std::fs::write(&path, "currency,valid_from,units_per_usd\nEUR,2021-01-01,0.9\n").unwrap();
    let refused = load(&ground, Import { files: files.clone(), ..Import::default() }).await;
    assert_eq!((refused.errors.len(), refused.errors[0].key.as_str()), (1, "differs"));
    let correct = Some("the bank's letter".to_owned());
    assert_eq!(load(&ground, Import { files, correct, ..Import::default() }).await.changed, 1);
    assert_eq!(ground.broken(None).await, Vec::<String>::new());
    ground.close().await;
}
