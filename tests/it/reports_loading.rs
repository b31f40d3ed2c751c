//! Loading reports we owe donors: events, corrections, extensions and waivers, and what is refused in a sentence.

use dis::imports::Kind::{DonorReports, Pledges, ReportEvents, ReportingClauses, Units};
use dis::imports::{self, Import};
use dis::l10n::L10n;

use crate::loading::{Desk, clock, told};

const HEAD: &str = "ref,pledge,unit,kind,final,period_from,period_to,due_on,submitted_on,returned_on,resubmitted_on,waived_on,title,agreed_on,letter,reason,confirmed\n";

fn file(rows: &str) -> String {
    format!("{HEAD}{rows}")
}

/// How a report stands on a day, as known now: state, due date, whether it counts as due.
async fn standing(desk: &Desk, reference: &str, day: &str) -> (String, String, bool) {
    sqlx::query_as(
        "select report_state_of(s, $2::date), s.due_on::text, report_is_due(s, $2::date) from report_states s
         where s.report_ref = $1 and s.valid @> $2::date and upper_inf(s.known)",
    )
    .bind(reference)
    .bind(day)
    .fetch_one(&desk.ground.db.pages)
    .await
    .unwrap()
}

fn is(state: &str, due_on: &str, counts: bool) -> (String, String, bool) {
    (state.to_owned(), due_on.to_owned(), counts)
}

#[tokio::test]
async fn reports_are_loaded_and_events_added_and_a_second_loading_changes_nothing() {
    let desk = Desk::new().await;
    let rows = "R-1,P-1,GSD,narrative,,2021-01-01,2021-06-30,2021-07-31,,,,,First,,,,\n\
                R-2,P-1,GSD,financial,yes,2021-01-01,2021-12-31,2022-03-31,2022-03-31,,,,Last,,,,\n";
    let first = desk.load(DonorReports, &file(rows)).await;
    assert!(first.accepted(), "{:?}", first.refusal(L10n::ENGLISH));
    assert_eq!((first.added, first.changed, first.unchanged), (2, 0, 0));
    assert_eq!(desk.load(DonorReports, &file(rows)).await.unchanged, 2);
    assert_eq!(standing(&desk, "R-1", "2021-07-31").await, is("due", "2021-07-31", true));
    assert_eq!(standing(&desk, "R-1", "2021-08-01").await, is("overdue", "2021-07-31", true));
    assert_eq!(standing(&desk, "R-2", "2022-03-30").await, is("not_due", "2022-03-31", false));
    assert_eq!(standing(&desk, "R-2", "2022-03-31").await, is("submitted", "2022-03-31", true));
    // Before its pledge was signed nothing is owed.
    assert_eq!(standing(&desk, "R-1", "2021-01-14").await.0, "not_owed");

    let sent = "R-1,P-1,GSD,narrative,,2021-01-01,2021-06-30,2021-07-31,2021-08-05,2021-09-01,2021-09-10,,First,,,,\n";
    let sent = desk.load(DonorReports, &file(sent)).await;
    assert_eq!((sent.added, sent.changed), (0, 1), "{:?}", sent.refusal(L10n::ENGLISH));
    for (day, state) in [
        ("2021-08-04", "overdue"),
        ("2021-08-31", "submitted"),
        ("2021-09-09", "returned"),
        ("2021-09-10", "submitted"),
    ] {
        assert_eq!(standing(&desk, "R-1", day).await.0, state, "{day}");
    }
    // A file that leaves these columns out says nothing about them.
    let short = "ref,pledge,unit,kind,due_on\nR-1,P-1,GSD,narrative,2021-07-31\n";
    assert_eq!(desk.load(DonorReports, short).await.unchanged, 1);
    // Another day is a correction.
    let other = "R-1,P-1,GSD,narrative,,2021-01-01,2021-06-30,2021-07-31,2021-07-30,2021-09-01,2021-09-10,,First,,,,\n";
    let refused = desk.load(DonorReports, &file(other)).await;
    assert_eq!(told(&refused.errors), [(2, "submitted_on", "2021-07-30", "differs")]);
    let corrected = desk.correct(DonorReports, &file(other)).await;
    assert_eq!(corrected.changed, 1, "{:?}", corrected.refusal(L10n::ENGLISH));
    assert_eq!(standing(&desk, "R-1", "2021-07-31").await.0, "submitted");
    assert_eq!(desk.load(DonorReports, &file(other)).await.unchanged, 1);
    desk.close().await;
}

#[tokio::test]
async fn an_extension_holds_from_the_day_it_was_agreed_and_a_move_takes_the_report_with_it() {
    let desk = Desk::new().await;
    desk.load(Units, "code,name,kind\nROAF,Africa,regional_office\n").await;
    let rows = "R-1,P-1,GSD,narrative,,,,2021-07-31,,,,,,,,,\n\
                R-1,P-1,GSD,narrative,,,,2021-10-31,,,,,,2021-08-10,L-7,flood,\n\
                R-1,P-1,ROAF,narrative,,,,2021-10-31,,,,,,2021-09-01,,,\n";
    let landed = desk.load(DonorReports, &file(rows)).await;
    assert!(landed.accepted(), "{:?}", landed.refusal(L10n::ENGLISH));
    assert_eq!(desk.load(DonorReports, &file(rows)).await.unchanged, 3);
    assert_eq!(standing(&desk, "R-1", "2021-08-09").await, is("overdue", "2021-07-31", true));
    assert_eq!(standing(&desk, "R-1", "2021-08-10").await, is("not_due", "2021-10-31", false));
    assert_eq!(standing(&desk, "R-1", "2021-11-01").await, is("overdue", "2021-10-31", true));
    assert_eq!(desk.count("select count(*) from report_due_dates").await, 2, "the move is no extension");
    assert_eq!(desk.count("select count(*) from report_terms").await, 2, "the extension is no move");
    assert_eq!(desk.count("select count(distinct unit_id) from report_states where upper_inf(known)").await, 2);
    assert_eq!(desk.count("select count(*) from report_confirmations").await, 1);
    // Where it is taken back that the donor agreed, the old day holds again.
    let unconfirmed = "R-1,P-1,GSD,narrative,,,,2021-10-31,,,,,,2021-08-10,L-7,flood,no\n";
    let refused = desk.load(DonorReports, &file(unconfirmed)).await;
    assert_eq!(told(&refused.errors), [(2, "confirmed", "false", "differs")]);
    assert!(desk.correct(DonorReports, &file(unconfirmed)).await.accepted());
    assert_eq!(standing(&desk, "R-1", "2021-09-09").await, is("overdue", "2021-07-31", true));
    // And confirmed once more it counts again.
    assert_eq!(desk.load(DonorReports, &file(&unconfirmed.replace(",no\n", ",yes\n"))).await.changed, 1);
    assert_eq!(standing(&desk, "R-1", "2021-09-09").await, is("not_due", "2021-10-31", false));
    desk.close().await;
}

#[tokio::test]
async fn a_waiver_counts_once_it_is_confirmed_and_a_cancelled_pledge_owes_what_was_due() {
    let desk = Desk::new().await;
    let rows = "R-1,P-1,GSD,narrative,,,,2021-07-31,,,,2021-08-15,,,L-1,small,no\n\
                R-2,P-1,GSD,narrative,,,,2021-09-30,,,,,,,,,\n";
    assert!(desk.load(DonorReports, &file(rows)).await.accepted());
    assert_eq!(standing(&desk, "R-1", "2021-08-20").await.0, "overdue");
    let confirmed = "R-1,P-1,GSD,narrative,,,,2021-07-31,,,,2021-08-15,,,L-1,small,yes\n";
    assert_eq!(desk.load(DonorReports, &file(confirmed)).await.changed, 1);
    assert_eq!(standing(&desk, "R-1", "2021-08-14").await, is("overdue", "2021-07-31", true));
    assert_eq!(standing(&desk, "R-1", "2021-08-15").await, is("waived", "2021-07-31", false));
    let cancelled = "ref,donor,unit,fund,earmarking,currency,amount,pledged_on,signed_on,title,cancelled_on\n\
                     P-1,SWE,GSD,FEM,soft,EUR,100,2021-01-01,2021-01-15,A pledge,2021-09-01\n";
    assert_eq!(desk.load(Pledges, cancelled).await.changed, 1);
    assert_eq!(standing(&desk, "R-2", "2021-08-31").await.0, "not_due");
    assert_eq!(standing(&desk, "R-2", "2021-09-01").await.0, "not_owed");
    assert_eq!(standing(&desk, "R-1", "2021-09-01").await.0, "waived");
    desk.close().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_in_a_sentence_and_nothing_lands() {
    let desk = Desk::new().await;
    let rows = "R-1,P-1,GSD,narrative,,2021-01-01,2021-06-30,2021-07-31,2020-12-31,,,,,,,,\n\
                R-2,P-1,GSD,narrative,,2021-06-30,2021-01-01,2021-07-31,2027-01-01,,,,,,,,\n\
                R-3,P-1,GSD,narrative,,,,2021-07-31,,2021-08-01,,,,,,,\n\
                R-4,P-1,GSD,narrative,,,,2021-07-31,2021-08-02,2021-08-01,,,,,,,\n\
                R-5,P-1,GSD,narrative,,,,2021-07-31,2021-08-02,,2021-09-01,,,,,,\n\
                R-6,P-9,NIX,essay,,,,2021-07-31,,,,,,,,,\n\
                R-7,P-1,GSD,narrative,,,,2021-07-31,,,,,,2021-05-01,,,\n";
    let refused = desk.load(DonorReports, &file(rows)).await;
    let told = told(&refused.errors);
    for expected in [
        (2, "submitted_on", "2020-12-31", "submitted-before-period"),
        (3, "period_to", "2021-01-01", "period-backwards"),
        (4, "returned_on", "2021-08-01", "returned-unsent"),
        (5, "returned_on", "2021-08-01", "returned-before-sent"),
        (6, "resubmitted_on", "2021-09-01", "resent-unreturned"),
        (7, "pledge", "P-9", "pledge-unknown"),
        (7, "unit", "NIX", "unit-unknown"),
        (8, "agreed_on", "2021-05-01", "extension-of-nothing"),
    ] {
        assert!(told.contains(&expected), "{expected:?} in {told:?}");
    }
    assert!(told.iter().any(|one| (one.0, one.1) == (3, "submitted_on")), "the future");
    assert!(told.iter().any(|one| (one.0, one.1) == (7, "kind")), "no such kind");
    assert_eq!(desk.count("select count(*) from report_terms").await, 0);
    // Odd, and it happens: due before the signature.
    let odd = desk.load(DonorReports, &file("R-1,P-1,GSD,narrative,,,,2021-01-10,,,,,,,,,\n")).await;
    assert_eq!(told_keys(&odd.warnings), ["due-before-signature"]);
    assert!(odd.accepted());
    // What an extension leaves out of labels is no unknown account, the second time either.
    let head = "ref,pledge,unit,kind,due_on,agreed_on,responsible\n";
    let rows = format!(
        "{head}R-1,P-1,GSD,narrative,2021-01-10,,staff@example.org\nR-1,P-1,GSD,narrative,2021-02-10,2021-01-12,\n"
    );
    sqlx::query("insert into accounts (email, name, role) values ('staff@example.org', 'Staff', 'manager')")
        .execute(&desk.ground.db.pages)
        .await
        .unwrap();
    assert!(desk.load(DonorReports, &rows).await.accepted());
    let again = desk.load(DonorReports, &rows).await;
    assert!(again.accepted() && again.unchanged == 2, "{:?}", again.refusal(L10n::ENGLISH));
    desk.close().await;
}

fn told_keys(problems: &[imports::Problem]) -> Vec<&str> {
    problems.iter().map(|one| one.key.as_str()).collect()
}

#[tokio::test]
async fn staff_load_the_reports_of_their_unit_and_confirm_nothing() {
    let desk = Desk::new().await;
    desk.load(Units, "code,name,kind,parent\nROAF,Africa,regional_office,\nKEN,Kenya,country_office,ROAF\n").await;
    let staff: i64 = sqlx::query_scalar(
        "insert into accounts (email, name, role, unit_id)
         select 'staff@example.org', 'Staff', 'unit_staff', id from units where code = 'ROAF' returning id",
    )
    .fetch_one(&desk.ground.db.pages)
    .await
    .unwrap();
    let actor = dis::facts::Actor {
        account: dis::kernel::ids::AccountId(staff),
        role: dis::access::Role::UnitStaff,
        os_user: None,
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("donor-reports.csv");
    let load = async |rows: &str| {
        std::fs::write(&path, file(rows)).unwrap();
        let import = Import { files: vec![(DonorReports, path.clone())], ..Import::default() };
        imports::run(&desk.ground.db, actor.clone(), &clock(), &import).await.unwrap()
    };
    let refused = load("R-1,P-1,GSD,narrative,,,,2021-07-31,,,,,,,,,\n").await;
    assert_eq!(told(&refused.errors), [(2, "unit", "GSD", "unit-of-others")]);
    let rows =
        "R-1,P-1,KEN,narrative,,,,2021-07-31,,,,,,,,,\nR-1,P-1,KEN,narrative,,,,2021-12-31,,,,,,2021-07-01,L,r,\n";
    let landed = load(rows).await;
    assert!(landed.accepted(), "{:?}", landed.refusal(L10n::ENGLISH));
    assert_eq!(standing(&desk, "R-1", "2021-08-01").await, is("overdue", "2021-07-31", true));
    let refused = load("R-1,P-1,KEN,narrative,,,,2021-12-31,,,,,,2021-07-01,L,r,yes\n").await;
    assert_eq!(told(&refused.errors), [(2, "confirmed", "yes", "confirmed-by-others")]);
    // What is another unit's is not theirs to take.
    desk.load(DonorReports, &file("R-2,P-1,GSD,narrative,,,,2021-07-31,,,,,,,,,\n")).await;
    let refused = load("R-2,P-1,KEN,narrative,,,,2021-07-31,,,,,,2021-07-02,,,\n").await;
    assert_eq!(told(&refused.errors), [(2, "unit", "KEN", "unit-of-others")]);
    // Resource mobilization (here: the command line) has the letter.
    let confirmed = "R-1,P-1,KEN,narrative,,,,2021-12-31,,,,,,2021-07-01,L,r,yes\n";
    assert_eq!(desk.load(DonorReports, &file(confirmed)).await.changed, 1);
    assert_eq!(standing(&desk, "R-1", "2021-08-01").await, is("not_due", "2021-12-31", false));
    desk.close().await;
}

#[tokio::test]
async fn the_demonstration_tells_the_boards_story_of_44_and_73_per_cent() {
    let site = crate::pages::Site::new().await;
    let rate = async |day: &str| -> (i64, i64) {
        sqlx::query_as(
            "select count(*) filter (where report_is_submitted(s)), count(*) from report_states s
             where s.valid @> $1::date and upper_inf(s.known) and report_is_due(s, $1::date)",
        )
        .bind(day)
        .fetch_one(&site.ground.db.pages)
        .await
        .unwrap()
    };
    assert_eq!(rate("2020-12-31").await, (33, 75));
    assert_eq!(rate("2021-07-31").await, (73, 100));
    let units: i64 = sqlx::query_scalar(
        "select count(distinct s.unit_id) from report_states s
         where s.valid @> '2021-07-31'::date and upper_inf(s.known) and report_is_due(s, '2021-07-31')",
    )
    .fetch_one(&site.ground.db.pages)
    .await
    .unwrap();
    assert_eq!(units, 15, "over divisions and regional offices");
    // Nor does the story end there: as of today most have been sent, and some are owed.
    let (submitted, due) = rate("2026-11-22").await;
    assert!(submitted * 100 > due * 85 && submitted < due, "{submitted} of {due}");
    site.close().await;
}

const EVENTS: &str = "report,event,round,happened_on,cause,letter,reason\n";

#[tokio::test]
async fn every_step_of_a_report_is_loaded_and_given_back() {
    let desk = Desk::new().await;
    let rows = "R-1,P-1,GSD,financial,,2021-01-01,2021-06-30,2021-07-31,2021-08-05,2021-09-01,,,First,,,,\n\
                R-2,P-1,GSD,narrative,,2021-07-01,2021-12-31,2022-01-31,,,,,,,,,\n";
    assert!(desk.load(DonorReports, &file(rows)).await.accepted());
    let steps = format!(
        "{EVENTS}R-1,drafted,1,2021-07-10,,,\nR-1,division_cleared,1,2021-07-20,,,\nR-1,finance_cleared,1,2021-08-01,,,\n\
         R-1,sent,1,2021-08-05,,,\nR-1,delayed,1,2021-07-25,partner,,late figures\nR-1,returned,1,2021-09-01,,,\n\
         R-1,drafted,2,2021-09-05,,,\nR-1,sent,2,2021-09-10,,L-2,\nR-1,accepted,2,2021-10-01,,L-3,thank you\n"
    );
    let landed = desk.load(ReportEvents, &steps).await;
    assert!(landed.accepted(), "{:?}", landed.refusal(L10n::ENGLISH));
    assert_eq!((landed.added, landed.changed, landed.unchanged), (7, 0, 2), "two were told by the other file");
    assert_eq!(standing(&desk, "R-1", "2021-09-09").await.0, "returned");
    assert_eq!(standing(&desk, "R-1", "2021-09-10").await.0, "submitted");
    assert_eq!(desk.load(ReportEvents, &steps).await.unchanged, 9);
    // A sending before what was cleared, by either file, is refused.
    let early =
        file("R-1,P-1,GSD,financial,,2021-01-01,2021-06-30,2021-07-31,2021-07-30,2021-09-01,2021-09-10,,First,,,,\n");
    let refused = desk.correct(DonorReports, &early).await;
    assert_eq!(told(&refused.errors), [(2, "submitted_on", "2021-07-30", "step-too-early")]);

    for (row, expected) in [
        ("R-9,sent,1,2022-02-01,,,", ("report", "report-unknown")),
        ("R-2,returned,1,2022-02-01,,,", ("happened_on", "returned-unsent")),
        ("R-2,accepted,1,2022-02-01,,,", ("happened_on", "accepted-unsent")),
        ("R-2,drafted,2,2022-02-01,,,", ("happened_on", "resent-unreturned")),
        ("R-2,sent,1,2021-06-30,,,", ("happened_on", "submitted-before-period")),
        ("R-2,finance_cleared,1,2022-02-01,,,", ("event", "finance-of-narrative")),
        ("R-2,delayed,1,2022-02-01,,,", ("cause", "cause-needed")),
        ("R-2,drafted,1,2022-02-01,partner,,", ("cause", "cause-of-no-delay")),
        ("R-2,sent,1,2027-01-01,,,", ("happened_on", "day-after-today")),
        ("R-1,accepted,1,2021-09-15,,,", ("happened_on", "accepted-returned")),
    ] {
        let refused = desk.load(ReportEvents, &format!("{EVENTS}{row}\n")).await;
        let told: Vec<(&str, &str)> = refused.errors.iter().map(|one| (one.col.as_str(), one.key.as_str())).collect();
        assert_eq!(told, [expected], "{row}");
        assert!(!refused.refusal(L10n::ENGLISH).iter().any(|line| line.contains("import-")), "{row} is said in words");
    }
    // Everything again elsewhere, from what is written for it.
    let again = Desk::new().await;
    for kind in [DonorReports, ReportEvents] {
        let landed = again.load(kind, &written(&desk, kind).await).await;
        assert!(landed.accepted(), "{:?}", landed.refusal(L10n::ENGLISH));
    }
    assert_eq!(written(&again, ReportEvents).await, written(&desk, ReportEvents).await);
    assert_eq!(written(&again, DonorReports).await, written(&desk, DonorReports).await);
    for day in ["2021-08-31", "2021-09-05", "2021-09-10"] {
        assert_eq!(standing(&again, "R-1", day).await, standing(&desk, "R-1", day).await, "{day}");
    }
    desk.close().await;
    again.close().await;
}

/// What is written for loading elsewhere.
async fn written(desk: &Desk, kind: dis::imports::Kind) -> String {
    let mut connection = desk.ground.db.pages.acquire().await.unwrap();
    let at: chrono::DateTime<chrono::Utc> =
        sqlx::query_scalar("select recorded_at from change_head").fetch_one(&mut *connection).await.unwrap();
    let spec = kind.spec();
    let mut select = imports::existing(spec, at, &[]);
    let rows = select.done().build().fetch_all(&mut *connection).await.unwrap();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(spec.columns.iter().map(|column| column.name)).unwrap();
    for row in &rows {
        writer.write_record(imports::cells(spec, row).unwrap()).unwrap();
    }
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.sort_unstable();
    format!("{header}\n{}\n", rows.join("\n"))
}

#[tokio::test]
async fn clauses_are_loaded_as_the_whole_of_an_agreement() {
    let desk = Desk::new().await;
    let head = "pledge,number,kind,final,every_months,first_period_from,grace_days,agreed_on\n";
    let both = format!("{head}P-1,1,narrative,,6,2021-01-01,60,\nP-1,2,financial,yes,,,0,\n");
    let landed = desk.load(ReportingClauses, &both).await;
    assert!(landed.accepted(), "{:?}", landed.refusal(L10n::ENGLISH));
    assert_eq!(desk.load(ReportingClauses, &both).await.unchanged, 2);
    let one = format!("{head}P-1,1,narrative,,6,2021-01-01,60,\n");
    let refused = desk.load(ReportingClauses, &one).await;
    assert_eq!(told(&refused.errors), [(2, "number", "2", "clause-left-out")]);
    assert!(desk.correct(ReportingClauses, &one).await.accepted());
    assert_eq!(desk.count("select count(*) from reporting_clauses where voided_at is null").await, 1);
    let amended = format!("{head}P-1,1,narrative,,12,2021-01-01,90,2021-06-01\n");
    assert!(desk.load(ReportingClauses, &amended).await.accepted());
    assert_eq!(desk.count("select count(*) from reporting_clauses where voided_at is null").await, 2);
    for (row, expected) in [
        ("P-9,1,narrative,,6,,60,", ("pledge", "pledge-unknown")),
        ("P-1,3,narrative,,,,60,", ("every_months", "every-needed")),
        ("P-1,3,narrative,yes,6,,60,", ("every_months", "final-every")),
        ("P-1,3,narrative,,6,,-1,", ("grace_days", "not-a-count")),
        ("P-1,3,narrative,,121,,1,", ("every_months", "every-too-long")),
    ] {
        let refused = desk.load(ReportingClauses, &format!("{head}P-1,1,narrative,,6,2021-01-01,60,\n{row}\n")).await;
        let told: Vec<(&str, &str)> = refused.errors.iter().map(|one| (one.col.as_str(), one.key.as_str())).collect();
        assert_eq!(told, [expected], "{row}");
    }
    desk.close().await;
}
