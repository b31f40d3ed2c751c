//! What the page of settings shows: each setting, what is in force, and its history.

use askama::Template;

use super::store::{InForce, Said};
use super::{ALL, Of, Setting};
use crate::access::{Act, may};
use crate::l10n::L10n;
use crate::web::format;
use crate::web::frame::{Frame, filters};

/// A value, drawn.
pub struct Value {
    /// Of what: every fund, or one.
    pub fund: String,
    /// It.
    pub value: String,
    /// Whether nobody said it: the default.
    pub by_default: bool,
}

/// A line of a setting's history.
pub struct Line {
    /// From when.
    pub from: String,
    /// Of what.
    pub fund: String,
    /// The value.
    pub value: String,
    /// When it was recorded.
    pub at: String,
    /// By whom.
    pub who: String,
    /// Why.
    pub reason: String,
    /// The change that recorded it.
    pub change: i64,
    /// The change that voided it.
    pub voided: Option<i64>,
}

/// A setting, drawn.
pub struct Shown {
    /// Its name.
    pub name: &'static str,
    /// In words.
    pub title: String,
    /// What it means.
    pub meaning: String,
    /// What is in force today.
    pub values: Vec<Value>,
    /// Whether values may be of a fund.
    pub per_fund: bool,
    /// What was said of it, the latest first.
    pub history: Vec<Line>,
}

/// The page.
#[derive(Template)]
#[template(path = "settings/page.html")]
pub struct SettingsPage {
    /// The frame.
    pub frame: Frame,
    /// Every setting.
    pub settings: Vec<Shown>,
    /// The agency's time zone, which the operator sets.
    pub zone: String,
    /// Whether the reader may say what a setting is.
    pub may_keep: bool,
}

impl SettingsPage {
    /// Draws what was read.
    pub fn new(frame: Frame, values: &[InForce], said: &[Said]) -> Self {
        let settings = ALL.iter().map(|setting| shown(setting, values, said, &frame)).collect();
        let may_keep = may(frame.viewer.role, Act::KeepSettings);
        SettingsPage { settings, zone: frame.zone.name().to_owned(), may_keep, frame }
    }
}

fn of_fund(fund: Option<&str>, l10n: L10n) -> String {
    fund.map_or_else(|| l10n.t("settings-every-fund"), str::to_owned)
}

fn shown(setting: &Setting, values: &[InForce], said: &[Said], frame: &Frame) -> Shown {
    let l10n = frame.l10n;
    let of = |one: &&InForce| one.setting == setting.name;
    let standing = |fund: Option<&str>| {
        let counts = |one: &&Said| one.setting == setting.name && one.voided_change_id.is_none();
        let begun = |one: &&Said| one.in_force_from.is_none_or(|from| from <= frame.today);
        said.iter().filter(counts).filter(begun).any(|one| one.fund.is_none() || one.fund.as_deref() == fund)
    };
    let of_funds = setting.of == Of::OneFund && values.iter().filter(of).any(|one| one.fund.is_some());
    let value = |one: &InForce| Value {
        fund: one.fund_name.clone().unwrap_or_else(|| of_fund(None, l10n)),
        value: setting.in_words(&one.value, l10n),
        by_default: !standing(one.fund.as_deref()),
    };
    let line = |one: &Said| Line {
        from: one.in_force_from.map_or_else(|| l10n.t("settings-from-beginning"), |day| format::day(day, l10n)),
        fund: of_fund(one.fund.as_deref(), l10n),
        value: setting.in_words(&one.value, l10n),
        at: format::instant(one.recorded_at, frame.zone, l10n),
        who: one.account.clone(),
        reason: one.reason.clone().unwrap_or_default(),
        change: one.change_id,
        voided: one.voided_change_id,
    };
    Shown {
        name: setting.name,
        title: l10n.word("setting", setting.name),
        meaning: l10n.word("setting-meaning", setting.name),
        // Of one that funds have each, what none of them has is shown only where none has any.
        values: values.iter().filter(of).filter(|one| one.fund.is_some() || !of_funds).map(value).collect(),
        per_fund: setting.per_fund(),
        history: said.iter().filter(|one| one.setting == setting.name).map(line).collect(),
    }
}
