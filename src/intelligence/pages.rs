//! What the pages of entries show.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use chrono::NaiveDate;
use uuid::Uuid;

use super::forms::{FOLDED, SHARED, goals, own_fields, says};
use super::model::{Held, Kind, Outlook, Reliability, Stance};
use super::recurrence::Recurrence;
use crate::classified::Classification;
use crate::kernel::Currency;
use crate::kernel::country::region_keys;
use crate::l10n::L10n;
use crate::web::entry::{self, Wrong};
use crate::web::form::{Field, FormPage, Section, Widget};
use crate::web::frame::{Action, Frame, filters};
use crate::web::thing::{self, Links, Said, Text, Told, plain};
use crate::web::{PageError, Sent, address, format};

/// What a form is drawn from.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) sent: Sent,
    pub(super) wrong: Wrong,
    pub(super) theirs: BTreeMap<String, String>,
    pub(super) conflict: bool,
    /// What the donor's code is called.
    pub(super) donor: String,
}

/// One of our words as the options of a choice.
fn options(words: &[&str], family: &str, l10n: L10n) -> Widget {
    let mut options = vec![(String::new(), l10n.t("form-choose"))];
    options.extend(words.iter().map(|word| ((*word).to_owned(), l10n.word(family, word))));
    Widget::Choice(options)
}

fn widget(name: &str, today: NaiveDate, l10n: L10n) -> Widget {
    match name {
        "donor" => Widget::Suggest("donor"),
        "region" => options(&region_keys().collect::<Vec<_>>(), "region", l10n),
        "recurs" => options(Recurrence::WORDS, "recurs", l10n),
        "outlook" => options(Outlook::WORDS, "outlook", l10n),
        "stance" => options(Stance::WORDS, "stance", l10n),
        "reliability" => options(Reliability::WORDS, "reliability", l10n),
        "classification" => {
            let levels =
                Classification::ALL.map(|level| (level.to_string(), l10n.word("classification", level.as_str())));
            Widget::Choice(levels.into())
        }
        "decides_on" | "expires_on" => Widget::Day(None),
        "as_of_on" => Widget::Day(Some(today)),
        "amount_usd" | "percent_gni" | "year" => Widget::Number,
        "readers" => Widget::Many("person"),
        "text" => Widget::Area,
        _ => Widget::Line,
    }
}

/// Fields that share a line with the next.
const HALF: [&str; 12] = [
    "region",
    "subprogramme",
    "decides_on",
    "recurs",
    "outlook",
    "year",
    "amount_usd",
    "percent_gni",
    "as_of_on",
    "reliability",
    "expires_on",
    "classification",
];
/// Fields that may stay empty.
const OPTIONAL: [&str; 13] = [
    "text",
    "theme",
    "region",
    "subprogramme",
    "sdgs",
    "person_role",
    "amount_usd",
    "percent_gni",
    "source_link",
    "expires_on",
    "classification",
    "readers",
    "reason",
];

fn field(name: &str, kind: Kind, draft: &Draft, today: NaiveDate, l10n: L10n) -> Field {
    let label = l10n.first(
        &[
            &format!("known-{name}-{kind}"),
            &format!("known-{name}"),
            &format!("filter-{name}"),
            &format!("form-{name}"),
        ],
        &[],
    );
    let mut field = Field::new(name, label).says(draft.sent.raw(name)).typed(widget(name, today, l10n));
    let hint = format!("known-hint-{name}");
    field.hint = match name {
        "expires_on" => Some(l10n.with("known-expires-hint", &[("months", kind.good_for().into())])),
        "classification" => Some(l10n.t("known-classification-hint")),
        "title" if kind == Kind::KeyPerson => None,
        _ => l10n.has(&hint).then(|| l10n.t(&hint)),
    };
    field.error = draft.wrong.get(name).map(|errors| errors.join(" "));
    field.required = !(OPTIONAL.contains(&name) || name == "year" && kind == Kind::BudgetOutlook);
    field.half = HALF.contains(&name);
    if name == "donor" {
        field.named.clone_from(&draft.donor);
    }
    field
}

/// The form of a new entry of a kind, or of one that is recorded.
pub(super) fn form(frame: Frame, kind: Kind, held: Option<&Held>, draft: &Draft) -> Result<Response, PageError> {
    let (l10n, today) = (frame.l10n, frame.today);
    let (action, kicker, title) = match held {
        None => {
            let kicker = (l10n.t("intelligence-kicker"), "/intelligence".to_owned());
            ("/intelligence/new".to_owned(), kicker, l10n.word("new-known", kind.as_str()))
        }
        Some(held) => {
            let base = address_of(held.entry.key);
            (format!("{base}/edit"), (held.entry.called(l10n), base), l10n.t("known-edit"))
        }
    };
    let mut page = FormPage::new(action, kicker, title, l10n.t("form-save"));
    let draw = |name: &&'static str| field(name, kind, draft, today, l10n);
    let mut first: Vec<Field> = ["donor"].iter().chain(own_fields(kind)).chain(&SHARED).map(draw).collect();
    // The cursor stands in the first field that says nothing yet.
    if let Some(field) = first.iter_mut().find(|field| field.value.is_empty()).filter(|_| draft.wrong.is_empty()) {
        field.first = true;
    }
    let folded = FOLDED.iter().filter(|name| held.is_some() || **name != "reason").map(draw).collect();
    page.sections = vec![Section::of(first), Section::titled(l10n.t("known-more"), folded).folded()];
    page.tell(&draft.theirs);
    match held {
        None => page.hidden.push(("kind".to_owned(), kind.to_string())),
        Some(held) => {
            page.hidden.push(("version".to_owned(), held.version.to_string()));
            page.hidden.push(("was".to_owned(), serde_json::to_string(&says(held, l10n).0).unwrap_or_default()));
        }
    }
    finish(page, draft, frame)
}

/// The form that asks why an entry is withdrawn, or whether to put it back.
pub(super) fn withdrawing(frame: Frame, held: &Held, draft: &Draft) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let base = address_of(held.entry.key);
    let back = held.entry.withdrawn.is_some();
    let (title, submit) =
        if back { ("known-restore", "known-restore-do") } else { ("known-withdraw", "known-withdraw-do") };
    let kicker = (held.entry.called(l10n), base.clone());
    let mut page = FormPage::new(format!("{base}/withdraw"), kicker, l10n.t(title), l10n.t(submit));
    page.hidden.push(("version".to_owned(), held.version.to_string()));
    if !back {
        page.grave = true;
        page.lead = Some(l10n.t("known-withdraw-lead"));
        let mut reason = entry::reason(&draft.sent, &draft.wrong, l10n).required();
        reason.hint = Some(l10n.t("known-withdraw-hint"));
        page.last.push(reason);
    }
    finish(page, draft, frame)
}

fn finish(mut page: FormPage, draft: &Draft, frame: Frame) -> Result<Response, PageError> {
    if draft.conflict {
        page.conflict = Some(frame.l10n.t("form-conflict"));
    } else if let Ok(stamp) = draft.sent.stamp() {
        page.form_id = stamp.id;
    }
    entry::leftover(&mut page, &draft.wrong);
    page.page(frame)
}

/// The address of an entry.
pub(super) fn address_of(key: Uuid) -> String {
    format!("/intelligence/{key}")
}

/// What a new entry may be about: the address of its form, its name, a line about it.
#[derive(Template)]
#[template(path = "intelligence/new.html")]
pub(super) struct NewPage {
    pub(super) frame: Frame,
    /// The donor's name and address, where it is said already.
    pub(super) donor: Option<(String, String)>,
    pub(super) kinds: Vec<(String, String, String)>,
}

/// The page of an entry.
#[derive(Template)]
#[template(path = "intelligence/page.html")]
pub(super) struct EntryPage {
    pub(super) frame: Frame,
    pub(super) title: String,
    pub(super) donor: (String, String),
    pub(super) kind: String,
    pub(super) lead: String,
    pub(super) stale: Option<String>,
    pub(super) withdrawn: Option<String>,
    pub(super) tag: Option<(&'static str, &'static str)>,
    pub(super) texts: Vec<Text>,
    pub(super) said: Vec<Said>,
    pub(super) link: Option<String>,
    pub(super) buttons: Vec<Action>,
    pub(super) told: Told,
}

/// What is said of an entry beside its text.
fn facts(held: &Held, today: NaiveDate, l10n: L10n) -> Vec<Said> {
    let entry = &held.entry;
    let one = |text: Option<String>| plain(text);
    let day = |day: NaiveDate| format::day(day, l10n);
    let word = |family: &str, word: Option<&str>| one(word.map(|word| l10n.word(family, word)));
    let next = entry.decides_on.map(|_| entry.next_on(today).map_or_else(|| l10n.t("known-no-next"), day));
    let amount = entry.amount_usd.map(|usd| format!("USD {}", format::amount(usd, Currency::USD, l10n)));
    let percent = entry.percent_gni.map(|share| share_of_gni(share, l10n));
    let goals = Some(goals(entry)).filter(|goals| !goals.is_empty());
    let donor: Links = vec![(entry.donor_name.clone(), Some(address::to("donors", &entry.donor_code)))];
    let readers = plain(held.readers.iter().map(|one| one.name.clone()));
    let rows: Vec<(&'static str, Links)> = vec![
        ("known-donor", donor),
        ("known-person_role", one(entry.person_role.clone())),
        ("known-contact", one(held.contact.clone())),
        ("known-theme", one(entry.theme.clone())),
        ("known-region", word("region", entry.region.as_deref())),
        ("known-subprogramme", one(entry.subprogramme.clone())),
        ("known-sdgs", one(goals)),
        ("known-next", one(next)),
        ("known-recurs", word("recurs", entry.recurs.map(Recurrence::as_str))),
        ("known-decides_on", one(entry.decides_on.map(day))),
        ("known-outlook", word("outlook", entry.outlook.map(Outlook::as_str))),
        ("known-year", one(entry.year.map(|year| year.to_string()))),
        ("known-amount_usd", one(amount)),
        ("known-percent_gni", one(percent)),
        ("known-stance", word("stance", entry.stance.map(Stance::as_str))),
        ("known-source", one(Some(entry.source.clone()))),
        ("known-reliability", word("reliability", Some(entry.reliability.as_str()))),
        ("known-as_of_on", one(Some(day(entry.as_of_on)))),
        ("known-expires_on", one(Some(day(entry.expires_on)))),
        ("filter-classification", word("classification", Some(entry.classification.as_str()))),
        ("meeting-readers", readers),
        ("known-recorded-by", one(Some(held.author.name.clone()))),
    ];
    thing::said(rows, l10n)
}

/// A share of gross national income with as many decimals as it has, two at least: `0.70 %`.
pub(super) fn share_of_gni(share: rust_decimal::Decimal, l10n: L10n) -> String {
    format!("{}\u{a0}%", format::number(share, share.normalize().scale().max(2), l10n))
}

/// Draws the page of an entry.
pub(super) fn entry_page(held: &Held, keeps: bool, frame: Frame) -> EntryPage {
    let (l10n, today) = (frame.l10n, frame.today);
    let entry = &held.entry;
    let base = address_of(entry.key);
    let day = |day: NaiveDate| format::day(day, l10n);
    let lead = [
        ("day", day(entry.as_of_on).into()),
        ("source", entry.source.as_str().into()),
        ("reliability", l10n.word("reliability", entry.reliability.as_str()).to_lowercase().into()),
    ];
    let stale = entry.is_stale(today).then(|| l10n.with("known-stale-since", &[("day", day(entry.expires_on).into())]));
    let withdrawn =
        entry.withdrawn.as_ref().map(|why| l10n.with("known-withdrawn", &[("reason", why.as_str().into())]));
    let mut buttons = Vec::new();
    if keeps {
        let key = if entry.withdrawn.is_some() { "known-restore-do" } else { "known-withdraw-do" };
        buttons.push(Action::new(l10n.t(key), format!("{base}/withdraw")));
        if entry.withdrawn.is_none() {
            buttons.push(Action::new(l10n.t("known-edit"), format!("{base}/edit")).first("e"));
        }
    }
    EntryPage {
        title: entry.called(l10n),
        donor: (entry.donor_name.clone(), address::to("donors", &entry.donor_code)),
        kind: l10n.word("known", entry.kind.as_str()),
        lead: l10n.with("known-lead", &lead),
        stale,
        withdrawn,
        tag: entry.classification.tag(),
        texts: entry.text.iter().map(|text| Text { label: l10n.t("known-text"), text: text.clone() }).collect(),
        said: facts(held, today, l10n),
        link: entry.source_link.clone(),
        buttons,
        told: Told::of(&base, &held.revisions, &held.reclassified, &frame),
        frame,
    }
}
