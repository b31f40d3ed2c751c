//! What is agreed about a report: a later day, that none is needed, by whose letter, and who writes it. Typed, it goes the
//! way of a row of `donor-reports`.

use axum::response::Response;

use super::acts::{Act, Draft, Found, finish, form};
use super::pages::kind_of_agreement;
use crate::imports::spec::Cell;
use crate::imports::{Held, Kind};
use crate::l10n::L10n;
use crate::web::entry::{self, Choices, Entered, Wrong, to_file};
use crate::web::form::{Field, Section, Widget};
use crate::web::frame::Frame;
use crate::web::{PageError, Posting, Sent, format};

/// The row that holds on a day: rows come in the order of their days, the first one without.
fn in_force<'r>(rows: &'r [Held], day: &str) -> Option<&'r Held> {
    rows.iter().rev().find(|row| row.get("agreed_on").is_none_or(|from| from.as_str() <= day))
}

/// The first row, which says what a report is called and what became of it.
fn first(rows: &[Held]) -> Option<&Held> {
    rows.iter().find(|row| !row.contains_key("agreed_on"))
}

/// The row of an extension or waiver to be confirmed.
fn agreement<'r>(rows: &'r [Held], sent: &Sent) -> Option<&'r Held> {
    match sent.get("what") {
        "waiver" => first(rows).filter(|row| row.contains_key("waived_on")),
        _ => rows.iter().find(|row| row.get("agreed_on").is_some_and(|day| day == sent.get("agreed_on"))),
    }
}

/// The form of an extension, of a waiver, or of confirming one.
pub fn page(act: Act, code: &str, found: &Found, draft: &Draft, frame: Frame) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let mut page = form(code, act, &frame);
    let field = |name: &str, says: &str| {
        Field::new(name, l10n.word("field", name)).says(draft.says(name, says)).wrong(draft.error(name))
    };
    let today = format::day(frame.today, l10n);
    let day = |name: &str| field(name, &today).typed(Widget::Day(Some(frame.today))).required();
    let letter = |says: &str| field("letter", says).hint(l10n.t("report-agreed-letter-hint"));
    let fields = match act {
        Act::Confirm => {
            let row = agreement(draft.rows(), &draft.sent);
            let held = |name: &str| row.and_then(|row| row.get(name)).map_or("", String::as_str);
            let args = [
                ("what", l10n.t(kind_of_agreement(draft.sent.get("what"))).into()),
                ("day", day_of(draft.sent.get("agreed_on"), l10n).into()),
                ("due", day_of(held("due_on"), l10n).into()),
                ("reason", held("reason").into()),
            ];
            let key =
                if draft.sent.get("what") == "waiver" { "report-confirm-waiver" } else { "report-confirm-extension" };
            page.lead = Some(l10n.with(key, &args));
            for name in ["what", "agreed_on"] {
                page.hidden.push((name.to_owned(), draft.sent.get(name).to_owned()));
            }
            vec![letter(held("letter")).required()]
        }
        _ => {
            let mut fields = vec![day("agreed_on")];
            if act == Act::Extend {
                let now = l10n.with("report-due-now", &[("day", format::day(found.report.due_on, l10n).into())]);
                fields.push(field("due_on", "").typed(Widget::Day(None)).required().hint(now));
                if let Some(due) = fields.last_mut() {
                    due.label = l10n.t("report-new-due");
                }
            }
            fields.push(field("reason", "").typed(Widget::Area).required());
            fields.push(letter(""));
            if found.confirms {
                let ticked = if draft.sent.has("form_id") { draft.sent.get("confirmed") } else { "" };
                let confirmed = Field::new("confirmed", l10n.t("report-confirm-now")).says(ticked).typed(Widget::Tick);
                fields.push(confirmed.hint(l10n.t("report-confirm-now-hint")));
            }
            fields
        }
    };
    page.sections.push(Section::of(fields));
    finish(page, draft, frame)
}

fn day_of(text: &str, l10n: L10n) -> String {
    crate::kernel::calendar::parse_day(text).map_or_else(|_| text.to_owned(), |day| format::day(day, l10n))
}

/// The form of who writes it: unit, from a day on, and person.
pub fn assign_page(
    code: &str,
    found: &Found,
    draft: &Draft,
    choices: &Choices,
    frame: Frame,
) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let mut page = form(code, Act::Assign, &frame);
    let report = &found.report;
    let person = draft.says("responsible", report.responsible.as_deref().unwrap_or_default());
    let mut responsible = Field::new("responsible", l10n.t("field-responsible"))
        .says(person.clone())
        .typed(Widget::Suggest("person"))
        .wrong(draft.error("responsible"));
    if report.responsible.as_deref() == Some(person.as_str()) {
        responsible.named = report.responsible_name.clone().unwrap_or_default();
    }
    let unit = Field::new("unit", l10n.t("field-unit"))
        .says(draft.says("unit", &report.unit_code))
        .typed(Widget::Choice(choices.units.clone()))
        .required()
        .wrong(draft.error("unit"));
    let day = Field::new("agreed_on", l10n.t("report-moves-on"))
        .says(draft.says("agreed_on", &format::day(frame.today, l10n)))
        .typed(Widget::Day(Some(frame.today)))
        .hint(l10n.t("report-moves-hint"))
        .wrong(draft.error("agreed_on"));
    page.sections.push(Section::of(vec![responsible, unit.half(), day.half()]));
    finish(page, draft, frame)
}

/// Records what was agreed.
pub async fn record(
    posting: &Posting,
    act: Act,
    code: &str,
    found: &Found,
    draft: &Draft,
) -> Result<Entered, PageError> {
    let l10n = L10n::of(&posting.viewer.language);
    let typed = Typed { rows: draft.rows(), sent: &posting.sent, confirms: found.confirms, l10n };
    let (name, rows) = match act {
        Act::Extend => ("report-extend", typed.extension()),
        Act::Waive => ("report-waive", typed.waiver()),
        Act::Confirm => ("report-confirm", typed.confirmation()),
        _ => ("report-assign", typed.assignment()),
    };
    let rows = match rows {
        Ok(rows) => rows,
        Err(wrong) => return Ok(Entered::Wrong(wrong)),
    };
    // The number of a letter is put right with the confirmation it is needed for.
    let corrects = act == Act::Confirm;
    let why = if corrects { l10n.t("report-confirm-why") } else { String::new() };
    let act = entry::Act {
        act: name,
        about: ("donor-reports", code),
        rows: vec![(Kind::DonorReports, rows)],
        drawn_from: draft.drawn.clone(),
        reason: &why,
        corrects,
    };
    entry::enter(posting, act).await
}

/// What was typed, over what the system holds.
struct Typed<'a> {
    rows: &'a [Held],
    sent: &'a Sent,
    confirms: bool,
    l10n: L10n,
}

type Rows = Result<Vec<Held>, Wrong>;

impl Typed<'_> {
    fn refuse(&self, name: &str, key: &str) -> Rows {
        Err(Wrong::from([(name.to_owned(), vec![self.l10n.t(key)])]))
    }

    fn day(&self, name: &str) -> String {
        to_file(Cell::Event, self.sent.get(name), self.l10n)
    }

    /// The row of a day on which something else is agreed; refused where one stands there already.
    fn row_of_day(&self) -> Result<Held, Wrong> {
        let day = self.day("agreed_on");
        if day.is_empty() {
            return self.refuse("agreed_on", "form-not-a-day").map(|_| Held::new());
        }
        if self.rows.iter().any(|row| row.get("agreed_on") == Some(&day)) {
            return self.refuse("agreed_on", "report-day-taken").map(|_| Held::new());
        }
        let Some(mut row) = in_force(self.rows, &day).cloned() else {
            return self.refuse("", "report-conflict").map(|_| Held::new());
        };
        for name in [
            "submitted_on",
            "returned_on",
            "resubmitted_on",
            "waived_on",
            "title",
            "responsible",
            "letter",
            "reason",
            "confirmed",
        ] {
            row.remove(name);
        }
        row.insert("agreed_on".to_owned(), day);
        Ok(row)
    }

    /// Puts in the letter, the reason, and whether that counts at once.
    fn agreed(&self, row: &mut Held) -> Result<(), Wrong> {
        let mut wrong = Wrong::new();
        let confirmed = self.confirms && self.sent.has("confirmed");
        if self.sent.get("reason").is_empty() {
            wrong.insert("reason".to_owned(), vec![self.l10n.t("event-reason-needed")]);
        }
        if confirmed && self.sent.get("letter").is_empty() {
            wrong.insert("letter".to_owned(), vec![self.l10n.t("report-letter-needed")]);
        }
        for name in ["letter", "reason"] {
            row.insert(name.to_owned(), self.sent.get(name).to_owned());
        }
        row.insert("confirmed".to_owned(), if confirmed { "yes" } else { "no" }.to_owned());
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    fn extension(&self) -> Rows {
        let mut row = self.row_of_day()?;
        let due_on = to_file(Cell::Day, self.sent.get("due_on"), self.l10n);
        let is_day = crate::kernel::calendar::parse_day(&due_on).is_ok();
        if is_day && row.get("due_on").is_some_and(|before| *before >= due_on) {
            return self.refuse("due_on", "report-not-later");
        }
        row.insert("due_on".to_owned(), due_on);
        self.agreed(&mut row)?;
        Ok(vec![row])
    }

    fn waiver(&self) -> Rows {
        let Some(mut row) = first(self.rows).cloned() else { return self.refuse("", "report-conflict") };
        if row.contains_key("waived_on") {
            return self.refuse("", "report-waived-already");
        }
        row.insert("waived_on".to_owned(), self.day("agreed_on"));
        self.agreed(&mut row)?;
        Ok(vec![row])
    }

    fn confirmation(&self) -> Rows {
        let Some(mut row) = agreement(self.rows, self.sent).cloned() else {
            return self.refuse("", "report-conflict");
        };
        if self.sent.get("letter").is_empty() {
            return self.refuse("letter", "report-letter-needed");
        }
        row.insert("letter".to_owned(), self.sent.get("letter").to_owned());
        row.insert("confirmed".to_owned(), "yes".to_owned());
        Ok(vec![row])
    }

    fn assignment(&self) -> Rows {
        let Some(mut first) = first(self.rows).cloned() else { return self.refuse("", "report-conflict") };
        first.insert("responsible".to_owned(), self.sent.get("responsible").to_owned());
        let mut rows = vec![first];
        let (unit, day) = (self.sent.get("unit"), self.day("agreed_on"));
        let stays = in_force(self.rows, &day).and_then(|row| row.get("unit")).is_some_and(|now| now == unit);
        if !stays {
            let mut row = self.row_of_day()?;
            row.insert("unit".to_owned(), unit.to_owned());
            rows.push(row);
        }
        Ok(rows)
    }
}
