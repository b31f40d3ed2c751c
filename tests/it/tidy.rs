//! The house stays as docs/architecture.md says: who may import whom, and how large a room may grow.

use std::path::Path;

use walkdir::WalkDir;

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    WalkDir::new(&root)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "rs"))
        .map(|entry| {
            let name = entry.path().strip_prefix(&root).unwrap().display().to_string();
            (name, std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

#[test]
fn rooms_import_only_what_they_may() {
    let web = ["crate::web", "axum::", "askama"];
    let rules: &[(&str, &[&str])] = &[
        (
            "kernel/",
            &["crate::db", "crate::facts", "crate::balances", "crate::web", "crate::lists", "axum::", "askama"],
        ),
        ("balances/rule.rs", &["sqlx", "crate::db", "crate::facts", "tokio"]),
        ("balances/facts.rs", &["sqlx", "crate::db", "tokio"]),
        ("balances/", &["crate::arrears", "crate::pledges", "crate::contributions", "crate::web"]),
        ("facts/", &["crate::balances", "crate::imports", "crate::web", "crate::arrears"]),
        ("imports/", &web),
        ("embedded/", &web),
    ];
    for (name, text) in sources() {
        for (room, forbidden) in rules.iter().filter(|(room, _)| name.starts_with(room)) {
            for import in *forbidden {
                let found = text.lines().find(|line| line.trim_start().starts_with("use ") && line.contains(import));
                assert!(found.is_none(), "{name} is in {room} and imports {import}: {}", found.unwrap_or_default());
            }
        }
    }
}

#[test]
fn nobody_imports_another_rooms_handlers_or_pages() {
    for (name, text) in sources() {
        let room = name.split('/').next().unwrap_or_default();
        for line in text.lines().filter(|line| line.trim_start().starts_with("use crate::")) {
            let path = line.trim_start().trim_start_matches("use crate::");
            let other = path.split("::").next().unwrap_or_default();
            let inner = ["::handlers", "::pages", "::forms"].iter().any(|part| path.contains(part));
            assert!(!inner || other == room, "{name}: {line}");
        }
    }
}

#[test]
fn statements_are_text_of_ours() {
    // Where a statement is put together from parts, the parts are the program's own; these are all such places.
    let allowed = [
        "db/mod.rs",
        "imports/at_once.rs",
        "imports/staging.rs",
        "imports/landing.rs",
        "imports/preview.rs",
        "embedded/",
    ];
    for (name, text) in sources() {
        let found = text.contains("AssertSqlSafe");
        assert!(!found || allowed.iter().any(|place| name.starts_with(place)), "{name} puts a statement together");
    }
}

#[test]
fn no_file_outgrows_comfort() {
    for (name, text) in sources() {
        let lines = text.lines().count();
        let most = if name.starts_with("balances/brute_force") { 700 } else { 820 };
        assert!(lines <= most, "{name} has {lines} lines: split it by use case");
    }
}
