//! Meetings, follow-ups and classification, through HTTP: what is classified is found by its readers and by nobody else.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use dis::access::Role;
use dis::classified::{Classification, Reader, Standing, may_read};
use dis::demo;
use dis::embedded::OWNER_ROLE;
use dis::facts::Actor;
use dis::imports::{self, Import, ImportError, Kind, Outcome};
use dis::kernel::ids::AccountId;
use sqlx::{Connection, PgConnection};
use tower::ServiceExt;

use crate::entering::{enter, fill, send};
use crate::foundation::Ground;
use crate::hunt::{AMINA, CONFIDENTIAL, Planted, STRICT, TEVITA};
use crate::loading::clock;
use crate::pages::{Answer, Site};

pub(crate) const JOHAN: &str = "johan.lindqvist@demo.example";
pub(crate) const NGOZI: &str = "ngozi.eze@demo.example";
pub(crate) const LUCIA: &str = "lucia.ferrer@demo.example";
pub(crate) const DILNOZA: &str = "dilnoza.yusupova@demo.example";
pub(crate) const TOMASZ: &str = "tomasz.zielinski@demo.example";

pub(crate) async fn sign_in(site: &Site, email: &str) -> String {
    let answer = site.try_to_sign_in(email, demo::PASSWORD, "/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{email}");
    answer.cookies()
}

/// Logs a meeting through its form; returns its address.
pub(crate) async fn log(site: &Site, cookie: &str, fields: &[(&str, &str)]) -> String {
    let done = enter(site, "/meetings/new", cookie, fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    done.location().split('?').next().unwrap().to_owned()
}

pub(crate) async fn owner(ground: &Ground) -> PgConnection {
    PgConnection::connect_with(&ground.cluster.options(OWNER_ROLE, "dis")).await.unwrap()
}

#[tokio::test]
async fn the_rule_and_the_database_agree_on_everything_there_is() {
    let ground = Ground::new().await;
    let mut tables = owner(&ground).await;
    let people: Vec<i64> = sqlx::query_scalar(
        "insert into accounts (email, name, role) select 'p' || n, 'P' || n, 'finance' from generate_series(1, 4) n returning id",
    )
    .fetch_all(&mut tables)
    .await
    .unwrap();
    let [author, guest, named, other] = people.try_into().unwrap();
    // `system` may be the author of what it loaded, and reads it all the same only where it is unclassified.
    for (level, author) in Classification::ALL.into_iter().flat_map(|level| [(level, author), (level, 1)]) {
        sqlx::query(
            "insert into meetings (ref, title, held_on, classification, author_id, took_part, readers, logged_at)
             values ($1, 'x', '2021-01-01', $2::classification, $3, array[$4::bigint], array[$5::bigint], '2021-01-01')",
        )
        .bind(format!("{level} of {author}"))
        .bind(level.as_str())
        .bind(author)
        .bind(guest)
        .bind(named)
        .execute(&mut tables)
        .await
        .unwrap();
    }
    let mut compared = 0;
    for role in Role::OF_PEOPLE.into_iter().chain([Role::System]) {
        for account in [author, guest, named, other, 1] {
            let reader = Reader { account: AccountId(account), role };
            let mut tx = ground.db.pages.begin().await.unwrap();
            dis::classified::say_reader(&mut tx, reader).await.unwrap();
            let seen: Vec<String> =
                sqlx::query_scalar("select ref from meetings order by ref").fetch_all(&mut *tx).await.unwrap();
            for (level, of) in Classification::ALL.into_iter().flat_map(|level| [(level, author), (level, 1)]) {
                let standing =
                    Standing { author: AccountId(of), took_part: &[AccountId(guest)], readers: &[AccountId(named)] };
                let may = may_read(level, reader, standing);
                assert_eq!(seen.contains(&format!("{level} of {of}")), may, "{role} {account} {level} of {of}");
                let by_function: bool =
                    sqlx::query_scalar("select may_read($1::classification, $2, array[$3::bigint], array[$4::bigint])")
                        .bind(level.as_str())
                        .bind(of)
                        .bind(guest)
                        .bind(named)
                        .fetch_one(&mut *tx)
                        .await
                        .unwrap();
                assert_eq!(by_function, may, "{role} {account} {level} of {of}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 7 * 5 * 6);
    // Where nobody is said to read, as for nobody; and what a transaction said is gone with it.
    let seen: Vec<String> = sqlx::query_scalar("select distinct classification::text from meetings")
        .fetch_all(&ground.db.pages)
        .await
        .unwrap();
    assert_eq!(seen, ["unclassified"]);
    tables.close().await.unwrap();
    ground.close().await;
}

#[tokio::test]
async fn a_pooled_connection_never_carries_a_reader_over() {
    let site = Site::new().await;
    for role in Role::OF_PEOPLE {
        let cookie = site.sign_in(role).await;
        assert_eq!(site.get("/meetings", &cookie).await.status, StatusCode::OK);
        log_if_may(&site, role, &cookie).await;
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(site.ground.db.pages.acquire().await.unwrap());
        }
        for connection in &mut held {
            let said: String = sqlx::query_scalar(
                "select coalesce(current_setting('dis.reader', true), '') || coalesce(current_setting('dis.reader_role', true), '')",
            )
            .fetch_one(&mut **connection)
            .await
            .unwrap();
            assert_eq!(said, "", "{role}");
        }
    }
    site.close().await;
}

async fn log_if_may(site: &Site, role: Role, cookie: &str) {
    if role == Role::Auditor {
        assert_eq!(site.get("/meetings/new", cookie).await.status, StatusCode::FORBIDDEN);
        return;
    }
    let fields = [("donors", "Sweden"), ("title", "A call"), ("outcomes", "Nothing yet.")];
    log(site, cookie, &fields).await;
}

/// Everything an answer holds: text as it is, the parts of a workbook unpacked.
pub(crate) async fn content(site: &Site, address: &str, cookie: &str) -> String {
    let request = Request::get(address).header(header::COOKIE, cookie).header(header::ACCEPT, "text/html");
    let response = site.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    if !bytes.starts_with(b"PK") {
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut all = String::new();
    for at in 0..book.len() {
        std::io::Read::read_to_string(&mut book.by_index(at).unwrap(), &mut all).unwrap();
    }
    all
}

/// A meeting in which every field says the word.
pub(crate) async fn classified(site: &Site, cookie: &str, word: &str, level: &str) -> String {
    let line = |what: &str| format!("zwielicht {what} {word}");
    let (title, outcomes, summary) = (line("title"), line("outcomes"), line("summary"));
    let (place, guests, owed) = (line("place"), line("guest"), line("owed"));
    let fields = [
        ("donors", "Sweden"),
        ("title", title.as_str()),
        ("outcomes", outcomes.as_str()),
        ("discussion", summary.as_str()),
        ("place", place.as_str()),
        ("guests", guests.as_str()),
        ("level", "head_of_agency"),
        ("held_on", "2 Nov 2026"),
        ("text-0", owed.as_str()),
        ("owner-0", "Johan Lindqvist"),
        ("due-0", "1 Dec 2026"),
        ("classification", level),
    ];
    log(site, cookie, &fields).await
}

/// Meetings and follow-ups for the hunt.
pub(crate) async fn plant(site: &Site, johan: &str) -> Planted {
    let confidential = classified(site, johan, CONFIDENTIAL, "confidential").await;
    let strict = classified(site, johan, STRICT, "strictly_confidential").await;
    // Why it was raised may say as much as the meeting itself; and a draft of it is begun.
    let raise = [("classification", "confidential"), ("reason", "zwielicht reason streng-8842")];
    let lowered = enter(site, &format!("{strict}/edit"), johan, &raise).await;
    assert_eq!(lowered.status, StatusCode::SEE_OTHER, "{:?}", lowered.texts("#summary li"));
    let raise = [("classification", "strictly_confidential"), ("reason", "zwielicht reason streng-8842")];
    assert_eq!(enter(site, &format!("{strict}/edit"), johan, &raise).await.status, StatusCode::SEE_OTHER);
    let draft = [("donors", "Sweden"), ("title", "zwielicht draft streng-8842"), ("press", "draft")];
    assert_eq!(enter(site, "/meetings/new", johan, &draft).await.status, StatusCode::SEE_OTHER);
    let page = site.get(&strict, johan).await;
    let part = |before: &str| page.body.split(before).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let done = [
        ("press".to_owned(), "done".to_owned()),
        ("csrf".to_owned(), part("name=\"csrf\" value=\"")),
        ("form_id".to_owned(), uuid::Uuid::now_v7().to_string()),
    ];
    let action = format!("/actions/{}", part("action=\"/actions/"));
    assert_eq!(send(site, &action, johan, &done).await.status, StatusCode::SEE_OTHER);

    let ends = ["", "/edit", "/aide-memoire", "/revisions", "/brief"];
    let mut addresses: Vec<String> =
        [&confidential, &strict].iter().flat_map(|meeting| ends.map(|end| format!("{meeting}{end}"))).collect();
    let others = [
        "/meetings?q=zwielicht",
        "/meetings.csv?q=zwielicht",
        "/meetings?donor=SWE&state=dialogue",
        "/meetings?classification=confidential",
        "/meetings?classification=strictly_confidential",
        "/actions?q=zwielicht",
        "/actions?donor=SWE&state=open",
        "/meetings/beside?donors=Sweden",
        "/meetings/new?donor=SWE",
        "/dialogues?year=2026",
    ];
    addresses.extend(others.map(str::to_owned));
    Planted {
        things: vec![(confidential, CONFIDENTIAL), (strict, STRICT)],
        addresses,
        readings: vec![(TEVITA, "page", "meetings"), (AMINA, "print", "meetings"), (JOHAN, "revisions", "meetings")],
    }
}

#[tokio::test]
async fn what_was_written_under_a_higher_classification_stays_under_it() {
    let site = Site::new().await;
    let (johan, lucia) = (sign_in(&site, JOHAN).await, sign_in(&site, LUCIA).await);
    let first = [
        ("donors", "Norway"),
        ("title", "A visit"),
        ("outcomes", "They said nordlicht."),
        ("classification", "confidential"),
    ];
    let meeting = log(&site, &johan, &first).await;
    assert_eq!(site.get(&meeting, &lucia).await.status, StatusCode::NOT_FOUND);
    let silent = [("outcomes", "Nothing to hide."), ("classification", "unclassified")];
    let refused = enter(&site, &format!("{meeting}/edit"), &johan, &silent).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.texts("#reason-e"), ["Say why the classification changes."]);
    let said = fill(&refused, &[("reason", "the press has it")]);
    assert_eq!(send(&site, &format!("{meeting}/edit"), &johan, &said).await.status, StatusCode::SEE_OTHER);
    let page = site.get(&meeting, &lucia).await;
    assert_eq!(page.status, StatusCode::OK);
    for address in [meeting.clone(), format!("{meeting}/revisions")] {
        let body = site.get(&address, &lucia).await.body;
        assert!(!body.contains("nordlicht") && !body.contains("the press has it"), "{address}");
    }
    let compared = site.get(&format!("{meeting}/revisions?from=1&to=2"), &johan).await;
    assert!(compared.body.contains("nordlicht") && compared.body.contains("Nothing to hide."), "{}", compared.body);
    assert!(site.get(&meeting, &johan).await.body.contains("the press has it"));
    site.close().await;
}

#[tokio::test]
async fn two_administrators_together_add_a_reader_and_one_alone_does_not() {
    let site = Site::new().await;
    let johan = sign_in(&site, JOHAN).await;
    let fields = [("donors", "Sweden"), ("title", "Told to one"), ("classification", "strictly_confidential")];
    let meeting = log(&site, &johan, &fields).await;
    let key = meeting.rsplit('/').next().unwrap();
    let (one, other) = (sign_in(&site, DILNOZA).await, sign_in(&site, TOMASZ).await);
    let (ngozi, lucia) = (sign_in(&site, NGOZI).await, sign_in(&site, LUCIA).await);
    assert_eq!(site.get("/readers", &ngozi).await.status, StatusCode::FORBIDDEN);
    let nothing = enter(&site, "/readers", &one, &[("thing", "M-NOTHING"), ("reader", NGOZI), ("reason", "x")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let asked =
        enter(&site, "/readers", &one, &[("thing", key), ("reader", NGOZI), ("reason", "Johan has left")]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{:?}", asked.texts("#summary li"));
    assert_eq!(site.get(&meeting, &ngozi).await.status, StatusCode::NOT_FOUND, "asking is not granting");
    let page = site.get("/readers", &other).await;
    assert!(page.body.contains("Johan has left") && !page.body.contains("Told to one"));
    let request = page.body.split("action=\"/readers/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let grant = |cookie: String, page: Answer| {
        let token = page.body.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let (site, request) = (&site, request.clone());
        async move {
            let id = uuid::Uuid::now_v7().to_string();
            let form = [("csrf", token.as_str()), ("form_id", id.as_str()), ("press", "grant")];
            site.post(&format!("/readers/{request}"), &cookie, &form).await.status
        }
    };
    let own = site.get("/readers", &one).await;
    assert!(!own.body.contains("action=\"/readers/0"), "who asks is not asked");
    assert_eq!(grant(one.clone(), own).await, StatusCode::FORBIDDEN, "whatever is sent");
    assert_eq!(grant(lucia.clone(), site.get("/meetings", &lucia).await).await, StatusCode::FORBIDDEN);
    assert_eq!(site.get(&meeting, &ngozi).await.status, StatusCode::NOT_FOUND);
    assert_eq!(grant(other.clone(), page).await, StatusCode::SEE_OTHER);
    assert_eq!(site.get(&meeting, &ngozi).await.status, StatusCode::OK);
    for administrator in [&one, &other] {
        assert_eq!(site.get(&meeting, administrator).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(
        grant(other, site.get("/readers", &sign_in(&site, TOMASZ).await).await).await,
        StatusCode::FORBIDDEN,
        "once"
    );
    let audit = site.get("/audit.csv", &sign_in(&site, "tevita.fonua@demo.example").await).await;
    assert!(audit.body.contains("reader-grant") && audit.body.contains("reader-ask"));
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn a_meeting_is_logged_once_edited_compared_and_nothing_typed_is_lost() {
    let site = Site::new().await;
    let cookie = sign_in(&site, LUCIA).await;
    let wrong = [
        ("donors", "Atlantis; Sweden"),
        ("title", ""),
        ("outcomes", "•\tUSD\u{a0}2 m\r\n\r\n\r\n\r\n<b>bold</b>"),
        ("held_on", "4 Mar 0021"),
        ("text-0", "Send the paper"),
        ("owner-0", "Nobody Known"),
        ("due-0", "soon"),
    ];
    let refused = enter(&site, "/meetings/new", &cookie, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = refused.texts("#summary li");
    let held = "Held on: This is not a date: write it like 31 Jul 2021";
    for sentence in
        [held, "What it was about: Please fill this in", "Due on: This is not a date: write it like 31 Jul 2021"]
    {
        assert!(told.iter().any(|one| one == sentence), "{told:?}");
    }
    assert!(told.iter().any(|one| one.contains("“Atlantis”")) && told.iter().any(|one| one.contains("“Nobody Known”")));
    let kept = fill(&refused, &[]);
    assert!(kept.contains(&("held_on".into(), "4 Mar 0021".into())), "{kept:?}");
    assert!(kept.contains(&("text-0".into(), "Send the paper".into())), "{kept:?}");
    let right = fill(
        &refused,
        &[
            ("donors", "Sweden; NOR"),
            ("title", "Annual consultation"),
            ("held_on", "4 Nov 2026"),
            ("guests", "Karin Neu"),
            ("owner-0", "Lucía Ferrer"),
            ("due-0", "1 Dec 2026"),
        ],
    );
    let done = send(&site, "/meetings/new", &cookie, &right).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    let again = send(&site, "/meetings/new", &cookie, &right).await;
    assert_eq!((again.status, again.location()), (done.status, done.location()), "the same form makes one meeting");
    let page = site.get(done.location(), &cookie).await;
    assert_eq!(page.texts(".flash p"), ["The meeting was logged."]);
    assert_eq!(page.texts("h1 > span:first-child"), ["Annual consultation"]);
    assert!(page.texts(".said").contains(&"- USD 2 m\n\n<b>bold</b>".to_owned()), "{:?}", page.texts(".said"));
    let contact: bool = sqlx::query_scalar(
        "select exists (select from donor_contacts c join donors d on d.id = c.donor_id
         where d.code = 'SWE' and c.name = 'Karin Neu')",
    )
    .fetch_one(&site.ground.db.pages)
    .await
    .unwrap();
    assert!(contact, "a contact is made on the fly");
    for (address, what) in
        [("/donors/SWE", "Annual consultation"), ("/donors/SWE", "Send the paper"), ("/", "Send the paper")]
    {
        assert!(site.get(address, &cookie).await.body.contains(what), "{what} at {address}");
    }

    // Two edit at once: the second is told, and nothing is lost.
    let meeting = done.location().split('?').next().unwrap().to_owned();
    let edit = format!("{meeting}/edit");
    let (mine, johan) = (site.get(&edit, &cookie).await, sign_in(&site, JOHAN).await);
    let theirs = enter(&site, &edit, &johan, &[("place", "Stockholm")]).await;
    assert_eq!(theirs.status, StatusCode::SEE_OTHER, "{:?}", theirs.texts("#summary li"));
    let stale = send(&site, &edit, &cookie, &fill(&mine, &[("purpose", "To look ahead")])).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let merged = fill(&stale, &[]);
    assert!(
        merged.contains(&("place".into(), "Stockholm".into()))
            && merged.contains(&("purpose".into(), "To look ahead".into()))
    );
    assert_eq!(send(&site, &edit, &cookie, &merged).await.status, StatusCode::SEE_OTHER);
    let same = enter(&site, &edit, &cookie, &[]).await;
    assert!(same.location().ends_with("done=same"), "{}", same.location());
    let compared = site.get(&format!("{meeting}/revisions?from=1&to=3"), &cookie).await;
    assert!(compared.body.contains("Stockholm") && compared.body.contains("To look ahead"));
    // Who neither wrote it nor took part edits nothing.
    let halima = sign_in(&site, "halima.warsame@demo.example").await;
    assert_eq!(site.get(&meeting, &halima).await.status, StatusCode::OK);
    assert_eq!(site.get(&edit, &halima).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.get("/meetings/nothing-like-it", &cookie).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn lines_are_added_and_removed_without_script_and_a_follow_up_is_settled() {
    let site = Site::new().await;
    let cookie = sign_in(&site, JOHAN).await;
    let first = [("donors", "SWE"), ("title", "First"), ("text-0", "Bring the numbers"), ("press", "add")];
    let more = enter(&site, "/meetings/new", &cookie, &first).await;
    assert_eq!(more.texts("[data-lines] fieldset").len(), 2);
    let more =
        send(&site, "/meetings/new", &cookie, &fill(&more, &[("text-1", "Not this one"), ("press", "remove-1")])).await;
    assert_eq!(more.texts("[data-lines] fieldset").len(), 1);
    let done = send(&site, "/meetings/new", &cookie, &fill(&more, &[("owner-0", "Johan Lindqvist")])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{:?}", done.texts("#summary li"));
    let open = site.get("/actions.csv?state=open&donor=SWE", &cookie).await.body;
    let line = open.lines().find(|line| line.contains("Bring the numbers")).unwrap();
    let key = line.split(',').next().unwrap().to_owned();
    assert!(!open.contains("Not this one"));
    // A confidential follow-up is nobody's who may not read it.
    let unread = [
        ("donors", "SWE"),
        ("title", "Second"),
        ("classification", "confidential"),
        ("text-0", "Be quiet"),
        ("owner-0", "Lucía Ferrer"),
    ];
    let refused = enter(&site, "/meetings/new", &cookie, &unread).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.texts("#owner-0-e")[0].contains("may not read this meeting"));
    let beside = site.get("/meetings/new?donor=SWE", &cookie).await;
    assert!(
        beside.texts(".checks label").contains(&"Bring the numbers".to_owned()),
        "{:?}",
        beside.texts(".checks label")
    );
    log(&site, &cookie, &[("donors", "SWE"), ("title", "Third"), ("settled", &key)]).await;
    let after = site.get("/actions.csv?state=done&donor=SWE", &cookie).await.body;
    assert!(after.lines().any(|line| line.starts_with(&key)), "{after}");
    site.close().await;
}

#[tokio::test]
async fn a_draft_is_kept_offered_back_and_overwritten_by_nobody() {
    let site = Site::new().await;
    let cookie = sign_in(&site, LUCIA).await;
    let form = site.get("/meetings/new", &cookie).await;
    let id = fill(&form, &[]).into_iter().find(|(name, _)| name == "form_id").unwrap().1;
    let address = format!("/meetings/drafts/{id}");
    let keep = |text: &'static str, version: &'static str, writer: &'static str| {
        fill(&form, &[("donors", "Sweden"), ("title", text), ("draft_version", version), ("draft_writer", writer)])
    };
    let kept = send(&site, &address, &cookie, &keep("first", "0", "one")).await;
    assert!(kept.body.contains("\"version\":1"), "{}", kept.body);
    // Its own answer may have been lost: the same window goes on. Another one does not write over it.
    assert!(send(&site, &address, &cookie, &keep("second", "0", "one")).await.body.contains("\"version\":2"));
    assert!(send(&site, &address, &cookie, &keep("third", "1", "two")).await.body.contains("elsewhere"));
    assert!(site.get("/drafts", &cookie).await.body.contains("second"));
    let offered = site.get("/meetings/new", &cookie).await;
    assert!(offered.texts(".notice li")[0].contains("second"), "{:?}", offered.texts(".notice li"));
    let back = site.get(&format!("/meetings/new?draft={id}"), &cookie).await;
    assert!(fill(&back, &[]).contains(&("title".into(), "second".into())));
    let johan = sign_in(&site, JOHAN).await;
    assert!(!site.get("/drafts.csv", &johan).await.body.contains("second"));
    assert_eq!(site.get(&format!("/meetings/new?draft={id}"), &johan).await.status, StatusCode::NOT_FOUND);
    // Sent, it is a draft no longer, and a late answer of the script makes none of it again.
    let done = send(&site, "/meetings/new", &cookie, &fill(&back, &[])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert!(send(&site, &address, &cookie, &keep("late", "2", "one")).await.body.contains("\"sent\":true"));
    assert_eq!(site.get("/drafts.csv", &cookie).await.body.lines().count(), 1);
    // Without script a button keeps it, and another throws it away.
    let saved = enter(&site, "/meetings/new", &cookie, &[("title", "by hand"), ("press", "draft")]).await;
    assert!(saved.location().starts_with("/meetings/new?draft="), "{}", saved.location());
    let page = site.get(saved.location(), &cookie).await;
    let id = saved.location().split('=').nth(1).unwrap().to_owned();
    let gone = send(&site, &format!("/meetings/drafts/{id}"), &cookie, &fill(&page, &[("press", "discard")])).await;
    assert_eq!(gone.location(), "/meetings/new");
    assert_eq!(site.get("/drafts.csv", &cookie).await.body.lines().count(), 1);
    // Signed out, the form goes on to the sign-in with everything typed.
    let lost = send(&site, "/meetings/new", "", &fill(&page, &[("title", "not lost")])).await;
    assert_eq!(lost.status, StatusCode::UNAUTHORIZED);
    assert!(lost.body.contains("not lost"));
    site.close().await;
}

async fn load(site: &Site, email: Option<&str>, rows: &str, correct: Option<&str>) -> Result<Outcome, ImportError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("meetings.csv");
    std::fs::write(&path, rows).unwrap();
    let actor = match email {
        None => site.ground.actor(),
        Some(email) => {
            let (account, role): (AccountId, Role) = sqlx::query_as("select id, role from accounts where email = $1")
                .bind(email)
                .fetch_one(&site.ground.db.pages)
                .await
                .unwrap();
            Actor { account, role, os_user: None }
        }
    };
    let import =
        Import { files: vec![(Kind::Meetings, path)], correct: correct.map(str::to_owned), ..Import::default() };
    imports::run(&site.ground.db, actor, &clock(), &import).await
}

#[tokio::test]
async fn meetings_are_loaded_as_every_file_is() {
    let site = Site::new().await;
    let file = "ref,held_on,donors,title,level,place,outcomes,classification,logged_by\n\
        T-1,2021-03-01,SWE; NOR,A visit,head_of_agency,Oslo,Good,,johan.lindqvist@demo.example\n\
        T-2,2021-03-02,SWE,In confidence,director,,Hush,confidential,johan.lindqvist@demo.example\n\
        T-3,2027-01-01,KEN,Planned,,,,,\n";
    let outcome = load(&site, None, file, None).await.unwrap();
    assert!(outcome.accepted(), "{:?}", outcome.errors);
    assert_eq!((outcome.added, outcome.changed), (3, 0));
    // Again: nothing changes, though `system` may not read one of them.
    let again = load(&site, None, file, None).await.unwrap();
    assert_eq!((again.accepted(), again.added, again.changed, again.unchanged), (true, 0, 0, 3));
    assert!(again.change.is_none());
    let count =
        |outcome: &Outcome| outcome.errors.iter().map(|one| (one.col.clone(), one.key.clone())).collect::<Vec<_>>();
    let bad = "ref,held_on,donors,title,level,logged_by\nT-9,0021-03-01,SWE,X,,\nT-10,2021-03-01,ATL,X,,\n\
        T-11,2021-03-01,;,X,,\nT-12,2021-03-01,SWE,X,king,\nT-13,2021-03-01,SWE,X,,nobody@x.example\n";
    let refused = load(&site, None, bad, None).await.unwrap();
    let told: Vec<String> = count(&refused).into_iter().map(|(col, key)| format!("{col} {key}")).collect();
    let expected = [
        "held_on day-out-of-range",
        "donors donor-unknown",
        "donors required",
        "level not-one-of",
        "logged_by account-unknown",
    ];
    for problem in expected {
        assert!(told.iter().any(|one| one == problem), "{problem}: {told:?}");
    }
    // Words are edited, what moves a figure is corrected for a reason.
    let edited = file.replace("A visit", "A visit to Oslo");
    let outcome = load(&site, Some(JOHAN), &edited, None).await.unwrap();
    assert_eq!((outcome.accepted(), outcome.changed), (true, 1), "{:?}", outcome.errors);
    let moved = edited.replace("head_of_agency", "deputy");
    assert_eq!(
        count(&load(&site, Some(JOHAN), &moved, None).await.unwrap()),
        [("level".to_owned(), "differs".to_owned())]
    );
    assert_eq!(load(&site, Some(JOHAN), &moved, Some("it was the deputy")).await.unwrap().changed, 1);
    // Whoever may not read it is told that it is there, and not what it says.
    let hidden = load(&site, Some("hoa.nguyen@demo.example"), &moved.replace("Hush", "Guess"), None).await.unwrap();
    assert_eq!(count(&hidden), [("ref".to_owned(), "meeting-hidden".to_owned())]);
    assert!(matches!(load(&site, Some(LUCIA), file, None).await, Err(ImportError::Forbidden { .. })));
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn dialogues_are_counted_as_the_board_was_told_and_every_figure_opens() {
    let site = Site::new().await;
    let manager = site.sign_in(Role::Manager).await;
    for (query, count, months) in [
        ("year=2021&as_of=2021-08-31", 27, "2 3 4 3 5 4 3 3"),
        ("year=2021&as_of=2021-07-31", 24, "2 3 4 3 5 4 3"),
        ("year=2019", 0, "0 0 0 0 0 0 0 0 0 0 0 0"),
    ] {
        let page = site.get(&format!("/dialogues?{query}"), &manager).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.texts("p.big a"), [count.to_string()], "{query}");
        assert_eq!(page.texts("details td.num a").join(" "), months, "{query}");
        let html = page.page();
        for link in html.select(&scraper::Selector::parse("p.big a, td.num a").unwrap()) {
            let href = link.attr("href").unwrap();
            let rows = site.get(&href.replace("/meetings?", "/meetings.csv?"), &manager).await.body;
            let rows = csv::Reader::from_reader(rows.as_bytes()).records().count();
            assert_eq!(link.text().collect::<String>(), rows.to_string(), "{query} {href}");
        }
    }
    // Staff are shown what they may read, and the page says so.
    let staff = site.sign_in(Role::UnitStaff).await;
    let page = site.get("/dialogues?year=2021&as_of=2021-08-31", &staff).await;
    assert_eq!(page.texts("p.big a"), ["25"]);
    assert!(page.body.contains("Counted are the meetings you may read."));
    // One that is strictly confidential counts for those who are shown statistics of all, and is not listed.
    let johan = sign_in(&site, JOHAN).await;
    let secret = [
        ("donors", "Sweden"),
        ("title", "Alone"),
        ("held_on", "30 Aug 2021"),
        ("level", "head_of_agency"),
        ("classification", "strictly_confidential"),
    ];
    log(&site, &johan, &secret).await;
    let page = site.get("/dialogues?year=2021&as_of=2021-08-31", &manager).await;
    assert_eq!(page.texts("p.big a"), ["28"]);
    assert!(page.body.contains("One of them is strictly confidential and not listed for you."));
    assert_eq!(site.get("/dialogues?year=2021&as_of=2021-08-31", &staff).await.texts("p.big a"), ["25"]);
    assert_eq!(site.get("/dialogues?year=0021", &manager).await.status, StatusCode::BAD_REQUEST);
    site.close().await;
}
