//! How many statements a page reads its data by: at most six, whatever it shows (promises.md).

use axum::http::StatusCode;
use dis::access::{Role, may};
use dis::rooms::reading;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::pages::Site;

const ROLES: [Role; 6] =
    [Role::Admin, Role::ResourceMobilization, Role::Finance, Role::UnitStaff, Role::Manager, Role::Auditor];

/// The most a page may make, besides those that begin and end its transaction and the one that loads the session.
const MOST: usize = 6;

async fn settle(site: &Site, statements: &[&'static str]) {
    let mut connection = PgConnection::connect_with(&site.ground.cluster.options("postgres", "dis")).await.unwrap();
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(*statement)).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    pause().await;
}

/// PostgreSQL's collector writes the log a moment later.
async fn pause() {
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
}

fn logged(site: &Site) -> String {
    let folder = site.ground.folder().join("data/postgres/cluster/log");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

/// The statements the server reads the data of each page by, as PostgreSQL logged them.
pub(crate) async fn statements(site: &Site, addresses: &[&str], cookie: &str) -> Vec<Vec<String>> {
    let listen = ["alter system set log_destination = 'jsonlog'", "alter system set log_statement = 'all'"];
    settle(site, &[&listen[..], &["select pg_reload_conf()"]].concat()).await;
    let mut all = Vec::new();
    for address in addresses {
        let before = logged(site).len();
        assert_eq!(site.get(address, cookie).await.status, StatusCode::OK, "{address}");
        pause().await;
        let mut found = Vec::new();
        for line in logged(site)[before..].lines() {
            let entry: serde_json::Value = serde_json::from_str(line).unwrap();
            let message = entry["message"].as_str().unwrap_or_default();
            let text = message.split_once(": ").map(|(_, text)| text.trim().to_lowercase()).unwrap_or_default();
            let loads_the_session = text.contains("from sessions");
            if entry["application_name"] == "dis" && message.starts_with("execute") && !loads_the_session {
                found.push(text);
            }
        }
        all.push(found);
    }
    settle(site, &["alter system reset all", "select pg_reload_conf()"]).await;
    all
}

async fn at_most_six(site: &Site, addresses: &[&str], role: Role) -> Vec<String> {
    let cookie = site.sign_in(role).await;
    // What a page keeps for the next reader is there for both: the first reading may make more.
    for address in addresses {
        site.get(address, &cookie).await;
    }
    let found = statements(site, addresses, &cookie).await;
    let over = addresses.iter().zip(&found).filter(|(_, found)| found.len() > MOST);
    over.map(|(address, found)| format!("{address} as {role}: {} statements: {found:#?}", found.len())).collect()
}

#[tokio::test]
async fn a_page_reads_its_data_in_at_most_six_statements() {
    let site = Site::new().await;
    let pages = reading();
    let role = Role::Admin;
    let pages = pages.iter().filter(|(address, act)| may(role, *act) && !address.contains('.'));
    let mut addresses: Vec<&str> = pages.map(|(address, _)| address.as_str()).collect();
    addresses.extend([
        "/arrears?q=a&as_of=2021-07-31",
        "/donors/SWE",
        "/donors/SWE?kind=money&as_of=2021-07-31",
        "/donors/DEU/brief",
        "/pledges/P-2017-021",
        "/projects/KEN-TUR",
        "/reporting-rates?as_of=2021-07-31&unit=ROAF&since=2020-12-31",
    ]);
    let mut over = at_most_six(&site, &addresses, role).await;
    for role in ROLES {
        over.extend(at_most_six(&site, &["/", "/?as_of=2021-07-31"], role).await);
    }
    assert!(over.is_empty(), "{}", over.join("\n\n"));
    site.close().await;
}
