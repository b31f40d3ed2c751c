//! Loading files on a real database: the hand-made set gives the figures worked out by hand, in whatever order.

use std::path::PathBuf;

use chrono::{NaiveDate, TimeDelta};
use dis::arrears::Arrears;
use dis::balances;
use dis::facts::WriteTx;
use dis::facts::tables::{CONDITION_EVENTS, CONTRIBUTION_FACTS, INSTALMENTS, PLEDGE_EVENTS, PLEDGE_TERMS};
use dis::imports::{self, Import, Kind, Outcome};
use dis::kernel::calendar::parse_instant;
use dis::kernel::ids::PledgeId;
use dis::kernel::{AsOf, Clock, KnownAt};
use dis::l10n::L10n;
use dis::lists::export::{csv_header, csv_row};
use dis::lists::query::{Stretch, sort_named};
use dis::lists::{self, Scope};
use rust_decimal::Decimal;

use crate::foundation::Ground;

pub fn clock() -> Clock {
    Clock::fixed(chrono_tz::Africa::Nairobi, parse_instant("2026-11-23T12:00:00Z").unwrap())
}

pub fn hand_set() -> Vec<(Kind, PathBuf)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/hand");
    let files = Kind::ALL.into_iter().map(|kind| (kind, folder.join(format!("{kind}.csv"))));
    files.filter(|(_, path)| path.exists()).collect()
}

async fn load(ground: &Ground, import: Import) -> Outcome {
    imports::run(&ground.db, ground.actor(), &clock(), &import).await.unwrap()
}

async fn assert_expected_totals(ground: &Ground) {
    let mut expected = csv::Reader::from_path(hand_set()[0].1.with_file_name("expected-totals.csv")).unwrap();
    let mut days = 0;
    for row in expected.deserialize() {
        let (as_of, rows, usd, _allowance): (NaiveDate, i64, Decimal, Decimal) = row.unwrap();
        let found: (i64, Option<Decimal>) = sqlx::query_as(
            "select count(*), sum(usd_of(b.outstanding, r.units_per_usd)) from instalment_balances b
             left join rates_in_force($1, 'infinity') r on r.currency = b.currency
             where b.overdue_during @> $1 and upper_inf(b.known)",
        )
        .bind(as_of)
        .fetch_one(&ground.db.pages)
        .await
        .unwrap();
        assert_eq!((found.0, found.1.unwrap_or_default()), (rows, usd), "as of {as_of}");
        days += 1;
    }
    assert!(days >= 8);
}

#[tokio::test]
async fn the_hand_made_set_gives_its_arrears_and_loads_twice_without_a_change() {
    let ground = Ground::new().await;
    let outcome = load(&ground, Import { files: hand_set(), ..Import::default() }).await;
    assert!(outcome.accepted(), "{:?}", outcome.lines(&outcome.errors, L10n::ENGLISH));
    assert_expected_totals(&ground).await;
    assert_expected_arrears(&ground).await;
    let mut backwards = hand_set();
    backwards.reverse();
    let again = load(&ground, Import { files: backwards, ..Import::default() }).await;
    assert_eq!((again.added, again.changed, again.unchanged), (0, 0, outcome.added));
    assert_eq!(ground.broken(None).await, Vec::<String>::new());
    ground.close().await;
}

/// Every cell of every day worked out by hand, in the contract's columns and order.
async fn assert_expected_arrears(ground: &Ground) {
    let path = hand_set()[0].1.with_file_name("expected-arrears.csv");
    let expected: Vec<Vec<String>> = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_path(path)
        .unwrap()
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect();
    let mut days: Vec<&str> = expected[1..].iter().map(|row| row[0].as_str()).collect();
    days.dedup();
    for day in days {
        let as_of = AsOf(day.parse().unwrap());
        let mut tx = ground.db.read().await.unwrap();
        let scope = Scope::new(as_of, KnownAt(clock().now() + TimeDelta::days(3650)));
        let (sort, reversed) = sort_named::<Arrears>(None).unwrap();
        let stretch = Stretch { sort, reversed, after: None, most: None };
        let rows = lists::query::rows::<Arrears>(&mut tx, &scope, &stretch).await.unwrap();
        tx.end();
        let mut written = Vec::new();
        csv_header::<Arrears>(&mut written);
        for row in &rows {
            csv_row::<Arrears>(row, &mut written);
        }
        let found: Vec<Vec<String>> = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(written.as_slice())
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        let wanted: Vec<Vec<String>> = expected
            .iter()
            .enumerate()
            .filter(|(at, row)| *at == 0 || row[0] == day)
            .map(|(_, row)| row.clone())
            .collect();
        assert_eq!(found, wanted, "as of {day}");
    }
}

#[tokio::test]
async fn the_order_of_loading_never_matters() {
    let ground = Ground::new().await;
    let set = hand_set();
    let of = |kind: Kind| set.iter().filter(move |(k, _)| *k == kind).cloned().collect::<Vec<_>>();
    let order = [
        Kind::Units,
        Kind::Funds,
        Kind::Donors,
        Kind::Pledges,
        Kind::Projects,
        Kind::Contributions,
        Kind::Instalments,
        Kind::Expenditures,
        Kind::Rates,
    ];
    for kind in order {
        let outcome = load(&ground, Import { files: of(kind), ..Import::default() }).await;
        assert!(outcome.accepted(), "{kind}: {:?}", outcome.lines(&outcome.errors, L10n::ENGLISH));
    }
    assert_expected_totals(&ground).await;
    assert_eq!(ground.broken(None).await, Vec::<String>::new());
    ground.close().await;
}

#[tokio::test]
async fn one_bad_row_and_nothing_lands_and_every_bad_cell_is_named() {
    let ground = Ground::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rates.csv");
    std::fs::write(
        &path,
        "currency,valid_from,units_per_usd\nEUR,2021-01-01,0.8\nXXX,2021-01-01,1\nEUR,20211-01-01,-1\n\nEUR,2021-01-01,0.9\nSEK,2021-02-01\n",
    )
    .unwrap();
    let files = vec![(Kind::Rates, path.clone())];
    let outcome = load(&ground, Import { files: files.clone(), ..Import::default() }).await;
    let told: Vec<(i32, String, String)> =
        outcome.errors.iter().map(|one| (one.line, one.col.clone(), one.key.clone())).collect();
    let expected = [
        (3, "currency", "currency-unknown"),
        (4, "units_per_usd", "not-above-zero"),
        (4, "valid_from", "not-a-day"),
        (6, "currency", "key-twice"),
        (7, "", "row-width"),
    ];
    assert_eq!(told, expected.map(|(line, col, key)| (line, col.to_owned(), key.to_owned())));
    assert_eq!(outcome.rejected, 4);
    let landed: i64 =
        sqlx::query_scalar("select count(*) from exchange_rates").fetch_one(&ground.db.pages).await.unwrap();
    assert_eq!(landed, 0);

    std::fs::write(&path, "currency,valid_from,units_per_usd\nEUR,2021-01-01,0.80\n").unwrap();
    assert_eq!(load(&ground, Import { files: files.clone(), ..Import::default() }).await.added, 1);
    std::fs::write(&path, "currency,valid_from,units_per_usd\nEUR,2021-01-01,0.9\n").unwrap();
    let refused = load(&ground, Import { files: files.clone(), ..Import::default() }).await;
    assert_eq!((refused.errors.len(), refused.errors[0].key.as_str()), (1, "differs"));
    let correct = Some("the bank's letter".to_owned());
    assert_eq!(load(&ground, Import { files, correct, ..Import::default() }).await.changed, 1);
    assert_eq!(ground.broken(None).await, Vec::<String>::new());
    ground.close().await;
}

/// Files of one test, written and loaded by what is in them.
pub(crate) struct Desk {
    pub(crate) ground: Ground,
    folder: tempfile::TempDir,
}

impl Desk {
    /// With a unit, a fund, two donors, a rate, a signed pledge of 100 in two instalments, and nothing paid.
    pub(crate) async fn new() -> Self {
        let desk = Desk { ground: Ground::new().await, folder: tempfile::tempdir().unwrap() };
        for (kind, content) in [
            (Kind::Units, "code,name,kind\nGSD,Global Solutions,division\n"),
            (Kind::Funds, "code,name,earmarking\nFEM,Foundation earmarked,earmarked\n"),
            (Kind::Donors, "code,name,kind,country\nSWE,Sweden,C01,SWE\nNOR,Norway,C01,NOR\n"),
            (Kind::Rates, "currency,valid_from,units_per_usd\nEUR,2021-01-01,0.8\n"),
            (Kind::Pledges, PLEDGE),
            (
                Kind::Instalments,
                "pledge,number,due_on,amount,condition,condition_met_on\nP-1,1,2021-03-01,60,,\nP-1,2,2021-06-01,40,a report,2021-05-01\n",
            ),
        ] {
            let outcome = desk.load(kind, content).await;
            assert!(outcome.accepted(), "{kind}: {:?}", outcome.refusal(L10n::ENGLISH));
        }
        desk
    }

    async fn run(&self, kind: Kind, content: &str, correct: Option<&str>) -> Outcome {
        let path = self.folder.path().join(format!("{kind}.csv"));
        std::fs::write(&path, content).unwrap();
        let correct = correct.map(str::to_owned);
        load(&self.ground, Import { files: vec![(kind, path)], correct, ..Import::default() }).await
    }

    pub(crate) async fn load(&self, kind: Kind, content: &str) -> Outcome {
        self.run(kind, content, None).await
    }

    pub(crate) async fn correct(&self, kind: Kind, content: &str) -> Outcome {
        self.run(kind, content, Some("a letter")).await
    }

    pub(crate) async fn count(&self, question: &'static str) -> i64 {
        sqlx::query_scalar(question).fetch_one(&self.ground.db.pages).await.unwrap()
    }

    pub(crate) async fn close(self) {
        assert_eq!(self.ground.broken(None).await, Vec::<String>::new());
        self.ground.close().await;
    }
}

const PLEDGE: &str = "ref,donor,unit,fund,earmarking,currency,amount,pledged_on,signed_on,title,agreed_on
P-1,SWE,GSD,FEM,soft,EUR,100,2021-01-01,2021-01-15,A pledge,
";

pub(crate) fn told(problems: &[imports::Problem]) -> Vec<(i32, &str, &str, &str)> {
    problems.iter().map(|one| (one.line, one.col.as_str(), one.value.as_str(), one.key.as_str())).collect()
}

#[tokio::test]
async fn a_schedule_that_lacks_instalments_is_refused_or_shortens_the_one_there_is() {
    let desk = Desk::new().await;
    let one = "pledge,number,due_on,amount\nP-1,1,2021-03-01,60\n";
    let refused = desk.load(Kind::Instalments, one).await;
    assert_eq!(told(&refused.errors)[0], (2, "number", "2", "instalment-left-out"));
    let refused = desk.load(Kind::Instalments, "pledge,number,due_on,amount\nP-1,3,2021-03-01,100\n").await;
    let numbers: Vec<&str> = refused.errors.iter().map(|one| one.value.as_str()).collect();
    assert_eq!((numbers, refused.errors[0].col.as_str()), (vec!["1", "2"], "number"));
    // The first alone is 60 of 100: with a correction it is only the sum that is refused.
    let refused = desk.correct(Kind::Instalments, one).await;
    assert_eq!(told(&refused.errors), [(2, "amount", "60", "amount-is-not-the-sum")]);

    let path = desk.folder.path().join("pledge-60.csv");
    std::fs::write(&path, PLEDGE.replace(",100,", ",60,")).unwrap();
    let schedule = desk.folder.path().join("schedule.csv");
    std::fs::write(&schedule, one).unwrap();
    let files = vec![(Kind::Pledges, path), (Kind::Instalments, schedule)];
    let correct = Some("one instalment fell away".to_owned());
    let corrected = load(&desk.ground, Import { files, correct, ..Import::default() }).await;
    assert_eq!((corrected.added, corrected.changed, corrected.unchanged, corrected.rejected), (0, 2, 0, 0));
    assert_eq!(desk.count("select count(*) from instalments where voided_at is null").await, 1);
    assert_eq!(desk.count("select count(*) from condition_events where voided_at is null").await, 0);
    assert_eq!(desk.count("select count(*) from instalment_balances where upper_inf(known) and number = 2").await, 0);
    assert_eq!(desk.load(Kind::Instalments, one).await.unchanged, 1);
    desk.close().await;
}

#[tokio::test]
async fn a_reference_that_was_taken_out_comes_back_by_a_correction_only() {
    let desk = Desk::new().await;
    let paid = "ref,donor,currency,amount,received_on,fund,pledge,note\nC-1,SWE,EUR,10,2021-04-01,FEM,P-1,first\n";
    assert_eq!(desk.load(Kind::Contributions, paid).await.added, 1);
    let actor = desk.ground.actor();
    let mut tx = WriteTx::begin(&desk.ground.db, actor, "import", Some("booked in error".into())).await.unwrap();
    CONTRIBUTION_FACTS.void(&mut tx, "select id from contribution_facts").await.unwrap();
    balances::recompute(&mut tx, &[PledgeId(1)]).await.unwrap();
    tx.commit().await.unwrap();
    let again = paid.replace("first", "second");
    let refused = desk.load(Kind::Contributions, &again).await;
    assert_eq!(told(&refused.errors), [(2, "ref", "C-1", "taken-out")]);
    let back = desk.correct(Kind::Contributions, &again).await;
    assert_eq!((back.added, back.rejected), (1, 0));
    assert_eq!(desk.count("select count(*) from contributions where note = 'second'").await, 1);

    let actor = desk.ground.actor();
    let mut tx = WriteTx::begin(&desk.ground.db, actor, "import", Some("no such pledge".into())).await.unwrap();
    PLEDGE_TERMS.void(&mut tx, "select id from pledge_terms").await.unwrap();
    INSTALMENTS.void(&mut tx, "select id from instalments").await.unwrap();
    PLEDGE_EVENTS.void(&mut tx, "select id from pledge_events").await.unwrap();
    CONDITION_EVENTS.void(&mut tx, "select id from condition_events").await.unwrap();
    balances::recompute(&mut tx, &[PledgeId(1)]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(told(&desk.load(Kind::Pledges, PLEDGE).await.errors), [(2, "ref", "P-1", "taken-out")]);
    assert_eq!(desk.correct(Kind::Pledges, PLEDGE).await.added, 1);
    desk.close().await;
}

#[tokio::test]
async fn a_reversal_corrected_to_name_another_contribution_moves_both_pledges() {
    let desk = Desk::new().await;
    let second = PLEDGE.replace("P-1", "P-2");
    assert_eq!(desk.load(Kind::Pledges, &second).await.added, 1);
    let paid = "ref,donor,currency,amount,received_on,fund,pledge,reverses
C-1,SWE,EUR,50,2021-04-01,FEM,P-1,
C-2,SWE,EUR,50,2021-04-01,FEM,P-2,
C-3,SWE,EUR,-50,2021-04-02,FEM,,C-1
";
    assert_eq!(desk.load(Kind::Contributions, paid).await.added, 3);
    const PAID: &str = "select sum(paid * pledge_id)::bigint from pledge_balances where upper_inf(known)
        and valid @> date '2021-05-01'";
    assert_eq!(desk.count(PAID).await, 100);
    let corrected = desk.correct(Kind::Contributions, &paid.replace(",,C-1", ",,C-2")).await;
    assert_eq!((corrected.changed, corrected.unchanged), (1, 2));
    assert_eq!(desk.count(PAID).await, 50);
    desk.close().await;
}

#[tokio::test]
async fn what_is_odd_but_happens_lands_with_a_warning() {
    let desk = Desk::new().await;
    let odd = format!("{PLEDGE}P-1,SWE,GSD,FEM,soft,EUR,100,2021-01-01,,Another title,2021-04-01\n")
        + "P-2,SWE,GSD,FEM,soft,EUR,100,2021-01-01,2020-12-31,Signed first,\n";
    let expected =
        [(3, "title", "Another title", "label-of-amendment"), (4, "signed_on", "2020-12-31", "signed-before-pledged")];
    let landed = desk.load(Kind::Pledges, &odd).await;
    assert!(landed.accepted(), "{:?}", landed.refusal(L10n::ENGLISH));
    assert_eq!(told(&landed.warnings), expected);
    let again = desk.load(Kind::Pledges, &odd).await;
    assert_eq!((again.unchanged, told(&again.warnings)), (3, expected.to_vec()));
    assert_eq!(desk.count("select count(*) from pledges where title = 'Another title'").await, 0);

    let paid = "ref,donor,currency,amount,received_on,fund,pledge
C-1,SWE,EUR,110,2021-07-01,FEM,P-1
C-2,SWE,EUR,-10,2021-08-01,FEM,P-1
C-3,SWE,EUR,-0.01,2021-08-02,FEM,P-1
C-4,SWE,NOK,10,2021-08-03,FEM,
C-5,SWE,NOK,10,2021-08-03,FEM,P-2
C-6,SWE,EUR,10,2020-12-31,FEM,P-2
";
    let landed = desk.load(Kind::Contributions, paid).await;
    assert!(landed.accepted(), "{:?}", landed.refusal(L10n::ENGLISH));
    let expected = [
        (4, "amount", "-0.01", "refund-too-large"),
        (5, "currency", "NOK", "rate-missing"),
        (6, "currency", "NOK", "rate-missing"),
        (7, "currency", "EUR", "rate-missing"),
    ];
    assert_eq!(told(&landed.warnings), expected);
    desk.close().await;
}

#[tokio::test]
async fn text_of_every_kind_comes_back_as_it_was() {
    let desk = Desk::new().await;
    let names = [
        "Côte d’Ivoire",
        "Россия",
        "日本",
        "العربية السعودية",
        "ไทย",
        "O\"Brien & <b>Sons</b>",
        "'; drop table donors; --",
        "𝒟𝑜𝓃𝑜𝓇 🙂",
        "a\\b\\N\\.",
        "two\r\nlines",
        "tab\there",
        "bell\u{7} and \u{1b}[31m",
        "e\u{301}",
        "{ $arg }",
        "\\N",
    ];
    let mut content = csv::Writer::from_writer(Vec::new());
    content.write_record(["code", "name", "kind"]).unwrap();
    for (number, name) in names.iter().enumerate() {
        content.write_record([format!("D-{number}").as_str(), name, "C05"]).unwrap();
    }
    content.write_record(["D-99", "'=SUM(A1)", "C05"]).unwrap();
    let content = String::from_utf8(content.into_inner().unwrap()).unwrap();
    let landed = desk.load(Kind::Donors, &content).await;
    assert!(landed.accepted(), "{:?}", landed.refusal(L10n::ENGLISH));
    for (number, name) in names.into_iter().enumerate().chain([(99, "=SUM(A1)")]) {
        let kept: String = sqlx::query_scalar("select name from donors where code = $1")
            .bind(format!("D-{number}"))
            .fetch_one(&desk.ground.db.pages)
            .await
            .unwrap();
        assert_eq!(kept, name);
    }
    assert_eq!(desk.load(Kind::Donors, &content).await.unchanged, 16);
    let refused = desk.load(Kind::Donors, "code,name,kind\nD\u{7}1,a\0b,C05\n").await;
    assert_eq!(told(&refused.errors), [(2, "code", "D\u{7}1", "code-with-control"), (2, "name", "a\0b", "zero-byte")]);
    let lines = refused.refusal(L10n::ENGLISH).join("\n");
    assert!(lines.contains("D␇1") && lines.contains("a␀b") && !lines.contains('\u{7}'), "{lines}");
    let refused = desk.load(Kind::Rates, "currency,valid_from,units_per_usd\nEUR,2021-02-01,0.1234567890123\n").await;
    assert_eq!(told(&refused.errors), [(2, "units_per_usd", "0.1234567890123", "rate-too-precise")]);
    desk.close().await;
}

/// The keys of contract.md, in its order, and no others.
#[tokio::test]
async fn the_json_has_the_contracts_keys() {
    let desk = Desk::new().await;
    let refused = desk.load(Kind::Rates, "currency,valid_from,units_per_usd\rEUR,2021-02-01,x\r\r").await;
    assert_eq!(
        refused.to_json(L10n::ENGLISH),
        "{\"added\":0,\"changed\":0,\"unchanged\":0,\"rejected\":1,\"warnings\":[],\"errors\":[{\"line\":2,\
         \"column\":\"units_per_usd\",\"value\":\"x\",\"message\":\"is not a number of the form 1234.56\"}]}"
    );
    let many: String = (0..1500).map(|number| format!("EUR,2021-13-01,{number}.5\n")).collect();
    let refused = desk.load(Kind::Rates, &format!("currency,valid_from,units_per_usd,\n{many},,,\n\n")).await;
    assert_eq!((refused.rejected, refused.errors.len(), refused.error_count), (1500, 1000, 1500));
    assert_eq!(refused.refusal(L10n::ENGLISH).last().unwrap(), "and 500 more.");
    desk.close().await;
}

#[test]
fn the_command_exits_with_0_1_or_2() {
    let folder = tempfile::Builder::new().prefix("dis-test-").tempdir_in("/tmp").unwrap();
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let good = folder.path().join("funds.csv");
    std::fs::write(&good, "code,name,earmarking,\rFEM,Foundation earmarked,earmarked,\r\r").unwrap();
    let bad = folder.path().join("bad.csv");
    std::fs::write(&bad, "code,name,earmarking\nFNE,,core\n").unwrap();
    let (good, bad) = (good.to_str().unwrap(), bad.to_str().unwrap());
    let missing = "/nowhere/at all.csv";
    for (arguments, code, says) in [
        (vec!["funds"], 2, "values"),
        (vec!["funds", good, "funds"], 2, "every KIND needs its FILE"),
        (vec!["fonds", good], 2, "kinds of files are"),
        (vec!["funds", good, "--correct", " "], 2, "--correct needs a reason"),
        (vec!["funds", good, "--as", "nobody@example.org"], 1, "there is no account nobody@example.org"),
        (vec!["funds", bad], 1, "is needed"),
        (vec!["funds", missing], 1, "cannot be read"),
        (vec!["funds", good, "--dry-run", "--json"], 0, "{\"added\":1,\"changed\":0,\"unchanged\":0"),
        (vec!["funds", good, "--json"], 0, "{\"added\":1,\"changed\":0,\"unchanged\":0"),
        (vec!["funds", good], 0, "0 added, 0 changed, 1 unchanged, 0 rejected."),
    ] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_dis"))
            .env("DIS_DATA_DIR", folder.path().join("data"))
            .env_remove("DATABASE_URL")
            .arg("import")
            .args(&arguments)
            .output()
            .unwrap();
        let stream = if code == 0 { &output.stdout } else { &output.stderr };
        let text = String::from_utf8_lossy(stream);
        assert_eq!((output.status.code(), text.contains(says)), (Some(code), true), "{arguments:?}: {text}");
    }
}
