//! `dis export`: a list as a file, or everything as files that can be loaded again.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use futures_util::TryStreamExt;

use crate::access::Role;
use crate::arrears::Arrears;
use crate::budget::Budget;
use crate::classified::{Reader, note_export, say_reader};
use crate::config::Config;
use crate::contributions::Contributions;
use crate::db::{Db, ReadTx};
use crate::donor_reports::DonorReports;
use crate::donors::Donors;
use crate::exchange_rates::Rates;
use crate::funds::Funds;
use crate::giving::Giving;
use crate::home::Database;
use crate::implementation::Implementation;
use crate::imports::{self, Kind};
use crate::instalments::Instalments;
use crate::kernel::calendar::{parse_day, parse_instant};
use crate::kernel::ids::SYSTEM_ACCOUNT;
use crate::kernel::text::guard_cell;
use crate::kernel::{AsOf, Clock, KnownAt};
use crate::lists::query::{self, sort_named};
use crate::lists::{Filters, List, Memory, Scope, export};
use crate::meetings::Meetings;
use crate::pledges::Pledges;
use crate::projects::{Expenditures, Projects};
use crate::reporting_rates::ReportingRates;
use crate::units::Units;
use crate::users::account_by_email;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    Arrears,
    Contributions,
    Giving,
    Budget,
    Meetings,
    Pledges,
    Instalments,
    ReportingRates,
    Donors,
    DonorReports,
    ReportEvents,
    ReportingClauses,
    Units,
    Funds,
    Rates,
    Projects,
    Expenditures,
    Milestones,
    ProjectStatuses,
    Implementation,
}

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    Csv,
    Xlsx,
    Json,
}

/// What `dis export` is told.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Which list
    #[arg(value_enum)]
    what: What,
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
    /// From this day on
    #[arg(long, value_name = "DATE", value_parser = parse_as_of)]
    since: Option<AsOf>,
    /// Of this calendar year; that of the day where not given
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i32).range(1900..=2199))]
    year: Option<i32>,
    /// The form of the file
    #[arg(long, value_enum, default_value = "csv")]
    format: Form,
    /// The columns of the files that can be loaded, and every fact known
    #[arg(long)]
    for_import: bool,
    /// Where to write; standard output where not given
    #[arg(short, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn parse_as_of(text: &str) -> Result<AsOf, String> {
    parse_day(text).map(AsOf).map_err(|error| error.to_string())
}

fn parse_known_at(text: &str) -> Result<KnownAt, String> {
    parse_instant(text).map(KnownAt).ok_or_else(|| "not an instant of the form 2026-03-31T17:00:00Z".to_owned())
}

/// What is said of facts that are no list of their own.
const FOR_IMPORT_ONLY: &str = "these rows are written with --for-import only; donor-reports says what became of each";

type Failure = Box<dyn std::error::Error>;

/// Runs `dis export`.
///
/// # Errors
/// What went wrong, in a sentence.
pub async fn run(
    config: &Config,
    database: &Database,
    acting: Option<&str>,
    args: ExportArgs,
) -> Result<ExitCode, Failure> {
    let clock = Clock::system(config.time_zone);
    let today = clock.today();
    let as_of = args.as_of.unwrap_or(AsOf(today));
    if as_of.0 > today {
        eprintln!("--as-of: {as_of} is after today");
        return Ok(ExitCode::from(2));
    }
    let db = database.serve(2, false).await?;
    let done = write(&db, &args, as_of, acting, &clock).await;
    db.close().await;
    done
}

async fn write(
    db: &Db,
    args: &ExportArgs,
    as_of: AsOf,
    acting: Option<&str>,
    clock: &Clock,
) -> Result<ExitCode, Failure> {
    let mut tx = db.read_for_export().await?;
    let (by, reader) = name_of(&mut tx, acting).await?;
    say_reader(&mut tx, reader).await?;
    let latest: chrono::DateTime<chrono::Utc> =
        sqlx::query_scalar("select recorded_at from change_head").fetch_one(&mut *tx).await?;
    let known_at = args.known_at.unwrap_or(KnownAt(latest)).min(KnownAt(latest));
    let filters = Filters {
        unit: args.unit.clone(),
        donor: args.donor.clone(),
        fund: args.fund.clone(),
        since: args.since.map(|since| since.0),
        year: args.year,
        ..Filters::default()
    };
    let (unit, donor, fund): (bool, bool, bool) = sqlx::query_as(
        "select $1::text is null or exists (select from units where code = $1),
                $2::text is null or exists (select from donors where code = $2),
                $3::text is null or exists (select from funds where code = $3)",
    )
    .bind(&filters.unit)
    .bind(&filters.donor)
    .bind(&filters.fund)
    .fetch_one(&mut *tx)
    .await?;
    let parts = [("unit", unit, &filters.unit), ("donor", donor, &filters.donor), ("fund", fund, &filters.fund)];
    if let Some((name, _, value)) = parts.into_iter().find(|(_, known, _)| !known) {
        eprintln!("--{name}: there is no {name} {}", value.as_deref().unwrap_or_default());
        return Ok(ExitCode::FAILURE);
    }
    if args.format == Form::Xlsx && args.output.is_none() {
        eprintln!("a workbook is written to a file: say which with -o");
        return Ok(ExitCode::from(2));
    }
    // Written beside, then renamed: a file of that name is whole or not there.
    let mut target = Target::open(args.output.clone())?;
    if args.for_import {
        if args.what == What::Meetings {
            // What is classified leaves with a note of who took it, or not at all.
            note_export(db, reader, clock.now()).await?;
        }
        for_import(&mut tx, args.what, known_at, &mut target).await?;
    } else {
        let scope = Scope { filters, today: clock.today(), zone: clock.zone(), ..Scope::new(as_of, known_at) };
        let about = &about(args, &scope, by, clock);
        match args.what {
            What::Arrears => list::<Arrears>(&mut tx, &scope, args.format, about, &mut target).await?,
            What::Contributions => list::<Contributions>(&mut tx, &scope, args.format, about, &mut target).await?,
            What::Budget => list::<Budget>(&mut tx, &scope, args.format, about, &mut target).await?,
            What::Giving => list::<Giving>(&mut tx, &scope, args.format, about, &mut target).await?,
            What::Meetings => list::<Meetings>(&mut tx, &scope, args.format, about, &mut target).await?,
            What::Pledges => list::<Pledges>(&mut tx, &scope, args.format, about, &mut target).await?,
            What::Instalments => list::<Instalments>(&mut tx, &scope, args.format, about, &mut target).await?,
            What::ReportingRates => {
                list::<ReportingRates>(&mut tx, &scope, args.format, about, &mut target).await?;
            }
            What::Donors => list::<Donors>(&mut tx, &scope, args.format, about, &mut target).await?,
            What::DonorReports => list::<DonorReports>(&mut tx, &scope, args.format, about, &mut target).await?,
            What::ReportEvents | What::ReportingClauses | What::Milestones | What::ProjectStatuses => {
                return Err(FOR_IMPORT_ONLY.into());
            }
            What::Units => list::<Units>(&mut tx, &scope, args.format, about, &mut target).await?,
            What::Funds => list::<Funds>(&mut tx, &scope, args.format, about, &mut target).await?,
            What::Rates => list::<Rates>(&mut tx, &scope, args.format, about, &mut target).await?,
            What::Projects => list::<Projects>(&mut tx, &scope, args.format, about, &mut target).await?,
            What::Expenditures => list::<Expenditures>(&mut tx, &scope, args.format, about, &mut target).await?,
            What::Implementation => list::<Implementation>(&mut tx, &scope, args.format, about, &mut target).await?,
        }
    }
    tx.end();
    target.finish()?;
    Ok(ExitCode::SUCCESS)
}

/// Where an export goes.
enum Target {
    Out(BufWriter<std::io::Stdout>),
    File(BufWriter<tempfile::NamedTempFile>, PathBuf),
}

impl Target {
    fn open(path: Option<PathBuf>) -> std::io::Result<Self> {
        let Some(path) = path else { return Ok(Target::Out(BufWriter::new(std::io::stdout()))) };
        let absolute = std::path::absolute(&path)?;
        let folder = absolute.parent().unwrap_or(&absolute);
        let file = tempfile::Builder::new().prefix(".dis-export-").tempfile_in(folder)?;
        Ok(Target::File(BufWriter::new(file), absolute))
    }

    fn finish(self) -> Result<(), Failure> {
        match self {
            Target::Out(mut out) => out.flush()?,
            Target::File(file, path) => {
                use std::os::unix::fs::PermissionsExt;
                let file = file.into_inner().map_err(|error| error.into_error())?;
                file.as_file().sync_all()?;
                std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o644))?;
                file.persist(path)?;
            }
        }
        Ok(())
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Target::Out(out) => out.write(bytes),
            Target::File(file, _) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Target::Out(out) => out.flush(),
            Target::File(file, _) => file.flush(),
        }
    }
}

/// Who takes the file, as it says of itself, and as whom it reads: `system` reads nothing classified.
async fn name_of(tx: &mut ReadTx, acting: Option<&str>) -> Result<(String, Reader), Failure> {
    let system = Reader { account: SYSTEM_ACCOUNT, role: Role::System };
    let Some(email) = acting else { return Ok(("system".to_owned(), system)) };
    let account = account_by_email(&mut *tx, email).await?.filter(|account| !account.disabled);
    let account = account.ok_or_else(|| format!("there is no account {email} to act as"))?;
    let reader = Reader { account: account.id, role: account.role };
    Ok((format!("{} <{}>", account.name, account.email), reader))
}

/// What the second sheet of a workbook says of the first.
fn about(args: &ExportArgs, scope: &Scope, by: String, clock: &Clock) -> Vec<(String, String)> {
    let said = [
        ("as_of", Some(scope.as_of.to_string())),
        ("known_at", Some(scope.known_at.to_string())),
        ("by", Some(by)),
        ("at", Some(KnownAt(clock.now()).to_string())),
        ("unit", args.unit.clone()),
        ("donor", args.donor.clone()),
        ("fund", args.fund.clone()),
        ("since", args.since.map(|since| since.to_string())),
        ("year", args.year.map(|year| year.to_string())),
    ];
    said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

type About = [(String, String)];

async fn list<L: List>(
    tx: &mut ReadTx,
    scope: &Scope,
    form: Form,
    about: &About,
    out: &mut Target,
) -> Result<(), Failure> {
    let (sort, reversed) = sort_named::<L>(None).ok_or("the list has no order")?;
    let mut scope = scope.clone();
    L::prepare(&mut *tx, &mut scope, &Memory::default()).await?;
    let scope = &scope;
    let mut select = query::all::<L>(scope, sort, reversed);
    let mut rows = select.done().build_query_as::<L::Row>().fetch(&mut **tx);
    match form {
        Form::Csv => {
            let mut buffer = Vec::with_capacity(export::CHUNK);
            export::csv_header::<L>(&mut buffer);
            while let Some(row) = rows.try_next().await? {
                export::csv_row::<L>(&row, &mut buffer);
                if buffer.len() >= export::CHUNK {
                    out.write_all(&buffer)?;
                    buffer.clear();
                }
            }
            out.write_all(&buffer)?;
        }
        Form::Json => {
            let mut before: &[u8] = b"[\n";
            while let Some(row) = rows.try_next().await? {
                out.write_all(before)?;
                before = b",\n";
                serde_json::to_writer(&mut *out, &export::json_row::<L>(&row))?;
            }
            out.write_all(if before == b",\n" { b"\n]\n" } else { b"[]\n" })?;
        }
        Form::Xlsx => {
            let mut book = export::Xlsx::begin::<L>()?;
            while let Some(row) = rows.try_next().await? {
                book.row::<L>(&row)?;
            }
            let mut about = about.to_vec();
            about.insert(0, ("list".to_owned(), L::NAME.to_owned()));
            if let Target::File(file, _) = out {
                book.finish(&about, file.get_mut().as_file_mut())?;
            }
        }
    }
    Ok(())
}

/// Everything of a kind, in the words of the file it is loaded from: the other side of every import's comparison.
async fn for_import(tx: &mut ReadTx, what: What, known_at: KnownAt, out: &mut Target) -> Result<(), Failure> {
    let kind = match what {
        What::Arrears => return Err("arrears are worked out, not loaded: there is no file of them".into()),
        What::Budget => Kind::Budgets,
        What::Giving => return Err("what the years make of donors is worked out, not loaded".into()),
        What::Implementation => {
            return Err("how projects run is worked out, not loaded: export projects and expenditures".into());
        }
        What::Projects => Kind::Projects,
        What::Expenditures => Kind::Expenditures,
        What::Milestones => Kind::Milestones,
        What::ProjectStatuses => Kind::ProjectStatuses,
        What::ReportingRates => return Err("reporting rates are worked out, not loaded".into()),
        What::Contributions => Kind::Contributions,
        What::Meetings => Kind::Meetings,
        What::Pledges => Kind::Pledges,
        What::Instalments => Kind::Instalments,
        What::Donors => Kind::Donors,
        What::DonorReports => Kind::DonorReports,
        What::ReportEvents => Kind::ReportEvents,
        What::ReportingClauses => Kind::ReportingClauses,
        What::Units => Kind::Units,
        What::Funds => Kind::Funds,
        What::Rates => Kind::Rates,
    };
    let spec = kind.spec();
    let names: Vec<&str> = spec.columns.iter().map(|column| column.name).collect();
    out.write_all(names.join(",").as_bytes())?;
    out.write_all(b"\n")?;
    let mut select = imports::existing(spec, known_at.0, &[]);
    let mut rows = select.done().build().fetch(&mut **tx);
    while let Some(row) = rows.try_next().await? {
        for (at, (column, cell)) in spec.columns.iter().zip(imports::cells(spec, &row)?).enumerate() {
            let words = matches!(column.cell, crate::imports::spec::Cell::Code | crate::imports::spec::Cell::Text);
            let cell = if words { guard_cell(&cell) } else { cell.as_str().into() };
            let quoted = cell.contains([',', '"', '\n', '\r']);
            let text = if quoted { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.into_owned() };
            write!(out, "{}{text}", if at == 0 { "" } else { "," })?;
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}
