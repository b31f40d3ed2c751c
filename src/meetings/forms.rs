//! What was typed becomes a meeting, or errors beside the fields; and a meeting becomes what its form says.

use chrono::NaiveDate;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::model::{Content, Held, LONGEST_TEXT, LONGEST_TITLE, NewAction};
use crate::classified::{Classification, Classifying};
use crate::finding::{Kind, Person, person};
use crate::kernel::ids::{AccountId, DonorId, PledgeId};
use crate::kernel::text::{clean_text, parts};
use crate::l10n::L10n;
use crate::lists::scope::LEVELS;
use crate::web::entry::Wrong;
use crate::web::{Sent, Typed, format};

/// The fields that can be merged when somebody else edited meanwhile, in the order of the form. That of the summary has another
/// name: `summary` is what every form calls the list of what is wrong with it.
pub(super) const FIELDS: [&str; 17] = [
    "donors",
    "title",
    "outcomes",
    "held_on",
    "place",
    "level",
    "took_part",
    "guests",
    "purpose",
    "discussion",
    "agenda",
    "prepared_by",
    "pledges",
    "projects",
    "classification",
    "readers",
    "reason",
];
/// Most follow-ups of one meeting.
pub(super) const MOST_ROWS: usize = 30;

/// One line of the follow-ups as it stands in the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) key: String,
    pub(super) side: String,
    pub(super) text: String,
    pub(super) owner: String,
    pub(super) due: String,
}

impl Line {
    fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.owner.trim().is_empty() && self.due.trim().is_empty()
    }
}

/// The lines that were sent, in their order.
pub(super) fn lines(sent: &Sent) -> Vec<Line> {
    let there = |at: &usize| sent.has(&format!("text-{at}"));
    let of = |name: &str, at: usize| sent.raw(&format!("{name}-{at}")).to_owned();
    (0..MOST_ROWS)
        .take_while(there)
        .map(|at| Line {
            key: of("action", at),
            side: of("side", at),
            text: of("text", at),
            owner: of("owner", at),
            due: of("due", at),
        })
        .collect()
}

/// What a form says of a meeting that is recorded.
pub(super) fn says(held: &Held, l10n: L10n) -> Sent {
    let people = |all: &[Person]| all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join("; ");
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let join = |all: Vec<&str>| all.join("; ");
    let fields = [
        ("donors", join(held.donors.iter().map(|donor| donor.name.as_str()).collect())),
        ("title", held.title.clone()),
        ("outcomes", text(&held.outcomes)),
        ("held_on", format::day(held.held_on, l10n)),
        ("place", text(&held.place)),
        ("level", text(&held.level)),
        ("took_part", people(&held.took_part)),
        ("guests", join(held.guests.iter().map(|guest| guest.name.as_str()).collect())),
        ("purpose", text(&held.purpose)),
        ("discussion", text(&held.summary)),
        ("agenda", text(&held.agenda)),
        ("prepared_by", held.prepared_by.as_ref().map(|one| one.name.clone()).unwrap_or_default()),
        ("pledges", join(held.pledges.iter().map(|pledge| pledge.reference.as_str()).collect())),
        ("projects", text(&held.projects)),
        ("classification", held.classification.to_string()),
        ("readers", people(&held.readers)),
        ("reason", String::new()),
    ];
    let mut sent = Sent(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    for (at, action) in held.actions.iter().filter(|action| action.state == "open").enumerate() {
        let due = action.due_on.map(|due| format::day(due, l10n)).unwrap_or_default();
        let cells = [
            ("action", action.key.to_string()),
            ("side", action.side.clone()),
            ("text", action.text.clone()),
            ("owner", action.owner.clone().unwrap_or_default()),
            ("due", due),
        ];
        sent.0.extend(cells.map(|(name, value)| (format!("{name}-{at}"), value)));
    }
    sent
}

/// Whose meeting it is, and of when.
pub(super) struct Who<'a> {
    /// Who logged it, or logs it now.
    pub(super) author: AccountId,
    /// Who types.
    pub(super) typing: AccountId,
    /// The meeting as it is recorded; none for a new one.
    pub(super) held: Option<&'a Held>,
    pub(super) today: NaiveDate,
    pub(super) l10n: L10n,
}

struct Reading<'a> {
    typed: Typed<'a>,
    who: &'a Who<'a>,
}

impl Reading<'_> {
    /// The lines of follow-ups that say something.
    async fn actions(&mut self, connection: &mut PgConnection) -> Result<Vec<NewAction>, sqlx::Error> {
        let mut actions = Vec::new();
        let there = |key: &Uuid| self.who.held.is_some_and(|held| held.actions.iter().any(|one| one.key == *key));
        let lines: Vec<(usize, Line, Option<Uuid>)> = lines(self.typed.sent)
            .into_iter()
            .enumerate()
            .filter(|(_, line)| !line.is_empty())
            .map(|(at, line)| {
                let key = line.key.parse().ok().filter(there);
                (at, line, key)
            })
            .collect();
        for (at, line, key) in lines {
            let l10n = self.who.l10n;
            let text = clean_text(&line.text).replace('\n', " ").trim().to_owned();
            if text.is_empty() {
                self.typed.refuse(format!("text-{at}"), l10n.t("form-required"));
            } else if text.chars().count() > 1000 {
                self.typed.refuse(format!("text-{at}"), l10n.with("form-too-long", &[("arg", "1000".into())]));
            }
            let due_on = self.typed.day(&format!("due-{at}"), &line.due);
            let side = if line.side == "they" { "they" } else { "we" };
            let named = line.owner.trim();
            let (mut owner, mut owner_name) = (None, None);
            if side == "they" {
                owner_name = (!named.is_empty()).then(|| named.chars().take(200).collect());
            } else if !named.is_empty() {
                owner = person(&mut *connection, named).await?;
                if owner.is_none() {
                    self.typed
                        .refuse(format!("owner-{at}"), l10n.with("meeting-person-unknown", &[("name", named.into())]));
                }
            }
            actions.push(NewAction { key, side, text, owner, owner_name, due_on });
        }
        Ok(actions)
    }

    /// The classification, and whether whoever types may give it.
    fn classification(&mut self, readers: &[Person]) -> Classification {
        let l10n = self.who.l10n;
        let typed = self.typed.sent.get("classification");
        let before = self.who.held.map(|held| held.classification).unwrap_or_default();
        let Ok(level) = (if typed.is_empty() { Ok(before) } else { typed.parse() }) else {
            self.typed.refuse("classification", l10n.t("form-choose-one"));
            return before;
        };
        let was: Vec<i64> =
            self.who.held.map(|held| held.readers.iter().map(|one| one.id).collect()).unwrap_or_default();
        let wish = Classifying {
            by_author: self.who.author == self.who.typing,
            before: self.who.held.map(|held| held.classification),
            level,
            same_readers: readers.iter().map(|one| one.id).collect::<Vec<_>>() == was,
            reasoned: !self.typed.sent.get("reason").is_empty(),
        };
        for (name, key) in wish.refusals() {
            self.typed.refuse(name, l10n.t(key));
        }
        level
    }
}

/// Understands what was typed.
pub(super) async fn understand(
    connection: &mut PgConnection,
    sent: &Sent,
    who: &Who<'_>,
) -> Result<Result<Content, Wrong>, sqlx::Error> {
    let mut reading = Reading { typed: Typed::new(sent, who.l10n), who };
    let donors = reading.typed.numbers(&mut *connection, ("donors", Kind::Donor, "meeting-donor-unknown")).await?;
    if donors.is_empty() && !reading.typed.wrong.contains_key("donors") {
        reading.typed.refuse("donors", who.l10n.t("form-required"));
    }
    let title = reading.typed.line("title", LONGEST_TITLE).unwrap_or_default();
    if title.is_empty() {
        reading.typed.refuse("title", who.l10n.t("form-required"));
    }
    let held_on = reading.typed.day("held_on", sent.raw("held_on")).unwrap_or(who.today);
    let level = Some(sent.get("level").to_owned()).filter(|level| LEVELS.contains(&level.as_str()));
    let took_part = reading.typed.people(&mut *connection, "took_part").await?;
    let prepared_by = reading.typed.people(&mut *connection, "prepared_by").await?;
    let readers = reading.typed.people(&mut *connection, "readers").await?;
    let pledges = reading.typed.numbers(&mut *connection, ("pledges", Kind::Pledge, "meeting-pledge-unknown")).await?;
    let actions = reading.actions(&mut *connection).await?;
    let classification = reading.classification(&readers);
    let projects = parts(sent.raw("projects")).join("; ");
    let content = Content {
        title,
        held_on,
        donors: donors.into_iter().map(DonorId).collect(),
        place: reading.typed.line("place", LONGEST_TITLE),
        level,
        purpose: reading.typed.text("purpose", LONGEST_TEXT),
        summary: reading.typed.text("discussion", LONGEST_TEXT),
        outcomes: reading.typed.text("outcomes", LONGEST_TEXT),
        agenda: reading.typed.text("agenda", LONGEST_TEXT),
        prepared_by: prepared_by.first().map(Person::account),
        projects: (!projects.is_empty()).then_some(projects),
        classification,
        took_part: took_part.iter().map(Person::account).collect(),
        readers: readers.iter().map(Person::account).collect(),
        guests: parts(sent.raw("guests")).into_iter().map(|name| name.chars().take(200).collect()).take(50).collect(),
        pledges: pledges.into_iter().map(PledgeId).collect(),
        settled: sent.all("settled").into_iter().filter_map(|key| key.parse().ok()).collect(),
        actions,
    };
    // Nobody is given something to do that they may not read.
    for (at, action) in content.actions.iter().enumerate() {
        if let Some(owner) = action.owner.as_ref().filter(|owner| !content.readable_by(owner, who.author)) {
            let args = [("name", owner.name.as_str().into())];
            reading.typed.refuse(format!("owner-{at}"), who.l10n.with("meeting-owner-may-not-read", &args));
        }
    }
    Ok(if reading.typed.wrong.is_empty() { Ok(content) } else { Err(reading.typed.wrong) })
}
