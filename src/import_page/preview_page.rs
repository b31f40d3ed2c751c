//! The page of one import: how far it has come, what it would do, its bad cells to be put right, and what it did.

use std::collections::BTreeSet;

use askama::Template;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::store::{Kept, KeptFile, Told};
use crate::access::may;
use crate::imports::draft::Shown;
use crate::imports::spec::Cell;
use crate::imports::{Changed, Kind, Problem, TOLD};
use crate::l10n::L10n;
use crate::web::format;
use crate::web::frame::{Frame, filters};

/// How many lines are named one by one.
const LINES: usize = 8;

/// The page of an import.
#[derive(Template)]
#[template(path = "import_page/import.html")]
pub struct ImportPage {
    frame: Frame,
    id: String,
    round: i32,
    files: String,
    title: String,
    /// What became of it: a class and a word.
    state: Option<(&'static str, String)>,
    lead: String,
    notices: Vec<Notice>,
    working: Option<Working>,
    figures: Vec<Figure>,
    kinds: Vec<FileKind>,
    tables: Vec<BadTable>,
    elsewhere: Vec<String>,
    changes: Vec<ChangeLine>,
    changes_more: bool,
    corrections: Vec<String>,
    warnings: Vec<String>,
    new_rows: Vec<String>,
    put_right: Option<String>,
    facts: Vec<(String, String)>,
    change: Option<i64>,
    needs_reason: Option<String>,
    reason_missing: bool,
    land: Option<String>,
    is_draft: bool,
    may_act: bool,
    may_undo: bool,
}

struct Notice {
    class: &'static str,
    sentence: String,
    lines: Vec<String>,
}

struct Working {
    sentence: String,
    rows: i64,
    about: i64,
}

struct Figure {
    label: String,
    value: String,
    note: String,
    href: Option<&'static str>,
    bad: bool,
}

struct FileKind {
    number: i32,
    name: String,
    options: Vec<(String, String, bool)>,
}

struct BadTable {
    number: i32,
    name: String,
    columns: Vec<(String, &'static str)>,
    /// How many columns stand beside that of the lines.
    width: usize,
    rows: Vec<BadRow>,
    download: String,
}

struct BadRow {
    line: i32,
    cells: Vec<BadCell>,
    whole: Vec<String>,
}

struct BadCell {
    column: String,
    text: String,
    class: &'static str,
    /// The name of its field, where it can be put right.
    name: Option<String>,
    label: String,
    error: Option<String>,
}

struct ChangeLine {
    /// How many lines its row has, on the first of them; 0 on the others.
    rows: usize,
    key: String,
    line: i32,
    what: String,
    old: String,
    new: String,
    tag: (&'static str, String),
}

/// A sentence begins with a capital, whatever it is put together from.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + rest.as_str())
}

fn is_number(kind: Option<Kind>, column: &str) -> bool {
    let cell = kind.and_then(|kind| kind.spec().columns.iter().find(|c| c.name == column)).map(|column| column.cell);
    matches!(cell, Some(Cell::Amount | Cell::Positive | Cell::Rate | Cell::Percent | Cell::Number | Cell::Count))
}

/// A value as people read it: numbers and days in their language; what is neither is left as it stands.
fn said(value: Option<&str>, is_number: bool, l10n: L10n) -> String {
    let Some(value) = value.filter(|value| !value.is_empty()) else { return "—".to_owned() };
    if let Some(number) = value.parse::<Decimal>().ok().filter(|_| is_number) {
        return format::number(number, number.scale(), l10n);
    }
    value.parse::<NaiveDate>().map_or_else(|_| value.to_owned(), |day| format::day(day, l10n))
}

impl ImportPage {
    /// Puts it together. `reason_missing` where somebody landed or took back without one.
    pub fn new(
        frame: Frame,
        id: String,
        kept: Kept,
        files: Vec<KeptFile>,
        may_act: bool,
        reason_missing: bool,
    ) -> Self {
        let l10n = frame.l10n;
        let landed = kept.change_id.is_some();
        let told = kept.outcome.as_ref().map(|told| told.0.clone()).unwrap_or_default();
        let at_work = !landed && ["checking", "landing"].contains(&kept.state.as_str());
        let working = at_work && !kept.abandoned;
        let looked = landed || ["checked", "refused"].contains(&kept.state.as_str());
        let is_draft = !landed && kept.state != "expired" && !working;
        let may_fix = is_draft && may_act && looked;
        let (tables, elsewhere) = bad_tables(&told, &files, &id, may_fix, l10n);
        let corrected = told.preview.corrected;
        let ready = kept.state == "checked" && !landed && told.added + told.changed > 0;
        let rows = told.added + told.changed;
        let (title, lead) = title(&kept, &told, working, at_work, l10n);
        let names = |files: &[KeptFile]| files.iter().map(|f| f.name.clone()).collect::<Vec<_>>().join(", ");
        ImportPage {
            round: kept.round,
            files: if files.is_empty() { files_of(&kept) } else { names(&files) },
            title,
            state: match (kept.undone_by, kept.change_id) {
                (Some(_), _) => Some(("warn", l10n.t("imports-undone"))),
                (None, Some(_)) => Some(("ok", l10n.t("imports-landed"))),
                _ => None,
            },
            lead,
            notices: notices(&kept, at_work && !working, l10n),
            working: (working || kept.undoing).then(|| how_far(&kept, l10n)),
            figures: if looked && !working { figures(&kept, &told, l10n) } else { Vec::new() },
            kinds: if is_draft && may_act { file_kinds(&frame, &files) } else { Vec::new() },
            tables: if landed || !looked { Vec::new() } else { tables },
            elsewhere: if landed || !looked { Vec::new() } else { elsewhere },
            changes: if looked { change_lines(&told.preview.changes, &files, l10n) } else { Vec::new() },
            changes_more: told.preview.changes.len() >= 500,
            corrections: problems(&told.preview.corrections, &files, l10n),
            warnings: if looked { problems(&told.warnings, &files, l10n) } else { Vec::new() },
            new_rows: if looked {
                told.preview.new_rows.iter().map(|row| row.key.clone()).collect()
            } else {
                Vec::new()
            },
            put_right: put_right(&kept, l10n),
            facts: facts(&kept, &frame),
            change: kept.change_id,
            needs_reason: (ready && may_act && corrected > 0)
                .then(|| l10n.with("import-page-reason-for", &[("rows", corrected.into())])),
            reason_missing,
            land: (ready && may_act).then(|| l10n.with("import-page-land", &[("rows", rows.into())])),
            is_draft,
            may_act,
            may_undo: landed && may_act && kept.undone_by.is_none() && !kept.undoing,
            id,
            frame,
        }
    }
}

/// The names of the files of an import that a command made: the last part of each path.
fn files_of(kept: &Kept) -> String {
    let files = kept.details.as_ref().and_then(|details| details.0.get("files")?.as_array().cloned());
    let names = files.iter().flatten().filter_map(|name| name.as_str()?.rsplit('/').next().map(str::to_owned));
    names.collect::<Vec<_>>().join(", ")
}

/// What an import that landed says of itself, for one that kept no outcome.
fn counts(kept: &Kept, told: &Told) -> [u64; 4] {
    let of = |name: &str, looked: u64| {
        let said = kept.details.as_ref().and_then(|details| details.0.get(name)?.as_u64());
        said.unwrap_or(looked)
    };
    [of("added", told.added), of("changed", told.changed), of("unchanged", told.unchanged), told.rejected]
}

fn title(kept: &Kept, told: &Told, working: bool, at_work: bool, l10n: L10n) -> (String, String) {
    let [added, changed, unchanged, rejected] = counts(kept, told);
    let args = [
        ("added", added.into()),
        ("changed", changed.into()),
        ("rejected", rejected.into()),
        ("rows", (added + changed + unchanged + rejected).into()),
        ("both", (added + changed).into()),
    ];
    let say = |key: &'static str| {
        let key: &str = key;
        (l10n.with(&format!("import-page-title-{key}"), &args), l10n.with(&format!("import-page-lead-{key}"), &args))
    };
    match kept.state.as_str() {
        _ if kept.undone_by.is_some() => say("undone"),
        _ if kept.change_id.is_some() => say("landed"),
        "landing" if working => say("landing"),
        "checking" if working => say("checking"),
        _ if at_work => say("stopped"),
        "kinds" => say("kinds"),
        "expired" => say("expired"),
        "failed" => say("failed"),
        "refused" if rejected == 0 => say("unreadable"),
        "refused" => say("refused"),
        "checked" if added + changed > 0 => say("checked"),
        "checked" => say("same"),
        _ => say("checking"),
    }
}

fn notices(kept: &Kept, stopped: bool, l10n: L10n) -> Vec<Notice> {
    let mut notices = Vec::new();
    if let Some(key) = kept.failure.as_ref().filter(|_| kept.change_id.is_none()) {
        let args = [("arg", kept.failure_arg.as_str().into()), ("value", "".into()), ("column", "".into())];
        let class = if key == "page-moved" { "warn" } else { "bad" };
        let sentence = capital(&l10n.with(&format!("import-{key}"), &args));
        notices.push(Notice { class, sentence, lines: Vec::new() });
    }
    if stopped {
        notices.push(Notice { class: "warn", sentence: l10n.t("import-page-stopped"), lines: Vec::new() });
    }
    if let Some(key) = kept.undo_failure.as_ref().filter(|_| kept.undone_by.is_none()) {
        let lines = kept.undo_failure_lines.0.clone();
        notices.push(Notice { class: "bad", sentence: l10n.t(key), lines });
    }
    notices
}

fn how_far(kept: &Kept, l10n: L10n) -> Working {
    if kept.change_id.is_some() {
        return Working { sentence: l10n.t("import-page-undoing"), rows: 0, about: 0 };
    }
    let number = |rows: i64| format::number(rows.into(), 0, l10n);
    let args = [("rows", number(kept.rows_read).into()), ("about", number(kept.rows_about).into())];
    let sentence = l10n.with(&format!("import-page-phase-{}", kept.phase), &args);
    let reading = kept.phase == "reading" && kept.rows_about > 0;
    Working { sentence, rows: kept.rows_read, about: if reading { kept.rows_about } else { 0 } }
}

fn figures(kept: &Kept, told: &Told, l10n: L10n) -> Vec<Figure> {
    let [added, changed, unchanged, rejected] = counts(kept, told);
    let landed = kept.change_id.is_some();
    let sums: Vec<String> = told
        .preview
        .sums
        .iter()
        .map(|sum| format!("{} {}", sum.currency, format::amount(sum.amount, sum.currency, l10n)))
        .collect();
    let new_note = match sums.len() {
        0 => String::new(),
        1..=3 => sums.join(" · "),
        many => l10n.with("import-page-in-currencies", &[("count", many.into())]),
    };
    let corrected = told.preview.corrected;
    let changed_note = if corrected > 0 && !landed {
        l10n.with("import-page-corrected-note", &[("rows", corrected.into())])
    } else {
        String::new()
    };
    let lines: BTreeSet<i32> = told.rows.iter().map(|row| row.line).collect();
    let refused_note = match lines.len() {
        0 => String::new(),
        count if count <= LINES => {
            let all: Vec<String> = lines.iter().map(i32::to_string).collect();
            l10n.with("import-page-in-lines", &[("lines", all.join(", ").into())])
        }
        _ => l10n.with("import-page-from-line", &[("line", lines.first().copied().unwrap_or(1).into())]),
    };
    let figure = |label: &str, value: u64, note: String, href: Option<&'static str>, bad: bool| Figure {
        label: l10n.t(label),
        value: format::number(value.into(), 0, l10n),
        note,
        href: href.filter(|_| value > 0),
        bad: bad && value > 0,
    };
    let mut figures = vec![
        figure("col-new", added, new_note, (!told.preview.new_rows.is_empty()).then_some("#new"), false),
        figure("col-changed", changed, changed_note, (!told.preview.changes.is_empty()).then_some("#changes"), false),
        figure("col-unchanged", unchanged, l10n.t("import-page-unchanged-note"), None, false),
    ];
    if !landed {
        figures.push(figure("col-refused", rejected, refused_note, Some("#refused"), true));
    }
    figures
}

fn file_kinds(frame: &Frame, files: &[KeptFile]) -> Vec<FileKind> {
    let l10n = frame.l10n;
    files
        .iter()
        .map(|file| FileKind {
            number: file.number,
            name: file.name.clone(),
            options: Kind::ALL
                .into_iter()
                .filter(|kind| may(frame.viewer.role, kind.act()))
                .map(|kind| (kind.to_string(), l10n.word("menu", kind.as_str()), file.kind() == Some(kind)))
                .collect(),
        })
        .collect()
}

/// The bad rows, a table a file, and the problems that no row shows.
fn bad_tables(told: &Told, files: &[KeptFile], id: &str, may_fix: bool, l10n: L10n) -> (Vec<BadTable>, Vec<String>) {
    let mut tables = Vec::new();
    for (number, columns) in &told.columns {
        let Some(file) = files.iter().find(|file| file.number == *number) else { continue };
        let shown = told.rows.iter().filter(|row| row.file == *number);
        let mut rows: Vec<BadRow> = shown.map(|row| bad_row(row, columns, told, file, may_fix, l10n)).collect();
        // Columns in which nothing stands and nothing is wrong only push the bad cells out of sight.
        let says = |at: usize| rows.iter().any(|row| !row.cells[at].text.is_empty() || row.cells[at].class == "wrong");
        let kept: Vec<bool> = (0..columns.len()).map(says).collect();
        for row in &mut rows {
            let mut at = kept.iter();
            row.cells.retain(|_| at.next() == Some(&true));
        }
        let kept = columns.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(name, _)| name);
        let columns: Vec<(String, &str)> =
            kept.map(|name| (name.clone(), if is_number(file.kind(), name) { "num" } else { "" })).collect();
        tables.push(BadTable {
            number: *number,
            name: file.name.clone(),
            width: columns.len() + usize::from(may_fix),
            columns,
            rows,
            download: format!("/imports/{id}/refused.csv?file={number}"),
        });
    }
    let shown: BTreeSet<(i32, i32)> = told.rows.iter().map(|row| (row.file, row.line)).collect();
    let unseen: Vec<Problem> = told.errors.iter().filter(|e| !shown.contains(&(e.file, e.line))).cloned().collect();
    let mut elsewhere = problems(&unseen, files, l10n);
    if told.error_count > TOLD as u64 {
        elsewhere.push(l10n.with("import-more", &[("count", (told.error_count - TOLD as u64).into())]));
    }
    (tables, elsewhere)
}

fn bad_row(row: &Shown, columns: &[String], told: &Told, file: &KeptFile, may_fix: bool, l10n: L10n) -> BadRow {
    let of: Vec<&Problem> = told.errors.iter().filter(|e| e.file == row.file && e.line == row.line).collect();
    let message = |error: &&Problem| capital(&error.message(l10n));
    // What is said of the row as a whole, or of a column that the file does not have.
    let whole: Vec<String> = of
        .iter()
        .filter(|error| !columns.contains(&error.col))
        .map(
            |error| {
                if error.col.is_empty() { message(error) } else { format!("{}: {}", error.col, error.message(l10n)) }
            },
        )
        .collect();
    let all_cells = of.iter().any(|error| error.key == "row-width");
    let cells = columns
        .iter()
        .zip(&row.cells)
        .map(|(column, text)| {
            let said: Vec<String> = of.iter().filter(|error| error.col == *column).map(message).collect();
            let bad = !said.is_empty() || all_cells;
            let what = if all_cells { "w" } else { "c" };
            let place = [("line", row.line.into()), ("column", column.as_str().into())];
            BadCell {
                column: column.clone(),
                text: text.clone(),
                class: match (bad, is_number(file.kind(), column)) {
                    (true, _) => "wrong",
                    (false, true) => "num",
                    (false, false) => "",
                },
                name: (bad && may_fix).then(|| format!("{what}.{}.{}.{column}", row.file, row.line)),
                label: l10n.with("import-page-cell", &place),
                error: (!said.is_empty()).then(|| said.join(". ")),
            }
        })
        .collect();
    BadRow { line: row.line, cells, whole }
}

fn problems(problems: &[Problem], files: &[KeptFile], l10n: L10n) -> Vec<String> {
    let name = |file: i32| files.iter().find(|one| one.number == file).map_or("", |file| file.name.as_str());
    problems
        .iter()
        .map(|problem| {
            let args = [
                ("file", name(problem.file).into()),
                ("line", problem.line.into()),
                ("column", problem.col.as_str().into()),
                ("value", problem.value.as_str().into()),
                ("message", problem.message(l10n).into()),
            ];
            l10n.with(if problem.col.is_empty() { "import-problem-file" } else { "import-problem" }, &args)
        })
        .collect()
}

fn change_lines(changes: &[Changed], files: &[KeptFile], l10n: L10n) -> Vec<ChangeLine> {
    let kind_of = |file: i32| files.iter().find(|one| one.number == file).and_then(KeptFile::kind);
    let row = |changed: &Changed| (changed.file, changed.line);
    let line = |(at, changed): (usize, &Changed)| {
        let is_number = is_number(kind_of(changed.file), &changed.col);
        let first = at == 0 || row(&changes[at - 1]) != row(changed);
        ChangeLine {
            rows: if first { changes[at..].iter().take_while(|next| row(next) == row(changed)).count() } else { 0 },
            key: changed.key.clone(),
            line: changed.line,
            what: changed.col.clone(),
            old: said(changed.old.as_deref(), is_number, l10n),
            new: said(changed.new.as_deref(), is_number, l10n),
            tag: match changed.part.as_str() {
                "fact" => ("warn", l10n.t("import-page-part-fact")),
                "event" => ("info", l10n.t("import-page-part-event")),
                _ => ("", l10n.t("import-page-part-label")),
            },
        }
    };
    changes.iter().enumerate().map(line).collect()
}

fn put_right(kept: &Kept, l10n: L10n) -> Option<String> {
    let fixes: Vec<_> = kept.fixes.0.0.values().flat_map(|rows| rows.values()).collect();
    let left_out = fixes.iter().filter(|fix| fix.left_out).count();
    let args = [("rows", (fixes.len() - left_out).into()), ("out", left_out.into())];
    (!fixes.is_empty()).then(|| l10n.with("import-page-put-right", &args))
}

fn facts(kept: &Kept, frame: &Frame) -> Vec<(String, String)> {
    let l10n = frame.l10n;
    let at = |at| format::instant(at, frame.zone, l10n);
    let mut facts = vec![(l10n.t("col-who"), kept.account.clone()), (l10n.t("col-when"), at(kept.happened_at))];
    if let Some(reason) = &kept.reason {
        facts.push((l10n.t("form-reason"), reason.clone()));
    }
    if let (Some(undone_at), Some(who)) = (kept.undone_at, &kept.undone_account) {
        let args = [("at", at(undone_at).into()), ("who", who.as_str().into())];
        facts.push((l10n.t("change-taken-back"), l10n.with("import-page-undone-by", &args)));
        facts.extend(kept.undone_reason.clone().map(|reason| (l10n.t("import-page-undone-why"), reason)));
    }
    facts
}
