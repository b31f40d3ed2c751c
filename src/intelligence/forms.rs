//! What was typed becomes an entry, or errors beside the fields; and an entry becomes what its form says.

use chrono::{Datelike, NaiveDate};
use rust_decimal::{Decimal, dec};
use sqlx::postgres::PgConnection;

use super::model::{
    Content, Entry, Held, Kind, LONGEST_LINE, LONGEST_LINK, LONGEST_TEXT, Outlook, Reliability, Stance,
};
use super::recurrence::Recurrence;
use super::store;
use crate::classified::{Classification, Classifying};
use crate::finding::Person;
use crate::kernel::calendar::{EARLIEST_YEAR, LATEST_YEAR};
use crate::kernel::country::region_keys;
use crate::kernel::ids::{AccountId, DonorId};
use crate::kernel::text::parts;
use crate::l10n::L10n;
use crate::web::entry::Wrong;
use crate::web::{Sent, Typed, format};

/// The fields an entry of a kind begins with, in the order of its form.
pub(super) fn own_fields(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Priority => &["title", "theme", "region", "subprogramme", "sdgs"],
        Kind::Decision => &["title", "decides_on", "recurs"],
        Kind::KeyPerson => &["title", "person_role"],
        Kind::BudgetOutlook => &["title", "outlook", "year"],
        Kind::Position => &["title", "stance"],
        Kind::Oda => &["year", "amount_usd", "percent_gni"],
    }
}

/// The fields every entry has after those.
pub(super) const SHARED: [&str; 5] = ["text", "source", "source_link", "as_of_on", "reliability"];
/// The fields that are folded away.
pub(super) const FOLDED: [&str; 4] = ["expires_on", "classification", "readers", "reason"];

/// Every field of a kind, in the order of its form.
pub(super) fn fields(kind: Kind) -> impl Iterator<Item = &'static str> {
    let own = own_fields(kind).iter().copied();
    std::iter::once("donor").chain(own).chain(SHARED).chain(FOLDED)
}

/// What a form says of an entry that is recorded.
pub(super) fn says(held: &Held, l10n: L10n) -> Sent {
    let entry = &held.entry;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let day = |day: NaiveDate| format::day(day, l10n);
    let number = |number: Option<Decimal>| {
        number.map(|one| format::number(one, one.normalize().scale(), l10n)).unwrap_or_default()
    };
    let readers: Vec<&str> = held.readers.iter().map(|one| one.name.as_str()).collect();
    let say = |name: &str| match name {
        "donor" => entry.donor_code.clone(),
        "title" => text(&entry.title),
        "theme" => text(&entry.theme),
        "region" => text(&entry.region),
        "subprogramme" => text(&entry.subprogramme),
        "sdgs" => goals(entry),
        "decides_on" => entry.decides_on.map(day).unwrap_or_default(),
        "recurs" => entry.recurs.map(|one| one.to_string()).unwrap_or_default(),
        "person_role" => text(&entry.person_role),
        "outlook" => entry.outlook.map(|one| one.to_string()).unwrap_or_default(),
        "year" => entry.year.map(|year| year.to_string()).unwrap_or_default(),
        "stance" => entry.stance.map(|one| one.to_string()).unwrap_or_default(),
        "amount_usd" => number(entry.amount_usd),
        "percent_gni" => number(entry.percent_gni),
        "text" => text(&entry.text),
        "source" => entry.source.clone(),
        "source_link" => text(&entry.source_link),
        "as_of_on" => day(entry.as_of_on),
        "reliability" => entry.reliability.to_string(),
        "expires_on" => day(entry.expires_on),
        "classification" => entry.classification.to_string(),
        "readers" => readers.join("; "),
        _ => String::new(),
    };
    Sent(fields(entry.kind).map(|name| (name.to_owned(), say(name))).collect())
}

/// The goals of an entry by their numbers.
pub(super) fn goals(entry: &Entry) -> String {
    entry.sdgs.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Who types, and of what.
pub(super) struct Who<'a> {
    /// What the entry is about.
    pub(super) kind: Kind,
    /// Who wrote it, or writes it now.
    pub(super) author: AccountId,
    /// Who types.
    pub(super) typing: AccountId,
    /// The entry as it is recorded; none for a new one.
    pub(super) held: Option<&'a Held>,
    pub(super) today: NaiveDate,
    pub(super) l10n: L10n,
}

/// An address people may be led to: of the web, whole, without anything a browser would read otherwise.
fn is_link(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>\"'`\\".contains(c);
    host.is_some_and(|host| !host.is_empty() && !host.contains('@')) && !text.contains(odd)
}

/// Says that a field may not be empty.
fn require(form: &mut Typed<'_>, name: &str) {
    if !form.wrong.contains_key(name) {
        form.refuse(name, form.l10n.t("form-required"));
    }
}

/// A number as the reader writes numbers: not below zero, below `below`, of so many decimals at most.
fn number(form: &mut Typed<'_>, name: &str, decimals: u32, below: Decimal) -> Option<Decimal> {
    let typed = form.sent.get(name);
    if typed.is_empty() {
        return None;
    }
    let read = format::read_number(typed, form.l10n).and_then(|text| text.parse::<Decimal>().ok());
    let fits = |one: &Decimal| !one.is_sign_negative() && one.normalize().scale() <= decimals && *one < below;
    let number = read.filter(fits);
    if number.is_none() {
        form.refuse(name, form.l10n.with("form-not-such-a-number", &[("decimals", decimals.into())]));
    }
    number
}

/// The classification, and whether whoever types may give it.
fn classification(form: &mut Typed<'_>, who: &Who<'_>, readers: &[Person]) -> Classification {
    let typed = form.sent.get("classification");
    let before = who.held.map(|held| held.entry.classification);
    let chosen = if typed.is_empty() { Ok(before.unwrap_or_default()) } else { typed.parse() };
    let Ok(level) = chosen else {
        form.refuse("classification", form.l10n.t("form-choose-one"));
        return before.unwrap_or_default();
    };
    let ids = |all: &[Person]| all.iter().map(|one| one.id).collect::<Vec<_>>();
    let wish = Classifying {
        by_author: who.author == who.typing,
        before,
        level,
        same_readers: ids(readers) == who.held.map(|held| ids(&held.readers)).unwrap_or_default(),
        reasoned: !form.sent.get("reason").is_empty(),
    };
    for (name, key) in wish.refusals() {
        form.refuse(name, form.l10n.t(key));
    }
    level
}

/// One of the words of a choice; refused where it is another, or where it is needed and missing.
fn chosen<T>(form: &mut Typed<'_>, name: &str, of: fn(&str) -> Option<T>, needed: bool) -> Option<T> {
    let typed = form.sent.get(name);
    let one = of(typed);
    if one.is_none() && (needed || !typed.is_empty()) {
        form.refuse(name, form.l10n.t("form-choose-one"));
    }
    one
}

fn year(form: &mut Typed<'_>, needed: bool) -> Option<i16> {
    let typed = form.sent.get("year");
    let year = typed.parse::<i32>().ok().filter(|year| (EARLIEST_YEAR..=LATEST_YEAR).contains(year));
    if year.is_none() && !typed.is_empty() {
        form.refuse("year", form.l10n.t("known-not-a-year"));
    } else if year.is_none() && needed {
        require(form, "year");
    }
    year.and_then(|year| i16::try_from(year).ok())
}

/// Goals by their numbers, `;` or `,` between.
fn sdgs(form: &mut Typed<'_>) -> Vec<i16> {
    let named = parts(&form.sent.raw("sdgs").replace([',', ' '], ";"));
    let read: Vec<Option<i16>> =
        named.iter().map(|one| one.parse().ok().filter(|goal| (1..=17).contains(goal))).collect();
    if read.iter().any(Option::is_none) {
        form.refuse("sdgs", form.l10n.t("known-not-goals"));
    }
    let mut goals: Vec<i16> = read.into_iter().flatten().collect();
    goals.sort_unstable();
    goals.dedup();
    goals
}

/// The day it speaks of, not to come; and the last day it is taken as it is, by its kind where nobody says otherwise.
fn days(form: &mut Typed<'_>, who: &Who<'_>) -> (NaiveDate, NaiveDate) {
    let (sent, l10n) = (form.sent, form.l10n);
    let as_of_on = form.day("as_of_on", sent.raw("as_of_on")).unwrap_or(who.today);
    if as_of_on > who.today {
        form.refuse("as_of_on", l10n.t("known-as-of-to-come"));
    }
    let expires_on = form.day("expires_on", sent.raw("expires_on")).unwrap_or_else(|| who.kind.expires_on(as_of_on));
    if expires_on < as_of_on {
        form.refuse("expires_on", l10n.t("known-expires-before"));
    } else if expires_on.year() > LATEST_YEAR {
        form.refuse("expires_on", l10n.t("form-not-a-day"));
    }
    (as_of_on, expires_on)
}

/// Understands what was typed.
pub(super) async fn understand(
    connection: &mut PgConnection,
    sent: &Sent,
    who: &Who<'_>,
) -> Result<Result<Content, Wrong>, sqlx::Error> {
    let (kind, l10n) = (who.kind, who.l10n);
    let mut form = Typed::new(sent, l10n);
    let donor = match sent.get("donor") {
        "" => None,
        named => {
            let found = store::donor(&mut *connection, named).await?;
            if found.is_none() {
                form.refuse("donor", l10n.with("meeting-donor-unknown", &[("name", named.into())]));
            }
            found
        }
    };
    if sent.get("donor").is_empty() {
        require(&mut form, "donor");
    }
    let readers = form.people(&mut *connection, "readers").await?;
    let has = |name: &str| own_fields(kind).contains(&name);
    let title = if has("title") { form.line("title", LONGEST_LINE) } else { None };
    if has("title") && title.is_none() {
        require(&mut form, "title");
    }
    let source = form.line("source", LONGEST_LINE);
    if source.is_none() {
        require(&mut form, "source");
    }
    let source_link = Some(sent.get("source_link")).filter(|link| !link.is_empty()).map(str::to_owned);
    if source_link.as_ref().is_some_and(|link| !is_link(link) || link.chars().count() > LONGEST_LINK) {
        form.refuse("source_link", l10n.t("known-not-a-link"));
    }
    let (as_of_on, expires_on) = days(&mut form, who);
    let reliability = chosen(&mut form, "reliability", Reliability::of, true);
    let level = classification(&mut form, who, &readers);
    let content = Content {
        kind,
        donor: DonorId(donor.map(|(id, ..)| id).unwrap_or_default()),
        title,
        text: form.text("text", LONGEST_TEXT),
        as_of_on,
        source: source.unwrap_or_default(),
        source_link,
        reliability: reliability.unwrap_or(Reliability::Doubtful),
        expires_on,
        theme: None,
        region: None,
        subprogramme: None,
        sdgs: Vec::new(),
        decides_on: None,
        recurs: None,
        person_role: None,
        year: None,
        amount_usd: None,
        percent_gni: None,
        outlook: None,
        stance: None,
        classification: level,
        readers: readers.iter().map(Person::account).collect(),
    };
    let content = of_its_kind(&mut form, content);
    Ok(if form.wrong.is_empty() { Ok(content) } else { Err(form.wrong) })
}

/// What only an entry of its kind says.
fn of_its_kind(form: &mut Typed<'_>, mut content: Content) -> Content {
    let l10n = form.l10n;
    match content.kind {
        Kind::Priority => {
            content.theme = form.line("theme", LONGEST_LINE);
            let region = |word: &str| region_keys().find(|key| *key == word).map(str::to_owned);
            content.region = chosen(form, "region", region, false);
            content.subprogramme = form.line("subprogramme", LONGEST_LINE);
            content.sdgs = sdgs(form);
            let none = content.theme.is_none() && content.region.is_none() && content.subprogramme.is_none();
            if none && form.sent.get("region").is_empty() && form.sent.get("sdgs").is_empty() {
                form.refuse("theme", l10n.t("known-priority-of-what"));
            }
        }
        Kind::Decision => {
            content.decides_on = form.day("decides_on", form.sent.raw("decides_on"));
            if form.sent.get("decides_on").is_empty() {
                require(form, "decides_on");
            }
            content.recurs = chosen(form, "recurs", Recurrence::of, true);
        }
        Kind::KeyPerson => content.person_role = form.line("person_role", LONGEST_LINE),
        Kind::BudgetOutlook => {
            content.outlook = chosen(form, "outlook", Outlook::of, true);
            content.year = year(form, false);
        }
        Kind::Position => content.stance = chosen(form, "stance", Stance::of, true),
        Kind::Oda => {
            content.year = year(form, true);
            content.amount_usd = number(form, "amount_usd", 2, dec!(1000000000000000));
            content.percent_gni = number(form, "percent_gni", 4, dec!(100));
            if form.sent.get("amount_usd").is_empty() && form.sent.get("percent_gni").is_empty() {
                form.refuse("amount_usd", l10n.t("known-oda-of-what"));
            }
        }
    }
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_links() {
        for link in ["https://oecd.example/dac?x=1#y", "http://a.example", "https://ministère.example/é"] {
            assert!(is_link(link), "{link}");
        }
        for link in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//a.example",
            "https://",
            "https:///x",
            "ftp://a.example",
            "https://bank.example@evil.example/",
            "https://a.example/ b",
            "https://a.example/\"onclick=",
            " https://a.example",
            "HTTPS",
        ] {
            assert!(!is_link(link), "{link}");
        }
    }
}
