//! What was typed becomes what is said of a document, or errors beside the fields; and back.

use sqlx::postgres::PgConnection;

use super::model::{Content, Held, KINDS, LANGUAGES, LONGEST_TITLE, proposed_for};
use super::store::OfMeeting;
use crate::classified::{Classification, Classifying};
use crate::finding::{Kind, Person};
use crate::kernel::ids::{AccountId, DonorId};
use crate::l10n::L10n;
use crate::web::entry::Wrong;
use crate::web::form::{Field, Widget};
use crate::web::{Sent, Typed, format};

/// The fields that can be merged when somebody else edited meanwhile, in the order of the form.
pub(super) const FIELDS: [&str; 9] =
    ["title", "kind", "donors", "language", "valid_from", "valid_to", "classification", "readers", "reason"];

/// What the form says of a document that is recorded.
pub(super) fn says(held: &Held, l10n: L10n) -> Sent {
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| format::day(day, l10n)).unwrap_or_default();
    let join = |all: Vec<&str>| all.join("; ");
    let fields = [
        ("title", held.title.clone()),
        ("kind", held.kind.clone()),
        ("donors", join(held.donors.iter().map(|donor| donor.name.as_str()).collect())),
        ("language", held.language.clone().unwrap_or_default()),
        ("valid_from", day(held.valid_from)),
        ("valid_to", day(held.valid_to)),
        ("classification", held.classification.to_string()),
        ("readers", join(held.readers.iter().map(|one| one.name.as_str()).collect())),
        ("reason", String::new()),
    ];
    Sent(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Whose document it is.
pub(super) struct Who<'a> {
    /// Who filed it, or files it now.
    pub(super) author: AccountId,
    /// Who types.
    pub(super) typing: AccountId,
    /// The document as it is recorded; none for a new one.
    pub(super) held: Option<&'a Held>,
    /// The meeting a new one is to belong to.
    pub(super) meeting: Option<&'a OfMeeting>,
    pub(super) l10n: L10n,
}

/// The classification of a document, and whether whoever types may give it.
fn classification(typed: &mut Typed<'_>, who: &Who<'_>, kind: &str, readers: &[Person]) -> Classification {
    let said = typed.sent.get("classification");
    let level = match (said, who.held) {
        ("", Some(held)) => held.classification,
        // At least what its meeting is.
        ("", None) => proposed_for(kind).max(who.meeting.map(|meeting| meeting.classification).unwrap_or_default()),
        (said, _) => said.parse().unwrap_or_else(|_| {
            typed.refuse("classification", who.l10n.t("form-choose-one"));
            Classification::Unclassified
        }),
    };
    let was: Vec<i64> = who.held.map(|held| held.readers.iter().map(|one| one.id).collect()).unwrap_or_default();
    let wish = Classifying {
        by_author: who.author == who.typing,
        before: who.held.map(|held| held.classification),
        level,
        same_readers: readers.iter().map(|one| one.id).collect::<Vec<_>>() == was,
        reasoned: !typed.sent.get("reason").is_empty(),
    };
    for (name, key) in wish.refusals() {
        typed.refuse(name, who.l10n.t(key));
    }
    level
}

/// Understands what was typed, with the titles of those fields.
///
/// # Errors
/// Where the database fails.
pub(super) async fn understand(
    connection: &mut PgConnection,
    sent: &Sent,
    titles: &[String],
    who: &Who<'_>,
) -> Result<Result<(Vec<String>, Content), Wrong>, sqlx::Error> {
    let l10n = who.l10n;
    let mut typed = Typed::new(sent, l10n);
    let mut said = Vec::new();
    for name in titles {
        let title = typed.line(name, LONGEST_TITLE).unwrap_or_default();
        if title.is_empty() {
            typed.refuse(name, l10n.t("form-required"));
        }
        said.push(title);
    }
    let kind = sent.get("kind").to_owned();
    if !KINDS.contains(&kind.as_str()) {
        typed.refuse("kind", l10n.t("form-choose-one"));
    }
    let donors = typed.numbers(&mut *connection, ("donors", Kind::Donor, "meeting-donor-unknown")).await?;
    if donors.is_empty() && !typed.wrong.contains_key("donors") {
        typed.refuse("donors", l10n.t("form-required"));
    }
    let readers = typed.people(&mut *connection, "readers").await?;
    let language = Some(sent.get("language").to_owned()).filter(|code| LANGUAGES.contains(&code.as_str()));
    let valid_from = typed.day("valid_from", sent.raw("valid_from"));
    let valid_to = typed.day("valid_to", sent.raw("valid_to"));
    if valid_from.zip(valid_to).is_some_and(|(from, to)| from > to) {
        typed.refuse("valid_to", l10n.t("document-valid-backwards"));
    }
    let classification = classification(&mut typed, who, &kind, &readers);
    if !typed.wrong.is_empty() {
        return Ok(Err(typed.wrong));
    }
    let content = Content {
        kind,
        language,
        valid_from,
        valid_to,
        donors: donors.into_iter().map(DonorId).collect(),
        classification,
        readers: readers.iter().map(Person::account).collect(),
        meeting: who.meeting.map(|meeting| meeting.id),
        took_part: who.meeting.iter().flat_map(|meeting| &meeting.took_part).copied().map(AccountId).collect(),
    };
    Ok(Ok((said, content)))
}

/// What a form is drawn from.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) sent: Sent,
    pub(super) wrong: Wrong,
}

impl Draft {
    /// A field of that name, as it was typed.
    pub(super) fn field(&self, name: &str, label: String, widget: Widget) -> Field {
        let mut field = Field::new(name, label).says(self.sent.raw(name)).typed(widget);
        field.error = self.wrong.get(name).map(|errors| errors.join(" "));
        field
    }

    /// What every document has besides its title. `edits` where it is recorded already.
    pub(super) fn fields(&self, edits: bool, l10n: L10n) -> Vec<Field> {
        let choice = |empty: Option<&str>, all: Vec<(String, String)>| {
            let none = empty.map(|key| (String::new(), l10n.t(key)));
            Widget::Choice(none.into_iter().chain(all).collect())
        };
        let hinted = |mut field: Field, key: &str| {
            field.hint = Some(l10n.t(key));
            field
        };
        let kinds = KINDS.map(|kind| (kind.to_owned(), l10n.word("documents", kind))).into();
        let tongues = LANGUAGES.map(|code| (code.to_owned(), l10n.word("tongue", code))).into();
        let levels =
            Classification::ALL.map(|level| (level.to_string(), l10n.word("classification", level.as_str()))).into();
        let proposed = (!edits).then_some("document-proposed");
        let mut fields = vec![
            self.field("kind", l10n.t("filter-document_kind"), choice(Some("form-choose"), kinds)).required().half(),
            self.field("language", l10n.t("document-language"), choice(Some("document-language-none"), tongues)).half(),
            hinted(
                self.field("donors", l10n.t("document-donors"), Widget::Many("donor")).required(),
                "meeting-donors-hint",
            ),
            self.field("valid_from", l10n.t("document-valid-from"), Widget::Day(None)).half(),
            self.field("valid_to", l10n.t("document-valid-to"), Widget::Day(None)).half(),
            hinted(
                self.field("classification", l10n.t("filter-classification"), choice(proposed, levels)),
                "document-classification-hint",
            ),
            hinted(self.field("readers", l10n.t("document-readers"), Widget::Many("person")), "document-readers-hint"),
        ];
        if edits {
            fields.push(hinted(self.field("reason", l10n.t("form-reason"), Widget::Line), "meeting-reason-hint"));
        }
        fields
    }
}
