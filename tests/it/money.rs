//! What finance does with money that is there, through HTTP: taken back, returned, matched, placed by hand; and many
//! receipts at once.

use axum::http::StatusCode;
use dis::access::Role;
use rust_decimal::{Decimal, dec};

use crate::entering::{enter, fill, send};
use crate::pages::Site;

/// Records a receipt through the form; gives the change.
async fn receipt(site: &Site, cookie: &str, reference: &str, more: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("ref", reference),
        ("donor", "NOR"),
        ("amount", "100.00"),
        ("currency", "USD"),
        ("received_on", "1 Nov 2026"),
        ("fund", "FEM"),
    ];
    for (name, value) in more {
        match fields.iter_mut().find(|(field, _)| field == name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    let done = enter(site, "/contributions/new", cookie, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    done.location().split("done=").nth(1).unwrap().to_owned()
}

/// A signed pledge of Norway's in US dollars with instalments of these amounts, due on the first of each month of 2026.
async fn pledge(site: &Site, reference: &str, amounts: &[u32]) {
    let cookie = site.sign_in(Role::ResourceMobilization).await;
    let total = amounts.iter().sum::<u32>().to_string();
    let mut fields: Vec<(String, String)> = [
        ("ref", reference),
        ("donor", "NOR"),
        ("unit", "ROAF"),
        ("fund", "FEM"),
        ("earmarking", "earmarked"),
        ("currency", "USD"),
        ("amount", &total),
        ("pledged_on", "1 Dec 2025"),
        ("signed_on", "2 Dec 2025"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    for (at, amount) in amounts.iter().enumerate() {
        fields.push((format!("due_on-{at}"), format!("2026-{:02}-01", at + 1)));
        fields.push((format!("amount-{at}"), amount.to_string()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let done = enter(site, "/pledges/new", &cookie, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
}

/// Paid, outstanding and advance of a pledge now.
async fn balance(site: &Site, reference: &str) -> (Decimal, Decimal, Decimal) {
    sqlx::query_as(
        "select paid, outstanding, advance from pledge_balances
         where pledge_ref = $1 and upper_inf(known) and valid @> date '2026-11-23'",
    )
    .bind(reference)
    .fetch_one(&site.ground.db.pages)
    .await
    .unwrap()
}

/// What each instalment of a pledge is paid now.
async fn paid(site: &Site, reference: &str) -> Vec<Decimal> {
    sqlx::query_scalar(
        "select paid from instalment_balances
         where pledge_ref = $1 and upper_inf(known) and valid @> date '2026-11-23' order by number",
    )
    .bind(reference)
    .fetch_all(&site.ground.db.pages)
    .await
    .unwrap()
}

async fn undo(site: &Site, cookie: &str, location: &str) {
    let change = location.split("done=").nth(1).unwrap();
    let undone = enter(site, &format!("/changes/{change}/undo"), cookie, &[("reason", "a slip")]).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{:?}", undone.texts("#summary li"));
}

#[tokio::test]
async fn a_receipt_is_taken_back_in_part_and_then_all_of_it() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Finance).await;
    pledge(&site, "P-M-1", &[100]).await;
    receipt(&site, &cookie, "M-1", &[("pledge", "P-M-1")]).await;
    assert_eq!(balance(&site, "P-M-1").await, (dec!(100), dec!(0), dec!(0)));
    let address = "/contributions/M-1/reverse";

    // Without a reason, with a sign, with more than is left: told at the field.
    let silent = enter(&site, address, &cookie, &[]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(silent.texts("#reason-e"), ["Say why"]);
    assert!(fill(&silent, &[]).contains(&("amount".into(), "100.00".into())), "all of it by default");
    let minus = enter(&site, address, &cookie, &[("amount", "-40"), ("reason", "bounced")]).await;
    assert_eq!(minus.texts("#amount-e").len(), 1);
    let much = enter(&site, address, &cookie, &[("amount", "100.01"), ("reason", "bounced")]).await;
    assert_eq!(much.texts("#amount-e"), ["More is taken back than was received, 100."]);

    let part = enter(&site, address, &cookie, &[("amount", "40"), ("reason", "bounced"), ("ref", "M-1-BACK")]).await;
    assert_eq!(part.status, StatusCode::SEE_OTHER, "{:?}", part.texts("#summary li"));
    assert_eq!(balance(&site, "P-M-1").await, (dec!(60), dec!(40), dec!(0)));
    let page = site.get(part.location(), &cookie).await;
    assert_eq!(page.texts(".flash p"), ["Contribution M-1 was taken back."]);
    assert!(page.body.contains("M-1-BACK"), "what takes it back stands on its page");
    let history = page.texts(".history").join(" ");
    assert!(history.contains("Contribution that takes it back") && history.contains("M-1-BACK"), "{history}");
    assert!(history.contains("bounced"), "{history}");
    // What is left is suggested now; a taken reference is told.
    let rest = site.get(address, &cookie).await;
    let mut typed = fill(&rest, &[("reason", "all of it"), ("ref", "M-1")]);
    assert!(typed.contains(&("amount".into(), "60.00".into())), "{typed:?}");
    let taken = send(&site, address, &cookie, &typed).await;
    assert!(taken.texts("#ref-e")[0].contains("is there already"));
    typed = fill(&taken, &[("ref", "M-1-BACK-2")]);
    let all = send(&site, address, &cookie, &typed).await;
    assert_eq!(all.status, StatusCode::SEE_OTHER, "{:?}", all.texts("#summary li"));
    assert_eq!(balance(&site, "P-M-1").await, (dec!(0), dec!(100), dec!(0)));
    // Nothing is left to take back.
    assert_eq!(site.get(address, &cookie).await.status, StatusCode::NOT_FOUND);
    undo(&site, &cookie, all.location()).await;
    assert_eq!(balance(&site, "P-M-1").await, (dec!(60), dec!(40), dec!(0)));
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn a_refund_is_at_most_what_is_unallocated() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Finance).await;
    pledge(&site, "P-M-2", &[100]).await;
    receipt(&site, &cookie, "M-2", &[("pledge", "P-M-2"), ("amount", "130")]).await;
    assert_eq!(balance(&site, "P-M-2").await, (dec!(130), dec!(0), dec!(30)));
    let address = "/contributions/M-2/refund";
    let much = enter(&site, address, &cookie, &[("amount", "30.01"), ("reason", "overpaid")]).await;
    assert_eq!(much.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(much.texts("#amount-e"), ["The refund is larger than what is unallocated on pledge P-M-2 on its day."]);
    assert_eq!(balance(&site, "P-M-2").await, (dec!(130), dec!(0), dec!(30)));
    // The same slip in the form of a receipt is told there too.
    let negative = [
        ("ref", "M-2-R"),
        ("donor", "NOR"),
        ("amount", "-50"),
        ("currency", "USD"),
        ("received_on", "2 Nov 2026"),
        ("fund", "FEM"),
        ("pledge", "P-M-2"),
    ];
    let refused = enter(&site, "/contributions/new", &cookie, &negative).await;
    assert_eq!(refused.texts("#amount-e").len(), 1);
    let done = send(&site, address, &cookie, &fill(&much, &[("amount", "30")])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    assert_eq!(balance(&site, "P-M-2").await, (dec!(100), dec!(0), dec!(0)));
    undo(&site, &cookie, done.location()).await;
    assert_eq!(balance(&site, "P-M-2").await, (dec!(130), dec!(0), dec!(30)));
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn a_receipt_is_matched_by_a_suggestion_that_says_why() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Finance).await;
    pledge(&site, "P-M-3", &[100, 250]).await;
    receipt(&site, &cookie, "M-3", &[("amount", "250"), ("received_on", "3 Feb 2026")]).await;
    let address = "/contributions/M-3/match";
    let drawn = site.get(address, &cookie).await;
    assert_eq!(drawn.status, StatusCode::OK, "{}", drawn.body);
    let why = drawn.texts(".pick .sub");
    assert_eq!(why[0], "exactly instalment 2, same donor, same currency, 2 days after it was due");
    // Somebody else corrects the receipt meanwhile: told, and nothing lost.
    let quick = [("note", "from the bank")];
    assert_eq!(enter(&site, "/contributions/M-3/edit", &cookie, &quick).await.status, StatusCode::SEE_OTHER);
    let stale = send(&site, address, &cookie, &fill(&drawn, &[("reason", "by telephone")])).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(fill(&stale, &[]).contains(&("reason".into(), "by telephone".into())));
    let done = send(&site, address, &cookie, &fill(&stale, &[("reason", "")])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    assert_eq!(paid(&site, "P-M-3").await, [dec!(0), dec!(250)]);
    let page = site.get(done.location(), &cookie).await;
    assert!(page.body.contains("matched: exactly instalment 2, same donor"), "{}", page.body);
    // As it was known before, it paid nothing.
    let (before, now): (i64, i64) = sqlx::query_as(
        "select count(*) filter (where voided_at is not null), count(*) filter (where voided_at is null)
         from contribution_facts where key = 'M-3'",
    )
    .fetch_one(&site.ground.db.pages)
    .await
    .unwrap();
    assert_eq!((before, now), (1, 1));

    // Another donor's pledge asks who paid; a pledge that is not there is told.
    let other =
        |pledge: &'static str, paid_by: &'static str| [("pick", "other"), ("pledge", pledge), ("paid_by", paid_by)];
    let nowhere = enter(&site, address, &cookie, &other("P-NOWHERE", "")).await;
    assert_eq!(nowhere.texts("#pledge-e"), ["No such pledge."]);
    let unnamed = enter(&site, address, &cookie, &other("", "")).await;
    assert_eq!(unnamed.texts("#pledge-e"), ["Name the pledge, or choose one above"]);
    let foreign = enter(&site, address, &cookie, &other("P-2017-021", "")).await;
    assert_eq!(foreign.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(foreign.texts("#paid_by-e").len(), 1, "{:?}", foreign.texts("#summary li"));
    let said = enter(&site, address, &cookie, &other("P-2017-021", "Norway, for the Union")).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{:?}", said.texts("#summary li"));
    assert_eq!(paid(&site, "P-M-3").await, [dec!(0), dec!(0)]);
    undo(&site, &cookie, said.location()).await;
    assert_eq!(paid(&site, "P-M-3").await, [dec!(0), dec!(250)]);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn a_receipt_of_nobody_known_becomes_its_pledges_donors_with_what_takes_it_back() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Finance).await;
    pledge(&site, "P-M-4", &[77]).await;
    let unknown =
        [("donor", "UNIDENTIFIED"), ("amount", "77"), ("note", "NORWAY P-M-4"), ("received_on", "9 Jan 2026")];
    receipt(&site, &cookie, "M-4", &unknown).await;
    let back = [("amount", "7"), ("reason", "bank charges"), ("ref", "M-4-B"), ("received_on", "10 Jan 2026")];
    assert_eq!(enter(&site, "/contributions/M-4/reverse", &cookie, &back).await.status, StatusCode::SEE_OTHER);
    let drawn = site.get("/contributions/M-4/match", &cookie).await;
    assert!(drawn.texts(".pick .sub")[0].contains("“P-M-4” stands in the note"), "{:?}", drawn.texts(".pick .sub"));
    let done = send(&site, "/contributions/M-4/match", &cookie, &fill(&drawn, &[])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    let donors: Vec<String> = sqlx::query_scalar(
        "select d.code from contribution_facts f join donors d on d.id = f.donor_id join pledges p on p.id = f.pledge_id
         where f.key like 'M-4%' and f.voided_at is null and p.ref = 'P-M-4'",
    )
    .fetch_all(&site.ground.db.pages)
    .await
    .unwrap();
    assert_eq!(donors, ["NOR", "NOR"]);
    assert_eq!(balance(&site, "P-M-4").await, (dec!(70), dec!(7), dec!(0)));
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn what_is_placed_by_hand_comes_first_and_what_no_longer_fits_is_listed() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Finance).await;
    pledge(&site, "P-M-5", &[100, 100]).await;
    receipt(&site, &cookie, "M-5", &[("pledge", "P-M-5"), ("amount", "120")]).await;
    assert_eq!(paid(&site, "P-M-5").await, [dec!(100), dec!(20)]);
    let address = "/contributions/M-5/allocate";
    let much = enter(&site, address, &cookie, &[("amount-2", "100.50"), ("reason", "by letter")]).await;
    assert_eq!(much.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(much.texts("#amount-2-e"), ["Only USD 100.00 of that fits"]);
    let words = enter(&site, address, &cookie, &[("amount-1", "a lot"), ("day", "1 Jan 2020"), ("reason", "")]).await;
    assert_eq!(words.texts("#summary li").len(), 3, "{:?}", words.texts("#summary li"));
    assert_eq!(paid(&site, "P-M-5").await, [dec!(100), dec!(20)]);

    let placed = send(&site, address, &cookie, &fill(&much, &[("amount-2", "90")])).await;
    assert_eq!(placed.status, StatusCode::SEE_OTHER, "{:?}", placed.texts("#summary li"));
    assert_eq!(paid(&site, "P-M-5").await, [dec!(30), dec!(90)]);
    let again = enter(&site, address, &cookie, &[("reason", "the same")]).await;
    assert!(again.location().ends_with("done=same"), "{}", again.location());
    let page = site.get("/contributions/M-5", &cookie).await;
    assert!(page.body.contains("By hand"));
    // A form drawn before that is told.
    let drawn = site.get(address, &cookie).await;
    let other = enter(&site, address, &cookie, &[("amount-2", "80"), ("reason", "another letter")]).await;
    assert_eq!(other.status, StatusCode::SEE_OTHER);
    let stale = send(&site, address, &cookie, &fill(&drawn, &[("amount-2", "70"), ("reason", "late")])).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(fill(&stale, &[]).contains(&("amount-2".into(), "70".into())));

    // What is left of the receipt is less than was placed.
    let waits =
        |page: &crate::pages::Answer| page.texts("table.list td").iter().any(|cell| cell.contains("no longer fits"));
    assert!(!waits(&site.get("/allocations?state=unfit", &cookie).await));
    let taken = enter(&site, "/contributions/M-5/reverse", &cookie, &[("amount", "60"), ("reason", "bounced")]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER);
    assert_eq!(paid(&site, "P-M-5").await, [dec!(0), dec!(60)]);
    let list = site.get("/allocations?state=unfit", &cookie).await;
    assert!(waits(&list), "{}", list.body);
    assert!(list.body.contains("/contributions/M-5/allocate"));
    // Taken back, the first placing counts again.
    undo(&site, &cookie, taken.location()).await;
    undo(&site, &cookie, other.location()).await;
    assert_eq!(paid(&site, "P-M-5").await, [dec!(30), dec!(90)]);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn receipts_that_leave_no_doubt_are_matched_together() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Finance).await;
    pledge(&site, "P-M-6", &[1101, 2202]).await;
    pledge(&site, "P-M-7", &[3303, 3303]).await;
    for (reference, amount, day) in [
        ("M-6-A", "1101", "2 Jan 2026"),
        ("M-6-B", "2202", "2 Feb 2026"),
        // Fits two instalments; and two receipts fit one.
        ("M-7-A", "3303", "2 Jan 2026"),
    ] {
        receipt(&site, &cookie, reference, &[("amount", amount), ("received_on", day)]).await;
    }
    let list = site.get("/allocations?donor=NOR&state=unmatched", &cookie).await;
    for reference in ["M-6-A", "M-6-B", "M-7-A"] {
        assert!(list.body.contains(&format!("/contributions/{reference}/match")), "{reference}");
    }
    assert!(list.body.contains("/allocations/sure"));
    let sure = site.get("/allocations/sure", &cookie).await;
    let rows: Vec<String> = sure.texts("label.tick").into_iter().filter(|row| row.starts_with("M-")).collect();
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows[0].starts_with("M-6-B: USD 2,202.00 on 2 Feb 2026 → P-M-6 · no. 2"), "{rows:?}");
    let ours = |answer: &crate::pages::Answer, keep: &[&str]| -> Vec<(String, String)> {
        let fields = fill(answer, &[]);
        let of = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
        let ticked = |name: &str| {
            let value = of(&name.replace("row-", "of-")).unwrap_or_default();
            keep.iter().any(|receipt| value.contains(&format!("\"{receipt}\"")))
        };
        fields.iter().filter(|(name, _)| !name.starts_with("row-") || ticked(name)).cloned().collect()
    };
    let nothing = send(&site, "/allocations/sure", &cookie, &ours(&sure, &[])).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    // One of them changes meanwhile: none is matched.
    assert_eq!(
        enter(&site, "/contributions/M-6-A/edit", &cookie, &[("note", "seen")]).await.status,
        StatusCode::SEE_OTHER
    );
    let stale = send(&site, "/allocations/sure", &cookie, &ours(&sure, &["M-6-A", "M-6-B"])).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert_eq!(paid(&site, "P-M-6").await, [dec!(0), dec!(0)]);
    let fields = ours(&stale, &["M-6-A", "M-6-B"]);
    let done = send(&site, "/allocations/sure", &cookie, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    assert_eq!(paid(&site, "P-M-6").await, [dec!(1101), dec!(2202)]);
    let again = send(&site, "/allocations/sure", &cookie, &fields).await;
    assert_eq!((again.status, again.location()), (StatusCode::SEE_OTHER, done.location()));
    let page = site.get(done.location(), &cookie).await;
    assert_eq!(page.texts(".flash p").len(), 1);
    undo(&site, &cookie, done.location()).await;
    assert_eq!(paid(&site, "P-M-6").await, [dec!(0), dec!(0)]);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn what_waits_is_listed_once_with_its_sums() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Finance).await;
    pledge(&site, "P-M-8", &[100]).await;
    receipt(&site, &cookie, "M-8", &[("pledge", "P-M-8"), ("amount", "175")]).await;
    // A currency without any rate.
    receipt(&site, &cookie, "M-8-RATE", &[("currency", "KWD"), ("amount", "5.125"), ("pledge", "P-M-8")]).await;
    let rows = |state: &'static str| {
        let (site, cookie) = (&site, &cookie);
        async move {
            let file = site.get(&format!("/allocations.csv?state={state}&donor=NOR"), cookie).await;
            let mut reader = csv::Reader::from_reader(file.body.as_bytes());
            let of =
                |row: csv::StringRecord| [&row[0], &row[1], &row[2], &row[6], &row[7]].map(str::to_owned).join(" ");
            reader.records().map(|row| of(row.unwrap())).collect::<Vec<_>>()
        }
    };
    assert!(
        rows("remainder").await.contains(&"remainder  P-M-8 USD 75.00".to_owned()),
        "{:?}",
        rows("remainder").await
    );
    assert_eq!(rows("no_rate").await, ["no_rate M-8-RATE P-M-8 KWD 5.125"]);
    assert!(!rows("unmatched").await.iter().any(|row| row.contains("M-8")));
    let all = site.get("/allocations.csv", &cookie).await;
    let mut reader = csv::Reader::from_reader(all.body.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut keys: Vec<String> = records.iter().map(|row| format!("{} {}", &row[1], &row[2])).collect();
    let many = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), many, "nothing stands twice");
    let sum = |currency: &str| -> Decimal {
        records.iter().filter(|row| &row[6] == currency).map(|row| row[7].parse::<Decimal>().unwrap()).sum()
    };
    let page = site.get("/allocations", &cookie).await;
    let told = page.texts("ul.money li");
    let dollars = told.iter().find(|text| text.starts_with("USD")).unwrap().replace("USD", "").replace(',', "");
    assert_eq!(dollars.trim().parse::<Decimal>().unwrap(), sum("USD"));
    // What nobody received is not there, and those who only read are offered nothing.
    assert_eq!(site.get("/allocations.csv?as_of=1990-01-01", &cookie).await.body.lines().count(), 1);
    let reader = site.sign_in(Role::Auditor).await;
    assert!(!site.get("/allocations", &reader).await.body.contains("/allocations/sure"));
    site.close().await;
}

#[tokio::test]
async fn only_those_who_keep_money_may_touch_it() {
    let site = Site::new().await;
    let finance = site.sign_in(Role::Finance).await;
    pledge(&site, "P-M-9", &[100]).await;
    receipt(&site, &finance, "M-9", &[("pledge", "P-M-9")]).await;
    let changes: i64 =
        sqlx::query_scalar("select change_id from change_head").fetch_one(&site.ground.db.pages).await.unwrap();
    let acts = ["match", "allocate", "reverse", "refund"].map(|act| format!("/contributions/M-9/{act}"));
    let addresses: Vec<String> = acts.into_iter().chain(["/allocations/sure".to_owned()]).collect();
    for role in Role::OF_PEOPLE {
        let cookie = site.sign_in(role).await;
        let page = site.get("/contributions/M-9", &cookie).await;
        assert_eq!(page.body.contains("/contributions/M-9/reverse"), role == Role::Finance, "{role}");
        if role == Role::Finance {
            continue;
        }
        for address in &addresses {
            assert_eq!(site.get(address, &cookie).await.status, StatusCode::FORBIDDEN, "{role} {address}");
            let token = page.page();
            let token = token.select(&scraper::Selector::parse("[name=csrf]").unwrap()).next().unwrap();
            let token = token.attr("value").unwrap().to_owned();
            let sent = site.post(address, &cookie, &[("csrf", &token), ("amount", "1"), ("reason", "x")]).await;
            assert_eq!(sent.status, StatusCode::FORBIDDEN, "{role} {address}");
        }
    }
    for address in ["/contributions/M-9/eat", "/contributions/NOTHING/match"] {
        assert_eq!(site.get(address, &finance).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    let after: i64 =
        sqlx::query_scalar("select change_id from change_head").fetch_one(&site.ground.db.pages).await.unwrap();
    assert_eq!(changes, after, "a refusal changes nothing");
    site.close().await;
}

#[tokio::test]
async fn many_receipts_at_once_never_over_pay_an_instalment() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Finance).await;
    pledge(&site, "P-M-10", &[1000]).await;
    let form = site.get("/contributions/new", &cookie).await;
    let mut forms = Vec::new();
    for nth in 0..32 {
        let (id, reference) = (uuid::Uuid::now_v7().to_string(), format!("M-10-{nth:02}"));
        let instalment = if nth % 2 == 0 { "1" } else { "" };
        forms.push(fill(
            &form,
            &[
                ("form_id", &id),
                ("ref", &reference),
                ("donor", "NOR"),
                ("amount", "50"),
                ("currency", "USD"),
                ("received_on", "1 Nov 2026"),
                ("fund", "FEM"),
                ("pledge", "P-M-10"),
                ("instalment", instalment),
            ],
        ));
    }
    // The first of them is sent twice, at once with all the others.
    forms.push(forms[0].clone());
    // Told that the database is slow, a person sends the same form once more.
    let book = async |fields: &Vec<(String, String)>| loop {
        let answer = send(&site, "/contributions/new", &cookie, fields).await;
        if answer.status != StatusCode::SERVICE_UNAVAILABLE {
            return answer;
        }
    };
    let all = forms.iter().map(book);
    let answers = futures_util::future::join_all(all).await;
    for answer in &answers {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    }
    assert_eq!(answers[0].location(), answers[32].location(), "the same form twice makes one record");
    let many: i64 = sqlx::query_scalar("select count(*) from contribution_facts where key like 'M-10-%'")
        .fetch_one(&site.ground.db.pages)
        .await
        .unwrap();
    assert_eq!(many, 32);
    assert_eq!(balance(&site, "P-M-10").await, (dec!(1600), dec!(0), dec!(600)));
    assert_eq!(paid(&site, "P-M-10").await, [dec!(1000)]);
    // By the rule: of one day, by reference; twenty of fifty fill the instalment.
    let took: Vec<(String, Decimal)> = sqlx::query_as(
        "select c.ref, a.amount from allocations a join contributions c on c.id = a.contribution_id
         where c.ref like 'M-10-%' and upper_inf(a.known) and a.valid @> date '2026-11-23' order by c.ref",
    )
    .fetch_all(&site.ground.db.pages)
    .await
    .unwrap();
    let wanted: Vec<(String, Decimal)> = (0..20).map(|nth| (format!("M-10-{nth:02}"), dec!(50))).collect();
    assert_eq!(took, wanted);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn a_receipt_goes_once_what_was_done_with_it_is_taken_back() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Finance).await;
    pledge(&site, "P-M-11", &[100]).await;
    let first = receipt(&site, &cookie, "M-11", &[]).await;
    let other = [("pick", "other"), ("pledge", "P-M-11")];
    let matched = enter(&site, "/contributions/M-11/match", &cookie, &other).await;
    assert_eq!(matched.status, StatusCode::SEE_OTHER);
    let noted = enter(&site, "/contributions/M-11/edit", &cookie, &[("note", "seen")]).await;
    assert_eq!(noted.status, StatusCode::SEE_OTHER);
    let address = format!("/changes/{first}/undo");
    let built = enter(&site, &address, &cookie, &[("reason", "never came")]).await;
    assert_eq!(built.status, StatusCode::UNPROCESSABLE_ENTITY, "it was matched since");
    undo(&site, &cookie, noted.location()).await;
    undo(&site, &cookie, matched.location()).await;
    assert_eq!(balance(&site, "P-M-11").await, (dec!(0), dec!(100), dec!(0)));
    let gone = enter(&site, &address, &cookie, &[("reason", "never came")]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{:?}", gone.texts("#summary li"));
    let left: i64 =
        sqlx::query_scalar("select count(*) from contribution_facts where key = 'M-11' and voided_at is null")
            .fetch_one(&site.ground.db.pages)
            .await
            .unwrap();
    assert_eq!(left, 0);
    // And back again.
    undo(&site, &cookie, gone.location()).await;
    assert_eq!(site.get("/contributions/M-11", &cookie).await.status, StatusCode::OK);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}
