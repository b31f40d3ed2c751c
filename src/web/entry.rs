//! Forms whose fields are the columns of a file that can be loaded: what is typed goes the way of a file's row, with the
//! same checks and the same sentences. A room says which columns it shows; the rest is here, once for all of them.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;

use super::errors::{PageError, Refused};
use super::form::{Field, FormPage, Section, Widget};
use super::format;
use super::posting::{Posting, Sent};
use crate::facts::{ChangeId, FormStamp};
use crate::imports::spec::{Cell, Column, Part};
use crate::imports::{self, Drawn, Entry, Held, Import, ImportError, Kind, Outcome};
use crate::kernel::text::guard_cell;
use crate::kernel::{Clock, Currency, KnownAt};
use crate::l10n::L10n;

/// A column as a form shows it.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// Its name in the file.
    pub name: &'static str,
    /// Half a line wide.
    pub half: bool,
    /// Among the fields that are folded away.
    pub folded: bool,
}

/// A column on a line of its own.
pub const fn shown(name: &'static str) -> Shown {
    Shown { name, half: false, folded: false }
}

/// A column that shares a line.
pub const fn half(name: &'static str) -> Shown {
    Shown { name, half: true, folded: false }
}

impl Shown {
    /// Folded away until somebody wants it.
    pub const fn folded(mut self) -> Self {
        self.folded = true;
        self
    }
}

/// What can be chosen in the lists of a form.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// Units, set in by their depth.
    pub units: Vec<(String, String)>,
    /// Funds.
    pub funds: Vec<(String, String)>,
    /// Currencies: those with a rate first.
    pub currencies: Vec<(String, String)>,
    /// What codes are called: donors, by code.
    pub names: HashMap<String, String>,
}

impl Choices {
    /// Reads them; `only` keeps the units of that one and below it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn read(
        connection: &mut PgConnection,
        clock: &Clock,
        known_at: KnownAt,
        only: Option<&str>,
    ) -> Result<Self, sqlx::Error> {
        let units: Vec<(String, String, i32)> = sqlx::query_as(
            "select u.code, u.name, t.depth from unit_tree($1, $2) t join units u on u.id = t.unit_id
             where $3::text is null or $3 = any(t.path) order by t.path",
        )
        .bind(clock.today())
        .bind(known_at.0)
        .bind(only)
        .fetch_all(&mut *connection)
        .await?;
        let funds =
            sqlx::query_as("select code, name from funds order by name, code").fetch_all(&mut *connection).await?;
        let rated: Vec<String> = sqlx::query_scalar("select currency from rates_in_force($1, $2) order by currency")
            .bind(clock.today())
            .bind(known_at.0)
            .fetch_all(connection)
            .await?;
        let set_in = |depth: i32| "\u{2003}".repeat(usize::try_from(depth).unwrap_or_default());
        let units = units.into_iter().map(|(code, name, depth)| (code, format!("{}{name}", set_in(depth)))).collect();
        let currencies = rated.into_iter().map(|code| (code.clone(), code)).collect();
        Ok(Choices { units, funds, currencies, names: HashMap::new() })
    }

    /// Looks up what a donor's code is called.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn name_donor(&mut self, connection: &mut PgConnection, code: &str) -> Result<(), sqlx::Error> {
        if !code.is_empty() {
            let name: Option<String> = sqlx::query_scalar("select name from donors where code = $1")
                .bind(code)
                .fetch_optional(connection)
                .await?;
            self.names.extend(name.map(|name| (code.to_owned(), name)));
        }
        Ok(())
    }
}

/// What is wrong with what was typed, by field; the empty name is the form as a whole.
pub type Wrong = BTreeMap<String, Vec<String>>;

/// A form over the columns of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    /// The kind.
    pub kind: Kind,
    /// The columns shown, in their order.
    pub shown: &'static [Shown],
}

impl Columns {
    fn column(&self, name: &str) -> Option<&'static Column> {
        self.kind.spec().columns.iter().find(|column| column.name == name)
    }

    /// The file's cell of a field as it was typed: days and numbers as the reader writes them become the file's.
    pub fn cell(&self, name: &str, typed: &str, l10n: L10n) -> String {
        self.column(name).map_or_else(String::new, |column| to_file(column.cell, typed, l10n))
    }

    /// The file's row of what was typed: the columns shown, and nothing of the others.
    pub fn row(&self, sent: &Sent, l10n: L10n) -> Held {
        let cells = self.shown.iter().map(|one| (one.name.to_owned(), self.cell(one.name, sent.get(one.name), l10n)));
        cells.collect()
    }

    /// What a form says of a row the system holds.
    pub fn says(&self, held: &Held, l10n: L10n) -> Sent {
        let currency = held.get("currency").and_then(|code| code.parse().ok());
        let say = |one: &Shown| {
            let cell = held.get(one.name).map_or("", String::as_str);
            let column = self.column(one.name)?;
            Some((one.name.to_owned(), to_form(column.cell, cell, currency, l10n)))
        };
        Sent(self.shown.iter().filter_map(say).collect())
    }

    /// The fields, saying what was sent, with what is wrong beside each. `fixed` columns cannot be changed any more.
    pub fn sections(&self, sent: &Sent, wrong: &Wrong, choices: &Choices, fixed: &[&str], l10n: L10n) -> Vec<Section> {
        let (mut first, mut folded) = (Vec::new(), Vec::new());
        for one in self.shown.iter().filter(|one| !fixed.contains(&one.name)) {
            let Some(column) = self.column(one.name) else { continue };
            let mut field = self.field(column, sent.raw(one.name), choices, l10n);
            field.half = one.half;
            field.error = wrong.get(one.name).map(|errors| errors.join(" "));
            if one.folded { folded.push(field) } else { first.push(field) }
        }
        let mut sections = vec![Section::of(first)];
        if !folded.is_empty() {
            sections.push(Section::titled(l10n.t("form-more"), folded).folded());
        }
        sections
    }

    fn field(&self, column: &'static Column, says: &str, choices: &Choices, l10n: L10n) -> Field {
        let family = self.kind.as_str();
        let label = l10n.first(&[&format!("entry-{family}-{}", column.name), &format!("field-{}", column.name)], &[]);
        let mut field = Field::new(column.name, label).says(says).typed(self.widget(column, choices, l10n));
        let hint = format!("entry-hint-{family}-{}", column.name);
        field.hint = l10n.has(&hint).then(|| l10n.t(&hint));
        field.required = column.required;
        field.named = choices.names.get(says.trim()).cloned().unwrap_or_default();
        field.duplicates = self.kind == Kind::Donors && column.name == "name";
        field
    }

    fn widget(&self, column: &'static Column, choices: &Choices, l10n: L10n) -> Widget {
        let any = |all: &[(String, String)]| {
            let mut options = vec![(String::new(), l10n.t("form-choose"))];
            options.extend(all.iter().cloned());
            Widget::Choice(options)
        };
        let words = |words: &[&str], family: &str| {
            let said = words.iter().map(|word| ((*word).to_owned(), l10n.word(family, word)));
            any(&said.collect::<Vec<_>>())
        };
        match (column.name, column.cell) {
            ("unit", _) => any(&choices.units),
            ("parent", _) if self.kind == Kind::Units => any(&choices.units),
            ("fund", _) => any(&choices.funds),
            ("donor" | "parent", _) => Widget::Suggest("donor"),
            ("pledge", _) => Widget::Suggest("pledge"),
            ("project", _) => Widget::Suggest("project"),
            ("reverses", _) => Widget::Suggest("contribution"),
            ("focal_point" | "responsible", _) => Widget::Suggest("person"),
            ("note" | "condition", _) => Widget::Area,
            (_, Cell::Currency) => Widget::Suggest("currency"),
            (_, Cell::Day) => Widget::Day(None),
            (_, Cell::Event) => Widget::Day(None),
            (
                _,
                Cell::Positive
                | Cell::NotNegative
                | Cell::Amount
                | Cell::Rate
                | Cell::Percent
                | Cell::Number
                | Cell::Count,
            ) => Widget::Number,
            (_, Cell::YesNo) => any(&[("yes".to_owned(), l10n.t("yes")), ("no".to_owned(), l10n.t("no"))]),
            ("earmarking", Cell::OneOf(all)) if self.kind == Kind::Funds => words(all, "funds"),
            ("earmarking", Cell::OneOf(all)) => words(all, "earmarking"),
            (_, Cell::OneOf(all)) if self.kind == Kind::DonorReports => words(all, "report-kind"),
            (_, Cell::OneOf(all)) => words(all, self.kind.as_str()),
            (
                _,
                Cell::Code | Cell::Text | Cell::Country | Cell::Countries | Cell::Month | Cell::Quarter | Cell::Year,
            ) => Widget::Line,
        }
    }
}

/// Which version of a thing a form corrects: that agreed on a day, or the one from the beginning.
///
/// # Errors
/// Names the parameter where it is no day.
pub fn version(sent: &Sent) -> Result<Option<NaiveDate>, PageError> {
    let text = sent.get("agreed_on");
    if text.is_empty() {
        return Ok(None);
    }
    let day = crate::kernel::calendar::parse_day(text);
    day.map(Some).map_err(|_| Refused::BadParameter("agreed_on", text.to_owned()).into())
}

/// The file's text of what was typed into a field.
pub fn to_file(cell: Cell, typed: &str, l10n: L10n) -> String {
    let typed = typed.trim();
    match cell {
        // What cannot be read goes on as it is: the file's own check says so.
        Cell::Day | Cell::Event => {
            format::read_day(typed, l10n).map_or_else(|| typed.to_owned(), |day| day.to_string())
        }
        Cell::Month => {
            format::read_month(typed, l10n).map_or_else(|| typed.to_owned(), |month| month.format("%Y-%m").to_string())
        }
        Cell::Positive | Cell::NotNegative | Cell::Amount | Cell::Rate | Cell::Percent | Cell::Number | Cell::Count => {
            format::read_number(typed, l10n).unwrap_or_else(|| typed.to_owned())
        }
        Cell::Currency | Cell::Country => typed.to_ascii_uppercase(),
        Cell::Countries => typed.replace([',', ' '], ";").to_ascii_uppercase(),
        _ => typed.to_owned(),
    }
}

/// What a field says of a file's text.
pub fn to_form(cell: Cell, text: &str, currency: Option<Currency>, l10n: L10n) -> String {
    match cell {
        Cell::Day | Cell::Event => {
            crate::kernel::calendar::parse_day(text).map_or_else(|_| text.to_owned(), |day| format::day(day, l10n))
        }
        Cell::Month => {
            format::read_month(text, l10n).map_or_else(|| text.to_owned(), |month| format::month(month, l10n))
        }
        Cell::Countries => text.replace(';', " "),
        Cell::Positive | Cell::NotNegative | Cell::Amount | Cell::Rate | Cell::Percent => {
            match (text.parse::<rust_decimal::Decimal>(), currency) {
                (Ok(number), Some(currency)) if matches!(cell, Cell::Positive | Cell::Amount) => {
                    format::amount(number, currency, l10n)
                }
                (Ok(number), _) => format::number(number, number.normalize().scale(), l10n),
                (Err(_), _) => text.to_owned(),
            }
        }
        _ => text.to_owned(),
    }
}

/// Rows of a kind as its file: the columns any of them names.
pub fn csv(kind: Kind, rows: &[Held]) -> Vec<u8> {
    let columns: Vec<&Column> =
        kind.spec().columns.iter().filter(|column| rows.iter().any(|row| row.contains_key(column.name))).collect();
    let mut writer = ::csv::WriterBuilder::new().from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = writer.write_record(columns.iter().map(|column| column.name));
    for row in rows {
        let cells = columns.iter().map(|column| {
            let cell = row.get(column.name).map_or("", String::as_str);
            let words = matches!(column.cell, Cell::Code | Cell::Text);
            if words { guard_cell(cell).into_owned() } else { cell.to_owned() }
        });
        let _ = writer.write_record(cells);
    }
    writer.into_inner().unwrap_or_default()
}

/// What a form was drawn from, carried along in it.
#[derive(Serialize, Deserialize)]
struct Carried {
    kind: String,
    code: String,
    only: Held,
    rows: Vec<Held>,
}

/// The hidden field that carries what a form was drawn from.
pub fn carry(drawn: &[Drawn]) -> (String, String) {
    let carried: Vec<Carried> = drawn
        .iter()
        .map(|one| {
            let Drawn { kind, code, only, rows } = one.clone();
            Carried { kind: kind.as_str().to_owned(), code, only, rows }
        })
        .collect();
    ("was".to_owned(), serde_json::to_string(&carried).unwrap_or_default())
}

/// What the form was drawn from, as it says itself.
///
/// # Errors
/// Where the hidden field is not as we wrote it.
pub fn carried(sent: &Sent) -> Result<Vec<Drawn>, PageError> {
    let unreadable = || PageError(Refused::BadParameter("was", String::new()));
    let carried: Vec<Carried> = serde_json::from_str(sent.raw("was")).map_err(|_| unreadable())?;
    carried
        .into_iter()
        .map(|one| {
            let Carried { kind, code, only, rows } = one;
            Ok(Drawn { kind: kind.parse().map_err(|_| unreadable())?, code, only, rows })
        })
        .collect()
}

/// What became of what was typed.
pub enum Entered {
    /// Done: the change it made, now or when the same form came before.
    Done(ChangeId),
    /// It says what the system holds already.
    Same,
    /// Something is wrong.
    Wrong(Wrong),
    /// Somebody changed meanwhile what the form was drawn from; what the system holds now.
    Stale(Vec<Drawn>),
}

/// An entry on its way: what a room says of it.
pub struct Act<'a> {
    /// What kind of act it is.
    pub act: &'static str,
    /// The room and code it is about, for the message and for history.
    pub about: (&'a str, &'a str),
    /// The rows, each kind in one file.
    pub rows: Vec<(Kind, Vec<Held>)>,
    /// What the form was drawn from.
    pub drawn_from: Vec<Drawn>,
    /// Why; needed where a figure changes that the system holds.
    pub reason: &'a str,
    /// Whether what differs from what the system holds is a correction; else the reason only says why.
    pub corrects: bool,
}

/// Enters it: everything, or nothing.
///
/// # Errors
/// Where the database fails, or the form was sent before and said something else.
pub async fn enter(posting: &Posting, act: Act<'_>) -> Result<Entered, PageError> {
    enter_and_take_out(posting, act, Vec::new()).await
}

/// Enters it, and takes out reports with it, by their references: everything, or nothing.
///
/// # Errors
/// As [`enter`].
pub async fn enter_and_take_out(posting: &Posting, act: Act<'_>, takes_out: Vec<String>) -> Result<Entered, PageError> {
    let l10n = L10n::of(&posting.viewer.language);
    let form = posting.sent.stamp()?;
    let many = act.rows.iter().any(|(_, rows)| rows.len() > 1);
    let (outcome, kinds) = match run(posting, act, takes_out, form).await {
        Ok(done) => done,
        Err(ImportError::EnteredBefore(change)) => return Ok(Entered::Done(change)),
        Err(ImportError::EnteredOtherwise) => return Err(Refused::SentOtherwise.into()),
        Err(ImportError::Stale(now)) => return Ok(Entered::Stale(now)),
        Err(ImportError::Forbidden { .. }) => return Err(Refused::Forbidden.into()),
        Err(ImportError::Database(error)) => return Err(error.into()),
    };
    if !outcome.accepted() {
        return Ok(Entered::Wrong(wrong(&outcome, &kinds, many, l10n)));
    }
    Ok(outcome.change.map_or(Entered::Same, Entered::Done))
}

async fn run(
    posting: &Posting,
    act: Act<'_>,
    takes_out: Vec<String>,
    form: FormStamp,
) -> Result<(Outcome, Vec<Kind>), ImportError> {
    let said = Some(act.reason).filter(|reason| !reason.is_empty()).map(str::to_owned);
    let kinds: Vec<Kind> = act.rows.iter().map(|(kind, _)| *kind).collect();
    let entry = Entry {
        act: act.act,
        reason: said.clone(),
        form,
        rows: act.rows.iter().map(|(kind, rows)| (*kind, csv(*kind, rows))).collect(),
        drawn_from: act.drawn_from,
        about: serde_json::json!({ "room": act.about.0, "code": act.about.1 }),
        takes_out,
    };
    let import = Import { correct: said.filter(|_| act.corrects), entry: Some(entry), ..Import::default() };
    let outcome = imports::run(&posting.state.0.db, posting.actor(), &posting.state.0.clock, &import).await?;
    Ok((outcome, kinds))
}

/// Problems of cells as errors of fields; those of a further row of a file carry its number: `due_on-2`.
fn wrong(outcome: &Outcome, kinds: &[Kind], many: bool, l10n: L10n) -> Wrong {
    let mut wrong = Wrong::new();
    let mut needs_reason = false;
    for problem in &outcome.errors {
        let kind = usize::try_from(problem.file).ok().and_then(|at| kinds.get(at));
        if ["differs", "taken-out", "instalment-left-out", "clause-left-out"].contains(&problem.key.as_str()) {
            needs_reason = true;
            continue;
        }
        let args = [
            ("value", problem.value.as_str().into()),
            ("arg", problem.arg.as_str().into()),
            ("column", problem.col.as_str().into()),
        ];
        let keys = [format!("form-{}", problem.key), format!("import-{}", problem.key)];
        let sentence = l10n.first(&[&keys[0], &keys[1]], &args);
        let sentence = capitalised(&sentence);
        let name = match kind {
            Some(Kind::Instalments | Kind::ReportingClauses) => format!("{}-{}", problem.col, problem.line - 2),
            // Several reports at once: which of them.
            Some(Kind::ReportEvents) if many => format!("{}-{}", problem.col, problem.line - 2),
            _ => problem.col.clone(),
        };
        let told: &mut Vec<String> = wrong.entry(name).or_default();
        if !told.contains(&sentence) {
            told.push(sentence);
        }
    }
    if needs_reason {
        wrong.entry("reason".to_owned()).or_default().push(l10n.t("form-reason-needed"));
    }
    wrong
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if sentence.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// The field for why.
pub fn reason(sent: &Sent, wrong: &Wrong, l10n: L10n) -> Field {
    let mut field = Field::new("reason", l10n.t("form-reason")).says(sent.raw("reason"));
    field.hint = Some(l10n.t("form-reason-hint"));
    field.error = wrong.get("reason").map(|errors| errors.join(" "));
    field
}

/// Puts what belongs to no field into the form's own errors.
pub fn leftover(page: &mut FormPage, wrong: &Wrong) {
    let shown: Vec<String> = page.names();
    for (name, errors) in wrong {
        if !shown.contains(name) {
            page.errors.extend(errors.iter().cloned());
        }
    }
}

/// Merges what somebody else made of a row into what was typed: where only they changed a field, theirs; where both did,
/// what was typed, with theirs told beside it. Returns what to show, and theirs by field.
pub fn merge(columns: &Columns, was: &Held, now: &Held, typed: &Sent, l10n: L10n) -> (Sent, BTreeMap<String, String>) {
    let (was, now) = (columns.says(was, l10n), columns.says(now, l10n));
    merge_fields(columns.shown.iter().map(|one| one.name), &was, &now, typed, l10n)
}

/// The same over what forms say: as it was drawn, as it would be drawn now, and as it was sent.
pub fn merge_fields<'n>(
    names: impl Iterator<Item = &'n str>,
    was: &Sent,
    now: &Sent,
    typed: &Sent,
    l10n: L10n,
) -> (Sent, BTreeMap<String, String>) {
    let mut merged = typed.clone();
    let mut theirs = BTreeMap::new();
    for name in names {
        let (before, after, mine) = (was.get(name), now.get(name), typed.get(name));
        if before == after || after == mine {
            continue;
        }
        let label = if after.is_empty() { l10n.t("form-nothing") } else { after.to_owned() };
        let key = if mine == before { "form-theirs-taken" } else { "form-theirs-differs" };
        theirs.insert(name.to_owned(), l10n.with(key, &[("was", said(before, l10n).into()), ("now", label.into())]));
        if mine == before
            && let Some(field) = merged.0.iter_mut().find(|(sent, _)| sent == name)
        {
            after.clone_into(&mut field.1);
        }
    }
    (merged, theirs)
}

fn said(text: &str, l10n: L10n) -> String {
    if text.is_empty() { l10n.t("form-nothing") } else { text.to_owned() }
}

/// The parts of a kind's key, for the fields that can no longer be changed.
pub fn keys(kind: Kind) -> Vec<&'static str> {
    kind.spec().columns.iter().filter(|column| column.part == Part::Key).map(|column| column.name).collect()
}
