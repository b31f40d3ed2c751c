//! Words come from `locales/`: no key is missing, none is unused, and no template holds a sentence of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use dis::kernel::country::region_keys;
use dis::l10n::L10n;
use dis::lists::List;
use dis::rooms::{EachList, ROOMS, each_list};
use walkdir::WalkDir;

fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let found = WalkDir::new(root).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    found
        .filter(|entry| entry.path().to_string_lossy().ends_with(ending))
        .map(|entry| (entry.path().display().to_string(), std::fs::read_to_string(entry.path()).unwrap()))
        .collect()
}

fn keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for (name, text) in files("locales/en", ".ftl") {
        for line in text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase())) {
            let key = line.split(" =").next().unwrap().to_owned();
            assert!(keys.insert(key.clone()), "{key} stands twice, the second time in {name}");
        }
    }
    keys
}

/// Every text between quotes in the program and its templates that looks like a key.
fn quoted() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, text) in files("src", ".rs").into_iter().chain(files("templates", ".html")) {
        for part in text.split('"') {
            let like_a_key = |c: char| c.is_ascii_alphanumeric() || "-_+".contains(c);
            if !part.is_empty() && part.len() < 60 && part.chars().all(like_a_key) {
                found.insert(part.to_owned());
            }
        }
    }
    found
}

struct Words;

impl EachList for Words {
    type Output = Vec<String>;

    fn list<L: List>(&mut self) -> Vec<String> {
        let mut words: Vec<String> = ["kicker", "question", "empty"].map(|word| format!("{}-{word}", L::NAME)).into();
        words.extend(L::STATES.iter().map(|state| format!("{}-{state}", L::NAME)));
        words.extend(L::screen().iter().map(|column| column.label.to_owned()));
        words.extend(L::FILTERS.iter().filter(|name| **name != "state").map(|name| format!("filter-{name}")));
        if L::FILTERS.contains(&"state") {
            words.push(format!("filter-state-{}", L::NAME));
        }
        words
    }
}

/// What a language says by key, and what each sentence speaks of: `$rows`, `$day`.
fn spoken(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut spoken = BTreeMap::<String, BTreeSet<String>>::new();
    for (name, text) in files(&format!("locales/{language}"), ".ftl") {
        let mut key = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                key = line.split(" =").next().unwrap().to_owned();
                assert!(spoken.insert(key.clone(), BTreeSet::new()).is_none(), "{key} stands twice, again in {name}");
            }
            let word =
                |rest: &str| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap().to_owned();
            if let Some(of) = spoken.get_mut(&key) {
                of.extend(line.split('$').skip(1).map(word));
            }
        }
    }
    spoken
}

#[test]
fn every_language_says_everything_of_the_same_things() {
    let english = spoken("en");
    assert!(english.len() > 900, "{} sentences in English", english.len());
    for l10n in L10n::all() {
        let other = spoken(l10n.code());
        let missing: Vec<&String> = english.keys().filter(|key| !other.contains_key(*key)).collect();
        let extra: Vec<&String> = other.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(missing.is_empty() && extra.is_empty(), "{}: missing {missing:?}, extra {extra:?}", l10n.code());
        for (key, of) in &english {
            assert_eq!(of, &other[key], "{key} in {}", l10n.code());
        }
    }
    // What the loader could not read it would say in English, or not at all.
    for l10n in L10n::all() {
        for (name, text) in files(&format!("locales/{}", l10n.code()), ".ftl") {
            for line in text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase())) {
                let Some((key, said)) = line.split_once(" = ").filter(|(_, said)| !said.contains('{')) else {
                    continue;
                };
                assert_eq!(l10n.t(key), said, "{name}");
            }
        }
    }
    let folders = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("locales")).unwrap().count();
    assert_eq!(folders, L10n::all().count(), "a language that nobody can choose");
}

#[test]
fn no_word_is_missing() {
    let keys = keys();
    let mut needed: BTreeSet<String> = each_list(&mut Words).into_iter().flat_map(|(_, words)| words).collect();
    needed.extend(ROOMS.iter().flat_map(|room| [format!("menu-{}", room.name), format!("menu-{}", room.part)]));
    needed.extend(region_keys().map(|region| format!("region-{region}")));
    needed.extend(dis::facts::tables::ALL.iter().map(|table| format!("history-{}", table.name)));
    let also = dis::facts::tables::ALL.iter().filter(|table| table.also.is_some());
    needed.extend(also.map(|table| format!("history-also-{}", table.name)));
    let families = ["setting", "setting-meaning", "setting-hint"];
    needed.extend(dis::settings::ALL.iter().flat_map(|one| families.map(|family| format!("{family}-{}", one.name))));
    needed.extend(L10n::all().map(|l10n| format!("language-{}", l10n.code())));
    let columns = dis::facts::tables::ALL.iter();
    needed.extend(columns.flat_map(|table| table.columns.split(", ")).map(|column| format!("field-{column}")));
    for columns in dis::rooms::columns_shown() {
        let spoken = |name: &&dis::web::entry::Shown| {
            !keys.contains(&format!("entry-{}-{}", columns.kind, name.name))
                && !keys.contains(&format!("field-{}", name.name))
        };
        let unspoken: Vec<&str> = columns.shown.iter().filter(spoken).map(|one| one.name).collect();
        assert!(unspoken.is_empty(), "fields of {} without a label: {unspoken:?}", columns.kind);
    }
    for (_, text) in files("templates", ".html") {
        needed.extend(text.split(".t(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    for (_, text) in files("src", ".rs") {
        for call in ["l10n.t(\"", "l10n.with(\"", "frame.t(\""] {
            needed.extend(text.split(call).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }
    let missing: Vec<&String> = needed.iter().filter(|key| !keys.contains(*key) && !key.contains('{')).collect();
    assert!(missing.is_empty(), "missing in locales/en: {missing:?}");
}

#[test]
fn no_word_is_unused() {
    let quoted = quoted();
    let by_list: BTreeSet<String> = each_list(&mut Words).into_iter().flat_map(|(_, words)| words).collect();
    // A key is used as it stands, or as a family and a word of it, both of which stand in the program.
    let used = |key: &str| {
        let in_parts = key.match_indices('-').any(|(at, _)| {
            let word = &key[at + 1..];
            let spoken =
                quoted.contains(word) || region_keys().any(|region| region == word) || word.parse::<u32>().is_ok();
            let a_column =
                dis::facts::tables::ALL.iter().any(|table| table.columns.split(", ").any(|column| column == word));
            let a_table = dis::facts::tables::ALL.iter().any(|table| table.name == word);
            spoken || a_column || a_table || word == "365plus" || key.starts_with("import-")
        });
        quoted.contains(key) || by_list.contains(key) || in_parts
    };
    let unused: Vec<String> = keys().into_iter().filter(|key| !used(key)).collect();
    assert!(unused.is_empty(), "in locales/en and used nowhere: {unused:?}");
}

#[test]
fn no_template_holds_a_sentence() {
    // Not words of a language: names of file formats, of the dollar and of keys, and marks.
    let allowed = ["CSV", "XLSX", "USD", "·", ":", "K", "N", "G", "/", "?", "↑", "↓", "↵"];
    for (name, text) in files("templates", ".html") {
        let mut bare = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find(['<', '{']) {
            bare.push_str(&rest[..at]);
            bare.push(' ');
            rest = &rest[at..];
            let end = match rest.get(..2) {
                Some("{{") => "}}",
                Some("{%") => "%}",
                Some("{#") => "#}",
                _ => ">",
            };
            // A tag may hold expressions; those may hold a `>`.
            let mut to = rest.find(end).map_or(rest.len(), |to| to + end.len());
            if end == ">" {
                while rest[..to].matches("{{").count() + rest[..to].matches("{%").count()
                    > rest[..to].matches("}}").count() + rest[..to].matches("%}").count()
                {
                    to = rest[to..].find(end).map_or(rest.len(), |more| to + more + end.len());
                }
            }
            rest = &rest[to..];
        }
        bare.push_str(rest);
        let words: Vec<&str> = bare.split_whitespace().filter(|word| !allowed.contains(word)).collect();
        assert!(words.is_empty(), "{name} says {words:?}");
    }
}
