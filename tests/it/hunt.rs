//! What is classified is found by its readers and by nobody else: one hunt for all kinds of things there are, planted by
//! their rooms' own stories, on every page, list, file, print, search and suggestion, in the audit and the logs.

use axum::http::StatusCode;
use dis::imports::{self, Kind};
use dis::rooms::reading;
use sqlx::AssertSqlSafe;

use crate::meetings::{DILNOZA, JOHAN, LUCIA, NGOZI, TOMASZ, content, sign_in};
use crate::pages::Site;
use crate::{documents, intelligence, meetings};

pub(crate) const AMINA: &str = "amina.mwangi@demo.example";
pub(crate) const TEVITA: &str = "tevita.fonua@demo.example";
const HOA: &str = "hoa.nguyen@demo.example";

/// Stands in everything that is planted.
pub(crate) const EVERYWHERE: &str = "zwielicht";
/// Stands in what is confidential.
pub(crate) const CONFIDENTIAL: &str = "konf-7731";
/// Stands in what is strictly confidential and Johan's alone.
pub(crate) const STRICT: &str = "streng-8842";
/// Stands in what is strictly confidential and also Ngozi's.
pub(crate) const SHARED: &str = "streng-9953";

/// Who may find which word.
const READERS: [(&str, &[&str]); 3] =
    [(CONFIDENTIAL, &[JOHAN, NGOZI, AMINA, TEVITA]), (STRICT, &[JOHAN]), (SHARED, &[JOHAN, NGOZI])];

/// Things of one kind that were planted.
pub(crate) struct Planted {
    /// Their addresses, with the word that stands in them.
    pub(crate) things: Vec<(String, &'static str)>,
    /// Where else they could be found, besides the addresses every role reads.
    pub(crate) addresses: Vec<String>,
    /// Readings the hunt itself must have left: who, how, what kind of thing; of the confidential one.
    pub(crate) readings: Vec<(&'static str, &'static str, &'static str)>,
}

#[tokio::test]
async fn what_is_classified_is_found_by_its_readers_and_by_nobody_else() {
    let site = Site::new().await;
    let johan = sign_in(&site, JOHAN).await;
    let kinds = [
        meetings::plant(&site, &johan).await,
        documents::plant(&site, &johan).await,
        intelligence::plant(&site, &johan).await,
    ];
    let changes: i64 =
        sqlx::query_scalar("select max(id) from changes").fetch_one(&site.ground.db.pages).await.unwrap();
    let mut addresses: Vec<String> = reading().into_iter().map(|(address, _)| address).collect();
    addresses.extend((1..=changes).map(|number| format!("/changes/{number}")));
    let donors = ["", "?kind=meetings", "?kind=documents", "?kind=intelligence", "/brief", "/history"];
    addresses.extend(["SWE", "SIDA"].iter().flat_map(|donor| donors.map(|end| format!("/donors/{donor}{end}"))));
    let sought = [
        "/search?q=zwielicht",
        "/search?q=zwielihct",
        "/search?q=streng+zwielicht",
        "/search?q=zwielicht&kind=meeting",
        "/search?q=zwielicht&kind=document",
        "/search?q=zwielicht&kind=intelligence",
        "/search?q=zwielicht&kind=follow_up&donor=SWE",
        "/suggest?q=zwielic",
        "/suggest?q=zwielicht",
        "/suggest?kind=person&q=zwielicht",
        "/suggest?kind=pledge&q=zwielicht",
        "/changes.csv",
        "/changes.csv?room=meetings",
        "/imports/1",
    ];
    addresses.extend(sought.map(str::to_owned));
    addresses.extend(kinds.iter().flat_map(|kind| kind.addresses.iter().cloned()));
    addresses.sort();
    addresses.dedup();

    for email in [DILNOZA, TOMASZ, JOHAN, NGOZI, HOA, LUCIA, AMINA, TEVITA] {
        let cookie = sign_in(&site, email).await;
        let mut found = [0; READERS.len()];
        for address in &addresses {
            let body = content(&site, address, &cookie).await;
            for (at, (word, may)) in READERS.iter().enumerate() {
                if body.contains(word) {
                    assert!(may.contains(&email), "{email} finds {word} at {address}");
                    found[at] += 1;
                }
            }
        }
        for ((word, may), found) in READERS.iter().zip(found) {
            // Readers find it on its page, in lists, files and the search: that proves the hunt.
            assert!(!may.contains(&email) || found >= 6, "{email} finds {word} at {found} addresses");
        }
        for (thing, word) in kinds.iter().flat_map(|kind| &kind.things) {
            let may = READERS.iter().find(|(of, _)| of == word).unwrap().1.contains(&email);
            let expected = if may { StatusCode::OK } else { StatusCode::NOT_FOUND };
            assert_eq!(site.get_bytes(thing, &cookie).await, expected, "{email} {thing}");
        }
    }

    // Nobody who reads no row of it finds it anywhere in the database: not in changes, audit, contacts, sessions.
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
            and relname <> '_sqlx_migrations' and has_table_privilege(oid, 'select')",
    )
    .fetch_all(&site.ground.db.pages)
    .await
    .unwrap();
    assert!(tables.len() > 40);
    for table in tables {
        let all = format!("select coalesce(string_agg(t::text, ' '), '') from {table} t");
        let all: String = sqlx::query_scalar(AssertSqlSafe(all)).fetch_one(&site.ground.db.pages).await.unwrap();
        assert!(!all.contains(EVERYWHERE), "{table} holds it in the open");
    }
    // Files of the command line: `system` is given none.
    let spec = Kind::Meetings.spec();
    let mut tx = site.ground.db.read().await.unwrap();
    let at = dis::kernel::calendar::parse_instant("2199-01-01T00:00:00Z").unwrap();
    let rows = imports::existing(spec, at, &[]).done().build().fetch_all(&mut *tx).await.unwrap();
    assert!(rows.len() > 40);
    assert!(rows.iter().all(|row| !imports::cells(spec, row).unwrap().join(" ").contains(EVERYWHERE)));
    tx.end();
    // Nor in what PostgreSQL wrote down beside its tables.
    let logs = site.ground.cluster.socket_dir().parent().unwrap().join("cluster/log");
    let logs: Vec<_> = std::fs::read_dir(logs).unwrap().flatten().map(|entry| entry.path()).collect();
    assert!(!logs.is_empty());
    for log in logs {
        let said = String::from_utf8_lossy(&std::fs::read(&log).unwrap()).into_owned();
        assert!([CONFIDENTIAL, STRICT, SHARED].iter().all(|word| !said.contains(word)), "{}", log.display());
    }

    // Every reading was noted, with who and how, and nothing of what was read.
    let auditor = sign_in(&site, TEVITA).await;
    let noted = site.get("/readings.csv", &auditor).await.body;
    for kind in &kinds {
        let confidential = kind.things.iter().find(|(_, word)| *word == CONFIDENTIAL).unwrap();
        let key = confidential.0.split('/').nth(2).unwrap();
        for (who, how, what) in &kind.readings {
            let row = |line: &str| [*who, key, *how, *what].iter().all(|part| line.contains(part));
            assert!(noted.lines().any(row), "{who} {how} of {what} {key}: {noted}");
        }
    }
    assert!(!noted.contains(EVERYWHERE));
    assert_eq!(site.get("/readings", &johan).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}
