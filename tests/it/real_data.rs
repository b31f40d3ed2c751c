//! The real figures, where they are at hand: `DIS_REAL_DATA` names the folder. Loaded, they are the file's own totals.

use std::collections::BTreeMap;
use std::path::PathBuf;

use dis::contributions::Contributions;
use dis::imports::{self, Import, Kind};
use dis::kernel::calendar::parse_instant;
use dis::kernel::{AsOf, Clock, KnownAt};
use dis::l10n::L10n;
use dis::lists::Scope;
use dis::lists::export::{csv_header, csv_row};
use dis::lists::query::{self, Stretch, sort_named};
use rust_decimal::Decimal;

use crate::foundation::Ground;

/// Donor, year, fund, currency: how many rows, and their sum.
type Totals = BTreeMap<(String, i32, String, String), (i64, Decimal)>;

/// `donor` is the name of the donor's column: the file that is loaded calls it otherwise than the one that comes out.
fn totals_of(file: impl std::io::Read, donor: &str) -> Totals {
    let mut totals = Totals::new();
    for row in csv::Reader::from_reader(file).deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        let year = row["received_on"][..4].parse().unwrap();
        let key = (row[donor].clone(), year, row["fund"].clone(), row["currency"].clone());
        let total = totals.entry(key).or_default();
        total.0 += 1;
        total.1 += row["amount"].parse::<Decimal>().unwrap();
    }
    totals
}

#[tokio::test]
async fn the_real_figures_are_the_files_own_totals() {
    let Some(folder) = std::env::var_os("DIS_REAL_DATA").map(PathBuf::from) else {
        println!("DIS_REAL_DATA is not set: the real figures were not loaded");
        return;
    };
    let ground = Ground::new().await;
    let clock = Clock::fixed(chrono_tz::Africa::Nairobi, parse_instant("2026-11-23T12:00:00Z").unwrap());
    let kinds = [Kind::Donors, Kind::Funds, Kind::Rates, Kind::Contributions];
    let files: Vec<_> = kinds.map(|kind| (kind, folder.join(format!("{kind}.csv")))).into();
    let import = Import { files, ..Import::default() };
    let first = imports::run(&ground.db, ground.actor(), &clock, &import).await.unwrap();
    assert!(first.accepted(), "{:?}", first.refusal(L10n::ENGLISH));
    assert_eq!((first.changed, first.unchanged, first.rejected), (0, 0, 0));
    let again = imports::run(&ground.db, ground.actor(), &clock, &import).await.unwrap();
    assert_eq!((again.added, again.changed, again.unchanged, again.rejected), (0, 0, first.added, 0));

    let expected = totals_of(std::fs::File::open(folder.join("contributions.csv")).unwrap(), "donor");
    assert!(expected.values().any(|(_, sum)| sum.is_sign_negative() && !sum.is_zero()), "there are refunds among them");
    let mut exported = Vec::new();
    csv_header::<Contributions>(&mut exported);
    let scope = Scope::new(AsOf(clock.today()), KnownAt(clock.now() + chrono::TimeDelta::days(3650)));
    let (sort, reversed) = sort_named::<Contributions>(None).unwrap();
    let mut tx = ground.db.read().await.unwrap();
    let all = Stretch { sort, reversed, after: None, most: None };
    for row in query::rows::<Contributions>(&mut tx, &scope, &all).await.unwrap() {
        csv_row::<Contributions>(&row, &mut exported);
    }
    tx.end();
    assert_eq!(totals_of(exported.as_slice(), "donor_code"), expected);
    assert_eq!(ground.broken(None).await, Vec::<String>::new());
    ground.close().await;
}
