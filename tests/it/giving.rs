//! Giving: what the Board was told comes out, every figure opens rows that add up to it, and the years make of donors
//! what a naive reading of the rows makes of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::http::StatusCode;
use dis::access::Role;
use dis::giving;
use dis::imports::{self, Import, Kind};
use dis::kernel::{AsOf, KnownAt};
use dis::l10n::L10n;
use dis::lists::{Memory, Scope};
use rust_decimal::{Decimal, dec};
use scraper::{ElementRef, Selector};

use crate::loading::Desk;
use crate::pages::Site;

pub(crate) type Row = BTreeMap<String, String>;

impl Site {
    pub(crate) async fn rows(&self, address: &str, cookie: &str) -> Vec<Row> {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let file = self.get(&format!("{path}.csv?{query}"), cookie).await;
        assert_eq!(file.status, StatusCode::OK, "{address}: {}", file.body);
        csv::Reader::from_reader(file.body.as_bytes()).deserialize().map(Result::unwrap).collect()
    }
}

pub(crate) fn sum(rows: &[Row], column: &str) -> Decimal {
    rows.iter().filter(|row| !row[column].is_empty()).map(|row| row[column].parse::<Decimal>().unwrap()).sum()
}

fn codes(rows: &[Row]) -> BTreeSet<&str> {
    rows.iter().map(|row| row["donor_code"].as_str()).collect()
}

/// A figure as people read it.
fn figure(text: &str) -> Decimal {
    let plain: String = text.chars().filter(|c| c.is_ascii_digit() || ".-−".contains(*c)).collect();
    plain.replace('−', "-").parse().unwrap_or_else(|_| panic!("{text:?} is no figure"))
}

fn words(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().trim().to_owned()
}

#[tokio::test]
async fn the_boards_note_of_november_2021_comes_out() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Manager).await;
    for (query, expected) in [
        ("as_of=2021-07-31&fund=FNE&year=2019&state=new", "IRQ MWI SEN SGP SSD"),
        ("as_of=2021-07-31&fund=FNE&year=2020&state=new", "DOM MEX MLI NGA"),
        ("as_of=2020-12-31&fund=FNE&state=new", "DOM MEX MLI NGA"),
        ("as_of=2021-07-31&fund=FNE&since=2019-01-01&state=returned_in_period", "BFA DEU DZA ESP FRA ISR ITA MMR"),
        (
            "as_of=2021-07-31&fund_kind=core&since=2019-01-01&state=returned_in_period",
            "BFA DEU DZA ESP FRA ISR ITA MMR",
        ),
        ("as_of=2021-07-31&fund=FNE&since=2019-01-01&state=new_in_period", "DOM IRQ MEX MLI MWI NGA SEN SGP SSD"),
    ] {
        let rows = site.rows(&format!("/giving?{query}"), &cookie).await;
        assert_eq!(codes(&rows), expected.split(' ').collect(), "{query}");
        let page = site.get(&format!("/giving?{query}"), &cookie).await;
        assert_eq!(page.texts("table.list tbody tr").len(), rows.len(), "{query}");
    }
    for (query, millions) in [
        ("as_of=2020-12-31&fund=FNE", dec!(5.4)),
        ("as_of=2021-08-31&fund=FNE&year=2020", dec!(5.4)),
        ("as_of=2021-08-31&fund_kind=core", dec!(2.0)),
    ] {
        let page = site.get(&format!("/giving?{query}"), &cookie).await;
        let received = figure(&page.texts("dl.figures a.fig")[0]);
        assert_eq!((received / dec!(1_000_000)).round_dp(1), millions, "{query}");
    }
    // 2015 has no rows of that fund: nobody lapsed in it, and it is no gap.
    let lapsed = site.rows("/giving?as_of=2021-07-31&fund=FNE&year=2015&state=lapsed", &cookie).await;
    assert!(lapsed.is_empty(), "{lapsed:?}");
    let retained = site.rows("/giving?as_of=2021-07-31&fund=FNE&year=2016&state=retained", &cookie).await;
    assert!(codes(&retained).is_superset(&BTreeSet::from(["USA", "KOR", "LKA"])));
    site.close().await;
}

/// Opens a link of the page and compares its rows with the figure it stands on.
async fn opens(site: &Site, cookie: &str, page: &str, href: &str, said: &str, known: &BTreeMap<String, Decimal>) {
    let rows = site.rows(href, cookie).await;
    let told = || format!("{page}: {said:?} leads to {href}");
    if href.starts_with("/contributions?") {
        assert!(rows.iter().all(|row| row["kind"] == "cash"), "{}", told());
        assert_eq!(sum(&rows, "amount_usd"), figure(said.rsplit("USD").next().unwrap()), "{}", told());
        let list = site.get(href, cookie).await;
        assert_eq!(list.status, StatusCode::OK, "{}", told());
        if !rows.is_empty() {
            let shown = list.texts("ul.money li").into_iter().find(|text| text.starts_with("In US dollars")).unwrap();
            assert_eq!(figure(&shown), sum(&rows, "amount_usd"), "{}", told());
        }
    } else if said.ends_with('%') {
        let whole = known["total"];
        let share = sum(&rows, "received_usd") * Decimal::ONE_HUNDRED / whole;
        assert!((share - figure(said)).abs() <= dec!(0.05), "{}: {share}", told());
    } else {
        assert_eq!(Decimal::from(rows.len()), figure(said), "{}", told());
    }
}

#[tokio::test]
async fn every_figure_of_the_page_opens_rows_that_add_up_to_it() {
    let site = Site::new().await;
    let link = Selector::parse("main a[href]").unwrap();
    let status = Selector::parse("section[aria-labelledby=years-make] tbody tr").unwrap();
    let cell = Selector::parse("td.num").unwrap();
    for (role, address) in [
        (Role::Manager, "/giving?as_of=2021-07-31&fund=FNE"),
        (Role::UnitStaff, "/giving?year=2020"),
        (Role::Finance, "/giving?as_of=2021-12-31&fund_kind=earmarked"),
        (Role::Auditor, "/giving?as_of=2021-06-30&donor_kind=C01&region=western-europe&since=2020-03-15"),
        (Role::Admin, "/giving?as_of=2022-12-31&earmarking=soft"),
        (Role::ResourceMobilization, "/giving?as_of=2021-12-31&region=none"),
        (Role::Manager, "/giving?as_of=2000-12-31"),
    ] {
        let cookie = site.sign_in(role).await;
        let answer = site.get(address, &cookie).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.body);
        let html = answer.page();
        let mut figures: BTreeSet<(String, String)> = BTreeSet::new();
        for found in html.select(&link) {
            let href = found.attr("href").unwrap();
            let opens =
                href.starts_with("/contributions?") || (href.starts_with("/giving?") && href.contains("state="));
            let says = found.attr("aria-label").map_or_else(|| words(found), str::to_owned);
            if opens {
                figures.insert((href.to_owned(), says));
            }
        }
        let known = BTreeMap::from([("total".to_owned(), figure(&answer.texts("dl.figures a.fig")[0]))]);
        assert!(figures.len() >= 5, "{address} has {figures:?}");
        for (href, said) in figures.iter().filter(|(_, said)| !said.is_empty()) {
            opens(&site, &cookie, address, href, said, &known).await;
        }
        // Beside the number of donors stands what they gave.
        for row in html.select(&status) {
            let cells: Vec<ElementRef<'_>> = row.select(&cell).collect();
            let [donors, usd] = cells.as_slice() else { continue };
            let href = donors.select(&Selector::parse("a").unwrap()).next().unwrap().attr("href").unwrap();
            let column = match href.split("state=").nth(1).unwrap().split('&').next().unwrap() {
                "lapsed" | "not_yet" => "previous_year_usd",
                "new_in_period" | "returned_in_period" => "received_since_usd",
                _ => "received_usd",
            };
            let rows = site.rows(href, &cookie).await;
            assert_eq!(sum(&rows, column), figure(&words(*usd)), "{address}: {href}");
        }
        // The rows under the figures are what came in.
        assert_eq!(sum(&site.rows(address, &cookie).await, "received_usd"), known["total"], "{address}");
        // Each way of dividing what came in adds up to it.
        for part in ["by-fund", "by-earmarking", "by-donor_kind", "by-region"] {
            let texts = answer.texts(&format!("section[aria-labelledby={part}] a.fig"));
            assert_eq!(texts.iter().map(|text| figure(text)).sum::<Decimal>(), known["total"], "{address}: {part}");
        }
    }
    site.close().await;
}

#[tokio::test]
async fn a_donors_bars_open_its_receipts() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::UnitStaff).await;
    for (address, status) in [
        ("/donors/SWE?as_of=2021-07-31", vec!["Retained in 2021"]),
        ("/donors/SIDA?as_of=2021-07-31", vec![]),
        ("/donors/UNIDENTIFIED", vec![]),
        ("/donors/FIN?as_of=2016-12-31", vec![]),
        ("/donors/MEX?as_of=2020-12-31", vec![]),
    ] {
        let answer = site.get(address, &cookie).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        let html = answer.page();
        let selector = Selector::parse("svg a, details.behind a.fig, dl.figures a.fig").unwrap();
        let mut opened = 0;
        for found in html.select(&selector) {
            let href = found.attr("href").unwrap();
            if href.starts_with("/contributions?") {
                let said = found.attr("aria-label").map_or_else(|| words(found), str::to_owned);
                opens(&site, &cookie, address, href, &said, &BTreeMap::new()).await;
                opened += 1;
            }
        }
        assert!(opened >= 3, "{address}");
        if !status.is_empty() {
            assert_eq!(answer.texts("h1 .tag"), status, "{address}");
        }
    }
    // A child counts with its parent, and whoever nobody knows is nobody.
    for address in ["/donors/SIDA?as_of=2021-07-31", "/donors/UNIDENTIFIED"] {
        assert!(site.get(address, &cookie).await.texts("h1 .tag").is_empty(), "{address}");
    }
    site.close().await;
}

/// Who gave in which year, read from the rows of receipts as a person with a spreadsheet would.
fn gave(receipts: &[Row], parents: &BTreeMap<String, String>) -> BTreeMap<String, BTreeSet<i32>> {
    let mut nets: BTreeMap<(String, i32), Decimal> = BTreeMap::new();
    for row in receipts.iter().filter(|row| row["kind"] == "cash" && row["donor_code"] != "UNIDENTIFIED") {
        let donor = parents.get(&row["donor_code"]).unwrap_or(&row["donor_code"]).clone();
        *nets.entry((donor, row["received_on"][..4].parse().unwrap())).or_default() +=
            row["amount_usd"].parse::<Decimal>().unwrap();
    }
    let mut years: BTreeMap<String, BTreeSet<i32>> = BTreeMap::new();
    for ((donor, year), _) in nets.into_iter().filter(|(_, net)| *net > Decimal::ZERO) {
        years.entry(donor).or_default().insert(year);
    }
    years
}

#[tokio::test]
async fn the_list_says_of_every_year_what_its_receipts_say() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Auditor).await;
    let mut reader = csv::Reader::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/donors.csv")).unwrap();
    let donors: Vec<Row> = reader.deserialize().map(Result::unwrap).collect();
    let parents: BTreeMap<String, String> = donors
        .iter()
        .filter(|row| !row["parent"].is_empty())
        .map(|row| (row["code"].clone(), row["parent"].clone()))
        .collect();
    assert_eq!(parents.len(), 4);
    for filter in ["&fund=FNE", "&fund=FEM", ""] {
        let receipts = site.rows(&format!("/contributions?as_of=2024-12-31{filter}"), &cookie).await;
        let years = gave(&receipts, &parents);
        let without = |year: i32| filter != "&fund=FEM" && year == 2015;
        for year in 2012..=2024 {
            let rows = site.rows(&format!("/giving?as_of=2024-12-31&year={year}{filter}"), &cookie).await;
            let before = if without(year - 1) { year - 2 } else { year - 1 };
            for (donor, of) in &years {
                let earlier = of.range(..year).next_back();
                let gave_before = of.contains(&before) || of.contains(&(year - 1));
                let expected = match (of.contains(&year), earlier.is_some(), gave_before) {
                    (true, false, _) => "new",
                    (true, true, true) => "retained",
                    (true, true, false) => "returning",
                    (false, _, true) if !without(year) => "lapsed",
                    _ => "",
                };
                let found = rows.iter().find(|row| row["donor_code"] == *donor);
                let found = found.map_or("", |row| row["status"].as_str());
                assert_eq!(found, expected, "{donor} in {year}{filter}: gave in {of:?}");
            }
        }
    }
    site.close().await;
}

#[tokio::test]
async fn what_was_known_stays_and_what_has_no_rate_is_said() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Manager).await;
    let address = "/giving?as_of=2021-07-31&fund=FNE";
    let received = |texts: Vec<String>| figure(&texts[0]);
    let before = received(site.get(address, &cookie).await.texts("dl.figures a.fig"));
    let known: chrono::DateTime<chrono::Utc> =
        sqlx::query_scalar("select recorded_at from change_head").fetch_one(&site.ground.db.pages).await.unwrap();
    let known = dis::kernel::KnownAt(known).to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("late.csv");
    let late = "ref,donor,currency,amount,received_on,fund,kind\n\
        LATE-1,USA,USD,1000.00,2021-05-05,FNE,cash\nLATE-2,USA,USD,5000.00,2021-05-06,FNE,in_kind\n\
        LATE-3,ALB,ALL,7000.00,2021-05-07,FNE,cash\n";
    std::fs::write(&file, late).unwrap();
    let donor = folder.path().join("donors.csv");
    std::fs::write(&donor, "code,name,kind,country\nALB,Albania,C01,ALB\n").unwrap();
    let import = Import { files: vec![(Kind::Donors, donor), (Kind::Contributions, file)], ..Import::default() };
    let outcome = imports::run(&site.ground.db, site.ground.actor(), &site.clock, &import).await.unwrap();
    assert!(outcome.accepted(), "{:?}", outcome.errors.len());
    let now = site.get(address, &cookie).await;
    assert_eq!(received(now.texts("dl.figures a.fig")), before + dec!(1000), "value in kind does not count");
    assert!(now.texts("p.lead").iter().any(|text| text.starts_with("One receipt has no exchange rate")));
    let then = site.get(&format!("{address}&known_at={known}"), &cookie).await;
    assert_eq!(received(then.texts("dl.figures a.fig")), before);
    // A donor whose only receipt has no rate is not said to have given.
    let rows = site.rows(&format!("{address}&state=gave"), &cookie).await;
    assert!(!codes(&rows).contains("ALB"));
    site.close().await;
}

#[tokio::test]
async fn what_giving_cannot_read_is_named() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Auditor).await;
    for query in [
        "year=20211",
        "year=x",
        "since=yesterday",
        "donor_kind=C99",
        "region=atlantis",
        "fund_kind=gold",
        "earmarking=loose",
        "state=rich",
        "fund=NONE",
        "as_of=2199-01-01",
    ] {
        for path in ["/giving", "/giving.csv"] {
            let answer = site.get(&format!("{path}?{query}"), &cookie).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}?{query}");
            assert!(answer.body.contains(query), "{path}?{query}");
        }
    }
    for query in ["year=1900", "year=2199", "since=2199-01-01", "since=1900-06-15", "as_of=1900-01-01"] {
        assert_eq!(site.get(&format!("/giving?{query}"), &cookie).await.status, StatusCode::OK, "{query}");
    }
    site.close().await;
}

#[tokio::test]
async fn what_giving_does_not_rest_on_costs_its_next_reader_nothing() {
    let desk = Desk::new().await;
    let memory = Memory::default();
    let known = async || {
        let mut tx = desk.ground.db.read().await.unwrap();
        let latest = sqlx::query_scalar("select recorded_at from changes order by id desc limit 1").fetch_one(&mut *tx);
        let scope = Scope::new(AsOf("2026-11-23".parse().unwrap()), KnownAt(latest.await.unwrap()));
        giving::known(&memory, &mut tx, &scope).await.unwrap()
    };
    let paid = |amount: &str| {
        format!("ref,donor,currency,amount,received_on,fund,pledge\nC-1,SWE,EUR,{amount},2021-04-01,FEM,P-1\n")
    };
    let sum = |known: &giving::Known| known.received.iter().map(|one| one.usd).sum::<Decimal>();
    let before = known().await;
    assert_eq!(sum(&before), dec!(0));
    assert_eq!(desk.load(Kind::Units, "code,name,kind\nROAF,Africa,regional_office\n").await.added, 1);
    assert!(Arc::ptr_eq(&before, &known().await), "a unit moves nobody's giving");
    assert_eq!(desk.load(Kind::Contributions, &paid("8")).await.added, 1);
    assert_eq!(sum(&*known().await), dec!(10));
    assert_eq!(desk.correct(Kind::Contributions, &paid("4")).await.changed, 1);
    assert_eq!(sum(&*known().await), dec!(5));
    assert_eq!(desk.correct(Kind::Rates, "currency,valid_from,units_per_usd\nEUR,2021-01-01,0.4\n").await.changed, 1);
    let last = known().await;
    assert_eq!(sum(&last), dec!(10));
    assert!(Arc::ptr_eq(&last, &known().await));
    desk.close().await;
}

/// All of it, in an order.
fn told(known: &giving::Known) -> Vec<(i64, i32, i64, &'static str, Decimal, i64)> {
    let received = known.received.iter();
    let mut all: Vec<_> = received
        .map(|one| (one.top_id, one.year, one.fund_id, one.earmarking, one.usd.normalize(), one.without_rate))
        .collect();
    all.sort();
    all
}

#[tokio::test]
async fn what_is_carried_from_change_to_change_is_what_would_be_read_anew() {
    let desk = Desk::new().await;
    let carried = Memory::default();
    let known = async |memory: &Memory, at: KnownAt| {
        let mut tx = desk.ground.db.read().await.unwrap();
        told(&giving::known(memory, &mut tx, &Scope::new(AsOf("2021-11-23".parse().unwrap()), at)).await.unwrap())
    };
    let of_donors = "code,name,kind,country,parent\nNOR,Norway,C01,NOR,SWE\n";
    let receipts = "ref,donor,currency,amount,received_on,fund,pledge\nC-1,SWE,EUR,8,2021-04-01,FEM,P-1\n\
        C-2,NOR,EUR,16,2021-05-01,FEM,\nC-3,NOR,EUR,4,2020-05-01,FEM,\nC-4,SWE,USD,7,2021-06-01,FEM,\n";
    let terms = "ref,donor,unit,fund,earmarking,currency,amount,pledged_on,signed_on,title,agreed_on\n";
    let steps = [
        (Kind::Contributions, receipts.to_owned()),
        (Kind::Contributions, "ref,donor,currency,amount,received_on,fund\nC-5,SWE,EUR,2,2021-07-01,FEM\n".to_owned()),
        // Another donor's, and another amount.
        (Kind::Contributions, "ref,donor,currency,amount,received_on,fund\nC-2,SWE,EUR,18,2021-05-01,FEM\n".to_owned()),
        // From a day on for something else: what is paid for it is earmarked otherwise, whoever paid.
        (Kind::Pledges, format!("{terms}P-1,SWE,GSD,FEM,tight,EUR,100,2021-01-01,2021-01-15,,2021-03-01\n")),
        (Kind::Pledges, format!("{terms}P-1,SWE,GSD,FEM,soft,EUR,100,2021-01-01,2021-01-15,,2021-03-01\n")),
        (Kind::Donors, of_donors.to_owned()),
        (Kind::Funds, "code,name,earmarking\nFEM,Foundation earmarked,core\n".to_owned()),
        (Kind::Rates, "currency,valid_from,units_per_usd\nEUR,2020-01-01,0.5\nEUR,2021-05-01,0.9\n".to_owned()),
        (Kind::Contributions, "ref,donor,currency,amount,received_on,fund\nC-3,NOR,EUR,5,2020-05-01,FEM\n".to_owned()),
    ];
    let latest = async || {
        let latest = sqlx::query_scalar("select recorded_at from change_head").fetch_one(&desk.ground.db.pages).await;
        KnownAt(latest.unwrap())
    };
    let mut instants = vec![latest().await];
    let mut seen = vec![known(&carried, instants[0]).await];
    for (nth, (kind, rows)) in steps.iter().enumerate() {
        let outcome = desk.correct(*kind, rows).await;
        assert!(outcome.accepted(), "{kind}: {:?}", outcome.refusal(L10n::ENGLISH));
        let now = latest().await;
        let found = known(&carried, now).await;
        assert_eq!(found, known(&Memory::default(), now).await, "after step {nth}");
        assert_ne!(Some(&found), seen.last(), "step {nth} moves something");
        instants.push(now);
        seen.push(found);
    }
    // Who looks back sees what was known then, and leaves what is known now as it is.
    for (then, was) in instants.iter().zip(&seen).rev() {
        assert_eq!(&known(&carried, *then).await, was);
    }
    desk.close().await;
}
