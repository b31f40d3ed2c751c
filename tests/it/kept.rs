//! What is kept beside the facts, rates and cash, is what they give: whatever is recorded, corrected and taken back, and
//! however far back one asks.

use dis::donors::Donors;
use dis::facts::tables::CONTRIBUTION_FACTS;
use dis::facts::{ChangeId, WriteTx};
use dis::imports::Kind;
use dis::kernel::{AsOf, KnownAt};
use dis::lists::Scope;
use dis::lists::export::csv_row;
use dis::lists::query::{Stretch, rows, sort_named};

use crate::loading::Desk;

/// Code, first and last day, and sum of every donor, read from the facts alone.
const PLAINLY: &str = "select concat_ws(',', d.code, coalesce(c.first::text, ''), coalesce(c.last::text, ''),
        to_char(coalesce(c.usd, 0), 'FM9999999990.00'))
    from donors d cross join lateral (
        select min(f.received_on) as first, max(f.received_on) as last, sum(usd_of(f.amount, r.units)) as usd
        from contribution_facts f cross join lateral (
            select case f.currency when 'USD' then 1 else (
                select x.units_per_usd from exchange_rates x
                where x.currency = f.currency and x.valid_from <= f.received_on
                    and x.recorded_at <= $2 and (x.voided_at is null or x.voided_at > $2)
                order by x.valid_from desc limit 1) end as units) r
        where f.donor_id = d.id and f.kind = 'cash' and f.received_on <= $1
            and f.recorded_at <= $2 and (f.voided_at is null or f.voided_at > $2)
    ) c order by d.code";

/// The same columns of the list of donors.
async fn listed(desk: &Desk, as_of: AsOf, known_at: KnownAt) -> Vec<String> {
    let (sort, reversed) = sort_named::<Donors>(None).unwrap();
    let stretch = Stretch { sort, reversed, after: None, most: None };
    let mut tx = desk.ground.db.read().await.unwrap();
    let found = rows::<Donors>(&mut tx, &Scope::new(as_of, known_at), &stretch).await.unwrap();
    let line = |row| {
        let mut line = Vec::new();
        csv_row::<Donors>(row, &mut line);
        let cells: Vec<String> = String::from_utf8(line).unwrap().trim_end().split(',').map(str::to_owned).collect();
        [&cells[0], &cells[6], &cells[7], &cells[8]].map(String::as_str).join(",")
    };
    found.iter().map(line).collect()
}

#[tokio::test]
async fn what_is_kept_is_what_the_facts_give_whenever_one_asks() {
    let desk = Desk::new().await;
    let head = "ref,donor,currency,amount,received_on,fund,kind\n";
    let land = |rows: &str| format!("{head}{rows}");
    // Two receipts, one in kind, one before any rate, one in dollars.
    let first = "C-1,SWE,EUR,10,2021-04-01,FEM,cash\nC-2,SWE,EUR,3,2020-04-01,FEM,cash\nC-3,NOR,USD,7,2021-05-01,FEM,cash\n\
                 C-4,NOR,USD,90,2021-06-01,FEM,in_kind\n";
    assert_eq!(desk.load(Kind::Contributions, &land(first)).await.added, 4);
    assert_eq!(desk.load(Kind::Contributions, &land("C-5,NOR,EUR,8,2021-05-20,FEM,cash\n")).await.added, 1);
    // A rate that was missing, one after everything, one corrected, one between.
    let rate = |row: &str| format!("currency,valid_from,units_per_usd\n{row}\n");
    assert_eq!(desk.load(Kind::Rates, &rate("EUR,2020-01-01,0.5")).await.added, 1);
    assert_eq!(desk.load(Kind::Rates, &rate("EUR,2026-01-01,0.7")).await.added, 1);
    assert_eq!(desk.correct(Kind::Rates, &rate("EUR,2021-01-01,0.9")).await.changed, 1);
    assert_eq!(desk.load(Kind::Rates, &rate("EUR,2021-05-10,2")).await.added, 1);
    // Receipts corrected: another amount, another donor, another day, no longer cash.
    for row in [
        "C-1,SWE,EUR,12,2021-04-01,FEM,cash",
        "C-3,SWE,USD,7,2021-05-01,FEM,cash",
        "C-5,NOR,EUR,8,2021-05-01,FEM,cash",
        "C-2,SWE,EUR,3,2020-04-01,FEM,in_kind",
    ] {
        assert_eq!(desk.correct(Kind::Contributions, &land(row)).await.changed, 1, "{row}");
    }
    // All of Norway's taken out, and one brought back.
    let actor = desk.ground.actor();
    let mut tx = WriteTx::begin(&desk.ground.db, actor, "import", Some("booked in error".into())).await.unwrap();
    let norways = "select f.id from contribution_facts f join donors d on d.id = f.donor_id
        where d.code = 'NOR' and f.voided_at is null";
    CONTRIBUTION_FACTS.void(&mut tx, norways).await.unwrap();
    let taken_out: ChangeId = tx.commit().await.unwrap().unwrap().change;
    assert_eq!(desk.correct(Kind::Contributions, &land("C-5,NOR,EUR,8,2021-05-01,FEM,cash")).await.added, 1);
    assert!(taken_out.0 > 0);

    let mut instants: Vec<chrono::DateTime<chrono::Utc>> =
        sqlx::query_scalar("select recorded_at from changes order by id")
            .fetch_all(&desk.ground.db.pages)
            .await
            .unwrap();
    instants.push(*instants.last().unwrap() + chrono::TimeDelta::days(1));
    let mut told = std::collections::BTreeSet::new();
    for known_at in instants {
        for day in ["2019-12-31", "2021-04-01", "2021-05-15", "2026-11-23"] {
            let day: chrono::NaiveDate = day.parse().unwrap();
            let plainly: Vec<String> =
                sqlx::query_scalar(PLAINLY).bind(day).bind(known_at).fetch_all(&desk.ground.db.pages).await.unwrap();
            let listed = listed(&desk, AsOf(day), KnownAt(known_at)).await;
            // Before a donor was recorded it is in no list.
            let shown = plainly.iter().filter(|line| !listed.is_empty() || !line.ends_with(",,,0.00"));
            assert_eq!(listed, shown.cloned().collect::<Vec<_>>(), "as of {day}, known at {known_at}");
            told.extend(listed);
        }
    }
    assert!(told.len() >= 15, "{told:?}");

    // One that is not what the facts give is found.
    let mut owner = desk.ground.owner().await;
    for (spoilt, mended) in [
        ("update kept_cash set usd = usd + 1", "update kept_cash set usd = usd - 1"),
        ("update kept_rates set rates[1] = rates[1] * 2", "update kept_rates set rates[1] = rates[1] / 2"),
    ] {
        sqlx::query(spoilt).execute(&mut owner).await.unwrap();
        assert_eq!(desk.ground.broken(None).await.len(), 1, "{spoilt}");
        sqlx::query(mended).execute(&mut owner).await.unwrap();
    }
    desk.close().await;
}

#[tokio::test]
async fn who_rehearses_a_file_is_in_nobodys_way() {
    let desk = Desk::new().await;
    let receipt = |reference: &str, donor: &str| {
        format!("ref,donor,currency,amount,received_on,fund,kind\n{reference},{donor},USD,5,2021-05-01,FEM,cash\n")
    };
    assert_eq!(desk.load(Kind::Contributions, &receipt("C-1", "SWE")).await.added, 1);
    let actor = desk.ground.actor();
    let mut rehearsal = WriteTx::rehearse(&desk.ground.db, actor, "import").await.unwrap();
    sqlx::query("insert into contributions (ref) values ('C-9')").execute(rehearsal.connection()).await.unwrap();
    let of_sweden = "select c.ref as key, null::bigint as replaces, c.id as contribution_id, d.id as donor_id,
            'USD' as currency, 9 as amount, date '2021-06-01' as received_on, f.id as fund_id, 'cash' as kind,
            null::bigint as pledge_id, null::integer as instalment_number, null::bigint as reverses_id,
            null as paid_by, null::bigint as unit_id
        from contributions c, donors d, funds f where c.ref = 'C-9' and d.code = 'SWE' and f.code = 'FEM'";
    assert_eq!(CONTRIBUTION_FACTS.record(&mut rehearsal, of_sweden).await.unwrap(), 1);
    // Somebody records a receipt of the same donor meanwhile, and does not wait for the end of it.
    let another = receipt("C-2", "SWE");
    let meanwhile = async { desk.load(Kind::Contributions, &another).await.added };
    let recorded = tokio::time::timeout(std::time::Duration::from_secs(20), meanwhile).await;
    assert_eq!(recorded, Ok(1));
    rehearsal.rollback().await.unwrap();
    let kept =
        desk.count("select usd::bigint from kept_cash k join donors d on d.id = k.donor_id where d.code = 'SWE'");
    assert_eq!(kept.await, 10);
    desk.close().await;
}
