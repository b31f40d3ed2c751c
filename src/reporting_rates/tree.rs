//! Trees of facts as they stood on a day: units, and donors with their children. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use serde::Deserialize;

/// What something stands under, from a day on (`None`: from the beginning).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(from = "(i64, Option<NaiveDate>, Option<i64>)")]
pub struct Belongs {
    /// What stands there.
    pub id: i64,
    /// The first day.
    pub from: Option<NaiveDate>,
    /// Under what; `None` is the top.
    pub parent: Option<i64>,
}

impl From<(i64, Option<NaiveDate>, Option<i64>)> for Belongs {
    fn from((id, from, parent): (i64, Option<NaiveDate>, Option<i64>)) -> Self {
        Belongs { id, from, parent }
    }
}

/// A unit: its labels as they are today.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Unit {
    /// Which.
    pub id: i64,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its kind, in the word of files.
    pub kind: String,
}

/// How deep a tree may be: deeper is a circle.
const DEEPEST: usize = 60;

/// What stands under what on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree(HashMap<i64, Option<i64>>);

impl Tree {
    /// The tree on a day: of each thing the last fact that was in force by then.
    pub fn on(facts: &[Belongs], day: NaiveDate) -> Self {
        let mut latest: HashMap<i64, &Belongs> = HashMap::new();
        for fact in facts.iter().filter(|fact| fact.from.is_none_or(|from| from <= day)) {
            let held = latest.entry(fact.id).or_insert(fact);
            if fact.from > held.from {
                *held = fact;
            }
        }
        Tree(latest.into_iter().map(|(id, fact)| (id, fact.parent)).collect())
    }

    /// A thing and everything it stands under, from itself to the top. What is in no tree on the day stands alone.
    pub fn up(&self, id: i64) -> impl Iterator<Item = i64> {
        std::iter::successors(Some(id), |id| self.0.get(id).copied().flatten()).take(DEEPEST)
    }

    /// Whether a thing is another or stands under it.
    pub fn is_within(&self, id: i64, of: i64) -> bool {
        self.up(id).any(|one| one == of)
    }

    /// The units in the order of a table: those at the top by kind and code, each followed by those below it, by code.
    /// `also` are units a figure speaks of that are in no tree on the day: they stand at the top. `within` keeps one unit
    /// and those below it.
    pub fn in_order<'u>(&self, units: &'u [Unit], also: &HashSet<i64>, within: Option<i64>) -> Vec<Placed<'u>> {
        let mut below: BTreeMap<Option<i64>, Vec<&Unit>> = BTreeMap::new();
        for unit in units {
            match self.0.get(&unit.id) {
                Some(parent) => below.entry(*parent).or_default().push(unit),
                None if also.contains(&unit.id) => below.entry(None).or_default().push(unit),
                None => {}
            }
        }
        for of in below.values_mut() {
            of.sort_by(|a, b| a.code.as_bytes().cmp(b.code.as_bytes()));
        }
        let mut tops: Vec<&Unit> = match within {
            Some(id) => units.iter().filter(|unit| unit.id == id).collect(),
            None => below.get(&None).cloned().unwrap_or_default(),
        };
        tops.sort_by_key(|unit| rank(&unit.kind));
        let mut ordered = Vec::new();
        let mut waiting: Vec<(&Unit, usize, &'u str)> = Vec::new();
        for top in tops {
            waiting.push((top, 0, &top.kind));
            while let Some((unit, depth, kind)) = waiting.pop() {
                ordered.push(Placed { unit, depth, top_kind: kind });
                let children = below.get(&Some(unit.id)).map(Vec::as_slice).unwrap_or_default();
                waiting
                    .extend(children.iter().rev().filter(|_| depth < DEEPEST).map(|child| (*child, depth + 1, kind)));
            }
        }
        ordered
    }
}

/// A unit in the order of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed<'u> {
    /// The unit.
    pub unit: &'u Unit,
    /// How deep it stands; 0 at the top.
    pub depth: usize,
    /// The kind of the one at the top above it.
    pub top_kind: &'u str,
}

/// Divisions, then regional offices, then whatever else stands at the top.
fn rank(kind: &str) -> usize {
    ["division", "regional_office"].iter().position(|one| *one == kind).unwrap_or(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(id: i64, from: Option<&str>, parent: Option<i64>) -> Belongs {
        Belongs { id, from: from.map(|day| day.parse().unwrap()), parent }
    }

    fn units() -> Vec<Unit> {
        let unit = |(id, code, kind): (i64, &str, &str)| Unit {
            id,
            code: code.to_owned(),
            name: code.to_owned(),
            kind: kind.to_owned(),
        };
        [
            (1, "ZD", "division"),
            (2, "AO", "regional_office"),
            (3, "S1", "section"),
            (4, "S0", "section"),
            (5, "LO", "liaison_office"),
        ]
        .map(unit)
        .into()
    }

    fn codes(tree: &Tree, also: &[i64], within: Option<i64>) -> Vec<(String, usize)> {
        let also = also.iter().copied().collect();
        tree.in_order(&units(), &also, within).iter().map(|placed| (placed.unit.code.clone(), placed.depth)).collect()
    }

    fn said(all: &[(&str, usize)]) -> Vec<(String, usize)> {
        all.iter().map(|(code, depth)| ((*code).to_owned(), *depth)).collect()
    }

    #[test]
    fn a_unit_stands_where_it_stood_on_the_day() {
        let facts = [
            fact(1, None, None),
            fact(2, None, None),
            fact(3, None, Some(1)),
            fact(4, None, Some(3)),
            fact(3, Some("2021-03-01"), Some(2)),
        ];
        let (before, after) =
            (Tree::on(&facts, "2021-02-28".parse().unwrap()), Tree::on(&facts, "2021-03-01".parse().unwrap()));
        assert_eq!(codes(&before, &[], None), said(&[("ZD", 0), ("S1", 1), ("S0", 2), ("AO", 0)]));
        assert_eq!(codes(&after, &[], None), said(&[("ZD", 0), ("AO", 0), ("S1", 1), ("S0", 2)]));
        assert_eq!(codes(&after, &[], Some(3)), said(&[("S1", 0), ("S0", 1)]));
        assert!(before.is_within(4, 1) && !after.is_within(4, 1) && after.is_within(4, 2) && after.is_within(4, 4));
        // A unit that is in no tree that day stands at the top where a figure speaks of it.
        assert_eq!(codes(&after, &[5], None).last().unwrap().0, "LO");
    }

    #[test]
    fn a_circle_ends() {
        let facts = [fact(1, None, Some(2)), fact(2, None, Some(1))];
        let tree = Tree::on(&facts, NaiveDate::MIN);
        assert_eq!(tree.up(1).count(), DEEPEST);
        assert_eq!(codes(&tree, &[], None), []);
    }
}
