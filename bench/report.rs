//! The table, for the terminal and for docs/benchmarks.md.

use std::path::Path;
use std::time::Duration;

/// Rows of the table.
#[derive(Default)]
pub struct Report {
    rows: Vec<[String; 5]>,
}

impl Report {
    /// A case: what was measured, what PostgreSQL alone does, what is promised, and what of it is broken.
    pub fn add(&mut self, what: &str, measured: String, limit: String, promise: &str, broken: &[(&str, bool)]) {
        let broken: Vec<&str> = broken.iter().filter(|(_, broken)| *broken).map(|(name, _)| *name).collect();
        let kept = match (promise.is_empty(), broken.is_empty()) {
            (true, _) => String::new(),
            (_, true) => "yes".into(),
            (_, false) => format!("**no: {}**", broken.join(", ")),
        };
        eprintln!("  {what}: {measured}{}", if kept.starts_with('*') { "  <- broken" } else { "" });
        self.rows.push([what.into(), measured, limit, promise.into(), kept]);
    }

    /// A case that could not be measured, and why.
    pub fn failed(&mut self, what: &str, error: &dyn std::fmt::Display) {
        let why = error.to_string();
        let why = why.lines().next().unwrap_or_default().replace('|', "/");
        eprintln!("  {what}: {why}  <- not measured");
        self.rows.push([what.into(), why, String::new(), String::new(), "**not measured**".into()]);
    }

    /// The table, its columns lined up.
    pub fn table(&self) -> String {
        let header = ["what", "measured", "PostgreSQL alone", "promise", "kept"].map(str::to_owned);
        let widths: Vec<usize> = (0..5)
            .map(|at| self.rows.iter().chain([&header]).map(|row| row[at].chars().count()).max().unwrap_or(0))
            .collect();
        let line = |cells: &[String; 5]| {
            let cells: Vec<String> = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        let rows: String = self.rows.iter().map(line).collect();
        format!("{}| {} |\n{rows}", line(&header), rule.join(" | "))
    }
}

/// Puts a size's section into the document; the other sizes' stay as they are.
pub fn keep(document: &Path, size: &str, section: &str) -> std::io::Result<()> {
    const HEAD: &str = "# Benchmarks\n\nWritten by `script/bench`. Each case is held against PostgreSQL's own limit, in \
        the same run, on the same data: a page\nagainst `pgbench` with the statements the server was seen to send for it \
        (8 connections each), a file against `\\copy`.\n";
    let old = std::fs::read_to_string(document).unwrap_or_default();
    let mut sections: Vec<(String, String)> = old
        .split("\n## ")
        .skip(1)
        .map(|section| (section.split(':').next().unwrap_or_default().to_owned(), section.trim_end().to_owned()))
        .filter(|(name, _)| name != &format!("Size {size}"))
        .collect();
    sections.push((format!("Size {size}"), section.trim_end().to_owned()));
    // S before L.
    sections.sort_by(|one, other| other.0.cmp(&one.0));
    let text: String = sections.iter().map(|(_, section)| format!("\n## {section}\n")).collect();
    std::fs::write(document, format!("{HEAD}{text}"))
}

pub fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1000.0;
    if ms < 10.0 { format!("{ms:.2} ms") } else { format!("{ms:.0} ms") }
}

pub fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

pub fn mb(bytes: u64) -> String {
    format!("{} MB", bytes >> 20)
}

pub fn kb(bytes: usize) -> String {
    format!("{:.1} KB", bytes as f64 / 1024.0)
}
