//! Text as it comes from files and as it goes out to them.

/// Whether a spreadsheet would read the cell as a formula: `^'*[\s\uFEFF]*[=+\-@＝＋－＠\t\r\n]` (contract.md).
fn looks_like_a_formula(cell: &str) -> bool {
    let after_quotes = cell.trim_start_matches('\'');
    let after_space = after_quotes.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    // A tab or line break among the skipped white space is itself one of the characters the rule names.
    let skipped = &after_quotes[..after_quotes.len() - after_space.len()];
    skipped.contains(['\t', '\r', '\n']) || after_space.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// The cell as it is written to CSV: one `'` in front where a spreadsheet would take it for a formula.
pub fn guard_cell(cell: &str) -> std::borrow::Cow<'_, str> {
    if looks_like_a_formula(cell) { format!("'{cell}").into() } else { cell.into() }
}

/// The cell as it was before [`guard_cell`]: one `'` stripped where the rule had put it.
pub fn unguard_cell(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if looks_like_a_formula(cell) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_guarded_and_nothing_else() {
        for cell in ["=1+1", "+1", "-1", "@x", " =1", "\u{FEFF}=1", "'=1", "''=1", "＝1", "\tx", "\nx", " \r", "' =1"]
        {
            assert_eq!(guard_cell(cell), format!("'{cell}"), "{cell:?}");
        }
        for cell in ["", "a=1", "1-2", "'quoted'", "Côte d’Ivoire", "'", " x"] {
            assert_eq!(guard_cell(cell), cell, "{cell:?}");
        }
    }

    proptest! {
        #[test]
        fn guarding_is_undone_by_loading(cell in "['=+@\\-\t\n ＝a\u{FEFF}]{0,6}") {
            let guarded = guard_cell(&cell).into_owned();
            prop_assert_eq!(unguard_cell(&guarded), &cell);
        }
    }
}
