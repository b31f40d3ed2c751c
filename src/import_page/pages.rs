//! The page of the history, and what was typed into the bad cells of a draft.

use askama::Template;

use super::handlers::loads_something;
use super::store::Told;
use crate::imports::draft::Fixes;
use crate::web::frame::{Frame, filters};
use crate::web::list::ListView;

/// The history of imports, with the form that begins one.
#[derive(Template)]
#[template(path = "import_page/history.html")]
pub struct HistoryPage {
    frame: Frame,
    list: ListView,
    may_load: bool,
    nothing: bool,
    hint: String,
    most: usize,
    too_large: String,
}

impl HistoryPage {
    /// Puts it together; `nothing` where the form was sent without a file.
    pub fn new(frame: Frame, list: ListView, nothing: bool) -> Self {
        let most = super::upload::LARGEST >> 20;
        HistoryPage {
            may_load: loads_something(&frame.viewer),
            most: super::upload::LARGEST,
            too_large: frame.l10n.with("error-too-large", &[("arg", most.to_string().into())]),
            hint: frame.l10n.with("import-page-drop-hint", &[("most", most.into())]),
            frame,
            list,
            nothing,
        }
    }
}

/// The most rows of a draft that are put right on a page.
const MOST_FIXES: usize = 5_000;
/// The most a cell may be typed.
const LONGEST: usize = 10_000;

/// Lays what was typed over what was put right before. A cell left as it was drawn is not put right.
pub fn put_right(fixes: &mut Fixes, told: &Told, pairs: &[(String, String)]) {
    for (name, value) in pairs {
        let parts: Vec<&str> = name.splitn(4, '.').collect();
        let (what, place) = match parts.as_slice() {
            [what @ ("c" | "w" | "out"), file, line, ..] => (*what, (file.parse::<i32>(), line.parse::<i32>())),
            _ => continue,
        };
        let (Ok(file), Ok(line)) = place else { continue };
        let Some(row) = told.rows.iter().find(|row| row.file == file && row.line == line) else { continue };
        if fixes.count() >= MOST_FIXES && fixes.0.get(&file).is_none_or(|rows| !rows.contains_key(&line)) {
            continue;
        }
        let mut fix = fixes.0.get(&file).and_then(|rows| rows.get(&line)).cloned().unwrap_or_default();
        match (what, parts.get(3)) {
            ("out", _) => fix.left_out = true,
            (_, Some(column)) => {
                let columns = told.columns.iter().find(|(of, _)| *of == file).map(|(_, columns)| columns);
                let at = columns.and_then(|columns| columns.iter().position(|known| known == column));
                let Some(at) = at else { continue };
                let value: String = value.trim().chars().filter(|c| *c != '\0').take(LONGEST).collect();
                // Of a row that is too short or too long every cell counts, changed or not.
                if what == "w" || row.cells.get(at).is_none_or(|cell| cell.trim() != value) {
                    fix.cells.insert((*column).to_owned(), value);
                }
            }
            _ => continue,
        }
        if fix.left_out || !fix.cells.is_empty() {
            fixes.0.entry(file).or_default().insert(line, fix);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::draft::Shown;

    #[test]
    fn only_what_was_typed_anew_is_put_right() {
        let told = Told {
            columns: vec![(0, vec!["code".into(), "name".into()])],
            rows: vec![Shown { file: 0, line: 7, cells: vec!["A".into(), "a".into()] }],
            ..Told::default()
        };
        let pairs = [
            ("c.0.7.code", " B "),
            ("c.0.7.name", "a"),
            ("c.0.7.colour", "x"),
            ("c.0.8.name", "not shown"),
            ("c.x.7.name", "x"),
            ("round", "3"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut fixes = Fixes::default();
        put_right(&mut fixes, &told, &pairs);
        assert_eq!(fixes.count(), 1);
        let cells: Vec<(&str, &str)> = fixes.0[&0][&7].cells.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(cells, [("code", "B")]);
        put_right(&mut fixes, &told, &[("w.0.7.name".into(), "a".into()), ("out.0.7".into(), "1".into())]);
        assert!(fixes.0[&0][&7].left_out);
        assert_eq!(fixes.0[&0][&7].cells.len(), 2);
    }
}
