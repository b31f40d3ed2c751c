//! Forms, through HTTP: what is typed is checked as a file's row is, lands once, is never lost, and can be taken back.

use axum::http::StatusCode;
use dis::access::Role;
use rust_decimal::{Decimal, dec};
use scraper::Selector;

use crate::pages::{Answer, Site};

/// The fields of a form as the page shows it, changed where said.
pub(crate) fn fill(answer: &Answer, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let page = answer.page();
    let attribute = |element: &scraper::ElementRef<'_>, name: &str| element.attr(name).unwrap_or_default().to_owned();
    let mut fields: Vec<(String, String)> = Vec::new();
    for element in page.select(&Selector::parse("main form.form input, main form.form textarea").unwrap()) {
        let kind = attribute(&element, "type");
        if ["checkbox", "radio"].contains(&kind.as_str()) && element.attr("checked").is_none() {
            continue;
        }
        let value = if element.value().name() == "textarea" {
            element.text().collect::<String>()
        } else {
            attribute(&element, "value")
        };
        fields.push((attribute(&element, "name"), value));
    }
    for select in page.select(&Selector::parse("main form.form select").unwrap()) {
        let chosen = select.select(&Selector::parse("option[selected]").unwrap()).next();
        fields.push((attribute(&select, "name"), chosen.map(|one| attribute(&one, "value")).unwrap_or_default()));
    }
    for (name, value) in changes {
        match fields.iter_mut().find(|(field, _)| field == name) {
            Some(field) => (*value).clone_into(&mut field.1),
            None => fields.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    fields
}

/// Sends a form as filled in.
pub(crate) async fn send(site: &Site, address: &str, cookie: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    site.post(address, cookie, &fields).await
}

/// Opens a form, fills it in and sends it.
pub(crate) async fn enter(site: &Site, address: &str, cookie: &str, changes: &[(&str, &str)]) -> Answer {
    let form = site.get(address, cookie).await;
    assert_eq!(form.status, StatusCode::OK, "{address}: {}", form.body);
    send(site, address.split('?').next().unwrap(), cookie, &fill(&form, changes)).await
}

const RECEIPT: [(&str, &str); 7] = [
    ("ref", "R-2026-9001"),
    ("donor", "SWE"),
    ("amount", "1,234.50"),
    ("currency", "eur"),
    ("received_on", "1 Nov 2026"),
    ("fund", "FEM"),
    ("note", "=1+1 <b>“Ångström”</b>"),
];

async fn amount(site: &Site, reference: &str) -> Option<Decimal> {
    sqlx::query_scalar("select amount from contribution_facts where key = $1 and voided_at is null")
        .bind(reference)
        .fetch_optional(&site.ground.db.pages)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_receipt_is_typed_corrected_and_taken_back() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Finance).await;
    let mut wrong = RECEIPT.to_vec();
    wrong[1].1 = "ATLANTIS";
    wrong[2].1 = "1,234.567";
    wrong[4].1 = "31 Dec 20211";
    let refused = enter(&site, "/contributions/new", &cookie, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = refused.texts("#summary li");
    assert_eq!(
        told,
        [
            "Received on: This is not a date: write it like 31 Jul 2021.",
            "Donor: No such donor.",
            "Amount: Has more decimals than EUR has."
        ]
    );
    let kept = fill(&refused, &[]);
    assert!(kept.contains(&("amount".into(), "1,234.567".into())), "{kept:?}");
    assert!(kept.contains(&("note".into(), "=1+1 <b>“Ångström”</b>".into())), "{kept:?}");

    let fixed = fill(&refused, &[("donor", "SWE"), ("amount", "1,234.50"), ("received_on", "1 Nov 2026")]);
    let done = send(&site, "/contributions/new", &cookie, &fixed).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(amount(&site, "R-2026-9001").await, Some(dec!(1234.50)));
    let page = site.get(done.location(), &cookie).await;
    assert_eq!(page.texts(".flash p"), ["Contribution R-2026-9001 was recorded."]);
    assert!(page.body.contains("=1+1 &#60;b&#62;“Ångström”"), "{}", page.body);

    // The same form again makes nothing new; with other content under its id it is refused.
    let again = send(&site, "/contributions/new", &cookie, &fixed).await;
    assert_eq!((again.status, again.location()), (StatusCode::SEE_OTHER, done.location()));
    let other: Vec<(String, String)> = fixed
        .iter()
        .map(|(name, value)| (name.clone(), if name == "amount" { "2.00".into() } else { value.clone() }))
        .collect();
    assert_eq!(send(&site, "/contributions/new", &cookie, &other).await.status, StatusCode::CONFLICT);
    // Another form may not take the reference.
    let taken = enter(&site, "/contributions/new", &cookie, &RECEIPT).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(taken.texts("#ref-e")[0].contains("is there already"), "{:?}", taken.texts("#ref-e"));

    // A figure changes only for a reason.
    let edit = "/contributions/R-2026-9001/edit";
    let silent = enter(&site, edit, &cookie, &[("amount", "1,300.00")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(silent.texts("#reason-e").len(), 1);
    let said = fill(&silent, &[("reason", "the bank says so")]);
    let corrected = send(&site, edit, &cookie, &said).await;
    assert_eq!(corrected.status, StatusCode::SEE_OTHER, "{}", corrected.body);
    assert_eq!(amount(&site, "R-2026-9001").await, Some(dec!(1300.00)));

    // The first change is built upon; the second is taken back, and the first amount counts again.
    let first = done.location().split("done=").nth(1).unwrap().to_owned();
    let second = corrected.location().split("done=").nth(1).unwrap().to_owned();
    let built = enter(&site, &format!("/changes/{first}/undo"), &cookie, &[("reason", "a slip")]).await;
    assert_eq!(built.status, StatusCode::UNPROCESSABLE_ENTITY);
    let undone = enter(&site, &format!("/changes/{second}/undo"), &cookie, &[("reason", "the bank was wrong")]).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.body);
    assert_eq!(amount(&site, "R-2026-9001").await, Some(dec!(1234.50)));
    assert_eq!(site.get(undone.location(), &cookie).await.status, StatusCode::OK);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_told_field_by_field() {
    let site = Site::new().await;
    let (mine, theirs) =
        (site.sign_in(Role::ResourceMobilization).await, site.sign_in(Role::ResourceMobilization).await);
    let drawn = site.get("/donors/SWE/edit", &mine).await;
    assert_eq!(drawn.status, StatusCode::OK, "{}", drawn.body);
    let quick = enter(&site, "/donors/SWE/edit", &theirs, &[("name", "Kingdom of Sweden"), ("focal_point", "")]).await;
    assert_eq!(quick.status, StatusCode::SEE_OTHER, "{}", quick.body);
    let late = fill(&drawn, &[("name", "Sverige"), ("reason", "")]);
    let told = send(&site, "/donors/SWE/edit", &mine, &late).await;
    assert_eq!(told.status, StatusCode::CONFLICT);
    assert!(told.texts("#name-t")[0].contains("Kingdom of Sweden"), "{:?}", told.texts("#name-t"));
    assert_eq!(told.texts("#focal_point-t").len(), 1);
    let merged = fill(&told, &[]);
    assert!(
        merged.contains(&("name".into(), "Sverige".into())) && merged.contains(&("focal_point".into(), String::new()))
    );
    let saved = send(&site, "/donors/SWE/edit", &mine, &merged).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let name: String = sqlx::query_scalar("select name from donors where code = 'SWE'")
        .fetch_one(&site.ground.db.pages)
        .await
        .unwrap();
    assert_eq!(name, "Sverige");
    site.close().await;
}

#[tokio::test]
async fn a_session_that_ran_out_loses_nothing() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Finance).await;
    let form = site.get("/contributions/new", &cookie).await;
    let typed = fill(&form, &RECEIPT);
    sqlx::query("delete from sessions").execute(&site.ground.db.pages).await.unwrap();
    let door = send(&site, "/contributions/new", &cookie, &typed).await;
    assert_eq!(door.status, StatusCode::UNAUTHORIZED);
    let fields = fill_login(&door, "hoa.nguyen@demo.example");
    let door_cookies = door.cookies();
    let inside = send(&site, "/login", &door_cookies, &fields).await;
    assert_eq!(inside.status, StatusCode::OK, "{}", inside.body);
    let session = inside.cookies();
    let carried = fill(&inside, &[]);
    assert!(carried.contains(&("amount".into(), "1,234.50".into())), "{carried:?}");
    let done = send(&site, "/contributions/new", &session, &carried).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(amount(&site, "R-2026-9001").await, Some(dec!(1234.50)));
    // A form of another session of the same person asks once more, and carries everything too.
    let other = site.sign_in(Role::Finance).await;
    let strange = send(&site, "/contributions/new", &other, &typed).await;
    assert_eq!(strange.status, StatusCode::FORBIDDEN);
    assert!(fill(&strange, &[]).contains(&("donor".into(), "SWE".into())));
    site.close().await;
}

fn fill_login(door: &Answer, email: &str) -> Vec<(String, String)> {
    fill(door, &[("email", email), ("password", dis::demo::PASSWORD)])
}

#[tokio::test]
async fn units_funds_and_rates_are_entered_by_those_who_keep_them() {
    let site = Site::new().await;
    let admin = site.sign_in(Role::Admin).await;
    let finance = site.sign_in(Role::Finance).await;
    for (address, cookie, fields, seen) in [
        (
            "/units/new",
            &admin,
            vec![("code", "NEW-1"), ("name", "Länderbüro"), ("kind", "country_office"), ("parent", "ROAF")],
            "/units/NEW-1?done=",
        ),
        ("/funds/new", &admin, vec![("code", "F9"), ("name", "A fund"), ("earmarking", "core")], "/funds/F9?done="),
        (
            "/rates/new",
            &finance,
            vec![("currency", "CHF"), ("valid_from", "20 Nov 2026"), ("units_per_usd", "0.87")],
            "/rates/CHF?done=",
        ),
    ] {
        let done = enter(&site, address, cookie, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{address}: {}", done.body);
        assert!(done.location().starts_with(seen), "{}", done.location());
        assert_eq!(site.get(done.location(), cookie).await.status, StatusCode::OK);
    }
    let edit = "/rates/CHF/edit?valid_from=2026-11-20";
    let corrected = enter(&site, edit, &finance, &[("units_per_usd", "0.88"), ("reason", "misread")]).await;
    assert_eq!(corrected.status, StatusCode::SEE_OTHER, "{}", corrected.body);
    let forbidden = site.get("/units/new", &finance).await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
    assert_eq!(site.get("/rates/new", &admin).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

async fn figures(site: &Site, pledge: &str) -> (Decimal, Decimal, String) {
    sqlx::query_as(
        "select b.outstanding, b.written_off, b.status from pledge_balances b
         where b.pledge_ref = $1 and upper_inf(b.known) and b.valid @> date '2026-11-23'",
    )
    .bind(pledge)
    .fetch_one(&site.ground.db.pages)
    .await
    .unwrap()
}

const PLEDGE: [(&str, &str); 11] = [
    ("ref", "P-TEST-1"),
    ("donor", "NOR"),
    ("unit", "ROAF"),
    ("fund", "FEM"),
    ("earmarking", "earmarked"),
    ("currency", "EUR"),
    ("amount", "100,000.00"),
    ("pledged_on", "1 Feb 2024"),
    ("make_parts", "3"),
    ("make_every", "half_year"),
    ("make_first", "31 Aug 2024"),
];

#[tokio::test]
async fn a_pledge_is_made_signed_amended_and_written_off_in_part() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::ResourceMobilization).await;
    let blank = site.get("/pledges/new", &cookie).await;
    assert!(
        fill(&blank, &[]).iter().any(|(name, value)| name == "ref" && value == "P-2026-011"),
        "{:?}",
        fill(&blank, &[])
    );
    let mut asked = PLEDGE.to_vec();
    asked.push(("press", "make"));
    let made = send(&site, "/pledges/new", &cookie, &fill(&blank, &asked)).await;
    assert_eq!(made.status, StatusCode::OK);
    let rows = fill(&made, &[]);
    let row = |name: &str| rows.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    assert_eq!((row("due_on-1"), row("amount-2")), (Some("28 Feb 2025"), Some("33,333.34")));
    assert!(made.body.contains("it adds up"));
    // A schedule that does not add up is refused, with everything typed still there.
    let short = send(&site, "/pledges/new", &cookie, &fill(&made, &[("amount-2", "3.34"), ("press", "")])).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(fill(&short, &[]).contains(&("amount-2".into(), "3.34".into())));
    assert!(short.body.contains("33,330.00"), "what is missing is said: {:?}", short.texts("[role=status]"));
    let done = send(&site, "/pledges/new", &cookie, &fill(&short, &[("amount-2", "33,333.34"), ("press", "")])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(figures(&site, "P-TEST-1").await.2, "pledged");

    let signed = enter(&site, "/pledges/P-TEST-1/sign", &cookie, &[("day", "1 Mar 2024")]).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.body);
    assert_eq!(figures(&site, "P-TEST-1").await, (dec!(100000.00), dec!(0), "signed".into()));
    let twice = enter(&site, "/pledges/P-TEST-1/sign", &cookie, &[("day", "1 Mar 2024")]).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    let later = enter(&site, "/pledges/P-TEST-1/sign", &cookie, &[("day", "1 Mar 2099")]).await;
    assert_eq!(later.texts("#day-e"), ["This day is still to come"]);

    // An amendment: 120,000 in three, the last with a condition, agreed in 2025.
    let changes = [
        ("agreed_on", "1 Jan 2025"),
        ("amount", "120,000.00"),
        ("amount-0", "25 %"),
        ("amount-1", "25 %"),
        ("amount-2", "50 %"),
        ("condition-2", "the second report is accepted"),
    ];
    let amended = enter(&site, "/pledges/P-TEST-1/amend", &cookie, &changes).await;
    assert_eq!(amended.status, StatusCode::SEE_OTHER, "{}", amended.body);
    assert_eq!(figures(&site, "P-TEST-1").await.0, dec!(120000.00));
    let met = enter(&site, "/pledges/P-TEST-1/condition", &cookie, &[("number", "3"), ("day", "1 Jun 2026")]).await;
    assert_eq!(met.status, StatusCode::SEE_OTHER, "{}", met.body);

    let much = [("number", "1"), ("amount", "40,000"), ("day", "1 Sep 2026"), ("reason", "agreed by letter")];
    let refused = enter(&site, "/pledges/P-TEST-1/write-off", &cookie, &much).await;
    assert_eq!(refused.texts("#amount-e"), ["At most EUR 30,000.00 is outstanding on that day"]);
    let part = [("number", "1"), ("amount", "10,000"), ("day", "1 Sep 2026"), ("reason", "agreed by letter")];
    let written = enter(&site, "/pledges/P-TEST-1/write-off", &cookie, &part).await;
    assert_eq!(written.status, StatusCode::SEE_OTHER, "{}", written.body);
    assert_eq!(figures(&site, "P-TEST-1").await, (dec!(110000.00), dec!(10000.00), "signed".into()));

    // The amount of the amendment was misread: corrected with its schedule, for a reason.
    let edit = "/pledges/P-TEST-1/edit?agreed_on=2025-01-01";
    let fixed = [("amount", "110,000.00"), ("amount-2", "50,000.00"), ("reason", "misread")];
    let corrected = enter(&site, edit, &cookie, &fixed).await;
    assert_eq!(corrected.status, StatusCode::SEE_OTHER, "{}", corrected.body);
    assert_eq!(figures(&site, "P-TEST-1").await.0, dec!(100000.00));
    let page = site.get("/pledges/P-TEST-1", &cookie).await;
    assert!(page.body.contains("misread") && page.body.contains("the second report is accepted"));
    let gone = enter(&site, "/pledges/P-TEST-1/cancel", &cookie, &[("reason", "the donor withdrew")]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.body);
    assert_eq!(figures(&site, "P-TEST-1").await.2, "cancelled");
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn staff_keep_the_pledges_of_their_own_unit_and_below() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::UnitStaff).await;
    let mut fields: Vec<(&str, &str)> = PLEDGE[..8].to_vec();
    let own = enter(&site, "/pledges/new", &cookie, &fields).await;
    assert_eq!(own.status, StatusCode::SEE_OTHER, "{}", own.body);
    fields[0].1 = "P-TEST-2";
    fields[2].1 = "GSD";
    let form = site.get("/pledges/new", &cookie).await;
    let foreign = send(&site, "/pledges/new", &cookie, &fill(&form, &fields)).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let other: String = sqlx::query_scalar(
        "select b.pledge_ref from pledge_balances b join units u on u.id = b.unit_id
         where u.code not in (select u.code from unit_tree('2026-11-23', now()) t join units u on u.id = t.unit_id
            where 'ROAF' = any(t.path)) and upper_inf(b.known) order by 1 limit 1",
    )
    .fetch_one(&site.ground.db.pages)
    .await
    .unwrap();
    let before = changes(&site).await;
    for word in ["edit", "amend", "sign", "cancel", "write-off", "condition"] {
        let address = format!("/pledges/{other}/{word}");
        assert_eq!(site.get(&address, &cookie).await.status, StatusCode::FORBIDDEN, "{address}");
    }
    let fields = [("day", "1 Sep 2026"), ("reason", "none"), ("csrf", "none"), ("form_id", "none")];
    let csrf = fill(&form, &[])[0].1.clone();
    let fields: Vec<(&str, &str)> =
        fields.into_iter().map(|(name, value)| (name, if name == "csrf" { csrf.as_str() } else { value })).collect();
    for word in ["sign", "cancel", "write-off", "condition"] {
        let refused = site.post(&format!("/pledges/{other}/{word}"), &cookie, &fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{word}");
    }
    assert_eq!(changes(&site).await, before);

    // What another unit's colleague did is not theirs to take back, though their role may take such things back.
    let lead = site.sign_in(Role::ResourceMobilization).await;
    let mut fields: Vec<(&str, &str)> = PLEDGE[..8].to_vec();
    fields[0].1 = "P-TEST-3";
    fields[2].1 = "GSD";
    assert_eq!(enter(&site, "/pledges/new", &lead, &fields).await.status, StatusCode::SEE_OTHER);
    let change_of = async |reference: &str| -> i64 {
        sqlx::query_scalar(
            "select t.change_id from pledge_terms t join pledges p on p.id = t.pledge_id where p.ref = $1",
        )
        .bind(reference)
        .fetch_one(&site.ground.db.pages)
        .await
        .unwrap()
    };
    let (foreign, own) = (change_of("P-TEST-3").await, change_of("P-TEST-1").await);
    let undo = format!("/changes/{foreign}/undo");
    assert_eq!(site.get(&undo, &cookie).await.status, StatusCode::FORBIDDEN);
    assert!(!site.get(&format!("/changes/{foreign}"), &cookie).await.body.contains(&undo));
    let before = changes(&site).await;
    let why = [("reason", "none"), ("csrf", csrf.as_str()), ("form_id", "none")];
    assert_eq!(site.post(&undo, &cookie, &why).await.status, StatusCode::FORBIDDEN);
    assert_eq!(changes(&site).await, before);
    let undo = format!("/changes/{own}/undo");
    assert!(site.get(&format!("/changes/{own}"), &cookie).await.body.contains(&undo));
    let undone = enter(&site, &undo, &cookie, &[("reason", "Typed twice")]).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.body);
    site.close().await;
}

async fn changes(site: &Site) -> i64 {
    sqlx::query_scalar("select count(*) from changes").fetch_one(&site.ground.db.pages).await.unwrap()
}
