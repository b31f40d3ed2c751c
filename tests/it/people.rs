//! Accounts, one's own account, the second factor, the audit and the settings, through HTTP.

use axum::http::StatusCode;
use chrono::TimeDelta;
use dis::access::{Act, Role, may};
use dis::demo;
use dis::kernel::calendar::parse_instant;
use dis::users;
use scraper::Selector;
use totp_rs::{Builder, Secret};

use crate::entering::{enter, fill, send};
use crate::pages::{Answer, Site};

const EMAIL: &str = "ines.okonkwo@demo.example";
const NEW: [(&str, &str); 4] =
    [("email", EMAIL), ("name", "Inês “<b>” Okonkwo"), ("role", "unit_staff"), ("unit", "ROAF")];

async fn chosen(site: &Site, one_time: &str, own: &str) -> String {
    let in_with_it = site.try_to_sign_in(EMAIL, one_time, "/donors").await;
    assert_eq!(in_with_it.status, StatusCode::SEE_OTHER, "{}", in_with_it.body);
    let cookie = in_with_it.cookies();
    let fields = [("password", one_time), ("new", own), ("again", own)];
    let done = enter(site, "/account/password", &cookie, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    cookie
}

/// Everything of a person that a writing refused must leave as it was.
async fn everything(site: &Site) -> String {
    sqlx::query_scalar(
        "select md5(coalesce((select string_agg(a::text, '|' order by a.id) from accounts a), '')
            || (select count(*) from changes) || (select count(*) from audit_entries)
            || (select count(*) from sessions) || (select count(*) from second_factors)
            || (select count(*) from setting_facts))",
    )
    .fetch_one(&site.ground.db.pages)
    .await
    .unwrap()
}

async fn csrf(site: &Site, cookie: &str) -> String {
    let page = site.get("/account", cookie).await.page();
    let field = page.select(&Selector::parse("[name=csrf]").unwrap()).next().unwrap();
    field.attr("value").unwrap().to_owned()
}

fn code_at(secret: &str, site: &Site, later: i64) -> String {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let codes = Builder::new().with_secret(secret).build().unwrap();
    codes.generate(u64::try_from(site.clock.now().timestamp() + later).unwrap()).to_string()
}

#[tokio::test]
async fn an_account_is_made_with_a_one_time_password_edited_and_disabled() {
    let site = Site::new().await;
    let admin = site.sign_in(Role::Admin).await;
    let wrong = enter(&site, "/users/new", &admin, &[("email", "no mail"), ("name", ""), ("role", "finance")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.texts("#summary li"), ["E-mail: This is not an e-mail address."]);
    let unit = enter(&site, "/users/new", &admin, &[NEW[0], NEW[1], ("unit", "")]).await;
    assert_eq!(unit.texts("#unit-e"), ["Staff need a unit."]);
    let short = enter(&site, "/users/new", &admin, &[NEW[0], NEW[1], NEW[3], ("password", "short")]).await;
    assert_eq!(short.texts("#password-e"), ["Between 12 and 1024 characters."]);
    assert!(!short.body.contains("value=\"short\""), "a password is never sent back");

    let form = site.get("/users/new", &admin).await;
    let fields = fill(&form, &NEW);
    let shown = send(&site, "/users/new", &admin, &fields).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    let one_time = shown.texts("code.secret")[0].clone();
    let again = send(&site, "/users/new", &admin, &fields).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "the same form makes no second account");
    assert!(!again.body.contains(&one_time));
    let taken = enter(&site, "/users/new", &admin, &[("email", "INES.okonkwo@demo.example"), NEW[1], NEW[3]]).await;
    assert!(taken.texts("#email-e")[0].contains("already"), "{:?}", taken.texts("#email-e"));

    // Whoever signs in with it comes no further than to a password of their own.
    let in_with_it = site.try_to_sign_in(EMAIL, &one_time, "/donors").await.cookies();
    for address in ["/donors", "/arrears.csv", "/account", "/users"] {
        assert_eq!(site.get(address, &in_with_it).await.location(), "/account/password", "{address}");
    }
    let first = site.get("/account/password", &in_with_it).await;
    let same = fill(&first, &[("password", &one_time), ("new", &one_time), ("again", &one_time)]);
    assert_eq!(send(&site, "/account/password", &in_with_it, &same).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let guess =
        fill(&first, &[("password", "not this one"), ("new", "a sentence of mine"), ("again", "a sentence of mine")]);
    let refused = send(&site, "/account/password", &in_with_it, &guess).await;
    assert_eq!(refused.texts("#password-e"), ["This is not your password."]);
    let own = chosen(&site, &one_time, "a sentence of mine").await;
    assert_eq!(site.get("/donors", &own).await.status, StatusCode::OK);
    assert_eq!(site.get("/donors", &in_with_it).await.status, StatusCode::SEE_OTHER, "signed out everywhere else");
    assert_eq!(site.try_to_sign_in(EMAIL, &one_time, "/").await.status, StatusCode::UNPROCESSABLE_ENTITY);

    // Edited by two at once: the second is told, field by field, and loses nothing.
    let address = format!("/users/{EMAIL}");
    let drawn = site.get(&format!("{address}/edit"), &admin).await;
    let quick = fill(&drawn, &[("name", "Inês Okonkwo"), ("role", "manager")]);
    assert_eq!(send(&site, &format!("{address}/edit"), &admin, &quick).await.status, StatusCode::SEE_OTHER);
    let fresh = site.get(&format!("{address}/edit"), &admin).await;
    let mut late = fill(&drawn, &[("name", "I. Okonkwo")]);
    late.iter_mut().filter(|(name, _)| name == "form_id").for_each(|(_, id)| {
        *id = fill(&fresh, &[]).into_iter().find(|(name, _)| name == "form_id").unwrap().1;
    });
    let told = send(&site, &format!("{address}/edit"), &admin, &late).await;
    assert_eq!(told.status, StatusCode::CONFLICT, "{}", told.body);
    assert!(told.texts("#name-t")[0].contains("Inês Okonkwo"), "{:?}", told.texts("#name-t"));
    let merged = fill(&told, &[]);
    assert!(
        merged.contains(&("name".into(), "I. Okonkwo".into())) && merged.contains(&("role".into(), "manager".into()))
    );
    assert_eq!(send(&site, &format!("{address}/edit"), &admin, &merged).await.status, StatusCode::SEE_OTHER);

    // Disabled: every session ends, nobody signs in; enabled: the password is the same.
    let disabled = enter(&site, &format!("{address}/disable"), &admin, &[("reason", "left")]).await;
    assert_eq!(disabled.status, StatusCode::SEE_OTHER, "{}", disabled.body);
    assert_eq!(site.get("/donors", &own).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.try_to_sign_in(EMAIL, "a sentence of mine", "/").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    enter(&site, &format!("{address}/enable"), &admin, &[]).await;
    let back = site.try_to_sign_in(EMAIL, "a sentence of mine", "/donors").await;
    assert_eq!(back.location(), "/donors");
    let ended = enter(&site, &format!("{address}/sessions"), &admin, &[]).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.body);
    assert_eq!(site.get("/donors", &back.cookies()).await.status, StatusCode::SEE_OTHER);
    let reset = enter(&site, &format!("{address}/password"), &admin, &[("password", "typed by an admin")]).await;
    assert_eq!(reset.status, StatusCode::SEE_OTHER, "{}", reset.body);
    chosen(&site, "typed by an admin", "another sentence of mine").await;

    let page = site.get(&address, &admin).await;
    let told = page.texts("ol.history h3");
    assert!(told[0].starts_with(&format!("{EMAIL} changed their password.")), "{told:?}");
    assert!(told.iter().any(|line| line.contains("was disabled")), "{told:?}");
    assert!(!page.body.contains("<b>”"), "a name is text");
    let kept: Vec<String> =
        sqlx::query_scalar("select coalesce(before::text, '') || coalesce(after::text, '') from audit_entries")
            .fetch_all(&site.ground.db.pages)
            .await
            .unwrap();
    assert!(kept.iter().all(|row| !row.contains("argon2") && !row.contains("sentence") && !row.contains(&one_time)));
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn the_last_active_administrator_stays() {
    let site = Site::new().await;
    let admin = site.sign_in(Role::Admin).await;
    let (own, other) = ("/users/dilnoza.yusupova@demo.example", "/users/tomasz.zielinski@demo.example");
    assert_eq!(enter(&site, &format!("{other}/disable"), &admin, &[]).await.status, StatusCode::SEE_OTHER);
    let before = everything(&site).await;
    let refused = enter(&site, &format!("{own}/disable"), &admin, &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.texts("#summary li")[0].contains("last active administrator"),
        "{:?}",
        refused.texts("#summary li")
    );
    let refused = enter(&site, &format!("{own}/edit"), &admin, &[("role", "auditor")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    let command = users::disable(&site.ground.db, site.ground.actor(), "dilnoza.yusupova@demo.example").await;
    assert!(command.unwrap_err().to_string().contains("last active administrator"));
    assert_eq!(everything(&site).await, before);
    // With another one they may go.
    enter(&site, &format!("{other}/enable"), &admin, &[]).await;
    assert_eq!(
        enter(&site, &format!("{own}/edit"), &admin, &[("role", "auditor")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(site.get("/users/new", &admin).await.status, StatusCode::FORBIDDEN, "no longer an administrator");
    site.close().await;
}

async fn second_step(site: &Site, first: &Answer, code: &str) -> Answer {
    let page = first.page();
    let token = page.select(&Selector::parse("[name=form_token]").unwrap()).next().unwrap();
    let token = token.attr("value").unwrap().to_owned();
    site.post("/login/code", &first.cookies(), &[("form_token", &token), ("code", code), ("next", "/donors")]).await
}

#[tokio::test]
async fn a_second_factor_is_set_up_asked_for_and_taken_off() {
    let site = Site::new().await;
    let email = "lucia.ferrer@demo.example";
    let cookie = site.sign_in(Role::UnitStaff).await;
    let form = site.get("/account/second-factor", &cookie).await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(form.body.contains("<svg class=\"qr\"") && !form.body.contains("style="), "drawn without inline style");
    let secret = form.texts("code.secret")[0].clone();
    let wrong = fill(&form, &[("code", "000000"), ("password", demo::PASSWORD)]);
    let refused = send(&site, "/account/second-factor", &cookie, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        refused.texts("code.secret"),
        [secret.as_str()],
        "the same secret, so that the phone need not begin anew"
    );
    let stolen = fill(&form, &[("code", &code_at(&secret, &site, 0)), ("password", "a guess of a thief")]);
    let refused = send(&site, "/account/second-factor", &cookie, &stolen).await;
    assert_eq!(refused.texts("#password-e"), ["This is not your password."]);
    let right = fill(&refused, &[("code", &code_at(&secret, &site, 0)), ("password", demo::PASSWORD)]);
    let done = send(&site, "/account/second-factor", &cookie, &right).await;
    let recovery = done.texts("code.secret");
    assert_eq!((done.status, recovery.len()), (StatusCode::OK, 10), "{}", done.body);

    // The password alone opens nothing; the code that proved the phone is spent; a later one opens, once.
    let first = site.try_to_sign_in(email, demo::PASSWORD, "/donors").await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(first.texts("h1"), ["One more step"]);
    assert_eq!(site.get("/donors", &first.cookies()).await.status, StatusCode::SEE_OTHER, "no session yet");
    let spent = second_step(&site, &first, &code_at(&secret, &site, 0)).await;
    assert_eq!(spent.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", spent.body);
    let next = code_at(&secret, &site, 30);
    let opened = second_step(&site, &first, &next).await;
    assert_eq!((opened.status, opened.location()), (StatusCode::SEE_OTHER, "/donors"), "a phone a step ahead");
    assert_eq!(site.get("/donors", &opened.cookies()).await.status, StatusCode::OK);
    assert_eq!(second_step(&site, &first, &next).await.status, StatusCode::UNPROCESSABLE_ENTITY, "the step is over");
    let again = site.try_to_sign_in(email, demo::PASSWORD, "/donors").await;
    assert_eq!(second_step(&site, &again, &next).await.status, StatusCode::UNPROCESSABLE_ENTITY, "taken once");
    let two = tokio::join!(second_step(&site, &again, &recovery[0]), second_step(&site, &again, &recovery[0]));
    let opened = [&two.0, &two.1].iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
    assert_eq!(opened, 1, "a recovery code opens once, however many come at once");
    let late = site.try_to_sign_in(email, demo::PASSWORD, "/donors").await;
    site.clock.set(site.clock.now() + TimeDelta::minutes(11));
    assert_eq!(second_step(&site, &late, &recovery[1]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "too late");

    // Codes are throttled as passwords are.
    let guessed = site.try_to_sign_in(email, demo::PASSWORD, "/donors").await;
    for guess in 0..5 {
        assert_eq!(
            second_step(&site, &guessed, &format!("00000{guess}")).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
    let now_right = code_at(&secret, &site, 0);
    assert_eq!(second_step(&site, &guessed, &now_right).await.status, StatusCode::TOO_MANY_REQUESTS);
    site.clock.set(site.clock.now() + TimeDelta::minutes(20));

    // The secret is not in the database as it is, and without its key it is said that codes cannot be checked.
    let sealed: Vec<u8> =
        sqlx::query_scalar("select sealed_secret from second_factors").fetch_one(&site.ground.db.pages).await.unwrap();
    let plain = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    assert!(!sealed.windows(20).any(|window| window == plain.as_bytes()));
    let key = site.ground.folder().join("second-factor.key");
    let hidden = site.ground.folder().join("elsewhere");
    std::fs::rename(&key, &hidden).unwrap();
    let first = site.try_to_sign_in(email, demo::PASSWORD, "/donors").await;
    let told = second_step(&site, &first, &code_at(&secret, &site, 0)).await;
    assert!(told.body.contains("Codes cannot be checked"), "{}", told.body);
    assert_eq!(second_step(&site, &first, &recovery[2].to_uppercase()).await.status, StatusCode::SEE_OTHER);
    std::fs::rename(&hidden, &key).unwrap();

    // An administrator takes it off for a reason, and it is written down.
    let admin = site.sign_in(Role::Admin).await;
    let address = format!("/users/{email}/second-factor");
    let silent = enter(&site, &address, &admin, &[]).await;
    assert_eq!(silent.texts("#reason-e"), ["Say why"]);
    let off = enter(&site, &address, &admin, &[("reason", "the phone fell into a lake")]).await;
    assert_eq!(off.status, StatusCode::SEE_OTHER, "{}", off.body);
    let change = site.get(off.location(), &admin).await;
    assert!(change.body.contains("the phone fell into a lake"));
    assert_eq!(site.try_to_sign_in(email, demo::PASSWORD, "/donors").await.location(), "/donors");
    let tries: Vec<(String, bool, i64)> = sqlx::query_as(
        "select means, succeeded, count(*) from sign_in_attempts where email = $1 group by 1, 2 order by 1, 2",
    )
    .bind(email)
    .fetch_all(&site.ground.db.pages)
    .await
    .unwrap();
    assert!(tries.iter().any(|(means, right, many)| means == "code" && !right && *many >= 7), "{tries:?}");
    assert!(tries.contains(&("recovery_code".to_owned(), true, 2)), "{tries:?}");
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn people_see_and_end_their_own_sessions_and_only_those() {
    let site = Site::new().await;
    let (here, there, elsewhere) =
        (site.sign_in(Role::Finance).await, site.sign_in(Role::Finance).await, site.sign_in(Role::Finance).await);
    let stranger = site.sign_in(Role::Manager).await;
    let page = site.get("/account", &here).await;
    assert_eq!(page.texts("tbody tr").len(), 3, "{}", page.body);
    assert_eq!(page.texts("tbody .tag"), ["Here"]);
    let ids: Vec<String> = {
        let html = page.page();
        let buttons = Selector::parse("button[name=end]").unwrap();
        html.select(&buttons).map(|button| button.attr("value").unwrap().to_owned()).collect()
    };
    let mine: Vec<&String> = ids.iter().filter(|id| *id != "others").collect();
    let token = csrf(&site, &stranger).await;
    site.post("/account/sessions", &stranger, &[("csrf", &token), ("end", mine[0])]).await;
    assert_eq!(site.get("/account", &here).await.texts("tbody tr").len(), 3, "nobody ends another's");
    let token = csrf(&site, &here).await;
    site.post("/account/sessions", &here, &[("csrf", &token), ("end", mine[0])]).await;
    assert_eq!(site.get("/account", &here).await.texts("tbody tr").len(), 2);
    site.post("/account/sessions", &here, &[("csrf", &token), ("end", "others")]).await;
    let alive =
        [site.get("/account", &here).await, site.get("/account", &there).await, site.get("/account", &elsewhere).await];
    assert_eq!(alive.map(|answer| answer.status), [StatusCode::OK, StatusCode::SEE_OTHER, StatusCode::SEE_OTHER]);
    for (language, status) in [("en", StatusCode::SEE_OTHER), ("tlh", StatusCode::BAD_REQUEST)] {
        let answer = site.post("/account/language", &here, &[("csrf", &token), ("language", language)]).await;
        assert_eq!(answer.status, status, "{language}");
    }
    site.close().await;
}

fn rows(file: &Answer) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(file.body.as_bytes()).records().map(Result::unwrap).collect()
}

#[tokio::test]
async fn the_audit_tells_who_changed_what_before_and_after_and_who_signed_in() {
    let site = Site::new().await;
    let finance = site.sign_in(Role::Finance).await;
    site.try_to_sign_in("nobody@demo.example", "a guess of somebody", "/").await;
    let receipt = [
        ("ref", "R-2026-7001"),
        ("donor", "SWE"),
        ("amount", "10.50"),
        ("currency", "EUR"),
        ("received_on", "1 Nov 2026"),
        ("fund", "FEM"),
    ];
    assert_eq!(enter(&site, "/contributions/new", &finance, &receipt).await.status, StatusCode::SEE_OTHER);
    let fix = [("amount", "11.00"), ("reason", "=cmd() the bank’s slip")];
    let fixed = enter(&site, "/contributions/R-2026-7001/edit", &finance, &fix).await;
    assert_eq!(fixed.status, StatusCode::SEE_OTHER, "{}", fixed.body);

    let auditor = site.sign_in(Role::Auditor).await;
    let page = site.get("/audit?code=R-2026-7001", &auditor).await;
    let told = page.texts("table.list tbody th a");
    assert_eq!(told, ["Contribution R-2026-7001 was corrected.", "Contribution R-2026-7001 was recorded."]);
    assert_eq!(page.texts("table.list tbody td.num"), ["2", "1"], "recorded and voided; recorded");
    for (query, many) in [
        ("who=hoa.nguyen%40demo.example&room=contributions", 2),
        ("who=tevita.fonua%40demo.example", 0),
        ("act=contribution-correct", 1),
        ("q=bank%E2%80%99s", 1),
        ("since=2031-01-01", 0),
        ("code=R-2026-7001&until=2020-01-01", 0),
    ] {
        assert_eq!(rows(&site.get(&format!("/audit.csv?{query}"), &auditor).await).len(), many, "{query}");
    }
    let facts = rows(&site.get("/audit-facts.csv?code=R-2026-7001", &auditor).await);
    assert_eq!(facts.len(), 2, "a correction is one row: before and after");
    assert_eq!(
        (&facts[0][3], &facts[0][5], &facts[0][6]),
        ("contribution-correct", "contribution_facts", "R-2026-7001")
    );
    assert!(facts[0][4].starts_with("'=cmd()"), "guarded: {}", &facts[0][4]);
    let (before, after): (serde_json::Value, serde_json::Value) =
        (serde_json::from_str(&facts[0][7]).unwrap(), serde_json::from_str(&facts[0][8]).unwrap());
    assert_eq!((before["amount"].to_string(), after["amount"].to_string()), ("10.5".into(), "11".into()));
    assert_eq!((&after["donor"], &after["fund"]), (&"SWE".into(), &"FEM".into()), "in codes, not in numbers of rows");
    assert_eq!((&facts[1][7], facts[1][8].contains("10.5")), ("", true));

    let tries = rows(&site.get("/sign-ins.csv?state=failed", &auditor).await);
    assert_eq!(tries.len(), 1);
    assert_eq!((&tries[0][2], &tries[0][4]), ("nobody@demo.example", "password"));
    let shown = site.get("/sign-ins", &auditor).await;
    assert!(shown.texts("table.list tbody .tag").contains(&"Failed".to_owned()));
    // Everything that was ever recorded stands in the file, fact by fact.
    let all = rows(&site.get("/audit-facts.csv", &auditor).await);
    let recorded: i64 =
        sqlx::query_scalar("select count(*) from contribution_facts").fetch_one(&site.ground.db.pages).await.unwrap();
    let in_file = all.iter().filter(|row| &row[5] == "contribution_facts" && !row[8].is_empty()).count();
    assert_eq!(i64::try_from(in_file).unwrap(), recorded);
    site.close().await;
}

/// Allowance by row of the arrears on a day, known at an instant.
async fn allowances(site: &Site, cookie: &str, query: &str) -> Vec<(String, String)> {
    let file = site.get(&format!("/arrears.csv?{query}"), cookie).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    rows(&file).iter().map(|row| (row[5].to_owned(), row[19].to_owned())).collect()
}

#[tokio::test]
async fn a_setting_counts_from_its_day_on_and_can_be_taken_back() {
    let site = Site::new().await;
    let admin = site.sign_in(Role::Admin).await;
    let known = site.get("/arrears.csv?as_of=2021-07-31", &admin).await;
    let default = allowances(&site, &admin, "as_of=2021-07-31").await;
    assert!(default.iter().any(|(_, percent)| percent == "25"), "{default:?}");
    for (typed, field) in [
        (vec![("value", "0 / 25 / 60"), ("reason", "x")], "value"),
        (vec![("value", "0 / 25 / 60 / 101"), ("reason", "x")], "value"),
        (vec![("value", "0 / 10 / 60 / 100"), ("reason", "")], "reason"),
        (vec![("value", "0 / 10 / 60 / 100"), ("reason", "x"), ("in_force_from", "31 Feb 2021")], "in_force_from"),
        (vec![("value", "0 / 10 / 60 / 100"), ("reason", "x"), ("fund", "NONE")], "fund"),
    ] {
        let refused = enter(&site, "/settings/allowance_percent/new", &admin, &typed).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed:?}");
        assert_eq!(refused.texts(&format!("#{field}-e")).len(), 1, "{typed:?} {}", refused.body);
    }
    let typed = [
        ("value", "5 / 30 / 65.5 / 100"),
        ("fund", "FEM"),
        ("in_force_from", "1 Jan 2021"),
        ("reason", "the auditors’ advice"),
    ];
    let form = site.get("/settings/allowance_percent/new", &admin).await;
    let fields = fill(&form, &typed);
    let set = send(&site, "/settings/allowance_percent/new", &admin, &fields).await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.body);
    assert_eq!(send(&site, "/settings/allowance_percent/new", &admin, &fields).await.location(), set.location());
    let page = site.get(set.location(), &admin).await;
    assert_eq!(page.texts(".flash p"), ["The allowance for doubtful receivables was set."]);
    assert!(page.body.contains("5 / 30 / 65.5 / 100 %"), "{}", page.body);

    let after = allowances(&site, &admin, "as_of=2021-07-31").await;
    let new_of = |old: &str| {
        match old {
            "0" => "5",
            "25" => "30",
            "60" => "65.5",
            other => other,
        }
        .to_owned()
    };
    let expected: Vec<(String, String)> = default
        .iter()
        .map(|(fund, old)| (fund.clone(), if fund == "FEM" { new_of(old) } else { old.clone() }))
        .collect();
    assert_eq!(after, expected);
    assert!(after != default);
    assert_eq!(allowances(&site, &admin, "as_of=2020-12-31").await.iter().filter(|(_, p)| p == "30").count(), 0);

    // One of the same day corrects it; taken back, the first counts again; both taken back, the default.
    let mut corrected = typed;
    corrected[0].1 = "7 / 30 / 65.5 / 100";
    let second = enter(&site, "/settings/allowance_percent/new", &admin, &corrected).await;
    let number = |answer: &Answer| answer.location().split("done=").nth(1).unwrap().to_owned();
    let undo = |change: String| (format!("/changes/{change}/undo"), [("reason", "not advised after all")]);
    let (address, why) = undo(number(&second));
    assert_eq!(enter(&site, &address, &admin, &why).await.status, StatusCode::SEE_OTHER);
    assert_eq!(allowances(&site, &admin, "as_of=2021-07-31").await, expected);
    let same = enter(&site, "/settings/allowance_percent/new", &admin, &typed).await;
    assert_eq!(same.location(), "/settings?done=same");
    let years = [("value", "2016, 2015"), ("fund", "FEM"), ("reason", "nothing was kept")];
    assert_eq!(enter(&site, "/settings/no_data_years/new", &admin, &years).await.status, StatusCode::SEE_OTHER);
    let states = enter(&site, "/settings/member_states/new", &admin, &[("value", "194"), ("reason", "one more")]).await;
    assert_eq!(states.status, StatusCode::SEE_OTHER, "{}", states.body);
    let page = site.get("/settings", &admin).await;
    assert!(page.texts("dl.facts dd").contains(&"194".to_owned()), "{:?}", page.texts("dl.facts dd"));
    assert!(page.texts("tr.void").len() >= 2, "what was corrected and taken back is still told");
    assert_eq!(site.get("/settings/member_states", &admin).await.location(), "/settings#s-member_states");

    // What was known before is as it was.
    let at: chrono::DateTime<chrono::Utc> = sqlx::query_scalar(
        "select recorded_at from changes where act <> 'setting' and act <> 'undo' order by id desc limit 1",
    )
    .fetch_one(&site.ground.db.pages)
    .await
    .unwrap();
    let then = at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let then = site.get(&format!("/arrears.csv?as_of=2021-07-31&known_at={then}"), &admin).await;
    assert_eq!(then.body, known.body);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn whoever_may_not_changes_nothing_of_accounts_and_settings() {
    let site = Site::new().await;
    let admin = site.sign_in(Role::Admin).await;
    // An administrator's own forms, filled in, are what everybody else sends.
    let user = "/users/petra.holm@demo.example";
    let deeds = ["disable", "enable", "password", "sessions", "second-factor", "edit"];
    let mut forms: Vec<(String, Act)> = deeds.map(|deed| (format!("{user}/{deed}"), Act::KeepAccounts)).into();
    forms.push(("/users/new".to_owned(), Act::KeepAccounts));
    forms.push(("/settings/member_states/new".to_owned(), Act::KeepSettings));
    for role in Role::OF_PEOPLE.into_iter().filter(|role| *role != Role::Admin) {
        let cookie = site.sign_in(role).await;
        let token = csrf(&site, &cookie).await;
        let before = everything(&site).await;
        for (address, act) in &forms {
            assert!(!may(role, *act));
            let read = site.get(address, &cookie).await;
            assert_eq!(read.status, StatusCode::FORBIDDEN, "{role} {address}");
            let drawn = site.get(address, &admin).await;
            let changes = [
                ("csrf", token.as_str()),
                ("reason", "mine now"),
                ("name", "Mallory"),
                ("email", "m@x.example"),
                ("value", "7"),
            ];
            let sent = send(&site, address, &cookie, &fill(&drawn, &changes)).await;
            assert_eq!(sent.status, StatusCode::FORBIDDEN, "{role} {address}");
        }
        assert_eq!(everything(&site).await, before, "{role}");
        let page = site.get(user, &cookie).await;
        assert_eq!(page.status == StatusCode::OK, may(role, Act::ReadAudit), "{role}");
    }
    // A change of an account is read by administrators, auditors and whoever made it.
    let own = site.sign_in(Role::Manager).await;
    let fields = [("password", demo::PASSWORD), ("new", "a sentence of mine"), ("again", "a sentence of mine")];
    let done = enter(&site, "/account/password", &own, &fields).await;
    let change = format!("/changes/{}", done.location().split("done=").nth(1).unwrap());
    let finance = site.sign_in(Role::Finance).await;
    let seen = [site.get(&change, &own).await, site.get(&change, &admin).await, site.get(&change, &finance).await];
    assert_eq!(seen.map(|answer| answer.status), [StatusCode::OK, StatusCode::OK, StatusCode::FORBIDDEN]);
    assert_eq!(site.get("/users/system", &admin).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("/users/nobody%40x.example", &admin).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get(&format!("{user}/conquer"), &admin).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.clock.now(), parse_instant("2026-11-23T12:00:00Z").unwrap());
    site.close().await;
}
