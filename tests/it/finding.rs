//! Finding what one looks for, and keeping what one looks at: suggestions, the palette, search in lists, saved views.

use axum::http::{Request, StatusCode, header};
use dis::access::Role;
use dis::facts::WriteTx;
use scraper::Selector;
use serde_json::Value;
use uuid::Uuid;

use crate::pages::{Answer, Site};

impl Site {
    async fn suggestions(&self, cookie: &str, query: &str) -> Vec<Value> {
        let request = Request::get(format!("/suggest{query}")).header(header::COOKIE, cookie);
        let answer = self.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.body);
        let answer: Value = serde_json::from_str(&answer.body).unwrap();
        answer["items"].as_array().unwrap().clone()
    }

    async fn codes(&self, cookie: &str, kind: &str, typed: &str) -> Vec<String> {
        let typed = percent_encoding::utf8_percent_encode(typed, percent_encoding::NON_ALPHANUMERIC);
        let items = self.suggestions(cookie, &format!("?kind={kind}&q={typed}")).await;
        items.iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
    }

    async fn csrf(&self, cookie: &str) -> String {
        value(&self.get("/arrears", cookie).await, "[name=csrf]")
    }

    /// Donors in other scripts, one of them under a second name, and a donor that was taken back.
    async fn add_donors(&self) {
        let mut tx = WriteTx::begin(&self.ground.db, self.ground.actor(), "import", None).await.unwrap();
        sqlx::query(
            "insert into donors (code, name) values ('TRK', 'Türkiye İş Bankası'), ('CHN-A', '中国国际发展合作署'),
                ('SAU-F', 'صندوق الأمير محمد'), ('RUS-F', 'Российский фонд прямых инвестиций'),
                ('EVIL', '<b>\"100%_Σίσυφος\"</b>'), ('GONE', 'Gone Foundation')",
        )
        .execute(tx.connection())
        .await
        .unwrap();
        dis::facts::tables::DONOR_FACTS
            .record(
                &mut tx,
                "select code as key, null::bigint as replaces, id as donor_id, null::date as in_force_from,
                        'C08B' as kind, null::text as country, false as member_state, null::bigint as parent_id
                 from donors where code in ('TRK', 'CHN-A', 'SAU-F', 'RUS-F', 'EVIL')",
            )
            .await
            .unwrap();
        sqlx::query(
            "insert into donor_aliases (donor_id, alias) select id, 'Kingdom of Sweden' from donors where code = 'SWE'",
        )
        .execute(tx.connection())
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }

    async fn save_view(&self, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf(cookie).await;
        let form = Uuid::now_v7().to_string();
        let mut all = vec![("csrf", csrf.as_str()), ("form_id", form.as_str())];
        all.extend(fields);
        self.post("/views", cookie, &all).await
    }

    async fn saved_views(&self) -> i64 {
        sqlx::query_scalar("select count(*) from saved_views where removed_at is null")
            .fetch_one(&self.ground.db.pages)
            .await
            .unwrap()
    }
}

fn value(answer: &Answer, selector: &str) -> String {
    let page = answer.page();
    let found = page.select(&Selector::parse(selector).unwrap()).next();
    found.unwrap_or_else(|| panic!("{selector}: {}", answer.body)).attr("value").unwrap().to_owned()
}

fn links(answer: &Answer, selector: &str) -> Vec<String> {
    let page = answer.page();
    let selector = Selector::parse(selector).unwrap();
    page.select(&selector).map(|link| link.attr("href").unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_donor_is_found_by_code_name_and_alias_in_every_script_and_with_a_mistake() {
    let site = Site::new().await;
    site.add_donors().await;
    let cookie = site.sign_in(Role::Auditor).await;
    for (typed, first) in [
        ("swe", "SWE"),
        ("SWEDEN", "SWE"),
        ("Sewden", "SWE"),
        ("swedn", "SWE"),
        ("Sweeden", "SWE"),
        ("kingdom swed", "SWE"),
        ("nirway", "NOR"),
        ("turkiye is", "TRK"),
        ("TÜRKİYE İŞ", "TRK"),
        ("发展", "CHN-A"),
        ("الامير", "SAU-F"),
        ("РОССИЙСКИИ", "RUS-F"),
        ("росийский", "RUS-F"),
        ("σισυφος", "EVIL"),
        ("100%_", "EVIL"),
        ("<b>", "EVIL"),
        ("republic of korea", "KOR"),
        ("korea republic", "KOR"),
    ] {
        let found = site.codes(&cookie, "donor", typed).await;
        assert_eq!(found.first().map(String::as_str), Some(first), "{typed}: {found:?}");
    }
    for typed in ["", " ", "%", "zzzzqqq", "_______", "gone foundation"] {
        let found = site.codes(&cookie, "donor", typed).await;
        assert!(!found.iter().any(|code| code == "GONE"), "{typed}: {found:?}");
        if typed != "%" && typed != "gone foundation" {
            assert_eq!(found, Vec::<String>::new(), "{typed}");
        }
    }
    let named = site.suggestions(&cookie, "?kind=donor&q=kingdom").await;
    assert!(named[0]["note"].as_str().unwrap().contains("Kingdom of Sweden"), "says by which name: {named:?}");
    assert_eq!(site.codes(&cookie, "unit", "regional africa").await, ["ROAF"]);
    assert_eq!(site.codes(&cookie, "fund", "fem").await[0], "FEM");
    assert_eq!(site.codes(&cookie, "pledge", "p-2017-021").await[0], "P-2017-021");
    assert_eq!(site.codes(&cookie, "currency", "euro").await[0], "EUR");
    assert_eq!(site.codes(&cookie, "currency", "nok").await, ["NOK"]);
    assert!(site.codes(&cookie, "person", "lucia ferer").await[0].starts_with("lucia.ferrer@"));
    assert_eq!(site.suggestions(&cookie, "?kind=donor&q=a&most=3").await.len(), 3);
    site.close().await;
}

#[tokio::test]
async fn what_cannot_be_asked_is_named() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Auditor).await;
    let long = format!("/suggest?kind=donor&q={}", "x".repeat(201));
    for address in
        ["/suggest?kind=table&q=x", "/suggest?kind=donor&q=x&most=0", "/suggest?q=%00", "/search?q=%00", &long]
    {
        assert_eq!(site.get(address, &cookie).await.status, StatusCode::BAD_REQUEST, "{address}");
    }
    for address in ["/suggest?q=x", "/suggest/duplicates?name=x"] {
        let nobody = site.send(Request::get(address).body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{address}");
    }
    site.close().await;
}

#[tokio::test]
async fn the_palette_finds_pages_things_and_what_one_may_do() {
    let site = Site::new().await;
    let auditor = site.sign_in(Role::Auditor).await;
    let finance = site.sign_in(Role::Finance).await;
    let first = site.suggestions(&auditor, "?q=arrears").await;
    assert_eq!((first[0]["kind"].as_str(), first[0]["href"].as_str()), (Some("page"), Some("/arrears")));
    let donor = site.suggestions(&auditor, "?q=SWE").await;
    assert_eq!(donor[0]["href"], "/donors/SWE", "an exact code comes before everything: {donor:?}");
    let receipt = site.suggestions(&auditor, "?q=2013-swe-fem").await;
    assert_eq!(receipt[0]["href"], "/contributions/2013-SWE-FEM");
    assert!(receipt[0]["note"].as_str().unwrap().starts_with("USD "), "{receipt:?}");
    let actions = |items: Vec<Value>| -> Vec<String> {
        let actions = items.into_iter().filter(|item| item["kind"] == "action");
        actions.map(|item| item["href"].as_str().or(item["press"].as_str()).unwrap().to_owned()).collect()
    };
    assert_eq!(actions(site.suggestions(&auditor, "?q=dark").await), ["dark"]);
    assert!(
        actions(site.suggestions(&finance, "?q=new+contribution").await).contains(&"/contributions/new".to_owned())
    );
    assert_eq!(actions(site.suggestions(&auditor, "?q=new").await), Vec::<String>::new(), "an auditor changes nothing");
    let page = site.get("/search?q=sweden", &auditor).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(links(&page, ".results a").contains(&"/donors/SWE".to_owned()));
    let nothing = site.get("/search?q=%3Cb%3Ezzzzqqq", &auditor).await;
    assert_eq!(nothing.texts(".empty-state strong"), ["Nothing like “<b>zzzzqqq” is here."]);
    site.close().await;
}

#[tokio::test]
async fn what_one_opened_last_is_ones_own_and_only_the_last_of_it() {
    let site = Site::new().await;
    let (one, other) = (site.sign_in(Role::Finance).await, site.sign_in(Role::Manager).await);
    let csrf = site.csrf(&one).await;
    let opened = async |room: &str, code: &str| {
        let form = [("csrf", csrf.as_str()), ("room", room), ("code", code)];
        site.post("/recent", &one, &form).await.status
    };
    for (at, code) in ["NOR", "SWE", "DEU", "CAN", "JPN", "USA", "ITA", "ESP", "FRA", "NOR"].iter().enumerate() {
        let minute = format!("2026-11-23T12:{at:02}:00Z");
        site.clock.set(dis::kernel::calendar::parse_instant(&minute).unwrap());
        assert_eq!(opened("donors", code).await, StatusCode::NO_CONTENT);
    }
    assert_eq!(opened("donors", "NOBODY").await, StatusCode::NO_CONTENT);
    assert_eq!(opened("sessions", "x").await, StatusCode::BAD_REQUEST);
    assert_eq!(opened("donors", "").await, StatusCode::BAD_REQUEST);
    let codes: Vec<String> =
        site.suggestions(&one, "").await.iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect();
    assert_eq!(codes, ["NOR", "FRA", "ESP", "ITA", "USA", "JPN", "CAN"], "what is not there is not shown");
    assert_eq!(site.suggestions(&other, "").await, Vec::<Value>::new());
    let kept: i64 =
        sqlx::query_scalar("select count(*) from recent_things").fetch_one(&site.ground.db.pages).await.unwrap();
    assert_eq!(kept, 8);
    assert_eq!(site.get("/search", &one).await.texts(".results .name").len(), 7);
    site.close().await;
}

#[tokio::test]
async fn a_donor_that_is_here_already_is_pointed_out() {
    let site = Site::new().await;
    site.add_donors().await;
    let cookie = site.sign_in(Role::ResourceMobilization).await;
    let alike = async |query: &str| -> Vec<String> {
        let items = site.suggestions(&cookie, &format!("/duplicates?{query}")).await;
        items.iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(alike("name=Swedan").await[0], "SWE");
    assert_eq!(alike("name=Government+of+Sweden").await[0], "SWE");
    assert_eq!(alike("name=the+kingdom+of+sweden").await[0], "SWE");
    assert!(!alike("name=Sweden&but=SWE").await.contains(&"SWE".to_owned()), "not itself");
    assert_eq!(alike("name=Konungariket&country=swe").await, ["SWE"], "by the country's code");
    assert_eq!(alike("name=Acme+Industries+Holding").await, Vec::<String>::new());
    assert_eq!(alike("name=").await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn a_donors_name_in_an_address_becomes_its_code() {
    let site = Site::new().await;
    site.add_donors().await;
    let cookie = site.sign_in(Role::Manager).await;
    for (typed, code) in
        [("Sweden", "SWE"), ("sweden", "SWE"), ("swe", "SWE"), ("kingdom+of+sweden", "SWE"), ("turkiye+is", "TRK")]
    {
        let answer = site.get(&format!("/arrears?as_of=2021-07-31&donor={typed}&fund=FEM"), &cookie).await;
        let to = format!("/arrears?as_of=2021-07-31&donor={code}&fund=FEM");
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, to.as_str()), "{typed}");
        let file = site.get(&format!("/arrears.csv?as_of=2021-07-31&donor={typed}&fund=FEM"), &cookie).await;
        let same = site.get(&to.replace("/arrears?", "/arrears.csv?"), &cookie).await;
        assert_eq!(file.body, same.body, "{typed}");
    }
    for typed in ["NOBODY", "united", "%5E"] {
        let answer = site.get(&format!("/arrears?donor={typed}"), &cookie).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{typed} names nobody, or several");
    }
    let page = site.get("/arrears?donor=SWE", &cookie).await;
    let html = page.page();
    let field = html.select(&Selector::parse("#f-donor").unwrap()).next().unwrap();
    assert_eq!((field.attr("value"), field.attr("data-label")), (Some("SWE"), Some("Sweden")));
    site.close().await;
}

#[tokio::test]
async fn lists_are_searched_in_names_aliases_references_and_notes_without_accents() {
    let site = Site::new().await;
    site.add_donors().await;
    sqlx::query("update contributions set note = 'Überweisung über Łódź' where ref = '2013-SWE-FEM'")
        .execute(&site.ground.db.pages)
        .await
        .unwrap();
    sqlx::query("update pledges set agreement = 'AGR/77/Ω', donor_reference = 'Réf. 9' where ref = 'P-2017-021'")
        .execute(&site.ground.db.pages)
        .await
        .unwrap();
    let cookie = site.sign_in(Role::Manager).await;
    let count = async |address: &str| site.get(address, &cookie).await.texts("table.list tbody tr:not(.group)").len();
    assert_eq!(count("/donors?q=turkiye+is").await, 1);
    assert_eq!(count("/donors?q=Kingdom+of+Sweden").await, 1);
    assert_eq!(count("/donors?q=%D0%A0%D0%9E%D0%A1%D0%A1").await, 1, "in capitals of another script");
    assert_eq!(count("/contributions?q=lodz+uberweisung").await, 1, "its words in any order");
    let of_sweden = site.get("/contributions?q=kingdom+sweden", &cookie).await.texts("table.list tbody th > a");
    assert!(of_sweden.len() > 10 && of_sweden.iter().all(|donor| donor == "Sweden"), "{of_sweden:?}");
    for found in ["agr%2F77", "ref.+9", "p-2017-021", "%CF%89"] {
        assert_eq!(count(&format!("/pledges?q={found}")).await, 1, "{found}");
    }
    assert_eq!(count("/instalments?q=AGR%2F77").await, count("/instalments?pledge=P-2017-021").await);
    assert_eq!(count("/units?q=AFRICA+regional").await, 1);
    assert_eq!(count("/funds?q=fem").await, 1);
    assert!(count("/rates?q=eur").await > 0);
    for room in ["donors", "pledges", "contributions", "arrears", "units"] {
        assert_eq!(count(&format!("/{room}?q=100%25+nothing_")).await, 0, "{room}");
    }
    site.close().await;
}

#[tokio::test]
async fn a_view_is_saved_once_stands_on_every_page_and_is_always_of_today() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::UnitStaff).await;
    let other = site.sign_in(Role::Finance).await;
    let listed = site.get("/arrears?as_of=2021-07-31&unit=ROAF&after=&sort=donor", &cookie).await;
    let form = [
        ("csrf", value(&listed, "[action='/views'] [name=csrf]")),
        ("form_id", value(&listed, "[action='/views'] [name=form_id]")),
        ("address", value(&listed, "[action='/views'] [name=address]")),
        ("name", "  Chase <list> ".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let saved = site.post("/views", &cookie, &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert!(saved.location().starts_with("/arrears?unit=ROAF&sort=donor&done="), "{}", saved.location());
    let shown = site.get(saved.location(), &cookie).await;
    assert_eq!(shown.texts(".flash p"), ["The view Chase <list> was saved."]);
    assert_eq!(shown.texts(".tabs [aria-current] span[dir]"), ["Chase <list>"]);
    assert_eq!(site.post("/views", &cookie, &fields).await.location(), saved.location(), "sent twice, saved once");
    assert_eq!(site.saved_views().await, 1);
    let mut otherwise = fields.clone();
    otherwise[3].1 = "Another";
    assert_eq!(site.post("/views", &cookie, &otherwise).await.status, StatusCode::CONFLICT);
    for page in ["/donors", "/donors/SWE", "/search", "/views", "/arrears"] {
        let side = links(&site.get(page, &cookie).await, "#side .menu a");
        assert!(side.contains(&"/arrears?unit=ROAF&sort=donor".to_owned()), "{page}: {side:?}");
        assert!(!site.get(page, &other).await.body.contains("Chase"), "private on {page}");
    }
    let again = site.save_view(&cookie, &[("address", "/arrears?q=x"), ("name", "chase <LIST>")]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(value(&again, "#name-new"), "chase <LIST>", "what was typed is still there");
    let same = site.save_view(&cookie, &[("address", "/pledges?q=x"), ("name", "chase <LIST>")]).await;
    assert_eq!(same.status, StatusCode::SEE_OTHER, "on another list it is another view");
    let kept = [("address", "/arrears?as_of=31+Jul+2021&unit=ROAF"), ("name", "Then"), ("keep_day", "on")];
    let kept = site.save_view(&cookie, &kept).await;
    assert!(kept.location().starts_with("/arrears?as_of=2021-07-31&unit=ROAF&done="), "{}", kept.location());
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new(), "every change stands in the chain");
    site.close().await;
}

#[tokio::test]
async fn only_an_address_of_a_list_can_be_saved() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::UnitStaff).await;
    for address in [
        "",
        "arrears?q=x",
        "//evil.example/arrears?q=x",
        "https://evil.example/arrears?q=x",
        "/logout",
        "/donors/SWE",
        "/arrears.csv?q=x",
        "/arrears?bucket=7",
        "/arrears?as_of=yesterday",
        "/arrears?state=x y",
        "/nowhere?q=x",
        "javascript:alert(1)",
        "/arrears/../logout?q=x",
    ] {
        let answer = site.save_view(&cookie, &[("address", address), ("name", "A view")]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{address}");
    }
    for (name, says) in [("", "Give the view a name."), ("  ", "Give the view a name."), (&*"x".repeat(81), "longer")] {
        let answer = site.save_view(&cookie, &[("address", "/arrears?q=x"), ("name", name)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.texts(".notice.bad a")[0].contains(says), "{}", answer.body);
    }
    let stripped = site.save_view(&cookie, &[("address", "/arrears?q=x&csrf=1&unknown=2&after="), ("name", "Q")]).await;
    assert!(stripped.location().starts_with("/arrears?q=x&done="), "{}", stripped.location());
    let forged = [("csrf", "forged"), ("address", "/arrears?q=x"), ("name", "Forged")];
    assert_eq!(site.post("/views", &cookie, &forged).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.saved_views().await, 1);
    site.close().await;
}

#[tokio::test]
async fn a_shared_view_is_everybodys_to_see_and_its_owners_to_change() {
    let site = Site::new().await;
    let [owner, reader, admin, auditor] =
        [Role::Finance, Role::Manager, Role::Admin, Role::Auditor].map(|role| site.sign_in(role));
    let (owner, reader, admin, auditor) = (owner.await, reader.await, admin.await, auditor.await);
    let shared = [("address", "/pledges?state=signed"), ("name", "Signed"), ("shared", "on")];
    assert_eq!(site.save_view(&auditor, &shared).await.status, StatusCode::FORBIDDEN, "auditors share nothing");
    assert_eq!(site.save_view(&auditor, &shared[..2]).await.status, StatusCode::SEE_OTHER, "but keep their own");
    assert_eq!(site.save_view(&owner, &shared).await.status, StatusCode::SEE_OTHER);
    assert!(links(&site.get("/funds", &reader).await, "#side .menu a").contains(&"/pledges?state=signed".to_owned()));
    let key: Uuid =
        sqlx::query_scalar("select key from saved_views where shared").fetch_one(&site.ground.db.pages).await.unwrap();
    let change = async |cookie: &str, fields: &[(&str, &str)]| {
        let (csrf, form) = (site.csrf(cookie).await, Uuid::now_v7().to_string());
        let mut all = vec![("csrf", csrf.as_str()), ("form_id", form.as_str())];
        all.extend(fields);
        site.post(&format!("/views/{key}"), cookie, &all).await
    };
    let rename = [("act", "rename"), ("name", "In force"), ("version", "1"), ("shared", "on")];
    let page = site.get("/views", &reader).await;
    assert_eq!(page.texts(".views button, .views summary"), Vec::<String>::new(), "not a reader's to change");
    assert_eq!(change(&reader, &rename).await.status, StatusCode::FORBIDDEN);
    assert_eq!(change(&reader, &[("act", "remove")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(change(&owner, &rename).await.status, StatusCode::SEE_OTHER);
    assert_eq!(change(&owner, &rename).await.status, StatusCode::CONFLICT, "drawn from an older version");
    assert!(site.get("/funds", &reader).await.texts("#side .menu a").contains(&"In force".to_owned()));
    let private = [("act", "rename"), ("name", "In force"), ("version", "2")];
    assert_eq!(change(&owner, &private).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        change(&admin, &[("act", "remove")]).await.status,
        StatusCode::NOT_FOUND,
        "a private one is nobody else's"
    );
    let public = [("act", "rename"), ("name", "In force"), ("version", "3"), ("shared", "on")];
    assert_eq!(change(&owner, &public).await.status, StatusCode::SEE_OTHER);
    let removed = change(&admin, &[("act", "remove")]).await;
    assert!(removed.location().starts_with(&format!("/views?removed={key}&done=")), "{}", removed.location());
    assert!(!site.get("/funds", &reader).await.body.contains("In force"));
    assert_eq!(change(&owner, &[("act", "restore")]).await.status, StatusCode::SEE_OTHER);
    assert!(site.get("/funds", &reader).await.body.contains("In force"));
    let told: i64 = sqlx::query_scalar("select count(*) from audit_entries where entity = 'saved_views'")
        .fetch_one(&site.ground.db.pages)
        .await
        .unwrap();
    assert_eq!(told, 7, "two saved, three renamed, one removed, one back");
    let change: i64 = sqlx::query_scalar("select max(id) from changes").fetch_one(&site.ground.db.pages).await.unwrap();
    let about = format!("/changes/{change}");
    assert_eq!(site.get(&about, &reader).await.status, StatusCode::FORBIDDEN, "what others keep is theirs");
    for cookie in [&owner, &admin, &auditor] {
        assert_eq!(site.get(&about, cookie).await.status, StatusCode::OK);
    }
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}
