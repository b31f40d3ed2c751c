//! Stories through HTTP, against the whole site and a database of its own, with the demonstration in it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use dis::access::{Act, Role, may};
use dis::documents::Files;
use dis::kernel::Clock;
use dis::kernel::calendar::parse_instant;
use dis::l10n::L10n;
use dis::lists::List;
use dis::rooms::{EachList, ROOMS, each_list, reading};
use dis::web::server;
use dis::web::state::{AppState, Inner};
use dis::{demo, users};
use rust_decimal::Decimal;
use scraper::{Html, Selector};
use tower::ServiceExt;

use crate::foundation::Ground;
use crate::prepared;

pub(crate) struct Site {
    pub(crate) ground: Ground,
    pub(crate) app: Router,
    pub(crate) clock: Clock,
    pub(crate) files: Files,
    pub(crate) state: AppState,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: header::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn page(&self) -> Html {
        Html::parse_document(&self.body)
    }

    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let page = self.page();
        let selector = Selector::parse(selector).unwrap();
        let found = page.select(&selector);
        found.map(|element| element.text().collect::<String>().trim().to_owned()).collect()
    }

    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |location| location.to_str().unwrap())
    }

    pub(crate) fn cookies(&self) -> String {
        let cookies = self.headers.get_all(header::SET_COOKIE).into_iter();
        let pairs: Vec<&str> = cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap()).collect();
        pairs.join("; ")
    }
}

impl Site {
    pub(crate) async fn new() -> Self {
        Site::over(Ground::filled().await)
    }

    /// The site over a database as it is.
    pub(crate) fn over(ground: Ground) -> Self {
        Site::reached_at(ground, None)
    }

    /// The site as people reach it through a proxy.
    pub(crate) fn reached_at(ground: Ground, public_url: Option<&str>) -> Self {
        let clock = prepared::clock();
        let program = env!("CARGO_BIN_EXE_dis").into();
        let files = Files::open(&ground.folder().join("documents"), program).unwrap();
        let state = AppState(Arc::new(Inner {
            db: ground.db.clone(),
            clock: clock.clone(),
            public_url: public_url.map(str::to_owned),
            trusted_proxies: Vec::new(),
            metrics_token: Some("a token".to_owned().into()),
            exports: Arc::new(tokio::sync::Semaphore::new(4)),
            arrears_totals: dis::arrears::KnownTotals::default(),
            seal: users::Seal::at(ground.folder().join("second-factor.key")),
            files: files.clone(),
            memory: dis::lists::Memory::default(),
            demonstration: true,
        }));
        Site { app: server::app(state.clone()), ground, clock, files, state }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    pub(crate) async fn get(&self, address: &str, cookie: &str) -> Answer {
        let request = Request::get(address).header(header::COOKIE, cookie).header(header::ACCEPT, "text/html");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_bytes(&self, address: &str, cookie: &str) -> StatusCode {
        let request = Request::get(address).header(header::COOKIE, cookie).header(header::ACCEPT, "text/html");
        let response = self.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status();
        axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        status
    }

    pub(crate) async fn post(&self, address: &str, cookie: &str, form: &[(&str, &str)]) -> Answer {
        let pairs: Vec<String> = form
            .iter()
            .map(|(name, value)| {
                format!("{name}={}", percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC))
            })
            .collect();
        let request = Request::post(address)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(pairs.join("&"))).unwrap()).await
    }

    pub(crate) async fn try_to_sign_in(&self, email: &str, password: &str, next: &str) -> Answer {
        let form = self.get("/login", "").await;
        let page = form.page();
        let token = page.select(&Selector::parse("[name=form_token]").unwrap()).next().unwrap();
        let fields =
            [("email", email), ("password", password), ("next", next), ("form_token", token.attr("value").unwrap())];
        self.post("/login", &form.cookies(), &fields).await
    }

    /// A try to sign in from another address than this machine's.
    async fn try_from(&self, address: [u8; 4], email: &str, password: &str) -> StatusCode {
        let form = self.get("/login", "").await;
        let page = form.page();
        let token = page.select(&Selector::parse("[name=form_token]").unwrap()).next().unwrap().attr("value").unwrap();
        let body = format!("email={email}&password={}&form_token={token}", password.replace(' ', "+"));
        let mut request = Request::post("/login")
            .header(header::COOKIE, form.cookies())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from((address, 5000))));
        self.send(request).await.status
    }

    pub(crate) async fn sign_in(&self, role: Role) -> String {
        let line = demo::sign_ins().into_iter().find(|line| line.starts_with(role.as_str())).unwrap();
        let answer = self.try_to_sign_in(line.split_whitespace().nth(1).unwrap(), demo::PASSWORD, "/arrears").await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/arrears"));
        answer.cookies()
    }

    pub(crate) async fn close(self) {
        drop(self.app);
        self.ground.close().await;
    }
}

#[tokio::test]
async fn the_page_and_the_file_show_the_same_arrears() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::UnitStaff).await;
    for query in [
        "as_of=2021-07-31&fund=FEM",
        "as_of=2021-07-31",
        "unit=ROAF",
        "donor=SWE",
        "as_of=2021-07-31&bucket=365%2B",
        "q=water",
    ] {
        let page = site.get(&format!("/arrears?{query}"), &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{query}: {}", page.body);
        let file = site.get(&format!("/arrears.csv?{query}"), &cookie).await;
        let mut reader = csv::Reader::from_reader(file.body.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let total: Decimal = rows.iter().filter_map(|row| row[18].parse::<Decimal>().ok()).sum();
        let pledges: Vec<String> = rows.iter().map(|row| format!("{} · {}", &row[6], &row[8])).collect();
        assert_eq!(page.texts("table.list tbody tr:not(.group) td:nth-child(2)"), pledges, "{query}");
        if !rows.is_empty() {
            let shown: Decimal = page.texts("p.big")[0].replace("USD", "").replace(',', "").parse().unwrap();
            assert_eq!(shown, total, "{query}");
        }
    }
    let look = site.get("/arrears?as_of=2021-07-31&fund=FEM", &cookie).await;
    assert_eq!(look.texts("p.big"), ["USD5,912,201.59"]);
    // Its classes stand over their rows with sums that add up, and the heading says which way the days go.
    let sums = look.texts("table.list tr.group .num");
    let sums: Decimal =
        sums.iter().filter(|sum| !sum.is_empty()).map(|sum| sum.replace(',', "").parse::<Decimal>().unwrap()).sum();
    assert_eq!(sums.to_string(), "5912201.59");
    assert_eq!(look.texts("table.list tr.group th").len(), 5);
    assert_eq!(look.texts("table.list th[aria-sort=descending]"), ["Days"]);
    site.close().await;
}

#[tokio::test]
async fn every_role_reads_and_nobody_else_does() {
    let site = Site::new().await;
    let details = [
        "/donors/SWE",
        "/donors/SWE/brief",
        "/pledges/P-2017-021",
        "/projects/SOM-LOG3",
        "/units/ROAF",
        "/funds/FEM",
        "/rates/EUR",
    ];
    let details = details.map(|address| (address.to_owned(), Act::ReadFigures));
    let addresses: Vec<(String, Act)> = reading().into_iter().chain(details).collect();
    for (address, _) in &addresses {
        let answer = site.get(address, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{address}");
        assert!(answer.location().starts_with("/login?next="), "{address}");
        let plain = site.send(Request::get(address).body(Body::empty()).unwrap()).await;
        assert_eq!(plain.status, StatusCode::UNAUTHORIZED, "{address}");
    }
    for role in Role::OF_PEOPLE {
        let cookie = site.sign_in(role).await;
        for (address, act) in &addresses {
            let answer = site.get_bytes(address, &cookie).await;
            let read = answer.is_success() || answer.is_redirection();
            assert_eq!(read, may(role, *act), "{role} {address} {answer}");
            assert!(read || answer == StatusCode::FORBIDDEN, "{role} {address} {answer}");
        }
        let menu = site.get("/donors", &cookie).await.texts("nav .menu a");
        let seen = |room: &str| menu.contains(&L10n::ENGLISH.word("menu", room));
        assert!(ROOMS.iter().all(|room| seen(room.name) == may(role, room.may)), "{role} {menu:?}");
    }
    site.close().await;
}

#[tokio::test]
async fn what_cannot_be_read_in_an_address_is_named() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Auditor).await;
    for (query, named) in [
        ("as_of=yesterday", "as_of=yesterday"),
        ("as_of=2199-01-01", "as_of=2199-01-01"),
        ("as_of=20211-01-01", "as_of=20211-01-01"),
        ("known_at=noon", "known_at=noon"),
        ("unit=NOWHERE", "unit=NOWHERE"),
        ("donor=NOBODY", "donor=NOBODY"),
        ("fund=%3Cb%3E", "fund=&#60;b&#62;"),
        ("bucket=7", "bucket=7"),
        ("currency=XXX", "currency=XXX"),
        ("after=rubbish", "after=rubbish"),
    ] {
        for path in ["/arrears", "/arrears.csv"] {
            let answer = site.get(&format!("{path}?{query}"), &cookie).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}?{query}");
            assert!(answer.body.contains(named), "{path}?{query}: {}", answer.body);
        }
    }
    assert_eq!(site.get("/nothing/here", &cookie).await.status, StatusCode::NOT_FOUND);
    let written = site.get("/arrears?as_of=31+Jul+2021&fund=FEM", &cookie).await;
    assert_eq!(written.location(), "/arrears?as_of=2021-07-31&fund=FEM");
    site.close().await;
}

#[tokio::test]
async fn signing_in_is_guarded_and_sessions_end() {
    let site = Site::new().await;
    let email = "lucia.ferrer@demo.example";
    let wrong = site.try_to_sign_in(email, "not the password", "/arrears").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains(email), "what was typed is still there");
    let elsewhere = site.try_to_sign_in(email, demo::PASSWORD, "//evil.example/").await;
    assert_eq!(elsewhere.location(), "/");
    let unasked = site.post("/login", "", &[("email", email), ("password", demo::PASSWORD), ("form_token", "x")]).await;
    assert_eq!(unasked.status, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..5 {
        site.try_to_sign_in("johan.lindqvist@demo.example", "guess guess guess", "/").await;
    }
    let throttled = site.try_to_sign_in("johan.lindqvist@demo.example", demo::PASSWORD, "/").await;
    assert_eq!(throttled.status, StatusCode::TOO_MANY_REQUESTS);

    let cookie = site.sign_in(Role::Finance).await;
    assert_eq!(site.post("/logout", &cookie, &[("csrf", "forged")]).await.status, StatusCode::FORBIDDEN);
    let page = site.get("/arrears", &cookie).await.page();
    let csrf = page.select(&Selector::parse("[name=csrf]").unwrap()).next().unwrap().attr("value").unwrap().to_owned();
    let foreign = Request::post("/logout")
        .header(header::COOKIE, &cookie)
        .header(header::HOST, "dis.example")
        .header(header::ORIGIN, "http://evil.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("csrf={csrf}")));
    assert_eq!(site.send(foreign.unwrap()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.post("/logout", &cookie, &[("csrf", &csrf)]).await.location(), "/login");
    assert_eq!(site.get("/arrears", &cookie).await.status, StatusCode::SEE_OTHER);

    let idle = site.sign_in(Role::Manager).await;
    site.clock.set(parse_instant("2026-11-24T00:30:00Z").unwrap());
    assert_eq!(site.get("/arrears", &idle).await.status, StatusCode::SEE_OTHER, "idle for half a day");
    let disabled = site.sign_in(Role::Auditor).await;
    assert_eq!(site.get("/arrears", &disabled).await.status, StatusCode::OK);
    users::disable(&site.ground.db, site.ground.actor(), "tevita.fonua@demo.example").await.unwrap();
    assert_eq!(site.get("/arrears", &disabled).await.status, StatusCode::SEE_OTHER, "disabled");
    site.close().await;
}

#[tokio::test]
async fn guessing_at_an_account_from_everywhere_does_not_lock_its_owner_out() {
    let site = Site::new().await;
    let email = "lucia.ferrer@demo.example";
    let home = [192, 0, 2, 1];
    assert_eq!(site.try_from(home, email, demo::PASSWORD).await, StatusCode::SEE_OTHER);
    for number in 0..50 {
        let refused = site.try_from([198, 51, 100, number], email, "guess guess guess").await;
        assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY, "try {number}");
    }
    let stranger = [203, 0, 113, 9];
    assert_eq!(site.try_from(stranger, email, demo::PASSWORD).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(site.try_from(home, email, demo::PASSWORD).await, StatusCode::SEE_OTHER, "the owner's own address");
    assert_eq!(
        site.try_from(stranger, "hoa.nguyen@demo.example", demo::PASSWORD).await,
        StatusCode::SEE_OTHER,
        "another account"
    );
    site.close().await;
}

struct Addresses;

impl EachList for Addresses {
    type Output = Vec<String>;

    /// The list in every order, both ways, and with every filter alone.
    fn list<L: List>(&mut self) -> Vec<String> {
        let sorts = L::SORTS.iter().flat_map(|sort| [format!("sort={}", sort.name), format!("sort=-{}", sort.name)]);
        let filters = L::FILTERS.iter().map(|name| match *name {
            "unit" => "unit=ROAF".to_owned(),
            "donor" => "donor=SWE".to_owned(),
            "fund" => "fund=FEM".to_owned(),
            "pledge" => "pledge=P-2017-021".to_owned(),
            "project" => "project=SOM-LOG3".to_owned(),
            "country" => "country=som".to_owned(),
            "bucket" => "bucket=365%2B".to_owned(),
            "currency" => "currency=EUR".to_owned(),
            "since" => "since=2020-01-01".to_owned(),
            "change_since" => "change_since=1989-12-31".to_owned(),
            "role" => "role=finance".to_owned(),
            "who" => "who=lucia.ferrer%40demo.example".to_owned(),
            "act" => "act=import".to_owned(),
            "room" => "room=donors".to_owned(),
            "code" => "code=SWE".to_owned(),
            "until" => "until=2020-12-31".to_owned(),
            "year" => "year=2020".to_owned(),
            "donor_kind" => "donor_kind=C01".to_owned(),
            "focal_point" => "focal_point=johan.lindqvist%40demo.example".to_owned(),
            "region" => "region=northern-europe".to_owned(),
            "fund_kind" => "fund_kind=core".to_owned(),
            "earmarking" => "earmarking=soft".to_owned(),
            "kind" => format!("kind={}", L::KINDS[0]),
            "counted" => "counted=overdue".to_owned(),
            "cause" => "cause=partner".to_owned(),
            "responsible" => "responsible=lucia.ferrer%40demo.example".to_owned(),
            "level" => "level=head_of_agency".to_owned(),
            "classification" => "classification=confidential".to_owned(),
            "document_kind" => "document_kind=development_strategy".to_owned(),
            "tongue" => "tongue=fr".to_owned(),
            "in_force_on" => "in_force_on=2021-07-31".to_owned(),
            "state" => format!("state={}", L::STATES[0]),
            other => panic!("a filter without a test: {other}"),
        });
        let states = L::STATES.iter().map(|state| format!("state={state}"));
        sorts
            .chain(filters)
            .chain(states)
            .chain(["q=a%25_%27%22".into(), "as_of=2019-12-31".into(), "as_of=1990-01-01".into()])
            .collect()
    }
}

#[tokio::test]
async fn every_list_stands_in_every_order_with_every_filter_and_leafs_through_all_its_rows() {
    let site = Site::new().await;
    // An administrator reads every list there is.
    let cookie = site.sign_in(Role::Admin).await;
    for (name, queries) in each_list(&mut Addresses) {
        for (nth, query) in queries.iter().enumerate() {
            let page = site.get(&format!("/{name}?{query}"), &cookie).await;
            assert_eq!(page.status, StatusCode::OK, "/{name}?{query}: {}", page.body);
            let file = site.get(&format!("/{name}.csv?{query}"), &cookie).await;
            assert_eq!(file.status, StatusCode::OK, "/{name}.csv?{query}");
            // The rows of all pages, one after the other, are the rows of the file. A long list is leafed through to its
            // end in its first order only.
            let most = if nth == 0 { 20_000 } else { 1_000 };
            if !query.starts_with("sort=") {
                continue;
            }
            let mut rows = 0;
            let mut next = Some(format!("/{name}?{query}"));
            while let Some(address) = next.take_if(|_| rows < most) {
                let page = site.get(&address, &cookie).await;
                rows += page.texts("table.list tbody tr:not(.group)").len();
                let html = page.page();
                let link = html.select(&Selector::parse("a[rel=next]").unwrap()).next();
                next = link.map(|link| link.attr("href").unwrap().to_owned());
                assert!(rows <= most, "{name}?{query} leafs in a circle");
            }
            let in_file = csv::Reader::from_reader(file.body.as_bytes()).records().count();
            assert_eq!(rows, in_file.min(most), "{name}?{query}");
        }
    }
    site.close().await;
}
