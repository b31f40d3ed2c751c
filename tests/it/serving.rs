//! The server as a whole: slow and rude clients, what it says of itself, a database that goes away and comes back.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use dis::access::Role;
use dis::db::{Db, DbError};
use dis::embedded::APP_ROLE;
use dis::imports::{self, Import};
use dis::users::{self, NewAccount};
use dis::web::server;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rust_decimal::Decimal;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tower::ServiceExt;

use crate::crash::House;
use crate::foundation::{Ground, actor};
use crate::loading::{clock, hand_set};
use crate::pages::Site;

/// Figures worked out by hand stand on the page, and in its file, for every day there are figures of.
#[tokio::test]
async fn the_page_and_its_files_show_what_was_worked_out_by_hand() {
    let ground = Ground::new().await;
    let import = Import { files: hand_set(), ..Import::default() };
    assert!(imports::run(&ground.db, actor(), &clock(), &import).await.unwrap().accepted());
    let account = NewAccount {
        email: "finance@example.org".into(),
        name: "Finance".into(),
        role: Role::Finance,
        unit: None,
        password: "a long enough password".to_owned().into(),
    };
    users::add(&ground.db, actor(), account).await.unwrap();
    let site = Site::over(ground);
    let cookie = site.try_to_sign_in("finance@example.org", "a long enough password", "/arrears").await.cookies();
    let sheet = |name: &str| std::fs::read_to_string(hand_set()[0].1.with_file_name(name)).unwrap();
    let (totals, rows) = (sheet("expected-totals.csv"), sheet("expected-arrears.csv"));
    let mut days = 0;
    for line in totals.lines().skip(1) {
        let [day, count, usd, _] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let page = site.get(&format!("/arrears?as_of={day}"), &cookie).await;
        assert_eq!(page.status, StatusCode::OK);
        let shown: Decimal = page.texts("p.big")[0].replace("USD", "").replace(',', "").parse().unwrap();
        assert_eq!(shown, usd.parse().unwrap(), "{day}");
        assert_eq!(page.texts("table.list tbody tr:not(.group)").len().to_string(), count, "{day}");
        let file = site.get(&format!("/arrears.csv?as_of={day}"), &cookie).await.body;
        let expected: Vec<&str> =
            rows.lines().enumerate().filter(|(at, row)| *at == 0 || row.starts_with(day)).map(|(_, row)| row).collect();
        assert_eq!(file.lines().collect::<Vec<_>>(), expected, "{day}");
        days += 1;
    }
    assert!(days >= 8);
    site.close().await;
}

/// The first day of an agency's use of it: nothing is there yet.
#[tokio::test]
async fn every_page_stands_over_an_empty_database() {
    let ground = Ground::new().await;
    let account = NewAccount {
        email: "admin@example.org".into(),
        name: "Admin".into(),
        role: Role::Admin,
        unit: None,
        password: "a long enough password".to_owned().into(),
    };
    users::add(&ground.db, actor(), account).await.unwrap();
    let site = Site::over(ground);
    let cookie = site.try_to_sign_in("admin@example.org", "a long enough password", "/").await.cookies();
    for (address, _) in dis::rooms::reading() {
        for query in ["", "?as_of=1900-01-01"] {
            let status = site.get_bytes(&format!("{address}{query}"), &cookie).await;
            assert!(status.is_success() || status.is_redirection(), "{address}{query}: {status}");
        }
    }
    for address in ["/donors/SWE", "/pledges/P-1", "/contributions/C-1", "/units/ROAF", "/funds/FEM", "/rates/XXX"] {
        assert_eq!(site.get(address, &cookie).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    site.close().await;
}

#[tokio::test]
async fn what_is_refused_by_the_outermost_parts_is_told_in_our_words() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Finance).await;
    let form = "application/x-www-form-urlencoded";
    let large = "x".repeat((1 << 20) + 1);
    for (method, address, kind, body, status) in [
        ("POST", "/login", form, "email=a".to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        ("POST", "/login", "text/plain", "email=a".to_owned(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("POST", "/login", form, large, StatusCode::PAYLOAD_TOO_LARGE),
        ("POST", "/arrears", form, String::new(), StatusCode::METHOD_NOT_ALLOWED),
        ("DELETE", "/donors/SWE", form, String::new(), StatusCode::METHOD_NOT_ALLOWED),
        ("GET", "/donors/%FF", form, String::new(), StatusCode::BAD_REQUEST),
        ("GET", "/static/nothing.css", form, String::new(), StatusCode::NOT_FOUND),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(address)
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, kind)
            .header(header::CONTENT_LENGTH, body.len());
        let answer = site.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, status, "{method} {address}: {}", answer.body);
        assert!(!answer.texts("h1").is_empty(), "{method} {address}: {}", answer.body);
        for inside in ["deserialize", "missing field", "Invalid UTF-8", "axum", "sqlx"] {
            assert!(!answer.body.contains(inside), "{method} {address}: {}", answer.body);
        }
    }
    site.close().await;
}

#[tokio::test]
async fn https_makes_cookies_that_stay_with_it_and_knows_one_origin() {
    let site = Site::reached_at(Ground::new().await, Some("https://dis.example.org"));
    let form = site.get("/login", "").await;
    let cookie = form.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
    assert!(cookie.starts_with("__Host-dis_form="), "{cookie}");
    for part in ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"] {
        assert!(cookie.split("; ").any(|said| said == part), "{cookie}");
    }
    assert!(form.headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    assert_eq!(form.headers.get(header::CACHE_CONTROL).unwrap(), "no-store");
    let policy = form.headers.get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    for (origin, status) in [
        ("https://dis.example.org", StatusCode::UNPROCESSABLE_ENTITY),
        ("http://dis.example.org", StatusCode::FORBIDDEN),
        ("https://evil.example", StatusCode::FORBIDDEN),
        ("null", StatusCode::FORBIDDEN),
    ] {
        let request = Request::post("/login")
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from("email=a&password=b&form_token=c"));
        assert_eq!(site.send(request.unwrap()).await.status, status, "{origin}");
    }
    site.close().await;
}

#[tokio::test]
async fn metrics_are_for_this_machine_or_whoever_has_the_token() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Manager).await;
    site.get("/donors/SWE", &cookie).await;
    let ask = async |peer: &str, extra: Option<(&str, &str)>| {
        let mut request = Request::get("/metrics");
        if let Some((name, value)) = extra {
            request = request.header(name, value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
        site.send(request).await
    };
    let token = Some(("authorization", "Bearer a token"));
    for (peer, extra, status) in [
        ("127.0.0.1:5", None, StatusCode::OK),
        ("[::1]:5", None, StatusCode::OK),
        ("192.0.2.1:5", None, StatusCode::FORBIDDEN),
        ("192.0.2.1:5", Some(("authorization", "Bearer another")), StatusCode::FORBIDDEN),
        ("192.0.2.1:5", Some(("authorization", "Bearer ")), StatusCode::FORBIDDEN),
        ("127.0.0.1:5", Some(("x-forwarded-for", "192.0.2.1")), StatusCode::FORBIDDEN),
        ("192.0.2.1:5", token, StatusCode::OK),
    ] {
        assert_eq!(ask(peer, extra).await.status, status, "{peer} {extra:?}");
    }
    let told = ask("127.0.0.1:5", None).await.body;
    // By the pattern of the address: no donor is named.
    assert!(told.contains(r#"http_requests_total{path="/donors/{code}",method="GET",status="200"}"#), "{told}");
    assert!(told.contains("http_request_duration_seconds_bucket"), "{told}");
    assert!(told.contains(r#"database_connections{pool="pages",state="idle"}"#), "{told}");
    assert!(!told.contains("SWE"), "{told}");
    site.close().await;
}

#[tokio::test]
async fn a_page_comes_packed_as_the_browser_takes_it() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Manager).await;
    let ask = async |address: &str, takes: &str| {
        let request = Request::get(address).header(header::COOKIE, &cookie).header(header::ACCEPT_ENCODING, takes);
        let response = site.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{address}");
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let said = |name| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let length: Option<usize> = said(header::CONTENT_LENGTH).map(|length| length.parse().unwrap());
        assert!(length.is_none_or(|length| length == body.len()), "{address}: {length:?}");
        let packing = said(header::CONTENT_ENCODING);
        let text = match packing.as_deref() {
            Some("zstd") => zstd::decode_all(&*body).unwrap(),
            Some("gzip") => {
                let mut text = Vec::new();
                flate2::read::GzDecoder::new(&*body).read_to_end(&mut text).unwrap();
                text
            }
            _ => body.to_vec(),
        };
        (packing, said(header::VARY), length, String::from_utf8(text).unwrap())
    };
    // Neither says anything that moves with the moment.
    for address in ["/donors", "/donors.csv"] {
        let plain = ask(address, "identity").await;
        assert_eq!((plain.0, plain.3.len() > 2000), (None, true), "{address}");
        for (takes, packing) in [
            ("gzip, deflate, br, zstd", Some("zstd")),
            ("gzip, ZSTD;q=0.5", Some("zstd")),
            ("gzip;q=1.0, zstd;q=0", Some("gzip")),
            ("gzip, zstdx", Some("gzip")),
            ("br", None),
        ] {
            let packed = ask(address, takes).await;
            assert_eq!((packed.0.as_deref(), &packed.3), (packing, &plain.3), "{address} for {takes}");
            let varies = packed.1.as_deref().is_some_and(|vary| vary.eq_ignore_ascii_case("accept-encoding"));
            assert!(packing.is_none() || varies, "{address} for {takes}: {:?}", packed.1);
            // Of a page that is packed as a whole the length is known; a file goes by the piece.
            let whole = packing == Some("zstd") && !address.contains(".csv");
            assert!(!whole || packed.2.is_some(), "{address} for {takes}");
        }
    }
    site.close().await;
}

#[tokio::test]
async fn who_sends_nothing_is_not_waited_for() {
    let ground = Ground::new().await;
    let site = Site::over(ground);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(server::serve(listener, site.app.clone(), async {
        let _ = stopped.await;
    }));
    let waited = tokio::task::spawn_blocking(move || {
        let begun = Instant::now();
        let mut slow = TcpStream::connect(address).unwrap();
        slow.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        slow.write_all(b"GET /login HTTP/1.1\r\nHost: dis.example\r\nX-Slow:").unwrap();
        let mut rest = Vec::new();
        let _ = slow.read_to_end(&mut rest);
        // Headers without end are refused at once.
        let mut large = TcpStream::connect(address).unwrap();
        large.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let _ = large.write_all(format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(1 << 20)).as_bytes());
        let mut answer = String::new();
        let _ = large.read_to_string(&mut answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
        begun.elapsed()
    });
    let waited = waited.await.unwrap();
    assert!(waited > Duration::from_secs(5) && waited < Duration::from_secs(15), "{waited:?}");
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    site.close().await;
}

/// A database on which an answer could be lost is refused, whichever of the three settings it is.
#[tokio::test]
async fn a_database_that_could_lose_an_answer_is_refused() {
    let ground = Ground::new().await;
    let mut superuser = PgConnection::connect_with(&ground.cluster.options("postgres", "dis")).await.unwrap();
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        let mut set = async |statement: String| {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut superuser).await.unwrap();
            sqlx::raw_sql("select pg_reload_conf()").execute(&mut superuser).await.unwrap();
            tokio::time::sleep(Duration::from_millis(300)).await;
        };
        set(format!("alter system set {setting} = off")).await;
        let refused = Db::open(&ground.cluster.options(APP_ROLE, "dis"), 2, true).await;
        assert!(matches!(&refused, Err(DbError::NotDurable(name)) if name == setting), "{setting}");
        set(format!("alter system reset {setting}")).await;
    }
    let refused = Db::open(&ground.cluster.options("postgres", "dis"), 2, true).await;
    assert!(matches!(refused, Err(DbError::Superuser(_))));
    assert!(Db::open(&ground.cluster.options(APP_ROLE, "dis"), 2, true).await.is_ok());
    superuser.close().await.unwrap();
    ground.close().await;
}

/// A server on its own port; ended with the test.
struct Served {
    child: Child,
    address: SocketAddr,
}

impl Served {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        std::io::BufRead::read_line(&mut said, &mut line).unwrap();
        Served {
            child,
            address: line.trim().strip_prefix("http://").unwrap_or_else(|| panic!("{line}")).parse().unwrap(),
        }
    }

    /// The status of a page, and how long it took.
    fn get(&self, path: &str) -> (u16, Duration) {
        let begun = Instant::now();
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let cookie = "dis_session=somebody";
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        let status = answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{answer}"));
        (status, begun.elapsed())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = kill(Pid::from_raw(self.child.id().try_into().unwrap()), Signal::SIGTERM);
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_is_a_503_within_two_seconds_and_the_site_comes_back() {
    let house = House::new(2).await;
    let server = Served::start(house.dis(&["serve", "--listen", "127.0.0.1:0"]));
    // Nobody's session: the page asks the database and sends to the sign-in.
    let here = |(status, _): (u16, Duration)| status == 303;
    assert!(here(server.get("/arrears")));
    let until_back = || {
        let begun = Instant::now();
        let mut longest = Duration::ZERO;
        loop {
            let (status, took) = server.get("/arrears");
            longest = longest.max(took);
            if status == 303 {
                return longest;
            }
            assert_eq!(status, 503);
            assert!(begun.elapsed() < Duration::from_secs(30), "the site does not come back");
        }
    };
    // Slow: it takes connections and says nothing.
    let postmaster = house.postmaster().unwrap();
    let processes = house.processes(postmaster);
    for process in &processes {
        kill(*process, Signal::SIGSTOP).unwrap();
    }
    let (status, took) = server.get("/arrears");
    for process in &processes {
        kill(*process, Signal::SIGCONT).unwrap();
    }
    assert_eq!(status, 503);
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(until_back() < Duration::from_secs(2));
    // Away: killed. The server starts its private one again.
    for _ in 0..2 {
        let killed = house.postmaster().unwrap();
        kill(killed, Signal::SIGKILL).unwrap();
        let begun = Instant::now();
        // Until another runs: refused quickly, or answered by what is left of the old one.
        while house.postmaster().is_none_or(|pid| pid == killed) {
            let (status, took) = server.get("/arrears");
            assert!([503, 303].contains(&status) && took < Duration::from_secs(2), "{status} {took:?}");
            assert!(begun.elapsed() < Duration::from_secs(30), "nobody starts it again");
        }
        assert!(until_back() < Duration::from_secs(2));
        tokio::time::sleep(Duration::from_secs(1)).await;
        // Every connection there was is found to be gone; none is handed to a page.
        for _ in 0..20 {
            assert!(here(server.get("/arrears")));
        }
    }
    drop(server);
    // Ours stands in a pool that knows nothing of the new server yet.
    assert_eq!(house.broken().await, Vec::<String>::new());
    house.close().await;
}

/// Two servers on one database: what one is told the other shows at once.
#[tokio::test(flavor = "multi_thread")]
async fn several_servers_run_on_one_database() {
    let house = House::new(2).await;
    let servers: Vec<Served> =
        (0..2).map(|_| Served::start(house.dis(&["serve", "--listen", "127.0.0.1:0"]))).collect();
    assert!(servers.iter().all(|server| server.get("/readyz").0 == 200));
    let mut owner = PgConnection::connect_with(&house.owner()).await.unwrap();
    let migrations: i64 =
        sqlx::query_scalar("select count(*) from _sqlx_migrations").fetch_one(&mut owner).await.unwrap();
    assert_eq!(usize::try_from(migrations).unwrap(), dis::db::MIGRATOR.iter().count());
    owner.close().await.unwrap();
    drop(servers);
    house.close().await;
}
