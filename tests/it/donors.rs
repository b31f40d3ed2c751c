//! What changes from a day on, who looks after a donor, and whom one talks to there: through forms, files and pages.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use dis::access::Role;
use dis::imports::{self, Import, Kind, Outcome};
use dis::l10n::L10n;

use crate::entering::{enter, fill, send};
use crate::foundation::Ground;
use crate::pages::{Answer, Site};

/// One cell of a list's file: in the row of a code, the column of a name.
async fn cell(site: &Site, cookie: &str, address: &str, code: &str, column: &str) -> Option<String> {
    let file = site.get(address, cookie).await;
    assert_eq!(file.status, StatusCode::OK, "{address}: {}", file.body);
    let mut reader = csv::Reader::from_reader(file.body.as_bytes());
    let at = reader.headers().unwrap().iter().position(|name| name == column).unwrap();
    let row = reader.records().map(Result::unwrap).find(|row| row.get(0) == Some(code));
    row.map(|row| row[at].to_owned())
}

fn change_of(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.location().split("done=").nth(1).unwrap_or_else(|| panic!("{}", answer.location())).to_owned()
}

async fn undo(site: &Site, cookie: &str, change: &str) -> Answer {
    enter(site, &format!("/changes/{change}/undo"), cookie, &[("reason", "it was a mistake")]).await
}

#[tokio::test]
async fn a_unit_moves_from_a_day_on_and_earlier_days_keep_the_old_tree() {
    let site = Site::new().await;
    let admin = site.sign_in(Role::Admin).await;
    let parent = async |day: &str| cell(&site, &admin, &format!("/units.csv?as_of={day}"), "ERP", "parent").await;
    let move_to = |day: &'static str, parent: &'static str| [("in_force_from", day), ("parent", parent)];

    let form = site.get("/units/ERP/from", &admin).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.body);
    assert!(fill(&form, &[]).contains(&("parent".into(), "ERSKI".into())), "filled in with what holds today");
    for (fields, field, told) in [
        (move_to("", "GSD"), "in_force_from", "fill this in"),
        (move_to("soon", "GSD"), "in_force_from", "not a date"),
        (move_to("1 Jan 2025", "ERSKI"), "in_force_from", "nothing would change"),
        (move_to("1 Jan 2025", "ERP"), "parent", "its own parent"),
    ] {
        let refused = send(&site, "/units/ERP/from", &admin, &fill(&form, &fields)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        let errors = refused.texts(&format!("#{field}-e"));
        assert!(errors.iter().any(|error| error.contains(told)), "{fields:?}: {errors:?}");
    }
    let typed = fill(&form, &move_to("1 Jan 2025", "GSD"));
    let moved = send(&site, "/units/ERP/from", &admin, &typed).await;
    let first = change_of(&moved);
    assert_eq!(send(&site, "/units/ERP/from", &admin, &typed).await.location(), moved.location(), "sent twice");
    let page = site.get(moved.location(), &admin).await;
    assert_eq!(page.texts(".flash p"), ["Unit ERP changes from a day on."]);
    assert!(page.texts(".history .what").iter().any(|what| what == "Place in the tree from 1 Jan 2025 on"));
    assert!(
        page.texts(".history li li").contains(&"Belongs to: GSD instead of ERSKI".to_owned()),
        "{:?}",
        page.texts(".history li li")
    );
    assert_eq!(parent("2024-12-31").await.as_deref(), Some("ERSKI"));
    assert_eq!(parent("2025-01-01").await.as_deref(), Some("GSD"));
    let below = async |day: &str| cell(&site, &admin, &format!("/units.csv?unit=GSD&as_of={day}"), "ERP", "code").await;
    assert_eq!((below("2024-12-31").await, below("2025-01-01").await), (None, Some("ERP".into())));

    // The same day again is a correction, another form drawn before is told what changed.
    let again = enter(&site, "/units/ERP/from", &admin, &move_to("1 Jan 2025", "OED")).await;
    assert!(again.texts("#in_force_from-e")[0].contains("already"), "{}", again.body);
    let late = send(
        &site,
        "/units/ERP/from",
        &admin,
        &fill(
            &form,
            &[("form_id", &uuid::Uuid::now_v7().to_string()), ("in_force_from", "1 Jan 2026"), ("parent", "OED")],
        ),
    )
    .await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    assert!(late.texts("#parent-t")[0].contains("GSD"), "{:?}", late.texts("#parent-t"));

    // No day may see a circle: until 2025 ERP stands below ERSKI, from then on it does not.
    let circle = enter(&site, "/units/ERSKI/from", &admin, &move_to("1 Jun 2024", "ERP")).await;
    assert_eq!(circle.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(circle.texts("#parent-e")[0].contains("circle"), "{}", circle.body);
    let below_erp = enter(&site, "/units/ERSKI/from", &admin, &move_to("1 Jan 2026", "ERP")).await;
    assert_eq!(below_erp.status, StatusCode::SEE_OTHER, "{}", below_erp.body);
    // Without the first move the second would close the circle.
    let kept = undo(&site, &admin, &first).await;
    assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(kept.body.contains("would stand above itself"), "{}", kept.body);
    change_of(&undo(&site, &admin, &change_of(&below_erp)).await);
    // What held from a day on is corrected as any fact, for a reason; its labels are not asked for.
    let edit = "/units/ERP/edit?in_force_from=2025-01-01";
    let form = site.get(edit, &admin).await;
    assert!(form.texts("#name").is_empty() && !form.body.contains("id=\"name\""));
    let corrected = enter(&site, edit, &admin, &[("parent", "OED"), ("reason", "misread the memo")]).await;
    change_of(&corrected);
    assert_eq!(parent("2025-01-01").await.as_deref(), Some("OED"));
    let page = site.get("/units/ERP", &admin).await;
    assert_eq!(
        page.texts("section.space tbody tr").iter().filter(|row| row.contains("1 Jan 2025")).count(),
        1,
        "{}",
        page.body
    );
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    for role in [Role::ResourceMobilization, Role::Finance, Role::UnitStaff, Role::Manager, Role::Auditor] {
        let other = site.sign_in(role).await;
        assert_eq!(site.get("/units/ERP/from", &other).await.status, StatusCode::FORBIDDEN, "{role}");
    }
    site.close().await;
}

#[tokio::test]
async fn a_donor_becomes_anothers_child_and_its_sums_are_rolled_up_from_that_day() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::ResourceMobilization).await;
    let from = [("in_force_from", "1 Jan 2025"), ("parent", "KOR")];
    let done = enter(&site, "/donors/SEOUL/from", &cookie, &from).await;
    change_of(&done);
    let child =
        async |day: &str| cell(&site, &cookie, &format!("/donors.csv?donor=KOR&as_of={day}"), "SEOUL", "name").await;
    assert_eq!(child("2024-12-31").await, None);
    assert_eq!(child("2025-01-01").await.as_deref(), Some("Seoul Metropolitan Government"));
    // The parent's page: the figures above are the sums of the rows.
    let page = site.get("/donors/KOR?as_of=2025-06-30", &cookie).await;
    let number = |text: &str| text.replace([',', '\u{2212}', ' '], "").parse::<rust_decimal::Decimal>().unwrap();
    let mut family = (0..8).map(|at| format!("section[aria-labelledby=s{at}] tbody"));
    let family = family.find(|of| page.texts(&format!("{of} tr")).join(" ").contains("Seoul")).unwrap();
    let received: Vec<_> = page.texts(&format!("{family} td:nth-child(4)")).iter().map(|text| number(text)).collect();
    assert_eq!(received.len(), 2, "{}", page.body);
    assert!(received.iter().all(|sum| !sum.is_zero()));
    let figure = &page.texts("dl.figures > div:first-child dd.note a.fig")[0];
    assert_eq!(received.iter().sum::<rust_decimal::Decimal>(), number(figure));
    let before = site.get("/donors/KOR?as_of=2024-12-31", &cookie).await;
    assert!(!before.body.contains("Seoul"), "{}", before.body);
    // A circle over donors is found as well.
    let circle =
        enter(&site, "/donors/KOR/from", &cookie, &[("in_force_from", "1 Jan 2026"), ("parent", "SEOUL")]).await;
    assert!(circle.texts("#parent-e")[0].contains("circle"), "{}", circle.body);
    // A fund's earmarking likewise.
    let admin = site.sign_in(Role::Admin).await;
    change_of(
        &enter(&site, "/funds/PSC/from", &admin, &[("in_force_from", "1 Jan 2024"), ("earmarking", "earmarked")]).await,
    );
    let earmarking =
        async |day: &str| cell(&site, &admin, &format!("/funds.csv?as_of={day}"), "PSC", "earmarking").await;
    assert_eq!(earmarking("2023-12-31").await.as_deref(), Some("core"));
    assert_eq!(earmarking("2024-01-01").await.as_deref(), Some("earmarked"));
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

/// Loads rows of one kind.
async fn load(ground: &Ground, kind: Kind, rows: &str, correct: Option<&str>) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    std::fs::write(&path, rows).unwrap();
    let import = Import { files: vec![(kind, path)], correct: correct.map(str::to_owned), ..Import::default() };
    imports::run(&ground.db, ground.actor(), &crate::loading::clock(), &import).await.unwrap()
}

pub(crate) async fn landed(ground: &Ground, kind: Kind, rows: &str) -> Outcome {
    let outcome = load(ground, kind, rows, None).await;
    assert!(outcome.accepted(), "{:?}", outcome.lines(&outcome.errors, L10n::ENGLISH));
    outcome
}

/// Everything of a kind as `--for-import` writes it.
async fn written(ground: &Ground, kind: Kind) -> String {
    let known_at: DateTime<Utc> =
        sqlx::query_scalar("select recorded_at from change_head").fetch_one(&ground.db.pages).await.unwrap();
    let spec = kind.spec();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(spec.columns.iter().map(|column| column.name)).unwrap();
    let rows = imports::existing(spec, known_at, &[]).done().build().fetch_all(&ground.db.pages).await.unwrap();
    let mut cells: Vec<Vec<String>> = rows.iter().map(|row| imports::cells(spec, row).unwrap()).collect();
    cells.sort();
    for row in cells {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

const UNITS: &str = "code,name,kind,parent,in_force_from
A,Division A,division,,
B,Division B,division,,
S,Section,section,B,2021-01-01
S,Section,section,A,
S,Section,section,,2023-06-01
";
const FUNDS: &str = "code,name,earmarking,in_force_from\nF,Fund,earmarked,2020-07-01\nF,Fund,core,\n";
const DONORS: &str = "code,name,kind,country,member_state,parent,aliases,in_force_from
NOR,Norway,C01,NOR,yes,,Norge; Kingdom of Norway,
NORAD,Norad,C01,NOR,no,,,
NORAD,Norad,C01,NOR,no,NOR,,2019-03-01
";

#[tokio::test]
async fn facts_from_a_day_on_are_loaded_written_and_loaded_again() {
    let ground = Ground::new().await;
    let outcome = landed(&ground, Kind::Units, UNITS).await;
    assert_eq!((outcome.added, outcome.warning_count), (5, 0));
    assert_eq!(landed(&ground, Kind::Funds, FUNDS).await.added, 2);
    assert_eq!(landed(&ground, Kind::Donors, DONORS).await.added, 3);
    for (kind, rows) in [(Kind::Units, UNITS), (Kind::Funds, FUNDS), (Kind::Donors, DONORS)] {
        let again = landed(&ground, kind, rows).await;
        assert_eq!((again.added, again.changed), (0, 0), "{kind}");
    }
    let other = Ground::new().await;
    for kind in [Kind::Units, Kind::Funds, Kind::Donors] {
        let file = written(&ground, kind).await;
        landed(&other, kind, &file).await;
        assert_eq!(written(&other, kind).await, file, "{kind}");
    }
    let tree = async |day: &str| -> Option<String> {
        sqlx::query_scalar(
            "select p.code from unit_tree($1::text::date, 'infinity') t join units u on u.id = t.unit_id
             left join units p on p.id = t.parent_id where u.code = 'S'",
        )
        .bind(day)
        .fetch_one(&other.db.pages)
        .await
        .unwrap()
    };
    assert_eq!(tree("2020-12-31").await.as_deref(), Some("A"));
    assert_eq!(tree("2021-01-01").await.as_deref(), Some("B"));
    assert_eq!(tree("2023-06-01").await, None);
    other.close().await;

    let refused = async |kind, rows: &str| {
        let outcome = load(&ground, kind, rows, None).await;
        outcome.errors.iter().map(|one| format!("{} {} {}", one.line, one.col, one.key)).collect::<Vec<_>>()
    };
    let header = "code,name,kind,parent,in_force_from\n";
    assert_eq!(
        refused(Kind::Units, &format!("{header}Z,Zed,section,A,2020-01-01\n")).await,
        ["2 in_force_from from-day-of-nothing"]
    );
    assert_eq!(
        refused(Kind::Units, "code,name,kind,in_force_from\nS,Section,section,2024-01-01\n").await,
        ["2 in_force_from says-too-little"]
    );
    assert_eq!(refused(Kind::Units, &format!("{header}S,Section,section,A,2021-01-01\n")).await, ["2 parent differs"]);
    assert_eq!(
        refused(
            Kind::Units,
            &format!("{header}A,Division A,division,S,2022-01-01\nB,Division B,division,A,2022-01-01\n")
        )
        .await,
        ["2 parent parent-loop", "3 parent parent-loop"]
    );
    assert_eq!(
        refused(Kind::Units, &format!("{header}S,S,section,A,2024-01-01\nS,S,section,B,2024-01-01\n")).await,
        ["3 code key-twice"]
    );
    // From 2023-06-01 S is nobody's: A may stand below it from then on.
    let renamed = landed(&ground, Kind::Units, &format!("{header}A,Division Alpha,division,S,2023-06-01\n")).await;
    assert_eq!(renamed.warnings.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["label-of-first-row"]);
    // What was taken out comes back for a reason only.
    let corrected =
        load(&ground, Kind::Units, &format!("{header}S,Section,section,A,2021-01-01\n"), Some("misread")).await;
    assert!(corrected.accepted() && corrected.changed == 1);
    assert_eq!(ground.broken(None).await, Vec::<String>::new());
    ground.close().await;
}

#[tokio::test]
async fn who_looks_after_a_donor_changes_from_day_to_day() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::ResourceMobilization).await;
    let shown = async || cell(&site, &cookie, "/donors.csv?donor=CHE", "CHE", "focal_point").await.unwrap();
    let first = shown().await;
    assert!(!first.is_empty());
    // The demonstration was loaded today: whoever it names is responsible from today on.
    let address = "/donors/CHE/focal-points";
    let form = site.get(address, &cookie).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.body);
    let row = |at: usize, who: &str, from: &str, to: &str| {
        [
            (format!("who-{at}"), who.to_owned()),
            (format!("from-{at}"), from.to_owned()),
            (format!("to-{at}"), to.to_owned()),
        ]
    };
    let typed = |rows: &[[(String, String); 3]]| {
        let changes: Vec<(&str, &str)> =
            rows.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fill(&form, &changes)
    };
    let (ngozi, johan) = ("ngozi.eze@demo.example", "johan.lindqvist@demo.example");
    let wrong = typed(&[row(0, "nobody@demo.example", "", ""), row(1, ngozi, "1 Dec 2026", "1 Nov 2026")]);
    let refused = send(&site, address, &cookie, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.texts("#to-1-e")[0].contains("before it begins"), "{}", refused.body);
    let refused = send(&site, address, &cookie, &typed(&[row(0, "nobody@demo.example", "", "")])).await;
    assert!(refused.texts("#who-0-e")[0].contains("open account"), "{}", refused.body);
    let add = send(&site, address, &cookie, &fill(&form, &[("press", "add")])).await;
    assert_eq!((add.status, add.texts("table.grid-fields tbody tr").len()), (StatusCode::OK, 2));

    let handed_over = typed(&[row(0, johan, "1 Mar 2020", ""), row(1, ngozi, "1 Dec 2026", "")]);
    let done = send(&site, address, &cookie, &handed_over).await;
    let change = change_of(&done);
    assert_eq!(send(&site, address, &cookie, &handed_over).await.location(), done.location(), "sent twice");
    assert_eq!(shown().await, johan);
    let page = site.get("/donors/CHE?as_of=2021-07-31", &cookie).await;
    assert_eq!(page.texts(".head .lead"), ["Focal point Johan Lindqvist since 1 Mar 2020"]);
    let panel = page.texts(".panel .things li").join("|");
    assert!(panel.contains("1 Mar 2020 to 30 Nov 2026") && panel.contains("since 1 Dec 2026"), "{panel}");
    assert!(page.body.contains(
        "johan.lindqvist@demo.example (1 Mar 2020 to 30 Nov 2026); ngozi.eze@demo.example (since 1 Dec 2026)"
    ));
    let late = send(
        &site,
        address,
        &cookie,
        &fill(&form, &[("form_id", &uuid::Uuid::now_v7().to_string()), ("who-0", ngozi)]),
    )
    .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.texts("#conflict p")[0].contains("30 Nov 2026"), "{:?}", late.texts("#conflict p"));
    // The first of December comes by itself.
    site.clock.set(dis::kernel::calendar::parse_instant("2026-11-30T21:30:00Z").unwrap());
    let cookie = site.sign_in(Role::ResourceMobilization).await;
    assert_eq!(cell(&site, &cookie, "/donors.csv?donor=CHE", "CHE", "focal_point").await.unwrap(), ngozi);
    let mine = cell(&site, &cookie, &format!("/donors.csv?focal_point={ngozi}"), "CHE", "name").await;
    assert_eq!(mine.as_deref(), Some("Switzerland"));
    // A file says who it is from today on.
    let file = format!("code,name,kind,country,member_state,focal_point\nCHE,Switzerland,C01,CHE,yes,{johan}\n");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("d.csv"), file).unwrap();
    let import = Import { files: vec![(Kind::Donors, folder.path().join("d.csv"))], ..Import::default() };
    for changed in [1, 0] {
        let outcome = imports::run(&site.ground.db, site.ground.actor(), &site.clock, &import).await.unwrap();
        assert!(outcome.accepted(), "{:?}", outcome.lines(&outcome.errors, L10n::ENGLISH));
        assert_eq!(outcome.changed, changed);
    }
    let listed = async || -> Vec<(String, Option<chrono::NaiveDate>, Option<chrono::NaiveDate>)> {
        sqlx::query_as(
            "select a.email, f.from_on, f.to_on from donor_focal_points f join accounts a on a.id = f.account_id
             join donors d on d.id = f.donor_id where d.code = 'CHE' order by f.during",
        )
        .fetch_all(&site.ground.db.pages)
        .await
        .unwrap()
    };
    let day = |text: &str| Some(text.parse().unwrap());
    let now = [(johan.to_owned(), day("2020-03-01"), day("2026-11-30")), (johan.to_owned(), day("2026-12-01"), None)];
    assert_eq!(listed().await, now);
    // Taken back step by step, the list is what it was.
    let last: i64 =
        sqlx::query_scalar("select change_id from change_head").fetch_one(&site.ground.db.pages).await.unwrap();
    assert_eq!(undo(&site, &cookie, &change).await.status, StatusCode::UNPROCESSABLE_ENTITY, "built upon");
    change_of(&undo(&site, &cookie, &last.to_string()).await);
    assert_eq!(listed().await[1].0, ngozi);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    let finance = site.sign_in(Role::Finance).await;
    assert_eq!(site.get(address, &finance).await.status, StatusCode::FORBIDDEN);
    site.close().await;
}

#[tokio::test]
async fn a_contact_is_added_changed_taken_out_and_taken_back() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::ResourceMobilization).await;
    let people = async |cookie: &str| {
        let page = site.get("/donors/SIDA", cookie).await;
        let panel = page.texts(".panel h2").iter().position(|title| title == "Contacts").unwrap() + 1;
        page.texts(&format!(".panel[aria-labelledby=p{panel}] .things li > span:first-child"))
    };
    let before = people(&cookie).await.len();
    let wrong = [("name", ""), ("email", "nowhere"), ("from_on", "1 May 2021"), ("to_on", "1 Apr 2021")];
    let refused = enter(&site, "/donors/SIDA/contacts/new", &cookie, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.texts("#summary li").len(), 3, "{:?}", refused.texts("#summary li"));
    let right = [("name", "Åsa <b>Öberg</b>"), ("email", "asa@sida.example"), ("title", "Desk officer"), ("to_on", "")];
    let fixed = fill(&refused, &right);
    let done = send(&site, "/donors/SIDA/contacts/new", &cookie, &fixed).await;
    let added = change_of(&done);
    assert_eq!(send(&site, "/donors/SIDA/contacts/new", &cookie, &fixed).await.location(), done.location());
    let page = site.get("/donors/SIDA", &cookie).await;
    assert!(page.body.contains("Åsa &#60;b&#62;Öberg&#60;/b&#62;"), "{}", page.body);
    assert_eq!(people(&cookie).await.len(), before + 1);
    let id: i64 =
        sqlx::query_scalar("select max(id) from donor_contacts").fetch_one(&site.ground.db.pages).await.unwrap();
    let address = format!("/donors/SIDA/contacts/{id}");
    let drawn = site.get(&address, &cookie).await;
    let quick = enter(&site, &address, &cookie, &[("title", "Head of unit"), ("phone", "+46 8 000")]).await;
    let changed = change_of(&quick);
    assert_eq!(enter(&site, &address, &cookie, &[]).await.location(), "/donors/SIDA?done=same");
    let late = send(&site, &address, &cookie, &fill(&drawn, &[("title", "Director")])).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.texts("#title-t")[0].contains("Head of unit"), "{}", late.body);
    assert!(fill(&late, &[]).contains(&("phone".into(), "+46 8 000".into())), "theirs alone is filled in");
    let page = site.get("/donors/SIDA", &cookie).await;
    let told = page.texts(".history .changes li");
    assert!(told.contains(&"Title: Head of unit instead of Desk officer".to_owned()), "{told:?}");
    // Taken out, and that taken back; then the change, then the adding.
    let removed = enter(&site, &address, &cookie, &[("press", "remove")]).await;
    let removal = change_of(&removed);
    assert_eq!(people(&cookie).await.len(), before);
    assert_eq!(site.get(&address, &cookie).await.status, StatusCode::NOT_FOUND);
    change_of(&undo(&site, &cookie, &removal).await);
    assert_eq!(people(&cookie).await.len(), before + 1);
    assert_eq!(undo(&site, &cookie, &added).await.status, StatusCode::UNPROCESSABLE_ENTITY, "built upon");
    let _ = changed;
    // Everybody reads them, resource mobilization keeps them; another donor's address leads nowhere.
    assert_eq!(site.get(&format!("/donors/SWE/contacts/{id}"), &cookie).await.status, StatusCode::NOT_FOUND);
    for role in [Role::Finance, Role::UnitStaff, Role::Manager, Role::Auditor, Role::Admin] {
        let other = site.sign_in(role).await;
        assert_eq!(people(&other).await.len(), before + 1, "{role}");
        assert_eq!(site.get(&address, &other).await.status, StatusCode::FORBIDDEN, "{role}");
        assert_eq!(site.get("/donors/SIDA/contacts/new", &other).await.status, StatusCode::FORBIDDEN, "{role}");
    }
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn a_donor_is_found_by_its_other_names() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::ResourceMobilization).await;
    let edit =
        enter(&site, "/donors/BEL/edit", &cookie, &[("aliases", " Belgien ;Royaume de Belgique;; belgien; 比利时")])
            .await;
    let change = change_of(&edit);
    let page = site.get("/donors/BEL", &cookie).await;
    assert!(page.body.contains("Belgien; Royaume de Belgique; 比利时"), "{}", page.body);
    for q in ["belgien", "royaume", "比利时"] {
        let found =
            cell(&site, &cookie, &format!("/donors.csv?q={}", dis::web::address::escape(q)), "BEL", "name").await;
        assert_eq!(found.as_deref(), Some("Belgium"), "{q}");
    }
    let same = enter(&site, "/donors/BEL/edit", &cookie, &[]).await;
    assert_eq!(same.location(), "/donors/BEL?done=same");
    change_of(&undo(&site, &cookie, &change).await);
    assert_eq!(cell(&site, &cookie, "/donors.csv?q=belgien", "BEL", "name").await, None);
    site.close().await;
}
