//! Files that come out, by the program itself: the same rows in every form, and everything loads again elsewhere.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use calamine::{Data, Reader, Xlsx, open_workbook};
use rust_decimal::Decimal;

const LISTS: [&str; 14] = [
    "implementation",
    "projects",
    "expenditures",
    "arrears",
    "giving",
    "contributions",
    "pledges",
    "instalments",
    "donors",
    "donor-reports",
    "reporting-rates",
    "units",
    "funds",
    "rates",
];
const KINDS: [&str; 9] =
    ["units", "funds", "donors", "rates", "projects", "pledges", "instalments", "contributions", "expenditures"];

/// A data folder of its own; the private PostgreSQL in it stops with each command.
pub(crate) struct Home(tempfile::TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("dis-test-").tempdir_in("/tmp").unwrap();
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).unwrap();
        Home(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn dis(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_dis"))
            .args(arguments)
            .env("DIS_DATA_DIR", self.path("data"))
            .env_remove("DATABASE_URL")
            .output()
            .unwrap()
    }

    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let output = self.dis(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn import(&self, folder: &Path, suffix: &str) -> String {
        let mut arguments = vec!["import".to_owned()];
        for kind in KINDS {
            arguments.extend([kind.to_owned(), folder.join(format!("{kind}{suffix}.csv")).display().to_string()]);
        }
        self.done(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

fn hand_set() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hand")
}

#[test]
fn what_is_exported_for_import_gives_every_figure_again() {
    let (first, second) = (Home::new(), Home::new());
    first.import(&hand_set(), "");
    for kind in KINDS {
        let file = first.path(&format!("{kind}-again.csv"));
        first.done(&["export", kind, "--for-import", "-o", file.to_str().unwrap()]);
    }
    second.import(first.0.path(), "-again");
    for list in LISTS {
        for day in ["2020-02-29", "2021-03-01", "2023-02-28"] {
            let export = ["export", list, "--as-of", day];
            assert_eq!(first.done(&export), second.done(&export), "{list} as of {day}");
        }
    }
    let again = second.import(first.0.path(), "-again");
    assert!(again.starts_with("0 added, 0 changed"), "{again}");
}

#[test]
fn the_same_rows_stand_in_csv_and_xlsx_and_json() {
    let home = Home::new();
    home.import(&hand_set(), "");
    for list in LISTS {
        let day = "2021-03-01";
        let csv = home.done(&["export", list, "--as-of", day]);
        let file = home.path(&format!("{list}.xlsx"));
        home.done(&["export", list, "--as-of", day, "--format", "xlsx", "-o", file.to_str().unwrap()]);
        let json: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_str(&home.done(&["export", list, "--as-of", day, "--format", "json"])).unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let mut book: Xlsx<_> = open_workbook(&file).unwrap();
        assert_eq!(book.sheet_names(), [list, "about"]);
        let about = book.worksheet_range("about").unwrap();
        let said: Vec<(String, String)> = about.rows().map(|row| (row[0].to_string(), row[1].to_string())).collect();
        let names: Vec<&str> = said.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["list", "as_of", "known_at", "by", "at", "rows"]);
        assert_eq!((said[1].1.as_str(), said[3].1.as_str()), (day, "system"));
        assert_eq!(said[5].1, json.len().to_string());
        let sheet = book.worksheet_range(list).unwrap();
        assert_eq!((sheet.height(), json.len()), (rows.len(), rows.len() - 1), "{list}");
        for (at, row) in rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                let in_book = sheet.get((at, column)).cloned().unwrap_or_default();
                let unguarded = cell.strip_prefix('\'').unwrap_or(cell);
                match in_book {
                    Data::Empty => assert_eq!(cell, "", "{list} row {at}, {}", &rows[0][column]),
                    Data::String(text) => assert_eq!(text, unguarded, "{list}"),
                    Data::Float(number) => {
                        assert_eq!(number.to_string().parse::<Decimal>().unwrap(), cell.parse().unwrap(), "{list}");
                    }
                    Data::DateTime(day) => {
                        let (year, month, day, ..) = day.to_ymd_hms_milli();
                        assert_eq!(format!("{year}-{month:02}-{day:02}"), cell, "{list}");
                    }
                    other => panic!("{list}: {other:?}"),
                }
                if at > 0 {
                    let said = json[at - 1][&rows[0][column]].to_string();
                    assert_eq!(
                        said.trim_matches('"'),
                        if cell.is_empty() {
                            "null".into()
                        } else {
                            serde_json::json!(unguarded).to_string().trim_matches('"').to_owned()
                        }
                    );
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_exported_is_said_with_its_status() {
    let home = Home::new();
    for (arguments, status, said) in [
        (vec!["export", "arrears", "--as-of", "2199-01-01"], 2, "after today"),
        (vec!["export", "arrears", "--as-of", "yesterday"], 2, "date"),
        (vec!["export", "arrears", "--unit", "NOWHERE"], 1, "there is no unit NOWHERE"),
        (vec!["export", "arrears", "--as", "nobody@example.org"], 1, "there is no account"),
        (vec!["export", "nonsense"], 2, "nonsense"),
        (vec!["export", "arrears", "--for-import"], 1, "worked out"),
        (vec!["import", "units", "/nothing/here.csv"], 1, "cannot be read"),
        (vec!["import", "units"], 2, "FILE"),
        (vec!["import", "nonsense", "x.csv"], 2, "nonsense"),
        (vec!["user", "disable", "nobody@example.org"], 1, "there is no account"),
    ] {
        let output = home.dis(&arguments);
        let words = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {words}");
        assert!(words.contains(said), "{arguments:?}: {words}");
    }
}
