//! Every address that changes something, as every role: who may not is refused, and the database is as it was before.

use axum::http::StatusCode;
use dis::access::Role;
use sqlx::AssertSqlSafe;

use crate::pages::Site;

/// Everything in the database but when somebody was last seen, and what was tried at the door: rows by table.
async fn everything(site: &Site) -> Vec<(String, String)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class join pg_namespace n on n.oid = relnamespace
         where nspname = 'public' and relkind = 'r'
            and relname not in ('sessions', 'sign_in_attempts', '_sqlx_migrations')
            and has_table_privilege(pg_class.oid, 'select') order by 1",
    )
    .fetch_all(&site.ground.db.pages)
    .await
    .unwrap();
    let mut all = Vec::new();
    for table in tables {
        let digest = format!("select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} t");
        let digest: String = sqlx::query_scalar(AssertSqlSafe(digest)).fetch_one(&site.ground.db.pages).await.unwrap();
        all.push((table, digest));
    }
    all
}

/// The token of whoever is signed in, as every form of theirs carries it.
async fn csrf(site: &Site, cookie: &str) -> String {
    let page = site.get("/donors", cookie).await;
    let at = page.body.find("name=\"csrf\" value=\"").unwrap() + 19;
    page.body[at..].split('"').next().unwrap().to_owned()
}

use Role::{Admin, Finance, Manager, ResourceMobilization, UnitStaff};

/// An address, the fields it is sent, and who may.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static [Role]);

/// Staff keep the pledges of their own unit; `P-2026-010` is another's.
const CHANGING: &[Case] = &[
    ("/units/new", &[("code", "U"), ("name", "U"), ("kind", "section")], &[Admin]),
    ("/units/ROAF/edit", &[("was", "[]"), ("name", "x"), ("reason", "x")], &[Admin]),
    ("/funds/new", &[("code", "F"), ("name", "F"), ("earmarking", "core")], &[Admin]),
    ("/funds/FEM/edit", &[("was", "[]"), ("name", "x"), ("reason", "x")], &[Admin]),
    ("/donors/new", &[("code", "D"), ("name", "D"), ("kind", "C01")], &[ResourceMobilization]),
    ("/donors/SWE/edit", &[("was", "[]"), ("name", "x"), ("reason", "x")], &[ResourceMobilization]),
    ("/units/ERP/from", &[("was", "[]"), ("in_force_from", "1 Jan 2025"), ("parent", "GSD")], &[Admin]),
    ("/funds/FEM/from", &[("was", "[]"), ("in_force_from", "1 Jan 2025"), ("earmarking", "core")], &[Admin]),
    ("/donors/SWE/from", &[("was", "[]"), ("in_force_from", "1 Jan 2025"), ("parent", "NOR")], &[ResourceMobilization]),
    ("/donors/SWE/focal-points", &[("was", "[]"), ("who-0", "ngozi.eze@demo.example")], &[ResourceMobilization]),
    ("/donors/SWE/contacts/new", &[("name", "X")], &[ResourceMobilization]),
    ("/donors/SIDA/contacts/5", &[("was", "{}"), ("name", "X"), ("press", "remove")], &[ResourceMobilization]),
    ("/rates/new", &[("currency", "EUR"), ("valid_from", "1 Jan 2025"), ("units_per_usd", "1")], &[Finance]),
    ("/rates/EUR/edit", &[("was", "[]"), ("valid_from", "2021-07-01"), ("reason", "x")], &[Finance]),
    ("/contributions/new", &[("ref", "R"), ("donor", "SWE"), ("amount", "1")], &[Finance]),
    ("/contributions/2013-SWE-FEM/edit", &[("was", "[]"), ("amount", "1"), ("reason", "x")], &[Finance]),
    ("/pledges/P-2026-010/edit", &[("was", "[]"), ("amount", "1"), ("unit", "GSD")], &[ResourceMobilization]),
    ("/pledges/P-2026-010/amend", &[("was", "[]"), ("amount", "1"), ("unit", "GSD")], &[ResourceMobilization]),
    ("/pledges/P-2026-010/sign", &[("day", "1 Nov 2026")], &[ResourceMobilization]),
    ("/pledges/P-2026-010/cancel", &[("day", "1 Nov 2026"), ("reason", "x")], &[ResourceMobilization]),
    ("/pledges/P-2026-010/write-off", &[("day", "1 Nov 2026"), ("reason", "x")], &[ResourceMobilization]),
    ("/pledges/P-2026-010/condition", &[("day", "1 Nov 2026")], &[ResourceMobilization]),
    ("/pledges/new", &[("unit", "GSD"), ("ref", "P")], &[ResourceMobilization]),
    ("/donor-reports/new", &[("ref", "R"), ("unit", "KI")], &[ResourceMobilization, UnitStaff]),
    ("/donor-reports/P-2026-010-F1/edit", &[("was", "[]"), ("reason", "x")], &[ResourceMobilization, UnitStaff]),
    ("/donor-reports/P-2026-010-F1/sent", &[("was", "[]"), ("happened_on", "1 Nov 2026")], &[ResourceMobilization]),
    ("/donor-reports/P-2026-010-F1/finance_cleared", &[("was", "[]")], &[ResourceMobilization, Finance]),
    ("/donor-reports/P-2026-010-F1/extend", &[("was", "[]"), ("due_on", "1 Nov 2027")], &[ResourceMobilization]),
    ("/donor-reports/P-2026-010-F1/waive", &[("was", "[]"), ("reason", "x")], &[ResourceMobilization]),
    ("/donor-reports/P-2026-010-F1/confirm", &[("was", "[]"), ("what", "waiver")], &[ResourceMobilization]),
    ("/donor-reports/P-2026-010-F1/assign", &[("was", "[]"), ("unit", "ROAF")], &[ResourceMobilization]),
    ("/donor-reports/sent", &[("was", "[]"), ("happened_on", "1 Nov 2026")], &[ResourceMobilization, UnitStaff]),
    ("/pledges/P-2026-010/obligations", &[("was", "[]"), ("kind-0", "narrative")], &[ResourceMobilization]),
    ("/projects/new", &[("unit", "GSD"), ("code", "X"), ("title", "X")], &[ResourceMobilization]),
    ("/projects/KI-DATA/edit", &[("was", "[]"), ("unit", "KI"), ("reason", "x")], &[ResourceMobilization]),
    ("/projects/KI-DATA/anew", &[("was", "[]"), ("unit", "KI"), ("agreed_on", "1 Nov 2026")], &[ResourceMobilization]),
    ("/projects/KI-DATA/status", &[("was", "{}"), ("quarter", "2026-Q4"), ("sentence", "x")], &[ResourceMobilization]),
    ("/projects/KI-DATA/milestones/new", &[("was", "[]"), ("milestone", "x")], &[ResourceMobilization]),
    ("/expenditures/new", &[("project", "KI-DATA"), ("month", "Oct 2026"), ("amount_usd", "1")], &[Finance]),
    ("/expenditures/SOM-BAI/edit", &[("was", "[]"), ("month", "2026-10"), ("reason", "x")], &[Finance]),
    (
        "/meetings/new",
        &[("donors", "SWE"), ("title", "X")],
        &[Admin, ResourceMobilization, Finance, UnitStaff, Manager],
    ),
    (
        "/intelligence/new",
        &[("kind", "oda"), ("donor", "SWE"), ("year", "2025")],
        &[Admin, ResourceMobilization, Finance, UnitStaff, Manager],
    ),
    (
        "/documents/new",
        &[("kind", "other"), ("donors", "SWE")],
        &[Admin, ResourceMobilization, Finance, UnitStaff, Manager],
    ),
    ("/readers", &[("thing", "X"), ("reader", "X"), ("reason", "x")], &[Admin]),
    ("/changes/2/undo", &[("reason", "x")], &[]),
    ("/users/new", &[("email", "x@y.z"), ("name", "X"), ("role", "admin")], &[Admin]),
    (
        "/published/new?of=%2Freporting-rates",
        &[("of", "/reporting-rates"), ("title", "T"), ("reason", "x")],
        &[ResourceMobilization, Manager],
    ),
];

#[tokio::test]
async fn who_may_not_is_refused_and_the_database_is_as_it_was() {
    let site = Site::new().await;
    for role in Role::OF_PEOPLE {
        let cookie = site.sign_in(role).await;
        let token = csrf(&site, &cookie).await;
        let before = everything(&site).await;
        for (address, fields, may) in CHANGING {
            if may.contains(&role) {
                continue;
            }
            let id = uuid::Uuid::now_v7().to_string();
            let mut form = vec![("csrf", token.as_str()), ("form_id", id.as_str())];
            form.extend(fields.iter().copied());
            let refused = site.post(address, &cookie, &form).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role} {address}: {}", refused.body);
            // The form itself is not theirs either; but staff enter pledges of their own unit.
            let own_too = role == UnitStaff && ["/pledges/new", "/projects/new"].contains(address);
            let drawn = site.get(address, &cookie).await;
            let expected = if own_too { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(drawn.status, expected, "{role} {address}");
        }
        // A form of somebody else's session changes nothing, whoever sends it.
        let forged = site.post("/donors/new", &cookie, &[("csrf", "forged"), ("form_id", "x"), ("code", "D")]).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN, "{role}");
        assert_eq!(everything(&site).await, before, "{role}");
    }
    site.close().await;
}

#[tokio::test]
async fn who_may_is_led_to_the_form() {
    let site = Site::new().await;
    for role in [Admin, Finance, Manager, ResourceMobilization, UnitStaff] {
        let cookie = site.sign_in(role).await;
        for (address, _, may) in CHANGING.iter().filter(|(_, _, may)| may.contains(&role)) {
            let address = match *address {
                "/rates/EUR/edit" => "/rates/EUR/edit?valid_from=2021-07-01",
                "/expenditures/SOM-BAI/edit" => "/expenditures/SOM-BAI/edit?month=2026-10",
                address => address,
            };
            let drawn = site.get(address, &cookie).await;
            assert_eq!(drawn.status, StatusCode::OK, "{role} {address} {may:?}: {}", drawn.body);
        }
    }
    site.close().await;
}
