//! Published figures: what was published is shown as it was, whatever is corrected, moved or renamed later; what moved
//! it is listed; and nothing about it can be changed unseen.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use dis::access::Role;
use dis::imports::{self, Import, Kind};
use dis::l10n::L10n;
use dis::lists::List;
use dis::rooms::{EachList, each_list};
use dis::web::frozen::can_be_published;
use scraper::Selector;

use crate::entering::{enter, fill, send};
use crate::loading::clock;
use crate::pages::{Answer, Site};
use crate::reporting_rates::{sign_in, site};

/// Loads rows of a kind, correcting what is there.
async fn correct(site: &Site, kind: Kind, rows: &str, why: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    std::fs::write(&path, rows).unwrap();
    let import = Import { files: vec![(kind, path)], correct: Some(why.to_owned()), ..Import::default() };
    let outcome = imports::run(&site.ground.db, site.ground.actor(), &clock(), &import).await.unwrap();
    assert!(outcome.accepted(), "{:?}", outcome.lines(&outcome.errors, L10n::ENGLISH));
}

/// The rows of the figure as its page shows them.
fn as_published(page: &Answer) -> Vec<Vec<String>> {
    let html = page.page();
    let (row, cell) = (Selector::parse("table.list tbody tr").unwrap(), Selector::parse("th, td").unwrap());
    let text = |element: scraper::ElementRef<'_>| element.text().collect::<String>().trim().to_owned();
    html.select(&row).map(|row| row.select(&cell).map(text).collect()).collect()
}

/// Which cells would differ now: row, column, then, now.
fn differing(page: &Answer) -> BTreeSet<[String; 4]> {
    let html = page.page();
    let row = Selector::parse("section[aria-labelledby=since] table tbody tr").unwrap();
    let cell = Selector::parse("th, td").unwrap();
    let text = |element: scraper::ElementRef<'_>| element.text().collect::<String>().trim().to_owned();
    let cells = |row: scraper::ElementRef<'_>| row.select(&cell).map(text).collect::<Vec<_>>().try_into().unwrap();
    html.select(&row).map(cells).collect()
}

fn differences(all: &[&str]) -> BTreeSet<[String; 4]> {
    let parts = |line: &&str| line.split('|').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap();
    all.iter().map(parts).collect()
}

struct Keys;

impl EachList for Keys {
    type Output = Vec<&'static str>;

    /// What would name a row of the list, and is no column of it.
    fn list<L: List>(&mut self) -> Vec<&'static str> {
        let is_column = |name: &&&'static str| L::columns().iter().any(|column| column.name == **name);
        let missing = L::KEY.iter().filter(|name| !is_column(name)).copied().collect();
        if can_be_published::<L>() { missing } else { Vec::new() }
    }
}

#[test]
fn every_list_that_can_be_published_says_which_row_a_row_is() {
    for (name, missing) in each_list(&mut Keys) {
        assert!(missing.is_empty(), "{name}: {missing:?}");
    }
}

const OF: &str = "/published/new?of=%2Freporting-rates%3Fas_of%3D2021-06-30";

#[tokio::test]
async fn a_published_rate_stays_as_it_was_and_lists_what_moved_it() {
    let site = site().await;
    let manager = sign_in(&site, Role::Manager).await;
    let list = site.get("/reporting-rates?as_of=2021-06-30", &manager).await;
    assert!(list.body.contains(OF), "the list offers to publish it");
    let done = enter(&site, OF, &manager, &[("title", "Rate for the Board"), ("reason", "Note of July")]).await;
    assert!(done.location().starts_with("/published/1?done="), "{} {}", done.status, done.body);
    let page = site.get(done.location(), &manager).await;
    assert_eq!(page.texts("h1"), ["Rate for the Board"]);
    assert!(page.texts(".flash").join(" ").contains("Published figure"), "{:?}", page.texts(".flash"));
    let then = as_published(&page);
    assert_eq!(then.len(), 7);
    assert_eq!(then[6][..7], ["All units", "32", "20", "9", "12", "9", "62.5\u{a0}%"]);
    assert_eq!(page.texts("p.lead.first"), ["62.5\u{a0}%"]);
    assert!(page.body.contains("Nothing: asked now, it comes out the same."));
    let file = site.get("/published/1.csv", &manager).await.body;
    assert_eq!(file, site.get("/reporting-rates.csv?as_of=2021-06-30", &manager).await.body);

    // A late correction, a unit moved, a unit renamed; and something that has nothing to do with it.
    let corrected = "ref,pledge,unit,kind,due_on,submitted_on\nH-22,HP-2,CO-B1,narrative,2021-06-29,2021-07-05\n";
    correct(&site, Kind::DonorReports, corrected, "The letter says 5 July").await;
    let moved = "code,name,kind,parent,in_force_from\nCO-B1,Country Office B1,country_office,DIV-A,2021-06-01\n";
    correct(&site, Kind::Units, moved, "The order of May").await;
    let renamed = "code,name,kind\nREG-C,Office of the Centre,regional_office\n";
    correct(&site, Kind::Units, renamed, "New name").await;
    let apart = "ref,pledge,unit,kind,due_on,title\nH-99,HP-2,CO-B1,narrative,2021-12-31,Due later\n";
    correct(&site, Kind::DonorReports, apart, "Entered late").await;
    let donor = "code,name,kind,country\nDNK,Denmark,C01,DNK\n";
    correct(&site, Kind::Donors, donor, "Another donor").await;

    let page = site.get("/published/1", &manager).await;
    assert_eq!(as_published(&page), then, "what was published is shown as it was");
    assert!(page.body.contains("as published") && !page.body.contains("not as published"));
    assert_eq!(file, site.get("/published/1.csv", &manager).await.body);
    // H-22 is outstanding now, and CO-B1 with its 5 reports counts under DIV-A.
    let wanted = differences(&[
        "DIV-A|due|16|21",
        "DIV-A|submitted|10|13",
        "DIV-A|on_time|6|7",
        "DIV-A|outstanding|6|8",
        "DIV-A|overdue|5|7",
        "DIV-A|rate_percent|62.5|61.9",
        "DIV-A|on_time_percent|37.5|33.3",
        "DIV-A|waived|1|2",
        "REG-B|due|12|7",
        "REG-B|submitted|8|4",
        "REG-B|on_time|3|2",
        "REG-B|outstanding|4|3",
        "REG-B|overdue|3|2",
        "REG-B|rate_percent|66.7|57.1",
        "REG-B|on_time_percent|25.0|28.6",
        "REG-B|waived|2|1",
        "CO-B1|submitted|4|3",
        "CO-B1|outstanding|1|2",
        "CO-B1|overdue|1|2",
        "CO-B1|rate_percent|80.0|60.0",
        "REG-C|unit_name|Regional Office C|Office of the Centre",
        "TOTAL|submitted|20|19",
        "TOTAL|outstanding|12|13",
        "TOTAL|overdue|9|10",
        "TOTAL|rate_percent|62.5|59.4",
    ]);
    assert_eq!(differing(&page), wanted);
    let changes = page.texts("section[aria-labelledby=since] ol li");
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert!(changes[0].contains("The letter says 5 July") && changes[1].contains("The order of May"), "{changes:?}");
    // Asked again as known then, the list gives the same figures, under the names of today.
    let links = page.page();
    let again = links.select(&Selector::parse(".head a.button").unwrap()).next().unwrap();
    let again = again.attr("href").unwrap().replacen("/reporting-rates?", "/reporting-rates.csv?", 1);
    let again = site.get(&again, &manager).await.body;
    assert_eq!(again.replace("Office of the Centre", "Regional Office C"), file);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn who_may_publish_does_so_once_and_what_cannot_be_published_is_said() {
    let site = site().await;
    let mobilizer = sign_in(&site, Role::ResourceMobilization).await;
    let auditor = sign_in(&site, Role::Auditor).await;
    assert_eq!(site.get(OF, &auditor).await.status, StatusCode::FORBIDDEN);
    let form = site.get(OF, &mobilizer).await;
    let fields = fill(&form, &[("title", "One <b>title</b>"), ("reason", "Once")]);
    let (first, second) = (
        send(&site, "/published/new", &mobilizer, &fields).await,
        send(&site, "/published/new", &mobilizer, &fields).await,
    );
    assert_eq!(first.location(), second.location(), "sent twice it is published once");
    let wrong = send(&site, "/published/new", &mobilizer, &fill(&form, &[("title", ""), ("reason", "")])).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("Give it a title") && wrong.body.contains("Say where it is published"));
    for of in ["/audit", "/nothing", "//evil.example/reporting-rates", "reporting-rates", "/published"] {
        let refused = site.get(&format!("/published/new?of={of}"), &mobilizer).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{of}");
    }
    // Every list of figures can be published, and each shows itself again.
    for list in ["donor-reports", "pledges", "units", "donors", "arrears", "giving", "instalments", "contributions"] {
        let of = format!("/published/new?of=%2F{list}%3Fas_of%3D2021-06-30");
        let done = enter(&site, &of, &mobilizer, &[("reason", "A table")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{list}: {}", done.body);
        let page = site.get(done.location(), &mobilizer).await;
        assert_eq!(page.status, StatusCode::OK, "{list}: {}", page.body);
        assert!(page.body.contains("Nothing: asked now"), "{list}: {:?}", page.texts("section[aria-labelledby=since]"));
        let (path, _) = done.location().split_once('?').unwrap();
        let file = site.get(&format!("{path}.csv"), &mobilizer).await.body;
        assert_eq!(file, site.get(&format!("/{list}.csv?as_of=2021-06-30"), &mobilizer).await.body, "{list}");
    }
    let list = site.get("/published", &auditor).await;
    assert_eq!(list.texts("table.list tbody tr").len(), 9);
    assert!(list.texts("table.list tbody th a").contains(&"One <b>title</b>".to_owned()));
    assert_eq!(site.get("/published/77", &auditor).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("/published/x", &auditor).await.status, StatusCode::NOT_FOUND);

    // The program's own role cannot change it; whoever owns the tables can, and it is found.
    let refused = sqlx::query("update published_figures set title = 'x'").execute(&site.ground.db.pages).await;
    assert!(refused.is_err(), "nothing about it is changed");
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    let mut owner = site.ground.owner().await;
    for tampered in [
        "update published_figures set content = replace(content::text, '62.5', '82.5')::json where id = 1",
        "update published_figures set title = 'Another title' where id = 3",
        "delete from published_figures where id = 4",
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
            "alter table published_figures disable trigger append_only; {tampered};
             alter table published_figures enable trigger append_only"
        )))
        .execute(&mut owner)
        .await
        .unwrap();
    }
    let broken = site.ground.broken(None).await;
    assert_eq!(broken.len(), 3, "{broken:?}");
    assert!(broken[0].starts_with("published figure 1 is not what was published"), "{broken:?}");
    assert!(broken[1].starts_with("published figure 3 is listed as something else"), "{broken:?}");
    assert!(broken[2].starts_with("published figure 4 of change"), "{broken:?}");
    let page = site.get("/published/1", &auditor).await;
    assert!(page.body.contains("This is not what was published"));
    site.close().await;
}
