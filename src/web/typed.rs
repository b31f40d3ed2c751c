//! Fields as they were typed, understood one by one; what cannot be is told beside its field.

use chrono::NaiveDate;
use sqlx::postgres::PgConnection;

use super::entry::Wrong;
use super::format;
use super::posting::Sent;
use crate::finding::{Kind, Person, number, person};
use crate::kernel::text::{clean_text, parts};
use crate::l10n::L10n;

/// The most people, donors or pledges a field may name.
const MOST_NAMED: usize = 50;

/// What was typed, and what is wrong with it so far.
pub struct Typed<'a> {
    /// The fields.
    pub sent: &'a Sent,
    /// The language of whoever typed.
    pub l10n: L10n,
    /// What is wrong, by field.
    pub wrong: Wrong,
}

impl<'a> Typed<'a> {
    /// Nothing is wrong yet.
    pub fn new(sent: &'a Sent, l10n: L10n) -> Self {
        Typed { sent, l10n, wrong: Wrong::new() }
    }

    /// Tells a sentence beside a field.
    pub fn refuse(&mut self, name: impl Into<String>, sentence: String) {
        self.wrong.entry(name.into()).or_default().push(sentence);
    }

    /// A line of so many letters at most.
    pub fn line(&mut self, name: &str, most: usize) -> Option<String> {
        let text = clean_text(self.sent.raw(name)).replace('\n', " ").trim().to_owned();
        self.fits(name, text, most)
    }

    /// A text of so many letters at most.
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

    /// A day, as the reader writes days; `typed` is what stands in the field.
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

    /// The people a field names, each once.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn people(&mut self, connection: &mut PgConnection, name: &str) -> Result<Vec<Person>, sqlx::Error> {
        let mut people: Vec<Person> = Vec::new();
        for named in parts(self.sent.raw(name)).into_iter().take(MOST_NAMED) {
            match person(&mut *connection, &named).await? {
                Some(person) if people.iter().any(|one| one.id == person.id) => {}
                Some(person) => people.push(person),
                None => self.refuse(name, self.l10n.with("meeting-person-unknown", &[("name", named.into())])),
            }
        }
        Ok(people)
    }

    /// The donors or pledges a field names, each once; `key` is the sentence for one that nobody knows.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn numbers(
        &mut self,
        connection: &mut PgConnection,
        (name, kind, key): (&str, Kind, &str),
    ) -> Result<Vec<i64>, sqlx::Error> {
        let mut numbers: Vec<i64> = Vec::new();
        for named in parts(self.sent.raw(name)).into_iter().take(MOST_NAMED) {
            match number(&mut *connection, kind, &named).await? {
                Some(number) if numbers.contains(&number) => {}
                Some(number) => numbers.push(number),
                None => self.refuse(name, self.l10n.with(key, &[("name", named.into())])),
            }
        }
        Ok(numbers)
    }
}
