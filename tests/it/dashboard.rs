//! The dashboard: every figure on it is the sum of the list it opens, for every role.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use dis::access::Role;
use rust_decimal::{Decimal, RoundingStrategy::MidpointAwayFromZero};
use scraper::{ElementRef, Selector};

use crate::pages::Site;

fn all<'a>(of: ElementRef<'a>, css: &str) -> Vec<ElementRef<'a>> {
    of.select(&Selector::parse(css).unwrap()).collect()
}

fn said(element: &ElementRef<'_>) -> String {
    element.text().collect::<String>().trim().to_owned()
}

fn figure(text: &str) -> Decimal {
    text.replace(',', "").replace('\u{2212}', "-").parse().unwrap_or_else(|_| panic!("{text} is no figure"))
}

/// The rows of the list at an address: how many, and the sum of a column by currency.
async fn rows(site: &Site, href: &str, cookie: &str) -> (usize, BTreeMap<String, Decimal>) {
    let (path, query) = href.split_once('?').unwrap_or((href, ""));
    let file = site.get(&format!("{path}.csv?{query}"), cookie).await;
    assert_eq!(file.status, StatusCode::OK, "{href}: {}", file.body);
    let mut reader = csv::Reader::from_reader(file.body.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name);
    let money = ["amount_outstanding", "outstanding", "amount"].iter().find_map(|name| column(name));
    let (mut count, mut sums) = (0, BTreeMap::new());
    for row in reader.records() {
        let row = row.unwrap();
        count += 1;
        if let (Some(currency), Some(money)) = (column("currency"), money) {
            *sums.entry(row[currency].to_owned()).or_insert(Decimal::ZERO) += row[money].parse::<Decimal>().unwrap();
        }
    }
    (count, sums)
}

async fn usd(site: &Site, href: &str, cookie: &str) -> Decimal {
    let (path, query) = href.split_once('?').unwrap_or((href, ""));
    let file = site.get(&format!("{path}.csv?{query}"), cookie).await;
    let mut reader = csv::Reader::from_reader(file.body.as_bytes());
    let at = reader
        .headers()
        .unwrap()
        .iter()
        .position(|header| ["outstanding_usd", "amount_usd"].contains(&header))
        .unwrap();
    reader.records().map(|row| row.unwrap()[at].parse::<Decimal>().unwrap_or_default()).sum()
}

#[tokio::test]
async fn every_figure_is_the_sum_of_the_list_it_opens_for_every_role() {
    let site = Site::new().await;
    for role in Role::OF_PEOPLE {
        let cookie = site.sign_in(role).await;
        let answer = site.get("/", &cookie).await;
        assert_eq!(answer.status, StatusCode::OK, "{role}: {}", answer.body);
        let page = answer.page();
        let main = page.select(&Selector::parse("main").unwrap()).next().unwrap();
        let total = all(main, "section[aria-labelledby=arrears] p.big a")[0];
        let of_total = usd(&site, total.attr("href").unwrap(), &cookie).await;
        assert_eq!(figure(&said(&total)), of_total, "{role}: the total of arrears");
        let mut of_ages = Decimal::ZERO;
        for age in all(main, ".legend a") {
            let figure = figure(&said(&age));
            assert_eq!(figure, usd(&site, age.attr("href").unwrap(), &cookie).await, "{role}: {}", said(&age));
            of_ages += figure;
        }
        assert_eq!(of_ages, of_total, "{role}: the ages");
        // What came in of core income, in millions, is the sum of the receipts it opens.
        for received in all(main, "section[aria-labelledby=core] td a") {
            let opened = usd(&site, received.attr("href").unwrap(), &cookie).await;
            let millions = (opened / Decimal::from(1_000_000)).round_dp_with_strategy(1, MidpointAwayFromZero);
            assert_eq!(figure(&said(&received)), millions, "{role}: core income");
        }
        let tiles = all(main, ".tile:not(.own)");
        assert!(!tiles.is_empty(), "{role} has tiles");
        for tile in tiles {
            let title = said(&all(tile, "h2")[0]);
            let href = all(tile, ".row > a")[0].attr("href").unwrap();
            let count: usize =
                said(&all(tile, ".row > a")[0]).split(' ').next().unwrap().replace(',', "").parse().unwrap();
            let (found, sums) = rows(&site, href, &cookie).await;
            assert_eq!(count, found, "{role}: {title}");
            for sum in all(tile, ".money a") {
                let (_, of_list) = rows(&site, sum.attr("href").unwrap(), &cookie).await;
                let currency = of_list.keys().next().unwrap().clone();
                assert_eq!(BTreeMap::from([(currency.clone(), figure(&said(&sum)))]), of_list, "{role}: {title}");
                assert_eq!(sums[&currency], of_list[&currency], "{role}: {title}");
            }
            assert_eq!(all(tile, "tbody tr").len(), if all(tile, "table").is_empty() { 0 } else { found.min(6) });
        }
    }
    site.close().await;
}
