//! The administrators' forms: what was typed becomes labels or errors of fields, and is drawn as it was typed.

use std::collections::BTreeMap;

use super::store::{Account, Labels, UserError};
use crate::access::Role;
use crate::l10n::L10n;
use crate::web::form::{Field, FormPage, Section, Widget};
use crate::web::frame::Frame;
use crate::web::{PageError, Refused, Sent};

/// The fields an administrator edits.
const EDITED: [&str; 4] = ["name", "role", "unit", "language"];

/// What stands in the way of what was asked.
pub enum Told {
    /// Something is wrong with a field; `form` is the form as a whole.
    Wrong(&'static str, String),
    /// Somebody was quicker: what the account is now.
    Stale(Box<Account>),
}

/// A refusal in the reader's words.
///
/// # Errors
/// Where it is none a person can put right in the form.
pub fn told(error: UserError, l10n: L10n) -> Result<Told, PageError> {
    let wrong = |field, key: &str| Ok(Told::Wrong(field, l10n.t(key)));
    match error {
        UserError::Email(_) => wrong("email", "users-wrong-email"),
        UserError::Taken(email) => Ok(Told::Wrong("email", l10n.with("users-taken", &[("email", email.into())]))),
        UserError::Name => wrong("name", "users-wrong-name"),
        UserError::Role => wrong("role", "users-wrong-role"),
        UserError::Language(_) => wrong("language", "users-wrong-language"),
        UserError::Password => {
            let (least, most) = (super::password::SHORTEST, super::password::LONGEST);
            Ok(Told::Wrong(
                "password",
                l10n.with("users-wrong-password", &[("least", least.into()), ("most", most.into())]),
            ))
        }
        UserError::Unit(_) => wrong("unit", "users-wrong-unit"),
        UserError::UnitNeeded => wrong("unit", "users-unit-needed"),
        UserError::LastAdmin => wrong("form", "users-last-admin"),
        UserError::Stale(now) => Ok(Told::Stale(now)),
        UserError::Forbidden(_) => Err(Refused::Forbidden.into()),
        UserError::Unknown(_) => Err(Refused::NotFound.into()),
        UserError::Hash(_) => Err(Refused::Fault.into()),
        UserError::Database(error) => Err(error.into()),
    }
}

/// What is drawn: as typed, what is wrong, what somebody else made of it.
#[derive(Default)]
pub struct Draft {
    /// As typed.
    pub sent: Sent,
    /// What is wrong: field and sentence.
    pub wrong: Vec<(&'static str, String)>,
    /// Theirs, by field.
    pub theirs: BTreeMap<String, String>,
    /// Whether somebody was quicker.
    pub stale: bool,
}

impl Draft {
    /// An account, to be edited.
    pub fn of(account: &Account) -> Self {
        let mut sent = Sent::default();
        let now = said(account);
        sent.0.push(("version".to_owned(), account.version.to_string()));
        for (name, value) in EDITED.into_iter().zip(now) {
            sent.0.push((name.to_owned(), value.clone()));
            sent.0.push((format!("was-{name}"), value));
        }
        Draft { sent, ..Draft::default() }
    }

    fn error(&self, name: &str) -> Option<String> {
        let of = self.wrong.iter().filter(|(field, _)| *field == name).map(|(_, error)| error.as_str());
        Some(of.collect::<Vec<_>>().join(" ")).filter(|errors| !errors.is_empty())
    }

    /// Takes over what somebody else changed and this form did not; tells beside a field where both did.
    pub fn merge(mut self, now: &Account, l10n: L10n) -> Self {
        let mut merged = Sent(vec![("version".to_owned(), now.version.to_string())]);
        for (name, value) in EDITED.into_iter().zip(said(now)) {
            let (typed, was) = (self.sent.get(name).to_owned(), self.sent.get(&format!("was-{name}")).to_owned());
            let only_theirs = typed == was;
            if value != was && !only_theirs && value != typed {
                let shown = match name {
                    "role" => l10n.word("role", &value),
                    _ => value.clone(),
                };
                self.theirs.insert(name.to_owned(), l10n.with("users-theirs", &[("value", shown.into())]));
            }
            merged.0.push((name.to_owned(), if only_theirs { value.clone() } else { typed }));
            merged.0.push((format!("was-{name}"), value));
        }
        self.sent = merged;
        self.stale = true;
        self
    }
}

fn said(account: &Account) -> [String; 4] {
    let unit = account.unit.clone().unwrap_or_default();
    [account.name.clone(), account.role.to_string(), unit, account.language.clone()]
}

/// What was typed, as labels; what they must obey is the store's to say.
pub fn labels(sent: &Sent) -> Result<Labels, UserError> {
    Ok(Labels {
        name: sent.get("name").to_owned(),
        role: sent.get("role").parse().map_err(|_| UserError::Role)?,
        unit: Some(sent.get("unit")).filter(|unit| !unit.is_empty()).map(str::to_owned),
        language: sent.get("language").to_owned(),
    })
}

/// The languages there are.
pub fn languages(l10n: L10n) -> Vec<(String, String)> {
    L10n::all().map(|one| (one.code().to_owned(), l10n.word("language", one.code()))).collect()
}

fn fields(draft: &Draft, units: &[(String, String)], l10n: L10n) -> Vec<Field> {
    let says = |name: &str| draft.sent.raw(name).to_owned();
    let roles = Role::OF_PEOPLE.map(|role| (role.to_string(), l10n.word("role", role.as_str())));
    let mut with_none = vec![(String::new(), l10n.t("users-no-unit"))];
    with_none.extend(units.iter().cloned());
    vec![
        Field::new("name", l10n.t("field-name")).says(says("name")).required().wrong(draft.error("name")),
        Field::new("role", l10n.t("filter-role"))
            .says(says("role"))
            .typed(Widget::Choice(roles.into()))
            .hint(l10n.t("users-role-hint"))
            .required()
            .wrong(draft.error("role")),
        Field::new("unit", l10n.t("field-unit"))
            .says(says("unit"))
            .typed(Widget::Choice(with_none))
            .hint(l10n.t("users-unit-hint"))
            .wrong(draft.error("unit")),
        Field::new("language", l10n.t("field-language"))
            .says(says("language"))
            .typed(Widget::Choice(languages(l10n)))
            .required()
            .wrong(draft.error("language")),
    ]
}

/// The form for a new account.
pub fn new_page(draft: Draft, units: &[(String, String)], frame: &Frame) -> FormPage {
    let l10n = frame.l10n;
    let kicker = (l10n.word("users", "kicker"), "/users".to_owned());
    let mut page = FormPage::new("/users/new".to_owned(), kicker, l10n.word("new", "users"), l10n.t("users-add"));
    let email = Field::new("email", l10n.t("login-email")).says(draft.sent.raw("email")).typed(Widget::Email);
    let mut all = vec![email.hint(l10n.t("users-email-hint")).required().wrong(draft.error("email"))];
    all.extend(fields(&draft, units, l10n));
    all.push(password_field(&draft, l10n));
    page.sections = vec![Section::of(all)];
    finish(page, draft)
}

/// The form for what is said of an account.
pub fn edit_page(email: &str, back: &str, draft: Draft, units: &[(String, String)], frame: &Frame) -> FormPage {
    let l10n = frame.l10n;
    let kicker = (email.to_owned(), back.to_owned());
    let title = l10n.with("users-edit", &[("email", email.into())]);
    let mut page = FormPage::new(format!("{back}/edit"), kicker, title, l10n.t("form-save"));
    page.sections = vec![Section::of(fields(&draft, units, l10n))];
    page.last.push(Field::new("reason", l10n.t("form-reason")).says(draft.sent.raw("reason")));
    for name in EDITED {
        let was = format!("was-{name}");
        page.hidden.push((was.clone(), draft.sent.get(&was).to_owned()));
    }
    page.hidden.push(("version".to_owned(), draft.sent.get("version").to_owned()));
    if draft.stale {
        page.conflict = Some(l10n.t("form-conflict"));
    }
    let theirs = draft.theirs.clone();
    let mut page = finish(page, draft);
    page.tell(&theirs);
    page
}

fn password_field(draft: &Draft, l10n: L10n) -> Field {
    let field = Field::new("password", l10n.t("users-one-time-password")).typed(Widget::Password);
    let mut field = field.hint(l10n.t("users-one-time-hint")).wrong(draft.error("password"));
    // Only errors of a password are shown: it is never sent back.
    field.value = String::new();
    field
}

fn finish(mut page: FormPage, draft: Draft) -> FormPage {
    page.errors = draft.wrong.iter().filter(|(field, _)| *field == "form").map(|(_, error)| error.clone()).collect();
    if let (Ok(stamp), false) = (draft.sent.stamp(), draft.stale) {
        page.form_id = stamp.id;
    }
    page
}

/// What an administrator does to an account besides editing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It can no longer be used.
    Disable,
    /// It can be used again.
    Enable,
    /// It is given a one-time password.
    Password,
    /// Every session of it ends.
    Sessions,
    /// It needs no second factor any more.
    SecondFactor,
}

impl Deed {
    /// Every deed: its part of the address, and its act.
    pub const ALL: [(Deed, &'static str, &'static str); 5] = [
        (Deed::Disable, "disable", "account-disable"),
        (Deed::Enable, "enable", "account-enable"),
        (Deed::Password, "password", "account-password"),
        (Deed::Sessions, "sessions", "account-sessions"),
        (Deed::SecondFactor, "second-factor", "account-second-factor-off"),
    ];

    /// The deed of a part of an address.
    pub fn named(name: &str) -> Option<(Deed, &'static str, &'static str)> {
        Deed::ALL.into_iter().find(|(_, part, _)| *part == name)
    }

    /// Whether it needs a reason.
    pub fn needs_reason(self) -> bool {
        self == Deed::SecondFactor
    }
}

/// The form that asks whether, and why.
pub fn deed_page(deed: Deed, part: &str, account: &Account, back: &str, draft: Draft, frame: &Frame) -> FormPage {
    let l10n = frame.l10n;
    let kicker = (account.email.clone(), back.to_owned());
    let title = l10n.with(&format!("users-{part}-title"), &[("name", account.name.as_str().into())]);
    let mut page = FormPage::new(format!("{back}/{part}"), kicker, title, l10n.word("users", part));
    page.lead = Some(l10n.t(&format!("users-{part}-lead")));
    page.grave = deed != Deed::Enable && deed != Deed::Password;
    if deed == Deed::Password {
        page.sections = vec![Section::of(vec![password_field(&draft, l10n)])];
    }
    let reason =
        Field::new("reason", l10n.t("form-reason")).says(draft.sent.raw("reason")).wrong(draft.error("reason"));
    page.last.push(if deed.needs_reason() { reason.required() } else { reason });
    page.hidden.push(("version".to_owned(), account.version.to_string()));
    if draft.stale {
        page.conflict = Some(l10n.t("users-stale"));
    }
    finish(page, draft)
}
