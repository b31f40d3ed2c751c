//! The real figures, where they are at hand: `DIS_REAL_DATA` names the folder. Loaded, they are the file's own totals.

use std::collections::BTreeMap;
use std::path::PathBuf;

use dis::imports::{self, Import, Kind};
use dis::kernel::Clock;
use dis::kernel::calendar::parse_instant;
use dis::l10n::L10n;
use rust_decimal::Decimal;

use crate::foundation::Ground;

/// Donor, year, fund, currency: how many rows, and their sum.
type Totals = BTreeMap<(String, i32, String, String), (i64, Decimal)>;

fn totals_of_the_file(path: &PathBuf) -> Totals {
    let mut totals = Totals::new();
    for row in csv::Reader::from_path(path).unwrap().deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        let year = row["received_on"][..4].parse().unwrap();
        let key = (row["donor"].clone(), year, row["fund"].clone(), row["currency"].clone());
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

    let expected = totals_of_the_file(&folder.join("contributions.csv"));
    assert!(expected.values().any(|(_, sum)| sum.is_sign_negative() && !sum.is_zero()), "there are refunds among them");
    let rows: Vec<(String, i32, String, String, i64, Decimal)> = sqlx::query_as(
        "select d.code, extract(year from f.received_on)::integer, u.code, f.currency, count(*), sum(f.amount)
         from contribution_facts f join donors d on d.id = f.donor_id join funds u on u.id = f.fund_id
         where f.voided_at is null group by 1, 2, 3, 4",
    )
    .fetch_all(&ground.db.pages)
    .await
    .unwrap();
    let found: Totals = rows
        .into_iter()
        .map(|(donor, year, fund, currency, count, sum)| ((donor, year, fund, currency), (count, sum)))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(ground.broken(None).await, Vec::<String>::new());
    ground.close().await;
}
