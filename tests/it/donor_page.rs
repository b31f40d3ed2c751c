//! The page of a donor: its figures are those of the lists they open, its timeline is everything in order.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use dis::access::Role;
use dis::imports::Kind;
use rust_decimal::{Decimal, RoundingStrategy::MidpointAwayFromZero};
use scraper::{ElementRef, Selector};

use crate::donors::landed;
use crate::entering::enter;
use crate::french::choose;
use crate::giving::{Row, sum};
use crate::meetings::{classified, sign_in};
use crate::pages::{Answer, Site};

const JOHAN: &str = "johan.lindqvist@demo.example";
const AUDITOR: &str = "tevita.fonua@demo.example";

fn figure(text: &str) -> Decimal {
    text.replace(',', "").replace('\u{2212}', "-").parse().unwrap_or_else(|_| panic!("{text} is no figure"))
}

/// The figures of the page: what each says, and the rows it opens.
fn figures(page: &Answer) -> Vec<(String, String)> {
    let html = page.page();
    let links = Selector::parse("dl.figures a.fig").unwrap();
    let words = |found: ElementRef<'_>| found.text().collect::<String>();
    html.select(&links).map(|found| (words(found), found.attr("href").unwrap().to_owned())).collect()
}

/// What is receivable: the rows of the list, less what is on condition, in US dollars of the day.
async fn receivable(site: &Site, href: &str, donor: &str, day: &str, cookie: &str) -> Decimal {
    let conditional = site.rows(&format!("/instalments?donor={donor}&state=conditional&as_of={day}"), cookie).await;
    let mut total = Decimal::ZERO;
    for pledge in site.rows(href, cookie).await {
        let on_condition: Vec<Row> =
            conditional.iter().filter(|row| row["pledge_ref"] == pledge["ref"]).cloned().collect();
        let rate: Decimal = sqlx::query_scalar(
            "select units_per_usd from rates_in_force($1::text::date, 'infinity') where currency = $2",
        )
        .bind(day)
        .bind(&pledge["currency"])
        .fetch_one(&site.ground.db.pages)
        .await
        .unwrap();
        let amount = pledge["outstanding"].parse::<Decimal>().unwrap() - sum(&on_condition, "outstanding");
        total += (amount / rate).round_dp_with_strategy(2, MidpointAwayFromZero);
    }
    total
}

#[tokio::test]
async fn every_figure_of_the_page_is_the_sum_of_the_list_it_opens() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::UnitStaff).await;
    for (donor, day) in [
        ("SWE", "2026-11-23"),
        ("SWE", "2021-07-31"),
        ("SIDA", "2021-07-31"),
        ("EUROPEAN-UNION", "2021-07-31"),
        ("NOR", "2025-06-30"),
        ("DEU", "2026-11-23"),
        ("UNIDENTIFIED", "2020-12-31"),
    ] {
        let page = site.get(&format!("/donors/{donor}?as_of={day}"), &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{donor}: {}", page.body);
        let figures = figures(&page);
        let [this_year, in_all, receivable_usd, arrears, reports] = figures.as_slice() else { panic!("{figures:?}") };
        for (shown, href) in [this_year, in_all] {
            let opened = sum(&site.rows(href, &cookie).await, "amount_usd");
            assert_eq!(figure(shown), opened, "{donor} {day}: {href}");
        }
        let opened = receivable(&site, &receivable_usd.1, donor, day, &cookie).await;
        assert_eq!(figure(&receivable_usd.0), opened, "{donor} {day}: receivable");
        let opened = sum(&site.rows(&arrears.1, &cookie).await, "outstanding_usd");
        assert_eq!(figure(&arrears.0), opened, "{donor} {day}: arrears");
        let opened = site.rows(&reports.1, &cookie).await.len();
        assert_eq!(figure(&reports.0), Decimal::from(opened), "{donor} {day}: reports");
    }
    site.close().await;
}

/// What came in from Sweden and what it owes, as its page says it. Page and list are read twice, the second time from what
/// was kept, and say what the rows of the lists add up to.
async fn of_sweden(site: &Site, cookie: &str) -> [Decimal; 2] {
    let (page, list) = ("/donors/SWE?as_of=2021-07-31", "/donors?donor=SWE&as_of=2021-07-31");
    let mut read = Vec::new();
    for _ in 0..2 {
        read.push((figures(&site.get(page, cookie).await), site.get(list, cookie).await.texts("tbody tr > *")));
    }
    assert_eq!(read[0], read[1]);
    let (figures, cells) = read.remove(0);
    let (in_all, arrears) = (&figures[1], &figures[3]);
    assert_eq!(figure(&in_all.0), sum(&site.rows(&in_all.1, cookie).await, "amount_usd"));
    assert_eq!(figure(&arrears.0), sum(&site.rows(&arrears.1, cookie).await, "outstanding_usd"));
    let file = site.rows(list, cookie).await;
    let sweden = file.iter().find(|row| row["code"] == "SWE").unwrap();
    assert!(cells.iter().any(|cell| cell.contains(&sweden["name"])), "{cells:?}");
    let numbers: Vec<Decimal> = cells.iter().filter_map(|cell| cell.replace(',', "").parse().ok()).collect();
    for column in ["received_usd", "arrears_usd"] {
        let amount = sweden[column].parse::<Decimal>().unwrap();
        assert!(numbers.contains(&amount), "{column}: {amount} is not in {cells:?}");
    }
    [figure(&in_all.0), figure(&arrears.0)]
}

#[tokio::test]
async fn what_is_kept_of_a_donor_moves_with_what_is_recorded() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::ResourceMobilization).await;
    let [received, arrears] = of_sweden(&site, &cookie).await;
    assert!(!arrears.is_zero());
    let before: String = sqlx::query_scalar(
        "select to_char(recorded_at at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') from change_head",
    )
    .fetch_one(&site.ground.db.pages)
    .await
    .unwrap();

    let receipt = "ref,donor,currency,amount,received_on,fund,kind\nKEPT-1,SWE,USD,1000000.01,2021-07-20,FEM,cash\n";
    landed(&site.ground, Kind::Contributions, receipt).await;
    assert_eq!(of_sweden(&site, &cookie).await, [received + Decimal::new(100_000_001, 2), arrears]);
    // What it owes is in kroner, as they stand on the day.
    landed(&site.ground, Kind::Rates, "currency,valid_from,units_per_usd\nSEK,2021-07-30,5\n").await;
    let [after, moved] = of_sweden(&site, &cookie).await;
    assert_eq!(after, received + Decimal::new(100_000_001, 2));
    assert!(moved > arrears, "{moved} and {arrears}");
    // Names are shown as they are now.
    let renamed = enter(&site, "/donors/SWE/edit", &cookie, &[("name", "Kingdom of Sweden")]).await;
    assert_eq!(renamed.status, StatusCode::SEE_OTHER, "{}", renamed.body);
    assert_eq!(of_sweden(&site, &cookie).await, [after, moved]);
    let page = site.get("/donors/SWE?as_of=2021-07-31", &cookie).await;
    assert!(page.texts("section tbody tr > *").iter().any(|cell| cell.contains("Kingdom of Sweden")), "{}", page.body);
    // Who asks what was known before is told that.
    let earlier = site.get(&format!("/donors/SWE?as_of=2021-07-31&known_at={before}"), &cookie).await;
    let earlier = figures(&earlier);
    assert_eq!([figure(&earlier[1].0), figure(&earlier[3].0)], [received, arrears]);
    site.close().await;
}

/// An entry: its day and what it opens.
type Entry = (String, String);

fn entries(page: &Answer) -> Vec<Entry> {
    let html = page.page();
    let (items, time, link) = ("ol.line:not(.history) > li", "time", "h4 a");
    let one = |item: ElementRef<'_>, css: &str, name: &str| {
        let found = item.select(&Selector::parse(css).unwrap()).next().unwrap();
        found.attr(name).unwrap().to_owned()
    };
    let items_of = Selector::parse(items).unwrap();
    let timeline = Selector::parse("#timeline").unwrap();
    let timeline = html.select(&timeline).next().unwrap();
    timeline.select(&items_of).map(|item| (one(item, time, "datetime"), one(item, link, "href"))).collect()
}

fn link(page: &Answer, rel: &str) -> Option<String> {
    let html = page.page();
    let found = html.select(&Selector::parse(&format!("#timeline a[rel={rel}]")).unwrap()).next()?;
    Some(found.attr("href").unwrap().split('#').next().unwrap().to_owned())
}

/// Leafs through all of it: down from the page at an address, and up from it.
async fn leafed(site: &Site, address: &str, cookie: &str) -> Vec<Entry> {
    let first = site.get(address, cookie).await;
    assert_eq!(first.status, StatusCode::OK, "{address}: {}", first.body);
    let mut all = entries(&first);
    for rel in ["next", "prev"] {
        let mut next = link(&first, rel);
        let mut pages = 0;
        while let Some(at) = next {
            let page = site.get(&at, cookie).await;
            assert_eq!(page.status, StatusCode::OK, "{at}: {}", page.body);
            let found = entries(&page);
            assert!(found.len() <= 20, "{at}");
            next = link(&page, rel);
            assert!(!found.is_empty() || next.is_none(), "{at} shows nothing");
            if rel == "next" {
                all.extend(found)
            } else {
                all.splice(0..0, found).for_each(drop)
            }
            pages += 1;
            assert!(pages < 200, "{address} leafs in a circle");
        }
    }
    all
}

/// Everything there is of a donor, read from lists and tables as a person with a spreadsheet would: kind, day, address.
async fn everything(site: &Site, donor: &str, day: &str, cookie: &str) -> Vec<(&'static str, Entry)> {
    let mut all: Vec<(&'static str, Entry)> = Vec::new();
    let mut owner = site.ground.owner().await;
    let of = |room: &str, rest: &str| format!("/{room}?donor={donor}&as_of={day}{rest}");
    let at = |room: &str, code: &str| dis::web::address::to(room, code);
    for row in site.rows(&of("contributions", ""), cookie).await {
        all.push(("money", (row["received_on"].clone(), at("contributions", &row["ref"]))));
    }
    for row in site.rows(&of("donor-reports", ""), cookie).await {
        let sent = if row["submitted_on"].is_empty() { &row["due_on"] } else { &row["submitted_on"] };
        all.push(("reports", (sent.clone(), at("donor-reports", &row["ref"]))));
    }
    for row in site.rows(&format!("/meetings?donor={donor}"), cookie).await {
        let key: String = sqlx::query_scalar("select key::text from meetings where ref = $1")
            .bind(&row["ref"])
            .fetch_one(&mut owner)
            .await
            .unwrap();
        all.push(("meetings", (row["held_on"].clone(), at("meetings", &key))));
    }
    for row in site.rows(&format!("/documents?donor={donor}"), cookie).await {
        // Nairobi keeps three hours of its own.
        let filed = dis::kernel::calendar::parse_instant(&row["filed_at"]).unwrap() + chrono::TimeDelta::hours(3);
        let filed = filed.date_naive().to_string();
        let day = if row["valid_from"].is_empty() { filed } else { row["valid_from"].clone() };
        all.push(("documents", (day, at("documents", &row["id"]))));
    }
    for row in site.rows(&format!("/intelligence?donor={donor}"), cookie).await {
        if row["state"] != "withdrawn" {
            all.push(("intelligence", (row["as_of_on"].clone(), at("intelligence", &row["id"]))));
        }
    }
    let pledges = site.rows(&of("pledges", ""), cookie).await;
    for row in site.rows(&of("instalments", "&state=outstanding"), cookie).await {
        let signed = pledges.iter().any(|one| one["ref"] == row["pledge_ref"] && one["state"] == "signed");
        if signed && !row["falls_due_on"].is_empty() {
            all.push(("money", (row["falls_due_on"].clone(), at("pledges", &row["pledge_ref"]))));
        }
    }
    for row in &pledges {
        let days: Vec<String> = sqlx::query_scalar(
            "select coalesce(t.agreed_on, t.pledged_on)::text from pledge_terms t join pledges p on p.id = t.pledge_id
             where p.ref = $1 and t.voided_at is null and coalesce(t.agreed_on, t.pledged_on) <= $2::text::date
             union all select e.happened_on::text from pledge_events e join pledges p on p.id = e.pledge_id
             where p.ref = $1 and e.voided_at is null and e.happened_on <= $2::text::date",
        )
        .bind(&row["ref"])
        .bind(day)
        .fetch_all(&site.ground.db.pages)
        .await
        .unwrap();
        all.extend(days.into_iter().map(|on| ("pledges", (on, at("pledges", &row["ref"])))));
    }
    all
}

fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort();
    entries
}

#[tokio::test]
async fn the_timeline_is_everything_newest_first_and_leafs_to_both_ends() {
    let site = Site::new().await;
    let cookie = sign_in(&site, JOHAN).await;
    for (donor, day) in [
        ("SWE", "2026-11-23"),
        ("SWE", "2021-07-31"),
        ("DEU", "2026-11-23"),
        ("EUROPEAN-UNION", "2021-07-31"),
        ("JPN", "2026-11-23"),
        ("CHE", "2020-12-31"),
        ("UNIDENTIFIED", "2026-11-23"),
    ] {
        let expected = everything(&site, donor, day, &cookie).await;
        let all = leafed(&site, &format!("/donors/{donor}?as_of={day}"), &cookie).await;
        assert!(all.windows(2).all(|pair| pair[0].0 >= pair[1].0), "{donor} {day}: newest first");
        let wanted = sorted(expected.iter().map(|(_, entry)| entry.clone()).collect());
        assert_eq!(sorted(all.clone()), wanted, "{donor} {day}");
        for kind in ["meetings", "pledges", "money", "reports", "documents", "intelligence"] {
            let kept = leafed(&site, &format!("/donors/{donor}?as_of={day}&kind={kind}"), &cookie).await;
            let wanted = expected.iter().filter(|(of, _)| *of == kind).map(|(_, entry)| entry.clone()).collect();
            assert_eq!(sorted(kept.clone()), sorted(wanted), "{donor} {day} {kind}");
            // It is a part of the whole, in the same order.
            let these: BTreeSet<&Entry> = kept.iter().collect();
            let part: Vec<&Entry> = all.iter().filter(|entry| these.contains(entry)).collect();
            assert_eq!(part.len(), kept.len(), "{donor} {day} {kind}");
        }
    }
    site.close().await;
}

#[tokio::test]
async fn what_is_planned_stands_above_today_and_the_filter_stays_for_another_day() {
    let site = Site::new().await;
    let cookie = sign_in(&site, JOHAN).await;
    let page = site.get("/donors/SWE", &cookie).await;
    assert_eq!(page.texts("#timeline .today"), ["Today, 23 Nov 2026"]);
    let timeline = page.body.split("id=\"timeline\"").nth(1).unwrap();
    let (above, below) = timeline.split_once("class=\"today\"").unwrap();
    let days = |part: &str| -> Vec<String> {
        part.split("<li><time datetime=\"").skip(1).map(|rest| rest[..10].to_owned()).collect()
    };
    let below = below.split("</section>").next().unwrap();
    assert!(!days(above).is_empty() && days(above).iter().all(|day| day.as_str() > "2026-11-23"), "{:?}", days(above));
    assert!(!days(below).is_empty() && days(below).iter().all(|day| day.as_str() <= "2026-11-23"), "{:?}", days(below));
    // Months are said once a group, and each entry leads to its thing.
    let months = page.texts("#timeline .month");
    assert!(months.len() > 5 && months.contains(&"Oct 2026".to_owned()), "{months:?}");
    let past = site.get("/donors/SWE?as_of=2021-07-31&kind=money", &cookie).await;
    assert_eq!(past.texts("#timeline .today"), ["As of 31 Jul 2021"]);
    assert_eq!(past.texts("#timeline nav a[aria-current]"), ["Money"]);
    assert!(past.body.contains("<input type=\"hidden\" name=\"kind\" value=\"money\">"));
    for (_, href) in entries(&past) {
        let opened = site.get(&href, &cookie).await;
        assert_eq!(opened.status, StatusCode::OK, "{href}");
    }
    // A mark in an address reads what was known when the reader began to leaf.
    let next = link(&site.get("/donors/SWE", &cookie).await, "next").unwrap();
    let before = entries(&site.get(&next, &cookie).await);
    let fields = [
        ("ref", "R-LATE"),
        ("donor", "SWE"),
        ("amount", "10"),
        ("currency", "USD"),
        ("fund", "FEM"),
        ("received_on", "1 Feb 2015"),
    ];
    let finance = site.sign_in(Role::Finance).await;
    let entered = crate::entering::enter(&site, "/contributions/new", &finance, &fields).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{:?}", entered.texts("#summary li"));
    assert_eq!(entries(&site.get(&next, &cookie).await), before);
    assert!(
        leafed(&site, "/donors/SWE?kind=money", &cookie)
            .await
            .contains(&("2015-02-01".into(), "/contributions/R-LATE".into()))
    );
    for (query, named) in [("kind=nonsense", "kind"), ("after=rubbish", "after"), ("before=e30", "before")] {
        let refused = site.get(&format!("/donors/SWE?{query}"), &cookie).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(refused.body.contains(named), "{query}");
    }
    site.close().await;
}

#[tokio::test]
async fn what_is_classified_stands_on_the_timeline_of_its_readers_alone() {
    let site = Site::new().await;
    let johan = sign_in(&site, JOHAN).await;
    classified(&site, &johan, "konf-5519", "confidential").await;
    classified(&site, &johan, "streng-5520", "strictly_confidential").await;
    let readers = [
        ("konf-5519", vec![JOHAN, "ngozi.eze@demo.example", "amina.mwangi@demo.example", AUDITOR]),
        ("streng-5520", vec![JOHAN]),
    ];
    let everybody = [
        "dilnoza.yusupova@demo.example",
        JOHAN,
        "ngozi.eze@demo.example",
        "hoa.nguyen@demo.example",
        "lucia.ferrer@demo.example",
        "amina.mwangi@demo.example",
        AUDITOR,
    ];
    for email in everybody {
        let cookie = sign_in(&site, email).await;
        for address in ["/donors/SWE", "/donors/SWE?kind=meetings", "/donors/SWE?as_of=2021-07-31"] {
            let page = site.get(address, &cookie).await;
            for (word, may) in &readers {
                assert_eq!(page.body.contains(word), may.contains(&email), "{email} {word} {address}");
            }
            // What was said is read on the meeting's page, where that is noted: here stands only what it was about.
            assert!(!page.body.contains("outcomes konf-5519"), "{email} {address}");
            assert!(!page.body.contains("outcomes streng-5520"), "{email} {address}");
        }
    }
    site.close().await;
}

#[tokio::test]
async fn a_reader_of_french_reads_a_french_timeline() {
    let site = Site::new().await;
    let cookie = sign_in(&site, JOHAN).await;
    choose(&site, &cookie, "fr").await;
    let page = site.get("/donors/SWE", &cookie).await;
    assert_eq!(page.texts("#timeline .today"), ["Aujourd’hui, 23 nov. 2026"]);
    assert_eq!(
        page.texts("#timeline nav a"),
        ["Tout", "Réunions", "Annonces", "Argent", "Rapports", "Documents", "Renseignements"]
    );
    let text = page.texts("#timeline").join(" ");
    for word in ["received", "signed", "logged by", "fell due", "sent;"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
    site.close().await;
}
