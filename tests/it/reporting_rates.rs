//! Reporting rates: the hand-made set gives the figures worked out by hand, on the page, in every file and by the
//! command; every number opens exactly its reports; and whatever the day, the rates are what counting one by one gives.

use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use calamine::{Data, Reader, Xlsx, open_workbook};
use chrono::{Days, NaiveDate};
use dis::access::Role;
use dis::imports::{self, Import, Kind};
use dis::l10n::L10n;
use scraper::{ElementRef, Selector};

use crate::entering::enter;
use crate::exports::Home;
use crate::foundation::Ground;
use crate::loading::clock;
use crate::pages::{Answer, Site};

const KINDS: [Kind; 5] = [Kind::Units, Kind::Funds, Kind::Donors, Kind::Pledges, Kind::DonorReports];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hand-reports")
}

fn files() -> Vec<(Kind, PathBuf)> {
    KINDS.into_iter().map(|kind| (kind, folder().join(format!("{kind}.csv")))).collect()
}

/// The rows worked out by hand, by day, each as the file has it.
fn expected() -> Vec<(String, Vec<String>)> {
    let text = std::fs::read_to_string(folder().join("expected-rates.csv")).unwrap();
    let mut days: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines().skip(1) {
        let day = line.split(',').next().unwrap().to_owned();
        match days.last_mut() {
            Some((last, rows)) if *last == day => rows.push(line.to_owned()),
            _ => days.push((day, vec![line.to_owned()])),
        }
    }
    assert_eq!(days.len(), 6);
    days
}

/// The site with the hand-made set and one account of each role.
pub(crate) async fn site() -> Site {
    let ground = Ground::new().await;
    let import = Import { files: files(), ..Import::default() };
    let outcome = imports::run(&ground.db, ground.actor(), &clock(), &import).await.unwrap();
    assert!(outcome.accepted(), "{:?}", outcome.lines(&outcome.errors, L10n::ENGLISH));
    let site = Site::over(ground);
    for role in [Role::Manager, Role::ResourceMobilization, Role::Auditor] {
        let account = dis::users::NewAccount {
            email: format!("{role}@example.org"),
            name: format!("The {role}"),
            role,
            unit: None,
            password: "a password of some length".to_owned().into(),
        };
        dis::users::add(&site.ground.db, site.ground.actor(), account).await.unwrap();
    }
    site
}

pub(crate) async fn sign_in(site: &Site, role: Role) -> String {
    let answer = site.try_to_sign_in(&format!("{role}@example.org"), "a password of some length", "/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.cookies()
}

fn all<'a>(of: ElementRef<'a>, css: &str) -> Vec<ElementRef<'a>> {
    of.select(&Selector::parse(css).unwrap()).collect()
}

fn said(element: &ElementRef<'_>) -> String {
    element.text().collect::<String>().trim().to_owned()
}

/// How many rows the list at an address has, as its file says.
async fn rows_at(site: &Site, cookie: &str, href: &str) -> usize {
    let (path, query) = href.split_once('?').unwrap_or((href, ""));
    let file = site.get(&format!("{path}.csv?{query}"), cookie).await;
    assert_eq!(file.status, StatusCode::OK, "{href}: {}", file.body);
    csv::Reader::from_reader(file.body.as_bytes()).records().count()
}

/// The rows of the table on the page, as the file would have them, less what the page does not show.
fn shown(page: &Answer) -> Vec<Vec<String>> {
    let html = page.page();
    let rows = all(html.root_element(), "table.rates tbody tr:not(.group)");
    rows.iter()
        .map(|row| {
            let mut cells = vec![said(&all(*row, "th")[0])];
            let name = all(*row, "th a").first().map(said);
            cells[0] = name.unwrap_or_else(|| "TOTAL".to_owned());
            cells.extend(all(*row, "td").iter().map(said));
            cells
        })
        .collect()
}

#[tokio::test]
async fn the_hand_made_reports_give_the_rates_worked_out_by_hand_on_the_page_and_in_its_files() {
    let site = site().await;
    let cookie = sign_in(&site, Role::Manager).await;
    for (day, rows) in expected() {
        let file = site.get(&format!("/reporting-rates.csv?as_of={day}"), &cookie).await;
        assert_eq!(file.status, StatusCode::OK, "{}", file.body);
        let lines: Vec<&str> = file.body.lines().collect();
        assert_eq!(
            lines[0],
            "as_of,unit_code,unit_name,due,submitted,on_time,outstanding,overdue,rate_percent,on_time_percent,waived,extended"
        );
        assert_eq!(lines[1..], rows, "as of {day}");
        let page = site.get(&format!("/reporting-rates?as_of={day}"), &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let wanted: Vec<Vec<String>> = rows
            .iter()
            .map(|row| {
                let cells: Vec<&str> = row.split(',').collect();
                let name = if cells[1] == "TOTAL" { "TOTAL" } else { cells[2] };
                let rate = if cells[8].is_empty() { "–".to_owned() } else { format!("{}\u{a0}%", cells[8]) };
                [name].iter().chain(&cells[3..8]).map(|cell| (*cell).to_owned()).chain([rate]).collect()
            })
            .collect();
        let found: Vec<Vec<String>> = shown(&page).into_iter().map(|row| row[..7].to_vec()).collect();
        assert_eq!(found, wanted, "the page as of {day}");
        let total: Vec<&str> = rows.last().unwrap().split(',').collect();
        assert_eq!(page.texts("p.big"), [format!("{}\u{a0}%", total[8])], "{day}");
        // Waived and extended stand beside the rate.
        let figures = page.texts("dl.figures.five dd:not(.note)");
        assert_eq!(figures[3..], [total[10], total[11]], "{day}");
    }
    site.close().await;
}

#[tokio::test]
async fn both_rates_are_shown_and_nothing_due_is_no_rate() {
    let site = site().await;
    let cookie = sign_in(&site, Role::Manager).await;
    for (query, all_due, year) in [
        ("as_of=2020-12-31", "7 of 17 submitted; 5 on time, 29.4\u{a0}%", "6 of 16 submitted; 5 on time, 31.3\u{a0}%"),
        (
            "as_of=2021-12-31",
            "23 of 32 submitted; 11 on time, 34.4\u{a0}%",
            "13 of 17 submitted; 6 on time, 35.3\u{a0}%",
        ),
        // Kept to reports due from a day, neither rate goes further back than that.
        (
            "as_of=2021-12-31&since=2021-06-01",
            "3 of 4 submitted; 1 on time, 25.0\u{a0}%",
            "3 of 4 submitted; 1 on time, 25.0\u{a0}%",
        ),
    ] {
        let page = site.get(&format!("/reporting-rates?{query}"), &cookie).await;
        let notes = page.texts("dl.figures.five dd.note");
        let plain = |text: &str| text.replace(['\u{2068}', '\u{2069}'], "");
        assert_eq!((plain(&notes[0]), plain(&notes[1])), (all_due.to_owned(), year.to_owned()), "{query}");
    }
    let none = site.get("/reporting-rates?as_of=2020-12-31&unit=REG-C", &cookie).await;
    assert_eq!(none.texts("p.big"), ["No reports due"]);
    assert!(!none.body.contains("0.0\u{a0}%"), "nothing due is neither 0 % nor 100 %");
    let refused = site.get("/reporting-rates?as_of=2020-12-31&change_since=2021-01-01", &cookie).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "compared with a later day");
    assert!(refused.body.contains("change_since=2021-01-01"));
    site.close().await;
}

#[tokio::test]
async fn every_number_of_the_page_opens_exactly_its_reports() {
    let site = site().await;
    let cookie = sign_in(&site, Role::Auditor).await;
    for address in [
        "/reporting-rates?as_of=2020-12-31",
        "/reporting-rates?as_of=2021-04-01&change_since=2021-03-31",
        "/reporting-rates?as_of=2021-06-30&unit=DIV-A",
        "/reporting-rates?as_of=2021-12-31&since=2021-01-01",
        "/reporting-rates?as_of=2021-03-31&donor=NOR",
        "/reporting-rates?as_of=2021-03-31&fund=FE&sort=rate",
        "/reporting-rates",
    ] {
        let page = site.get(address, &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.body);
        let html = page.page();
        let mut opened = 0;
        for link in all(html.root_element(), "main .figs td a, main dd a.fig, main a.push") {
            let href = link.attr("href").unwrap();
            let figure = said(&link).rsplit(' ').next().unwrap().to_owned();
            if let Ok(count) = figure.parse::<usize>() {
                assert_eq!(rows_at(&site, &cookie, href).await, count, "{address}: {figure} opens {href}");
                opened += 1;
            }
        }
        assert!(opened > 20, "{address} opens {opened}");
        // What the sentence says is what the big figure and the figures of the two rates open.
        let big = all(html.root_element(), "p.big a")[0];
        let total = shown(&page).into_iter().find(|row| row[0] == "TOTAL").unwrap();
        let submitted = rows_at(&site, &cookie, big.attr("href").unwrap()).await;
        assert_eq!(submitted.to_string(), total[2], "{address}");
        let notes = page.texts("dl.figures.five dd.note");
        for (at, link) in all(html.root_element(), "dl.figures.five dd a.fig").iter().take(2).enumerate() {
            let due = if notes[at] == "none due" { "0" } else { notes[at].split(' ').nth(2).unwrap() };
            let due = due.replace(['\u{2068}', '\u{2069}'], "");
            let found = rows_at(&site, &cookie, link.attr("href").unwrap()).await;
            assert_eq!(found.to_string(), due, "{address}: {}", notes[at]);
        }
    }
    site.close().await;
}

#[test]
fn the_command_and_the_workbook_give_the_rates_worked_out_by_hand() {
    let home = Home::new();
    let mut arguments = vec!["import".to_owned()];
    for (kind, path) in files() {
        arguments.extend([kind.to_string(), path.display().to_string()]);
    }
    home.done(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    for (day, rows) in expected() {
        let csv = home.done(&["export", "reporting-rates", "--as-of", &day]);
        assert_eq!(csv.lines().skip(1).collect::<Vec<_>>(), rows, "as of {day}");
        let unit = home.done(&["export", "reporting-rates", "--as-of", &day, "--unit", "REG-C"]);
        let of_unit: Vec<&str> = unit.lines().skip(1).collect();
        let row = rows.iter().find(|row| row.contains(",REG-C,")).unwrap();
        assert_eq!(of_unit, [row.clone(), row.replace("REG-C,Regional Office C", "TOTAL,")], "as of {day}");
        let file = home.path(&format!("{day}.xlsx"));
        home.done(&["export", "reporting-rates", "--as-of", &day, "--format", "xlsx", "-o", file.to_str().unwrap()]);
        let mut book: Xlsx<_> = open_workbook(&file).unwrap();
        let sheet = book.worksheet_range("reporting-rates").unwrap();
        for (at, row) in rows.iter().enumerate() {
            for (column, cell) in row.split(',').enumerate() {
                match sheet.get((at + 1, column)).cloned().unwrap_or_default() {
                    Data::Empty => assert_eq!(cell, "", "{row}"),
                    Data::String(text) => assert_eq!(text, cell, "{row}"),
                    Data::Float(number) => assert_eq!(number, cell.parse::<f64>().unwrap(), "{row}"),
                    Data::DateTime(found) => {
                        let (year, month, day, ..) = found.to_ymd_hms_milli();
                        assert_eq!(format!("{year}-{month:02}-{day:02}"), cell);
                    }
                    other => panic!("{other:?} in {row}"),
                }
            }
        }
    }
}

/// A unit with those below it as of a day, counted by the lists' own functions, one unit at a time.
async fn counted_one_by_one(site: &Site, day: NaiveDate) -> Vec<String> {
    sqlx::query_scalar(
        "select concat_ws(',', t.code, count(s.id) filter (where report_is_due(s, $1)),
            count(s.id) filter (where report_is_due(s, $1) and report_is_submitted(s)),
            count(s.id) filter (where report_is_due(s, $1) and report_is_submitted(s) and s.on_time),
            count(s.id) filter (where report_is_due(s, $1) and not report_is_submitted(s)),
            count(s.id) filter (where report_is_due(s, $1) and not report_is_submitted(s) and s.due_on < $1),
            count(s.id) filter (where s.owed and s.waived_on is not null and s.due_on <= $1),
            count(s.id) filter (where s.owed and s.waived_on is null and s.due_on <> s.first_due_on and s.first_due_on <= $1))
         from (select u.code, u.id, tree.path from unit_tree($1, 'infinity') tree join units u on u.id = tree.unit_id) t
         left join report_states s on s.valid @> $1 and upper_inf(s.known)
            and s.unit_id in (select below.unit_id from unit_tree($1, 'infinity') below where t.code = any(below.path))
         group by t.code order by t.code",
    )
    .bind(day)
    .fetch_all(&site.ground.db.pages)
    .await
    .unwrap()
}

#[tokio::test]
async fn whatever_the_day_the_rates_are_what_counting_one_by_one_gives() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Manager).await;
    let first: NaiveDate = "2018-12-30".parse().unwrap();
    for nth in 0..24 {
        let day = first + Days::new(nth * 47);
        let file = site.get(&format!("/reporting-rates.csv?as_of={day}"), &cookie).await;
        let mut rows: Vec<String> = csv::Reader::from_reader(file.body.as_bytes())
            .records()
            .map(Result::unwrap)
            .filter(|row| &row[1] != "TOTAL")
            .map(|row| [&row[1], &row[3], &row[4], &row[5], &row[6], &row[7], &row[10], &row[11]].join(","))
            .collect();
        rows.sort();
        assert_eq!(rows, counted_one_by_one(&site, day).await, "as of {day}");
    }
    // The line at each month end is the rate of that day, whatever the day of the page.
    let trend = site.get("/reporting-rates/trend.csv?from=2020-11-30&to=2021-07-31&unit=ROAF", &cookie).await;
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(trend.body.as_bytes()).records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 9);
    for row in rows {
        let file = site.get(&format!("/reporting-rates.csv?as_of={}&unit=ROAF", &row[0]), &cookie).await;
        let total = csv::Reader::from_reader(file.body.as_bytes()).records().map(Result::unwrap).last().unwrap();
        assert_eq!([&row[2], &row[3], &row[4], &row[7]], [&total[3], &total[4], &total[5], &total[8]], "{}", &row[0]);
    }
    for query in ["from=2021-01-01&to=2199-01-01", "unit=NOWHERE", "from=2021-02-01&to=2021-01-01", "to=never"] {
        let refused = site.get(&format!("/reporting-rates/trend.csv?{query}"), &cookie).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{query}");
    }
    site.close().await;
}

#[tokio::test]
async fn the_demonstration_tells_the_boards_story() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Manager).await;
    for (day, rate, sentence) in [
        ("2020-12-31", "44.0\u{a0}%", "33 of 75 reports due by 31 Dec 2020 had been submitted"),
        ("2021-07-31", "73.0\u{a0}%", "73 of 100 reports due by 31 Jul 2021 had been submitted"),
    ] {
        let page = site.get(&format!("/reporting-rates?as_of={day}"), &cookie).await;
        assert_eq!(page.texts("p.big"), [rate]);
        assert!(
            page.texts("p.lead")[0].replace(['\u{2068}', '\u{2069}'], "").starts_with(sentence),
            "{:?}",
            page.texts("p.lead")
        );
        let file = site.get(&format!("/reporting-rates.csv?as_of={day}"), &cookie).await;
        let rows: Vec<csv::StringRecord> =
            csv::Reader::from_reader(file.body.as_bytes()).records().map(Result::unwrap).collect();
        let tops: Vec<String> = sqlx::query_scalar(
            "select u.code from unit_tree($1, 'infinity') t join units u on u.id = t.unit_id where t.parent_id is null",
        )
        .bind(day.parse::<NaiveDate>().unwrap())
        .fetch_all(&site.ground.db.pages)
        .await
        .unwrap();
        let total = rows.last().unwrap();
        for column in [3, 4, 5, 6, 7, 10, 11] {
            let number = |row: &csv::StringRecord| row[column].parse::<i64>().unwrap();
            let sum: i64 = rows.iter().filter(|row| tops.contains(&row[1].to_owned())).map(number).sum();
            assert_eq!(sum, number(total), "column {column} as of {day}");
        }
    }
    site.close().await;
}

/// The names of the units in a file of the rates, in its order; the last row by its code.
async fn in_file(site: &Site, cookie: &str, query: &str) -> Vec<String> {
    let file = site.get(&format!("/reporting-rates.csv?{query}"), cookie).await;
    let rows = csv::Reader::from_reader(file.body.as_bytes()).into_records().map(Result::unwrap).collect::<Vec<_>>();
    rows.iter().map(|row| if row[2].is_empty() { row[1].to_owned() } else { row[2].to_owned() }).collect()
}

#[tokio::test]
async fn the_table_stands_in_the_order_of_its_file() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Manager).await;
    for unit in ["", "&unit=ROAF"] {
        for sort in ["tree", "-tree", "rate", "-rate", "overdue", "-overdue"] {
            let query = format!("as_of=2021-07-31{unit}&sort={sort}");
            // The second page is of what was drawn for the first.
            for _ in 0..2 {
                let page = site.get(&format!("/reporting-rates?{query}"), &cookie).await;
                let names: Vec<String> = shown(&page).into_iter().map(|row| row[0].trim().to_owned()).collect();
                assert!(names.len() > 1, "{}", page.body);
                assert_eq!(names, in_file(&site, &cookie, &query).await, "{query}");
            }
        }
    }
    site.close().await;
}

#[tokio::test]
async fn what_is_drawn_once_is_drawn_anew_after_a_change_and_for_another_language() {
    let site = Site::new().await;
    let (manager, admin) = (site.sign_in(Role::Manager).await, site.sign_in(Role::Admin).await);
    let pages = ["/reporting-rates?as_of=2021-07-31", "/?as_of=2021-07-31", "/implementation?as_of=2021-07-31"];
    let mut before = Vec::new();
    for address in pages {
        let (first, second) = (site.get(address, &manager).await, site.get(address, &manager).await);
        assert!(first.body.contains("Regional Office for Africa"), "{address}: {}", first.body);
        // But for the id of a form they are the same.
        let plain = |page: &Answer| page.texts("main *");
        assert_eq!(plain(&first), plain(&second), "{address}");
        before.push(plain(&second));
    }
    let renamed = enter(&site, "/units/ROAF/edit", &admin, &[("name", "Office of the whole of Africa")]).await;
    assert_eq!(renamed.status, StatusCode::SEE_OTHER, "{}", renamed.body);
    for address in pages {
        let page = site.get(address, &manager).await;
        assert!(page.body.contains("Office of the whole of Africa"), "{address}");
        assert!(!page.body.contains("Regional Office for Africa"), "{address}");
    }
    crate::french::choose(&site, &manager, "fr").await;
    for (address, english) in pages.iter().zip(&before) {
        let page = site.get(address, &manager).await;
        assert_eq!(page.status, StatusCode::OK, "{address}");
        let said = page.texts("main h2");
        assert!(said.iter().all(|said| !english.contains(said)), "{address}: {said:?}");
    }
    site.close().await;
}
