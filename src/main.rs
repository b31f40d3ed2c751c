//! The command line. Thin: every command is a function of the library.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use dis::access::Role;
use dis::arrears::{Filter, latest_recorded, overdue_instalments};
use dis::config::Config;
use dis::db::Db;
use dis::export::arrears_csv;
use dis::facts::Actor;
use dis::home::Database;
use dis::imports::{self, Import};
use dis::kernel::calendar::{parse_day, parse_instant};
use dis::kernel::ids::SYSTEM_ACCOUNT;
use dis::kernel::{AsOf, Clock, KnownAt};
use dis::l10n::L10n;
use dis::users::{self, NewAccount};
use dis::verify::{Head, verify};
use secrecy::SecretString;

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
    /// Write a list as CSV
    Export {
        /// Which list
        #[arg(value_parser = ["arrears"])]
        list: String,
        /// As of this day; today where not given
        #[arg(long, value_name = "DATE", value_parser = parse_as_of)]
        as_of: Option<AsOf>,
        /// With only what had been recorded by this instant; now where not given
        #[arg(long, value_name = "INSTANT", value_parser = parse_known_at)]
        known_at: Option<KnownAt>,
        /// That unit and all below it
        #[arg(long, value_name = "CODE")]
        unit: Option<String>,
        /// That donor and its children
        #[arg(long, value_name = "CODE")]
        donor: Option<String>,
        /// That fund
        #[arg(long, value_name = "CODE")]
        fund: Option<String>,
        /// The format
        #[arg(long, default_value = "csv", value_parser = ["csv"])]
        format: String,
        /// Where to write; standard output where not given
        #[arg(short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Accounts
    User {
        #[command(subcommand)]
        command: UserCommand,
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

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
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
    let database = Database::open(&cli.config).await?;
    let done = match cli.command {
        Command::Migrate => Ok(ExitCode::SUCCESS),
        Command::Import { files, dry_run, correct, json } => {
            load(&cli.config, &database, cli.acting.as_deref(), &files, dry_run, correct, json).await
        }
        Command::Export { list: _, as_of, known_at, unit, donor, fund, format: _, output } => {
            let clock = Clock::system(cli.config.time_zone);
            let as_of = as_of.unwrap_or(AsOf(clock.today()));
            if as_of.0 > clock.today() {
                eprintln!("--as-of: {as_of} is after today");
                Ok(ExitCode::from(2))
            } else {
                export(&database, as_of, known_at, &Filter { unit, donor, fund }, output).await
            }
        }
        Command::User { command } => keep_accounts(&database, cli.acting.as_deref(), command).await,
        Command::Verify { head } => check(&database, head.as_ref()).await,
    };
    database.close().await?;
    done
}

async fn check(database: &Database, head: Option<&Head>) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let db = database.serve(2, false).await?;
    let mut tx = db.read().await?;
    let verified = verify(&mut tx, head).await?;
    tx.rollback().await?;
    db.close().await;
    for sentence in &verified.broken {
        eprintln!("{sentence}");
    }
    println!("{}:{}", verified.head.change, verified.head.hash);
    Ok(if verified.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn load(
    config: &Config,
    database: &Database,
    acting: Option<&str>,
    files: &[String],
    dry_run: bool,
    correct: Option<String>,
    json: bool,
) -> Result<ExitCode, Box<dyn std::error::Error>> {
    if correct.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
        eprintln!("--correct needs a reason");
        return Ok(ExitCode::from(2));
    }
    let mut import = Import { files: Vec::new(), dry_run, correct };
    for pair in files.chunks(2) {
        let [kind, path] = pair else {
            eprintln!("every KIND needs its FILE");
            return Ok(ExitCode::from(2));
        };
        match kind.parse() {
            Ok(kind) => import.files.push((kind, path.into())),
            Err(error) => {
                eprintln!("{kind}: {error}");
                return Ok(ExitCode::from(2));
            }
        }
    }
    let db = database.serve(2, false).await?;
    let actor = actor(&db, acting).await?;
    let outcome = imports::run(&db, actor, &Clock::system(config.time_zone), &import).await?;
    db.close().await;
    let l10n = L10n::ENGLISH;
    if json {
        println!("{}", outcome.to_json(l10n));
    } else {
        for line in outcome.summary(l10n, dry_run) {
            println!("{line}");
        }
    }
    for line in outcome.lines(&outcome.errors, l10n) {
        eprintln!("{line}");
    }
    Ok(if outcome.accepted() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn parse_as_of(text: &str) -> Result<AsOf, String> {
    parse_day(text).map(AsOf).map_err(|error| error.to_string())
}

fn parse_known_at(text: &str) -> Result<KnownAt, String> {
    parse_instant(text).map(KnownAt).ok_or_else(|| "not an instant of the form 2026-03-31T17:00:00Z".to_owned())
}

async fn export(
    database: &Database,
    as_of: AsOf,
    known_at: Option<KnownAt>,
    filter: &Filter,
    output: Option<PathBuf>,
) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let db = database.serve(2, false).await?;
    let mut tx = db.read().await?;
    let known_at = match known_at {
        Some(known_at) => known_at,
        None => latest_recorded(&mut tx).await?,
    };
    let rows = overdue_instalments(&mut tx, as_of, known_at, filter).await?;
    tx.rollback().await?;
    db.close().await;
    match output {
        Some(path) => arrears_csv(&rows, as_of, std::fs::File::create(path)?)?,
        None => arrears_csv(&rows, as_of, std::io::stdout().lock())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Who acts: the account named, else `system`; the operating system's user is noted with either.
async fn actor(db: &Db, acting: Option<&str>) -> Result<Actor, Box<dyn std::error::Error>> {
    let os_user = nix::unistd::User::from_uid(nix::unistd::Uid::current()).ok().flatten().map(|user| user.name);
    let Some(email) = acting else {
        return Ok(Actor { account: SYSTEM_ACCOUNT, role: Role::System, os_user });
    };
    let mut tx = db.read().await?;
    let account = users::account_by_email(&mut tx, email).await?.filter(|account| !account.disabled);
    tx.rollback().await?;
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
            tx.rollback().await?;
        }
    }
    db.close().await;
    Ok(ExitCode::SUCCESS)
}
