//! The command line. Thin: every command is a function of the library.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use dis::access::Role;
use dis::commands::export::{self, ExportArgs};
use dis::config::{Config, ServeConfig};
use dis::db::{Db, EXPORTS_AT_ONCE};
use dis::documents;
use dis::facts::Actor;
use dis::home::Database;
use dis::imports::{self, Import};
use dis::kernel::Clock;
use dis::kernel::ids::SYSTEM_ACCOUNT;
use dis::l10n::L10n;
use dis::users::{self, NewAccount};
use dis::verify::{Head, verify};
use dis::web::server;
use dis::web::state::{AppState, Inner};
use secrecy::SecretString;

/// A page is thousands of short pieces of text; this allocator makes them in a fraction of the system's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Donor Information System: what donors promised and paid, what is overdue, and what was known when
#[derive(Parser)]
#[command(name = "dis", version)]
struct Cli {
    #[command(flatten)]
    config: Config,
    /// The account to act as; system where not given
    #[arg(long = "as", value_name = "EMAIL", global = true)]
    acting: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site
    Serve {
        #[command(flatten)]
        serve: ServeConfig,
    },
    /// Serve the demonstration, on a database of its own, and print a sign-in per role
    Demo {
        #[command(flatten)]
        serve: ServeConfig,
        /// Stop once it has answered
        #[arg(long)]
        check: bool,
    },
    /// Bring the database up to date
    Migrate,
    /// Load files, all of their rows or none: KIND FILE [KIND FILE …]
    Import {
        /// units, funds, donors, rates, pledges, instalments or contributions, each followed by its file
        #[arg(required = true, num_args = 2.., value_names = ["KIND", "FILE"])]
        files: Vec<String>,
        /// Check only
        #[arg(long)]
        dry_run: bool,
        /// Correct what differs from what the system holds, for this reason
        #[arg(long, value_name = "REASON")]
        correct: Option<String>,
        /// Print the outcome as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a list: the rows of the page of that name, or with --for-import the columns of the files that can be loaded
    Export(ExportArgs),
    /// Accounts
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Take the text from the file at the input: what the server has another process do
    #[command(hide = true)]
    ExtractText {
        /// What the file is
        media_type: String,
    },
    /// Check every invariant of the ledger and the chain of changes; exit 1 if anything is broken
    Verify {
        /// The head an earlier run printed, NUMBER:HASH, to find out whether later changes were cut off
        #[arg(long, value_parser = parse_head)]
        head: Option<Head>,
    },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Add an account; its password is read from standard input or DIS_PASSWORD
    Add {
        /// The e-mail to sign in with
        email: String,
        /// The person's name
        #[arg(long)]
        name: String,
        /// admin, resource_mobilization, finance, unit_staff, manager or auditor
        #[arg(long)]
        role: Role,
        /// The code of its unit
        #[arg(long, value_name = "CODE")]
        unit: Option<String>,
    },
    /// List accounts
    List,
    /// Disable an account and end its sessions
    Disable {
        /// Its e-mail
        email: String,
    },
}

fn parse_head(text: &str) -> Result<Head, String> {
    let wrong = || "a head is NUMBER:HASH, as an earlier run printed it".to_owned();
    let (change, hash) = text.split_once(':').ok_or_else(wrong)?;
    Ok(Head { change: change.parse().map_err(|_| wrong())?, hash: hash.to_owned() })
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Before anything else is begun: this process trusts nobody.
    if let Command::ExtractText { media_type } = &cli.command {
        return documents::child(media_type);
    }
    work(cli)
}

#[tokio::main]
async fn work(cli: Cli) -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::WARN).init();
    match run(cli).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<ExitCode, Box<dyn std::error::Error>> {
    if let Command::Demo { serve, check } = cli.command {
        return serve_demo(&cli.config, serve, check).await;
    }
    let import = match import_of(&cli.command) {
        Ok(import) => import,
        Err(said) => {
            eprintln!("{said}");
            return Ok(ExitCode::from(2));
        }
    };
    let database = Database::open(&cli.config).await?;
    let done = match cli.command {
        Command::Demo { .. } | Command::ExtractText { .. } => Ok(ExitCode::SUCCESS),
        Command::Serve { serve } => serve_site(&cli.config, &database, serve, None).await,
        Command::Migrate => Ok(ExitCode::SUCCESS),
        Command::Import { json, .. } => load(&cli.config, &database, cli.acting.as_deref(), &import, json).await,
        Command::Export(args) => export::run(&cli.config, &database, cli.acting.as_deref(), args).await,
        Command::User { command } => keep_accounts(&database, cli.acting.as_deref(), command).await,
        Command::Verify { head } => check(&cli.config, &database, head.as_ref()).await,
    };
    database.close().await?;
    done
}

/// The files of documents, in the data folder, and this program to take their text.
fn files(config: &Config) -> std::io::Result<documents::Files> {
    documents::Files::open(&config.data_dir.join("documents"), std::env::current_exe()?)
}

async fn check(
    config: &Config,
    database: &Database,
    head: Option<&Head>,
) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let db = database.serve(2, false).await?;
    let mut tx = db.read().await?;
    let mut verified = verify(&mut tx, head).await?;
    verified.broken.extend(documents::broken(&mut tx, &files(config)?).await?);
    tx.end();
    db.close().await;
    for sentence in &verified.broken {
        eprintln!("{sentence}");
    }
    println!("{}:{}", verified.head.change, verified.head.hash);
    Ok(if verified.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What to load, or what is wrong with how it was said.
fn import_of(command: &Command) -> Result<Import, String> {
    let Command::Import { files, dry_run, correct, json: _ } = command else { return Ok(Import::default()) };
    if correct.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
        return Err("--correct needs a reason".to_owned());
    }
    let mut import = Import { files: Vec::new(), dry_run: *dry_run, correct: correct.clone(), ..Import::default() };
    for pair in files.chunks(2) {
        let [kind, path] = pair else { return Err(format!("{}: every KIND needs its FILE", pair[0])) };
        import.files.push((kind.parse().map_err(|error| format!("{kind}: {error}"))?, path.into()));
    }
    Ok(import)
}

async fn load(
    config: &Config,
    database: &Database,
    acting: Option<&str>,
    import: &Import,
    json: bool,
) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let db = database.serve(2, false).await?;
    let actor = actor(&db, acting).await?;
    let outcome = imports::run(&db, actor, &Clock::system(config.time_zone), import).await?;
    db.close().await;
    let l10n = L10n::ENGLISH;
    if json {
        println!("{}", outcome.to_json(l10n));
    } else {
        for line in outcome.summary(l10n, import.dry_run) {
            println!("{line}");
        }
    }
    for line in outcome.refusal(l10n) {
        eprintln!("{line}");
    }
    Ok(if outcome.accepted() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Who acts: the account named, else `system`; the operating system's user is noted with either.
async fn actor(db: &Db, acting: Option<&str>) -> Result<Actor, Box<dyn std::error::Error>> {
    let os_user = nix::unistd::User::from_uid(nix::unistd::Uid::current()).ok().flatten().map(|user| user.name);
    let Some(email) = acting else {
        return Ok(Actor { account: SYSTEM_ACCOUNT, role: Role::System, os_user });
    };
    let mut tx = db.read().await?;
    let account = users::account_by_email(&mut tx, email).await?.filter(|account| !account.disabled);
    tx.end();
    let account = account.ok_or_else(|| format!("there is no account {email} to act as"))?;
    Ok(Actor { account: account.id, role: account.role, os_user })
}

/// The password: `DIS_PASSWORD`, else the first line of standard input; never an argument, which others can see.
fn read_password() -> std::io::Result<SecretString> {
    if let Ok(password) = std::env::var("DIS_PASSWORD") {
        return Ok(password.into());
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned().into())
}

async fn keep_accounts(
    database: &Database,
    acting: Option<&str>,
    command: UserCommand,
) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let db = database.serve(2, false).await?;
    match command {
        UserCommand::Add { email, name, role, unit } => {
            let actor = actor(&db, acting).await?;
            let password = read_password()?;
            users::add(&db, actor, NewAccount { email, name, role, unit, password }).await?;
        }
        UserCommand::Disable { email } => users::disable(&db, actor(&db, acting).await?, &email).await?,
        UserCommand::List => {
            let mut tx = db.read().await?;
            for account in users::list(&mut tx).await? {
                let unit = account.unit.as_deref().unwrap_or("-");
                let state = if account.disabled { "disabled" } else { "active" };
                println!("{}\t{}\t{}\t{unit}\t{state}", account.email, account.name, account.role);
            }
            tx.end();
        }
    }
    db.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Resolves when the operating system asks the program to stop.
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Where others than this machine can reach the server, people's passwords must not travel in the clear.
fn exposed(serve: &ServeConfig) -> bool {
    let https = serve.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
    !serve.listen.ip().is_loopback() && !https
}

/// Serves; a demonstration says whose sign-ins it has, and stops after its own first answer where asked.
async fn serve_site(
    config: &Config,
    database: &Database,
    serve: ServeConfig,
    demo: Option<bool>,
) -> Result<ExitCode, Box<dyn std::error::Error>> {
    if exposed(&serve) {
        eprintln!("DIS_PUBLIC_URL must be an https address where others than this machine can reach the server");
        return Ok(ExitCode::from(2));
    }
    let db = database.serve(serve.pool, true).await?;
    let state = AppState(Arc::new(Inner {
        db: db.clone(),
        clock: Clock::system(config.time_zone),
        public_url: serve.public_url,
        trusted_proxies: serve.trusted_proxies,
        metrics_token: serve.metrics_token,
        exports: Arc::new(tokio::sync::Semaphore::new(EXPORTS_AT_ONCE as usize)),
        arrears_totals: dis::arrears::KnownTotals::default(),
        seal: users::Seal::at(config.data_dir.join("second-factor.key")),
        files: files(config)?,
        memory: dis::lists::Memory::beside(db.clone()),
        demonstration: demo.is_some(),
    }));
    let listener = tokio::net::TcpListener::bind(serve.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", serve.listen))?;
    let address = listener.local_addr()?;
    println!("http://{address}");
    if demo.is_some() {
        for line in dis::demo::sign_ins() {
            println!("{line}");
        }
    }
    let stop = async move {
        match demo {
            Some(true) => answered(address).await,
            _ => asked_to_stop().await,
        }
    };
    tokio::select! {
        served = server::serve(listener, server::app(state.clone()), stop) => served?,
        () = documents::work::keep_up(&state) => {}
        () = database.keep_up(&db) => {}
    }
    db.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Resolves once the server has answered on its own address that the database answers.
async fn answered(address: std::net::SocketAddr) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    for _ in 0..100 {
        if let Ok(mut stream) = tokio::net::TcpStream::connect(address).await {
            let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
            let mut answer = String::new();
            let asked = stream.write_all(request.as_bytes()).await;
            if asked.is_ok() && stream.read_to_string(&mut answer).await.is_ok() && answer.starts_with("HTTP/1.1 200") {
                println!("answered");
                return;
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

async fn serve_demo(config: &Config, serve: ServeConfig, check: bool) -> Result<ExitCode, Box<dyn std::error::Error>> {
    if !serve.listen.ip().is_loopback() {
        eprintln!("the demonstration's passwords are known to everybody: it is only served to this machine");
        return Ok(ExitCode::from(2));
    }
    // Never a real database: a private one, in a folder of its own.
    let config = Config { database_url: None, data_dir: config.data_dir.join("demo"), ..config.clone() };
    let database = Database::open(&config).await?;
    let db = database.serve(2, false).await?;
    let filled = dis::demo::fill(&db, &Clock::system(config.time_zone), &files(&config)?).await;
    db.close().await;
    let served = match filled {
        Ok(()) => serve_site(&config, &database, serve, Some(check)).await,
        Err(error) => Err(error.into()),
    };
    database.close().await?;
    served
}
