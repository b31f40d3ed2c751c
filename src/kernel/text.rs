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

/// Text that was pasted from a letter, a page or a mail, as plain text: line ends are line feeds, spaces that look like
/// others are spaces, bullets are dashes, and what no eye sees is gone.
pub fn clean_text(pasted: &str) -> String {
    const BULLETS: [char; 7] = ['•', '▪', '◦', '‣', '\u{f0b7}', '\u{f0a7}', '·'];
    let unbroken = pasted.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}', '\u{2028}', '\u{2029}'], "\n");
    let mut lines: Vec<String> = Vec::new();
    for line in unbroken.split('\n') {
        let seen: String = line
            .chars()
            .map(|c| if c == '\t' || c == '\u{a0}' || ('\u{2000}'..='\u{200a}').contains(&c) { ' ' } else { c })
            .filter(|c| !(c.is_control() || matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{fffc}')))
            .collect();
        let trimmed = seen.trim_start();
        let indent = " ".repeat((seen.len() - trimmed.len()).min(8));
        let line = match trimmed.strip_prefix(BULLETS) {
            Some(point) => format!("{indent}- {}", point.trim()).trim_end().to_owned(),
            None => seen.trim_end().to_owned(),
        };
        // One empty line parts as well as five.
        if !(line.is_empty() && lines.last().is_none_or(String::is_empty)) {
            lines.push(line);
        }
    }
    lines.join("\n").trim_end().to_owned()
}

/// The parts of a text with `;` between, each once.
pub fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in text.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        if parts.iter().all(|before| before != part) {
            parts.push(part.to_owned());
        }
    }
    parts
}

/// The longest name of a file that is kept, in letters.
const LONGEST_FILE_NAME: usize = 200;

/// Whether no eye sees the letter, or it turns the letters after it round.
fn unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A file's name as it may be shown: the last part of a path, on one line, nothing a terminal would obey or that turns
/// its letters round, not too long; its ending stays. Empty where nothing is left.
pub fn clean_file_name(said: &str) -> String {
    let last = said.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen: String = last
        .chars()
        .map(|c| if matches!(c, '\r' | '\n' | '\t') { ' ' } else { c })
        .filter(|c| !c.is_control() && !unseen(*c))
        .collect();
    let name = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = if name.chars().all(|c| c == '.') { "" } else { name.as_str() };
    let ending = name.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| ending.chars().count() <= 10);
    let kept = LONGEST_FILE_NAME - ending.map_or(0, |ending| ending.chars().count() + 1);
    if name.chars().count() <= LONGEST_FILE_NAME {
        return name.to_owned();
    }
    let begin: String = name.chars().take(kept).collect();
    ending.map_or_else(|| begin.clone(), |ending| format!("{begin}.{ending}"))
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

    #[test]
    fn what_was_pasted_becomes_plain_text() {
        let pasted = "\u{feff}Agreed:\r\n•\tUSD\u{a0}2 m\u{200b} for\u{ad} 2022\r\n\u{f0b7}  a visit\u{b}in May  \r\n\r\n\r\n\r\nEnd\u{7}";
        assert_eq!(clean_text(pasted), "Agreed:\n- USD 2 m for 2022\n- a visit\nin May\n\nEnd");
        assert_eq!(clean_text("  a = b < c\n    indented"), "  a = b < c\n    indented");
        assert_eq!(clean_text("\n\n \n"), "");
    }

    #[test]
    fn a_files_name_is_only_ever_a_name() {
        assert_eq!(clean_file_name("C:\\Users\\me\\receipts 2021-07.csv"), "receipts 2021-07.csv");
        assert_eq!(clean_file_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_file_name("a\u{1b}[31m\u{0}.csv"), "a[31m.csv");
        assert_eq!(clean_file_name("<b>\"دفتر\"</b>.csv"), "b>.csv");
        assert_eq!(clean_file_name("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
        assert_eq!(clean_file_name("two\r\nlines\u{200f}.pdf"), "two lines.pdf");
        assert_eq!(clean_file_name(&"é".repeat(500)).chars().count(), 200);
        let long = clean_file_name(&format!("{}.docx", "長".repeat(300)));
        assert_eq!((long.chars().count(), long.ends_with("長.docx")), (200, true));
        for nothing in ["", "..", "/", "\u{200b}", " \n "] {
            assert_eq!(clean_file_name(nothing), "", "{nothing:?}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(pasted in "[a-z •\t\n\r\u{a0}\u{ad}-]{0,30}") {
            let once = clean_text(&pasted);
            prop_assert_eq!(clean_text(&once), once);
        }

        #[test]
        fn guarding_is_undone_by_loading(cell in "['=+@\\-\t\n ＝a\u{FEFF}]{0,6}") {
            let guarded = guard_cell(&cell).into_owned();
            prop_assert_eq!(unguard_cell(&guarded), &cell);
        }
    }
}
