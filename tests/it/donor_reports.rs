//! What we owe donors, on pages: the list and its numbers, the life of a report, what an agreement asks for.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use dis::access::Role;
use dis::demo;
use dis::lists::scope::REPORT_COUNTS;

use crate::entering::{enter, fill, send};
use crate::pages::{Answer, Site};

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

/// Somebody of the demonstration, signed in.
async fn sign_in(site: &Site, email: &str) -> String {
    let answer = site.try_to_sign_in(email, demo::PASSWORD, "/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{email}");
    answer.cookies()
}

/// Opens a form, fills it in, sends it, and follows to the page where it is seen.
async fn done(site: &Site, address: &str, cookie: &str, changes: &[(&str, &str)]) -> Answer {
    let answer = enter(site, address, cookie, changes).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{address}: {}", answer.texts("#summary li").join(" | "));
    site.get(answer.location(), cookie).await
}

/// What a refused form says.
async fn refused(site: &Site, address: &str, cookie: &str, changes: &[(&str, &str)]) -> Vec<String> {
    let answer = enter(site, address, cookie, changes).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}: {}", answer.body);
    answer.texts("#summary li")
}

/// The state of a report in the list.
async fn state(site: &Site, cookie: &str, reference: &str, day: &str) -> (String, String) {
    let file = site.get(&format!("/donor-reports.csv?q={reference}&as_of={day}"), cookie).await;
    let mut reader = csv::Reader::from_reader(file.body.as_bytes());
    let row = reader.records().map(Result::unwrap).find(|row| &row[0] == reference).unwrap();
    (row[9].to_owned(), row[7].to_owned())
}

const REPORT: [(&str, &str); 8] = [
    ("ref", "DR-T1"),
    ("pledge", "P-2024-008"),
    ("kind", "financial"),
    ("period_from", "1 Jan 2026"),
    ("period_to", "30 Jun 2026"),
    ("due_on", "30 Sep 2026"),
    ("unit", "ROAF"),
    ("title", "Half a year"),
];

#[tokio::test]
async fn a_report_is_drafted_cleared_sent_returned_and_sent_again() {
    let site = Site::new().await;
    let staff = sign_in(&site, "lucia.ferrer@demo.example").await;
    let at = "/donor-reports/DR-T1";
    let wrong = [&REPORT[..], &[("pledge", "P-1"), ("period_from", "1 Jul 2026"), ("unit", "GSD")]].concat();
    let told = refused(&site, "/donor-reports/new", &staff, &wrong).await;
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].starts_with("Pledge: ") && told[1].starts_with("Period to: Ends before it begins"), "{told:?}");
    assert!(told[2].contains("not your unit"), "{told:?}");
    let page = done(&site, "/donor-reports/new", &staff, &REPORT).await;
    assert_eq!(page.texts(".flash p"), ["Report DR-T1 was recorded."]);
    assert_eq!(state(&site, &staff, "DR-T1", "2026-11-23").await.0, "overdue");
    assert_eq!(page.texts("h1 .tag"), ["Overdue", "Financial"]);

    done(&site, &format!("{at}/drafted"), &staff, &[("happened_on", "5 Oct 2026")]).await;
    let told = refused(&site, &format!("{at}/division_cleared"), &staff, &[("happened_on", "1 Oct 2026")]).await;
    assert_eq!(told, ["On: Is before the step before it, 2026-10-05."]);
    done(&site, &format!("{at}/division_cleared"), &staff, &[("happened_on", "12 Oct 2026")]).await;
    let told = refused(&site, &format!("{at}/delayed"), &staff, &[("happened_on", "15 Oct 2026")]).await;
    assert!(told[0].starts_with("Cause: Say what delays it"), "{told:?}");
    let delay = [("happened_on", "15 Oct 2026"), ("cause", "field_data"), ("reason", "the June figures")];
    done(&site, &format!("{at}/delayed"), &staff, &delay).await;
    // Finance clears the figures of any unit's report, and nothing else.
    let finance = site.sign_in(Role::Finance).await;
    done(&site, &format!("{at}/finance_cleared"), &finance, &[("happened_on", "20 Oct 2026")]).await;
    assert_eq!(site.get(&format!("{at}/sent"), &finance).await.status, StatusCode::FORBIDDEN);
    let told = refused(&site, &format!("{at}/sent"), &staff, &[("happened_on", "24 Nov 2026")]).await;
    assert!(told[0].starts_with("On: "), "the future: {told:?}");
    let told = refused(&site, &format!("{at}/sent"), &staff, &[("happened_on", "31 Dec 2025")]).await;
    assert!(told[0].contains("before the period began"), "{told:?}");

    // The same form twice sends once; one drawn before that is told so.
    let form = site.get(&format!("{at}/sent"), &staff).await;
    let late = site.get(&format!("{at}/sent"), &staff).await;
    let fields = fill(&form, &[("happened_on", "2 Nov 2026"), ("letter", "L-17")]);
    let sent = send(&site, &format!("{at}/sent"), &staff, &fields).await;
    let twice = send(&site, &format!("{at}/sent"), &staff, &fields).await;
    assert_eq!((sent.status, twice.location()), (StatusCode::SEE_OTHER, sent.location()));
    let stale = send(&site, &format!("{at}/sent"), &staff, &fill(&late, &[("happened_on", "3 Nov 2026")])).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert_eq!(state(&site, &staff, "DR-T1", "2026-11-23").await.0, "submitted");

    let told = refused(&site, &format!("{at}/returned"), &staff, &[("happened_on", "1 Nov 2026")]).await;
    assert_eq!(told, ["On: Is before it was sent, 2026-11-02."]);
    let why = [("happened_on", "10 Nov 2026"), ("reason", "a table is missing")];
    done(&site, &format!("{at}/returned"), &staff, &why).await;
    assert_eq!(state(&site, &staff, "DR-T1", "2026-11-23").await.0, "returned");
    done(&site, &format!("{at}/sent"), &staff, &[("happened_on", "16 Nov 2026")]).await;
    let page = done(&site, &format!("{at}/accepted"), &staff, &[("happened_on", "20 Nov 2026")]).await;
    assert_eq!(page.texts("h1 .tag"), ["Submitted", "Financial"]);
    let life = page.texts("section[aria-labelledby=s1] tbody tr");
    let told: Vec<String> = life.iter().map(|row| row.split_whitespace().collect::<String>()).collect();
    assert_eq!(
        told,
        [
            "Drafted5Oct202696",
            "Divisioncleared12Oct20267",
            "Financecleared20Oct20268",
            "Sent2Nov202613LetterL-17",
            "Returned10Nov20268atableismissing",
            "Sent,sending216Nov20266",
            "Accepted,sending220Nov20264",
            "Delayed:Datafromthefield:theJunefigures15Oct2026",
        ]
    );
    let told = refused(&site, &format!("{at}/returned"), &staff, &[("happened_on", "21 Nov 2026")]).await;
    assert_eq!(told, ["This step cannot be taken as the report stands. Look at it once more."]);
    // A wrong day is put right, with a reason; the first sending is not taken back from under what followed.
    let told = refused(&site, &format!("{at}/sent?round=1"), &staff, &[("happened_on", "1 Nov 2026")]).await;
    assert_eq!(told.len(), 1, "{told:?}");
    let right = [("happened_on", "1 Nov 2026"), ("why", "the letter is of the first")];
    done(&site, &format!("{at}/sent?round=1"), &staff, &right).await;
    let undo = site.get(&format!("/changes/{}/undo", sent.location().rsplit('=').next().unwrap()), &staff).await;
    assert_eq!(undo.status, StatusCode::OK, "{}", undo.body);
    let history = site.get(at, &staff).await;
    assert!(
        history.body.contains("Report DR-T1 was sent.")
            && history.body.contains("A step of report DR-T1 was corrected."),
        "{}",
        history.body
    );
    // Found by its words, in the palette too.
    let found = site.get("/search?q=half+a+year", &staff).await;
    assert!(found.body.contains("/donor-reports/DR-T1"), "{}", found.body);
    // Another unit's staff change nothing of it.
    let other = sign_in(&site, "mehmet.arslan@demo.example").await;
    for act in ["drafted", "sent", "extend", "waive", "assign"] {
        assert_eq!(site.get(&format!("{at}/{act}"), &other).await.status, StatusCode::FORBIDDEN, "{act}");
    }
    let page = site.get(at, &other).await;
    assert!(page.texts("main .head .row a").is_empty(), "{:?}", page.texts("main .head .row a"));
    let told =
        refused(&site, &format!("{at}/edit"), &other, &[("title", "Mine"), ("unit", "ROAF"), ("reason", "x")]).await;
    assert!(told.iter().any(|line| line.contains("not your unit")), "{told:?}");
    site.close().await;
}

#[tokio::test]
async fn extensions_and_waivers_count_once_they_are_confirmed() {
    let site = Site::new().await;
    let staff = sign_in(&site, "lucia.ferrer@demo.example").await;
    let mobilizer = site.sign_in(Role::ResourceMobilization).await;
    done(&site, "/donor-reports/new", &staff, &REPORT).await;
    let at = "/donor-reports/DR-T1";
    let extension = [("agreed_on", "1 Nov 2026"), ("due_on", "31 Aug 2026"), ("reason", "floods")];
    let told = refused(&site, &format!("{at}/extend"), &staff, &extension).await;
    assert_eq!(told, ["Due from then on: Must be later than the day it is due now"]);
    let extension = [("agreed_on", "1 Nov 2026"), ("due_on", "31 Dec 2026"), ("reason", "")];
    assert_eq!(refused(&site, &format!("{at}/extend"), &staff, &extension).await, ["Reason: Say why"]);
    let extension = [("agreed_on", "1 Nov 2026"), ("due_on", "31 Dec 2026"), ("reason", "floods")];
    let page = done(&site, &format!("{at}/extend"), &staff, &extension).await;
    assert!(page.texts("h1 .tag").contains(&"To be confirmed".to_owned()));
    assert_eq!(state(&site, &staff, "DR-T1", "2026-11-23").await, ("overdue".into(), "2026-09-30".into()));
    let confirm = format!("{at}/confirm?what=extension&agreed_on=2026-11-01");
    assert_eq!(site.get(&confirm, &staff).await.status, StatusCode::FORBIDDEN, "not the unit that owes it");
    let offered = site.get(at, &mobilizer).await;
    assert!(offered.body.contains("/confirm?what=extension"), "{}", offered.body);
    assert_eq!(refused(&site, &confirm, &mobilizer, &[]).await, ["Letter: Give the reference of the donor’s letter"]);
    done(&site, &confirm, &mobilizer, &[("letter", "AFD-9")]).await;
    assert_eq!(state(&site, &staff, "DR-T1", "2026-11-23").await, ("not_due".into(), "2026-12-31".into()));
    assert_eq!(state(&site, &staff, "DR-T1", "2026-10-31").await, ("overdue".into(), "2026-09-30".into()));
    assert!(listed(&site, &staff, "counted=extended").await.contains("DR-T1"));

    // Whoever has the letter confirms at once.
    let waiver = [("agreed_on", "10 Nov 2026"), ("reason", "small"), ("confirmed", "yes")];
    let told = refused(&site, &format!("{at}/waive"), &mobilizer, &waiver).await;
    assert_eq!(told, ["Letter: Give the reference of the donor’s letter"]);
    let waiver = [&waiver[..], &[("letter", "AFD-10")]].concat();
    done(&site, &format!("{at}/waive"), &mobilizer, &waiver).await;
    assert_eq!(state(&site, &staff, "DR-T1", "2026-11-23").await.0, "waived");
    assert_eq!(state(&site, &staff, "DR-T1", "2026-11-09").await.0, "not_due");

    // Another unit and person from a day on.
    let fresh = [&REPORT[..], &[("ref", "DR-T2")]].concat();
    done(&site, "/donor-reports/new", &staff, &fresh).await;
    let moved = [("unit", "CO-SOM"), ("agreed_on", "1 Nov 2026"), ("responsible", "halima.warsame@demo.example")];
    let page = done(&site, "/donor-reports/DR-T2/assign", &staff, &moved).await;
    assert!(page.body.contains("Halima Warsame") && page.body.contains("Somalia"), "{}", page.body);
    assert!(listed(&site, &staff, "unit=CO-SOM&as_of=2026-11-01").await.contains("DR-T2"));
    assert!(!listed(&site, &staff, "unit=CO-SOM&as_of=2026-10-31").await.contains("DR-T2"));
    assert!(listed(&site, &staff, "responsible=halima.warsame%40demo.example").await.contains("DR-T2"));
    let told =
        refused(&site, "/donor-reports/DR-T2/assign", &staff, &[("unit", "GSD"), ("agreed_on", "2 Nov 2026")]).await;
    assert!(told[0].contains("not your unit"), "{told:?}");
    site.close().await;
}

#[tokio::test]
async fn several_reports_are_sent_on_a_day_all_or_none() {
    let site = Site::new().await;
    let staff = sign_in(&site, "lucia.ferrer@demo.example").await;
    let early = [&REPORT[..], &[("ref", "DR-T2"), ("due_on", "1 Oct 2026"), ("kind", "narrative")]].concat();
    let ahead = [
        &REPORT[..],
        &[("ref", "DR-T3"), ("period_from", "15 Nov 2026"), ("period_to", "30 Nov 2026"), ("due_on", "15 Dec 2026")],
    ]
    .concat();
    for report in [&REPORT[..], &early, &ahead] {
        done(&site, "/donor-reports/new", &staff, report).await;
    }
    let form = site.get("/donor-reports/sent", &staff).await;
    let rows: Vec<(String, String)> =
        fill(&form, &[]).into_iter().filter(|(name, _)| name.starts_with("of-")).collect();
    assert!(rows.iter().all(|(_, reference)| reference != "P-2024-001-F3"), "of their own unit only");
    let tick = |reference: &str| {
        let (name, _) = rows.iter().find(|(_, value)| value == reference).unwrap();
        name.replace("of-", "row-")
    };
    let (one, two, three) = (tick("DR-T1"), tick("DR-T2"), tick("DR-T3"));
    let nothing = send(&site, "/donor-reports/sent", &staff, &fill(&form, &[])).await;
    assert_eq!(nothing.texts("#summary li"), ["Tick the reports that were sent."]);
    let all = [("happened_on", "10 Nov 2026"), (&one, "yes"), (&two, "yes"), (&three, "yes")];
    let mixed = send(&site, "/donor-reports/sent", &staff, &fill(&form, &all)).await;
    assert_eq!(mixed.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = mixed.texts("#summary li");
    assert!(told.len() == 1 && told[0].starts_with("DR-T3") && told[0].contains("before the period"), "{told:?}");
    assert_eq!(state(&site, &staff, "DR-T1", "2026-11-23").await.0, "overdue", "none of them");
    let kept = fill(&mixed, &[]);
    assert_eq!(kept.iter().filter(|(name, _)| name.starts_with("row-")).count(), 3, "what was ticked stays ticked");
    let future = [("happened_on", "24 Nov 2026"), (&one, "yes"), (&two, "yes")];
    let told = send(&site, "/donor-reports/sent", &staff, &fill(&form, &future)).await.texts("#summary li");
    assert!(told.len() == 1 && told[0].starts_with("Sent on"), "{told:?}");
    let right = fill(&form, &[("happened_on", "10 Nov 2026"), (&one, "yes"), (&two, "yes")]);
    let sent = send(&site, "/donor-reports/sent", &staff, &right).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let page = site.get(sent.location(), &staff).await;
    assert_eq!(page.texts(".flash p"), ["Reports were marked as sent: DR-T1, DR-T2."]);
    for reference in ["DR-T1", "DR-T2"] {
        assert_eq!(state(&site, &staff, reference, "2026-11-23").await.0, "submitted");
    }
    // A report of another unit, put into the form by hand, is refused in a sentence.
    let other = sign_in(&site, "mehmet.arslan@demo.example").await;
    let form = site.get("/donor-reports/sent", &other).await;
    let was = r#"[{"kind":"report-events","code":"DR-T3","only":{},"rows":[]}]"#;
    let forged = fill(&form, &[("happened_on", "20 Nov 2026"), ("of-900", "DR-T3"), ("row-900", "yes"), ("was", was)]);
    let answer = send(&site, "/donor-reports/sent", &other, &forged).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.texts("#summary li")[0].contains("report of another unit"), "{:?}", answer.texts("#summary li"));
    for role in [Role::Manager, Role::Auditor, Role::Finance, Role::Admin] {
        let cookie = site.sign_in(role).await;
        assert_eq!(site.get("/donor-reports/sent", &cookie).await.status, StatusCode::FORBIDDEN, "{role}");
        assert_eq!(site.get("/donor-reports/new", &cookie).await.status, StatusCode::FORBIDDEN, "{role}");
    }
    // What is owed, by unit and person: each figure is as many as the list it opens.
    let owed = site.get("/donor-reports/owed?unit=", &staff).await;
    let html = owed.page();
    let mut figures = 0;
    for link in html.select(&scraper::Selector::parse("td.num a").unwrap()) {
        let (_, query) = link.attr("href").unwrap().split_once('?').unwrap();
        let shown: usize = link.text().collect::<String>().replace(',', "").parse().unwrap();
        assert_eq!(listed(&site, &staff, query).await.len(), shown, "{query}");
        figures += 1;
    }
    assert!(figures > 10, "{figures}");
    site.close().await;
}

#[tokio::test]
async fn clauses_make_reports_and_an_amendment_leaves_what_was_sent() {
    let site = Site::new().await;
    let mobilizer = site.sign_in(Role::ResourceMobilization).await;
    let pledge = [
        ("ref", "P-T1"),
        ("donor", "SWE"),
        ("amount", "1,000"),
        ("currency", "SEK"),
        ("unit", "CO-KEN"),
        ("fund", "FEM"),
        ("earmarking", "earmarked"),
        ("pledged_on", "1 Dec 2025"),
        ("signed_on", "15 Dec 2025"),
        ("starts_on", "1 Jan 2026"),
        ("ends_on", "31 Dec 2027"),
    ];
    done(&site, "/pledges/new", &mobilizer, &pledge).await;
    let staff = sign_in(&site, "lucia.ferrer@demo.example").await;
    let at = "/pledges/P-T1/obligations";
    let told = refused(&site, at, &staff, &[("kind-0", "narrative"), ("grace_days-0", "-3")]).await;
    assert_eq!(told, ["How often: Choose how often.", "Days of grace: A whole number of days, 0 to 3660."]);
    let clauses = [
        ("kind-0", "narrative"),
        ("every_months-0", "6"),
        ("grace_days-0", "60"),
        ("kind-1", "certified_financial"),
        ("every_months-1", "end"),
        ("first_period_from-1", ""),
        ("grace_days-1", "180"),
    ];
    let preview = enter(&site, at, &staff, &clauses).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.body);
    let rows = preview.texts(".preview tbody th > span:first-child");
    assert_eq!(rows, ["P-T1-N1", "P-T1-N2", "P-T1-N3", "P-T1-N4", "P-T1-END1"]);
    assert!(listed(&site, &staff, "pledge=P-T1").await.is_empty(), "a preview makes nothing");
    let made = send(&site, at, &staff, &fill(&preview, &[])).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    assert_eq!(listed(&site, &staff, "pledge=P-T1").await.len(), 5);
    assert_eq!(state(&site, &staff, "P-T1-N1", "2026-11-23").await, ("overdue".into(), "2026-08-29".into()));
    assert_eq!(state(&site, &staff, "P-T1-END1", "2026-11-23").await, ("not_due".into(), "2028-06-28".into()));
    // The second was sent early; the agreement then ends sooner.
    done(&site, "/donor-reports/P-T1-N2/sent", &staff, &[("happened_on", "20 Nov 2026")]).await;
    let sooner = [("agreed_on", "22 Nov 2026"), ("ends_on", "30 Nov 2026")];
    done(&site, "/pledges/P-T1/amend", &mobilizer, &sooner).await;
    let again = enter(&site, at, &staff, &[]).await;
    let rows: Vec<String> = again
        .texts(".preview tbody th > span:first-child")
        .iter()
        .zip(again.texts(".preview tbody th .tag"))
        .map(|(reference, tag)| format!("{reference} {tag}"))
        .collect();
    assert_eq!(rows, ["P-T1-END1 Moves", "P-T1-N3 Taken out", "P-T1-N4 Taken out", "P-T1-N2 Stays as it is"]);
    let why = send(&site, at, &staff, &fill(&again, &[])).await;
    assert_eq!(why.texts("#summary li").len(), 1, "{:?}", why.texts("#summary li"));
    let remade = send(&site, at, &staff, &fill(&why, &[("reason", "amendment of 22 November")])).await;
    assert_eq!(remade.status, StatusCode::SEE_OTHER, "{}", remade.body);
    let left: Vec<String> = listed(&site, &staff, "pledge=P-T1").await.into_iter().collect();
    assert_eq!(left, ["P-T1-END1", "P-T1-N1", "P-T1-N2"]);
    assert_eq!(state(&site, &staff, "P-T1-END1", "2026-11-23").await.1, "2027-05-29");
    assert_eq!(site.get("/donor-reports/P-T1-N3", &staff).await.status, StatusCode::NOT_FOUND);
    // What was known before still shows all five, and the change can be taken back whole.
    let number = remade.location().rsplit('=').next().unwrap().to_owned();
    let undo = enter(&site, &format!("/changes/{number}/undo"), &mobilizer, &[("reason", "too soon")]).await;
    assert_eq!(undo.status, StatusCode::SEE_OTHER, "{}", undo.body);
    assert_eq!(listed(&site, &staff, "pledge=P-T1").await.len(), 5);
    let other = sign_in(&site, "mehmet.arslan@demo.example").await;
    assert_eq!(site.get(at, &other).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    let page = site.get("/pledges/P-T1", &staff).await;
    assert!(page.body.contains("/pledges/P-T1/obligations") && page.body.contains("P-T1-N1"));
    site.close().await;
}
