//! The search: whatever one may read is found by its words, in every script, mistyped or not; what one may not read is not
//! found, not counted, not hinted at.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use dis::access::Role;
use dis::demo;
use dis::embedded::OWNER_ROLE;
use dis::search::Turn;
use serde_json::Value;
use sqlx::{Connection, PgConnection};

use crate::entering::enter;
use crate::pages::{Answer, Site};

const JOHAN: &str = "johan.lindqvist@demo.example";
const AMINA: &str = "amina.mwangi@demo.example";
const LUCIA: &str = "lucia.ferrer@demo.example";

async fn sign_in(site: &Site, email: &str) -> String {
    let answer = site.try_to_sign_in(email, demo::PASSWORD, "/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{email}");
    answer.cookies()
}

async fn log(site: &Site, cookie: &str, fields: &[(&str, &str)]) -> String {
    let done = enter(site, "/meetings/new", cookie, fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    done.location().split('?').next().unwrap().to_owned()
}

fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

async fn search(site: &Site, cookie: &str, typed: &str, more: &str) -> Answer {
    let answer = site.get(&format!("/search?q={}{more}", escaped(typed)), cookie).await;
    assert_eq!(answer.status, StatusCode::OK, "{typed}{more}: {}", answer.body);
    answer
}

/// What is called so among what was found, by name or in its text.
fn found(answer: &Answer) -> Vec<String> {
    [answer.texts(".results .name"), answer.texts(".hits h3 a")].concat()
}

async fn finds(site: &Site, cookie: &str, typed: &str) -> Vec<String> {
    found(&search(site, cookie, typed, "").await)
}

/// What the palette offers.
async fn offered(site: &Site, cookie: &str, typed: &str) -> Vec<Value> {
    let request = Request::get(format!("/suggest?q={}", escaped(typed))).header(header::COOKIE, cookie);
    let answer = site.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK, "{typed}: {}", answer.body);
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    answer["items"].as_array().unwrap().clone()
}

async fn owner(site: &Site) -> PgConnection {
    PgConnection::connect_with(&site.ground.cluster.options(OWNER_ROLE, "dis")).await.unwrap()
}

/// Things whose index is not what they say now, or that are in it and nowhere else.
const WRONG: &str = "select count(*) from (
        (select s.kind, s.thing_id, s.passage, s.room, s.code, s.title, s.note, s.text, s.day, s.donors, s.classification, s.author_id, s.took_part, s.readers,
            setweight(words_and_stems(words_apart(concat_ws(' ', s.title, s.names)), s.language), 'A')
            || setweight(words_and_stems(words_apart(coalesce(s.about, '')), s.language), 'C')
            || setweight(words_and_stems(words_apart(coalesce(s.text, '')), s.language), 'D')
         from search_sources s
         except select kind, thing_id, passage, room, code, title, note, text, day, donors, classification, author_id,
            took_part, readers, words
         from search_texts)
        union all
        (select kind, thing_id, passage, room, code, title, note, text, day, donors, classification, author_id, took_part,
            readers, words
         from search_texts t
         where not exists (select from search_sources s
            where s.kind = t.kind and s.thing_id = t.thing_id and s.passage = t.passage))) wrong";

async fn is_whole(site: &Site) {
    let mut tables = owner(site).await;
    let wrong: i64 = sqlx::query_scalar(WRONG).fetch_one(&mut tables).await.unwrap();
    let waiting: i64 = sqlx::query_scalar("select count(*) from search_stale").fetch_one(&mut tables).await.unwrap();
    assert_eq!((wrong, waiting), (0, 0));
    tables.close().await.unwrap();
}

#[tokio::test]
async fn every_kind_is_found_by_a_word_a_mistyped_one_and_in_every_script() {
    let site = Site::new().await;
    let cookie = sign_in(&site, JOHAN).await;
    let meeting = log(
        &site,
        &cookie,
        &[
            ("donors", "Sweden"),
            ("title", "Consultation about the Überschwemmungen"),
            ("outcomes", "They will finance good governance in Łódź. 在中国国际发展合作署 صندوق الأمير محمد. Российские фонды прямых инвестиций."),
            ("guests", "Anneliese Hagström-Quist"),
            ("text-0", "Circulate the questionnaire"),
            ("owner-0", "Johan Lindqvist"),
            ("due-0", "1 Dec 2026"),
        ],
    )
    .await;
    sqlx::query(
        "update pledges set agreement = 'AGR/77/Ω', title = 'Drainage of the lowlands' where ref = 'P-2017-021'",
    )
    .execute(&site.ground.db.pages)
    .await
    .unwrap();
    let title = "Consultation about the Überschwemmungen";
    for typed in [
        "überschwemmungen",
        "uberschwemmung",
        "governance",
        "zoology governing",
        "financing consultations",
        "governence",
        "goverannce",
        "lodz",
        "中国",
        "国际发展",
        "الأمير",
        "امير",
        "российский фонд",
        "инвестициями",
        "hagstrom quist",
        "sweden lodz",
        "anneliese",
        "konsultation uberschwemmungne",
    ] {
        let all = finds(&site, &cookie, typed).await;
        if typed == "zoology governing" {
            assert!(!all.contains(&title.to_owned()), "every word counts");
            continue;
        }
        assert!(all.contains(&title.to_owned()), "{typed}: {all:?}");
    }
    for (typed, expected) in [
        ("questionnaire", "Circulate the questionnaire"),
        ("questionaire", "Circulate the questionnaire"),
        ("hagström", "Anneliese Hagström-Quist"),
        ("annelise", "Anneliese Hagström-Quist"),
        ("drainage", "Drainage of the lowlands"),
        ("drianage lowland", "Drainage of the lowlands"),
        ("agr 77", "Drainage of the lowlands"),
        ("sewden", "Sweden"),
        ("SOM-LOG3", "Local governance, phase III (invented)"),
    ] {
        let all = finds(&site, &cookie, typed).await;
        assert!(all.iter().any(|one| one == expected), "{typed}: {all:?}");
    }
    let told = search(&site, &cookie, "questionaire", "").await.texts(".notice p");
    assert_eq!(told, ["“questionaire” was not found. Shown instead: “questionnaire”."]);
    // The palette, while one types.
    for typed in ["uberschw", "governan", "governenc", "lod", "中国国"] {
        let items = offered(&site, &cookie, typed).await;
        let hit = items.iter().find(|item| item["kind"] == "meeting" && item["name"] == title);
        assert_eq!(hit.unwrap_or_else(|| panic!("{typed}: {items:?}"))["href"], meeting.as_str());
    }
    is_whole(&site).await;
    site.close().await;
}

#[tokio::test]
async fn what_is_shown_is_text_with_the_words_marked() {
    let site = Site::new().await;
    let cookie = sign_in(&site, LUCIA).await;
    let outcomes = "<script>alert('wasserfall')</script> \"Tom & Jerry\" <b>wasserfall</b> \u{202e}end";
    log(&site, &cookie, &[("donors", "Norway"), ("title", "<i>Wasserfall</i> & co"), ("outcomes", outcomes)]).await;
    let answer = search(&site, &cookie, "WASSERFALL", "").await;
    assert!(
        !answer.body.contains("<script>alert") && !answer.body.contains("<i>") && !answer.body.contains("<b>wasser")
    );
    assert_eq!(answer.texts(".hits h3 a"), ["<i>Wasserfall</i> & co"]);
    assert_eq!(answer.texts(".hits mark"), ["Wasserfall", "wasserfall", "wasserfall"]);
    assert!(answer.texts(".hits .said")[0].contains("\"Tom & Jerry\""), "{:?}", answer.texts(".hits .said"));
    for typed in [
        "'",
        "\"",
        "%_\\",
        "a & b | !c:*",
        "<->",
        "()",
        "'':*",
        "((",
        "\u{202e}",
        "的",
        "-",
        "☃",
        "the",
        "a b c d e f g h i j k l m n o p",
    ] {
        search(&site, &cookie, typed, "").await;
        offered(&site, &cookie, typed).await;
    }
    let nothing = search(&site, &cookie, "<b>zzzzqqqx", "").await;
    assert_eq!(nothing.texts(".empty-state strong"), ["Nothing like “<b>zzzzqqqx” is here."]);
    let request = Request::get("/find?q=nor+way").header(header::COOKIE, &cookie).body(Body::empty()).unwrap();
    assert_eq!(site.send(request).await.location(), "/search?q=nor%20way");
    for wrong in
        ["kind=table", "kind=page", "donor=NOBODY", "since=soon", "until=31.13.2021", "page=0", "page=x", "page=51"]
    {
        assert_eq!(site.get(&format!("/search?q=x&{wrong}"), &cookie).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    site.close().await;
}

#[tokio::test]
async fn what_is_found_is_filtered_counted_and_leafed_through() {
    let site = Site::new().await;
    let cookie = sign_in(&site, LUCIA).await;
    let mut tables = owner(&site).await;
    for (sql, level) in [("unclassified", 45), ("confidential", 30)] {
        sqlx::query(
            "with made as (
                insert into meetings (ref, title, held_on, outcomes, classification, author_id, logged_at)
                select $1 || n, 'Zwielicht ' || n, '2020-01-01'::date + n, 'pumpernickel', $1::classification, 1, '2026-01-01'
                from generate_series(1, $2) n returning id, held_on
             )
             insert into meeting_donors (meeting_id, donor_id, nth)
             select m.id, d.id, 1 from made m
             join donors d on d.code = case when extract(isodow from m.held_on) < 4 then 'SIDA' else 'NOR' end",
        )
        .bind(sql)
        .bind(level)
        .execute(&mut tables)
        .await
        .unwrap();
    }
    let mut all = Vec::new();
    let mut next = Some("/search?q=pumpernickel".to_owned());
    while let Some(address) = next {
        let page = site.get(&address, &cookie).await;
        assert_eq!(page.texts(".bar [role=status]"), ["45 things found"], "{address}");
        all.extend(page.texts(".hits h3 a"));
        let html = page.page();
        let link = html.select(&scraper::Selector::parse("a[rel=next]").unwrap()).next();
        next = link.map(|link| link.attr("href").unwrap().to_owned());
    }
    let mut once = all.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!((all.len(), once.len()), (45, 45), "each once");
    assert_eq!(all[0], "Zwielicht 45", "of those as good as each other the latest comes first");
    let count =
        async |more: &str| search(&site, &cookie, "pumpernickel", more).await.texts(".bar [role=status]")[0].clone();
    assert_eq!(count("&kind=donor").await, "45 things found", "the kind is what is shown, not what is counted");
    assert!(search(&site, &cookie, "pumpernickel", "&kind=donor").await.texts(".hits li").is_empty());
    assert_eq!(count("&since=2020-02-01").await, "15 things found");
    assert_eq!(count("&since=2020-01-03&until=4+Jan+2020").await, "2 things found");
    let of_norway: i64 = count("&donor=norway").await.split(' ').next().unwrap().parse().unwrap();
    let of_sweden: i64 = count("&donor=SWE").await.split(' ').next().unwrap().parse().unwrap();
    assert_eq!(of_norway + of_sweden, 45, "a donor's are those of the donors below it too");
    assert!(of_norway > 10 && of_sweden > 10);
    let chips = search(&site, &cookie, "pumpernickel", "&donor=SWE&since=2020-01-03").await.texts(".chip.on b");
    assert_eq!(chips, ["Sweden", "3 Jan 2020"]);
    let johan = sign_in(&site, JOHAN).await;
    assert_eq!(search(&site, &johan, "pumpernickel", "").await.texts(".bar [role=status]"), ["75 things found"]);
    // What is classified is found by those who may read it, and read on its page, where that is noted.
    let shown = search(&site, &johan, "pumpernickel", "&page=4").await;
    assert!(!shown.texts(".hits .said").is_empty());
    tables.close().await.unwrap();
    is_whole(&site).await;
    site.close().await;
}

/// What a page says besides what was typed.
fn bare(answer: &Answer, typed: &str) -> String {
    answer.texts("main")[0].replace(typed, "").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn what_one_may_not_read_is_not_found_not_counted_and_not_hinted_at() {
    let site = Site::new().await;
    let johan = sign_in(&site, JOHAN).await;
    let open = [("donors", "Sweden"), ("title", "A walk"), ("outcomes", "We saw nordlichter.")];
    log(&site, &johan, &open).await;
    let word = |level: &str| format!("nordlichtee {level} quetzalcoatl");
    let mut meetings = Vec::new();
    for level in ["confidential", "strictly_confidential"] {
        let said = word(level);
        let fields = [
            ("donors", "Sweden"),
            ("title", "Quetzalcoatl"),
            ("outcomes", said.as_str()),
            ("text-0", "Send the quetzalcoatl"),
            ("owner-0", "Johan Lindqvist"),
            ("guests", "Quetzalcoatl Xiuhtecuhtli"),
            ("classification", level),
        ];
        meetings.push(log(&site, &johan, &fields).await);
    }
    let may = [(vec![JOHAN, "ngozi.eze@demo.example", AMINA, "tevita.fonua@demo.example"], 2), (vec![JOHAN], 4)];
    let everybody = [
        "dilnoza.yusupova@demo.example",
        "tomasz.zielinski@demo.example",
        JOHAN,
        "ngozi.eze@demo.example",
        "hoa.nguyen@demo.example",
        LUCIA,
        AMINA,
        "tevita.fonua@demo.example",
    ];
    for email in everybody {
        let cookie = sign_in(&site, email).await;
        // Both meetings and a follow-up of each.
        let readable = may.iter().filter(|(who, _)| who.contains(&email)).map(|(_, things)| *things).max().unwrap_or(0);
        let nothing = bare(&search(&site, &cookie, "vvvvwwwwxxxx", "").await, "vvvvwwwwxxxx");
        for typed in ["quetzalcoatl", "quetzalcotl", "uqetzalcoatl", "xiuhtecuhtli", "quetzalcoatls"] {
            for more in ["", "&kind=meeting", "&kind=contact", "&donor=SWE", "&since=2020-01-01"] {
                let answer = search(&site, &cookie, typed, more).await;
                let count = answer.texts(".bar [role=status]")[0].clone();
                if readable == 0 {
                    if more.is_empty() {
                        assert_eq!(bare(&answer, typed), nothing, "{email} {typed}");
                    }
                    assert_eq!(count, "0 things found", "{email} {typed}{more}");
                    assert!(answer.texts(".notice").is_empty(), "{email} {typed}{more}");
                    assert!(
                        !answer.body.replace(typed, "").to_lowercase().contains("quetzalcoatl"),
                        "{email} {typed}{more}"
                    );
                } else if typed == "quetzalcoatl" && more.is_empty() {
                    assert_eq!(count, format!("{readable} things found"), "{email}");
                    assert!(!answer.body.contains("nordlichtee confidential"), "read on its page, where it is noted");
                }
            }
            let items = offered(&site, &cookie, typed).await;
            assert_eq!(items.is_empty(), readable == 0, "{email} {typed}: {items:?}");
        }
        // A word that is nearer, but only in what may not be read, takes no place from one that may be.
        let told = search(&site, &cookie, "nordlichtex", "").await.texts(".notice p").join(" ");
        assert_eq!(told.contains("nordlichtee"), readable > 0, "{email}: {told}");
        assert!(told.contains("nordlichter"), "{email}: {told}");
    }
    // Whoever speaks with the database itself is told nothing either.
    for table in ["search_texts", "search_lexicon", "search_stale", "search_due", "search_sources"] {
        let asked = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        assert!(sqlx::query(asked).execute(&site.ground.db.pages).await.is_err(), "{table}");
    }
    for asked in [
        "select search_has('quetzalcoatl')",
        "select search_near('quetzalcotl', false)",
        "select search_source('meeting', array[1::bigint])",
        "select search_refresh('meeting', array[1::bigint])",
        "select search_page('quetzalcoatl', null, null, null, null, null, null, 0, 10)",
        "select search_walk('quetzalcoatl', 'meeting', null, null, null, 10)",
        "select search_seen('quetzalcoatl', 'meeting', null, null, null, 10)",
    ] {
        assert!(sqlx::query(asked).execute(&site.ground.db.pages).await.is_err(), "{asked}");
    }
    let nobody: String =
        sqlx::query_scalar("select search('quetzalcotl', true, null, null, null, null, null, null, 0, 10)::text")
            .fetch_one(&site.ground.db.pages)
            .await
            .unwrap();
    assert!(nobody.contains("\"kinds\": {}") && nobody.contains("\"understood\": []"), "{nobody}");
    site.close().await;
}

#[tokio::test]
async fn what_is_known_now_is_found_and_what_was_corrected_is_not() {
    let site = Site::new().await;
    let (johan, lucia) = (sign_in(&site, JOHAN).await, sign_in(&site, LUCIA).await);
    let first = [
        ("donors", "Norway"),
        ("title", "A visit"),
        ("outcomes", "They said pumpernickel."),
        ("text-0", "Bake pumpernickel"),
        ("owner-0", "Johan Lindqvist"),
    ];
    let meeting = log(&site, &johan, &first).await;
    let count = async |cookie: &str, typed: &str| search(&site, cookie, typed, "").await.texts(".hits li").len();
    assert_eq!(count(&lucia, "pumpernickel").await, 2);
    let edit = [("outcomes", "They said knäckebröd."), ("donors", "Denmark")];
    assert_eq!(enter(&site, &format!("{meeting}/edit"), &johan, &edit).await.status, StatusCode::SEE_OTHER);
    assert_eq!((count(&lucia, "pumpernickel").await, count(&lucia, "knackebrod").await), (1, 1));
    assert_eq!(count(&lucia, "knackebrod denmark").await, 1);
    let raise = [("classification", "confidential"), ("reason", "asked for by them")];
    assert_eq!(enter(&site, &format!("{meeting}/edit"), &johan, &raise).await.status, StatusCode::SEE_OTHER);
    assert_eq!((count(&lucia, "pumpernickel").await, count(&lucia, "knackebrod").await), (0, 0));
    assert_eq!((count(&johan, "pumpernickel").await, count(&johan, "knackebrod").await), (1, 1));

    // A donor entered, renamed and taken back; a contact taken out.
    let fields = [("code", "QUAX"), ("name", "Quaxelfrosch Stiftung"), ("kind", "C05")];
    let made = enter(&site, "/donors/new", &johan, &fields).await;
    let change: i64 = made.location().rsplit('=').next().unwrap().parse().unwrap();
    assert!(found(&search(&site, &lucia, "quaxelfrosch", "").await).contains(&"Quaxelfrosch Stiftung".to_owned()));
    let undone = enter(&site, &format!("/changes/{change}/undo"), &johan, &[("reason", "not a donor")]).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.body);
    assert_eq!(finds(&site, &lucia, "quaxelfrosch").await, Vec::<String>::new());
    let made = enter(&site, "/donors/SWE/contacts/new", &johan, &[("name", "Quendolyn Querfeld")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER);
    assert_eq!(finds(&site, &lucia, "querfeld").await, ["Quendolyn Querfeld"]);
    let id: i64 =
        sqlx::query_scalar("select max(id) from donor_contacts").fetch_one(&site.ground.db.pages).await.unwrap();
    let removed = enter(&site, &format!("/donors/SWE/contacts/{id}"), &johan, &[("press", "remove")]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{:?}", removed.texts("#summary li"));
    assert_eq!(finds(&site, &lucia, "querfeld").await, Vec::<String>::new());
    is_whole(&site).await;
    site.close().await;
}

#[tokio::test]
async fn a_long_document_is_found_by_what_stands_deep_in_it_and_only_by_its_readers() {
    let site = Site::new().await;
    let (johan, lucia) = (sign_in(&site, JOHAN).await, sign_in(&site, LUCIA).await);
    let mut tables = owner(&site).await;
    sqlx::raw_sql(
        "set dis.recorded_at = '2026-11-01T00:00:00Z'; set dis.change = '1'; set dis.reader = '1';
         with filed as (
            insert into documents (title, kind, language, file_name, classification, author_id)
            values ('Politique de développement', 'development_strategy', 'fr', 'politique.pdf', 'unclassified', 1),
                ('Lettre', 'letter', 'fr', 'lettre.pdf', 'confidential', 1) returning id, classification
         ), given as (
            insert into document_donors (document_id, donor_id, nth)
            select f.id, d.id, 1 from filed f join donors d on d.code = 'FRA'
         )
         insert into document_versions (document_id, number, file_id, name, media_type, bytes, sha256, classification)
         select id, 1, gen_random_uuid(), 'x.pdf', 'application/pdf', 10, '', classification from filed;
         insert into document_texts (version_id, state, text)
         select v.id, 'taken', repeat('Le texte continue longuement ici. ', 3000) || ' Nous finançons les réseaux d''assainissement et le '
            || case when v.classification = 'confidential' then 'zwielicht' else 'pumpernickel' end || '. '
            || repeat('Et encore du texte. ', 2000)
         from document_versions v where v.name = 'x.pdf'",
    )
    .execute(&mut tables)
    .await
    .unwrap();
    for typed in
        ["pumpernickel", "réseau assainissements", "pumpernikel", "politique pumpernickel", "assainissements france"]
    {
        let answer = search(&site, &lucia, typed, "&kind=document").await;
        assert_eq!(answer.texts(".hits h3 a")[..1], ["Politique de développement"], "{typed}");
        assert_eq!(answer.texts(".hits li").len(), 1, "{typed}");
    }
    let shown = search(&site, &lucia, "pumpernickel", "").await;
    assert_eq!(shown.texts(".hits .said mark"), ["pumpernickel"], "from where it stands");
    assert!(shown.texts(".hits .said")[0].contains("réseaux d'assainissement"), "{:?}", shown.texts(".hits .said"));
    assert_eq!(finds(&site, &lucia, "zwielicht").await, Vec::<String>::new());
    assert_eq!(finds(&site, &lucia, "zwielihct").await, Vec::<String>::new());
    assert_eq!(finds(&site, &johan, "zwielihct").await, ["Lettre"]);
    sqlx::raw_sql("update document_texts set text = 'Rien' where state = 'taken'").execute(&mut tables).await.unwrap();
    assert_eq!(finds(&site, &lucia, "pumpernickel").await, Vec::<String>::new());
    assert!(finds(&site, &lucia, "politique").await.contains(&"Politique de développement".to_owned()));
    tables.close().await.unwrap();
    is_whole(&site).await;
    site.close().await;
}

#[tokio::test]
async fn of_what_is_in_very_many_texts_the_latest_one_may_read_come_first_each_once() {
    let site = Site::new().await;
    let (lucia, johan) = (sign_in(&site, LUCIA).await, sign_in(&site, JOHAN).await);
    let mut tables = owner(&site).await;
    // In all of them; in none of the latest fifty; in every second. The very latest are confidential. They are the first
    // there were, so that what is in none of the latest is seen to be common by the first.
    sqlx::raw_sql(
        "insert into meetings (id, ref, title, held_on, outcomes, classification, author_id, logged_at)
         overriding system value select n - 2000, 'V' || n, 'Vielerorts ' || n, '2020-01-01'::date + n, 'pumpernickel'
                || case when n <= 1150 then ' knackebrod' else '' end || case when n % 2 = 0 then ' zwieback' else ' zwirbeln' end,
            case when n > 1190 then 'confidential' else 'unclassified' end::classification, 1, '2026-01-01'
         from generate_series(1, 1200) n",
    )
    .execute(&mut tables)
    .await
    .unwrap();
    for (typed, latest, next) in [("pumpernickel", 1190, 1189), ("knackebrod", 1150, 1149), ("zwieback", 1190, 1188)] {
        let mut all = Vec::new();
        for page in ["", "&page=2", "&page=6"] {
            let answer = search(&site, &lucia, typed, page).await;
            assert_eq!(answer.texts(".bar [role=status]"), ["More than 500 things found"], "{typed}");
            all.extend(answer.texts(".hits h3 a"));
        }
        let name = |number: i32| format!("Vielerorts {number}");
        assert_eq!(all[..2], [name(latest), name(next)], "{typed}");
        assert_eq!(all[20], name(latest - 20 * (latest - next)), "{typed}: the next page goes on");
        let mut once = all.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!((all.len(), once.len()), (60, 60), "{typed}");
        let until = search(&site, &lucia, typed, "&until=2020-03-01").await;
        assert_eq!(until.texts(".hits h3 a")[0], "Vielerorts 60", "{typed}");
        let items = offered(&site, &lucia, &typed[..6]).await;
        let meetings: Vec<_> =
            items.iter().filter(|item| item["kind"] == "meeting").map(|item| &item["name"]).collect();
        assert_eq!(meetings[..2], [&Value::from(name(latest)), &Value::from(name(next))], "{typed}");
    }
    assert_eq!(search(&site, &johan, "pumpernickel", "").await.texts(".hits h3 a")[0], "Vielerorts 1200");
    let items = offered(&site, &johan, "pumper").await;
    assert_eq!(items.iter().find(|item| item["kind"] == "meeting").unwrap()["name"], "Vielerorts 1200");
    tables.close().await.unwrap();
    is_whole(&site).await;
    site.close().await;
}

#[tokio::test]
async fn signs_are_found_where_they_stand_together_and_marked_together() {
    let site = Site::new().await;
    let cookie = sign_in(&site, LUCIA).await;
    for (title, outcomes) in [
        ("One", "在中国国际发展合作署"),
        ("Two", "国家发展，国际合作"),
        ("Three", "発展 of the 国, abroad"),
        ("Four", "東京でアフリカ開発会議"),
    ] {
        log(&site, &cookie, &[("donors", "Norway"), ("title", title), ("outcomes", outcomes)]).await;
    }
    for (typed, expected, marked) in [
        ("国际发展", vec!["One"], vec!["国际发展"]),
        ("国际", vec!["One", "Two"], vec!["国际", "国际"]),
        ("发展 国际合作", vec!["Two"], vec!["发展", "国际合作"]),
        ("アフリカ開発", vec!["Four"], vec!["アフリカ開発"]),
        ("展中", vec![], vec![]),
    ] {
        let answer = search(&site, &cookie, typed, "&kind=meeting").await;
        let mut hits = answer.texts(".hits h3 a");
        hits.sort_unstable();
        assert_eq!(hits, expected, "{typed}");
        assert_eq!(answer.texts(".hits .said mark"), marked, "{typed}");
    }
    is_whole(&site).await;
    site.close().await;
}

#[tokio::test]
async fn names_that_only_resemble_are_for_want_of_better() {
    let site = Site::new().await;
    let cookie = sign_in(&site, LUCIA).await;
    let named = |items: &[Value]| items.iter().any(|item| item["name"] == "Sweden");
    assert!(named(&offered(&site, &cookie, "sewden").await), "nothing says it");
    assert_eq!(finds(&site, &cookie, "sewden").await[0], "Sweden");
    log(&site, &cookie, &[("donors", "Norway"), ("title", "Das Sewdenland"), ("outcomes", "Nothing.")]).await;
    let items = offered(&site, &cookie, "sewden").await;
    assert!(!named(&items), "a text says it: {items:?}");
    assert_eq!(finds(&site, &cookie, "sewden").await, ["Das Sewdenland"]);
    site.close().await;
}

#[tokio::test]
async fn searches_come_in_their_turn_and_names_at_once() {
    let site = Site::new().await;
    let cookie = sign_in(&site, JOHAN).await;
    let mut taken = Vec::new();
    for _ in 0..=std::thread::available_parallelism().unwrap().get() {
        taken.push(Turn::come(&site.state).await.ok().unwrap());
    }
    assert_eq!(site.get("/suggest?kind=donor&q=sw", &cookie).await.status, StatusCode::OK);
    for address in ["/search?q=water", "/suggest?q=water"] {
        let mut waits = Box::pin(site.get(address, &cookie));
        assert!(tokio::time::timeout(Duration::from_millis(300), &mut waits).await.is_err(), "{address}");
        // Who waits holds no connection that a page could read by.
        assert_eq!(site.get("/donors", &cookie).await.status, StatusCode::OK);
        drop(taken.pop());
        assert_eq!(waits.await.status, StatusCode::OK, "{address}");
        taken.push(Turn::come(&site.state).await.ok().unwrap());
    }
    // Not for ever: a page that does not come in time says so.
    let late = site.get("/search?q=water", &cookie).await;
    assert_eq!(late.status, StatusCode::SERVICE_UNAVAILABLE);
    drop(taken);
    assert_eq!(site.get("/search?q=water", &cookie).await.status, StatusCode::OK);
    site.close().await;
}

#[tokio::test]
async fn every_role_searches_names_and_texts() {
    let site = Site::new().await;
    for role in Role::OF_PEOPLE {
        let cookie = site.sign_in(role).await;
        let answer = search(&site, &cookie, "africa", "").await;
        assert!(!found(&answer).is_empty(), "{role}");
        assert!(answer.texts(".tabs a").iter().any(|tab| tab.starts_with("Units")), "{:?}", answer.texts(".tabs a"));
    }
    site.close().await;
}
