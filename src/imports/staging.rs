//! Copies the rows of files into a temporary table, every cell a value or a problem.

use chrono::NaiveDate;
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

use super::at_once;
use super::cells::{self, Value};
use super::draft::{Overlay, RowFix};
use super::file::{Row, RowFile, Unreadable};
use super::report::{Problem, TOLD};
use super::spec::{Cell, Kind, Part, Spec};
use crate::db::copy::{Cells, CopyIn, JsonRows};
use crate::kernel::country::country;
use crate::kernel::money::Currency;

/// Problems found while reading, the first of them kept.
#[derive(Debug, Default)]
pub struct Found {
    /// The first of them.
    pub problems: Vec<Problem>,
    /// How many in all.
    pub count: u64,
}

impl Found {
    /// Notes a problem.
    pub fn add(&mut self, problem: Problem) {
        self.count += 1;
        if self.problems.len() < TOLD {
            self.problems.push(problem);
        }
    }

    /// Notes a file that cannot be read.
    pub fn add_unreadable(&mut self, file: i32, why: Unreadable) {
        let Unreadable { key, arg, line } = why;
        self.add(Problem { file, line, col: String::new(), value: String::new(), key: key.into(), arg });
    }
}

/// Where problems of cells are gathered.
const PROBLEMS: &str = "import_problems";

/// How long the tables that rows are staged in stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// For the transaction: rows of files, whose number the plans of the statements depend on.
    Transaction,
    /// For the connection, emptied when the next form begins: a few rows from forms. The tables, the functions that land
    /// them and the plans of their statements are made once, not once a form.
    Connection,
}

/// A staging table this large is made anew: rows that were taken out leave their places behind until then, and every
/// statement walks past them.
const LARGEST: i64 = 64 << 10;

/// Makes the staging tables of kinds, and the one for problems. Their text is put together from the specs alone.
pub async fn create(connection: &mut PgConnection, specs: &[&'static Spec], stay: Stay) -> Result<(), sqlx::Error> {
    let names: Vec<String> = specs.iter().map(|spec| spec.stage).chain([PROBLEMS]).map(str::to_owned).collect();
    let (there, fit, functions): (Vec<String>, bool, bool) = sqlx::query_as(
        "select coalesce(array_agg(name) filter (where at is not null), '{}'),
                coalesce(bool_and(at is not null and pg_relation_size(at) < $3), false), to_regproc($2) is not null
         from (select name, to_regclass('pg_temp.' || name) as at from unnest($1) as name) tables",
    )
    .bind(&names)
    .bind(at_once::name(specs))
    .bind(LARGEST)
    .fetch_one(&mut *connection)
    .await?;
    if stay == Stay::Connection && fit && functions {
        return Ok(());
    }
    let tables =
        specs.iter().map(|spec| (spec.stage, columns_of(spec), "(file, line, bad, given) values (0, 0, true, 0)"));
    let problems = "severity text not null, file integer not null, line integer not null, col text not null,
        value text not null, key text not null, arg text not null";
    let problem = "values ('', 0, 0, '', '', '', '')";
    for (name, columns, one) in tables.chain([(PROBLEMS, problems.to_owned(), problem)]) {
        // PostgreSQL could empty them at the end by itself, with new files for each: that takes longer than all the rest.
        let end = match stay {
            Stay::Connection => "preserve rows",
            Stay::Transaction => "drop",
        };
        if there.iter().any(|table| table == name) {
            sqlx::query(AssertSqlSafe(format!("drop table pg_temp.{name}"))).execute(&mut *connection).await?;
        }
        let create = format!("create temp table {name} ({columns}) on commit {end}");
        sqlx::query(AssertSqlSafe(create)).execute(&mut *connection).await?;
        if stay == Stay::Connection {
            // Of a table never looked at, or looked at while empty, the planner thinks that it has a page full.
            for sql in [format!("insert into {name} {one}"), format!("analyze {name}"), format!("delete from {name}")] {
                sqlx::query(AssertSqlSafe(sql)).execute(&mut *connection).await?;
            }
        }
    }
    if stay == Stay::Connection {
        for sql in at_once::functions(specs) {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// The columns of the staging table that are filled from a file.
fn filled(spec: &Spec) -> Vec<&'static str> {
    ["file", "line", "bad", "given"].into_iter().chain(spec.columns.iter().map(|column| column.name)).collect()
}

/// Puts the rows of a form into its staging table, in the place of those of the form before.
pub async fn put_few(connection: &mut PgConnection, spec: &'static Spec, rows: JsonRows) -> Result<(), sqlx::Error> {
    let insert = format!(
        "with rows_left as (delete from {stage}), problems_left as (delete from {PROBLEMS})
         insert into {stage} ({columns}) select {columns} from jsonb_populate_recordset(null::{stage}, $1)",
        stage = spec.stage,
        columns = filled(spec).join(", ")
    );
    sqlx::query(AssertSqlSafe(insert)).bind(rows.done()).execute(connection).await.map(drop)
}

/// None yet of the rows of a form.
pub fn few(spec: &'static Spec) -> JsonRows {
    JsonRows::of(filled(spec))
}

fn columns_of(spec: &Spec) -> String {
    let mut sql = "file integer not null, line integer not null, bad boolean not null, given bigint not null,
         found boolean not null default false, fact_id bigint, fact_diff text[] not null default '{}',
         label_diff text[] not null default '{}', event_fill text[] not null default '{}',
         event_diff text[] not null default '{}', left_out bigint[] not null default '{}', old jsonb"
        .to_owned();
    for column in spec.columns {
        sql.push_str(&format!(", {} {}", column.name, column.cell.sql_type()));
    }
    if !spec.extra.is_empty() {
        sql.push_str(", ");
        sql.push_str(spec.extra);
    }
    sql
}

/// Copies a file's rows into the staging table.
pub async fn fill(
    connection: &mut PgConnection,
    number: i32,
    file: &RowFile<'_>,
    today: NaiveDate,
    overlay: Overlay<'_>,
    found: &mut Found,
) -> Result<(), sqlx::Error> {
    let spec = file.spec();
    let statement = format!("copy {} ({}) from stdin", spec.stage, filled(spec).join(", "));
    let mut copy = CopyIn::begin_with(connection, &statement).await?;
    let mut rows = 0;
    let mut reading = match file.rows() {
        Ok(reading) => reading,
        Err(why) => {
            found.add_unreadable(number, why);
            return Ok(());
        }
    };
    // One row at a time, from the file to the table: however long the file, no more of it is held as values.
    loop {
        let staged = match reading.next_row() {
            Ok(Some(row)) => {
                let fix = overlay.fix(row.line);
                if fix.is_some_and(|fix| fix.left_out) {
                    continue;
                }
                read_row(&row, file, number, today, fix, found)
            }
            Ok(None) => break,
            Err(why) => {
                found.add_unreadable(number, why);
                break;
            }
        };
        rows += 1;
        staged.put(number, &mut copy);
        copy.end_row().await?;
        if rows % 256 == 0 {
            let (read, of) = reading.so_far();
            overlay.tell(rows, read, of);
        }
    }
    copy.finish().await?;
    overlay.done(rows);
    Ok(())
}

/// Reads the rows of a form.
pub fn read_few(number: i32, file: &RowFile<'_>, today: NaiveDate, rows: &mut JsonRows, found: &mut Found) {
    let mut read = || -> Result<(), Unreadable> {
        let mut reading = file.rows()?;
        while let Some(row) = reading.next_row()? {
            read_row(&row, file, number, today, None, found).put(number, rows);
            rows.end_row();
        }
        Ok(())
    };
    if let Err(why) = read() {
        found.add_unreadable(number, why);
    }
}

struct Staged {
    line: i32,
    bad: bool,
    given: i64,
    values: Vec<Option<Value>>,
}

impl Staged {
    fn put(&self, number: i32, into: &mut impl Cells) {
        into.plain(number).plain(self.line).plain(self.bad).plain(self.given);
        for value in &self.values {
            match value {
                None => into.null(),
                Some(Value::Text(text)) => into.text(text),
                Some(Value::Day(day)) => into.plain(day),
                Some(Value::Number(number)) => into.plain(number),
                Some(Value::Integer(number)) => into.plain(number),
                Some(Value::YesNo(yes)) => into.plain(yes),
                Some(Value::Currency(currency)) => into.plain(currency),
            };
        }
    }
}

fn read_row(
    row: &Row<'_>,
    file: &RowFile<'_>,
    number: i32,
    today: NaiveDate,
    fix: Option<&RowFix>,
    found: &mut Found,
) -> Staged {
    let spec = file.spec();
    let mut staged = Staged { line: row.line, bad: false, given: 0, values: vec![None; spec.columns.len()] };
    let before = found.count;
    let mut tell = |col: &str, value: &str, key: &str, arg: String| {
        let (col, value) = (col.to_owned(), value.chars().take(200).collect());
        found.add(Problem { file: number, line: row.line, col, value, key: key.to_owned(), arg });
    };
    let fixed = |name: &str| fix.and_then(|fix| fix.cells.get(name)).map(String::as_str);
    // A row that was too short or too long is whole once every cell of it was typed anew.
    if row.whole || file.columns().iter().all(|name| fixed(name).is_some()) {
        for (at, column) in spec.columns.iter().enumerate() {
            let typed = fixed(column.name);
            if row.has(at) || typed.is_some() {
                staged.given |= 1 << at;
            }
            if let (Some(wrong), None) = (row.wrong(at), typed) {
                tell(column.name, row.cell(at).unwrap_or_default().trim(), wrong.key, wrong.arg.clone());
                continue;
            }
            let text = typed.or(row.cell(at)).unwrap_or_default();
            match cells::read(text, column.cell, today) {
                Ok(None) if column.required => tell(column.name, "", "required", String::new()),
                Ok(value) => staged.values[at] = value,
                Err(wrong) => tell(column.name, text.trim(), wrong.key, wrong.arg),
            }
        }
        complete(spec, &mut staged, &mut tell);
    } else {
        tell("", &row.width.to_string(), "row-width", file.width().to_string());
    }
    staged.bad = found.count > before;
    staged
}

/// What only the row as a whole can say: decimals by its currency, and what empty cells stand for.
fn complete(spec: &Spec, staged: &mut Staged, tell: &mut impl FnMut(&str, &str, &str, String)) {
    let at = |name: &str| spec.columns.iter().position(|column| column.name == name);
    let currency = at("currency").and_then(|at| match staged.values[at] {
        Some(Value::Currency(currency)) => Some(currency),
        _ => None,
    });
    if let (Some(currency), Some(amount)) = (currency, at("amount")) {
        check_decimals(currency, spec, amount, staged, tell);
    }
    for (at, column) in spec.columns.iter().enumerate() {
        if column.name.ends_with("_usd") && matches!(column.cell, Cell::NotNegative | Cell::Amount) {
            check_decimals(Currency::USD, spec, at, staged, tell);
        }
    }
    let text = |staged: &Staged, name: &str| match at(name).and_then(|at| staged.values[at].clone()) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    };
    let says = |staged: &Staged, name: &str| at(name).is_some_and(|at| staged.values[at].is_some());
    if says(staged, "in_force_from") {
        // A row from a day on speaks of what holds from then: labels are those of the first row.
        for (at, _) in spec.columns.iter().enumerate().filter(|(_, column)| column.part == Part::Label) {
            staged.given &= !(1 << at);
        }
    }
    match spec.kind {
        Kind::Donors => {
            let Some(member) = at("member_state") else { return };
            if staged.values[member].is_none() {
                // Where empty: a government whose country is a Member State and that has no parent (contract.md).
                let government = text(staged, "kind").as_deref() == Some("C01") && text(staged, "parent").is_none();
                let of_member = text(staged, "country").and_then(|code| country(&code)).is_some_and(|c| c.member_state);
                staged.values[member] = Some(Value::YesNo(government && of_member));
                staged.given |= 1 << member;
            }
        }
        Kind::Contributions => {
            let Some(kind) = at("kind") else { return };
            if staged.values[kind].is_none() {
                staged.values[kind] = Some(Value::Text("cash".into()));
                staged.given |= 1 << kind;
            }
        }
        Kind::Pledges | Kind::Projects if says(staged, "agreed_on") => {
            // An amendment speaks of terms: labels are those of the thing's own row, and an empty event says nothing.
            for (at, column) in spec.columns.iter().enumerate() {
                if column.part == Part::Label || (column.cell == Cell::Event && staged.values[at].is_none()) {
                    staged.given &= !(1 << at);
                }
            }
        }
        Kind::DonorReports if says(staged, "agreed_on") => {
            // An extension speaks of its day: labels are those of the first row, and what is empty stays as it was.
            for (at, column) in spec.columns.iter().enumerate() {
                let own = matches!(column.name, "letter" | "reason");
                if column.part == Part::Label || (staged.values[at].is_none() && !column.required && !own) {
                    staged.given &= !(1 << at);
                }
            }
        }
        Kind::DonorReports | Kind::ReportingClauses => {
            let Some(last) = at("final") else { return };
            if staged.values[last].is_none() {
                staged.values[last] = Some(Value::YesNo(false));
            }
        }
        _ => {}
    }
}

fn check_decimals(
    currency: Currency,
    spec: &Spec,
    at: usize,
    staged: &Staged,
    tell: &mut impl FnMut(&str, &str, &str, String),
) {
    if let Some(Value::Number(amount)) = staged.values[at]
        && !currency.fits(amount)
    {
        tell(spec.columns[at].name, &amount.to_string(), "decimals", currency.to_string());
    }
}
