//! Reading what was typed into a form of texts, days and people: each field once, with what is wrong beside it.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sqlx::postgres::PgConnection;

use super::entry::Wrong;
use super::format;
use super::posting::Sent;
use crate::classified::{Person, person};
use crate::kernel::text::clean_text;
use crate::l10n::L10n;

/// A form being read.
pub struct Reading<'a> {
    /// What was typed.
    pub sent: &'a Sent,
    /// The language of whoever typed it.
    pub l10n: L10n,
    /// What is wrong so far.
    pub wrong: Wrong,
}

impl<'a> Reading<'a> {
    /// Begins.
    pub fn new(sent: &'a Sent, l10n: L10n) -> Self {
        Reading { sent, l10n, wrong: Wrong::new() }
    }

    /// Says what is wrong with a field.
    pub fn refuse(&mut self, name: impl Into<String>, sentence: String) {
        self.wrong.entry(name.into()).or_default().push(sentence);
    }

    /// Says that a field may not be empty.
    pub fn require(&mut self, name: &str) {
        if !self.wrong.contains_key(name) {
            self.refuse(name, self.l10n.t("form-required"));
        }
    }

    /// A line of text, cleaned of what pasting brings along; at most so many letters.
    pub fn line(&mut self, name: &str, most: usize) -> Option<String> {
        let text = clean_text(self.sent.raw(name)).replace('\n', " ").trim().to_owned();
        self.fits(name, text, most)
    }

    /// Several lines of text, cleaned likewise.
    pub fn text(&mut self, name: &str, most: usize) -> Option<String> {
        let text = clean_text(self.sent.raw(name));
        self.fits(name, text, most)
    }

    fn fits(&mut self, name: &str, text: String, most: usize) -> Option<String> {
        if text.chars().count() > most {
            self.refuse(name, self.l10n.with("form-too-long", &[("arg", most.to_string().into())]));
        }
        (!text.is_empty()).then_some(text)
    }

    /// A day as the reader writes days.
    pub fn day(&mut self, name: &str, typed: &str) -> Option<NaiveDate> {
        let typed = typed.trim();
        if typed.is_empty() {
            return None;
        }
        let day = format::read_day(typed, self.l10n);
        if day.is_none() {
            self.refuse(name, self.l10n.t("form-not-a-day"));
        }
        day
    }

    /// A number as the reader writes numbers, not below zero, of at most `decimals` decimals and below `below`.
    pub fn number(&mut self, name: &str, decimals: u32, below: Decimal) -> Option<Decimal> {
        let typed = self.sent.get(name);
        if typed.is_empty() {
            return None;
        }
        let read = format::read_number(typed, self.l10n).and_then(|text| text.parse::<Decimal>().ok());
        let fits = |number: &Decimal| {
            !number.is_sign_negative() && number.normalize().scale() <= decimals && *number < below
        };
        let number = read.filter(fits);
        if number.is_none() {
            self.refuse(name, self.l10n.with("form-not-such-a-number", &[("decimals", decimals.into())]));
        }
        number
    }

    /// People with an account, by their names or e-mails, `;` between.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn people(&mut self, connection: &mut PgConnection, name: &str) -> Result<Vec<Person>, sqlx::Error> {
        let mut people: Vec<Person> = Vec::new();
        for named in parts(self.sent.raw(name)).into_iter().take(50) {
            match person(&mut *connection, &named).await? {
                Some(person) if people.iter().any(|one| one.id == person.id) => {}
                Some(person) => people.push(person),
                None => self.refuse(name, self.l10n.with("meeting-person-unknown", &[("name", named.into())])),
            }
        }
        Ok(people)
    }
}

/// The parts of a text with `;` or a line's end between, each once.
pub fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in text.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        if parts.iter().all(|before| before != part) {
            parts.push(part.to_owned());
        }
    }
    parts
}
