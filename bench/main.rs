//! `script/bench [S|L] [--quick] [--receipts] [--data FOLDER]`: fills a private database of the asked size and measures every
//! promise of speed against PostgreSQL's own limit. With `--data` the filled database is kept there for the next run;
//! with `--receipts` only the posting of receipts and meeting notes is measured, and the table is printed and not kept.

mod generate;
mod http;
mod knowledge;
mod program;
mod receipts;
mod report;
mod statements;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use dis::embedded::PrivateCluster;
use dis::kernel::Clock;
use generate::{A_DONOR, A_UNIT, AS_OF, FINANCE, PEOPLE, READER, Size};
use http::{crowd, get, once, post};
use program::{Program, Server};
use report::{Report, kb, mb, ms, seconds};
use statements::{Postgres, Statement};

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

pub const PASSWORD: &str = "correct horse battery staple";
const CONNECTIONS: usize = 8;
const MB: u64 = 1 << 20;

struct Asked {
    size: Size,
    quick: bool,
    receipts: bool,
    data: Option<PathBuf>,
}

fn asked() -> Option<Asked> {
    let mut asked = Asked { size: Size::named("S")?, quick: false, receipts: false, data: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => asked.quick = true,
            "--receipts" => asked.receipts = true,
            "--data" => asked.data = Some(arguments.next()?.into()),
            name => asked.size = Size::named(name)?,
        }
    }
    Some(asked)
}

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let Some(asked) = asked() else {
        eprintln!("script/bench [S|L] [--quick] [--receipts] [--data FOLDER]");
        return ExitCode::from(2);
    };
    match run(&asked).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(asked: &Asked) -> Result<(), Failure> {
    let size = asked.size;
    let folder = tempfile::Builder::new().prefix("dis-bench-").tempdir()?;
    // PostgreSQL's own account passes through it, where root runs this.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711))?;
    let data = asked.data.clone().unwrap_or_else(|| folder.path().join("data"));
    let filled = data.join("postgres").exists();
    let here = std::env::current_exe()?;
    let binary = here.parent().ok_or("no folder")?.join("dis");
    let program = Program { binary, data: data.clone() };
    let mut report = Report::default();

    let cluster = PrivateCluster::open(&data, None).await?;
    if !filled {
        fill(&program, folder.path(), size, &mut report).await?;
        Postgres::new(&cluster, &data).file_documents(size.documents()).await?;
    }
    let version = Postgres::new(&cluster, &data).tidy().await?;
    let mut cookies = Vec::new();
    for (email, _, _) in PEOPLE {
        cookies.push(sign_in(&program, email).await?);
    }
    let of = |email| PEOPLE.iter().zip(&cookies).find(|((one, ..), _)| *one == email).map(|(_, cookie)| cookie.clone());
    let cookie = of(READER).ok_or("nobody reads")?;
    let finance = of(FINANCE).ok_or("nobody posts receipts")?;
    cluster.close().await?;
    if asked.receipts {
        let (server, _) = program.serve(&data, "/login", "").await?;
        for (posted, cookie) in forms(size, &finance, &cookie) {
            let counter = receipts::Counter::open(&server.host, cookie, posted).await?;
            counter.measure(folder.path(), time_of_a_case(asked), &mut report).await?;
        }
        server.stop().await?;
        println!("{}", report.table());
        return Ok(());
    }
    let arrears = format!("/arrears?as_of={AS_OF}");

    let (server, took) = program.serve(&data, &arrears, &cookie).await?;
    let promise = [("time", took > Duration::from_secs(1))];
    report.add("start to first page, existing database", seconds(took), String::new(), "< 1 s", &promise);
    let fresh = Program { binary: program.binary.clone(), data: folder.path().join("fresh") };
    let (other, took) = fresh.serve(&fresh.data, "/login", "").await?;
    let promise = [("time", took > Duration::from_secs(6))];
    report.add("start to first page, new database", seconds(took), String::new(), "< 6 s", &promise);
    other.stop().await?;
    let at_rest = server.memory();
    report.add("memory at rest", mb(at_rest), String::new(), "< 60 MB", &[("memory", at_rest > 60 * MB)]);

    let cluster = PrivateCluster::open(&data, None).await?;
    let postgres = Postgres::new(&cluster, &data);
    let mut bench = Bench { server, postgres, cookie: cookie.clone(), folder: folder.path().to_owned(), asked };
    bench.weights(&arrears, &mut report).await?;
    let second = bench.second_page(&arrears).await?;
    // A line a page.
    let pages = [
        ("sign-in page", "/login".to_owned()),
        ("arrears, all", arrears.clone()),
        ("arrears, a unit and below", format!("{arrears}&unit={A_UNIT}")),
        ("arrears, second page", second),
        ("arrears, searched", format!("{arrears}&q=water")),
        ("donors, the list", format!("/donors?as_of={AS_OF}")),
        ("a donor", format!("/donors/{A_DONOR}?as_of={AS_OF}")),
        ("pledges of a unit", format!("/pledges?as_of={AS_OF}&unit={A_UNIT}")),
        ("contributions of a donor", format!("/contributions?as_of={AS_OF}&donor={A_DONOR}")),
        ("contributions of a unit", format!("/contributions?as_of={AS_OF}&unit={A_UNIT}")),
        ("instalments to come", format!("/instalments?as_of={AS_OF}&state=to_come")),
        ("allocations, what waits", format!("/allocations?as_of={AS_OF}")),
        ("allocations, searched", format!("/allocations?as_of={AS_OF}&q=water")),
        ("giving", format!("/giving?as_of={AS_OF}")),
        ("donor reports", format!("/donor-reports?as_of={AS_OF}")),
        ("reporting rates", format!("/reporting-rates?as_of={AS_OF}")),
        ("implementation", format!("/implementation?as_of={AS_OF}")),
        ("projects", format!("/projects?as_of={AS_OF}")),
        ("projects of a donor", format!("/projects?as_of={AS_OF}&donor={A_DONOR}")),
        ("suggestions for a donor", "/suggest?kind=donor&q=swe".to_owned()),
    ];
    // Before the pages: what they leave in memory has a promise of its own.
    for list in ["arrears", "contributions"] {
        if let Err(error) = bench.file(list, &mut report).await {
            report.failed(&format!("{list} as CSV"), &*error);
        }
    }
    if let Err(error) = bench.workbook("contributions", &mut report).await {
        report.failed("contributions as XLSX", &*error);
    }
    bench.server.forget_most_memory()?;
    for ((_, _, name), cookie) in PEOPLE.iter().zip(cookies) {
        bench.cookie = cookie;
        if let Err(error) = bench.page(name, "/", &mut report).await {
            report.failed(name, &*error);
        }
    }
    bench.cookie = cookie;
    for (name, page) in pages.into_iter().chain(knowledge::pages()) {
        // A case that cannot be measured says so in the table, and the run goes on.
        if let Err(error) = bench.page(name, &page, &mut report).await {
            report.failed(name, &*error);
        }
    }
    let most = bench.server.most_memory();
    report.add("memory under all of these pages", mb(most), String::new(), "< 150 MB", &[("memory", most > 150 * MB)]);
    for (posted, cookie) in forms(size, &finance, &bench.cookie) {
        let counter = receipts::Counter::open(&bench.server.host, cookie, posted).await?;
        counter.measure(folder.path(), time_of_a_case(asked), &mut report).await?;
    }

    let Bench { server, .. } = bench;
    server.stop().await?;
    cluster.close().await?;
    let table = report.table();
    println!("{table}");
    if size.name != "XS" && !filled {
        let section = format!("{}\n\n{table}", heading(asked, &version)?);
        let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/benchmarks.md");
        report::keep(&document, size.name, &section)?;
    }
    Ok(())
}

/// What is posted, and by whom.
fn forms<'c>(size: Size, finance: &'c str, reader: &'c str) -> [(receipts::Posted, &'c str); 2] {
    [(receipts::Posted::Receipts(size.pledges), finance), (receipts::Posted::Meetings(size.donors), reader)]
}

/// What it was measured on.
fn heading(asked: &Asked, version: &str) -> Result<String, Failure> {
    let size = asked.size;
    let cores = std::thread::available_parallelism()?;
    let memory = std::fs::read_to_string("/proc/meminfo")?;
    let memory: u64 = memory.split_whitespace().nth(1).ok_or("no memory")?.parse()?;
    let today = Clock::system(chrono_tz::UTC).today();
    Ok(format!(
        "Size {}: {} donors, {} units, {} pledges, reports and meetings, {} instalments, {} contributions, \
         {} documents\n\n\
         {today}, {cores} cores, {} GB of memory, PostgreSQL {version} on the same machine, {} s a case.",
        size.name,
        thousands(size.donors),
        thousands(size.units),
        thousands(size.pledges),
        thousands(size.instalments()),
        thousands(size.contributions),
        thousands(size.documents()),
        (memory + (1 << 19)) >> 20,
        time_of_a_case(asked).as_secs(),
    ))
}

fn thousands(number: usize) -> String {
    match number {
        0..1000 => number.to_string(),
        1000..1_000_000 => format!("{},{:03}", number / 1000, number % 1000),
        _ => format!("{},{:03},{:03}", number / 1_000_000, number / 1000 % 1000, number % 1000),
    }
}

fn time_of_a_case(asked: &Asked) -> Duration {
    Duration::from_secs(if asked.quick { 3 } else { 10 })
}

async fn add_account(program: &Program, account: &[&str]) -> Result<(), Failure> {
    let added = program.run(&[&["user", "add"], account].concat()).await?;
    if added.succeeded { Ok(()) } else { Err(added.said.into()) }
}

/// Loads everything through the program's own import, and measures that.
async fn fill(program: &Program, folder: &Path, size: Size, report: &mut Report) -> Result<(), Failure> {
    let mut files = generate::files(folder, size)?;
    files.insert(files.len() - 1, knowledge::meetings(folder, size)?);
    let of_units = |(_, role, _): &&(&str, &str, &str)| *role == "unit_staff";
    for (email, role, _) in PEOPLE.iter().filter(|one| !of_units(one)) {
        add_account(program, &[email, "--name", role, "--role", role]).await?;
    }
    let path = |path: &PathBuf| path.display().to_string();
    let (last, before) = files.split_last().ok_or("no files")?;
    let mut arguments = vec!["import".to_owned()];
    arguments.extend(before.iter().flat_map(|(kind, file)| [(*kind).to_owned(), path(file)]));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = program.run(&arguments).await?;
    if !done.succeeded {
        return Err(done.said.into());
    }
    for (email, role, _) in PEOPLE.iter().filter(of_units) {
        add_account(program, &[email, "--name", role, "--role", role, "--unit", A_UNIT]).await?;
    }
    let what = format!("import of {} rows of all other kinds", thousands(rows(before)?));
    let measured = |done: &program::Done| format!("{}, {}", seconds(done.took), mb(done.memory));
    report.add(&what, measured(&done), String::new(), "", &[]);

    let spoilt = folder.join("spoilt.csv");
    let bad = generate::spoil(&last.1, &spoilt)?;
    let rows = thousands(rows(std::slice::from_ref(last))?);
    let most = Duration::from_secs(20).mul_f64(size.contributions as f64 / 100_000.0);
    let promise = format!("< {} s, < 300 MB", most.as_secs());
    let broken = |done: &program::Done| [("time", done.took > most), ("memory", done.memory > 300 * MB)];
    let done = program.run(&["import", "contributions", &path(&spoilt)]).await?;
    if done.succeeded || !done.said.contains(&format!("{bad}")) && !done.said.contains(&thousands(bad)) {
        return Err(format!("{bad} bad rows were not refused: {}", done.said).into());
    }
    let what = format!("import of {rows} contributions, {} of them bad", thousands(bad));
    report.add(&what, measured(&done), String::new(), &promise, &broken(&done));
    let done = program.run(&["import", "contributions", &path(&last.1)]).await?;
    if !done.succeeded {
        return Err(done.said.into());
    }
    report.add(&format!("import of {rows} contributions"), measured(&done), String::new(), &promise, &broken(&done));
    let done = program.run(&["import", "contributions", &path(&last.1)]).await?;
    let what = format!("import of the same {rows} again");
    report.add(&what, measured(&done), String::new(), &promise, &broken(&done));
    Ok(())
}

fn rows(files: &[(&str, PathBuf)]) -> std::io::Result<usize> {
    files.iter().try_fold(0, |rows, (_, file)| {
        Ok(rows + std::fs::read(file)?.iter().filter(|byte| **byte == b'\n').count() - 1)
    })
}

/// Signs in as anybody would; the session stays in the database.
async fn sign_in(program: &Program, email: &str) -> Result<String, Failure> {
    let (server, _) = program.serve(&program.data, "/login", "").await?;
    let host = &server.host;
    let form = once(host, &get(host, "/login", "", false)).await?;
    let page = form.text()?;
    let token = page.split("name=\"form_token\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let cookie = form.header("set-cookie").and_then(|cookie| cookie.split(';').next()).unwrap_or_default();
    let fields = [("email", email), ("password", PASSWORD), ("form_token", token.unwrap_or_default()), ("next", "/")];
    let answer = once(host, &post(host, "/login", cookie, &fields)).await?;
    let session = answer.all("set-cookie").find(|cookie| cookie.starts_with("dis_session="));
    let session = session.and_then(|cookie| cookie.split(';').next()).ok_or("signing in failed")?.to_owned();
    server.stop().await?;
    Ok(session)
}

struct Bench<'c> {
    server: Server,
    postgres: Postgres<'c>,
    cookie: String,
    folder: PathBuf,
    asked: &'c Asked,
}

impl Bench<'_> {
    fn request(&self, page: &str) -> Vec<u8> {
        get(&self.server.host, page, &self.cookie, true)
    }

    async fn ask(&self, page: &str) -> Result<http::Answer, Failure> {
        let answer = once(&self.server.host, &self.request(page)).await?;
        if answer.status == 200 { Ok(answer) } else { Err(format!("{page} answered {}", answer.status).into()) }
    }

    /// The statements of one request, seen once the connection knows them.
    async fn statements(&self, page: &str) -> Result<Vec<Statement>, Failure> {
        // What is read once for a day and an instant may outlast the first reader's patience; the next one finds it.
        for _ in 0..5 {
            if self.ask(page).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        self.postgres
            .sent_during(async {
                self.ask(page).await?;
                Ok(())
            })
            .await
    }

    /// The address of the second page of a list.
    async fn second_page(&self, page: &str) -> Result<String, Failure> {
        let text = self.ask(page).await?.text()?;
        let next = text.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
        let next = next.ok_or("there is no second page")?;
        Ok(next.replace("&amp;", "&").replace("&#38;", "&"))
    }

    /// A page, against nothing but its statements.
    async fn page(&self, name: &str, page: &str, report: &mut Report) -> Result<(), Failure> {
        let time = time_of_a_case(self.asked) / 2;
        let statements = self.statements(page).await?;
        let reads = statements.iter().filter(|one| !one.frames() && !one.loads_the_session()).count();
        let request = self.request(page);
        crowd(&self.server.host, &request, CONNECTIONS, Duration::from_millis(700)).await?;
        let (mut limit, mut took, mut used, mut refused) = (0.0, Vec::new(), Duration::ZERO, 0);
        // In turns, so that what else the machine does meets both.
        for _ in 0..2 {
            if !statements.is_empty() {
                limit += self.postgres.limit(&self.folder, &statements, time).await? / 2.0;
            }
            let before = self.server.used()?;
            let (answered, none) = crowd(&self.server.host, &request, CONNECTIONS, time).await?;
            took.extend(answered);
            refused += none;
            used += self.server.used()? - before;
        }
        took.sort_unstable();
        let rate = took.len() as f64 / (2 * time).as_secs_f64();
        let (p50, p99) = (took[took.len() / 2], took[took.len() * 99 / 100]);
        let cpu = used / u32::try_from(took.len())?;
        let types = page.starts_with("/search?") || page.starts_with("/suggest?");
        let (most, promised) = match self.asked.size.name {
            "L" => (250, "250 ms"),
            // What is searched for comes as one types.
            _ if types => (100, "100 ms"),
            _ => (60, "60 ms"),
        };
        let share = if limit > 0.0 { rate / limit } else { 1.0 };
        let measured = format!(
            "{rate:.0}/s{}, p50 {}, p99 {}, {} CPU, {reads} statements",
            if limit > 0.0 { format!(" ({:.0} %)", share * 100.0) } else { String::new() },
            ms(p50),
            ms(p99),
            ms(cpu),
        );
        let broken = [
            ("refused", refused > 0),
            ("rate", share < 1.0 / 3.0),
            ("p99", p99 > Duration::from_millis(most)),
            ("CPU", cpu > Duration::from_millis(1)),
            ("statements", reads > 6),
        ];
        let limit = if limit > 0.0 { format!("{limit:.0}/s") } else { String::new() };
        let promise = format!("a third, p99 < {promised}, 1 ms CPU, 6 statements");
        report.add(name, measured, limit, &promise, &broken);
        Ok(())
    }

    /// What goes over the wire the first time, and after that.
    async fn weights(&self, page: &str, report: &mut Report) -> Result<(), Failure> {
        let answer = self.ask(page).await?;
        let (mut first, text) = (answer.wire, answer.text()?);
        let mut parts: Vec<String> = named(&text, "\"/static/").iter().map(|part| format!("/static/{part}")).collect();
        let mut at = 0;
        while at < parts.len() {
            let part = self.ask(&parts[at]).await?;
            first += part.wire;
            if parts[at].ends_with(".css") {
                let style = part.text()?;
                parts.extend(named(&style, "url(").iter().map(|part| format!("/static/{part}")));
            }
            at += 1;
        }
        let after = answer.wire;
        report.add("weight of a first visit", kb(first), String::new(), "< 150 KB", &[("weight", first > 150 << 10)]);
        report.add("weight of a page after it", kb(after), String::new(), "< 30 KB", &[("weight", after > 30 << 10)]);
        let timing = answer.header("server-timing").unwrap_or_default().to_owned();
        report.add("Server-Timing", timing.clone(), String::new(), "there", &[("missing", timing.is_empty())]);
        Ok(())
    }

    /// All rows as CSV.
    async fn file(&self, list: &str, report: &mut Report) -> Result<(), Failure> {
        let page = &format!("/{list}.csv?as_of={AS_OF}");
        let statements = self.statements(page).await?;
        let longest = statements.iter().max_by_key(|one| one.text.len()).ok_or("no statements")?;
        self.server.forget_most_memory()?;
        let (mut first, mut whole, mut limit, mut rows) = (Duration::MAX, Duration::MAX, Duration::MAX, 0);
        let request = get(&self.server.host, page, &self.cookie, false);
        for _ in 0..3 {
            let begun = std::time::Instant::now();
            let answer = once(&self.server.host, &request).await?;
            whole = whole.min(begun.elapsed());
            first = first.min(answer.first_byte);
            rows = answer.body.iter().filter(|byte| **byte == b'\n').count() - 1;
            let (copied, took) = self.postgres.copy_out(longest).await?;
            if copied != rows {
                return Err(format!("{rows} rows in the file, {copied} copied out").into());
            }
            limit = limit.min(took);
        }
        let rate = |took: Duration| rows as f64 / took.as_secs_f64();
        let share = rate(whole) / rate(limit);
        let most = self.server.most_memory();
        report.add(
            &format!("{} {list} as CSV", thousands(rows)),
            format!("{:.0} rows/s ({:.0} %), first byte after {}, {}", rate(whole), share * 100.0, ms(first), mb(most)),
            format!("{:.0} rows/s", rate(limit)),
            "half, streamed, < 64 MB",
            // Streamed: the first row is out before half of the time has gone.
            &[("rate", share < 0.5), ("streamed", first > whole / 2), ("memory", most > 64 * MB)],
        );
        Ok(())
    }
}

impl Bench<'_> {
    /// All rows as a workbook, against the CSV of the same rows.
    async fn workbook(&self, list: &str, report: &mut Report) -> Result<(), Failure> {
        let fetch = async |end: &str| {
            let request = get(&self.server.host, &format!("/{list}.{end}?as_of={AS_OF}"), &self.cookie, false);
            let begun = std::time::Instant::now();
            let answer = once(&self.server.host, &request).await?;
            if answer.status != 200 || answer.body.is_empty() {
                return Err(Failure::from(format!("{list}.{end} answered {}", answer.status)));
            }
            Ok((begun.elapsed(), answer.body))
        };
        let (csv, text) = fetch("csv").await?;
        let rows = text.iter().filter(|byte| **byte == b'\n').count() - 1;
        drop(text);
        self.server.forget_most_memory()?;
        let (xlsx, file) = fetch("xlsx").await?;
        if !file.starts_with(b"PK") {
            return Err("no workbook".into());
        }
        let times = xlsx.as_secs_f64() / csv.as_secs_f64();
        let most = self.server.most_memory();
        report.add(
            &format!("{} {list} as XLSX", thousands(rows)),
            format!("{}, {times:.1} times the CSV's {}, {}", seconds(xlsx), seconds(csv), mb(most)),
            String::new(),
            "< 4 times the CSV's time, < 100 MB",
            &[("time", times > 4.0), ("memory", most > 100 * MB)],
        );
        Ok(())
    }
}

fn named(text: &str, mark: &str) -> Vec<String> {
    let all = text.split(mark).skip(1).filter_map(|rest| rest.split(['"', ')', '\'']).next());
    let mut all: Vec<String> = all.filter(|part| part.contains('.')).map(str::to_owned).collect();
    all.sort();
    all.dedup();
    all
}
