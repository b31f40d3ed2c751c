//! What we owe donors, on pages: the list and its numbers, the life of a report, what an agreement asks for.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use dis::access::Role;
use dis::lists::scope::REPORT_COUNTS;

use crate::pages::Site;

/// The references in the list at an address, read from its file.
async fn listed(site: &Site, cookie: &str, query: &str) -> BTreeSet<String> {
    let file = site.get(&format!("/donor-reports.csv?{query}"), cookie).await;
    assert_eq!(file.status, StatusCode::OK, "{query}: {}", file.body);
    let mut reader = csv::Reader::from_reader(file.body.as_bytes());
    let header = reader.headers().unwrap().iter().collect::<Vec<_>>().join(",");
    assert_eq!(header, "ref,donor_code,unit_code,pledge_ref,kind,final,title,due_on,submitted_on,state,days_late");
    reader.records().map(|row| row.unwrap()[0].to_owned()).collect()
}

#[tokio::test]
async fn the_rows_behind_every_number_are_those_the_rule_counts() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Manager).await;
    for day in ["2020-12-31", "2021-07-31", "2026-11-23"] {
        let of = async |counted: &str| listed(&site, &cookie, &format!("as_of={day}&counted={counted}")).await;
        // Said once more, of the facts themselves, for what the columns of the table show.
        let counts: (i64, i64, i64, i64) = sqlx::query_as(
            "select count(*), count(*) filter (where sent_on is not null and returned_on is null),
                    count(*) filter (where sent_on is not null and returned_on is null and on_time),
                    count(*) filter (where (sent_on is null or returned_on is not null) and due_on < $1::date)
             from report_states where valid @> $1::date and upper_inf(known) and owed and waived_on is null
                and due_on <= $1::date",
        )
        .bind(day)
        .fetch_one(&site.ground.db.pages)
        .await
        .unwrap();
        let (due, submitted, outstanding) = (of("due").await, of("submitted").await, of("outstanding").await);
        let (on_time, overdue) = (of("on_time").await, of("overdue").await);
        let many = |set: &BTreeSet<String>| i64::try_from(set.len()).unwrap();
        assert_eq!((many(&due), many(&submitted), many(&on_time), many(&overdue)), counts, "{day}");
        assert!(
            submitted.is_disjoint(&outstanding) && on_time.is_subset(&submitted) && overdue.is_subset(&outstanding)
        );
        assert_eq!(submitted.union(&outstanding).cloned().collect::<BTreeSet<_>>(), due);
        // What the page shows at the same address is as many.
        let page = site.get(&format!("/donor-reports?as_of={day}&counted=due"), &cookie).await;
        assert!(page.body.contains(&format!("{} rows", due.len())), "{day}");
    }
    for counted in REPORT_COUNTS {
        listed(&site, &cookie, &format!("counted={counted}&unit=ROAF&since=2020-01-01")).await;
    }
    let soon = async |days: u8| listed(&site, &cookie, &format!("as_of=2021-07-31&counted=due_soon_{days}")).await;
    assert!(soon(30).await.is_subset(&soon(60).await) && soon(60).await.is_subset(&soon(90).await));
    assert_eq!(site.get("/donor-reports?counted=most", &cookie).await.status, StatusCode::BAD_REQUEST);
    site.close().await;
}
