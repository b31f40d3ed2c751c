//! A step of a report's life on a day: drafted, cleared, sent, accepted, returned; or what delays it. Typed, it goes the
//! way of a row of `report-events`.

use axum::response::Response;

use super::acts::{Act, Draft, Found, finish, form};
use super::model::{Event, Life, Step};
use crate::imports::spec::Cell;
use crate::imports::{Held, Kind};
use crate::kernel::calendar::parse_day;
use crate::l10n::L10n;
use crate::report_states::CAUSES;
use crate::web::entry::{self, Entered, Wrong, to_file, to_form};
use crate::web::form::{Field, Section, Widget};
use crate::web::frame::Frame;
use crate::web::{PageError, Posting, format};

/// The life rows of the file tell.
pub fn life(rows: &[Held]) -> Life {
    let text = |row: &Held, name: &str| row.get(name).filter(|text| !text.is_empty()).cloned();
    let step = |row: &Held| {
        Some(Step {
            event: text(row, "event")?,
            round: text(row, "round")?.parse().ok()?,
            on: parse_day(&text(row, "happened_on")?).ok()?,
            cause: text(row, "cause"),
            letter: text(row, "letter"),
            reason: text(row, "reason"),
        })
    };
    Life::new(rows.iter().filter_map(step).collect())
}

/// The fields a step has besides its day.
fn fields_of(event: Event) -> &'static [&'static str] {
    match event {
        Event::Drafted | Event::DivisionCleared | Event::FinanceCleared => &[],
        Event::Sent | Event::Accepted => &["letter"],
        Event::Returned => &["letter", "reason"],
        Event::Delayed => &["cause", "reason"],
    }
}

/// The step a form corrects, where its address names a round that has it.
fn corrected(event: Event, draft: &Draft) -> Option<&Held> {
    let round = draft.sent.get("round");
    let same = |row: &&Held| row.get("event").is_some_and(|word| word == event.as_str());
    draft.rows().iter().filter(same).find(|row| !round.is_empty() && row.get("round").is_some_and(|of| of == round))
}

/// The form.
pub fn page(event: Event, code: &str, found: &Found, draft: &Draft, frame: Frame) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let mut page = form(code, Act::Step(event), &frame);
    let was = corrected(event, draft);
    let held = |name: &str| was.and_then(|row| row.get(name)).map_or("", String::as_str);
    let today = format::day(frame.today, l10n);
    let day = if was.is_some() { to_form(Cell::Event, held("happened_on"), None, l10n) } else { today };
    let mut fields = vec![
        Field::new("happened_on", l10n.t("field-happened_on"))
            .says(draft.says("happened_on", &day))
            .typed(Widget::Day(Some(frame.today)))
            .required()
            .wrong(draft.error("happened_on")),
    ];
    for name in fields_of(event) {
        let mut field = Field::new(name, l10n.word("field", name)).says(draft.says(name, held(name)));
        field.error = draft.error(name);
        match *name {
            "cause" => {
                let mut options = vec![(String::new(), l10n.t("form-choose"))];
                options.extend(CAUSES.map(|cause| (cause.to_owned(), l10n.word("cause", cause))));
                field = field.typed(Widget::Choice(options)).required();
            }
            "reason" => {
                field.label = l10n.word("report-reason", event.as_str());
                field = field.typed(Widget::Area);
            }
            _ => field.hint = Some(l10n.t("report-letter-hint")),
        }
        fields.push(field);
    }
    page.sections.push(Section::of(fields));
    if let Some(row) = was {
        page.title = l10n.with("report-correct-step", &[("step", l10n.word("step", event.as_str()).into())]);
        page.lead = None;
        page.submit = l10n.t("form-save");
        let mut why = Field::new("why", l10n.t("form-reason")).says(draft.sent.raw("why"));
        why.hint = Some(l10n.t("form-reason-hint"));
        why.error = draft.error("why");
        page.last.push(why);
        page.hidden.push(("round".to_owned(), row.get("round").cloned().unwrap_or_default()));
    } else if draft.wrong.is_empty() && !life(draft.rows()).next(found.report.has_figures()).contains(&event) {
        page.lead = Some(l10n.t("report-not-now"));
    }
    finish(page, draft, frame)
}

/// Records the step, or corrects it.
pub async fn record(
    posting: &Posting,
    event: Event,
    code: &str,
    found: &Found,
    draft: &Draft,
) -> Result<Entered, PageError> {
    let l10n = L10n::of(&posting.viewer.language);
    let life = life(draft.rows());
    let was = corrected(event, draft).cloned();
    if was.is_none() && !life.next(found.report.has_figures()).contains(&event) {
        return Ok(Entered::Wrong(Wrong::from([(String::new(), vec![l10n.t("report-not-now")])])));
    }
    let corrects = was.is_some();
    let row = row(code, event, was.as_ref(), &life, &posting.sent, l10n);
    let act = entry::Act {
        act: if corrects { "report-step-correct" } else { act(event) },
        about: ("donor-reports", code),
        rows: vec![(Kind::ReportEvents, vec![row])],
        drawn_from: draft.drawn.clone(),
        reason: if corrects { posting.sent.get("why") } else { "" },
        corrects,
    };
    let mut done = entry::enter(posting, act).await?;
    if let (Entered::Wrong(wrong), true) = (&mut done, corrects)
        && let Some(errors) = wrong.remove("reason")
    {
        wrong.insert("why".to_owned(), errors);
    }
    Ok(done)
}

/// The row of the file a step makes.
pub fn row(code: &str, event: Event, was: Option<&Held>, life: &Life, sent: &crate::web::Sent, l10n: L10n) -> Held {
    let mut row = was.cloned().unwrap_or_else(|| {
        Held::from([
            ("report".to_owned(), code.to_owned()),
            ("event".to_owned(), event.as_str().to_owned()),
            ("round".to_owned(), life.round_of(event).to_string()),
        ])
    });
    row.insert("happened_on".to_owned(), to_file(Cell::Event, sent.get("happened_on"), l10n));
    for name in fields_of(event) {
        row.insert((*name).to_owned(), sent.get(name).to_owned());
    }
    row
}

fn act(event: Event) -> &'static str {
    match event {
        Event::Drafted => "report-drafted",
        Event::DivisionCleared => "report-division_cleared",
        Event::FinanceCleared => "report-finance_cleared",
        Event::Sent => "report-sent",
        Event::Returned => "report-returned",
        Event::Accepted => "report-accepted",
        Event::Delayed => "report-delayed",
    }
}
