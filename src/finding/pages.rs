//! What was found, for the script and for the page.

use serde::Serialize;

use super::model::{Found, Kind};
use crate::access::may;
use crate::kernel::money::currencies;
use crate::rooms::{COMMANDS, Leads, ROOMS, new_action};
use crate::web::frame::Frame;
use crate::web::{address, format};

/// Kinds that have a page of their own, or lead to one, and are found by name or code.
pub const WITH_A_PAGE: [Kind; 10] = [
    Kind::Page,
    Kind::Action,
    Kind::View,
    Kind::Donor,
    Kind::Pledge,
    Kind::Contribution,
    Kind::Project,
    Kind::Report,
    Kind::Unit,
    Kind::Fund,
];

/// A thing to choose or to go to.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// What it is, the word of its kind.
    pub kind: &'static str,
    /// Its code: the value of a field.
    pub code: String,
    /// Its name.
    pub name: String,
    /// A line about it, in the reader's words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    /// The button of the frame it presses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub press: Option<&'static str>,
    /// The name of its icon.
    #[serde(skip)]
    pub icon: &'static str,
    #[serde(skip)]
    nearness: f32,
}

impl Item {
    /// Whether it holds all that was typed, rather than resembles it.
    pub fn is_sure(&self) -> bool {
        self.nearness <= 4.0
    }

    /// Whether its code says something to people.
    pub fn named(&self) -> bool {
        !["page", "action", "view", "meeting", "follow_up", "contact", "document", "intelligence"].contains(&self.kind)
            && self.code != self.name
    }
}

/// Things of one kind.
pub struct Group {
    /// What they are, in words.
    pub label: String,
    /// They.
    pub items: Vec<Item>,
}

/// Pages, actions and views this reader has, and currencies: names to look among, in the reader's words.
pub fn ours(frame: &Frame, kinds: &[Kind]) -> super::store::Ours {
    let mut ours = Vec::new();
    for kind in kinds {
        match kind {
            Kind::Page => {
                ours.extend(frame.rooms().map(|room| (*kind, room.name.to_owned(), frame.word("menu", room.name))));
            }
            Kind::Action => {
                let new = ROOMS.iter().filter_map(|room| new_action(room.name, frame));
                ours.extend(new.map(|action| (*kind, action.href, action.label)));
                let allowed = COMMANDS.iter().filter(|command| may(frame.viewer.role, command.act));
                ours.extend(
                    allowed.map(|command| (*kind, command.name.to_owned(), frame.word("action", command.name))),
                );
            }
            Kind::View => {
                ours.extend(frame.viewer.views.iter().map(|view| (*kind, view.address.clone(), view.name.clone())));
            }
            Kind::Currency => {
                let all = currencies().iter();
                ours.extend(all.map(|(currency, name)| (*kind, currency.code().to_owned(), name.clone())));
            }
            _ => {}
        }
    }
    ours
}

/// Dresses what was found.
pub fn items(frame: &Frame, found: Vec<Found>) -> Vec<Item> {
    found.into_iter().filter_map(|found| item(frame, found)).collect()
}

fn item(frame: &Frame, found: Found) -> Option<Item> {
    let kind: Kind = found.kind.parse().ok()?;
    let mut icon = kind.icon();
    let room = found.room.as_deref().or(kind.room());
    let (mut href, mut press) = (room.map(|room| address::to(room, &found.code)), None);
    let mut notes: Vec<String> = Vec::new();
    match kind {
        Kind::Page => {
            let room = ROOMS.iter().find(|room| room.name == found.code)?;
            icon = room.icon;
            href = Some(format!("/{}", room.name));
        }
        Kind::Action => {
            match COMMANDS.iter().find(|command| command.name == found.code) {
                Some(command) => {
                    icon = command.icon;
                    match command.leads {
                        Leads::To(to) => href = Some(to.to_owned()),
                        Leads::Press(button) => press = Some(button),
                    }
                }
                // A new thing of a room goes by the address of its form.
                None => {
                    icon = "plus";
                    href = Some(found.code.clone());
                }
            }
        }
        Kind::View => {
            let view = frame.viewer.views.iter().find(|view| view.address == found.code)?;
            notes.push(frame.word("menu", &view.list));
            href = Some(found.code.clone());
        }
        Kind::Donor => notes.extend(found.word.as_ref().map(|word| frame.word("donors", word))),
        Kind::Unit => notes.extend(found.word.as_ref().map(|word| frame.word("units", word))),
        Kind::Person => {
            notes.extend(found.word.as_ref().map(|word| frame.word("role", word)));
        }
        Kind::Contribution => {
            if let (Some(currency), Some(amount)) = (found.currency, found.amount) {
                notes.push(format!("{currency} {}", format::amount(amount, currency, frame.l10n)));
            }
            notes.extend(found.day.map(|day| format::day(day, frame.l10n)));
        }
        Kind::Report => {
            notes.extend(found.word.as_ref().map(|word| frame.word("report-kind", word)));
            notes.extend(found.day.map(|day| format::day(day, frame.l10n)));
        }
        Kind::Meeting | Kind::FollowUp | Kind::Document | Kind::Intelligence => {
            notes.extend(found.day.map(|day| format::day(day, frame.l10n)))
        }
        Kind::Contact | Kind::Pledge | Kind::Project | Kind::Fund | Kind::Currency => {}
    }
    notes.extend(found.note.clone());
    Some(Item {
        kind: kind.as_str(),
        name: found.name,
        note: notes.join(" · "),
        href,
        press,
        icon,
        nearness: found.nearness,
        code: found.code,
    })
}

/// Groups things by kind, the kind with the nearest thing first.
pub fn groups(frame: &Frame, items: Vec<Item>) -> Vec<Group> {
    let mut groups: Vec<(f32, Group)> = Vec::new();
    for kind in Kind::ALL {
        let of_kind: Vec<Item> = items.iter().filter(|item| item.kind == kind.as_str()).cloned().collect();
        if let Some(nearest) = of_kind.iter().map(|item| item.nearness).reduce(f32::min) {
            groups.push((nearest, Group { label: frame.word("found", kind.as_str()), items: of_kind }));
        }
    }
    groups.sort_by(|one, other| one.0.total_cmp(&other.0));
    groups.into_iter().map(|(_, group)| group).collect()
}
