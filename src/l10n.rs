//! Words a person sees: from `locales/`, by language.

use std::borrow::Cow;
use std::collections::HashMap;

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
pub struct L10n(&'static LanguageIdentifier);

static ENGLISH: LanguageIdentifier = langid!("en");

impl L10n {
    /// English, the language commands speak.
    pub const ENGLISH: L10n = L10n(&ENGLISH);

    /// Whether it is written from right to left.
    pub fn is_rtl(&self) -> bool {
        self.0.character_direction() == unic_langid::CharacterDirection::RTL
    }

    /// A sentence that needs nothing.
    pub fn t(&self, key: &str) -> String {
        LOCALES.try_lookup(self.0, key).unwrap_or_else(|| key.to_owned())
    }

    /// How figures and days are written.
    pub fn figures(&self) -> &'static Figures {
        // English is the one language there is; a second has its own beside it.
        static FIGURES: std::sync::OnceLock<Figures> = std::sync::OnceLock::new();
        FIGURES.get_or_init(|| Figures {
            group: self.t("format-group"),
            decimal: self.t("format-decimal"),
            months: std::array::from_fn(|at| self.t(&format!("month-{}", at + 1))),
        })
    }

    /// A sentence with what it speaks of.
    pub fn with(&self, key: &str, args: &[(&'static str, FluentValue<'_>)]) -> String {
        let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
            args.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect();
        LOCALES.try_lookup_with_args(self.0, key, &args).unwrap_or_else(|| key.to_owned())
    }

    /// A word of a family: `bucket-1-30`, `pledges-signed`. What cannot be in a key is written out in it.
    pub fn word(&self, family: &str, word: &str) -> String {
        self.t(&format!("{family}-{}", word.replace('+', "plus")))
    }
}
