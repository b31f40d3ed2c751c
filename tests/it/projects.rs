//! Projects and how they run: files with everything wrong in them, forms as every role, versions as of a day and known
//! at an instant, and every figure opening to its rows.

use axum::http::StatusCode;
use dis::access::Role;
use dis::imports::{Kind, Outcome};
use rust_decimal::{Decimal, dec};

use crate::entering::{enter, fill, send};
use crate::loading::{Desk, told};
use crate::pages::{Answer, Site};

const PROJECT: &str = "code,title,unit,starts_on,ends_on,budget_usd,countries,status,agreed_on\n";

fn counts(outcome: &Outcome) -> (u64, u64, u64, u64) {
    (outcome.added, outcome.changed, outcome.unchanged, outcome.rejected)
}

#[tokio::test]
async fn every_bad_cell_of_a_project_is_named_and_nothing_lands() {
    let desk = Desk::new().await;
    let file = format!(
        "{PROJECT}A,First,GSD,2021-01-01,2021-12-31,1000,KEN; som,,
B,Ends before it starts,GSD,2021-02-01,2021-01-31,1,,,
C,No such unit,NOWHERE,2021-01-01,2021-12-31,1,,,
D,Below nought,GSD,2021-01-01,2021-12-31,-1,,,
E,Tenths of a cent,GSD,2021-01-01,2021-12-31,1.005,,,
F,No such country,GSD,2021-01-01,2021-12-31,1,KEN;XXX,,
G,Of no beginning,GSD,2021-01-01,2021-12-31,1,,,2021-06-01
A,First,GSD,2021-01-01,2021-12-31,2000,,,2199-01-01
"
    );
    let refused = desk.load(Kind::Projects, &file).await;
    let wanted = [
        (2, "countries", "KEN; som", "country-of-list-unknown"),
        (3, "ends_on", "2021-01-31", "ends-before-start"),
        (4, "unit", "NOWHERE", "unit-unknown"),
        (5, "budget_usd", "-1", "below-zero"),
        (6, "budget_usd", "1.005", "decimals"),
        (7, "countries", "KEN;XXX", "country-of-list-unknown"),
        (8, "agreed_on", "2021-06-01", "project-without-beginning"),
        (9, "agreed_on", "2199-01-01", "day-after-today"),
    ];
    assert_eq!(told(&refused.errors), wanted);
    assert_eq!(desk.count("select count(*) from projects").await, 0);

    let first = format!("{PROJECT}A,First,GSD,2021-01-01,2021-12-31,1000.00,SOM; KEN;KEN,Begun,\n");
    assert_eq!(counts(&desk.load(Kind::Projects, &first).await), (1, 0, 0, 0));
    // The same countries in another order are the same; another title is an edit, another budget needs a reason.
    let same = format!("{PROJECT}A,First,GSD,2021-01-01,2021-12-31,1000,KEN;SOM,Begun,\n");
    assert_eq!(counts(&desk.load(Kind::Projects, &same).await), (0, 0, 1, 0));
    let renamed = same.replace("First", "Renamed").replace("Begun", "Running");
    assert_eq!(counts(&desk.load(Kind::Projects, &renamed).await), (0, 1, 0, 0));
    let dearer = renamed.replace(",1000,", ",1200,");
    let refused = desk.load(Kind::Projects, &dearer).await;
    assert_eq!(told(&refused.errors), [(2, "budget_usd", "1200", "differs")]);
    assert_eq!(desk.correct(Kind::Projects, &dearer).await.changed, 1);
    // What holds from a day on says all that holds from it; a title of its own is not used.
    let little =
        "code,title,unit,starts_on,ends_on,budget_usd,agreed_on\nA,Other,GSD,2021-01-01,2022-06-30,1500,2021-06-01\n";
    assert_eq!(told(&desk.load(Kind::Projects, little).await.errors)[0].3, "says-too-little");
    let anew = format!("{PROJECT}A,Other,GSD,2021-01-01,2022-06-30,1500,KEN,,2021-06-01\n");
    let landed = desk.load(Kind::Projects, &anew).await;
    assert_eq!((counts(&landed), told(&landed.warnings)[0].3), ((1, 0, 0, 0), "label-of-first-row"));
    let none = format!("{PROJECT}N,No budget,GSD,2021-01-01,2021-12-31,0,,,\n");
    assert_eq!(told(&desk.load(Kind::Projects, &none).await.warnings), [(2, "budget_usd", "0", "no-budget")]);
    desk.close().await;
}

#[tokio::test]
async fn milestones_and_sentences_by_quarter_come_from_files_too() {
    let desk = Desk::new().await;
    let project = format!("{PROJECT}A,First,GSD,2021-02-01,2021-12-31,1000,,,\n");
    assert!(desk.load(Kind::Projects, &project).await.accepted());
    let head = "project,number,milestone,planned_on,reached_on,agreed_on\n";
    let bad = format!(
        "{head}B,1,Nobody's,2021-06-30,,\nA,0,No number,2021-06-30,,\nA,2,Not yet,2021-06-30,2199-01-01,\n\
         A,3,Beside the wrong plan,2021-06-30,2021-06-01,2021-03-01\nA,4,,2021-06-30,,\n"
    );
    let refused = desk.load(Kind::Milestones, &bad).await;
    let wanted = [
        (2, "project", "B", "project-unknown"),
        (3, "number", "0", "not-a-whole-number"),
        (4, "reached_on", "2199-01-01", "day-after-today"),
        (5, "reached_on", "2021-06-01", "reached-beside-a-later-plan"),
        (6, "milestone", "", "required"),
    ];
    assert_eq!(told(&refused.errors), wanted);
    let file = format!("{head}A,1,Wells,2021-06-30,,\nA,1,Wells,2021-09-30,,2021-06-01\nA,2,Handover,2021-12-31,,\n");
    assert_eq!(counts(&desk.load(Kind::Milestones, &file).await), (3, 0, 0, 0));
    assert_eq!(desk.load(Kind::Milestones, &file).await.unchanged, 3);
    // The day it was reached is an event that is added; another day, or another plan, needs a reason.
    let reached = file.replace("Wells,2021-06-30,,", "Wells,2021-06-30,2021-09-15,");
    assert_eq!(counts(&desk.load(Kind::Milestones, &reached).await), (0, 1, 2, 0));
    let other = reached.replace("2021-09-15", "2021-09-16");
    assert_eq!(told(&desk.load(Kind::Milestones, &other).await.errors), [(2, "reached_on", "2021-09-16", "differs")]);
    assert_eq!(desk.correct(Kind::Milestones, &other).await.changed, 1);
    assert_eq!(desk.count("select count(*) from milestone_events where voided_at is null").await, 1);

    let head = "project,quarter,sentence\n";
    let bad = format!("{head}A,2021-Q5,No such\nA,2021-07,A month\nA,2199-Q1,To come\nA,2021-Q1,\n");
    let wanted = [
        (2, "quarter", "2021-Q5", "not-a-quarter"),
        (3, "quarter", "2021-07", "not-a-quarter"),
        (4, "quarter", "2199-Q1", "quarter-to-come"),
        (5, "sentence", "", "required"),
    ];
    assert_eq!(told(&desk.load(Kind::ProjectStatuses, &bad).await.errors), wanted);
    let file = format!("{head}A,2021-Q1,Begun.\nA,2021-Q2,The wells are late.\n");
    assert_eq!(counts(&desk.load(Kind::ProjectStatuses, &file).await), (2, 0, 0, 0));
    assert_eq!(desk.load(Kind::ProjectStatuses, &file).await.unchanged, 2);
    desk.close().await;
}

#[tokio::test]
async fn expenditure_already_there_is_refused_without_a_reason_and_what_goes_back_lands() {
    let desk = Desk::new().await;
    let project = format!("{PROJECT}A,First,GSD,2021-02-01,2021-12-31,1000,,,\n");
    assert!(desk.load(Kind::Projects, &project).await.accepted());
    let bad = "project,month,amount_usd\nA,2021-13,1\nA,2021-02-02,1\nA,2199-01,1\nB,2021-03,1\nA,2021-03,1.234\nA,2021-04,\nA,2021-05,1\nA,2021-05,2\n";
    let refused = desk.load(Kind::Expenditures, bad).await;
    let wanted = [
        (2, "month", "2021-13", "not-a-month"),
        (3, "month", "2021-02-02", "not-a-month"),
        (4, "month", "2199-01", "month-to-come"),
        (5, "project", "B", "project-unknown"),
        (6, "amount_usd", "1.234", "decimals"),
        (7, "amount_usd", "", "required"),
        (9, "project", "A", "key-twice"),
    ];
    assert_eq!(told(&refused.errors), wanted);
    assert_eq!(desk.count("select count(*) from expenditures").await, 0);

    let file = "project,month,amount_usd\nA,2021-01,5\nA,2021-03,100.50\nA,2021-04,-20.5\nA,2022-01,1\n";
    let landed = desk.load(Kind::Expenditures, file).await;
    let odd = [
        (2, "month", "2021-01", "spent-before-start"),
        (4, "amount_usd", "-20.5", "spent-below-nought"),
        (5, "month", "2022-01", "spent-after-end"),
    ];
    assert_eq!((counts(&landed), told(&landed.warnings)), ((4, 0, 0, 0), odd.to_vec()));
    assert_eq!(desk.load(Kind::Expenditures, file).await.unchanged, 4);
    // A spreadsheet makes the first day of a month.
    assert_eq!(desk.load(Kind::Expenditures, "project,month,amount_usd\nA,2021-03-01,100.5\n").await.unchanged, 1);
    let other = "project,month,amount_usd\nA,2021-03,101\n";
    let refused = desk.load(Kind::Expenditures, other).await;
    assert_eq!(told(&refused.errors), [(2, "amount_usd", "101", "differs")]);
    assert_eq!(desk.correct(Kind::Expenditures, other).await.changed, 1);
    // A pledge of a project nobody knows lands all the same.
    let pledge = "ref,donor,unit,fund,earmarking,currency,amount,pledged_on,project\nP-9,SWE,GSD,FEM,soft,EUR,1,2021-01-01,NONE\n";
    assert_eq!(
        told(&desk.load(Kind::Pledges, pledge).await.warnings),
        [(2, "project", "NONE", "project-not-known-yet")]
    );
    desk.close().await;
}

fn rows(file: &Answer) -> Vec<csv::StringRecord> {
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    csv::Reader::from_reader(file.body.as_bytes()).records().map(Result::unwrap).collect()
}

fn sum(rows: &[csv::StringRecord], column: usize) -> Decimal {
    rows.iter().map(|row| row[column].parse::<Decimal>().unwrap()).sum()
}

#[tokio::test]
async fn every_figure_opens_to_exactly_its_rows() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Manager).await;
    for query in [
        "as_of=2021-07-31",
        "as_of=2021-07-31&unit=ROAS",
        "as_of=2022-12-31&donor=EUROPEAN-UNION",
        "country=MOZ",
        "as_of=2021-07-31&unit=CO-SOM",
        "donor=SWE",
    ] {
        let page = site.get(&format!("/implementation?{query}"), &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{query}: {}", page.body);
        let html = page.page();
        let link = |selector: &str| -> Vec<(String, String)> {
            let selector = scraper::Selector::parse(selector).unwrap();
            let found = html.select(&selector);
            found
                .map(|one| {
                    (
                        one.text().collect(),
                        one.attr("href").unwrap().replace("/implementation?", "/implementation.csv?"),
                    )
                })
                .collect()
        };
        let figures = link("dl.figures dd a.fig");
        assert_eq!(figures.len(), 5, "{query}");
        for (figure, href) in figures {
            let behind = rows(&site.get(&href, &cookie).await);
            assert_eq!(figure, behind.len().to_string(), "{href}");
        }
        // Budget, expenditure, funding received.
        for ((figure, href), column) in link("table.shares a.fig").into_iter().zip([6, 7, 12]) {
            let behind = rows(&site.get(&href, &cookie).await);
            assert_eq!(figure.replace(',', "").replace('−', "-"), format!("{:.2}", sum(&behind, column)), "{href}");
        }
        // By unit, country and donor: counts and money, each as its rows.
        for (figure, href) in link("section table.tight:not(.shares) td a.fig") {
            let behind = rows(&site.get(&href, &cookie).await);
            let column = [("sort=budget", 6), ("sort=expenditure", 7)].iter().find(|(sort, _)| href.contains(sort));
            match column {
                Some((_, column)) => {
                    assert_eq!(
                        figure.replace(',', "").replace('−', "-"),
                        format!("{:.2}", sum(&behind, *column)),
                        "{href}"
                    );
                }
                None if href.contains("sort=received") => {}
                None => assert_eq!(figure, behind.len().to_string(), "{href}"),
            }
        }
    }
    // What a project spent and received is what its rows add up to.
    let all = rows(&site.get("/implementation.csv?as_of=2021-07-31", &cookie).await);
    let one = all.iter().find(|row| &row[1] == "SOM-LOG3").unwrap();
    assert_eq!(&one[10], "late");
    let spent = rows(&site.get("/expenditures.csv?project=SOM-LOG3&as_of=2021-07-31", &cookie).await);
    assert_eq!(sum(&spent, 4), one[7].parse().unwrap());
    let received = rows(&site.get("/contributions.csv?project=SOM-LOG3&state=cash&as_of=2021-07-31", &cookie).await);
    assert_eq!(sum(&received, 8), one[12].parse().unwrap());
    let reports =
        rows(&site.get("/donor-reports.csv?project=SOM-LOG3&counted=overdue&as_of=2021-07-31", &cookie).await);
    assert_eq!(reports.len().to_string(), one[15]);
    // The most worrying stand first, and pledges of unknown projects are shown as a gap.
    let first: Vec<&str> = all.iter().take(3).map(|row| &row[10]).collect();
    assert_eq!(first, ["late", "late", "late"]);
    let unknown = rows(&site.get("/pledges.csv?state=unknown_project", &cookie).await);
    assert_eq!(unknown.iter().map(|row| row[0].to_owned()).collect::<Vec<_>>(), ["P-2025-008"]);
    site.close().await;
}

async fn row(site: &Site, cookie: &str, query: &str, code: &str) -> [String; 4] {
    let all = rows(&site.get(&format!("/implementation.csv?{query}"), cookie).await);
    let found = all.iter().find(|row| &row[1] == code).unwrap_or_else(|| panic!("{query}: {code}"));
    [5, 6, 8, 9].map(|at| found[at].to_owned())
}

#[tokio::test]
async fn a_budget_agreed_on_anew_holds_from_its_day_and_is_known_from_its_instant() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::ResourceMobilization).await;
    let before: String = {
        let at: chrono::DateTime<chrono::Utc> =
            sqlx::query_scalar("select recorded_at from change_head").fetch_one(&site.ground.db.pages).await.unwrap();
        at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
    };
    let old = row(&site, &cookie, "as_of=2026-10-31", "GSD-IUP").await;
    let form = "/projects/GSD-IUP/anew";
    let no_day = enter(&site, form, &cookie, &[("budget_usd", "2,000,000")]).await;
    assert_eq!((no_day.status, no_day.texts("#agreed_on-e").len()), (StatusCode::UNPROCESSABLE_ENTITY, 1));
    let changes = [("agreed_on", "1 Nov 2026"), ("budget_usd", "2,000,000"), ("ends_on", "31 Dec 2027")];
    let done = enter(&site, form, &cookie, &changes).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let page = site.get(done.location(), &cookie).await;
    assert_eq!(page.texts(".flash p"), ["New dates or a new budget of project GSD-IUP were recorded."]);
    assert_eq!(row(&site, &cookie, "as_of=2026-10-31", "GSD-IUP").await, old, "before the day the old one holds");
    let new = row(&site, &cookie, "as_of=2026-11-01", "GSD-IUP").await;
    assert_eq!((new[0].as_str(), new[1].as_str()), ("2027-12-31", "2000000.00"));
    let then = row(&site, &cookie, &format!("as_of=2026-11-01&known_at={before}"), "GSD-IUP").await;
    assert_eq!(then[..2], old[..2], "what was known then stays as it was");
    // The day is taken now; what was wrong is corrected for a reason, and taken back.
    let again = enter(&site, form, &cookie, &changes).await;
    assert_eq!(again.texts("#agreed_on-e").len(), 1, "{}", again.body);
    let edit = "/projects/GSD-IUP/edit?agreed_on=2026-11-01";
    let silent = enter(&site, edit, &cookie, &[("budget_usd", "1,900,000")]).await;
    assert_eq!((silent.status, silent.texts("#reason-e").len()), (StatusCode::UNPROCESSABLE_ENTITY, 1));
    let said = fill(&silent, &[("reason", "the signed page says so")]);
    let corrected = send(&site, "/projects/GSD-IUP/edit", &cookie, &said).await;
    assert_eq!(corrected.status, StatusCode::SEE_OTHER, "{}", corrected.body);
    assert_eq!(row(&site, &cookie, "", "GSD-IUP").await[1], "1900000.00");
    let change = corrected.location().split("done=").nth(1).unwrap().to_owned();
    let undone = enter(&site, &format!("/changes/{change}/undo"), &cookie, &[("reason", "a slip")]).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.body);
    assert_eq!(row(&site, &cookie, "", "GSD-IUP").await[1], "2000000.00");
    assert!(site.get(undone.location(), &cookie).await.body.contains("2,000,000.00"));
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn staff_keep_the_projects_of_their_unit_with_milestones_and_a_sentence_a_quarter() {
    let site = Site::new().await;
    // Of the regional office for Africa.
    let cookie = site.sign_in(Role::UnitStaff).await;
    let fields = [
        ("code", "ROAF-NEW"),
        ("title", "A new one <b>"),
        ("starts_on", "1 Jan 2026"),
        ("ends_on", "31 Dec 2027"),
        ("budget_usd", "500,000"),
        ("countries", "ken, som"),
    ];
    let done = enter(&site, "/projects/new", &cookie, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(site.get("/projects/LBN-TRI/edit", &cookie).await.status, StatusCode::FORBIDDEN);
    let lent = site.get("/projects/new", &cookie).await;
    let foreign = fill(&lent, &[&[("unit", "GSD"), ("code", "X2")][..], &fields[1..]].concat());
    assert_eq!(send(&site, "/projects/new", &cookie, &foreign).await.status, StatusCode::FORBIDDEN);
    let taken = enter(&site, "/projects/new", &cookie, &fields).await;
    assert!(taken.texts("#code-e")[0].contains("is there already"), "{}", taken.body);

    let at = "/projects/ROAF-NEW";
    let planned = [("milestone", "Handbook printed"), ("planned_on", "30 Jun 2026")];
    let added = enter(&site, &format!("{at}/milestones/new"), &cookie, &planned).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
    let edit = format!("{at}/milestones/1");
    let two = site.get(&edit, &cookie).await;
    let anew = enter(&site, &edit, &cookie, &[("planned_on", "30 Sep 2026"), ("agreed_on", "1 Jun 2026")]).await;
    assert_eq!(anew.status, StatusCode::SEE_OTHER, "{}", anew.body);
    let late = send(&site, &edit, &cookie, &fill(&two, &[("reached_on", "15 Oct 2026")])).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.texts("#planned_on-t")[0].contains("30 Sep 2026"), "{}", late.body);
    let reached = send(&site, &edit, &cookie, &fill(&late, &[])).await;
    assert_eq!(reached.status, StatusCode::SEE_OTHER, "{}", reached.body);
    let page = site.get(at, &cookie).await;
    assert!(page.body.contains("Planned for 30 Sep 2026, first for 30 Jun 2026"), "{}", page.body);
    assert!(page.body.contains("Reached on 15 Oct 2026, 15 days late") && page.body.contains("A new one &#60;b&#62;"));
    // Before the new plan was agreed on the old one held, and nothing had been reached.
    let then = site.get(&format!("{at}?as_of=2026-05-31"), &cookie).await;
    assert!(then.body.contains("Planned for 30 Jun 2026") && !then.texts(".things").concat().contains("Reached on"));

    let status = format!("{at}/status");
    let said = enter(&site, &status, &cookie, &[("sentence", "Land was transferred.")]).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.body);
    let silent = enter(&site, &status, &cookie, &[("sentence", "Land was not transferred.")]).await;
    assert_eq!((silent.status, silent.texts("#reason-e").len()), (StatusCode::UNPROCESSABLE_ENTITY, 1));
    let why = send(&site, &status, &cookie, &fill(&silent, &[("reason", "the ministry says so")])).await;
    assert_eq!(why.status, StatusCode::SEE_OTHER, "{}", why.body);
    let page = site.get(at, &cookie).await;
    let things = page.texts(".things").concat();
    assert!(things.contains("Q4 2026") && things.contains("Land was not transferred."), "{things}");
    assert!(page.texts("#history ~ *").concat().contains("Land was transferred."), "history keeps the first sentence");
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn finance_records_what_was_spent_and_a_project_that_spent_is_not_taken_out() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Finance).await;
    let fields = [("project", "KI-DATA"), ("month", "Oct 2026"), ("amount_usd", "\u{2212}1,250.50")];
    let done = enter(&site, "/expenditures/new", &cookie, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let told = site.get(done.location(), &cookie).await;
    assert!(told.location().starts_with("/projects/KI-DATA?done="), "{}", told.location());
    let page = site.get(told.location(), &cookie).await;
    let flash = page.texts(".flash p").concat();
    assert!(flash.starts_with("Expenditure of project KI-DATA was recorded."), "{flash}");
    assert!(flash.contains("below zero") && flash.contains("before the project starts"), "{flash}");
    let amount: Decimal = sqlx::query_scalar("select amount_usd from expenditures where key = 'KI-DATA 2026-10'")
        .fetch_one(&site.ground.db.pages)
        .await
        .unwrap();
    assert_eq!(amount, dec!(-1250.50));
    let edit = "/expenditures/KI-DATA/edit?month=2026-10";
    let silent = enter(&site, edit, &cookie, &[("amount_usd", "10")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);

    // A new project that something was spent on cannot be taken back before what was spent.
    let keeper = site.sign_in(Role::ResourceMobilization).await;
    let fields = [
        ("code", "NEW"),
        ("title", "New"),
        ("unit", "GSD"),
        ("starts_on", "1 Jan 2026"),
        ("ends_on", "31 Dec 2026"),
        ("budget_usd", "0"),
    ];
    let made = enter(&site, "/projects/new", &keeper, &fields).await;
    let change = made.location().split("done=").nth(1).unwrap().to_owned();
    let fields = [("project", "NEW"), ("month", "Sep 2026"), ("amount_usd", "7")];
    assert_eq!(enter(&site, "/expenditures/new", &cookie, &fields).await.status, StatusCode::SEE_OTHER);
    let refused = enter(&site, &format!("/changes/{change}/undo"), &keeper, &[("reason", "a slip")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Something is recorded of project NEW"), "{}", refused.body);
    // Found by the palette, and without a budget there is no rate.
    let found = site.get("/suggest?q=urban+data", &keeper).await;
    assert!(found.body.contains("/projects/KI-DATA"), "{}", found.body);
    let page = site.get("/projects/NEW", &keeper).await;
    assert!(page.body.contains("Without a budget there is no delivery rate."), "{}", page.body);
    site.close().await;
}
