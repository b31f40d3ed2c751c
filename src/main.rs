//! The command line. Thin: every command is a function of the library.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use dis::config::Config;
use dis::home::Database;
use dis::verify::{Head, verify};

/// Donor Information System: what donors promised and paid, what is overdue, and what was known when
#[derive(Parser)]
#[command(name = "dis", version)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Bring the database up to date
    Migrate,
    /// Check every invariant of the ledger and the chain of changes; exit 1 if anything is broken
    Verify {
        /// The head an earlier run printed, NUMBER:HASH, to find out whether later changes were cut off
        #[arg(long, value_parser = parse_head)]
        head: Option<Head>,
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
