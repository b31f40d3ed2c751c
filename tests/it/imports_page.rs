//! The import page through HTTP: dropped, looked at, put right, landed, taken back; and everything that is refused.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use dis::access::Role;
use scraper::{Html, Selector};

use crate::pages::{Answer, Site};

const BOUNDARY: &str = "dis-boundary";

fn multipart(csrf: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body =
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n").into_bytes();
    for (name, content) in files {
        body.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn attribute(page: &Html, css: &str, name: &str) -> String {
    let found = page.select(&Selector::parse(css).unwrap()).next();
    found.and_then(|element| element.attr(name)).unwrap_or_default().to_owned()
}

struct Officer<'s> {
    site: &'s Site,
    cookie: String,
    csrf: String,
}

impl<'s> Officer<'s> {
    async fn new(site: &'s Site, role: Role) -> Self {
        let cookie = site.sign_in(role).await;
        let csrf = attribute(&site.get("/imports", &cookie).await.page(), "[name=csrf]", "value");
        Officer { site, cookie, csrf }
    }

    async fn send_files(&self, csrf: &str, files: &[(&str, &[u8])]) -> Answer {
        let request = Request::post("/imports")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
        self.site.send(request.body(Body::from(multipart(csrf, files))).unwrap()).await
    }

    /// Drops files and waits until they were looked at. The address of the draft, and its page.
    async fn drop_files(&self, files: &[(&str, &[u8])]) -> (String, Answer) {
        let answer = self.send_files(&self.csrf, files).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let at = answer.location().to_owned();
        assert!(at.starts_with("/imports/"), "{at}");
        let page = self.settled(&at).await;
        (at, page)
    }

    async fn settled(&self, at: &str) -> Answer {
        for _ in 0..300 {
            let page = self.site.get(at, &self.cookie).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.body);
            if page.texts("[data-working]").is_empty() {
                return page;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("{at} is never done");
    }

    async fn act(&self, at: &str, page: &Answer, act: &str, fields: &[(&str, &str)]) -> Answer {
        let round = attribute(&page.page(), "#draft [name=round]", "value");
        let mut form = vec![("csrf", self.csrf.as_str()), ("round", round.as_str()), ("act", act)];
        form.extend_from_slice(fields);
        let answer = self.site.post(at, &self.cookie, &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        if answer.location().starts_with("/imports/") { self.settled(answer.location()).await } else { answer }
    }
}

const HEADER: &str = "ref,donor,currency,amount,received_on,fund,note\n";

/// What the page says it is about, without the mark of what became of it.
fn title(page: &Answer) -> String {
    let tag = page.texts("h1 .tag").join("");
    page.texts("h1").join(" ").trim_end_matches(tag.as_str()).trim().to_owned()
}

fn figures(page: &Answer) -> Vec<String> {
    page.texts(".figures dd:not(.note)")
}

#[tokio::test]
async fn three_bad_rows_are_put_right_in_place_landed_and_taken_back() {
    let site = Site::new().await;
    let officer = Officer::new(&site, Role::Finance).await;
    let extract = format!(
        "{HEADER}I-1,SWE,SEK,1000.50,2021-04-14,FEM,ok\nI-2,SWEDEN,SEK,10,2021-04-14,FEM,\n\
         I-3,JPN,JPY,1200000.50,2021-04-15,FEM,\n,SWE,SEK,5,20211-04-15,FEM,<b>\"שלום\"</b> 日本\n"
    );
    let (at, page) = officer.drop_files(&[("receipts <2021>.csv", extract.as_bytes())]).await;
    assert_eq!(title(&page), "3 of 4 rows are refused; nothing has landed");
    assert_eq!(figures(&page), ["1", "0", "0", "3"]);
    let errors = page.texts("td.wrong .error");
    assert_eq!(
        errors,
        ["No such donor", "Has more decimals than JPY has", "Is needed", "Is not a date of the form 2021-07-31"]
    );
    assert!(page.body.contains("receipts &#60;2021&#62;.csv") && !page.body.contains("<2021>"));
    assert!(page.body.contains("&#60;b&#62;&#34;שלום&#34;&#60;/b&#62; 日本"), "{}", page.body);
    assert!(page.texts("button[value=land]").is_empty(), "nothing bad can be landed");

    let rows = site.get(&format!("{at}/refused.csv?file=0"), &officer.cookie).await;
    let mut reader = csv::Reader::from_reader(rows.body.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().next_back(), Some("refused_because"));
    let reasons: Vec<String> =
        reader.records().map(|row| row.unwrap().iter().next_back().unwrap().to_owned()).collect();
    assert_eq!(reasons[0], "line 3, donor: no such donor");
    // The file of bad rows loads as it is, reasons and all, and says the same again.
    let (_, again) = officer.drop_files(&[("refused.csv", rows.body.as_bytes())]).await;
    assert_eq!(title(&again), "3 of 3 rows are refused; nothing has landed");

    let cells = [
        ("c.0.3.donor", "SWE"),
        ("c.0.4.amount", "1200000"),
        ("c.0.5.ref", "I-4"),
        ("c.0.5.received_on", "2021-04-15"),
    ];
    let checked = officer.act(&at, &page, "check", &cells).await;
    assert_eq!(title(&checked), "4 rows are ready to land", "{}", checked.body);
    assert_eq!(figures(&checked), ["4", "0", "0", "0"]);
    let none: i64 = sqlx::query_scalar("select count(*) from contribution_facts where key like 'I-%'")
        .fetch_one(&site.ground.db.pages)
        .await
        .unwrap();
    assert_eq!(none, 0, "looking changes nothing");

    let landed = officer.act(&at, &checked, "land", &[]).await;
    assert_eq!(title(&landed), "4 rows have landed", "{}", landed.body);
    let twice = officer.act(&at, &checked, "land", &[]).await;
    assert_eq!(title(&twice), "4 rows have landed");
    let (facts, changes): (i64, i64) = sqlx::query_as(
        "select count(*), count(distinct change_id) from contribution_facts where key like 'I-%' and voided_at is null",
    )
    .fetch_one(&site.ground.db.pages)
    .await
    .unwrap();
    assert_eq!((facts, changes), (4, 1), "landed twice is landed once");
    let by: String = sqlx::query_scalar(
        "select a.email from changes c join accounts a on a.id = c.account_id order by c.id desc limit 1",
    )
    .fetch_one(&site.ground.db.pages)
    .await
    .unwrap();
    assert_ne!(by, "system");

    let history = site.get("/imports", &officer.cookie).await;
    assert!(history.texts("table.list tbody th .tag").contains(&"Landed".to_owned()), "{}", history.body);
    // Loading it again changes nothing.
    let put_right = "ref,donor,currency,amount,received_on,fund\nI-3,JPN,JPY,1200000,2021-04-15,FEM\n";
    let (_, same) = officer.drop_files(&[("again.csv", put_right.as_bytes())]).await;
    assert_eq!(title(&same), "Everything in it is here already", "{}", same.body);

    let unreasoned = officer.act(&at, &landed, "undo", &[("reason", " ")]).await;
    assert!(unreasoned.texts("#undo-e").join("").contains("why"), "{}", unreasoned.body);
    let undone = officer.act(&at, &landed, "undo", &[("reason", "the wrong extract")]).await;
    assert_eq!(title(&undone), "This import was taken back", "{}", undone.body);
    assert!(undone.body.contains("the wrong extract"));
    let left: i64 =
        sqlx::query_scalar("select count(*) from contribution_facts where key like 'I-%' and voided_at is null")
            .fetch_one(&site.ground.db.pages)
            .await
            .unwrap();
    assert_eq!(left, 0);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn a_correction_is_shown_from_what_to_what_and_needs_a_reason() {
    let site = Site::new().await;
    let officer = Officer::new(&site, Role::Finance).await;
    let first = format!("{HEADER}I-1,SWE,SEK,1000.00,2021-04-14,FEM,first\n");
    let (at, page) = officer.drop_files(&[("first.csv", first.as_bytes())]).await;
    officer.act(&at, &page, "land", &[]).await;
    let second = format!("{HEADER}I-1,SWE,SEK,1005.00,2021-04-15,FEM,second\nI-2,SWE,SEK,7,2021-04-15,FEM,\n");
    let (at, page) = officer.drop_files(&[("second.csv", second.as_bytes())]).await;
    assert_eq!(title(&page), "2 rows are ready to land", "{}", page.body);
    assert_eq!(figures(&page), ["1", "1", "0", "0"]);
    let changes = page.texts("#changes ~ table td");
    let said: Vec<&str> = changes.iter().map(String::as_str).collect();
    assert_eq!(
        said,
        [
            "amount Correction",
            "1,000",
            "1,005",
            "note Label",
            "first",
            "second",
            "received_on Correction",
            "14 Apr 2021",
            "15 Apr 2021"
        ]
    );
    let refused = officer.act(&at, &page, "land", &[("reason", "")]).await;
    assert!(refused.texts("#reason-e").join("").contains("why"), "{}", refused.body);

    // Somebody records something else meanwhile: what would land is no longer what was seen.
    let (other_at, other) =
        officer.drop_files(&[("other.csv", format!("{HEADER}I-2,SWE,SEK,7,2021-04-15,FEM,\n").as_bytes())]).await;
    officer.act(&other_at, &other, "land", &[]).await;
    let moved = officer.act(&at, &page, "land", &[("reason", "bank advice corrected")]).await;
    assert!(moved.texts(".notice.warn").join("").contains("since you looked"), "{}", moved.body);
    assert_eq!(figures(&moved), ["0", "1", "1", "0"]);
    let landed = officer.act(&at, &moved, "land", &[("reason", "bank advice corrected")]).await;
    assert_eq!(title(&landed), "1 row has landed", "{}", landed.body);
    let reason: Option<String> = sqlx::query_scalar("select reason from changes order by id desc limit 1")
        .fetch_one(&site.ground.db.pages)
        .await
        .unwrap();
    assert_eq!(reason.as_deref(), Some("bank advice corrected"));
    // What a later import builds on is not taken back before that one.
    let (first_change,): (i64,) =
        sqlx::query_as("select change_id from contribution_facts where key = 'I-1' order by id limit 1")
            .fetch_one(&site.ground.db.pages)
            .await
            .unwrap();
    let refused = officer.act(&format!("/imports/{first_change}"), &landed, "undo", &[("reason", "no")]).await;
    assert!(refused.texts(".notice.bad li").join("").contains("Change"), "{}", refused.body);
    assert_eq!(site.ground.broken(None).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn several_files_of_every_format_land_as_one() {
    let site = Site::new().await;
    let officer = Officer::new(&site, Role::Finance).await;
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (at, name) in (0u16..).zip(["ref", "donor", "currency", "amount", "received_on", "fund"]) {
        sheet.write(0, at, name).unwrap();
    }
    let day = rust_xlsxwriter::Format::new().set_num_format("d mmm yyyy");
    sheet.write(1, 0, "X-1").unwrap().write(1, 1, "SWE").unwrap().write(1, 2, "KZT").unwrap();
    sheet.write(1, 3, 0.1 + 0.2).unwrap().write(1, 5, "FEM").unwrap();
    sheet.write_with_format(1, 4, &chrono::NaiveDate::from_ymd_opt(2026, 2, 10).unwrap(), &day).unwrap();
    let rates = "<UN_OPERATIONAL_RATES_DATASET>\n\
        <UN_OPERATIONAL_RATES><f_country_name>A</f_country_name><f_curr_code>KZT\t</f_curr_code><rate>505.13</rate><eff_date>1 Feb 2026</eff_date></UN_OPERATIONAL_RATES>\n\
        <UN_OPERATIONAL_RATES><f_country_name>B</f_country_name><f_curr_code>KZT</f_curr_code><rate>505.13</rate><eff_date>1 Feb 2026</eff_date></UN_OPERATIONAL_RATES>\n\
        </UN_OPERATIONAL_RATES_DATASET>";
    let workbook = book.save_to_buffer().unwrap();
    let (at, page) = officer.drop_files(&[("receipts.xlsx", &workbook), ("rates.xml", rates.as_bytes())]).await;
    assert_eq!(title(&page), "2 rows are ready to land", "{}", page.body);
    let landed = officer.act(&at, &page, "land", &[]).await;
    assert_eq!(title(&landed), "2 rows have landed");
    let found: (rust_decimal::Decimal, chrono::NaiveDate, rust_decimal::Decimal) = sqlx::query_as(
        "select f.amount, f.received_on, r.units_per_usd from contribution_facts f
         join exchange_rates r on r.currency = f.currency and r.valid_from = '2026-02-01' where f.key = 'X-1'",
    )
    .fetch_one(&site.ground.db.pages)
    .await
    .unwrap();
    assert_eq!(
        (found.0.to_string(), found.1.to_string(), found.2.to_string()),
        ("0.3".into(), "2026-02-10".into(), "505.13".into())
    );
    site.close().await;
}

#[tokio::test]
async fn what_is_no_file_of_rows_is_refused_in_a_sentence() {
    let site = Site::new().await;
    let officer = Officer::new(&site, Role::Finance).await;
    for (name, content, said) in [
        ("page.xlsx", b"<html><body>a page</body></html>".to_vec(), "This is neither a CSV file nor a workbook"),
        ("old.xls", [b"\xD0\xCF\x11\xE0".as_slice(), &[0; 600]].concat(), "old format"),
        ("zipped.csv", b"PK\x03\x04 something".to_vec(), "a ZIP file or a damaged workbook"),
        ("empty.csv", Vec::new(), "The file is empty"),
        ("latin.csv", b"ref,donor\nR-1,Caf\xE9\n".to_vec(), "not in UTF-8 (line 2)"),
    ] {
        let (_, page) = officer.drop_files(&[(name, &content)]).await;
        assert!(page.texts(".notice.bad").join(" ").contains(said), "{name}: {}", page.body);
    }
    // Columns that fit nothing: the kind is asked for.
    let (at, page) = officer.drop_files(&[("what.csv", b"first,second,third\n1,2,3\n")]).await;
    assert_eq!(title(&page), "What do these files hold?");
    let chosen = officer.act(&at, &page, "check", &[("kind.0", "funds")]).await;
    assert!(
        chosen.texts("#elsewhere ~ ul li").join("").contains("columns are missing: code, name, earmarking"),
        "{}",
        chosen.body
    );
    assert_eq!(title(&chosen), "The files do not fit; nothing has landed");
    let gone = officer.act(&at, &chosen, "discard", &[]).await;
    assert_eq!(gone.location(), "/imports");
    assert_eq!(site.get(&at, &officer.cookie).await.status, StatusCode::NOT_FOUND);
    site.close().await;
}

#[tokio::test]
async fn rows_that_do_not_fit_together_are_named_at_their_rows() {
    let site = Site::new().await;
    let officer = Officer::new(&site, Role::Finance).await;
    let pledge = "ref,donor,unit,fund,earmarking,currency,amount,pledged_on,signed_on\n\
        P-X,SWE,ROAF,FEM,earmarked,SEK,100,2021-01-01,2021-01-15\n";
    let instalments = "pledge,number,due_on,amount\nP-X,1,2021-03-01,40\nP-X,2,2021-06-01,50\n";
    let receipts = "ref,donor,currency,amount,received_on,fund,pledge\nX-1,SWE,XXX,1,2021-04-01,FEM,P-X\n\
        X-2,SWE,KZT,1,2000-01-01,FEM,\nX-3,SWE,SEK,-500,2021-05-01,FEM,P-X\nX-4,SWE,SEK,1\n";
    let files: [(&str, &[u8]); 3] = [
        ("pledges.csv", pledge.as_bytes()),
        ("instalments.csv", instalments.as_bytes()),
        ("receipts.csv", receipts.as_bytes()),
    ];
    let (at, page) = officer.drop_files(&files).await;
    let said = page.texts(".error").join(" ");
    assert!(said.contains("Is not an ISO 4217 currency"), "{said}");
    assert!(said.contains("The row has 4 fields, the header has 7"), "{said}");
    let cells = [
        ("c.2.2.currency", "SEK"),
        ("w.2.5.ref", "X-4"),
        ("w.2.5.donor", "SWE"),
        ("w.2.5.currency", "SEK"),
        ("w.2.5.amount", "1"),
        ("w.2.5.received_on", "2021-05-02"),
        ("w.2.5.fund", "FEM"),
        ("w.2.5.pledge", ""),
    ];
    let page = officer.act(&at, &page, "check", &cells).await;
    let said = page.texts(".error").join(" ");
    assert!(said.contains("The instalments add up to 90"), "{}", page.body);
    let page = officer.act(&at, &page, "check", &[("c.1.2.amount", "50")]).await;
    assert_eq!(title(&page), "7 rows are ready to land", "{}", page.body);
    let odd = page.texts("#warnings ~ ul li").join(" ");
    assert!(odd.contains("refund is larger than what is unallocated"), "{odd}");
    assert!(odd.contains("no exchange rate of KZT"), "{odd}");
    // One row is left out; forgetting what was put right brings the bad rows back.
    let page = officer.act(&at, &page, "forget", &[]).await;
    assert!(title(&page).contains("refused"), "{}", page.body);
    let page = officer.act(&at, &page, "check", &[("out.2.2", "1"), ("out.2.5", "1"), ("c.1.2.amount", "50")]).await;
    assert!(title(&page).contains("refused"), "the instalments were not among the bad rows then: {}", page.body);
    site.close().await;
}

#[tokio::test]
async fn only_who_may_load_does_and_only_by_our_own_form() {
    let site = Site::new().await;
    let file: (&str, &[u8]) = ("funds.csv", b"code,name,earmarking\nZZZ,Last,core\n");
    let before = state_of(&site).await;
    for role in [Role::Manager, Role::Auditor] {
        let officer = Officer::new(&site, role).await;
        let page = site.get("/imports", &officer.cookie).await;
        assert!(page.texts("form.dropzone label").is_empty(), "{role} is offered nothing to drop");
        assert_eq!(officer.send_files(&officer.csrf, &[file]).await.status, StatusCode::FORBIDDEN, "{role}");
    }
    let officer = Officer::new(&site, Role::Finance).await;
    assert_eq!(officer.send_files("forged", &[file]).await.status, StatusCode::FORBIDDEN);
    let foreign = Request::post("/imports")
        .header(header::COOKIE, &officer.cookie)
        .header(header::HOST, "dis.example")
        .header(header::ORIGIN, "http://evil.example")
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(Body::from(multipart(&officer.csrf, &[file])));
    assert_eq!(site.send(foreign.unwrap()).await.status, StatusCode::FORBIDDEN);
    let nobody = Request::post("/imports")
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(Body::from(multipart(&officer.csrf, &[file])));
    assert_eq!(site.send(nobody.unwrap()).await.status, StatusCode::UNAUTHORIZED);
    // The file before the token: not even looked at.
    let body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.csv\"\r\n\r\nx\r\n--{BOUNDARY}--\r\n"
    );
    let request = Request::post("/imports")
        .header(header::COOKIE, &officer.cookie)
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(Body::from(body));
    assert_eq!(site.send(request.unwrap()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(state_of(&site).await, before, "whatever was refused left nothing");

    // Resource mobilization loads donors, not money; an administrator units and funds.
    let rates: (&str, &[u8]) = ("rates.csv", b"currency,valid_from,units_per_usd\nEUR,2026-01-01,0.9\n");
    let mobilizer = Officer::new(&site, Role::ResourceMobilization).await;
    let (at, page) = mobilizer.drop_files(&[rates]).await;
    assert!(page.texts(".notice.bad").join("").contains("may not load rates"), "{}", page.body);
    // Staff load the reports of their unit, and are told what they may not load.
    let staff = Officer::new(&site, Role::UnitStaff).await;
    let clauses: (&str, &[u8]) = ("reporting-clauses.csv", b"pledge,number,kind,every_months,grace_days\n");
    for files in [vec![rates], vec![clauses, rates], vec![file]] {
        let before = state_of(&site).await;
        let (refused, page) = staff.drop_files(&files).await;
        let said = page.texts(".notice.bad").join("");
        assert!(
            said.contains(if files == [file] { "may not load funds" } else { "may not load rates" }),
            "{}",
            page.body
        );
        assert!(page.texts("button[value=land]").is_empty());
        let form = [("csrf", staff.csrf.as_str()), ("round", "1"), ("act", "land"), ("reason", "x")];
        assert_eq!(site.post(&refused, &staff.cookie, &form).await.status, StatusCode::FORBIDDEN);
        let after = state_of(&site).await;
        assert_eq!(before.0, after.0, "nothing landed");
    }
    let own = officer.site.get(&at, &officer.cookie).await;
    assert_eq!(own.status, StatusCode::OK, "a colleague may look");
    let admin = Officer::new(&site, Role::Admin).await;
    let (draft, ready) = admin.drop_files(&[file]).await;
    assert_eq!(title(&ready), "1 row is ready to land", "{}", ready.body);
    let before = state_of(&site).await;
    for role in [Role::UnitStaff, Role::Manager, Role::Auditor, Role::ResourceMobilization] {
        let other = Officer::new(&site, role).await;
        let page = site.get(&draft, &other.cookie).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.texts("button[value=land], button[value=check]").is_empty(), "{role}");
        for act in ["land", "check", "discard", "undo", "forget"] {
            let form = [("csrf", other.csrf.as_str()), ("round", "1"), ("act", act), ("reason", "x")];
            assert_eq!(site.post(&draft, &other.cookie, &form).await.status, StatusCode::FORBIDDEN, "{role} {act}");
        }
    }
    assert_eq!(state_of(&site).await, before);
    assert_eq!(site.get("/imports/nothing", &admin.cookie).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("/imports/999999", &admin.cookie).await.status, StatusCode::NOT_FOUND);
    site.close().await;
}

async fn state_of(site: &Site) -> (i64, i64, i64, Option<String>) {
    sqlx::query_as(
        "select (select count(*) from changes), (select count(*) from imports), (select count(*) from import_chunks),
            (select string_agg(state || round, ',' order by id) from imports)",
    )
    .fetch_one(&site.ground.db.pages)
    .await
    .unwrap()
}

#[tokio::test]
async fn an_upload_beyond_the_limit_is_refused_and_a_large_form_too() {
    let site = Site::new().await;
    let officer = Officer::new(&site, Role::Finance).await;
    let large = vec![b'x'; 66 << 20];
    let answer = officer.send_files(&officer.csrf, &[("large.csv", &large)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.body);
    assert!(answer.body.contains("64 MB"), "{}", answer.body);
    let form = "x".repeat(2 << 20);
    let answer = site.post("/imports/1", &officer.cookie, &[("csrf", &officer.csrf), ("reason", &form)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    site.close().await;
}

#[tokio::test]
async fn what_a_dead_server_left_behind_can_be_tried_again_and_drafts_expire() {
    let site = Site::new().await;
    let officer = Officer::new(&site, Role::Finance).await;
    let extract = format!("{HEADER}I-1,SWE,SEK,1000.50,2021-04-14,FEM,ok\n");
    let (at, page) = officer.drop_files(&[("receipts.csv", extract.as_bytes())]).await;
    let id = at.trim_start_matches("/imports/");
    let set = |sql: &'static str| sqlx::query(sql).bind(id).execute(&site.ground.db.pages);
    // A server took it in hand and died.
    set("update imports set state = 'landing', task = gen_random_uuid(), lease_until = clock_timestamp() + interval '1 minute'
         where id = $1::uuid").await.unwrap();
    let working = site.get(&at, &officer.cookie).await;
    assert!(working.body.contains("http-equiv=\"refresh\""), "it looks again by itself without script");
    // Nobody else takes it while the lease holds.
    let form = [("csrf", officer.csrf.as_str()), ("round", "9"), ("act", "check")];
    site.post(&at, &officer.cookie, &form).await;
    let round: i32 = sqlx::query_scalar("select round from imports where id = $1::uuid")
        .bind(id)
        .fetch_one(&site.ground.db.pages)
        .await
        .unwrap();
    assert_eq!(round, 1);
    set("update imports set lease_until = clock_timestamp() - interval '1 second' where id = $1::uuid").await.unwrap();
    let stopped = site.get(&at, &officer.cookie).await;
    assert_eq!(title(&stopped), "This import was interrupted", "{}", stopped.body);
    let checked = officer.act(&at, &page, "check", &[]).await;
    assert_eq!(title(&checked), "1 row is ready to land", "{}", checked.body);
    // A page drawn before the last look lands nothing.
    let stale = officer.act(&at, &page, "land", &[]).await;
    assert_eq!(title(&stale), "1 row is ready to land", "{}", stale.body);
    set("update imports set expires_at = clock_timestamp() - interval '1 second' where id = $1::uuid").await.unwrap();
    dis::import_page::sweep(&site.ground.db.pages).await.unwrap();
    let expired = site.get(&at, &officer.cookie).await;
    assert_eq!(title(&expired), "This draft has expired");
    let chunks: i64 =
        sqlx::query_scalar("select count(*) from import_chunks").fetch_one(&site.ground.db.pages).await.unwrap();
    assert_eq!(chunks, 0);
    site.close().await;
}

/// Twelve thousand rows are read under somebody's eyes: the page answers at once all the while, and says how far it is.
#[tokio::test]
async fn pages_answer_while_a_long_file_is_checked_and_landed() {
    let site = Site::new().await;
    let officer = Officer::new(&site, Role::Finance).await;
    let mut extract = HEADER.to_owned();
    for at in 0..12_000 {
        extract.push_str(&format!("L-{at},SWE,SEK,{at}.50,2021-04-14,FEM,\n"));
    }
    let answer = officer.send_files(&officer.csrf, &[("long.csv", extract.as_bytes())]).await;
    let at = answer.location().to_owned();
    let first = site.get(&at, &officer.cookie).await;
    assert!(!first.texts("[data-working]").is_empty(), "{}", first.body);
    // Somebody books a receipt meanwhile: looking takes no lock they would wait for.
    let mut tx = dis::facts::WriteTx::begin(&site.ground.db, site.ground.actor(), "import", None).await.unwrap();
    tokio::time::timeout(std::time::Duration::from_secs(2), tx.recorded())
        .await
        .expect("nobody holds the lock")
        .unwrap();
    tx.rollback().await.unwrap();
    let page = officer.settled(&at).await;
    assert_eq!(title(&page), "12000 rows are ready to land", "{}", page.body);
    let landed = officer.act(&at, &page, "land", &[]).await;
    assert_eq!(title(&landed), "12000 rows have landed");
    let undone = officer.act(&at, &landed, "undo", &[("reason", "a test")]).await;
    assert_eq!(title(&undone), "This import was taken back", "{}", undone.body);
    site.close().await;
}
