//! Checks what was staged as sets, and lands it: everything, or nothing.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::Oid;

use super::at_once;
use super::draft::{Draft, Phase, Seen};
use super::file::RowFile;
use super::held::{Held, held, held_each};
use super::report::{Counts, Outcome, Problem, TOLD};
use super::spec::{Column, Kind, Part, Spec};
use super::staging::{self, Found, Stay};
use crate::access::{Act, Role, may};
use crate::balances;
use crate::db::{Db, Select};
use crate::facts::tables::{REPORT_CONFIRMATIONS, REPORT_DUE_DATES, REPORT_EVENTS, REPORT_TERMS};
use crate::facts::{Actor, ChangeId, Claim, FormStamp, WriteTx};
use crate::kernel::Clock;
use crate::kernel::ids::{PledgeId, ReportId};
use crate::report_states;

/// What to load, and how.
#[derive(Debug, Clone, Default)]
pub struct Import {
    /// The files, each with its kind.
    pub files: Vec<(Kind, PathBuf)>,
    /// Check only.
    pub dry_run: bool,
    /// Why rows that differ from what the system holds are right.
    pub correct: Option<String>,
    /// Where the rows come from a form and not from a file.
    pub entry: Option<Entry>,
    /// Where the files are a draft that is looked at before it lands.
    pub draft: Option<Draft>,
}

/// What somebody entered in a form: rows of files, and the form they were typed in. Who may enter them was asked before.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What kind of act it is, `act-…` in `locales/`.
    pub act: &'static str,
    /// Why, where that was said.
    pub reason: Option<String>,
    /// The form.
    pub form: FormStamp,
    /// The rows, as CSV, each with its kind.
    pub rows: Vec<(Kind, Vec<u8>)>,
    /// What the form was drawn from: refused where it is no longer so.
    pub drawn_from: Vec<Drawn>,
    /// What the change says it was about: `room` and `code`.
    pub about: serde_json::Value,
    /// Reports that are taken out with it, by reference: everything recorded of them is voided.
    pub takes_out: Vec<String>,
}

/// What the system held when a form was drawn.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// Which kind of rows.
    pub kind: Kind,
    /// Of what: the code or reference in the first part of the key.
    pub code: String,
    /// Which of the rows under it: the other parts of the key, where it is of those.
    pub only: Held,
    /// The rows, as [`super::held`] gave them.
    pub rows: Vec<Held>,
}

impl Drawn {
    /// What the system holds under a code.
    pub async fn read(
        connection: &mut PgConnection,
        kind: Kind,
        code: &str,
        only: Held,
        known_at: DateTime<Utc>,
    ) -> Result<Self, sqlx::Error> {
        let mut rows = held(connection, kind, code, known_at).await?;
        rows.retain(|row| only.iter().all(|(name, value)| row.get(name).map_or("", String::as_str) == value));
        Ok(Drawn { kind, code: code.to_owned(), only, rows })
    }

    /// What the system holds under each of some codes.
    pub async fn read_each(
        connection: &mut PgConnection,
        kind: Kind,
        codes: &[String],
        known_at: DateTime<Utc>,
    ) -> Result<Vec<Self>, sqlx::Error> {
        let key = kind.spec().columns.iter().find(|column| column.part == Part::Key).map_or("", |column| column.name);
        let rows = if codes.is_empty() { Vec::new() } else { held_each(connection, kind, codes, known_at).await? };
        let of = |code: &String| rows.iter().filter(|row| row.get(key) == Some(code)).cloned().collect();
        let drawn = |code: &String| Drawn { kind, code: code.clone(), only: Held::new(), rows: of(code) };
        Ok(codes.iter().map(drawn).collect())
    }
}

/// Why an import could not be tried.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The account may not load this kind.
    #[error("the role {role} may not load {kind}")]
    Forbidden {
        /// The account's role.
        role: Role,
        /// What it tried to load.
        kind: Kind,
    },
    /// What the form was drawn from has changed; what the system holds now.
    #[error("changed by somebody meanwhile")]
    Stale(Vec<Drawn>),
    /// The form was acted on before: the change it made.
    #[error("entered before, by change {}", .0.0)]
    EnteredBefore(ChangeId),
    /// The form was acted on before, and said something else.
    #[error("entered before with other content")]
    EnteredOtherwise,
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// Loads files in one transaction: all of their rows, or none.
pub async fn run(db: &Db, actor: Actor, clock: &Clock, import: &Import) -> Result<Outcome, ImportError> {
    if let Some((kind, _)) = import.files.iter().find(|(kind, _)| !may(actor.role, kind.act())) {
        return Err(ImportError::Forbidden { role: actor.role, kind: *kind });
    }
    let draft = import.draft.as_ref();
    let names: Vec<String> = match draft {
        Some(draft) => draft.names.clone(),
        None => import.files.iter().map(|(_, path)| path.display().to_string()).collect(),
    };
    let entry = import.entry.as_ref();
    let act = entry.map_or("import", |entry| entry.act);
    let reason = import.correct.clone().or_else(|| entry.and_then(|entry| entry.reason.clone()));
    let mut tx = match draft {
        Some(_) if import.dry_run => WriteTx::rehearse(db, actor, act).await?,
        Some(_) => WriteTx::begin_long(db, actor, act, reason).await?,
        None => WriteTx::begin(db, actor, act, reason).await?,
    };
    if entry.is_some() {
        tx.of_few_rows();
    }
    if let Some(draft) = draft.filter(|_| !import.dry_run) {
        claim(&mut tx, &draft.form).await?;
    }
    let mut outcome = Outcome { files: names, ..Outcome::default() };
    let correct = import.correct.is_some() || (draft.is_some() && import.dry_run);
    let (found, told, counted) = (Found::default(), Told::default(), Vec::new());
    let mut landing = Landing { tx: &mut tx, correct, draft, found, told, counted };
    let kinds = landing.stage(import, clock).await?;
    if let Some(entry) = entry {
        // Only now: everybody else who writes waits from here on.
        take_up(landing.tx, entry).await?;
    }
    let mut taken_out = Vec::new();
    match entry {
        Some(entry) => taken_out = at_once::land(&mut landing, &kinds, &entry.takes_out, &mut outcome).await?,
        None => landing.land_step_by_step(&kinds, &mut outcome).await?,
    }
    landing.report(&mut outcome).await?;
    outcome.changed += taken_out.len() as u64;
    if draft.is_some() {
        outcome.preview = Some(landing.preview(&kinds).await?);
    }
    // Whoever lands a draft has seen what it does: it does that, or nothing.
    let as_seen = draft.and_then(|draft| draft.seen).is_none_or(|seen| seen == Seen::of(&outcome));
    outcome.moved = !as_seen;
    if outcome.accepted() && as_seen && !import.dry_run && outcome.added + outcome.changed > 0 {
        match entry {
            Some(entry) => {
                if !outcome.warnings.is_empty() {
                    tx.say(serde_json::json!({ "warnings": outcome.warnings }));
                }
                tx.say(entry.about.clone());
            }
            None => tx.say(serde_json::json!({
                "files": outcome.files, "added": outcome.added, "changed": outcome.changed,
                "unchanged": outcome.unchanged, "kinds": kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>(),
            })),
        }
        outcome.change = tx.commit().await?.map(|recorded| recorded.change);
    } else {
        tx.rollback().await?;
    }
    Ok(outcome)
}

/// Takes the recording lock for a form: acted on once, and only on what it was drawn from.
async fn take_up(tx: &mut WriteTx, entry: &Entry) -> Result<(), ImportError> {
    claim(tx, &entry.form).await?;
    let at = tx.recorded().await?.at;
    let mut now = Vec::new();
    for drawn in &entry.drawn_from {
        now.push(Drawn::read(tx.connection(), drawn.kind, &drawn.code, drawn.only.clone(), at).await?);
    }
    let same = now.iter().zip(&entry.drawn_from).all(|(now, then)| now.rows == then.rows);
    if same { Ok(()) } else { Err(ImportError::Stale(now)) }
}

/// Voids everything recorded of some reports. Returns which they are.
pub(super) async fn take_out(tx: &mut WriteTx, references: &[String]) -> Result<Vec<ReportId>, sqlx::Error> {
    if references.is_empty() {
        return Ok(Vec::new());
    }
    for table in [&REPORT_TERMS, &REPORT_DUE_DATES, &REPORT_EVENTS, &REPORT_CONFIRMATIONS] {
        let of_them = |select: &mut Select| {
            select.sql("select f.id from ").sql(table.name).sql(" f join donor_reports r on r.id = f.report_id");
            select.sql(" where r.ref = any(").bind(references.to_vec()).sql(")");
        };
        table.void_bound(tx, of_them).await?;
    }
    sqlx::query_scalar("select id from donor_reports where ref = any($1) order by id")
        .bind(references)
        .fetch_all(tx.connection())
        .await
}

async fn claim(tx: &mut WriteTx, form: &FormStamp) -> Result<(), ImportError> {
    match tx.claim(form).await? {
        Claim::Fresh => Ok(()),
        Claim::Done(change) => Err(ImportError::EnteredBefore(change)),
        Claim::Other => Err(ImportError::EnteredOtherwise),
    }
}

pub(super) struct Landing<'t> {
    pub(super) tx: &'t mut WriteTx,
    pub(super) correct: bool,
    draft: Option<&'t Draft>,
    pub(super) found: Found,
    pub(super) told: Told,
    /// Tables whose size the planner was told.
    counted: Vec<Oid>,
}

/// What has to be worked out anew once everything is recorded.
#[derive(Default)]
pub(super) struct Touched {
    pub(super) pledges: Vec<PledgeId>,
    pub(super) reports: Vec<ReportId>,
}

/// How many problems stand in the table for them.
#[derive(Default)]
pub(super) struct Told {
    pub(super) errors: u64,
    pub(super) warnings: u64,
}

impl Landing<'_> {
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        self.tx.connection()
    }

    fn phase(&self, phase: Phase) {
        if let Some(draft) = self.draft {
            draft.progress.enter(phase);
        }
    }

    async fn execute(&mut self, sql: String) -> Result<(), sqlx::Error> {
        sqlx::query(AssertSqlSafe(sql)).execute(self.tx.connection()).await.map(drop)
    }

    /// Reads every file into its staging table. Returns the kinds that have one, in landing order.
    async fn stage(&mut self, import: &Import, clock: &Clock) -> Result<Vec<Kind>, sqlx::Error> {
        let entered = import.entry.iter().flat_map(|entry| &entry.rows).map(|(kind, _)| *kind);
        let mut kinds: Vec<Kind> = import.files.iter().map(|(kind, _)| *kind).chain(entered).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let specs: Vec<&'static Spec> = kinds.iter().map(|kind| kind.spec()).collect();
        let stay = if import.entry.is_some() { Stay::Connection } else { Stay::Transaction };
        staging::create(self.tx.connection(), &specs, stay).await?;
        if kinds.contains(&Kind::Meetings) {
            sqlx::query("select set_config('dis.reason', $1, true)")
                .bind(import.correct.as_deref().unwrap_or_default())
                .execute(self.connection())
                .await?;
        }
        if kinds.contains(&Kind::Donors) {
            sqlx::query("select set_config('dis.today', $1, true)")
                .bind(clock.today().to_string())
                .execute(self.connection())
                .await?;
        }
        if kinds.iter().any(|kind| kind.act() == Act::LoadReports) {
            self.say_whose(clock).await?;
        }
        if let Some(entry) = &import.entry {
            for spec in specs {
                let mut rows = staging::few(spec);
                for (number, (_, text)) in (0i32..).zip(&entry.rows).filter(|(_, (kind, _))| *kind == spec.kind) {
                    match RowFile::parse(text.clone(), spec) {
                        Ok(file) => staging::read_few(number, &file, clock.today(), &mut rows, &mut self.found),
                        Err(why) => self.found.add_unreadable(number, why),
                    }
                }
                staging::put_few(self.tx.connection(), spec, rows).await?;
            }
        }
        for (number, (kind, path)) in (0i32..).zip(&import.files) {
            match RowFile::open(path, kind.spec()) {
                Ok(file) => {
                    let overlay = self.draft.map(|draft| draft.of_file(number)).unwrap_or_default();
                    staging::fill(self.tx.connection(), number, &file, clock.today(), overlay, &mut self.found).await?;
                }
                Err(why) => self.found.add_unreadable(number, why),
            }
        }
        Ok(kinds)
    }

    /// Tells the checks whether what is loaded counts as confirmed, and of which units it may be.
    async fn say_whose(&mut self, clock: &Clock) -> Result<(), sqlx::Error> {
        let actor = self.tx.actor();
        let confirms = if may(actor.role, Act::ConfirmReports) { "on" } else { "off" };
        // The unit of those who keep only theirs, and the units below it today.
        sqlx::query(
            "select set_config('dis.confirms', $1, true), set_config('dis.keeps', case when $4 then 'own' else 'all' end, true),
                set_config('dis.units', coalesce((
                    select string_agg(t.unit_id::text, ',') from accounts a join units u on u.id = a.unit_id
                    cross join unit_tree($2, 'infinity') t where a.id = $3 and u.code = any(t.path)), ''), true)",
        )
        .bind(confirms)
        .bind(clock.today())
        .bind(actor.account.0)
        .bind(actor.role == Role::UnitStaff)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Tells the planner how many rows there are.
    async fn analyze(&mut self, spec: &'static Spec) -> Result<(), sqlx::Error> {
        self.execute(format!("analyze {}", spec.stage)).await
    }

    /// Tells the planner how large the tables have become that rows of files went into: nobody else would before the end,
    /// and a check that takes a table of twenty thousand rows for an empty one takes minutes.
    async fn count_what_grew(&mut self) -> Result<(), sqlx::Error> {
        self.counted = sqlx::query_scalar("select count_what_grew($1)")
            .bind(std::mem::take(&mut self.counted))
            .fetch_one(self.tx.connection())
            .await?;
        Ok(())
    }

    /// Makes rows for codes never seen, and gives the planner the sizes.
    async fn prepare(&mut self, kinds: &[Kind]) -> Result<(), sqlx::Error> {
        self.tx.recorded().await?;
        // The planner needs the sizes and hardly more: a small sample, thrice over a hundred thousand rows.
        self.execute("set local default_statistics_target = 10".to_owned()).await?;
        for kind in kinds {
            self.analyze(kind.spec()).await?;
            for sql in kind.spec().identities {
                sqlx::query(*sql).execute(self.connection()).await?;
            }
        }
        Ok(())
    }

    async fn check(&mut self, spec: &'static Spec) -> Result<(), sqlx::Error> {
        for sql in spec.resolve {
            sqlx::query(*sql).execute(self.connection()).await?;
        }
        // Only now does the table hold what the next statements join on; the planner has to see that.
        self.analyze(spec).await?;
        self.compare(spec).await?;
        for sql in spec.compare {
            sqlx::query(*sql).execute(self.connection()).await?;
        }
        self.analyze(spec).await?;
        // What needs a reason is refused without one; a draft shows it, so that the reason can be given.
        let severity = if self.correct { "correction" } else { "error" };
        let (mut checks, mut own) = (spec.checks.to_vec(), vec![double_keys(spec)]);
        if severity == "error" {
            checks.extend(spec.unless_corrected);
            own.push(differences(spec));
        } else if self.draft.is_some() {
            self.gather(spec.unless_corrected, vec![differences(spec)], severity).await?;
        }
        self.gather(&checks, own, "error").await
    }

    /// Runs checks, each a query of ours for file, line, col, value, key, arg, all of them in one statement.
    async fn gather(
        &mut self,
        checks: &[&'static str],
        own: Vec<String>,
        severity: &'static str,
    ) -> Result<(), sqlx::Error> {
        let Some(insert) = gathering(checks, own, severity) else { return Ok(()) };
        let told = sqlx::query(AssertSqlSafe(insert)).execute(self.connection()).await?.rows_affected();
        match severity {
            "error" => self.told.errors += told,
            "warning" => self.told.warnings += told,
            _ => {}
        }
        Ok(())
    }

    /// Sets beside each row what the system holds under its key, in the file's own words.
    async fn compare(&mut self, spec: &'static Spec) -> Result<(), sqlx::Error> {
        let at = self.tx.recorded().await?.at;
        sqlx::query(AssertSqlSafe(comparing(spec, "$1"))).bind(at).execute(self.tx.connection()).await?;
        Ok(())
    }

    pub(super) fn clean(&self) -> bool {
        self.found.count == 0 && self.told.errors == 0
    }

    /// Records what is new.
    async fn land(&mut self, spec: &'static Spec) -> Result<(), sqlx::Error> {
        if let Some((entity, source)) = spec.audit {
            self.tx.audit(entity, source).await?;
        }
        for sql in spec.edit {
            sqlx::query(*sql).execute(self.connection()).await?;
        }
        for step in spec.facts {
            step.table.void(self.tx, step.void).await?;
            step.table.record(self.tx, step.record).await?;
        }
        Ok(())
    }

    /// What has to be worked out anew.
    async fn touched(&mut self, kinds: &[Kind]) -> Result<Touched, sqlx::Error> {
        let mut touched = Touched::default();
        for spec in kinds.iter().map(|kind| kind.spec()) {
            if let Some(sql) = spec.touched {
                touched.pledges.extend(sqlx::query_scalar::<_, PledgeId>(sql).fetch_all(self.connection()).await?);
            }
            if let Some(sql) = spec.touched_reports {
                touched.reports.extend(sqlx::query_scalar::<_, ReportId>(sql).fetch_all(self.connection()).await?);
            }
        }
        touched.pledges.sort_unstable();
        touched.pledges.dedup();
        touched.reports.sort_unstable();
        touched.reports.dedup();
        Ok(touched)
    }

    /// Lands kind after kind, each statement for itself: whoever waits sees how far it is, and the planner is told what is
    /// there by then.
    async fn land_step_by_step(&mut self, kinds: &[Kind], outcome: &mut Outcome) -> Result<(), sqlx::Error> {
        self.phase(Phase::Comparing);
        self.prepare(kinds).await?;
        for kind in kinds {
            self.check(kind.spec()).await?;
            if self.clean() {
                self.phase(Phase::Recording);
                self.land(kind.spec()).await?;
                self.count_what_grew().await?;
            }
        }
        if self.clean() {
            for kind in kinds {
                self.gather(kind.spec().final_checks, Vec::new(), "error").await?;
            }
        }
        if self.clean() {
            let touched = self.touched(kinds).await?;
            self.work_out(&touched).await?;
            self.count_what_grew().await?;
            for kind in kinds {
                self.gather(kind.spec().warnings, Vec::new(), "warning").await?;
            }
        }
        for kind in kinds {
            let counts: Counts =
                sqlx::query_as(AssertSqlSafe(counting(kind.spec()))).fetch_one(self.connection()).await?;
            outcome.count(counts);
        }
        Ok(())
    }

    /// Works out anew what was touched.
    pub(super) async fn work_out(&mut self, touched: &Touched) -> Result<(), sqlx::Error> {
        balances::recompute(self.tx, &touched.pledges).await?;
        report_states::recompute(self.tx, &touched.reports).await
    }

    async fn report(&mut self, outcome: &mut Outcome) -> Result<(), sqlx::Error> {
        outcome.error_count = self.told.errors;
        outcome.warning_count = self.told.warnings;
        for (severity, told, count) in
            [("error", &mut outcome.errors, self.told.errors), ("warning", &mut outcome.warnings, self.told.warnings)]
        {
            if count == 0 {
                continue;
            }
            *told = sqlx::query_as(
                "select file, line, col, value, key, arg from import_problems where severity = $1
                 order by file, line, col limit $2",
            )
            .bind(severity)
            .bind(TOLD as i64)
            .fetch_all(self.tx.connection())
            .await?;
        }
        outcome.error_count += self.found.count;
        let mut all: Vec<Problem> = std::mem::take(&mut self.found.problems);
        all.append(&mut outcome.errors);
        all.sort_by(|a, b| (a.file, a.line, &a.col).cmp(&(b.file, b.line, &b.col)));
        all.truncate(TOLD);
        outcome.errors = all;
        Ok(())
    }
}

/// The statement that sets beside each row what the system holds under its key, in the file's own words; `at` is the place
/// of the instant among its values.
pub(super) fn comparing(spec: &'static Spec, at: &str) -> String {
    let given = |index: usize| format!("(s.given & {}::bigint) <> 0", 1i64 << index);
    let mut sets: Vec<String> = vec!["found = true".into(), "fact_id = e.fact_id".into()];
    let differing = |part: Part, test: fn(&str) -> String| {
        let cases: Vec<String> = spec
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.part == part)
            .map(|(index, column)| {
                format!("case when {} and {} then '{}' end", given(index), test(column.name), column.name)
            })
            .collect();
        if cases.is_empty() { "'{}'".to_owned() } else { format!("array_remove(array[{}], null)", cases.join(", ")) }
    };
    let distinct: fn(&str) -> String = |name| format!("s.{name} is distinct from e.{name}");
    sets.push(format!("fact_diff = {}", differing(Part::Fact, distinct)));
    sets.push(format!("label_diff = {}", differing(Part::Label, distinct)));
    sets.push(format!(
        "event_fill = {}",
        differing(Part::Event, |name| format!("s.{name} is not null and e.{name} is null"))
    ));
    sets.push(format!(
        "event_diff = {}",
        differing(Part::Event, |name| format!("e.{name} is not null and s.{name} is distinct from e.{name}"))
    ));
    for (index, column) in spec.columns.iter().enumerate() {
        if matches!(column.part, Part::Fact | Part::Label | Part::Event) && !column.required {
            // What an amendment says of labels is not given, and yet stays to be warned of.
            sets.push(format!(
                "{0} = case when {1} then s.{0} else coalesce(s.{0}, e.{0}) end",
                column.name,
                given(index)
            ));
        }
    }
    for extra in spec.existing_extra {
        sets.push(format!("{extra} = e.{extra}"));
    }
    sets.push("old = to_jsonb(e)".into());
    let same: Vec<String> = spec
        .columns
        .iter()
        .filter(|column| column.part == Part::Key)
        .map(|column| match (column.required, column.cell.sql_type()) {
            (true, _) => format!("s.{0} = e.{0}", column.name),
            (false, _) => format!("coalesce(s.{0}, '-infinity') = coalesce(e.{0}, '-infinity')", column.name),
        })
        .collect();
    format!(
        "with known as (select {at}::timestamptz as at) update {} s set {} from ({}) e where {}",
        spec.stage,
        sets.join(", "),
        spec.existing,
        same.join(" and ")
    )
}

/// The statement that runs checks, each a query of ours for file, line, col, value, key, arg, all of them at once. None where
/// there are none.
pub(super) fn gathering(checks: &[&'static str], own: Vec<String>, severity: &'static str) -> Option<String> {
    let all = checks.iter().map(|check| (*check).to_owned()).chain(own);
    let found: Vec<String> =
        all.map(|check| format!("select file, line, col, value, key, arg from ({check}) one")).collect();
    (!found.is_empty()).then(|| {
        format!(
            "insert into import_problems (severity, file, line, col, value, key, arg)
             select '{severity}', file, line, col, coalesce(value, ''), key, coalesce(arg, '') from ({}) found",
            found.join(" union all ")
        )
    })
}

/// The statement that counts what became of the rows of a kind: added, changed, unchanged, rejected.
pub(super) fn counting(spec: &'static Spec) -> String {
    format!(
        "select count(*) filter (where not found and not rejected), count(*) filter (where found and differs and not rejected),
                count(*) filter (where found and not differs and not rejected), count(*) filter (where rejected)
         from (select found,
                      fact_diff || label_diff || event_fill || event_diff <> '{{}}' or left_out <> '{{}}' as differs,
                      bad or (file, line) in (select file, line from import_problems where severity = 'error') as rejected
               from {}) rows",
        spec.stage
    )
}

/// A check: whether a key stands twice.
pub(super) fn double_keys(spec: &'static Spec) -> String {
    let keys: Vec<&Column> = spec.columns.iter().filter(|column| column.part == Part::Key).collect();
    let names: Vec<&str> = keys.iter().map(|column| column.name).collect();
    let (first, all) = (names[0], names.join(", "));
    // A key of which a part could not be read is no key; a part that may be empty may also be unread in a bad row.
    let mut whole: Vec<String> =
        keys.iter().filter(|key| key.required).map(|key| format!("{} is not null", key.name)).collect();
    if keys.iter().any(|key| !key.required) {
        whole.push("not bad".to_owned());
    }
    format!(
        "select file, line, '{first}' as col, {first}::text as value, 'key-twice' as key, first_line::text as arg
         from (select file, line, {first}, first_value(line) over same as first_line, row_number() over same as nth
               from {stage} where {whole} window same as (partition by {all} order by file, line)) rows where nth > 1",
        stage = spec.stage,
        whole = whole.join(" and ")
    )
}

/// A check: what differs from what the system holds.
pub(super) fn differences(spec: &'static Spec) -> String {
    format!(
        "select s.file, s.line, col, coalesce(to_jsonb(s) ->> col, '') as value, 'differs' as key,
                coalesce(s.old ->> col, '') as arg
         from {} s cross join lateral unnest(s.fact_diff || s.event_diff) as col where not s.bad",
        spec.stage
    )
}
