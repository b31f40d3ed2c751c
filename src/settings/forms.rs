//! The form for a new value.

use chrono::NaiveDate;

use super::store::NewValue;
use super::{Kind, Of, Setting};
use crate::l10n::L10n;
use crate::web::form::{Field, FormPage, Section, Widget};
use crate::web::frame::Frame;
use crate::web::{Sent, format};

/// What is wrong: field and key.
pub type Wrong = Vec<(&'static str, &'static str)>;

/// Reads what was typed, or says what is wrong with each field.
///
/// # Errors
/// The fields and keys of what is wrong.
pub fn read(setting: &'static Setting, sent: &Sent, l10n: L10n) -> Result<NewValue, Wrong> {
    let mut wrong = Wrong::new();
    let mut value = None;
    match setting.read(sent.get("value"), l10n) {
        Ok(read) => value = Some(read),
        Err(key) => wrong.push(("value", key)),
    }
    let typed = sent.get("in_force_from");
    let from: Option<NaiveDate> = format::read_day(typed, l10n);
    if from.is_none() && !typed.is_empty() {
        wrong.push(("in_force_from", "settings-wrong-day"));
    }
    if sent.get("reason").is_empty() {
        wrong.push(("reason", "settings-why"));
    }
    if setting.of == Of::OneFund && sent.get("fund").is_empty() {
        wrong.push(("fund", "settings-no-fund"));
    }
    let fund = Some(sent.get("fund")).filter(|fund| setting.per_fund() && !fund.is_empty()).map(str::to_owned);
    match value {
        Some(value) if wrong.is_empty() => Ok(NewValue { setting, fund, in_force_from: from, value }),
        _ => Err(wrong),
    }
}

/// Draws the form as it was typed.
pub fn page(
    setting: &'static Setting,
    sent: &Sent,
    wrong: &Wrong,
    funds: &[(String, String)],
    frame: &Frame,
) -> FormPage {
    let l10n = frame.l10n;
    let title = l10n.word("setting", setting.name);
    let action = format!("/settings/{}/new", setting.name);
    let kicker = (l10n.word("menu", "settings"), "/settings".to_owned());
    let mut page = FormPage::new(action, kicker, title, l10n.t("form-save"));
    page.lead = Some(l10n.word("setting-meaning", setting.name));
    let error = |name: &str| wrong.iter().find(|(field, _)| *field == name).map(|(_, key)| l10n.t(key));
    let widget = if matches!(setting.kind, Kind::Count | Kind::Points) { Widget::Number } else { Widget::Line };
    let mut fields = Vec::new();
    if setting.per_fund() {
        let all = if setting.of == Of::OneFund { "settings-choose-fund" } else { "settings-every-fund" };
        let mut options = vec![(String::new(), l10n.t(all))];
        options.extend(funds.iter().cloned());
        let fund = Field::new("fund", l10n.word("field", "fund_id")).says(sent.get("fund"));
        fields.push(fund.typed(Widget::Choice(options)).required().wrong(error("fund")));
    }
    let hint = l10n.word("setting-hint", setting.name);
    let value = Field::new("value", l10n.word("field", "value")).says(sent.raw("value"));
    fields.push(value.typed(widget).hint(hint).required().wrong(error("value")));
    let from = Field::new("in_force_from", l10n.word("field", "in_force_from")).says(sent.raw("in_force_from"));
    let from = from.typed(Widget::Day(None)).hint(l10n.t("settings-from-hint"));
    fields.push(from.wrong(error("in_force_from")));
    page.sections = vec![Section::of(fields)];
    let reason = Field::new("reason", l10n.t("form-reason")).says(sent.raw("reason")).required();
    page.last.push(reason.wrong(error("reason")));
    if let Ok(stamp) = sent.stamp() {
        page.form_id = stamp.id;
    }
    page
}
