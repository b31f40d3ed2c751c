//! Words a person sees: from `locales/`, by language.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock, PoisonError, RwLock};

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{Loader, static_loader};
use unic_langid::{LanguageIdentifier, langid};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// How a language writes figures and days: looked up once, because a page writes hundreds of them.
#[derive(Debug)]
pub struct Figures {
    /// Between groups of three digits.
    pub group: String,
    /// Before the decimals.
    pub decimal: String,
    /// The months, in short.
    pub months: [String; 12],
}

/// The words of one language.
#[derive(Debug, Clone, Copy)]
pub struct L10n(&'static Language);

/// A language there is.
#[derive(Debug)]
struct Language {
    code: &'static str,
    dir: &'static str,
    id: LanguageIdentifier,
    figures: &'static OnceLock<Figures>,
    said: &'static LazyLock<RwLock<HashMap<String, String>>>,
    filled: &'static LazyLock<RwLock<HashMap<String, String>>>,
}

/// How each language writes figures, once it was looked up.
static FIGURES: [OnceLock<Figures>; 2] = [const { OnceLock::new() }; 2];

/// What each language says where nothing has to be put in, once it was looked up: a page says hundreds of such words.
static SAID: [LazyLock<RwLock<HashMap<String, String>>>; 2] = [const { LazyLock::new(RwLock::default) }; 2];

/// What each language said lately with what was put in: a table says the same of row after row, page after page.
static FILLED: [LazyLock<RwLock<HashMap<String, String>>>; 2] = [const { LazyLock::new(RwLock::default) }; 2];
/// How many of these are kept, and of what length.
const FILLED_MOST: (usize, usize) = (4096, 120);

/// Every language a person can choose; the first is what commands speak.
static LANGUAGES: [Language; 2] = [
    Language { code: "en", dir: "ltr", id: langid!("en"), figures: &FIGURES[0], said: &SAID[0], filled: &FILLED[0] },
    Language { code: "fr", dir: "ltr", id: langid!("fr"), figures: &FIGURES[1], said: &SAID[1], filled: &FILLED[1] },
];

impl L10n {
    /// English, the language commands speak.
    pub const ENGLISH: L10n = L10n(&LANGUAGES[0]);

    /// The language of that code; English where there is none.
    pub fn of(code: &str) -> L10n {
        LANGUAGES.iter().find(|language| language.code == code).map_or(L10n::ENGLISH, L10n)
    }

    /// The first of the languages a browser asks for that there is, for those who have not signed in.
    pub fn asked(headers: &axum::http::HeaderMap) -> L10n {
        let asked = headers.get(axum::http::header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let mut asked: Vec<(&str, u16)> = asked.unwrap_or_default().split(',').take(20).map(weighed).collect();
        asked.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        let wanted = asked.iter().filter(|(_, weight)| *weight > 0);
        let known = |code: &str| L10n::all().find(|one| one.code() == code.split('-').next().unwrap_or_default());
        wanted.filter_map(|(code, _)| known(code)).next().unwrap_or(L10n::ENGLISH)
    }

    /// Every language there is.
    pub fn all() -> impl Iterator<Item = L10n> {
        LANGUAGES.iter().map(L10n)
    }

    /// Its code, as in the document's `lang`.
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// Which way it is written, as in the document's `dir`.
    pub fn dir(self) -> &'static str {
        self.0.dir
    }

    /// Whether there is such a sentence.
    pub fn has(&self, key: &str) -> bool {
        LOCALES.try_lookup(&self.0.id, key).is_some()
    }

    /// The first of these sentences that there is.
    pub fn first(&self, keys: &[&str], args: &[(&'static str, FluentValue<'_>)]) -> String {
        let there = keys.iter().find(|key| self.has(key));
        self.with(there.or(keys.last()).copied().unwrap_or_default(), args)
    }

    /// Whether it is written from right to left.
    pub fn is_rtl(self) -> bool {
        self.0.dir == "rtl"
    }

    /// A sentence that needs nothing.
    pub fn t(&self, key: &str) -> String {
        if let Some(said) = self.0.said.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return said.clone();
        }
        // Only what there is in `locales/` is kept: keys are also made of what people type.
        let Some(said) = LOCALES.try_lookup(&self.0.id, key) else { return key.to_owned() };
        let mut kept = self.0.said.write().unwrap_or_else(PoisonError::into_inner);
        kept.entry(key.to_owned()).or_insert(said).clone()
    }

    /// How figures and days are written.
    pub fn figures(&self) -> &'static Figures {
        self.0.figures.get_or_init(|| Figures {
            group: self.t("format-group"),
            decimal: self.t("format-decimal"),
            months: std::array::from_fn(|at| self.t(&format!("month-{}", at + 1))),
        })
    }

    /// A sentence with what it speaks of.
    pub fn with(&self, key: &str, args: &[(&'static str, FluentValue<'_>)]) -> String {
        let Some(asked) = asked_for(key, args) else { return self.filled(key, args) };
        if let Some(said) = self.0.filled.read().unwrap_or_else(PoisonError::into_inner).get(&asked) {
            return said.clone();
        }
        let said = self.filled(key, args);
        let mut kept = self.0.filled.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= FILLED_MOST.0 {
            kept.clear();
        }
        kept.insert(asked, said.clone());
        said
    }

    fn filled(&self, key: &str, args: &[(&'static str, FluentValue<'_>)]) -> String {
        let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
            args.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect();
        LOCALES.try_lookup_with_args(&self.0.id, key, &args).unwrap_or_else(|| key.to_owned())
    }

    /// A word of a family: `bucket-1-30`, `pledges-signed`. What cannot be in a key is written out in it.
    pub fn word(&self, family: &str, word: &str) -> String {
        let word = if word.contains('+') { Cow::Owned(word.replace('+', "plus")) } else { Cow::Borrowed(word) };
        self.t(&[family, "-", &word].concat())
    }
}

/// What a sentence is kept under: the key, and each value with whether it is a number, which may choose the words. Nothing
/// where it is too long to be said twice.
fn asked_for(key: &str, args: &[(&'static str, FluentValue<'_>)]) -> Option<String> {
    let mut asked = String::with_capacity(FILLED_MOST.1);
    asked.push_str(key);
    for (name, value) in args {
        let (mark, value) = match value {
            FluentValue::String(text) => ("\u{1}", Cow::Borrowed(text.as_ref())),
            FluentValue::Number(number) => ("\u{2}", number.as_string()),
            _ => return None,
        };
        asked.extend([mark, name, "=", &value]);
        if asked.len() > FILLED_MOST.1 {
            return None;
        }
    }
    Some(asked)
}

/// `fr-CH;q=0.8`: a language and how much it is wanted, in thousandths.
fn weighed(part: &str) -> (&str, u16) {
    let (code, weight) = part.trim().split_once(";q=").unwrap_or((part.trim(), "1"));
    let weight: f32 = weight.trim().parse().unwrap_or(0.0);
    // Between nothing and one by the standard; anything else is not one.
    let thousandths = if (0.0..=1.0).contains(&weight) { (weight * 1000.0) as u16 } else { 0 };
    (code, thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_said_again_is_the_same_and_a_number_is_not_its_digits() {
        let rows = |value: FluentValue<'static>| L10n::ENGLISH.with("list-count", &[("rows", value)]);
        for _ in 0..2 {
            assert_eq!((rows(1.into()), rows(2.into())), ("1 row".to_owned(), "2 rows".to_owned()));
            assert_eq!(rows("1".into()), "1 rows");
        }
        let long = "x".repeat(500);
        assert!(asked_for("list-count", &[("rows", long.into())]).is_none());
    }

    #[test]
    fn a_browser_is_spoken_to_in_a_language_it_asks_for() {
        for (part, weighed_as) in
            [("fr-CH;q=0.8", ("fr-CH", 800)), (" en ", ("en", 1000)), ("x;q=7", ("x", 0)), ("", ("", 1000))]
        {
            assert_eq!(weighed(part), weighed_as);
        }
        let asked = |text: &'static str| {
            let mut headers = axum::http::HeaderMap::new();
            headers.insert(axum::http::header::ACCEPT_LANGUAGE, axum::http::HeaderValue::from_static(text));
            L10n::asked(&headers).code()
        };
        assert_eq!(asked("tlh, en-GB;q=0.5"), "en");
        assert_eq!(asked("fr-CH, fr;q=0.9, en;q=0.8"), "fr");
        assert_eq!(asked("en, fr;q=0.9"), "en");
        assert_eq!(asked("*"), "en");
    }
}
